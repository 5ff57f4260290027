"""The table of tasks and quarters as the bureau's page shows it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from .lights import Light, late_months, missing_months
from .models import Milestone, Plan, Progress, Task
from .months import quarter_of
from .services import why_not_urged


@dataclass(frozen=True)
class Cell:
    """One milestone: the word for its quarter, its light, the day that counts, a line on its state, whether the filters
    point at it, whether it is urged, and whether the bureau may urge it."""

    milestone: Milestone
    quarter: str
    light: Light
    day: str
    note: str
    is_hit: bool
    is_urged: bool
    can_be_urged: bool

    @property
    def waits(self) -> bool:
        return self.milestone.status == Milestone.Status.SUBMITTED

    @property
    def is_returned(self) -> bool:
        return self.milestone.status == Milestone.Status.RETURNED

    @property
    def css(self) -> str:
        classes = [self.light.kind, "later" if self.light.kind == "none" else "", "wait" if self.waits else ""]
        return " ".join(filter(None, [*classes, "hit" if self.is_hit else ""]))


@dataclass(frozen=True)
class Head:
    """The head of a quarter's column."""

    quarter: int
    label: str
    is_now: bool
    confirmed: int
    total: int


@dataclass(frozen=True)
class Matrix:
    heads: list[Head]
    rows: list[tuple[Task, list[Cell | None]]]

    @property
    def to_urge(self) -> list[Milestone]:
        """What the bureau may urge: late or without a month's report, and not urged yet."""
        return [cell.milestone for cell in self.cells if cell.can_be_urged]

    @property
    def cells(self) -> list[Cell]:
        return [cell for _task, cells in self.rows for cell in cells if cell]


def matrix(
    plan: Plan,
    tasks: Iterable[Task],
    lights: Mapping[Milestone, Light],
    today: date,
    *,
    kind: str = "",
    quarter: str = "",
) -> Matrix:
    """``tasks`` (from ``for_matrix``) by quarter, with the ``lights`` of their milestones on ``today``. With ``kind``
    (of a light, or "wait") or ``quarter`` the rows without a hit are left out and the cells that are not hit are known
    by ``is_hit``."""
    labels = dict(Milestone.quarter.field.flatchoices)
    rows = []
    for task in tasks:
        found: dict[int, Cell] = {}
        for milestone in task.milestones.all():
            found[milestone.quarter] = _cell(
                milestone, str(labels[milestone.quarter]), lights[milestone], today, kind, quarter
            )
        cells = [found.get(number) for number in (1, 2, 3, 4)]
        if not (kind or quarter) or any(cell and cell.is_hit for cell in cells):
            rows.append((task, cells))
    heads = [_head(plan, number, [cells[number - 1] for _task, cells in rows], today) for number in (1, 2, 3, 4)]
    return Matrix(heads, rows)


def _cell(milestone: Milestone, label: str, found: Light, today: date, kind: str, quarter: str) -> Cell:
    waits = milestone.status == Milestone.Status.SUBMITTED
    hit = kind in ("", found.kind, "wait" if waits else "") and quarter in ("", str(milestone.quarter))
    urging = milestone.urging
    # only what is late or lacks a report, and that is red or amber
    can_be_urged = urging is None and found.kind in ("late", "soon") and not why_not_urged(milestone, today)
    day, note = _day(milestone, found), _note(milestone, today)
    return Cell(milestone, label, found, day, note, hit, bool(urging), can_be_urged)


def _head(plan: Plan, quarter: int, cells: list[Cell | None], today: date) -> Head:
    there = [cell.milestone for cell in cells if cell]
    confirmed = sum(milestone.status == Milestone.Status.CONFIRMED for milestone in there)
    label = str(dict(Milestone.quarter.field.flatchoices)[quarter])
    return Head(quarter, label, (plan.year, quarter) == (today.year, quarter_of(today)), confirmed, len(there))


def short_day(day: date) -> str:
    """A day within the plan's year: 3月31日, 31 Mar."""
    return _short_day(day, get_language())


@lru_cache(1000)
def _short_day(day: date, language: str | None) -> str:
    """A long table writes the same few days thousands of times, and writing one asks the catalogue several times."""
    return date_format(day, pgettext("date format without year", "j M"))


def _day(milestone: Milestone, found: Light) -> str:
    if milestone.confirmed_at:
        return short_day(timezone.localdate(milestone.confirmed_at))
    day = short_day(milestone.due)
    return day if found.kind == "late" else _("by %(day)s") % {"day": day}


def _note(milestone: Milestone, today: date) -> str:
    """What was last reported, or which month was not; nothing once the milestone is confirmed or waits."""
    if milestone.status in Milestone.Status.with_bureau():
        return ""
    latest = milestone.latest
    if latest and latest.status == Progress.Status.RETURNED:
        return _("Returned on %(day)s") % {"day": short_day(timezone.localdate(latest.reviewed_at))}
    if latest and milestone.due >= today:
        unreported = set(missing_months(milestone, today)) & set(late_months(milestone, today))
        if unreported:
            return _("No report for %(month)s") % {"month": _month(max(unreported))}
    if latest:
        return _("Reported %(percent)s %% on %(day)s") % {
            "day": short_day(timezone.localdate(latest.at)),
            "percent": latest.percent,
        }
    return _("No report yet")


def _month(month: date) -> str:
    return date_format(month, pgettext("date format of a month", "M"))
