"""What an hour of an enterprise's people is agreed to be worth, by activity and period."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from consortium.models import Affiliation, Consortium, Organization

from .projects import Activity
from .verification import positive

Role = Affiliation.Role


class HourlyRateQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Colleges and the offices of the consortium see all of them, an enterprise its own."""
        affiliation = user.affiliation
        if not affiliation:
            return self.none()
        rows = self.filter(consortium=affiliation.consortium_id)
        if affiliation.sees_whole_consortium or affiliation.role == Role.COLLEGE_ADMIN:
            return rows
        if affiliation.role == Role.PARTNER:
            return rows.filter(enterprise=affiliation.organization_id)
        return self.none()

    def overlapping(self, rate: "HourlyRate"):
        """The others of the same enterprise and activity that are in force on a day of ``rate``; both ends count."""
        rows = self.filter(consortium=rate.consortium_id, enterprise=rate.enterprise_id, activity=rate.activity)
        rows = rows.filter(Q(ends_on=None) | Q(ends_on__gte=rate.starts_on)).exclude(pk=rate.pk)
        return rows.filter(starts_on__lte=rate.ends_on) if rate.ends_on else rows


class HourlyRate(models.Model):
    """In force from its first to its last day, both included; without a last day until further notice.

    One for an activity goes before the one for all activities.
    """

    # PROTECT both: the figures of former years hang on it
    consortium = models.ForeignKey(Consortium, models.PROTECT, related_name="+", verbose_name=_("consortium"))
    enterprise = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name=_("enterprise"))
    activity = models.CharField(
        _("activity"),
        max_length=24,
        choices=Activity,
        blank=True,
        help_text=_("Empty: all that have no rate of their own."),
    )
    amount = models.DecimalField(_("yuan an hour"), max_digits=8, decimal_places=2)
    starts_on = models.DateField(_("in force from"))
    ends_on = models.DateField(_("in force until"), null=True, blank=True, help_text=_("Empty: until further notice."))

    objects = HourlyRateQuerySet.as_manager()

    class Meta:
        verbose_name = _("agreed hourly rate")
        verbose_name_plural = _("agreed hourly rates")
        ordering = ["activity", "-starts_on", "pk"]
        constraints = [
            positive("amount", "hourly_rate_amount"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="hourly_rate_dates",
                violation_error_code="ends_on",
                violation_error_message=_("It ends before it begins."),
            ),
        ]

    def __str__(self):
        return f"{self.enterprise} {self.get_activity_display()} {self.amount}".replace("  ", " ")

    def get_absolute_url(self) -> str:
        return reverse("zones:enterprise_ledger", args=[self.enterprise_id])

    def in_force_on(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)
