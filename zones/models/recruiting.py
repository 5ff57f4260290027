"""How a class finds its students: criteria with weights, applications, points, and the order of admission."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from consortium.models import Affiliation

from .classes import InnovationClass, Student


class Criterion(models.Model):
    """One thing by which applicants are ranked. The weights of a class sum to 100, which the service keeps."""

    innovation_class = models.ForeignKey(
        InnovationClass, models.CASCADE, related_name="criteria", verbose_name=_("innovation class")
    )  # a part
    number = models.PositiveSmallIntegerField(_("number"))
    name = models.CharField(_("criterion"), max_length=60)
    weight = models.DecimalField(_("weight"), max_digits=5, decimal_places=2)

    class Meta:
        verbose_name = _("criterion of admission")
        verbose_name_plural = _("criteria of admission")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["innovation_class", "number"], name="criterion_number_once"),
            models.UniqueConstraint(
                fields=["innovation_class", "name"],
                name="criterion_once",
                violation_error_message=_("Two criteria have the same name."),
            ),
            models.CheckConstraint(
                condition=Q(weight__gt=0, weight__lte=100),
                name="criterion_weight",
                violation_error_message=_("A weight is above 0 and at most 100."),
            ),
        ]

    def __str__(self):
        return self.name


class ApplicationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """A college's own; the office, the bureau and auditors all. Enterprises see who is placed, not who applied."""
        affiliation = user.affiliation
        if not affiliation:
            return self.none()
        rows = self.filter(innovation_class__zone__consortium=affiliation.consortium_id)
        if affiliation.sees_whole_consortium:
            return rows
        if affiliation.role == Affiliation.Role.COLLEGE_ADMIN:
            return rows.filter(innovation_class__zone__college=affiliation.organization_id)
        return self.none()

    def standing(self):
        return self.exclude(status__in=Application.ENDED)

    def admitted(self):
        return self.filter(status=Application.Status.ADMITTED)

    def for_letters(self):
        """The admitted in the order of admission; those admitted as an exception stand where they were ranked."""
        return self.admitted().select_related("student", "innovation_class").order_by("position", "pk")


class Application(models.Model):
    """A student's wish for a place. ``total``, ``rank`` and ``position`` are written when the college admits."""

    class Status(models.TextChoices):
        APPLIED = "applied", _("Applied")
        ADMITTED = "admitted", _("Admitted")
        WAITING = "waiting", _("On the waiting list")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    ENDED = {Status.DECLINED, Status.WITHDRAWN}
    TRANSITIONS = {
        Status.APPLIED: {Status.ADMITTED, Status.WAITING, *ENDED},
        Status.WAITING: {Status.ADMITTED, Status.APPLIED, *ENDED},
        Status.ADMITTED: {Status.APPLIED, *ENDED},
    }

    # PROTECT both: who was admitted before whom is history
    innovation_class = models.ForeignKey(
        InnovationClass, models.PROTECT, related_name="applications", verbose_name=_("innovation class")
    )
    student = models.ForeignKey(Student, models.PROTECT, related_name="applications", verbose_name=_("student"))
    applied_on = models.DateField(_("applied on"))
    status = models.CharField(_("state"), max_length=10, choices=Status, default=Status.APPLIED)
    total = models.DecimalField(_("total"), max_digits=9, decimal_places=6, null=True, editable=False)
    rank = models.PositiveIntegerField(_("rank"), null=True, editable=False)  # the same for the same total
    position = models.PositiveIntegerField(_("order of admission"), null=True, editable=False)
    tie_order = models.PositiveIntegerField(_("order among equals"), null=True, editable=False)
    tie_reason = models.CharField(_("reason for the order among equals"), max_length=300, blank=True, editable=False)
    exception_reason = models.CharField(_("reason of the exception"), max_length=300, blank=True, editable=False)
    end_reason = models.CharField(_("reason of the end"), max_length=300, blank=True, editable=False)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("application for a place")
        verbose_name_plural = _("applications for places")
        constraints = [
            models.UniqueConstraint(
                fields=["innovation_class", "student"],
                name="application_once",
                violation_error_code="student",
                violation_error_message=_("This student has applied for this class already."),
            ),
            models.UniqueConstraint(fields=["innovation_class", "position"], name="application_position_once"),
            models.CheckConstraint(
                condition=~Q(status__in=["admitted", "waiting"])
                | Q(total__isnull=False, rank__isnull=False, position__isnull=False),
                name="application_ranked",
                violation_error_message=_("Whoever is admitted or waits has been ranked."),
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["declined", "withdrawn"]) | ~Q(end_reason=""),
                name="application_end_reason",
                violation_error_message=_("Say why the application ends."),
            ),
            models.CheckConstraint(
                condition=Q(tie_order=None) | ~Q(tie_reason=""),
                name="application_tie_reason",
                violation_error_message=_("An order among equals has a reason."),
            ),
        ]

    def __str__(self):
        return f"{self.student} · {self.innovation_class}"

    def get_absolute_url(self) -> str:
        return reverse("zones:class_recruiting", args=[self.innovation_class_id])


class ApplicationScore(models.Model):
    # CASCADE: part of the application. PROTECT: criteria are frozen once one is scored
    application = models.ForeignKey(Application, models.CASCADE, related_name="scores", verbose_name=_("application"))
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="scores", verbose_name=_("criterion"))
    points = models.DecimalField(_("points"), max_digits=5, decimal_places=2)

    class Meta:
        verbose_name = _("points of an application")
        verbose_name_plural = _("points of applications")
        constraints = [
            models.UniqueConstraint(fields=["application", "criterion"], name="application_score_once"),
            models.CheckConstraint(
                condition=Q(points__gte=0, points__lte=100),
                name="application_score_range",
                violation_error_message=_("Points are from 0 to 100."),
            ),
        ]

    def __str__(self):
        return f"{self.criterion}: {self.points}"
