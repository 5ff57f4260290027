"""Reading a scheme's indicators from a CSV or Excel file, with every mistake named by its row."""

import csv
import io
import zipfile
from collections.abc import Container, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

from ..curves import read_curve, write_curve
from ..measures import MEASURES
from ..models import Indicator, Scheme, Subtotal
from .checkup import check_up
from .indicator_trees import is_tree, read_tree

COLUMNS = ["number", "group", "dimension", "name", "weight_percent", "required"]
OPTIONAL = ["kind", "rubric", "measure", "curve"]
YES, NO = {"yes", "true", "1", "是", "必选"}, {"no", "false", "0", "", "否", "可选"}
LARGEST = 2 * 1024 * 1024
LARGEST_UNPACKED = 20 * 1024 * 1024
MOST_ROWS = 300  # three inputs each on one form, of which Django reads a thousand
LONGEST = {field.name: field.max_length or 0 for field in Indicator._meta.fields}


@dataclass(frozen=True)
class Read:
    """What a file says, unsaved, in its order, weights in per cent; ``weights_as`` is how the file writes them."""

    indicators: list[Indicator]
    subtotals: list[Subtotal]
    weights_as: str


def read_indicators(file: File, measures: Container[str] = MEASURES) -> Read:
    """``measures`` are the names of what can be counted.

    Raises ValidationError({"file": sentences}), all mistakes at once.
    """
    table = [[_text(cell) for cell in row] for row in _rows(file)]
    numbered = [(number, row) for number, row in enumerate(table, start=1) if any(row)]
    if not numbered:
        raise _wrong([_("The file is empty.")])
    head = [name.lower() for name in numbered[0][1]]
    while head and not head[-1]:
        head.pop()
    if is_tree(head):
        numbered, subtotals, weights_as = read_tree(numbered)
        head = COLUMNS + OPTIONAL
    else:
        subtotals, weights_as = [], Scheme.WeightsAs.PERCENT
    _check_head(head)
    found, mistakes = [], []
    for number, row in numbered[1:]:
        cells = dict(zip(head, row + [""] * len(head), strict=False))
        indicator, sentences = _indicator(cells, measures)
        mistakes += [_("Row %(row)s: %(sentence)s") % {"row": number, "sentence": sentence} for sentence in sentences]
        found.append(indicator)
    if not found:
        mistakes.append(_("There are no indicators under the first row."))
    else:
        doubts = check_up(found, subtotals=subtotals, weights_as=weights_as)
        mistakes += [doubt.sentence for doubt in doubts if not doubt.is_warning]
    if mistakes:
        raise _wrong(mistakes)
    return Read(found, subtotals, weights_as)


def _rows(file: File) -> Sequence[Sequence[object]]:
    name = (file.name or "").lower()
    data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise _wrong([_("The file is larger than 2 MB.")])
    if name.endswith(".csv"):
        rows = _csv_rows(data)
    elif name.endswith(".xlsx"):
        rows = _xlsx_rows(data)
    else:
        raise _wrong([_("Give a .csv or .xlsx file.")])
    if len(rows) > MOST_ROWS:
        raise _wrong([_("The file has more than %(most)s rows.") % {"most": MOST_ROWS}])
    return rows


def _csv_rows(data: bytes) -> Sequence[Sequence[object]]:
    if b"\0" in data or data.startswith(b"PK"):
        raise _wrong([_("This is not a CSV file, whatever its name says.")])
    for encoding in ("utf-8-sig", "gb18030"):  # Excel in Chinese writes the second one
        try:
            return list(csv.reader(io.StringIO(data.decode(encoding), newline="")))
        except UnicodeDecodeError:
            continue
        except csv.Error:
            break
    raise _wrong([_("This is not a CSV file, whatever its name says.")])


