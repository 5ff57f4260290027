"""What the week grid and the list to countersign show: shared by the pages of hours and by people's home pages."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import Count, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from consortium.keyset import page_of
from consortium.models import User

from .models import Activity, HourEntry, NoWork, ProjectMember, ProjectModule
from .oddities import oddities_of
from .services.months import first_of_month, last_of_month, works_in
from .services.week import Cell, cell_of

AT_ONCE = 200  # entries on a page to countersign: what one can read before approving
YEARS = range(2000, 2101)  # the calendar itself ends a week after the last day of 9999
WEEKDAYS = [
    pgettext_lazy("weekday", "Mo"),
    pgettext_lazy("weekday", "Tu"),
    pgettext_lazy("weekday", "We"),
    pgettext_lazy("weekday", "Th"),
    pgettext_lazy("weekday", "Fr"),
    pgettext_lazy("weekday", "Sa"),
    pgettext_lazy("weekday", "Su"),
]


@dataclass
class Day:
    number: int
    date: date
    is_today: bool
    is_future: bool
    total: Decimal = Decimal(0)
    has_returned: bool = False

    @property
    def short(self) -> str:
        """The weekday where there is little room."""
        return str(WEEKDAYS[self.number - 1])


@dataclass
class Square:
    """One cell of the grid: a project, or module of it, and activity on a day."""

    key: str
    day: Day
    entry: HourEntry | None = None
    corrected: Decimal = Decimal(0)
    typed: str | None = None
    error: str = ""
    can_type: bool = False

    @property
    def value(self) -> str:
        """What stands in the input: what was typed, else what is stored."""
        if self.typed is not None:
            return self.typed
        return f"{self.entry.hours.normalize():f}" if self.entry else ""

    @property
    def hours(self) -> Decimal:
        """What the cell counts: the entry with its approved corrections."""
        return (self.entry.hours if self.entry else Decimal(0)) + self.corrected


@dataclass
class Row:
    place: ProjectMember
    module: ProjectModule | None
    activity: str
    squares: list[Square] = field(default_factory=list)

    @property
    def activity_label(self) -> str:
        return str(Activity(self.activity).label)

    @property
    def name(self) -> str:
        """What a screen reader hears of the row."""
        return " ".join(str(one) for one in (self.place.project, self.module, self.activity_label) if one)

    @property
    def total(self) -> Decimal:
        return sum((square.hours for square in self.squares), Decimal(0))


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def chosen_day(asked: str, number: str, today: date) -> date:
    """The day asked for (today when it is none of our time); ``number`` 1..7 picks another day of its week."""
    try:
        day = date.fromisoformat(asked)
    except ValueError:
        day = today
    if day.year not in YEARS:
        day = today
    return monday_of(day) + timedelta(days=int(number) - 1) if number in set("1234567") else day


def cell_key(cell: Cell) -> str:
    """The name of a cell's input: h-12-mentoring-2026-03-31, with a module h-12_3-mentoring-2026-03-31."""
    return f"h-{row_key(*cell[:-1])}-{cell[-1].isoformat()}"


def row_key(project: int, module: int | None, activity: str) -> str:
    """The name of a row, by which it is asked for."""
    return f"{project}_{module}-{activity}" if module else f"{project}-{activity}"


def people_to_log(user: User) -> list[User]:
    """For whom the user may log hours: oneself first, then by name."""
    places = ProjectMember.objects.loggable_by(user).values("person")
    return sorted(User.objects.filter(pk__in=places), key=lambda person: (person != user, person.name, person.pk))


