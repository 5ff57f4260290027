"""13 to 21: teaching resources, what students achieved, money."""

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from zones.models import (
    Enrollment,
    Fund,
    Level,
    Outcome,
    TeachingResource,
)

from .registry import PERCENT, measure, overlaps, register_of, text_of

Kind = Outcome.Kind


# --- 13 to 17: teaching resources -------------------------------------------------------------------------------------
@measure(
    "teaching_resources", _("Teaching resources made together"), _("pieces"), 14,
    question=_("How many teaching resources of any kind were finished?"), **register_of("teaching_resource"),
)  # fmt: skip
def teaching_resources(year: int) -> QuerySet:
    return TeachingResource.objects.verified().in_year(year)


def _resources(kind: TeachingResource.Kind, number: int) -> None:
    unit = _("questions") if kind == TeachingResource.Kind.QUESTION_BANK else _("pieces")
    measure(
        f"resources_{kind.value}", kind.label, unit, number,
        question=_("How many of this kind were finished, by their quantity?"),
        of=Sum("quantity"), shown=("title", "date", "quantity"), **register_of("teaching_resource", kind=kind.value),
    )(lambda year: teaching_resources(year).filter(kind=kind))  # fmt: skip


for number, kind in enumerate(TeachingResource.Kind, start=13):
    _resources(kind, number)


# --- 18, 19: what students achieved -----------------------------------------------------------------------------------
def _achieved(year: int, *kinds: str) -> QuerySet:
    """Verified outcomes of students. Of one achievement in several rounds only the first row's key is counted."""
    by_students = Outcome.students.through.objects.filter(outcome=OuterRef("pk"))
    return Outcome.objects.verified().in_year(year).filter(Exists(by_students), kind__in=kinds)


ONCE = Count(Coalesce("same_as", "pk"), distinct=True)


@measure(
    "certificates", _("Certificates of students"), _("people"), 18,
    question=_("How many students earned a certificate in the year?"),
    of=Count("students", distinct=True), **register_of("outcome", kind="certificate"),
)  # fmt: skip
def certificates(year: int) -> QuerySet:
    return _achieved(year, Kind.CERTIFICATE)


@measure(
    "certificate_rate", _("Students with a certificate"), PERCENT, 18,
    question=_("What share of the students placed in the year hold a verified certificate?"),
    of=Count("pk", filter=Q(has_certificate=True)), per=Count("pk"),
    zone="innovation_class__zone", shown=("innovation_class__name", "enrolled_on", "has_certificate"),
)  # fmt: skip
def certificate_rate(year: int) -> QuerySet:
    held = Outcome.students.through.objects.filter(
        student=OuterRef("student"), outcome__kind=Kind.CERTIFICATE, outcome__status=Outcome.Status.VERIFIED
    )
    placed = Enrollment.objects.filter(overlaps(year, "enrolled_on", "left_on"))
    return placed.annotate(has_certificate=Exists(held.filter(outcome__date__year__lte=year)))


def _awards(level: Level | None) -> None:
    measure(
        f"awards_{level.value}" if level else "awards",
        text_of(_("Contest awards: %(level)s"), level=level.label) if level else _("Contest awards"),
        _("items"), 18,
        question=_("How many contests did students win? The same achievement counts once."),
        of=ONCE, **register_of("outcome", kind="contest_award", **({"level": level.value} if level else {})),
    )(lambda year: _achieved(year, Kind.CONTEST_AWARD).filter(**({"level": level} if level else {})))  # fmt: skip


for level in (None, *Level):
    _awards(level)


@measure(
    "student_outcomes", _("Patents, papers and projects of students"), _("items"), 19,
    question=_("How many patents, papers and innovation projects have students? The same achievement counts once."),
    of=ONCE,
)  # fmt: skip
def student_outcomes(year: int) -> QuerySet:
    return _achieved(year, Kind.PATENT, Kind.PAPER, Kind.INNOVATION_PROJECT)


# --- 21: money --------------------------------------------------------------------------------------------------------
@measure(
    "budget_spent", _("Budget spent"), PERCENT, 21,
    question=_("What share of the budget approved in the year has been spent?"),
    of=Sum("spent"), per=Sum("budget"), shown=("title", "date", "budget", "spent"), **register_of("fund"),
)  # fmt: skip
def budget_spent(year: int) -> QuerySet:
    return Fund.objects.verified().in_year(year)
