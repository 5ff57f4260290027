"""Approved hours, by enterprise, zone, activity and month."""

from collections.abc import Callable, Iterable
from typing import Any

from django.utils.translation import gettext as _

from consortium.models import Organization
from zones.models import Activity, Zone

from ...models.report_subjects import Scope
from ..report_about import About
from ..report_records import Figure, Grouped, Records, beside, by_group, together
from .tables import named, table


def hours(about: About) -> Iterable[dict]:
    """By enterprise, zone where there are several, activity and month, each with what is added up."""
    records, year = about.hours, about.year
    counts = [
        records,
        *(Records(records.model, records.filter, f"count {name}") for name in ("pk", "person", "project")),
    ]
    groups = [(records, group) for group in ("project__enterprise", "project__zone", "activity")]
    (total, entries, workers, projects), (enterprises, zones, activities) = together(counts, year, *groups)
    in_all = (_("Total"), total)
    if about.report.scope != Scope.ENTERPRISE:
        yield table(
            about,
            _("Hours by enterprise"),
            _("Enterprise"),
            [*named(enterprises, Organization), in_all],
        )
    if about.report.scope in {Scope.COLLEGE, Scope.CONSORTIUM, Scope.ENTERPRISE}:
        yield table(
            about,
            _("Hours by zone"),
            _("Special zone"),
            [*named(zones, Zone), in_all],
        )
    yield by_activity(about, activities, total)
    if about.report.scope != Scope.ZONE:  # its own table of months has a chart
        yield by_month(about, records)
    lines = [(_("Hour entries"), entries), (_("People who worked"), workers), (_("Projects worked on"), projects)]
    yield table(about, _("Scope of the work"), _("What is counted"), lines)


def by_month(about: About, records: Records) -> dict[str, Any]:
    months = by_group(records, about.year, "date__month")
    nothing = no_month(records, about.year)
    return table(
        about,
        _("Hours by month"),
        _("Month"),
        [(_("%(month)s (month)") % {"month": month}, months.get(month) or nothing(month)) for month in range(1, 13)],
        unit="months",
    )


def no_month(records: Records, year: int) -> Callable[[int], list[Figure]]:
    """Twelve months stand in the table, whether somebody worked or not."""

    def of(month: int) -> list[Figure]:
        rows = [records.of(date__month=month, date__year=when) for when in (year, year - 1)]
        return beside(*({"value": "0.00", "records": row.said()} for row in rows))

    return of


def by_activity(about: About, found: Grouped, total: list[Figure]) -> dict[str, Any]:
    rows = [(str(activity.label), found[activity]) for activity in Activity if activity in found]
    return table(about, _("Hours by activity"), _("Kind of work"), [*rows, (_("Total"), total)])