def week_context(
    user: User,
    day: date,
    today: date,
    *,
    person: User | None = None,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    added: Sequence[str] = (),
) -> dict[str, Any]:
    """The week in which ``day`` lies, of ``person`` (or the first for whom the user may log).

    ``typed`` and ``errors`` give back by cell key what was typed and what was wrong with it. ``added`` are the keys of
    rows that the person has asked for; rows with hours of this week or the last, or that were typed into, are there.
    """
    people = people_to_log(user)
    person = person or next(iter(people), None)
    monday = monday_of(day)
    dates = [monday + timedelta(days=number) for number in range(len(WEEKDAYS))]
    days = [Day(number + 1, d, d == today, d > today) for number, d in enumerate(dates)]
    entries = HourEntry.objects.visible_to(user).filter(
        person=person, date__range=(dates[0] - timedelta(days=7), dates[-1])
    )
    wanted = {*added, *(key[2:-11] for key in typed or () if _cell(key))}
    grid = _rows(user, person, list(entries.order_by("pk")), days, typed or {}, errors or {}, wanted)
    rows = grid.rows
    for row in rows:
        for square in row.squares:
            square.day.total += square.hours
            square.day.has_returned |= square.entry is not None and square.entry.status == HourEntry.Status.RETURNED
    sendable = [s.entry for row in rows for s in row.squares if s.entry and s.entry.is_editable]
    returned = HourEntry.objects.visible_to(user).filter(status=HourEntry.Status.RETURNED, person__in=people)
    return {
        "person": person,
        "people": people,
        "days": days,
        "day": day,
        "monday": dates[0],
        "sunday": dates[-1],
        "previous": monday - timedelta(days=7),
        "next": monday + timedelta(days=7),
        "week_number": monday.isocalendar().week,
        "rows": rows,
        "offers": grid.offers,
        "activities": Activity.choices,
        "usual": rows[0].place.activity if rows else "",
        "added": [key for key in added if key in grid.keys],
        "total": sum((row.total for row in rows), Decimal(0)),
        "sendable": len(sendable),
        "sendable_hours": sum((entry.hours for entry in sendable), Decimal(0)),
        "returned": [(entry, cell_key(cell_of(entry)), entry.date.isoweekday()) for entry in returned.for_list()],
        "errors": [(row, square) for row in rows for square in row.squares if square.error],
        "idle": _idle(user, person, first_of_month(day)) if day <= today else [],
        "idle_month": first_of_month(day),
    }


def _idle(user: User, person: User | None, month: date) -> list[tuple[ProjectMember, NoWork | None]]:
    """The person's projects without hours in the month, each with the word that there was no work, if it was given."""
    places = ProjectMember.objects.loggable_by(user).filter(person=person).select_related("project", "person")
    worked = HourEntry.objects.filter(person=person, date__range=(month, last_of_month(month))).values("project")
    declared = {one.project_id: one for one in NoWork.objects.filter(person=person, month=month)}
    return [
        (place, declared.get(place.project_id))
        for place in places.exclude(project__in=worked).order_by("project__name", "pk")
        if works_in(place, month)
    ]


@dataclass
class Grid:
    """The rows of a week, their keys, and what can be asked for as another row: value and name."""

    rows: list[Row] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    offers: list[tuple[str, str]] = field(default_factory=list)


def _rows(
    user: User,
    person: User | None,
    entries: list[HourEntry],
    days: list[Day],
    typed: Mapping[str, str],
    errors: Mapping[str, str],
    wanted: Collection[str],
) -> Grid:
    standing = {cell_of(e): e for e in entries if e.corrects_id is None}
    corrected: dict[Cell, Decimal] = defaultdict(Decimal)
    for entry in entries:
        if entry.corrects_id and entry.status == HourEntry.Status.APPROVED:
            corrected[cell_of(entry)] += entry.hours
    places = ProjectMember.objects.loggable_by(user).filter(
        person=person, project__starts_on__lte=days[-1].date, project__ends_on__gte=days[0].date
    )
    places = places.select_related("project__zone").order_by("project__name", "pk")
    modules: dict[int, list[ProjectModule | None]] = defaultdict(lambda: [None])
    for one in ProjectModule.objects.filter(project__in=[place.project_id for place in places]):
        modules[one.project_id].append(one)
    used = {row_key(*cell[:-1]) for cell in standing} | {*wanted}
    grid = Grid()
    for place in places:
        keys = (row_key(place.project_id, one.pk if one else None, place.activity) for one in modules[place.project_id])
        if used.isdisjoint(keys):  # else it stands there already, for one of the modules
            used.add(row_key(place.project_id, None, place.activity))
        for module in modules[place.project_id]:
            number = module.pk if module else None
            grid.offers.append(_offer(place, module))
            for activity in Activity.values:
                key = row_key(place.project_id, number, activity)
                if key in used:
                    grid.keys.add(key)
                    grid.rows.append(Row(place, module, activity))
    for row in grid.rows:
        place, number = row.place, row.module.pk if row.module else None
        for day in days:
            cell = (place.project_id, number, row.activity, day.date)
            key, entry_there = cell_key(cell), standing.get(cell)
            inside = place.project.starts_on <= day.date <= place.project.ends_on and place.covers(day.date)
            row.squares.append(
                Square(
                    key=key,
                    day=day,
                    entry=entry_there,
                    corrected=corrected[cell],
                    typed=typed.get(key),
                    error=errors.get(key, ""),
                    can_type=entry_there.is_editable if entry_there else inside and not day.is_future,
                )
            )
    return grid


