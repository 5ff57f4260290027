"""The virus scan of what people hand in. Running this twice is harmless: what is found is written once."""

import logging

from celery import shared_task
from django.conf import settings
from kombu.exceptions import ChannelError, OperationalError

from .. import scanner
from ..services.scans import scan_waiting

log = logging.getLogger(__name__)


@shared_task(name="consortium.scan_files")
def scan_files() -> None:
    """Whatever waits, announced or not; what is more than that, the next run takes."""
    scan_waiting(seconds=settings.REPORT_DRAIN_SECONDS)


def announce_files() -> None:
    """Tell a worker that files wait; when the broker does not answer, the scheduler's next look finds them."""
    if not scanner.is_on():
        return
    try:
        scan_files.apply_async(retry=False, expires=60)
    except (OperationalError, ChannelError, OSError) as error:
        log.warning("The broker does not answer (%s); the files wait for the scheduler.", error)
