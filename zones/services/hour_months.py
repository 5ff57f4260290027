"""The sums of approved hours by month: added to with each approval, and proved equal to the entries."""

from collections.abc import Iterator, Sequence

from django.db import connection
from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext as _

from ..models import HourEntry, HourMonth

KEY = ("project", "organization", "activity", "month")
# one statement finds the row or makes it, so that two who approve at once both count; the ORM has none that adds
ADD = """
INSERT INTO zones_hourmonth (project_id, organization_id, activity, month, hours, entries)
VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (project_id, month, organization_id, activity) DO UPDATE
SET hours = zones_hourmonth.hours + excluded.hours, entries = zones_hourmonth.entries + excluded.entries
"""


def add_to_months(entries: Sequence[HourEntry]) -> None:
    """Count entries that were approved just now, as they are stored. In the approval's own transaction."""
    rows = _sums(HourEntry.objects.filter(pk__in=[entry.pk for entry in entries]))
    with connection.cursor() as cursor:
        # in one order, so that two who approve at once do not wait for each other in a circle
        cursor.executemany(ADD, [(*key, *sums) for key, sums in sorted(rows.items())])


def verify_hour_months() -> Iterator[str]:
    """A sentence for each month whose sum is not that of its approved entries."""
    said = {tuple(row[:4]): tuple(row[4:]) for row in HourMonth.objects.values_list(*KEY, "hours", "entries")}
    found = _sums(HourEntry.objects.approved())
    names = {"sum": _("nothing"), "found": _("nothing")}
    for project, organization, activity, month in sorted(said.keys() | found.keys()):
        key = (project, organization, activity, month)
        if said.get(key) != found.get(key):
            words = names | {name: f"{row[key][0]:f}" for name, row in (("sum", said), ("found", found)) if key in row}
            yield _(
                "Hours of project %(project)s, organization %(organization)s, %(activity)s, %(month)s: %(sum)s are"
                " counted, the approved entries make %(found)s."
            ) % {
                "project": project, "organization": organization, "activity": activity, "month": f"{month:%Y-%m}",
                **words,
            }  # fmt: skip


def _sums(rows: QuerySet) -> dict[tuple, tuple]:
    """Project, organization, activity and month → sum of hours and number of entries."""
    months = rows.order_by().annotate(month=TruncMonth("date")).values_list(*KEY)
    return {tuple(row[:4]): tuple(row[4:]) for row in months.annotate(Sum("hours"), Count("pk"))}
