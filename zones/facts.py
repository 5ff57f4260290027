"""The figures of a zone's page. Each is counted over the rows that the reader may see, and links to them."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum
from django.db.models.functions import ExtractMonth, ExtractYear

from consortium.models import Organization, User

from .models import HourEntry, InnovationClass, Mentor, Project, Side, Zone

ENTERPRISE = Organization.Kind.ENTERPRISE


def zone_facts(zone: Zone, user: User, today: date) -> dict[str, Any]:
    """Classes, projects and hours of a zone as ``user`` may see them; hours are the approved ones."""
    hours = HourEntry.objects.visible_to(user).filter(project__zone=zone)
    classes = list(InnovationClass.objects.visible_to(user).filter(zone=zone).for_list())
    by_project = {row["project"]: row["hours"] for row in hours.approved().in_year(today.year).totals_by("project")}
    projects = list(
        Project.objects.visible_to(user).filter(zone=zone).for_list().annotate(module_count=Count("modules"))
    )
    by_enterprise: dict[int, Decimal] = defaultdict(Decimal)
    for project in projects:
        project.hours_this_year = by_project.get(project.pk, Decimal(0))
        by_enterprise[project.enterprise_id] += project.hours_this_year
    for partner in zone.partners_seen:
        partner.hours_this_year = by_enterprise[partner.enterprise_id]  # type: ignore[attr-defined]
    months = month_table(hours, today)
    return {
        "today": today,
        "month": f"{today:%Y-%m}",
        "classes": [(group, mentor_sides(group)) for group in classes],
        "taken": sum(group.taken for group in classes),
        "places": sum(group.places for group in classes),
        "projects": projects,
        "active_projects": sum(project.status == Project.Status.ACTIVE for project in projects),
        "hours_this_year": sum(by_project.values(), Decimal(0)),
        "hours_this_month": sum(filter(None, months[today.month - 1][1:3]), Decimal(0)),
        "waiting": hours.filter(status=HourEntry.Status.SUBMITTED).count(),
        "months": months,
    }


def month_table(hours: Any, today: date) -> list[tuple[int, Decimal | None, Decimal | None, Decimal | None]]:
    """Twelve rows: month, approved hours of this year by enterprise and by college people, last year's total.

    A month of this year that has not begun has None.
    """
    sums: dict[tuple[int, int, bool], Decimal] = defaultdict(Decimal)
    rows = (
        hours.approved()
        .filter(date__year__in=(today.year - 1, today.year))
        .order_by()
        .annotate(year=ExtractYear("date"), month=ExtractMonth("date"))
        .values("year", "month", "organization__kind")
        .annotate(total=Sum("hours"))
    )
    for row in rows:
        sums[row["year"], row["month"], row["organization__kind"] == ENTERPRISE] += row["total"]
    return [
        (
            month,
            sums[today.year, month, True] if month <= today.month else None,
            sums[today.year, month, False] if month <= today.month else None,
            sums[today.year - 1, month, True] + sums[today.year - 1, month, False],
        )
        for month in range(1, 13)
    ]


def mentor_sides(innovation_class: InnovationClass) -> dict[str, Any]:
    """The mentors of each side, how many could still be named, and which sides have none."""
    found: dict[str, list[Mentor]] = {side: [] for side in Side.values}
    for mentor in innovation_class.mentors.all():
        found[mentor.side].append(mentor)
    return {
        "college": found[Side.COLLEGE],
        "enterprise": found[Side.ENTERPRISE],
        "college_free": range(len(Mentor.SLOTS) - len(found[Side.COLLEGE])),
        "enterprise_free": range(len(Mentor.SLOTS) - len(found[Side.ENTERPRISE])),
        "missing": [Side(side).label for side, mentors in found.items() if not mentors],
    }
