"""What looks odd in hours, said beside the entry to who countersigns it. It never blocks: there may be a reason."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Min, Sum
from django.db.models.functions import ExtractQuarter, ExtractYear, TruncDate
from django.utils import timezone
from django.utils.translation import gettext as _

from .models import HourEntry

LONG_DAY = Decimal(16)
TWO_PLACES = Decimal(12)
SAME_DAYS = 15
QUARTER_DAYS = 30
QUARTER_SPAN = timedelta(days=60)


def oddities_of(entries: Sequence[HourEntry]) -> dict[int, list[str]]:
    """By id of the entry, sentences about what is odd; entries without any are not named. Two queries for all.

    Over all projects of the person, in hours: more than 16 on one day; projects of two enterprises on one day with
    more than 12 in all (entries carry no clock time: up to 12 one can follow the other, beyond that they will hardly
    have been at different times); 15 or more days of one month all with the same sum; and at least 30 days of one
    quarter, 60 or more days apart, sent on a single day.
    """
    if not entries:
        return {}
    days, same = _days(entries)
    sent = _sent_at_once(entries)
    found: dict[int, list[str]] = defaultdict(list)
    for entry in entries:
        day = days.get((entry.person_id, entry.date), {"sum": Decimal(0), "places": 0})
        figures: dict[str, Any] = {"sum": f"{day['sum'].normalize():f}", "n": day["places"]}
        if day["sum"] > LONG_DAY:
            found[entry.pk].append(_("%(sum)s hours on this day over all projects") % figures)
        if day["places"] > 1 and day["sum"] > TWO_PLACES:
            found[entry.pk].append(_("%(n)s enterprises on this day, %(sum)s hours together") % figures)
        if count := same.get((entry.person_id, _first(entry.date))):
            found[entry.pk].append(_("All %(n)s days of the month have the same hours") % {"n": count})
        if count := sent.get(_sending(entry)):
            found[entry.pk].append(_("%(n)s days of one quarter were sent on a single day") % {"n": count})
    return dict(found)


def _days(entries: Sequence[HourEntry]) -> tuple[dict[tuple[int, date], Any], dict[tuple[int, date], int]]:
    """Each person's days in the months of the entries, and how many days there are in a month where all are alike."""
    dates = [entry.date for entry in entries]
    after = _first(_first(max(dates)) + timedelta(days=31))
    rows = (
        HourEntry.objects.counting_towards_the_day()
        .filter(person__in={entry.person_id for entry in entries}, date__gte=_first(min(dates)), date__lt=after)
        .order_by()
        .values("person", "date")
        .annotate(sum=Sum("hours"), places=Count("project__enterprise", distinct=True))
    )
    days = {(row["person"], row["date"]): row for row in rows}
    months: dict[tuple[int, date], Counter[Decimal]] = defaultdict(Counter)
    for (person, day), row in days.items():
        months[person, _first(day)][row["sum"]] += 1
    same = {month: sums.total() for month, sums in months.items() if len(sums) == 1 and sums.total() >= SAME_DAYS}
    return days, same


def _sent_at_once(entries: Sequence[HourEntry]) -> dict[Any, int]:
    """How many days of a quarter were sent on a single day, by person, day of sending, year and quarter."""
    dates = [entry.date for entry in entries]
    quarter = timedelta(days=92)
    rows = (
        HourEntry.objects.filter(
            person__in={entry.person_id for entry in entries},
            date__range=(min(dates) - quarter, max(dates) + quarter),
            submitted_at__isnull=False,
            corrects=None,
        )
        .order_by()
        .values("person", sent=TruncDate("submitted_at"), year=ExtractYear("date"), quarter=ExtractQuarter("date"))
        .annotate(days=Count("date", distinct=True), first=Min("date"), last=Max("date"))
    )
    return {
        (row["person"], row["sent"], row["year"], row["quarter"]): row["days"]
        for row in rows
        if row["days"] >= QUARTER_DAYS and row["last"] - row["first"] >= QUARTER_SPAN
    }


def _sending(entry: HourEntry) -> tuple[int, date | None, int, int]:
    sent = timezone.localdate(entry.submitted_at) if entry.submitted_at else None
    return entry.person_id, sent, entry.date.year, (entry.date.month + 2) // 3


def _first(day: date) -> date:
    return day.replace(day=1)
