"""What a student must have at a workplace: the three-party agreement, insurance, and a guardian's consent under 18.

Only the student's own college reads these; everybody else sees on the student's page whether they are valid.
"""

from datetime import date
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from consortium.models import Affiliation, Organization

from .classes import Student


class PaperQuerySet(models.QuerySet):
    def visible_to(self, user):
        """A college's administrators see those of their own students; their files name people in the clear."""
        affiliation = user.affiliation
        if not affiliation or affiliation.role != Affiliation.Role.COLLEGE_ADMIN:
            return self.none()
        return self.filter(student__college=affiliation.organization_id, student__consortium=affiliation.consortium_id)

    def valid_on(self, day: date):
        """Agreements and insurance in force on that day, both ends included."""
        return self.filter(starts_on__lte=day, ends_on__gte=day)


class ApprenticeAgreement(models.Model):
    """三方协议: student, college and enterprise agree on the apprenticeship. The scan is a file of the record."""

    THING = "apprentice_agreement"
    # PROTECT both: a compliance check of former years reads these
    student = models.ForeignKey(Student, models.PROTECT, related_name="agreements", verbose_name=_("student"))
    enterprise = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name=_("enterprise"))
    number = models.CharField(_("agreement number"), max_length=60)
    starts_on = models.DateField(_("in force from"))
    ends_on = models.DateField(_("in force until"))

    files_act = "apprentice_agreement.change"
    objects = PaperQuerySet.as_manager()

    class Meta:
        verbose_name = _("apprentice agreement")
        verbose_name_plural = _("apprentice agreements")
        ordering = ["-ends_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["student", "number"],
                name="agreement_once",
                violation_error_code="number",
                violation_error_message=_("This student has an agreement with this number already."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="agreement_dates",
                violation_error_code="ends_on",
                violation_error_message=_("It ends before it begins."),
            ),
        ]

    def __str__(self):
        return f"{self._meta.verbose_name} {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("zones:apprentice_agreement_detail", args=[self.pk])


class Insurance(models.Model):
    class Kind(models.TextChoices):
        """Source: provisions on placements of vocational students (2021), article 35; work injury where it applies."""

        LIABILITY = "liability", _("Placement liability insurance")
        INJURY = "injury", _("Work injury insurance")
        ACCIDENT = "accident", _("Accident insurance")

    THING = "insurance"
    student = models.ForeignKey(Student, models.PROTECT, related_name="insurances", verbose_name=_("student"))
    kind = models.CharField(_("kind of insurance"), max_length=10, choices=Kind, default=Kind.LIABILITY)
    insurer = models.CharField(_("insurer"), max_length=100)
    policy_number = models.CharField(_("policy number"), max_length=60)
    starts_on = models.DateField(_("in force from"))
    ends_on = models.DateField(_("in force until"))

    files_act = "insurance.change"
    objects = PaperQuerySet.as_manager()

    class Meta:
        verbose_name = _("insurance of a student")
        verbose_name_plural = _("insurances of students")
        ordering = ["-ends_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["student", "policy_number", "starts_on"],
                name="insurance_once",
                violation_error_code="policy_number",
                violation_error_message=_("This policy is recorded for the student already."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="insurance_dates",
                violation_error_code="ends_on",
                violation_error_message=_("It ends before it begins."),
            ),
        ]

    def __str__(self):
        return f"{self._meta.verbose_name} {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("zones:insurance_detail", args=[self.pk])


class GuardianConsent(models.Model):
    """The written consent of a minor's guardian; asked for under 18 (provisions of 2021, article 16)."""

    THING = "guardian_consent"
    student = models.ForeignKey(Student, models.PROTECT, related_name="consents", verbose_name=_("student"))
    guardian_name = models.CharField(_("guardian's name"), max_length=60)
    guardian_phone = models.CharField(_("guardian's phone"), max_length=30)
    given_on = models.DateField(_("consented on"))

    files_act = "guardian_consent.change"
    objects = PaperQuerySet.as_manager()

    class Meta:
        verbose_name = _("guardian's consent")
        verbose_name_plural = _("guardians' consents")
        ordering = ["-given_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["student", "given_on"],
                name="consent_once",
                violation_error_code="given_on",
                violation_error_message=_("The consent of this day is recorded already."),
            ),
        ]

    def __str__(self):
        return f"{self._meta.verbose_name} {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("zones:guardian_consent_detail", args=[self.pk])


PAPERS: list[Any] = [ApprenticeAgreement, Insurance, GuardianConsent]
