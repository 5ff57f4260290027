"""The end of kept answers of the API. Running this twice is harmless."""

from celery import shared_task
from django.utils import timezone

from ..services import answers


@shared_task(name="consortium.remove_old_answers")
def remove_old_answers() -> None:
    answers.remove_old_answers(timezone.now())
