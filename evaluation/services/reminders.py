"""Last days that come near or are past: colleges are reminded of self-assessments, reviewers of their sheets.

Each is told once from three days before its last day on, and once after it. Safe to repeat, also by two at once: the
update of the day of the reminder decides who reminds.
"""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from ..models import Evaluation, Reviewer
from .notices import tell_assessment_due, tell_review_due

Status = Evaluation.Status
BEFORE = timedelta(days=3)


def remind_colleges(now: datetime) -> int:
    """Of self-assessments that are still to be handed in. How many."""
    today, told = timezone.localdate(now), 0
    waiting = Evaluation.objects.filter(status=Status.SELF_ASSESSMENT)
    waiting = waiting.filter(_is_time(today, "assessment_due_on", "assessment_reminded_on"))
    for evaluation in waiting.select_related("zone").order_by("pk"):
        with transaction.atomic():
            before = evaluation.assessment_reminded_on
            mine = Evaluation.objects.filter(
                pk=evaluation.pk, status=Status.SELF_ASSESSMENT, assessment_reminded_on=before
            )
            if mine.update(assessment_reminded_on=today):
                tell_assessment_due(evaluation, at=now)
                told += 1
    return told


def remind_reviewers(now: datetime) -> int:
    """Of sheets that are still to be handed in. How many."""
    today, told = timezone.localdate(now), 0
    waiting = Reviewer.objects.filter(submitted_at=None, evaluation__status=Status.REVIEW)
    waiting = waiting.filter(_is_time(today, "due_on", "reminded_on"))
    for reviewer in waiting.select_related("person", "evaluation__zone").order_by("pk"):
        with transaction.atomic():
            mine = Reviewer.objects.filter(pk=reviewer.pk, submitted_at=None, reminded_on=reviewer.reminded_on)
            if mine.update(reminded_on=today):
                tell_review_due(reviewer, at=now)
                told += 1
    return told


def _is_time(today: date, due: str, reminded: str) -> Q:
    soon = Q(**{f"{due}__gte": today, f"{due}__lte": today + BEFORE, reminded: None})
    late = Q(**{f"{due}__lt": today}) & (Q(**{reminded: None}) | Q(**{f"{reminded}__lte": F(due)}))
    return soon | late
