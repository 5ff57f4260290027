"""The figures of a zone's page. Each is counted over the rows that the reader may see, and links to them."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import CharField, Count, DecimalField, Q, QuerySet, Sum, Value
from django.db.models.functions import Cast, ExtractMonth, ExtractYear
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consortium.models import Organization, User

from .models import (
    EQUAL,
    REGISTERS,
    HourEntry,
    InnovationClass,
    Mentor,
    Outcome,
    Project,
    Side,
    Verified,
    Zone,
    ZoneCharter,
    ZoneGoal,
    time_gone,
)
from .people_of_zone import people_of_zone

ENTERPRISE, APPROVED = Organization.Kind.ENTERPRISE, HourEntry.Status.APPROVED
# what the figure of a register is: one of its sums, its unit and what it says; of the others the rows are counted
FIGURES = {
    "technical_service": ("amount_received", gettext_lazy("yuan"), gettext_lazy("received")),
    "research_project": ("funding", gettext_lazy("yuan"), gettext_lazy("of funding")),
    "staff_training": ("person_hours", gettext_lazy("people × hours"), ""),
    "teacher_placement": ("days", gettext_lazy("days"), ""),
    "part_time_teacher": ("hours", gettext_lazy("lessons"), ""),
    "contribution": ("amount", gettext_lazy("yuan"), gettext_lazy("of equipment and donations")),
    "fund": ("spent", gettext_lazy("yuan"), gettext_lazy("spent")),
}


def zone_facts(zone: Zone, user: User, today: date) -> dict[str, Any]:
    """Classes, projects and hours of a zone as ``user`` may see them; hours are the approved ones."""
    hours = HourEntry.objects.visible_to(user).filter(project__zone=zone)
    people = people_of_zone(zone, user)
    rows = InnovationClass.objects.visible_to(user).filter(zone=zone).for_list()
    classes = list(rows.prefetch_related(None).with_lacking())  # the mentors are there already
    for group in classes:
        group.having = group.taken - group.lacking  # type: ignore[attr-defined]
    sums = hour_sums(hours, today)
    by_project: dict[int, Decimal] = defaultdict(Decimal)
    for row in sums:
        if row["status"] == APPROVED and row["year"] == today.year:
            by_project[row["project"]] += row["hours"]
    projects = list(Project.objects.visible_to(user).filter(zone=zone).for_list().with_modules())
    running = [project for project in projects if project.status in Project.Status.begun()]
    modules = sum(project.module_count for project in running)
    accepted = sum(project.accepted_count for project in running)
    by_enterprise: dict[int, Decimal] = defaultdict(Decimal)
    for project in projects:
        project.hours_this_year = by_project[project.pk]
        by_enterprise[project.enterprise_id] += project.hours_this_year
    months = month_table(sums, today)
    versions = list(ZoneCharter.objects.visible_to(user).filter(zone=zone).order_by("-number"))
    return {
        "today": today,
        "month": f"{today:%Y-%m}",
        "partners": [(partner, by_enterprise[partner.enterprise.pk]) for partner in people.partners],
        "seconded": people.seconded,
        "classes": [(group, mentor_sides(people.mentors[group.pk])) for group in classes],
        "taken": sum(group.taken for group in classes),
        "places": sum(group.places for group in classes),
        "lacking": sum(group.lacking for group in classes),
        "cards": register_cards(user, today.year, zone),
        "projects": projects,
        "active_projects": sum(project.status == Project.Status.ACTIVE for project in projects),
        "modules": modules,
        "modules_accepted": accepted,
        "hours_this_year": sum(by_project.values(), Decimal(0)),
        "hours_this_month": sum(filter(None, months[today.month - 1][1:3]), Decimal(0)),
        "waiting": sum(row["entries"] for row in sums if row["status"] == HourEntry.Status.SUBMITTED),
        "months": months,
        "goals": goal_rows(zone, user, today),
        "time_gone": time_gone(today.year, today),
        "versions": versions,
        "in_force": next((version for version in versions if version.agreed_on), None),
    }


def goal_rows(zone: Zone, user: User, today: date) -> list[tuple[str, str, ZoneGoal | None, tuple[str, str] | None]]:
    """The five goals in their order: kind, name, this year's goal when it is set, and its light."""
    found = {goal.kind: goal for goal in ZoneGoal.objects.visible_to(user).filter(zone=zone, year=today.year)}
    return [
        (kind, str(label), found.get(kind), goal_light(found[kind], today) if kind in found else None)
        for kind, label in ZoneGoal.Kind.choices
    ]


