"""The annual report as an Excel file: one sheet a table, numbers as numbers, native charts of the hours.

Text is written as text, whatever it begins with: no cell that we write holds a formula or a link.
"""

import json
from decimal import Decimal
from functools import cache
from io import BytesIO

import xlsxwriter
from django.apps import apps
from django.utils.translation import gettext as _
from xlsxwriter.worksheet import Worksheet

from .report_document import Band, Document, Table, number_text
from .report_docx_charts import drawn
from .report_traced import Trace

NAME_CHARS, WIDEST = 28, 60  # Excel takes 31 characters; a number stands before them
UNFIT = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
PLAIN = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}


def report_xlsx(document: Document, traced: list[Trace]) -> bytes:
    """The whole file, with a sheet of all figures that are ``traced``. The same figures give the same cells."""
    target = BytesIO()
    book = xlsxwriter.Workbook(target, PLAIN)
    book.set_properties({"title": document.title, "comments": document.sha256, "created": document.made_at})
    looks = {
        "head": book.add_format({"bold": True, "bg_color": "#EEF2F7", "border": 1, "text_wrap": True}),
        "band": book.add_format({"bold": True, "bg_color": "#F6F8FB"}),
        "text": book.add_format({"text_wrap": True, "valign": "top"}),
        "whole": book.add_format({"num_format": "#,##0", "valign": "top"}),
        "exact": book.add_format({"num_format": "#,##0.00", "valign": "top"}),
        "whole total": book.add_format({"num_format": "#,##0", "bold": True, "top": 1}),
        "exact total": book.add_format({"num_format": "#,##0.00", "bold": True, "top": 1}),
        "text total": book.add_format({"bold": True, "top": 1}),
        "title": book.add_format({"bold": True, "font_size": 14}),
    }
    _cover(book.add_worksheet(_("Cover")), document, looks)
    tables = [part for chapter in document.chapters for part in chapter.parts if isinstance(part, Table)]
    for number, table in enumerate(tables, 1):
        name = f"{number} {table.title.translate(UNFIT)}"[:NAME_CHARS]
        sheet = book.add_worksheet(name)
        last = _table(sheet, table, looks)
        if drawn(table) and not any(isinstance(row, Band) for row in table.rows):
            _chart(book, sheet, name, table, last)
    if traced:
        _records(book.add_worksheet(_("Figures and records")), traced, looks)
    book.close()
    return target.getvalue()


def _cover(sheet: Worksheet, document: Document, looks: dict) -> None:
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, WIDEST)
    sheet.write_string(0, 0, document.title, looks["title"])
    lines = [(_("Number"), document.number), *document.cover, (_("SHA-256 of the figures"), document.sha256)]
    for row, (label, value) in enumerate(lines, 2):
        sheet.write_string(row, 0, label)
        sheet.write_string(row, 1, value)
    said = [part for chapter in document.chapters for part in chapter.parts if isinstance(part, str)]
    for row, text in enumerate(said, len(lines) + 3):
        sheet.write_string(row, 1, text, looks["text"])


def _records(sheet: Worksheet, traced: list[Trace], looks: dict) -> None:
    """Each figure with the query of its records, in the words of ``report_records``."""
    sheet.freeze_panes(1, 0)
    heads = [_("Chapter"), _("Table"), _("Row"), _("Column"), _("Figure"), _("Records"), _("Query")]
    for column, (name, width) in enumerate(zip(heads, [22, 26, 26, 10, 14, 20, WIDEST], strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, name, looks["head"])
    for row, trace in enumerate(traced, 1):
        words: list = [
            trace.chapter,
            trace.table,
            trace.row,
            trace.column,
            trace.value,
            _what(trace.records.get("model") or next(iter(trace.records))),
        ]
        _line(sheet, row, [*words, json.dumps(trace.records, ensure_ascii=False, sort_keys=True)], looks, "")


@cache
def _what(asked: str) -> str:
    """The name of the model that is asked, or how the figure is made of others; always the paper's."""
    if "." in asked:
        return str(apps.get_model(asked)._meta.verbose_name_plural)
    return {
        "minus": _("Difference"), "plus": _("Sum"), "products": _("Hours × rate"), "percent": _("Weight × score"),
    }[asked]  # fmt: skip


def _table(sheet: Worksheet, table: Table, looks: dict) -> int:
    """Write the table from the first row on; the number of its last row before the total."""
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    lines = [row for row in [table.head, *table.rows, table.total] if row and not isinstance(row, Band)]
    for column in range(len(table.head)):
        longest = max(sum(2 if ord(sign) > 255 else 1 for sign in number_text(row[column])) for row in lines)
        sheet.set_column(column, column, min(longest + 3, WIDEST))
    for column, name in enumerate(table.head):
        sheet.write_string(0, column, name, looks["head"])
    row = 0
    for line in table.rows:
        row += 1
        if isinstance(line, Band):
            sheet.write_string(row, 0, line.text, looks["band"])
        else:
            _line(sheet, row, line, looks, "")
    if table.total:
        _line(sheet, row + 1, table.total, looks, " total")
    if table.note:
        sheet.write_string(row + 3, 0, table.note)
    return row


def _line(sheet: Worksheet, row: int, cells: list, looks: dict, kind: str) -> None:
    for column, value in enumerate(cells):
        if isinstance(value, Decimal):
            sheet.write_number(row, column, value, looks[f"exact{kind}"])
        elif isinstance(value, int):
            sheet.write_number(row, column, value, looks[f"whole{kind}"])
        elif value:
            sheet.write_string(row, column, value, looks[f"text{kind}"])


def _chart(book: xlsxwriter.Workbook, sheet: Worksheet, name: str, table: Table, last: int) -> None:
    """The chart that the table asks for, beside it."""
    kinds = {"columns": ("column", "clustered"), "stacked": ("column", "stacked"), "bars": ("bar", "clustered")}
    kind, subtype = kinds.get(table.chart, ("radar", "with_markers"))
    chart = book.add_chart({"type": kind, "subtype": subtype})
    for column in table.plotted:
        chart.add_series(
            {
                "name": [name, 0, column],
                "categories": [name, 1, table.named_by, last, table.named_by],
                "values": [name, 1, column, last, column],
            }
        )
    chart.set_title({"name": table.title})
    if len(table.plotted) == 1:
        chart.set_legend({"none": True})
    chart.set_size({"width": 640, "height": 320})
    sheet.insert_chart(1, len(table.head) + 1, chart)
