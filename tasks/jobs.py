"""What a worker does on a clock. Running it twice is harmless: who has been told is not told again."""

from celery import shared_task
from django.utils import timezone

from . import services


@shared_task(name="tasks.remind")
def remind() -> None:
    """Bring unanswered urgings before the leaders, and remind of what is due, late, returned or urged."""
    now = timezone.now()
    services.climb(now)
    services.remind(now)
