"""The annual report as an Excel file: one sheet a table, numbers as numbers, native charts.

Text is written as text, whatever it begins with: no cell that we write holds a formula or a link. As in ``report_docx``
the parts that never change lie in ``xlsx/`` and the others are strings of SpreadsheetML: XlsxWriter, which checks and
escapes each cell by itself, needs four times as long for the same sheets.
"""

import json
import re
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache, partial
from pathlib import Path

from django.apps import apps
from django.utils.translation import gettext as _

from .report_charts import TYPE as CHART
from .report_charts import WIDTH, A, C, R, chart_xml, drawn, height_of
from .report_document import number_text
from .report_docx import HEAD, properties, text_of, zipped
from .report_parts import Band, Cell, Document, Table
from .report_traced import Trace

PARTS = Path(__file__).parent.parent / "xlsx"
NAME_CHARS, WIDEST = 28, 60  # Excel takes 31 characters; a number stands before them
MOST_CHARS = 32_767  # of a cell; with more Excel calls the file damaged
UNFIT = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))  # for a name
CODED = re.compile("_(x[0-9A-Fa-f]{4}_)")  # what Excel would read as the sign of that number
S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
XDR = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
DRAWING = "application/vnd.openxmlformats-officedocument.drawing+xml"
# the cellXfs of xlsx/xl/styles.xml, in their order
LOOKS = ["", "head", "band", "text", "whole", "exact", "whole total", "exact total", "text total", "title"]
LOOK = {name: number for number, name in enumerate(LOOKS)}
FROZEN = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/><selection pane="bottomLeft"/>'
DRAWN = '<drawing r:id="drawing"/>'
ON_PAPER = (
    '<pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" header="0.3" footer="0.3"/>'
    '<pageSetup paperSize="9" fitToHeight="0" orientation="landscape"/>'
)


@dataclass
class Sheet:
    """``widths`` are in signs; ``is_list``: its first row is a head, which stays in sight and on every page."""

    name: str
    is_list: bool
    widths: list[int]
    rows: list[str] = field(default_factory=list)
    chart: Table | None = None


def report_xlsx(document: Document, traced: list[Trace]) -> bytes:
    """The whole file, with a sheet of all figures that are ``traced``. The same document gives the same bytes."""
    strings: dict[str, int] = {}
    sheets = [_cover(document, strings)]
    tables = [part for chapter in document.chapters for part in chapter.parts if isinstance(part, Table)]
    for number, table in enumerate(tables, 1):
        name = f"{number} {table.title.translate(UNFIT)}"[:NAME_CHARS]
        sheets.append(_table(name, table, strings))
    if traced:
        sheets.append(_records(traced, strings))
    return zipped(_written(sheets, strings, document), document.made_at)


def _written(sheets: list[Sheet], strings: dict[str, int], document: Document) -> dict[str, bytes]:
    """All parts of the file by name."""
    written = {"xl/workbook.xml": _workbook(sheets), "docProps/core.xml": properties(document, document.sha256)}
    typed, related = [], []
    for number, sheet in enumerate(sheets, 1):
        written[f"xl/worksheets/sheet{number}.xml"] = _sheet(sheet, is_first=number == 1)
        typed.append(("worksheets/sheet", number, SHEET))
        related.append(_relation(f"sheet{number}", "worksheet", f"worksheets/sheet{number}.xml"))
        if sheet.chart:
            chart = chart_xml(sheet.chart, text_of, partial(_place, sheet.name, len(sheet.chart.rows)))
            written[f"xl/worksheets/_rels/sheet{number}.xml.rels"] = _relations(
                _relation("drawing", "drawing", f"../drawings/drawing{number}.xml")
            )
            written[f"xl/drawings/drawing{number}.xml"] = _drawing(sheet.chart)
            written[f"xl/drawings/_rels/drawing{number}.xml.rels"] = _relations(
                _relation("chart", "chart", f"../charts/chart{number}.xml")
            )
            written[f"xl/charts/chart{number}.xml"] = chart
            typed += [("drawings/drawing", number, DRAWING), ("charts/chart", number, CHART)]
    items = "".join(f'<si><t xml:space="preserve">{_fit(text)}</t></si>' for text in strings)
    written["xl/sharedStrings.xml"] = f'{HEAD}<sst xmlns="{S}" uniqueCount="{len(strings)}">{items}</sst>'
    fixed = dict(_parts())
    overrides = (f'<Override PartName="/xl/{part}{n}.xml" ContentType="{kind}"/>' for part, n, kind in typed)
    for name, close, more in (
        ("[Content_Types].xml", "</Types>", overrides),
        ("xl/_rels/workbook.xml.rels", "</Relationships>", related),
    ):
        fixed[name] = fixed[name].decode().replace(close, "".join(more) + close).encode()
    return fixed | {name: text.encode() for name, text in written.items()}


