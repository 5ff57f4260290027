"""A list as an Excel file: one sheet, a bold head that stays in sight, one row each, however long it gets.

The XML is written here, a portion of rows at a time: openpyxl, which looks at each cell by itself, takes eight times as
long. Every text is written as a text, so nobody's note becomes a formula in a colleague's Excel.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import IO, Any
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl.utils import get_column_letter

NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # what no Word or Excel file can hold
MOST_CHARS = 32_767  # of a cell; with more Excel calls the file damaged
LEVEL = 1  # of compression: the default saves a quarter of the bytes for twice the time
SHORT, MOST_KEPT = 60, 5_000  # signs of a text, and how many such texts are remembered
WIDTH = 18
HEAD, DAY, MOMENT, CLOCK = range(1, 5)  # the cellXfs below, in their order
FIRST_DAY = 61  # 1900-03-01: Excel counts a 29 February before it that never was
DAYS_BEFORE = date(1899, 12, 30).toordinal()

PROLOG = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
RELATIONS = "application/vnd.openxmlformats-package.relationships+xml"
PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
    f'<Default Extension="rels" ContentType="{RELATIONS}"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{KIND}.sheet.main+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{KIND}.styles+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{KIND}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="book" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="sheet" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="styles" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><numFmts count="2">'
    '<numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
    '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    "<borders><border><left/><right/><top/><bottom/><diagonal/></border></borders>"
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="5"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
    + "".join(
        f'<xf numFmtId="{number}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        for number in (164, 165, 21)
    )
    + '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
}


def write_list(
    to: IO[bytes], *, title: str, heads: Sequence[str], portions: Iterable[Iterable[Sequence[object]]]
) -> None:
    """Write the file. Cells are texts, numbers, days, moments without a time zone, times, True and False, or None."""
    name = re.sub(r"""[\\/*?:\[\]'"]""", " ", title)[:31]
    letters = [get_column_letter(number) for number in range(1, len(heads) + 1)]
    with ZipFile(to, "w", ZIP_DEFLATED, compresslevel=LEVEL) as package:
        for part, text in (PARTS | {"xl/workbook.xml": _workbook(name)}).items():
            package.writestr(part, PROLOG + text)
        with package.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(
                f'{PROLOG}<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0">'
                '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
                '</sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/>'
                f'<cols><col min="1" max="{len(heads)}" width="{WIDTH}" customWidth="1"/></cols><sheetData>'.encode()
            )
            sheet.write(_row(1, letters, [f' s="{HEAD}"{_text(head)}' for head in heads]))
            number = 1
            for rows in portions:
                lines = []
                for row in rows:
                    number += 1
                    lines.append(_row(number, letters, map(_value, row)))
                sheet.write(b"".join(lines))
            sheet.write(b"</sheetData></worksheet>")


def _workbook(name: str) -> str:
    return (
        f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
        f'<sheet name="{escape(name)}" sheetId="1" r:id="sheet"/>'
        '</sheets><definedNames><definedName name="_xlnm.Print_Titles" localSheetId="0">'
        f"'{escape(name)}'!$1:$1</definedName></definedNames></workbook>"
    )


def _row(number: int, letters: list[str], values: Iterable[str]) -> bytes:
    cells = [f'<c r="{letter}{number}"{value}' for letter, value in zip(letters, values, strict=True) if value]
    return f'<row r="{number}">{"".join(cells)}</row>'.encode()


def _value(value: Any) -> str:
    """A cell behind its place; nothing for an empty one."""
    if value is None or value == "":
        return ""
    if isinstance(value, str):
        return _short(value) if len(value) <= SHORT else _text(value)
    if isinstance(value, bool):
        return f' t="b"><v>{value:d}</v></c>'
    if isinstance(value, int | float | Decimal):
        return f"><v>{value}</v></c>"
    if isinstance(value, time):
        return f' s="{CLOCK}"><v>{_share_of_day(value)!r}</v></c>'
    days = value.toordinal() - DAYS_BEFORE
    if days < FIRST_DAY:
        return _text(value.isoformat())
    if isinstance(value, datetime):
        return f' s="{MOMENT}"><v>{days + _share_of_day(value.time())!r}</v></c>'
    return f' s="{DAY}"><v>{days}</v></c>'


def _text(text: str) -> str:
    said = escape(NOT_IN_XML.sub("", text[:MOST_CHARS]), {"\r": "&#13;"})
    return f' t="inlineStr"><is><t xml:space="preserve">{said}</t></is></c>'


_short = lru_cache(MOST_KEPT)(_text)  # names and states come again in every row


def _share_of_day(at: time) -> float:
    return timedelta(hours=at.hour, minutes=at.minute, seconds=at.second, microseconds=at.microsecond) / timedelta(1)
