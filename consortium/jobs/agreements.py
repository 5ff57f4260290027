"""What the calendar does to agreements. Running this twice is harmless: each step and each warning is made once."""

from celery import shared_task
from django.utils import timezone

from ..services.agreement_calendar import keep_calendar


@shared_task(name="consortium.keep_agreements")
def keep_agreements() -> None:
    keep_calendar(timezone.now())
