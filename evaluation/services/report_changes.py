"""What a finished report would say otherwise if it were made now: cell by cell, in the words of its own tables."""

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from consortium.services import Refused

from ..models import AnnualReport
from .report_document import document, number_text
from .report_kinds import gather
from .report_parts import Band, Document, Table
from .reports import one_moment

Place = tuple[str, ...]  # chapter, table, band, row, column; of a sentence the chapter only


@dataclass(frozen=True)
class Change:
    """One figure or sentence; ``before`` or ``now`` is empty where the report has no such row."""

    place: Place
    before: str
    now: str


def is_stale(report: AnnualReport) -> bool:
    """Whether a finished report would say something else if it were made now, because records have changed."""
    if report.status != AnnualReport.Status.DONE:
        return False
    try:
        return figures_now(report) != report.figures
    except Refused:  # a result that does not fit its checksum is not what was printed either
        return True


def changes(report: AnnualReport) -> list[Change]:
    """What differs between a finished report and the records now, as ``document`` words it; empty when nothing does."""
    try:
        figures = figures_now(report)
    except Refused:
        return []
    if figures == report.figures:
        return []
    made_at = report.finished_at or timezone.now()
    anew = copy(report)
    anew.figures = figures
    return list(_differences(dict(_said(document(report, made_at))), dict(_said(document(anew, made_at)))))


def figures_now(report: AnnualReport) -> dict[str, Any]:
    """The figures as records give them now, as far as a report of that day had them: a section or figure that a later
    release of the program added is no change of records. Raises Refused as ``gather`` does."""
    with one_moment():
        now = gather(report)
    kept = report.figures or {}
    known = {name: section for name, section in now.items() if name in kept}
    for name in ("zone", "hours"):  # an evaluation has the keys of its stage, tasks are a list
        if name in known:
            known[name] = {key: value for key, value in known[name].items() if key in kept[name]}
    if "template" in kept:  # another one taken into use is no change of records
        known["template"] = kept["template"]
    return known


def _said(written: Document) -> Iterator[tuple[Place, str]]:
    """Every cell and sentence with its place, in their order."""
    for chapter in written.chapters:
        for number, part in enumerate(chapter.parts):
            if isinstance(part, Table):
                yield from _cells(chapter.title, part)
            else:
                yield (chapter.title, "", str(number)), part


def _cells(chapter: str, table: Table) -> Iterator[tuple[Place, str]]:
    band, met = "", set()
    for row in [*table.rows, *([table.total] if table.total else [])]:
        if isinstance(row, Band):
            band = row.text
            continue
        name = number_text(row[table.named_by]) if row is not table.total else _("Total")
        place, again = (chapter, table.title, band if row is not table.total else "", name), 1
        while place in met:  # two of one name
            again += 1
            place = (*place[:3], f"{name} ({again})")
        met.add(place)
        for column, (head, cell) in enumerate(zip(table.head, row, strict=True)):
            counts = table.named_by and isinstance(cell, int)  # a row's number is no figure
            follows = table.compares and column == len(row) - 1  # what it compares is said
            if column != table.named_by and not counts and not follows:
                yield (*place, head), number_text(cell)


def _differences(before: dict[Place, str], now: dict[Place, str]) -> Iterator[Change]:
    rows = {place[:4] for place in before}, {place[:4] for place in now}
    whole: set[Place] = set()
    for place in {**before, **now}:
        row = place[:4]
        if len(place) == 5 and (row in rows[0]) != (row in rows[1]):  # a row that came or went is said once
            if row not in whole:
                whole.add(row)
                yield Change(_readable(row), _row(before, row), _row(now, row))
        elif before.get(place, "") != now.get(place, ""):
            yield Change(_readable(place), before.get(place, ""), now.get(place, ""))


def _row(cells: dict[Place, str], row: Place) -> str:
    return _(", ").join(text for place, text in cells.items() if place[:4] == row and text != "—")


def _readable(place: Place) -> Place:
    if len(place) == 3:  # a sentence
        return place[:1]
    return tuple(part for part in place if part)
