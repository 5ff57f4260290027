"""Open a Word or Excel file that a stranger sent, and hand out its tables as plain text cells."""

import io
import warnings
import zipfile
from datetime import datetime
from typing import Any

import docx
import openpyxl
from django.utils.translation import gettext as _
from docx.oxml.ns import qn

Grid = list[list[str]]

MAX_FILE = 10 * 1024 * 1024
MAX_UNPACKED = 60 * 1024 * 1024  # a zip of 10 MB can hold gigabytes
# marks ("<") of all parts together. A Word file's elements are held in memory, 250 bytes and a fiftieth of
# a millisecond each, a sheet's are read one by one. The city's own table has 27,000 as Word, 1,400 as Excel.
MAX_MARKS = {"docx": 400_000, "xlsx": 1_500_000}
MAX_ROWS, MAX_COLUMNS = 5000, 60  # a sheet may claim a million empty rows

MAIN_PART = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml"}


class BadFile(Exception):
    """A file that cannot be read; the text is a sentence for people."""


def read_grids(content: bytes, name: str) -> tuple[list[Grid], list[str]]:
    """The tables of the file and the lines of text around them.

    A cell merged into one above or to the left is empty: only the first cell carries the text.
    Raises BadFile when the file is too large or is not what its name says.
    """
    kind = name.rpartition(".")[2].lower()
    _check(content, kind)
    try:
        return _read_docx(content) if kind == "docx" else _read_xlsx(content)
    except Exception as error:  # the libraries answer damaged parts with KeyError, ValueError, lxml errors and others
        raise BadFile(_("The file is damaged and cannot be read.")) from error


def _check(content: bytes, kind: str) -> None:
    if kind not in MAIN_PART:
        raise BadFile(_("Only .docx and .xlsx files can be read. Save an older file in one of these formats first."))
    if not content:
        raise BadFile(_("The file is empty."))
    too_large = _("The file is too large: at most %(size)s MB.") % {"size": MAX_FILE // 1024 // 1024}
    if len(content) > MAX_FILE:
        raise BadFile(too_large)
    not_so = BadFile(_("The file is named .%(kind)s but is not such a file, or it has a password.") % {"kind": kind})
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except zipfile.BadZipFile:
        raise not_so from None
    if MAIN_PART[kind] not in archive.namelist():
        raise not_so
    if sum(part.file_size for part in archive.infolist()) > MAX_UNPACKED:
        raise BadFile(too_large)
    marks = 0
    for part in archive.infolist():
        if part.filename.endswith((".xml", ".rels")):
            try:
                text = archive.read(part)
            except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
                raise BadFile(_("The file is damaged and cannot be read.")) from error
            if b"<!DOCTYPE" in text or b"<!ENTITY" in text:  # Office writes neither; entities can grow without end
                raise not_so
            marks += text.count(b"<")
            if marks > MAX_MARKS[kind]:
                raise BadFile(_("The file holds far more cells than a table of tasks."))


def _read_docx(content: bytes) -> tuple[list[Grid], list[str]]:
    body = docx.Document(io.BytesIO(content)).element.body
    grids = [[_docx_row(row) for row in table.xpath("./w:tr")] for table in body.xpath("./w:tbl|./w:sdt//w:tbl")]
    return grids, [_paragraph(paragraph) for paragraph in body.xpath("./w:p")]


def _docx_row(row: Any) -> list[str]:
    cells = [""] * row.grid_before
    for cell in row.xpath("./w:tc|./w:sdt/w:sdtContent/w:tc"):
        below = cell.vMerge == "continue"
        cells.append("" if below else "\n".join(_paragraph(paragraph) for paragraph in cell.xpath("./w:p")))
        cells += [""] * (cell.grid_span - 1)
    return cells


def _paragraph(paragraph: Any) -> str:
    """The text as it stands now: what a tracked change inserted is in it, what it deleted is not."""
    blank = {qn("w:tab"): "\t", qn("w:br"): "\n"}
    return "".join(
        blank.get(node.tag) or node.text or "" for node in paragraph.xpath(".//w:r/*[self::w:t|self::w:tab|self::w:br]")
    )


def _read_xlsx(content: bytes) -> tuple[list[Grid], list[str]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns of styles and extensions that do not matter here
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        return [
            [
                [_cell(value) for value in row]
                for row in sheet.iter_rows(max_row=MAX_ROWS, max_col=MAX_COLUMNS, values_only=True)
            ]
            for sheet in book.worksheets
        ], []


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value.year}年{value.month}月{value.day}日"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)