def _xlsx_rows(data: bytes) -> Sequence[Sequence[object]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(part.file_size for part in packed.infolist()) > LARGEST_UNPACKED:
                raise _wrong([_("The file is too large when unpacked.")])
        return CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    except (zipfile.BadZipFile, CalamineError):
        raise _wrong([_("This is not an Excel file, whatever its name says.")]) from None


def _check_head(head: list[str]) -> None:
    missing = [name for name in COLUMNS if name not in head]
    if len(missing) > len(COLUMNS) // 2:
        raise _wrong([_("The first row is not recognised. It must be: %(columns)s.") % {"columns": ", ".join(COLUMNS)}])
    unknown = [name for name in head if name not in COLUMNS + OPTIONAL]
    twice = sorted({name for name in head if head.count(name) > 1 and name in COLUMNS + OPTIONAL})
    mistakes = [_("Column “%(column)s” is missing.") % {"column": name} for name in missing]
    mistakes += [_("Column “%(column)s” is not known.") % {"column": name} for name in unknown]
    mistakes += [_("Column “%(column)s” stands there twice.") % {"column": name} for name in twice]
    if mistakes:
        raise _wrong(mistakes)


def _indicator(cells: dict[str, str], measures: Container[str]) -> tuple[Indicator, list[str]]:
    """The row as an indicator, and what is wrong with it."""
    mistakes = []
    kind = cells.get("kind") or Indicator.Kind.WEIGHTED
    if kind not in Indicator.Kind.values:
        mistakes.append(_("“%(text)s” is not a kind of indicator.") % {"text": kind})
        kind = Indicator.Kind.WEIGHTED
    required = cells["required"].lower()
    if required not in YES | NO:
        mistakes.append(_("“required” must be yes or no, not “%(text)s”.") % {"text": cells["required"]})
    weight = _weight(cells["weight_percent"], kind, mistakes)
    for name in ("group", "dimension", "name"):
        if not cells[name]:
            mistakes.append(_("“%(column)s” is empty.") % {"column": name})
        elif len(cells[name]) > LONGEST[name]:
            mistakes.append(_("“%(column)s” is too long.") % {"column": name})
    number = cells["number"]
    if not number.isdecimal() or len(number) > 4 or int(number) == 0:
        mistakes.append(_("“%(text)s” is not a number of an indicator.") % {"text": number})
        number = "0"
    measure, curve = cells.get("measure", ""), cells.get("curve", "")
    if measure and measure not in measures:
        mistakes.append(_("“%(text)s” is not something that the program counts.") % {"text": measure})
    if bool(measure) != bool(curve) or (measure and kind != Indicator.Kind.WEIGHTED):
        mistakes.append(_("Only a weighted indicator is counted, and then it has points for figures."))
    elif curve:
        try:
            curve = write_curve(read_curve(curve))
        except ValidationError as error:
            mistakes += error.messages
    return (
        Indicator(
            number=int(number),
            group=cells["group"],
            dimension=cells["dimension"],
            name=cells["name"],
            weight=weight,
            is_required=required in YES,
            kind=kind,
            rubric=cells.get("rubric", ""),
            measure=measure,
            curve=curve,
        ),
        mistakes,
    )


def _weight(text: str, kind: str, mistakes: list[str]) -> Decimal:
    if kind != Indicator.Kind.WEIGHTED:
        if text not in ("", "0"):
            mistakes.append(_("A deduction or a veto has no weight."))
        return Decimal(0)
    if not text:
        mistakes.append(_("The weight is missing."))
        return Decimal(0)
    try:
        weight = Decimal(text.removesuffix("%"))
    except InvalidOperation:
        weight = Decimal("NaN")
    if not weight.is_finite():
        mistakes.append(_("The weight “%(text)s” is not a number.") % {"text": text})
        return Decimal(0)
    if not 0 < weight <= 100:
        mistakes.append(_("The weight %(text)s is not over 0 and up to 100.") % {"text": text})
    elif weight != round(weight, 2):
        mistakes.append(_("The weight %(text)s has more than two decimals.") % {"text": text})
    return weight


def _text(cell: object) -> str:
    """A cell as written: Excel's 6.0 is 6. Excel can hold a NUL, which no database takes."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell).replace("\0", "").strip()


def _wrong(sentences: list[str]) -> ValidationError:
    return ValidationError({"file": sentences})
