"""What a worker does: report ids in, the service called. Running any of these twice is harmless."""

import logging
from collections.abc import Iterable

from celery import Celery, group, shared_task
from celery.signals import worker_ready
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone
from kombu.exceptions import ChannelError, OperationalError

from .models import AnnualReport, ReportRun
from .program import program
from .services import remind_colleges, remind_reviewers, reports
from .services.report_runs import finish_runs
from .services.report_schedules import order_drafts

AT_ONCE = 50  # reports of one drain: a child that has grown is replaced between jobs
log = logging.getLogger(__name__)


@shared_task(name="evaluation.make_report")
def make_report(report_id: int) -> None:
    """Make one report that waits, and end what runs it was the last of."""
    waiting = AnnualReport.objects.with_subject().defer("figures").waiting(timezone.now())
    report = waiting.filter(pk=report_id).first()
    if report and report.program not in {"", program()}:
        return _leave(1)
    _make(report)


@shared_task(name="evaluation.make_waiting_reports")
def make_waiting_reports() -> None:
    """Whatever waits, announced or not: the periodic drain, which also runs when a worker starts.

    It leaves what is left after so many to the next drain and to the jobs that were announced.
    """
    waiting = _of_this_program(AnnualReport.objects.with_subject().waiting(timezone.now()))
    for _number in range(AT_ONCE):
        if not _make(waiting.first()):
            break
    finish_runs(ReportRun.objects.all(), now=timezone.now())


def _make(report: AnnualReport | None) -> bool:
    """Whether there was one to make."""
    if report is None:
        return False
    reports.make(report)
    finish_runs(report.runs.all(), now=timezone.now())
    return True


def _of_this_program(waiting: QuerySet[AnnualReport]) -> QuerySet[AnnualReport]:
    """Of what waits that which a worker such as this one makes. Of the rest the log says why it is left to others."""
    own = ["", program()]
    if others := waiting.exclude(program__in=own).count():
        _leave(others)
    return waiting.filter(program__in=own)


def _leave(others: int) -> None:
    log.warning(
        "%s reports were ordered with another version of the program or its templates than this worker's (%s). "
        "They are left to other workers: restart this one.",
        others,
        program(),
    )


@shared_task(name="evaluation.order_drafts")
def order_scheduled_drafts() -> None:
    """Have drafts made where the day for it has come."""
    for run in order_drafts(timezone.now()):
        announce(run.reports.defer("figures"))


@shared_task(name="evaluation.remind")
def remind() -> None:
    """Remind colleges of self-assessments and reviewers of sheets that they have still to hand in."""
    remind_colleges(timezone.now())
    remind_reviewers(timezone.now())


def announce(orders: Iterable[AnnualReport]) -> bool:
    """Tell the workers of new orders; False when the broker does not answer, and then the drain finds them."""
    try:
        group(make_report.si(report.pk) for report in orders).apply_async(retry=False)
    except (OperationalError, ChannelError, OSError) as error:
        log.warning("The broker does not answer (%s); the orders wait for the drain.", error)
        return False
    return True


@worker_ready.connect
def drain_on_start(sender: object, **_: object) -> None:
    if adopted := reports.adopt():
        log.warning("%s reports that were ordered with another version are made with this one.", adopted)
    connection.close()  # the children open their own
    app: Celery = sender.app  # type: ignore[attr-defined]
    app.send_task("evaluation.make_waiting_reports")