def goal_light(goal: ZoneGoal, today: date) -> tuple[str, str]:
    """Kind of light and word: reached, or how it stands against the time gone by."""
    points = goal.lead(today)
    if goal.share >= 100:
        return "done", _("Reached")
    if points < -EQUAL:
        return "soon", _("%(n)d points behind") % {"n": -points}
    return "plan", _("Ahead") if points > EQUAL else _("On time")


def hour_sums(hours: QuerySet, today: date) -> list[dict[str, Any]]:
    """Of this and last year's approved hours and of all that wait: sum and number of entries, in one query.

    By project, state, month and kind of organization.
    """
    approved = Q(status=APPROVED, date__year__in=(today.year - 1, today.year))
    rows = hours.filter(approved | Q(status=HourEntry.Status.SUBMITTED)).order_by()
    by = ("project", "status", "year", "month", "organization__kind")
    parts = rows.annotate(year=ExtractYear("date"), month=ExtractMonth("date")).values(*by)
    return list(parts.annotate(hours=Sum("hours"), entries=Count("pk")))


def month_table(
    rows: list[dict[str, Any]], today: date
) -> list[tuple[int, Decimal | None, Decimal | None, Decimal | None]]:
    """Twelve rows: month, approved hours of this year by enterprise and by college people, last year's total.

    A month of this year that has not begun has None.
    """
    sums: dict[tuple[int, int, bool], Decimal] = defaultdict(Decimal)
    for row in rows:
        if row["status"] == APPROVED:
            sums[row["year"], row["month"], row["organization__kind"] == ENTERPRISE] += row["hours"]
    return [
        (
            month,
            sums[today.year, month, True] if month <= today.month else None,
            sums[today.year, month, False] if month <= today.month else None,
            sums[today.year - 1, month, True] + sums[today.year - 1, month, False],
        )
        for month in range(1, 13)
    ]


def mentor_sides(mentors: Iterable[Mentor]) -> dict[str, Any]:
    """Of a class's mentors those of each side, how many could still be named, and which sides have none."""
    found: dict[str, list[Mentor]] = {side: [] for side in Side.values}
    for mentor in mentors:
        found[mentor.side].append(mentor)
    return {
        "college": found[Side.COLLEGE],
        "enterprise": found[Side.ENTERPRISE],
        "college_free": range(len(Mentor.SLOTS) - len(found[Side.COLLEGE])),
        "enterprise_free": range(len(Mentor.SLOTS) - len(found[Side.ENTERPRISE])),
        "missing": [Side(side).label for side, mentors in found.items() if not mentors],
    }


def register_cards(user: User, year: int, zone: Zone | None = None) -> list[dict[str, Any]]:
    """The outcomes' and each register's figure of a year, of one zone or of all that ``user`` sees, in one query.

    The figure is that of the verified rows, to which ``url`` leads; ``waiting`` counts those still to be verified.
    """
    models: list[type[Verified]] = [Outcome, *REGISTERS]
    parts = [_figures(model, user, year, zone) for model in models]
    found = {(row["register"], row["status"]): row for row in parts[0].union(*parts[1:], all=True)}
    nothing = {"rows": 0, "amount": Decimal(0)}
    cards = []
    for model in models:
        thing, page = model.THING, reverse(f"zones:{model.THING}_list")
        filters: dict[str, Any] = {"year": year} | ({"zone": zone.pk} if zone else {})
        verified = found.get((thing, Verified.Status.VERIFIED), nothing)
        waiting = found.get((thing, Verified.Status.RECORDED), nothing)["rows"]
        summed, unit, what = FIGURES.get(thing, ("", _("entries"), ""))
        cards.append(
            {
                "thing": thing,
                "label": capfirst(model._meta.verbose_name_plural),
                "value": verified["amount"] if summed else verified["rows"],
                "unit": unit,
                "what": what,
                "rows": verified["rows"] if summed else None,
                "waiting": waiting,
                "url": f"{page}?{urlencode({**filters, 'status': Verified.Status.VERIFIED})}",
                "waiting_url": f"{page}?{urlencode({**filters, 'status': Verified.Status.RECORDED})}",
            }
        )
    return cards


def _figures(model: type[Verified], user: User, year: int, zone: Zone | None) -> QuerySet:
    """Rows of dicts by state: the register's name, how many rows, and the sum that is its figure."""
    rows = model.objects.visible_to(user).in_year(year)
    if zone:
        rows = rows.filter(zone=zone)
    summed = model.SUMS[FIGURES[model.THING][0]] if model.THING in FIGURES else Count("pk")
    return (
        rows.order_by()
        .values("status")
        .annotate(
            register=Value(model.THING, CharField()),
            rows=Count("pk"),
            amount=Cast(summed, DecimalField(max_digits=14, decimal_places=2)),
        )
    )
