"""What a worker does: report ids in, the service called. Running any of these twice is harmless."""

import logging
from collections.abc import Iterable

from celery import Celery, shared_task
from celery.signals import worker_ready
from django.utils import timezone
from kombu.exceptions import ChannelError, OperationalError

from .models import AnnualReport
from .services import remind_colleges, remind_reviewers, reports

log = logging.getLogger(__name__)


@shared_task(name="evaluation.make_report")
def make_report(report_id: int) -> None:
    report = AnnualReport.objects.filter(pk=report_id).select_related("zone").first()
    if report:
        reports.make(report)


@shared_task(name="evaluation.make_waiting_reports")
def make_waiting_reports() -> None:
    """Whatever waits, announced or not: the periodic drain, which also runs when a worker starts."""
    while report := AnnualReport.objects.waiting(timezone.now()).select_related("zone").first():
        reports.make(report)


@shared_task(name="evaluation.remind")
def remind() -> None:
    """Remind colleges of self-assessments and reviewers of sheets that they have still to hand in."""
    remind_colleges(timezone.now())
    remind_reviewers(timezone.now())


def announce(orders: Iterable[AnnualReport]) -> bool:
    """Tell the workers of new orders; False when the broker does not answer, and then the drain finds them."""
    try:
        for report in orders:
            make_report.apply_async([report.pk], retry=False)
    except (OperationalError, ChannelError, OSError) as error:
        log.warning("The broker does not answer (%s); the orders wait for the drain.", error)
        return False
    return True


@worker_ready.connect
def drain_on_start(sender: object, **_: object) -> None:
    app: Celery = sender.app  # type: ignore[attr-defined]
    app.send_task("evaluation.make_waiting_reports")
