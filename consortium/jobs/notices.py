"""Notices by mail. Running any of these twice is harmless: a notice that one has in hand, the other leaves alone."""

import logging

from celery import shared_task
from django.utils import timezone
from kombu.exceptions import ChannelError, OperationalError

from ..models import Notice
from ..services.mails import send_mails

log = logging.getLogger(__name__)


@shared_task(name="consortium.send_notices")
def send_notices() -> None:
    send_mails(Notice.Mail.NOW, now=timezone.now())


@shared_task(name="consortium.send_digests")
def send_digests() -> None:
    send_mails(Notice.Mail.DIGEST, now=timezone.now())


def announce_notices() -> None:
    """Tell a worker that notices wait; when the broker does not answer, the scheduler's next minute finds them."""
    try:
        send_notices.apply_async(retry=False, expires=60)
    except (OperationalError, ChannelError, OSError) as error:
        log.warning("The broker does not answer (%s); the notices wait for the scheduler.", error)
