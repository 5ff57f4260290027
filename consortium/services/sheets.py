"""Reading an Excel file that people filled in: which sheet, where its head is, which column says what, what it cannot
hold.

python-calamine reads the values, fifteen times faster than openpyxl, and without believing the size that a sheet
declares. It loses three things, so the sheet's XML is looked through first: formulas (it gives what they last came to),
error values (it gives nothing) and the true extent (one cell at the far end of a sheet would fill the memory).
"""

import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from string import digits
from typing import Any
from xml.parsers import expat

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override
from openpyxl.utils import get_column_letter
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from .cells import shown, text_of
from .changes import Refused

MOST_COLUMNS = 60
UNPACKED_BYTES = 60_000_000  # of all parts; 10,000 rows of hours need seven million
HEAD_WITHIN = 20  # rows from the top
CHUNK = 1 << 16


class Unreadable(Refused):
    """A file that is not read at all."""


@dataclass(frozen=True)
class Layout:
    """What a sheet may hold: its columns by code name with their heads, which of them are ``needed``, and sentences.

    ``also`` are other heads that people write, ``passed_over`` those that the program's own export has and that are not
    read, ``unasked`` columns that nobody is told to fill in.
    """

    labels: Mapping[str, Any]
    needed: tuple[str, ...]
    most_rows: int
    too_far: Any  # %(sheet)s, %(row)s: something stands further down than twice the most rows
    too_many: Any  # %(n)s
    nothing: Any  # %(row)s of the head
    also: Mapping[str, str] = field(default_factory=dict)
    passed_over: tuple[Any, ...] = ()
    unasked: tuple[str, ...] = ()

    @property
    def last_row(self) -> int:
        """Empty rows between the others count for nothing, but not without end."""
        return 2 * self.most_rows


@dataclass(frozen=True)
class Fault:
    """What is wrong with one cell: its row and column as Excel counts them, what stands there, and the sentence."""

    row: int
    column: str
    text: str
    sentence: str


