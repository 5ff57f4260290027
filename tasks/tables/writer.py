"""Write the official task table as Word or Excel, in the layout that ``reader`` reads."""

import io
from collections.abc import Iterable, Iterator
from typing import Any
from unicodedata import east_asian_width
from xml.sax.saxutils import escape

import docx
import openpyxl
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt
from openpyxl.styles import Alignment, Border, Font, Side

from consortium.lists import NOT_IN_XML

from .rows import TaskRow, TaskTable

# The official form is Chinese whatever the language of the reader.
COLUMNS = ["序号", "目标任务", "季度", "形象进度", "最新进展", "主管领导", "责任人员", "联系电话"]
WIDTHS_CM = [1.2, 3.5, 1.6, 7.1, 5.4, 2.0, 2.0, 2.9]
MERGED = {0: "number", 1: "goal", 5: "leader", 6: "responsible_person", 7: "phone"}
CENTRED = {0, 2, 5, 6, 7}
UNITS_A_CM, LINE_POINTS = 4.5, 14.5  # of the sheet: digits of width, points a line
TITLE_FONT, TEXT_FONT = "黑体", "宋体"


def write_docx(table: TaskTable) -> bytes:
    """The table on A4 landscape, its head repeated on every page."""
    document = docx.Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Cm(29.7), Cm(21)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(2)
    title = document.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _write(title, table.title, TITLE_FONT, 18)
    line = document.add_paragraph()
    line.paragraph_format.tab_stops.add_tab_stop(Cm(25.7), WD_TAB_ALIGNMENT.RIGHT)
    _write(line, "\t".join(unit_and_date(table)), TEXT_FONT, 12)

    grid = document.add_table(rows=0, cols=len(COLUMNS), style="Table Grid")
    grid.alignment = WD_TABLE_ALIGNMENT.CENTER
    grid.autofit = False
    for column, width in enumerate(WIDTHS_CM):
        grid.columns[column].width = Cm(width)
    grid._tbl.append(_row([_cell(n, text, TITLE_FONT, centred=True) for n, text in enumerate(COLUMNS)], "w:tblHeader"))
    for task in table.rows:
        lines = lines_of(task)
        for number, texts in enumerate(lines):
            grid._tbl.append(_row(_cells(texts, is_first=not number, is_last=number == len(lines) - 1), "w:cantSplit"))
    return _saved(document)


def _cells(texts: list[str], *, is_first: bool, is_last: bool) -> Iterator[str]:
    """The cells of one quarter: what the task has once stands in its first row, and a task stays on one page."""
    for column, text in enumerate(texts):
        merged = column in MERGED and not (is_first and is_last)
        yield _cell(
            column,
            text if is_first or column not in MERGED else "",
            TEXT_FONT,
            centred=column in CENTRED,
            merge=("restart" if is_first else "continue") if merged else "",
            with_next=column not in MERGED and not is_last,
        )


