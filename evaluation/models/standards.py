"""A consortium's check of itself against the ministry's standard."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from consortium.models import Consortium

from .evaluations import SCORE_RANGE
from .schemes import Indicator, Scheme


class StandardCheckQuerySet(models.QuerySet):
    def visible_to(self, user):
        """For those who see the whole consortium: secretariat, bureau, auditor."""
        affiliation = user.affiliation
        if not affiliation or not affiliation.sees_whole_consortium:
            return self.none()
        return self.filter(consortium=affiliation.consortium_id)


class StandardCheck(models.Model):
    """One year's check of a whole consortium by a scheme that is about consortia. Frozen once it is finished.

    Not an Evaluation: nobody reviews it, it has no sides, publicity or objections, and every page, measure and
    permission of an evaluation starts from its zone. Shared is the arithmetic.
    """

    class Status(models.TextChoices):
        OPEN = "open", _("Being filled in")
        DONE = "done", _("Finished")

    TRANSITIONS = {Status.OPEN: {Status.DONE}}

    # PROTECT: what was checked stays readable
    consortium = models.ForeignKey(Consortium, models.PROTECT, related_name="+", verbose_name=_("consortium"))
    scheme = models.ForeignKey(Scheme, models.PROTECT, related_name="+", verbose_name=_("scheme"))
    year = models.PositiveSmallIntegerField(_("year"), validators=[MinValueValidator(2000), MaxValueValidator(2100)])
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.OPEN)
    saves = models.PositiveIntegerField(default=0, editable=False)  # tells the second of two who save at once
    counted_on = models.DateField(_("records counted on"))
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    result = models.JSONField(_("result"), null=True, blank=True)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)

    objects = StandardCheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("check against the standard")
        verbose_name_plural = _("checks against the standard")
        ordering = ["-year", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["consortium", "year"],
                condition=Q(status="open"),
                name="standard_check_one_open",
                violation_error_message=_("This year's check is being filled in already."),
            ),
            models.CheckConstraint(
                condition=Q(status="open", result=None, sha256="")
                | (Q(status="done", result__isnull=False) & ~Q(sha256="")),
                name="standard_check_result",
                violation_error_message=_("A finished check has its result."),
            ),
        ]

    def __str__(self):
        return str(_("%(consortium)s, check against the standard %(year)s")) % {
            "consortium": self.consortium,
            "year": self.year,
        }

    def get_absolute_url(self) -> str:
        return reverse("evaluation:standard_check_detail", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.OPEN


class StandardAnswer(models.Model):
    """What a consortium says of one observation point or negative item, or what its records say."""

    check_of = models.ForeignKey(StandardCheck, models.CASCADE, related_name="answers")  # a part of it
    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="+")
    figure = models.DecimalField(_("figure"), max_digits=16, decimal_places=2, null=True, blank=True)
    behind = models.JSONField(
        default=list, blank=True
    )  # the records behind it: what, how many, and the page that lists them
    score = models.DecimalField(
        _("own score"), max_digits=5, decimal_places=2, null=True, blank=True, validators=SCORE_RANGE
    )
    points = models.DecimalField(
        _("points taken off"), max_digits=5, decimal_places=2, default=0, validators=SCORE_RANGE
    )
    applies = models.BooleanField(_("applies"), default=False)
    statement = models.TextField(_("statement"), blank=True)

    class Meta:
        verbose_name = _("answer to the standard")
        verbose_name_plural = _("answers to the standard")
        ordering = ["indicator__number"]
        constraints = [
            models.UniqueConstraint(fields=["check_of", "indicator"], name="standard_answer_once"),
            models.CheckConstraint(
                condition=(Q(score=None) | Q(score__gte=0, score__lte=100)) & Q(points__gte=0, points__lte=100),
                name="standard_answer_range",
                violation_error_message=_("A score is between 0 and 100."),
            ),
        ]

    def __str__(self):
        return str(self.indicator)

    @property
    def records_behind(self) -> list[tuple[str, Decimal, str]]:
        """What they are, how many, and the page that lists them."""
        return [(label, Decimal(figure), url) for label, figure, url in self.behind]