def _offer(place: ProjectMember, module: ProjectModule | None) -> tuple[str, str]:
    names = [str(place.project), *([str(module)] if module else [])]
    return f"{place.project_id}_{module.pk}" if module else f"{place.project_id}", " · ".join(names)


def read_cells(posted: Mapping[str, str]) -> tuple[dict[Cell, Decimal | None], dict[str, str]]:
    """What was typed into a week: figures by cell (None when emptied), and sentences by key for what is none."""
    cells: dict[Cell, Decimal | None] = {}
    errors: dict[str, str] = {}
    for key, text in posted.items():
        cell = _cell(key)
        if cell is None:
            continue
        text = text.strip()
        try:
            figure = read_hours(text) if text else None
        except InvalidOperation:
            errors[key] = _("Give the hours as a number.")
            continue
        if figure is not None and not figure.is_finite():
            errors[key] = _("Give the hours as a number.")
            continue
        cells[cell] = figure
    return cells, errors


def read_hours(text: str) -> Decimal:
    """Hours as people type them: 1.5, 1:30, and both in full-width characters. Raises InvalidOperation."""
    text = unicodedata.normalize("NFKC", text).replace("。", ".").strip()
    clock = re.fullmatch(r"(\d{1,2}):([0-5]\d)", text)
    return Decimal(clock[1]) + Decimal(clock[2]) / 60 if clock else Decimal(text)


def read_picks(posted: QueryDict) -> dict[int, str]:
    """The entries chosen on the list to countersign, one by one or a whole project: id to the stamp that was read."""
    picks = posted.getlist(f"of-{posted['project']}" if posted.get("project") else "pick")
    return {int(pk): posted.get(f"seen-{pk}", "") for pk in picks if pk.isdecimal() and len(pk) < 19}


def _cell(key: str) -> Cell | None:
    try:
        head, where, activity, day = key.split("-", 3)
        if head == "h" and activity in Activity.values:
            project, dash, module = where.partition("_")
            return int(project), int(module) if dash else None, activity, date.fromisoformat(day)
    except ValueError:
        pass
    return None


def countersign_context(user: User, found: QuerySet, *, filtered: bool, position: str) -> dict[str, Any]:
    """One page of the entries that wait for the user, grouped by project, the oldest first.

    ``found`` is what the filters leave of them. A group ``is_whole`` when all that waits of its project is shown.
    """
    waiting = HourEntry.objects.to_countersign(user)
    rows = found.for_list().select_related("corrects").order_by("project__name", "project", "date", "pk")  # type: ignore[attr-defined]
    page = page_of(rows, position, AT_ONCE)
    odd = oddities_of(page.object_list)  # type: ignore[arg-type]
    groups: dict[int, list[HourEntry]] = defaultdict(list)
    for entry in page:
        entry.oddities = odd.get(entry.pk, [])  # type: ignore[attr-defined]
        groups[entry.project_id].append(entry)  # type: ignore[attr-defined, arg-type]
    in_part = filtered or page.has_other_pages
    counts = dict(waiting.order_by().values_list("project").annotate(Count("pk"))) if in_part else {}
    in_all = waiting.count()
    return {
        "groups": [
            {
                "project": entries[0].project,
                "entries": entries,
                "hours": sum((e.hours for e in entries), Decimal(0)),
                "is_whole": counts.get(project, len(entries)) == len(entries),
            }
            for project, entries in groups.items()
        ],
        "waiting": in_all,
        "page": page,
        "count": found.count() if filtered else in_all,
    }
