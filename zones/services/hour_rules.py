"""What is wrong with hours: with an entry by itself, and with several of the same people and days together."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Sum
from django.utils.translation import gettext as _

from ..models import HourEntry, ProjectMember, ProjectModule, Zone
from ..models.hours import TWICE
from .months import closed_among, declared_among, first_of_month, month_name
from .rows import placed

Errors = dict[str, list[ValidationError]]
TYPED = ("date", "hours", "activity", "note")
OTHERS = {name: [field.name for field in HourEntry._meta.concrete_fields if field.name != name] for name in TYPED}
DAY = Decimal(24)


class BadRows(Exception):
    """What is wrong with each of several entries: ``errors[i]`` belongs to the i-th; an empty one has no fault."""

    def __init__(self, errors: list[Errors]):
        self.errors = errors

    def as_lists(self) -> list[dict[str, list[str]]]:
        """The sentences, as the API answers them."""
        return [
            {name: [sentence for error in found for sentence in error.messages] for name, found in row.items()}
            for row in self.errors
        ]


def hour_errors(entries: Sequence[HourEntry], *, today: date) -> list[Errors]:
    """What is wrong with each entry, by field, one sentence a field. Fills in ``organization`` from the assignment.

    The rules about one row are the model's; the rules about rows together are here: not in the future, inside the
    project's dates, only people assigned on that day, one entry a person, project, module, day and activity, and
    at most 24 hours a person and day over all projects.
    """
    members, modules = _members(entries), _modules(entries)
    known: dict[tuple[str, object], Errors] = {}
    errors = [_row_errors(entry, members, modules, today, known) for entry in entries]
    sound = [index for index, found in enumerate(errors) if not found]
    _find_settled_months(entries, sound, errors)
    _find_doubles(entries, sound, errors)
    _find_full_days(entries, [index for index in sound if not errors[index]], errors)
    return errors


def _members(entries: Iterable[HourEntry]) -> dict[tuple[int, int], ProjectMember]:
    rows = ProjectMember.objects.filter(
        project__in={entry.project_id for entry in entries}, person__in={entry.person_id for entry in entries}
    ).select_related("organization", "project__zone")
    return {(row.project_id, row.person_id): row for row in rows}


def _modules(entries: Iterable[HourEntry]) -> dict[int | None, int]:
    """The project of each module that is named."""
    wanted = {entry.module_id for entry in entries if entry.module_id}
    return dict(ProjectModule.objects.filter(pk__in=wanted).values_list("pk", "project")) if wanted else {}


def _row_errors(
    entry: HourEntry,
    members: dict[tuple[int, int], ProjectMember],
    modules: dict[int | None, int],
    today: date,
    known: dict[tuple[str, object], Errors],
) -> Errors:
    errors: Errors = {}
    for name in TYPED:
        key = name, getattr(entry, name)
        if key not in known:
            known[key] = _field_errors(entry, name)
        errors |= known[key]
    if errors:
        return errors
    key = "", entry.hours
    if key not in known:
        known[key] = _constraint_errors(entry)
    errors |= known[key]
    member = members.get((entry.project_id, entry.person_id))
    if member is None:
        sentence = _("%(person)s is not assigned to this project.")
        return errors | {"person": [ValidationError(sentence % {"person": entry.person})]}
    entry.organization = member.organization
    project = member.project
    if entry.module_id and modules.get(entry.module_id) != entry.project_id:
        errors["module"] = [ValidationError(_("Choose a module of the project."))]
    if entry.date > today:
        errors["date"] = [ValidationError(_("This day is still to come."))]
    elif project.zone.status == Zone.Status.CLOSED:
        errors["project"] = [ValidationError(_("The zone of this project is closed."))]
    elif not project.starts_on <= entry.date <= project.ends_on:
        span = {"first": project.starts_on.isoformat(), "last": project.ends_on.isoformat()}
        errors["date"] = [ValidationError(_("The project runs from %(first)s to %(last)s.") % span)]
    elif not member.covers(entry.date):
        sentence = _("%(person)s is not assigned to this project on that day.")
        errors["person"] = [ValidationError(sentence % {"person": entry.person})]
    return errors


def _field_errors(entry: HourEntry, name: str) -> Errors:
    try:
        entry.clean_fields(exclude=OTHERS[name])
    except ValidationError as error:
        return placed(error)
    return {}


def _constraint_errors(entry: HourEntry) -> Errors:
    """What the check constraints say of the entry; they look at ``hours`` and ``corrects`` alone before it is sent."""
    try:
        entry.validate_constraints(exclude=["person", "project", "date", "activity", "status", "return_reason"])
    except ValidationError as error:
        return placed(error)
    return {}


def _find_settled_months(entries: Sequence[HourEntry], sound: list[int], errors: list[Errors]) -> None:
    """Days in a month that is closed in the zone, or for which the person has declared that there was no work."""
    closed = closed_among((entries[index].project_id, entries[index].date) for index in sound)
    declared = declared_among(
        (entries[index].project_id, entries[index].person_id, entries[index].date)
        for index in sound
        if not entries[index].corrects_id
    )
    if not closed and not declared:
        return
    for index in sound:
        entry, month = entries[index], first_of_month(entries[index].date)
        if (entry.project_id, month) in closed:
            sentence = _("%(month)s is closed in this zone.") % {"month": month_name(month)}
            errors[index]["date"] = [ValidationError(sentence)]
        elif (entry.project_id, entry.person_id, month) in declared:
            sentence = _("“No work” is declared for %(month)s. Take that back first.") % {"month": month_name(month)}
            errors[index]["date"] = [ValidationError(sentence)]


def _find_doubles(entries: Sequence[HourEntry], sound: list[int], errors: list[Errors]) -> None:
    def key(entry: HourEntry) -> tuple[int, int, date, str, int | None]:
        return entry.person_id, entry.project_id, entry.date, entry.activity, entry.module_id

    rows = _stored_days(entries, sound).filter(corrects=None).only("person", "project", "date", "activity", "module")
    seen = Counter(key(row) for row in rows)
    for index in sound:
        if entries[index].corrects_id:
            continue
        seen[key(entries[index])] += 1
        if seen[key(entries[index])] > 1:
            errors[index]["date"] = [ValidationError(TWICE)]


def _find_full_days(entries: Sequence[HourEntry], sound: list[int], errors: list[Errors]) -> None:
    rows = _stored_days(entries, sound).counting_towards_the_day().order_by().values("person", "date")
    days = defaultdict(Decimal, {(row["person"], row["date"]): row["sum"] for row in rows.annotate(sum=Sum("hours"))})
    for index in sound:
        entry = entries[index]
        day = (entry.person_id, entry.date)
        days[day] += entry.hours
        if days[day] > DAY:
            already = days[day] - entry.hours
            errors[index]["hours"] = [
                ValidationError(
                    _("%(already)s hours are logged for this day over all projects; a day has 24.")
                    % {"already": f"{already.normalize():f}"}
                )
            ]
            days[day] -= entry.hours


def _stored_days(entries: Sequence[HourEntry], sound: list[int]) -> Any:
    """The other stored entries of the same people in the same span of days."""
    if not sound:
        return HourEntry.objects.none()
    days = [entries[index].date for index in sound]
    return HourEntry.objects.filter(
        person__in={entries[index].person_id for index in sound}, date__range=(min(days), max(days))
    ).exclude(pk__in=[entry.pk for entry in entries if entry.pk])
