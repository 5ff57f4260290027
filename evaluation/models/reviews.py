"""What reviewers give and say: scores, talks about scores that differ much, and links for guests from outside."""

from datetime import datetime

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from consortium.models import Affiliation, User

from .evaluations import SCORE_RANGE, Evaluation, Reviewer
from .schemes import Indicator

Role = Affiliation.Role


class ScoreQuerySet(models.QuerySet):
    def visible_to(self, user):
        """An expert's own; the secretariat and the auditor see sheets once submitted; others see means only.

        Whoever has still to hand in a sheet sees nobody else's, as whatever the person acts.
        """
        affiliation = user.affiliation
        if not affiliation:
            return self.none()
        rows = self.filter(reviewer__evaluation__in=Evaluation.objects.visible_to(user))
        if affiliation.role in {Role.SECRETARIAT, Role.AUDITOR}:
            own = Reviewer.objects.filter(evaluation=OuterRef("reviewer__evaluation"), person=user, submitted_at=None)
            return rows.exclude(reviewer__submitted_at=None).exclude(Exists(own))
        return rows.filter(reviewer__person=user) if affiliation.role == Role.EXPERT else self.none()


class Score(models.Model):
    """One reviewer's score of one indicator, 0 to 100."""

    reviewer = models.ForeignKey(Reviewer, models.CASCADE, related_name="scores")  # a part of it
    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="scores", verbose_name=_("indicator"))
    score = models.DecimalField(_("score"), max_digits=5, decimal_places=2, validators=SCORE_RANGE)
    note = models.TextField(_("note"), blank=True)
    version = models.PositiveIntegerField(default=0, editable=False)  # of two open tabs the older one is told by it

    objects = ScoreQuerySet.as_manager()

    class Meta:
        verbose_name = _("score")
        verbose_name_plural = _("scores")
        ordering = ["indicator__number", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["reviewer", "indicator"],
                name="score_once",
                violation_error_message=_("This indicator is scored already."),
            ),
            models.CheckConstraint(
                condition=Q(score__gte=0, score__lte=100),
                name="score_range",
                violation_error_message=_("A score is between 0 and 100."),
            ),
        ]

    def __str__(self):
        return f"{self.indicator}: {self.score}"


class Talk(models.Model):
    """A talk of the reviewers about one indicator that they scored far apart, and what came of it."""

    evaluation = models.ForeignKey(Evaluation, models.CASCADE, related_name="talks")  # a part of it
    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="+", verbose_name=_("indicator"))
    held_on = models.DateField(_("held on"))
    lowest = models.DecimalField(_("lowest score"), max_digits=5, decimal_places=2, editable=False)
    highest = models.DecimalField(_("highest score"), max_digits=5, decimal_places=2, editable=False)
    outcome = models.TextField(_("what was said and agreed"))
    recorded_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("recorded by"), editable=False
    )

    class Meta:
        verbose_name = _("talk of the reviewers")
        verbose_name_plural = _("talks of the reviewers")
        ordering = ["indicator__number", "pk"]

    def __str__(self):
        return f"{self.indicator}: {self.lowest}–{self.highest}"


class GuestLink(models.Model):
    """The link by which a third party without an account of its own reviews one evaluation, until a day."""

    # a part of the review; the sheet outlives the link
    reviewer = models.OneToOneField(Reviewer, models.CASCADE, related_name="link")
    secret_hash = models.CharField(max_length=64, unique=True, editable=False)  # SHA-256; the link itself is not kept
    expires_at = models.DateTimeField(_("open until"), editable=False)

    secret = ""  # nosec B105  # of the link; only the instance that has just made it knows it

    class Meta:
        verbose_name = _("link for a guest")
        verbose_name_plural = _("links for guests")
        ordering = ["pk"]

    def __str__(self):
        return str(self.reviewer)

    def is_open(self, now: datetime) -> bool:
        return now < self.expires_at
