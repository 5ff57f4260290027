"""Approved hours by month: sums kept beside the entries, so that a province's year is not added up anew each time."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import models
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from consortium.models import Affiliation, Organization

from .hours import LoggedQuerySet
from .projects import Activity, Project


@dataclass
class EnterpriseYear:
    """The approved hours on an enterprise's projects: of each month of a year, and of the whole year before."""

    pk: int
    name: str
    months: list[Decimal] = field(default_factory=lambda: [Decimal(0)] * 12)
    before: Decimal = Decimal(0)

    @property
    def total(self) -> Decimal:
        return sum(self.months, Decimal(0))


class HourMonthQuerySet(LoggedQuerySet):
    def visible_to(self, user):
        """As the entries are, but a mentor's: whose hours they were is not kept here."""
        if user.affiliation and user.affiliation.role == Affiliation.Role.MENTOR:
            return self.none()
        return super().visible_to(user)

    def by_enterprise(self, year: int) -> list[EnterpriseYear]:
        """The year of each enterprise whose projects have hours in it or in the year before, by name."""
        rows = self.filter(month__year__in=(year - 1, year)).order_by()
        sums = rows.values_list("project__enterprise", "project__enterprise__name", "month").annotate(Sum("hours"))
        found: dict[int, EnterpriseYear] = {}
        for pk, name, month, hours in sums:
            enterprise = found.setdefault(pk, EnterpriseYear(pk, name))
            if month.year == year:
                enterprise.months[month.month - 1] += hours
            else:
                enterprise.before += hours
        return sorted(found.values(), key=lambda enterprise: (enterprise.name, enterprise.pk))


class HourMonth(models.Model):
    """The sum of what was approved of a project's hours: of one organization's people, one activity, one month.

    Approving adds to it in the same transaction and nothing else changes it, for an approved entry is locked and a
    correction is an entry of its own. ``verify`` adds the entries up and compares.
    """

    # PROTECT as the entries
    project = models.ForeignKey(Project, models.PROTECT, related_name="+", db_index=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    activity = models.CharField(_("activity"), max_length=24, choices=Activity)
    month = models.DateField(_("month"))  # its first day
    hours = models.DecimalField(_("hours"), max_digits=12, decimal_places=2)
    entries = models.PositiveIntegerField(_("entries"))

    objects = HourMonthQuerySet.as_manager()

    class Meta:
        verbose_name = _("approved hours of a month")
        verbose_name_plural = _("approved hours by month")
        constraints = [
            # approving finds its row by it; a zone's or a consortium's projects find theirs
            models.UniqueConstraint(fields=["project", "month", "organization", "activity"], name="hour_month_once"),
        ]

    def __str__(self):
        return f"{self.project} {self.month:%Y-%m} {self.hours}"


def column_sums(rows: Iterable[EnterpriseYear]) -> EnterpriseYear:
    """The last line of a table of enterprises."""
    total = EnterpriseYear(0, "")
    for row in rows:
        total.months = [a + b for a, b in zip(total.months, row.months, strict=True)]
        total.before += row.before
    return total
