"""An enterprise's one page: what it gave in a year beside what it received. Money counts only where a record names it.

Nothing is estimated: hours have no agreed rate yet, so they stand on the page without a price and outside the sum.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from consortium.models import Organization, User
from consortium.templatetags.look import hours as in_words

from .models import (
    Activity,
    Fund,
    HourEntry,
    PartTimeTeacher,
    ResearchProject,
    StaffTraining,
    TeacherPlacement,
    TechnicalService,
    Verified,
)


@dataclass(frozen=True)
class Line:
    """``amount`` is in yuan, None where no price is agreed; ``url`` leads to the rows that make the line."""

    label: str
    what: str
    amount: Decimal | None
    url: str


@dataclass(frozen=True)
class Ledger:
    """Both sides of a year, and the approved hours of the enterprise's people by activity."""

    hours: dict[str, Decimal]
    gave: list[Line]
    received: list[Line]

    @property
    def total_hours(self) -> Decimal:
        return sum(self.hours.values(), Decimal(0))

    @property
    def gave_total(self) -> Decimal:
        return sum((line.amount for line in self.gave if line.amount is not None), Decimal(0))

    @property
    def received_total(self) -> Decimal:
        return sum((line.amount for line in self.received if line.amount is not None), Decimal(0))


def ledger(enterprise: Organization, year: int, user: User) -> Ledger:
    """What ``enterprise`` gave and received in ``year``, over the approved and verified rows that ``user`` sees."""
    spent = HourEntry.objects.visible_to(user).approved().in_year(year).filter(organization=enterprise)
    hours = {row["activity"]: row["hours"] for row in spent.totals_by("activity")}

    def found(model: type[Verified], **sums: Any) -> dict[str, Any]:
        rows = model.objects.visible_to(user).verified().in_year(year).filter(enterprise=enterprise)
        return rows.aggregate(rows=Count("pk"), **sums)

    def register(model: type[Verified], **filters: str) -> str:
        asked = {"year": year, "status": Verified.Status.VERIFIED, "enterprise": enterprise.pk, **filters}
        return f"{reverse(f'zones:{model.THING}_list')}?{urlencode(asked)}"

    def name(model: type[Verified]) -> str:
        return str(capfirst(model._meta.verbose_name_plural))

    def entries(rows: int) -> str:
        return ngettext("%(n)s entry", "%(n)s entries", rows) % {"n": rows}

    gave = [
        Line(
            str(Activity(activity).label),
            _("%(hours)s hours") % {"hours": in_words(total)},
            None,
            _hours_url(enterprise, year, activity),
        )
        for activity, total in hours.items()
    ]
    received = []

    fund = found(Fund, paid=Sum("spent"))  # a fund names an enterprise only when the money comes from it
    if fund["rows"]:
        gave.append(Line(_("Funds of the enterprise, spent"), entries(fund["rows"]), fund["paid"], register(Fund)))
    service = found(TechnicalService, paid=Sum("amount_received"), value=Sum("value_created"))
    if service["rows"]:
        url, count = register(TechnicalService), entries(service["rows"])
        gave.append(Line(_("Paid for technical services"), count, service["paid"], url))
        received.append(Line(_("Value created by technical services"), count, service["value"], url))
    ordered = Q(kind=ResearchProject.Kind.HORIZONTAL)
    research = found(ResearchProject, paid=Sum("funding", filter=ordered), ordered=Count("pk", filter=ordered))
    if research["ordered"]:
        url = register(ResearchProject, kind=ResearchProject.Kind.HORIZONTAL)
        gave.append(
            Line(_("Paid for research that it commissioned"), entries(research["ordered"]), research["paid"], url)
        )
    if research["rows"]:
        received.append(Line(name(ResearchProject), entries(research["rows"]), None, register(ResearchProject)))
    teaching = found(PartTimeTeacher, lessons=Sum("hours"))
    if teaching["rows"]:
        what = _("%(n)s lessons") % {"n": in_words(teaching["lessons"])}
        gave.append(Line(name(PartTimeTeacher), what, None, register(PartTimeTeacher)))
    training = found(StaffTraining, heads=StaffTraining.SUMS["people"], person_hours=StaffTraining.SUMS["person_hours"])
    if training["rows"]:
        what = _("%(people)s people, %(hours)s people × hours") % {
            "people": training["heads"],
            "hours": in_words(training["person_hours"]),
        }
        received.append(Line(name(StaffTraining), what, None, register(StaffTraining)))
    placed = found(TeacherPlacement, days=Sum("days"))
    if placed["rows"]:
        what = _("%(n)s days") % {"n": placed["days"]}
        received.append(Line(name(TeacherPlacement), what, None, register(TeacherPlacement)))
    return Ledger(hours, gave, received)


def _hours_url(enterprise: Organization, year: int, activity: str) -> str:
    asked = {
        "organization": enterprise.pk,
        "activity": activity,
        "status": HourEntry.Status.APPROVED,
        "date_after": f"{year}-01-01",
        "date_before": f"{year}-12-31",
    }
    return f"{reverse('zones:hours_list')}?{urlencode(asked)}"
