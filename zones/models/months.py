"""Months of hours: "no work" declared for a project, which differs from nothing filled in, and months closed."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from consortium.models import Organization, User

from .hours import LoggedQuerySet
from .projects import Project
from .zones import Zone

FIRST_DAY = _("A month is written as its first day.")


class NoWork(models.Model):
    """A person's word that nothing was worked on a project in a month."""

    # PROTECT all: who said what of a month is history
    project = models.ForeignKey(Project, models.PROTECT, related_name="no_work", verbose_name=_("enterprise project"))
    person = models.ForeignKey(User, models.PROTECT, related_name="no_work", verbose_name=_("person"))
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name=_("organization"))
    month = models.DateField(_("month"))
    declared_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("declared by"))
    declared_at = models.DateTimeField(_("declared at"))

    objects = LoggedQuerySet.as_manager()

    class Meta:
        verbose_name = _("month without work")
        verbose_name_plural = _("months without work")
        constraints = [
            models.UniqueConstraint(
                fields=["project", "person", "month"],
                name="no_work_once",
                violation_error_message=_("“No work” is declared for this month already."),
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="no_work_month", violation_error_message=FIRST_DAY),
        ]

    def __str__(self):
        return f"{self.person} {self.month:%Y-%m} {self.project}"


class ClosedMonthQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The months of the zones that one sees."""
        return self.filter(zone__in=Zone.objects.visible_to(user))


class ClosedMonth(models.Model):
    """A zone's month of hours that is closed; opening it again removes the row, and the zone's history keeps both."""

    zone = models.ForeignKey(Zone, models.PROTECT, related_name="closed_months", verbose_name=_("special zone"))
    month = models.DateField(_("month"))
    closed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("closed by"))
    closed_at = models.DateTimeField(_("closed at"))

    objects = ClosedMonthQuerySet.as_manager()

    class Meta:
        verbose_name = _("closed month")
        verbose_name_plural = _("closed months")
        constraints = [
            models.UniqueConstraint(
                fields=["zone", "month"],
                name="month_closed_once",
                violation_error_message=_("This month is closed already."),
            ),
            models.CheckConstraint(
                condition=Q(month__day=1), name="closed_month_first_day", violation_error_message=FIRST_DAY
            ),
        ]

    def __str__(self):
        return f"{self.zone} {self.month:%Y-%m}"