@cache
def _parts() -> dict[str, bytes]:
    """Content types first, as readers expect."""
    files = sorted(path for path in PARTS.rglob("*") if path.is_file())
    return {path.relative_to(PARTS).as_posix(): path.read_bytes() for path in files}


# --- what stands in the sheets ----------------------------------------------------------------------------------------
def _cover(document: Document, strings: dict[str, int]) -> Sheet:
    sheet = Sheet(_("Cover"), False, [18, WIDEST])
    sheet.rows.append(_row(1, [document.title], strings, "title"))
    lines = [(_("Number"), document.number), *document.cover, (_("SHA-256 of the figures"), document.sha256)]
    sheet.rows += [_row(number, list(line), strings, "plain") for number, line in enumerate(lines, 3)]
    said = [
        part
        for chapter in document.chapters
        for part in ([chapter.title, *chapter.parts] if chapter.is_extra else chapter.parts)
        if isinstance(part, str)
    ]
    pieces = [text[at : at + MOST_CHARS] for text in said for at in range(0, len(text), MOST_CHARS)]
    sheet.rows += [_row(number, [None, text], strings) for number, text in enumerate(pieces, len(lines) + 4)]
    return sheet


def _table(name: str, table: Table, strings: dict[str, int]) -> Sheet:
    """The table from the first row on."""
    lines = [row for row in [table.head, *table.rows, table.total] if row and not isinstance(row, Band)]
    widths = [min(max(map(_width, column)) + 3, WIDEST) for column in zip(*lines, strict=True)]
    sheet = Sheet(name, True, widths, chart=table if drawn(table) else None)
    sheet.rows.append(_row(1, list(table.head), strings, "head"))
    for number, line in enumerate(table.rows, 2):
        sheet.rows.append(
            _row(number, [line.text], strings, "band") if isinstance(line, Band) else _row(number, line, strings)
        )
    last = len(table.rows) + 1
    if table.total:
        sheet.rows.append(_row(last + 1, table.total, strings, kind=" total"))
    if table.note:
        sheet.rows.append(_row(last + 3, [table.note], strings, "plain"))
    return sheet


def _width(value: Cell) -> int:
    """In signs; a Chinese one is as wide as two."""
    text = number_text(value)
    return len(text) if text.isascii() else sum(2 if ord(sign) > 255 else 1 for sign in text)


def _records(traced: list[Trace], strings: dict[str, int]) -> Sheet:
    """Each figure with the query of its records, in the words of ``report_records``."""
    sheet = Sheet(_("Figures and records"), True, [22, 26, 26, 10, 14, 20, WIDEST])
    heads: list[Cell] = [_("Chapter"), _("Table"), _("Row"), _("Column"), _("Figure"), _("Records"), _("Query")]
    sheet.rows.append(_row(1, heads, strings, "head"))
    query = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode
    for number, trace in enumerate(traced, 2):
        what = _what(trace.records.get("model") or next(iter(trace.records)))
        cells: list[Cell] = [trace.chapter, trace.table, trace.row, trace.column, trace.value, what]
        sheet.rows.append(_row(number, [*cells, query(trace.records)], strings))
    return sheet


@cache
def _what(asked: str) -> str:
    """The name of the model that is asked, or how the figure is made of others; always the paper's."""
    if "." in asked:
        return str(apps.get_model(asked)._meta.verbose_name_plural)
    return {
        "minus": _("Difference"), "plus": _("Sum"), "products": _("Hours × rate"), "percent": _("Weight × score"),
    }[asked]  # fmt: skip


