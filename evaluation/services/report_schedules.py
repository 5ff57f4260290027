"""Drafts of annual reports on a day that the consortium sets, once a year."""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.forms import ModelForm
from django.utils import timezone

from consortium.models import Consortium, User
from consortium.services import save_form
from zones.models import Zone

from ..models import AnnualReport, ReportRun, ReportSchedule
from .report_runs import order_reports
from .reports import reportable

State = AnnualReport.Status


def schedule_of(consortium: Consortium) -> ReportSchedule:
    """The consortium's schedule; a new one, off, when it has none yet."""
    kept = ReportSchedule.objects.filter(consortium=consortium).first()
    return kept or ReportSchedule(consortium=consortium, is_on=False, month=1, day=15)


@transaction.atomic
def save_schedule(form: ModelForm, *, by: User, now: datetime) -> None:
    """Keep what the form of a schedule says. A day of this year that is over counts from next year on."""
    schedule, today = form.instance, timezone.localdate(now)
    if schedule.day_in(today.year) < today and (schedule.made_for or 0) < today.year - 1:
        schedule.made_for = today.year - 1
    save_form(form, by=by)


def order_drafts(now: datetime) -> Iterator[ReportRun]:
    """Order last year's reports for every consortium whose day has come; the answer is the runs that began.

    Asked as often as one likes: a year is seen to once. Zones that have a report of the year, or wait for one, get
    none.
    """
    today = timezone.localdate(now)
    year = today.year - 1
    due = ReportSchedule.objects.filter(Q(made_for=None) | Q(made_for__lt=year), is_on=True).filter(
        Q(month__lt=today.month) | Q(month=today.month, day__lte=today.day)
    )
    for schedule in due.select_related("consortium").order_by("pk"):
        with transaction.atomic():
            seen_to = due.filter(pk=schedule.pk).update(made_for=year)
            zones = _without_report(schedule.consortium, year) if seen_to else []
            if zones:
                run = order_reports(zones, year, by=None, now=now, is_scheduled=True)
        if zones:
            yield run


def _without_report(consortium: Consortium, year: int) -> list[Zone]:
    made = AnnualReport.objects.filter(year=year).exclude(status__in=[State.FAILED, State.CANCELLED])
    return list(reportable(consortium.zones.all()).exclude(pk__in=made.filter(zone__isnull=False).values("zone")))
