"""The week of one person: a grid of hours that is saved as a whole."""

from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction

from consortium.models import User

from ..models import HourEntry
from .hour_rules import BadRows, Errors, hour_errors
from .hours import delete_hours, lock_people, save_hours, submit_many

Cell = tuple[int, int | None, str, date]  # project, module (None: the project as a whole), activity, day


def cell_of(entry: HourEntry) -> Cell:
    """Where an entry stands in a week."""
    return entry.project_id, entry.module_id, entry.activity, entry.date


class BadCells(Exception):
    """What is wrong in a week, by cell."""

    def __init__(self, errors: dict[Cell, Errors]):
        self.errors = errors


@transaction.atomic
def save_week(
    person: User, cells: dict[Cell, Decimal | None], *, by: User, today: date, submit: bool = False
) -> list[HourEntry]:
    """Write what was typed into a week, all or nothing: a new figure, another figure, or None to empty a cell.

    With ``submit`` every draft and returned entry among the cells goes to the other side. Returns the entries that
    stand in the cells. Raises BadCells, Refused or PermissionDenied.
    """
    lock_people([person.pk])
    stored = {
        cell_of(row): row
        for row in HourEntry.objects.for_list().filter(
            person=person, corrects=None, date__in={cell[-1] for cell in cells}
        )
    }
    writes, removed, kept = [], [], []
    for cell, hours in cells.items():
        row = stored.get(cell)
        if hours is None:
            if row:
                removed.append(row)
        elif row is None or row.hours != hours:
            project, module, activity, day = cell
            writes.append(
                row or HourEntry(project_id=project, module_id=module, person=person, activity=activity, date=day)
            )
            writes[-1].hours = hours
        else:
            kept.append(row)
    try:
        if removed:
            delete_hours(removed, by=by)
        if writes:
            save_hours(writes, by=by, today=today)
    except BadRows as bad:
        rows = zip(writes, bad.errors, strict=True)
        raise BadCells({cell_of(row): found for row, found in rows if found}) from None
    standing = kept + writes
    if submit:
        submit_many([row for row in standing if row.is_editable], by=by)
    return standing


@transaction.atomic
def copy_week(person: User, monday: date, *, by: User, today: date) -> list[HourEntry]:
    """Fill the empty cells of the week from the week before, as drafts. What the rules forbid is left out."""
    lock_people([person.pk])
    week = timedelta(days=7)
    rows = HourEntry.objects.visible_to(by).filter(person=person, corrects=None)
    last = rows.filter(date__range=(monday - week, monday - timedelta(days=1)))
    taken = set(map(cell_of, rows.filter(date__range=(monday, monday + week))))
    entries = [
        HourEntry(
            project_id=row.project_id,
            module_id=row.module_id,
            person=person,
            date=row.date + week,
            hours=row.hours,
            activity=row.activity,
        )  # fmt: skip
        for row in last.order_by("date", "pk")
        if (*cell_of(row)[:-1], row.date + week) not in taken
    ]
    errors = hour_errors(entries, today=today)
    sound = [entry for entry, found in zip(entries, errors, strict=True) if not found]
    return save_hours(sound, by=by, today=today) if sound else []