# --- how it is written ------------------------------------------------------------------------------------------------
def _row(number: int, cells: list[Cell], strings: dict[str, int], look: str = "", kind: str = "") -> str:
    """``look`` is that of all its cells ("plain" for none), else each has that of its value with ``kind`` behind."""
    done = []
    for letter, value in zip(LETTERS, cells, strict=False):
        if isinstance(value, int | Decimal):
            its = LOOK[("whole" if isinstance(value, int) else "exact") + kind]
            done.append(f'<c r="{letter}{number}" s="{its}"><v>{value}</v></c>')
        elif value:
            its = 0 if look == "plain" else LOOK[look or f"text{kind}"]
            at = strings.setdefault(value, len(strings))
            done.append(f'<c r="{letter}{number}" s="{its}" t="s"><v>{at}</v></c>')
    return f'<row r="{number}">{"".join(done)}</row>'


LETTERS = [*"ABCDEFGHIJKLMNOPQRSTUVWXYZ", *(f"A{letter}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ")]


def _fit(text: str) -> str:
    return text_of(CODED.sub(r"_x005F_\1", text[:MOST_CHARS]))


def _sheet(sheet: Sheet, is_first: bool) -> str:
    fit = '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>' if sheet.is_list else ""
    chosen = ' tabSelected="1"' if is_first else ""
    columns = "".join(
        f'<col min="{number}" max="{number}" width="{width + 0.71}" customWidth="1"/>'
        for number, width in enumerate(sheet.widths, 1)
    )
    return (
        f'{HEAD}<worksheet xmlns="{S}" xmlns:r="{R}">{fit}'
        f'<sheetViews><sheetView{chosen} workbookViewId="0">{FROZEN if sheet.is_list else ""}</sheetView></sheetViews>'
        f'<sheetFormatPr defaultRowHeight="15"/><cols>{columns}</cols><sheetData>{"".join(sheet.rows)}</sheetData>'
        f"{ON_PAPER if sheet.is_list else ''}{DRAWN if sheet.chart else ''}</worksheet>"
    )


def _workbook(sheets: list[Sheet]) -> str:
    named = "".join(
        f'<sheet name="{text_of(sheet.name)}" sheetId="{number}" r:id="sheet{number}"/>'
        for number, sheet in enumerate(sheets, 1)
    )
    repeated = "".join(
        f'<definedName name="_xlnm.Print_Titles" localSheetId="{number}">\'{text_of(sheet.name)}\'!$1:$1</definedName>'
        for number, sheet in enumerate(sheets)
        if sheet.is_list
    )
    return (
        f'{HEAD}<workbook xmlns="{S}" xmlns:r="{R}"><bookViews><workbookView activeTab="0"/></bookViews>'
        f"<sheets>{named}</sheets><definedNames>{repeated}</definedNames></workbook>"
    )


def _place(name: str, rows: int, column: int, is_head: bool) -> str:
    """Where a chart finds the head of a column or what stands below it."""
    letter = LETTERS[column]
    return f"'{text_of(name)}'!${letter}$" + ("1" if is_head else f"2:${letter}${rows + 1}")


def _drawing(table: Table) -> str:
    """The chart beside its table; its title is read out where it cannot be seen."""
    column = f"<xdr:col>{len(table.head) + 1}</xdr:col><xdr:colOff>0</xdr:colOff>"
    place = f"<xdr:from>{column}<xdr:row>1</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:from>"
    return (
        f'{HEAD}<xdr:wsDr xmlns:xdr="{XDR}" xmlns:a="{A}"><xdr:oneCellAnchor>{place}'
        f'<xdr:ext cx="{WIDTH}" cy="{height_of(table)}"/><xdr:graphicFrame macro="">'
        f'<xdr:nvGraphicFramePr><xdr:cNvPr id="2" name="chart" descr="{text_of(table.title)}"/><xdr:cNvGraphicFramePr/>'
        '</xdr:nvGraphicFramePr><xdr:xfrm><a:off x="0" y="0"/><a:ext cx="0" cy="0"/></xdr:xfrm>'
        f'<a:graphic><a:graphicData uri="{C}"><c:chart xmlns:c="{C}" xmlns:r="{R}" r:id="chart"/></a:graphicData>'
        "</a:graphic></xdr:graphicFrame><xdr:clientData/></xdr:oneCellAnchor></xdr:wsDr>"
    )


def _relation(its_id: str, kind: str, target: str) -> str:
    return f'<Relationship Id="{its_id}" Type="{R}/{kind}" Target="{target}"/>'


def _relations(relation: str) -> str:
    return f'{HEAD}<Relationships xmlns="{PACKAGE}">{relation}</Relationships>'