@dataclass
class Sheet:
    """What was read: the columns by what they say (numbers from 0), the rows by their numbers, and what is wrong."""

    name: str
    head: int = 0
    columns: dict[str, int] = field(default_factory=dict)
    rows: list[tuple[int, list]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @cached_property
    def cells(self) -> dict[int, list]:
        return dict(self.rows)

    def letter(self, column: str) -> str:
        return get_column_letter(self.columns[column] + 1) if column in self.columns else ""

    def text(self, number: int, column: str) -> str:
        """What stands in a cell below the head, short enough to be found by."""
        if column not in self.columns:
            return ""
        cells, place = self.cells[number], self.columns[column]
        return shown(cells[place]) if place < len(cells) else ""


@dataclass
class Look:
    """What stands in a sheet's XML: the last row and column with a value, formulas and errors by cell."""

    rows: int = 0
    columns: int = 0
    formulas: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def read_sheet(path: Path, layout: Layout) -> Sheet:
    """The rows of ``layout`` in the Excel file at ``path``. Raises Unreadable with a sentence when there are none."""
    damaged = Unreadable(_("This Excel file is damaged and cannot be read. Save it anew and hand it in again."))
    try:
        with zipfile.ZipFile(path) as package:
            if sum(part.file_size for part in package.infolist()) > UNPACKED_BYTES:
                raise Unreadable(_("Unpacked, this file would be far too large."))
            for part in package.infolist():  # a part that unpacks to more than it says ends here
                if part.filename.startswith("xl/") and not part.filename.startswith("xl/worksheets/"):
                    _refuse_entities(package.read(part))
            workbook = CalamineWorkbook.from_path(path)
            if _counts_from_1904(package):
                raise Unreadable(
                    _(
                        "This file counts its days from 1904. Switch that off in Excel (Options, Advanced), save "
                        "it again."
                    )
                )
            return _find(workbook, package, layout)
    except Unreadable:
        raise
    except (CalamineError, zipfile.BadZipFile, expat.ExpatError, EOFError, KeyError, ValueError, OSError) as error:
        raise damaged from error


def _find(workbook: CalamineWorkbook, package: zipfile.ZipFile, layout: Layout) -> Sheet:
    """The first visible sheet that has a head of ours."""
    best: Sheet | None = None
    parts = _sheet_parts(package)
    for meta in workbook.sheets_metadata:
        if meta.visible != SheetVisibleEnum.Visible or meta.name not in parts:
            continue
        look = _look(package, parts[meta.name], 2 * layout.last_row)
        if look.columns > MOST_COLUMNS:
            column = get_column_letter(look.columns)
            raise Unreadable(
                _("Sheet “%(sheet)s” has something as far as column %(column)s. Delete what does not belong there.")
                % {"sheet": meta.name, "column": column}
            )
        if look.rows > layout.last_row:
            raise Unreadable(str(layout.too_far) % {"sheet": meta.name, "row": f"{look.rows:,}"})
        source = workbook.get_sheet_by_name(meta.name)
        sheet = _read(meta.name, source, look, layout)
        if sheet:
            best = sheet
            break
    if best is None:
        heads = _(", ").join(str(label) for name, label in layout.labels.items() if name not in layout.unasked)
        raise Unreadable(_("No sheet has a row with these heads: %(heads)s. Take the template.") % {"heads": heads})
    others = [meta.name for meta in workbook.sheets_metadata if meta.name != best.name]
    if others:
        words = {"sheet": best.name, "others": _(", ").join(f"“{name}”" for name in others)}
        best.notes.append(_("Only the sheet “%(sheet)s” was read, not %(others)s.") % words)
    return best


def _read(name: str, source: CalamineSheet, look: Look, layout: Layout) -> Sheet | None:
    table = source.to_python(skip_empty_area=False)
    known, passed = _names(layout)
    head = next(
        (
            number
            for number, row in enumerate(table[:HEAD_WITHIN], 1)
            if len(_known(row, known) & {*layout.needed}) >= 2
        ),
        None,
    )
    if head is None:
        return None
    sheet = Sheet(name, head)
    _read_head(sheet, table[head - 1], known, passed, layout)
    sheet.rows = [
        (number, row)
        for number, row in enumerate(table[head:], head + 1)
        if any(cell not in ("", None) for cell in row)
    ]
    if len(sheet.rows) > layout.most_rows:
        raise Unreadable(str(layout.too_many) % {"n": f"{len(sheet.rows):,}"})
    if not sheet.rows:
        raise Unreadable(str(layout.nothing) % {"row": head})
    for cell in look.formulas:
        _add(sheet, cell, _("This is a formula. Copy the column and paste it back as values."))
    for cell in look.errors:
        _add(sheet, cell, _("Excel could not work this out. Type the value."))
    for (top, left), (bottom, right) in source.merged_cell_ranges or []:
        if bottom >= head:  # below the head, counted from 0
            where = f"{get_column_letter(left + 1)}{top + 1}:{get_column_letter(right + 1)}{bottom + 1}"
            words = {"cells": where}
            sentence = _("%(cells)s are merged, and only the first of them has a value. Undo the merging.") % words
            sheet.faults.append(Fault(max(top, head) + 1, get_column_letter(left + 1), "", sentence))
    return sheet


def _read_head(sheet: Sheet, row: list, known: dict[str, str], passed: set[str], layout: Layout) -> None:
    read_over = []
    for place, cell in enumerate(row):
        text = text_of(cell)
        if not text:
            continue
        column = known.get(_plain(text))
        fault = ""
        if column in sheet.columns:
            fault = _("This column stands there twice.")
        elif column:
            sheet.columns[column] = place
        elif _plain(text) in passed:
            read_over.append(text)
        else:
            fault = _("This column is not known. Delete it, or give it a name of the template.")
        if fault:
            sheet.faults.append(Fault(sheet.head, get_column_letter(place + 1), text, fault))
    for column in layout.needed:
        if column not in sheet.columns:
            words = {"column": str(layout.labels[column])}
            sheet.faults.append(Fault(sheet.head, "", "", _("The column “%(column)s” is missing.") % words))
    if read_over:
        words = {"columns": _(", ").join(f"“{name}”" for name in read_over)}
        sheet.notes.append(_("These columns say what the program knows itself and are not read: %(columns)s.") % words)


def _add(sheet: Sheet, cell: str, sentence: str) -> None:
    """The fault of a cell below the head; above it may stand what likes."""
    column = cell.rstrip(digits)
    row = int(cell[len(column) :])
    cells, place = sheet.cells.get(row, []), _number(column) - 1
    if row > sheet.head:
        sheet.faults.append(Fault(row, column, text_of(cells[place])[:60] if place < len(cells) else "", sentence))


def _names(layout: Layout) -> tuple[dict[str, str], set[str]]:
    """What the heads are called in any language of the program: those that are read, and those passed over."""
    known, passed = dict(layout.also), set()
    for language, _name in settings.LANGUAGES:
        with override(language):
            known |= {_plain(str(label)): column for column, label in layout.labels.items()}
            passed |= {_plain(str(label)) for label in layout.passed_over}
    return known, passed


def _plain(text: str) -> str:
    """A head without what people add to it: a star, a remark in brackets, spaces."""
    return text.split("(")[0].replace("*", "").replace(" ", "").casefold()


def _known(row: list, known: dict[str, str]) -> set[str]:
    return {known.get(_plain(text_of(cell)), "") for cell in row}


class _Enough(Exception):
    """What follows in the sheet changes nothing: it is refused already."""


def _look(package: zipfile.ZipFile, part: str, most_rows: int) -> Look:
    """Read through a sheet's XML, until something stands too far right or below ``most_rows``.

    Formulas are told by the element, not by the value that they last had.
    """
    look = Look()
    local: dict[str, str] = {}
    columns: set[str] = set()
    row, cell, last = 0, "", ""

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal row, cell, last
        kind = local.get(name) or local.setdefault(name, name.rpartition(":")[2])
        if kind == "c":
            cell = attributes.get("r") or _right_of(cell)
            if attributes.get("t") == "e":
                look.errors.append(cell)
        elif kind == "v" or kind == "is":
            letters = cell.rstrip(digits)
            if (number := cell[len(letters) :]) != last:
                last = number
                look.rows = max(look.rows, int(number))
            if letters not in columns:
                columns.add(letters)
                look.columns = max(look.columns, _number(letters))
            if look.columns > MOST_COLUMNS or look.rows > most_rows:
                raise _Enough
        elif kind == "f":
            look.formulas.append(cell)
        elif kind == "row":
            row = int(attributes.get("r") or row + 1)
            cell = str(row)

    with package.open(part) as file, suppress(_Enough):
        _parse(iter(lambda: file.read(CHUNK), b""), start)
    look.errors = [cell for cell in look.errors if cell not in set(look.formulas)]
    return look


def _right_of(cell: str) -> str:
    """The next cell of the row, for files that do not say; the first one when ``cell`` is the row's number alone."""
    letters = cell.rstrip(digits)
    return f"{get_column_letter(_number(letters) + 1 if letters else 1)}{cell[len(letters) :]}"


def _parse(chunks: Iterator[bytes], start: Callable[[str, dict[str, str]], None] | None = None) -> None:
    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = _refuse_doctype  # no Excel file has one: it is where entities that grow are made
    for chunk in chunks:
        parser.Parse(chunk)
    parser.Parse(b"", True)


def _refuse_doctype(*_what: object) -> None:
    raise Unreadable(_("This Excel file is damaged and cannot be read. Save it anew and hand it in again."))


def _refuse_entities(data: bytes) -> None:
    if b"<!DOCTYPE" in data[:4096]:
        _refuse_doctype()


_columns: dict[str, int] = {get_column_letter(number): number for number in range(1, 16_385)}


def _number(letters: str) -> int:
    return _columns[letters]


def _sheet_parts(package: zipfile.ZipFile) -> dict[str, str]:
    """The XML part of each sheet by the sheet's name."""
    targets: dict[str, str] = {}
    parts: dict[str, str] = {}
    names = {name.lower(): name for name in package.namelist()}

    def relation(name: str, attributes: dict[str, str]) -> None:
        if "Target" in attributes:
            target = attributes["Target"]
            path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            targets[attributes.get("Id", "")] = names.get(path.lower(), path)

    def sheet(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "sheet":
            relation_id = next((value for key, value in attributes.items() if key.rpartition(":")[2] == "id"), "")
            if targets.get(relation_id) in package.namelist():
                parts[attributes.get("name", "")] = targets[relation_id]

    _parse(iter([package.read("xl/_rels/workbook.xml.rels")]), relation)
    _parse(iter([package.read("xl/workbook.xml")]), sheet)
    return parts


def _counts_from_1904(package: zipfile.ZipFile) -> bool:
    found = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "workbookPr":
            found.append(attributes.get("date1904", "0") in ("1", "true"))

    _parse(iter([package.read("xl/workbook.xml")]), start)
    return any(found)
