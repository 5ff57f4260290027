"""The rules about what must be valid on each day at work: insurance and the three-party agreement."""

from django.db.models import Count, Exists, F, Min, OuterRef, QuerySet
from django.db.models.functions import TruncMonth

from ..models import ApprenticeAgreement, Insurance
from .packs import Rule
from .rules import Scope, rows_of


def insurance(scope: Scope, rule: Rule) -> QuerySet:
    valid = Insurance.objects.filter(
        student=OuterRef("placement__student"), starts_on__lte=OuterRef("date"), ends_on__gte=OuterRef("date")
    )
    return _days_without(valid, scope, rule)


def agreement(scope: Scope, rule: Rule) -> QuerySet:
    valid = ApprenticeAgreement.objects.filter(
        student=OuterRef("placement__student"), enterprise=OuterRef("placement__post__enterprise"),
        starts_on__lte=OuterRef("date"), ends_on__gte=OuterRef("date"),
    )  # fmt: skip
    return _days_without(valid, scope, rule)


def _days_without(valid: QuerySet, scope: Scope, rule: Rule) -> QuerySet:
    """Days at work of which none is covered, by placement and month: the first of them, and how many."""
    open_days = scope.days(rule).filter(~Exists(valid)).annotate(month=TruncMonth("date"))
    months = open_days.values("placement", "month").annotate(first=Min("date"), days=Count("pk"))
    return rows_of(months, rule, day=F("first"), figure=F("days"))
