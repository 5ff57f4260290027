"""What stands behind a self-assessment: records of the system, and why a flag at them does not hold."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from consortium.models import User
from consortium.models.records import About, AboutQuerySet

from .evaluations import Evaluation, SelfAssessment


class EvidenceQuerySet(AboutQuerySet):
    def visible_to(self, user):
        return self.filter(assessment__in=SelfAssessment.objects.visible_to(user))

    def elsewhere(self, evaluation: Evaluation):
        """Named in the consortium's other evaluations that stand."""
        return self.filter(assessment__in=SelfAssessment.objects.elsewhere(evaluation))


class Evidence(About):
    """A record of the system that a college names for an indicator. Its files are the self-assessment's attachments."""

    assessment = models.ForeignKey(SelfAssessment, models.CASCADE, related_name="evidences")  # a part of it
    # PROTECT: who named what is history
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, verbose_name=_("added by"))
    added_at = models.DateTimeField(_("added at"))

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidences")
        ordering = ["pk"]
        indexes = [models.Index(fields=["content_type", "object_id"], name="evidence_of_record")]  # named twice?
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "content_type", "object_id"],
                name="evidence_once",
                violation_error_message=_("This record is evidence of this indicator already."),
            )
        ]

    def __str__(self):
        return str(self.record)


class Dismissal(models.Model):
    """Why a flag at a line does not hold. ``about`` says what was flagged: when that changes, the flag stands again."""

    class Kind(models.TextChoices):
        SAME_FILE = "same_file", _("The same file twice")
        SAME_RECORD = "same_record", _("The same record twice")
        OTHER_YEAR = "other_year", _("Not of the year")
        VACUOUS = "vacuous", _("Says nothing")
        PENDING = "pending", _("Not verified")
        UNREADABLE = "unreadable", _("Cannot be opened")

    assessment = models.ForeignKey(SelfAssessment, models.CASCADE, related_name="dismissals")  # a part of it
    kind = models.CharField(_("flag"), max_length=12, choices=Kind)
    about = models.CharField(max_length=64)  # SHA-256 of what was flagged
    reason = models.CharField(_("why it does not hold"), max_length=300)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("who"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("dismissed flag")
        verbose_name_plural = _("dismissed flags")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "kind", "about"],
                name="dismissal_once",
                violation_error_message=_("This flag is dismissed already."),
            )
        ]

    def __str__(self):
        return f"{self.get_kind_display()}: {self.reason}"