def write_xlsx(table: TaskTable) -> bytes:
    """The table as one sheet, printed on A4 landscape one page wide with its head on every page."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.title = "任务分解一览表"
    line = Side(style="thin")
    border = Border(left=line, right=line, top=line, bottom=line)
    fonts = {bold: Font(name=TEXT_FONT, bold=bold) for bold in (True, False)}
    places = {
        centred: Alignment(wrap_text=True, vertical="center", horizontal="center" if centred else None)
        for centred in (True, False)
    }

    def put(row: int, column: int, text: str, *, bold: bool = False, centred: bool = False) -> None:
        cell = sheet.cell(row, column + 1)
        cell.value, cell.data_type = _clean(text), "s"  # text stays text: what begins with = is no formula
        cell.font, cell.alignment = fonts[bold], places[centred]

    put(1, 0, table.title, bold=True, centred=True)
    sheet["A1"].font = Font(name=TITLE_FONT, size=18)
    sheet.row_dimensions[1].height, sheet.row_dimensions[2].height = 32, 20
    sheet.merge_cells("A1:H1")
    unit, reported = unit_and_date(table)
    put(2, 0, unit)
    put(2, 5, reported)
    sheet.merge_cells("A2:E2")
    sheet.merge_cells("F2:H2")
    for column, heading in enumerate(COLUMNS):
        put(3, column, heading, bold=True, centred=True)
        sheet.column_dimensions[chr(ord("A") + column)].width = WIDTHS_CM[column] * UNITS_A_CM
    row = 3
    for task in table.rows:
        lines = lines_of(task)
        heights = _heights(lines)
        for number, texts in enumerate(lines):
            row += 1
            sheet.row_dimensions[row].height = heights[number]
            for column, text in enumerate(texts):
                if text and not (number and column in MERGED):
                    put(row, column, text, centred=column in CENTRED)
        for column in MERGED if len(lines) > 1 else ():
            sheet.merge_cells(
                start_row=row - len(lines) + 1, end_row=row, start_column=column + 1, end_column=column + 1
            )
    for cells in sheet.iter_rows(min_row=3, max_row=row, max_col=len(COLUMNS)):
        for cell in cells:
            cell.border = border
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "3:3"
    return _saved(book)


def _heights(lines: list[list[str]]) -> list[float]:
    """Points for each row of a task. No program finds the height of a row by itself where cells are merged."""
    own = [max(_wrapped(text, column) for column, text in enumerate(texts) if column not in MERGED) for texts in lines]
    shared = max(_wrapped(lines[0][column], column) for column in MERGED)
    own[-1] += max(0, shared - sum(own))
    return [count * LINE_POINTS + 4 for count in own]


def _wrapped(text: str, column: int) -> int:
    """How many lines the text takes in its column: a Chinese character is as wide as two digits."""
    width = int(WIDTHS_CM[column] * UNITS_A_CM) - 1
    wide = [sum(2 if east_asian_width(char) in "WFA" else 1 for char in line) for line in text.split("\n")]
    return sum(max(1, -(-line // width)) for line in wide)


WRITERS = {"docx": write_docx, "xlsx": write_xlsx}


def unit_and_date(table: TaskTable) -> tuple[str, str]:
    day = table.reported_on
    written = f"{day.year}年{day.month}月{day.day}日" if day else "　　年　　月　　日"
    return f"填报单位（加盖公章）：{table.unit}", f"上报时间：{written}"


def lines_of(task: TaskRow) -> list[list[str]]:
    """The rows of one task, one a quarter (one without a quarter when it has no milestone), every cell filled in."""
    shared = {column: str(getattr(task, name)) for column, name in MERGED.items()}
    own = [
        {2: f"{quarter}季度", 3: milestone.text, 4: milestone.progress}
        for quarter, milestone in sorted(task.milestones.items())
    ] or [{2: "", 3: "", 4: ""}]
    return [[{**shared, **cells}[column] for column in range(len(COLUMNS))] for cells in own]


def _row(cells: Iterable[str], mark: str) -> Any:
    """A row of the Word table; ``mark`` is what is said of it as a whole. A library's call a cell takes a minute for
    500 tasks, hence the text of it at once."""
    return parse_xml(f"<w:tr {nsdecls('w')}><w:trPr><{mark}/></w:trPr>{''.join(cells)}</w:tr>")


def _cell(column: int, text: str, font: str, *, centred: bool = False, merge: str = "", with_next: bool = False) -> str:
    lines = "</w:t><w:br/><w:t xml:space='preserve'>".join(escape(line) for line in _clean(text).split("\n"))
    run = (
        f"<w:r><w:rPr><w:rFonts w:ascii='{font}' w:hAnsi='{font}' w:eastAsia='{font}'/><w:sz w:val='21'/></w:rPr>"
        f"<w:t xml:space='preserve'>{lines}</w:t></w:r>"
    )
    return (
        f"<w:tc><w:tcPr><w:tcW w:w='{Cm(WIDTHS_CM[column]).twips}' w:type='dxa'/>"
        + (f"<w:vMerge w:val='{merge}'/>" if merge else "")
        + "<w:vAlign w:val='center'/></w:tcPr><w:p><w:pPr>"
        + ("<w:keepNext/>" if with_next else "")
        + "<w:spacing w:before='60' w:after='60'/>"
        + ("<w:jc w:val='center'/>" if centred else "")
        + f"</w:pPr>{run if text else ''}</w:p></w:tc>"
    )


def _clean(text: str) -> str:
    return NOT_IN_XML.sub("", text)


def _write(paragraph: Any, text: str, font: str, size: float) -> None:
    run = paragraph.add_run(_clean(text))
    run.font.name, run.font.size = font, Pt(size)
    run._element.rPr.rFonts.set(qn("w:eastAsia"), font)  # the name alone is for Latin letters only


def _saved(document: Any) -> bytes:
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()
