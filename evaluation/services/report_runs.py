"""Runs of annual reports: ordering many together, holding them up, ending them, and telling who ordered them.

What happens to a run stands in rows: a worker only asks for reports that wait, and the finishing step for runs of
which nothing is open. So it goes on whatever dies, and every step may be taken twice.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from consortium.models import User
from consortium.services import Refused, create, move
from consortium.services.history import history_row, record_all

from ..models import AnnualReport, ReportRun
from ..models.report_subjects import Subject
from . import reports
from .notices import tell_run

Status, State = ReportRun.Status, AnnualReport.Status


@transaction.atomic
def order_reports(
    subjects: Iterable[Subject], year: int, *, by: User | None, now: datetime, is_scheduled: bool = False
) -> ReportRun:
    """Order a report of the year about each subject, and answer the run of them.

    What is open already belongs to the new run too and is not made twice. A second click gets the run of the first.
    Raises ValidationError as ``queue_reports`` does, and Refused without a role.
    """
    if by is not None and by.affiliation is None:
        raise Refused(_("You have no role in a consortium now."))
    if by is not None:
        User.objects.select_for_update(no_key=True).get(pk=by.pk)
    subjects = list(subjects)
    orders = reports.queue_reports(subjects, year, by=by, now=now)
    if any(report.status == State.CANCELLED for report in _locked(report.pk for report in orders)):
        orders = reports.queue_reports(subjects, year, by=by, now=now)  # another run was cancelled meanwhile
    acting_as = by.affiliation if by else None
    for same in ReportRun.objects.filter(acting_as=acting_as, year=year, status=Status.RUNNING):
        if set(same.reports.values_list("pk", flat=True)) == {report.pk for report in orders}:
            return same
    run = ReportRun(
        consortium_id=orders[0].consortium_id,
        year=year,
        ordered_by=by,
        acting_as=acting_as,
        is_scheduled=is_scheduled,
        ordered_at=now,
    )
    create(run, by=by)
    run.reports.set(orders)
    return run


def _locked(pks: Iterable[int]) -> list[AnnualReport]:
    """These reports as they are now, held until the end of the transaction."""
    rows = AnnualReport.objects.filter(pk__in=list(pks)).defer("figures").order_by("pk")
    return list(rows.select_for_update(no_key=True))


def pause(run: ReportRun, *, by: User) -> None:
    """What waits stays where it is; what is being made is made. Raises Refused when the run is not in work."""
    move(run, Status.PAUSED, by=by)


@transaction.atomic
def resume(run: ReportRun, *, by: User) -> list[AnnualReport]:
    """Go on with a paused run; the answer is what waits in it. Raises Refused when it is not paused."""
    if run.status != Status.PAUSED:
        raise Refused(_("This run is not paused."))
    move(run, Status.RUNNING, by=by)
    return list(run.reports.filter(status=State.QUEUED).order_by("queued_at", "pk"))


@transaction.atomic
def cancel(run: ReportRun, *, by: User, now: datetime) -> int:
    """End the run: what waits in it and in no other run is cancelled, what is being made is made. How many they were.

    Raises Refused when the run has ended.
    """
    move(run, Status.CANCELLED, by=by, finished_at=now)
    locked = [report.pk for report in _locked(run.reports.filter(status=State.QUEUED).values_list("pk", flat=True))]
    # asked after the lock: who orders one of them holds it until the new run is there
    others = ReportRun.objects.going().filter(reports=OuterRef("pk"))
    left = AnnualReport.objects.filter(~Exists(others), pk__in=locked, status=State.QUEUED)
    rows = list(left.with_subject().defer("figures").order_by("pk"))
    AnnualReport.objects.filter(pk__in=[report.pk for report in rows]).update(status=State.CANCELLED)
    record_all(
        history_row(report, by=by, what="status", old=State.QUEUED, new=State.CANCELLED, reason=str(run))
        for report in rows
    )
    return len(rows)


@transaction.atomic
def retry_failed(run: ReportRun, *, by: User, now: datetime) -> list[AnnualReport]:
    """Put what has failed in the run back into the queue, and nothing else; the answer is what waits now.

    Raises Refused when nothing has failed, and for a run that was cancelled.
    """
    ReportRun.objects.select_for_update(no_key=True).get(pk=run.pk)
    run.refresh_from_db(fields=["status"])
    if run.status == Status.CANCELLED:
        raise Refused(_("This run was cancelled. Order the reports anew."))
    failed = list(run.reports.filter(status=State.FAILED).with_subject().defer("figures").order_by("pk"))
    if not failed:
        raise Refused(_("Nothing has failed in this run."))
    for report in failed:
        retry(report, by=by, now=now)
    return failed


@transaction.atomic
def retry(report: AnnualReport, *, by: User, now: datetime) -> None:
    """Put one failed report back into the queue; its runs that had ended are in work again. Raises Refused."""
    over = list(report.runs.select_for_update(no_key=True).filter(status=Status.DONE).order_by("pk"))
    reports.retry(report, by=by, now=now)
    for run in over:
        move(run, Status.RUNNING, by=by, reason=_("What has failed is tried again."), finished_at=None)


def finish_runs(runs: QuerySet[ReportRun], *, now: datetime) -> None:
    """The finishing step: end those of ``runs`` that have nothing open, and tell whoever ordered them, once."""
    for pk in runs.complete().values_list("pk", flat=True):  # type: ignore[attr-defined]
        with transaction.atomic():
            list(ReportRun.objects.select_for_update(no_key=True).filter(pk=pk))  # of two workers one ends it
            run = ReportRun.objects.complete().filter(pk=pk).select_related("acting_as").first()
            if run:
                move(run, Status.DONE, by=None, finished_at=now)
                tell_run(run, at=now)
