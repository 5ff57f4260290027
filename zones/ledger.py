"""An enterprise's one page: what it gave in a year beside what it received. Money counts only where a record names it.

Nothing is estimated: hours are worth what is agreed for the day on which they were worked; without an agreed rate they
stand on the page without a price and outside the sum.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Count, Q, Sum
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from consortium.models import Organization, User
from consortium.templatetags.look import hours as in_words
from consortium.templatetags.look import money

from .models import (
    Activity,
    Contribution,
    Fund,
    Hire,
    HourEntry,
    HourlyRate,
    Outcome,
    PartTimeTeacher,
    ResearchProject,
    StaffTraining,
    TeacherPlacement,
    TechnicalService,
    Verified,
)


@dataclass(frozen=True)
class Line:
    """``amount`` is exact and in yuan, None where no price is agreed; ``url`` leads to the rows that make the line."""

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
    rates: list[HourlyRate]  # of all years
    may_count_twice: bool  # a fund of the enterprise beside donations or what it pays by contract

    @property
    def total_hours(self) -> Decimal:
        return sum(self.hours.values(), Decimal(0))

    @property
    def gave_total(self) -> Decimal:
        return _in_fen(self.gave)

    @property
    def received_total(self) -> Decimal:
        return _in_fen(self.received)


def _in_fen(lines: list[Line]) -> Decimal:
    """The sum of the exact amounts, rounded half up once."""
    total = sum((line.amount for line in lines if line.amount is not None), Decimal(0))
    return total.quantize(Decimal("0.01"), ROUND_HALF_UP)


def ledger(enterprise: Organization, year: int, user: User) -> Ledger:
    """What ``enterprise`` gave and received in ``year``, over the approved and verified rows that ``user`` sees."""
    spent = HourEntry.objects.visible_to(user).approved().in_year(year).filter(organization=enterprise)
    days = list(spent.totals_by("activity", "date"))
    hours: dict[str, Decimal] = {}
    for row in days:
        hours[row["activity"]] = hours.get(row["activity"], Decimal(0)) + row["hours"]
    # the rates of this consortium alone: in another one other things are agreed
    rates = list(HourlyRate.objects.visible_to(user).filter(enterprise=enterprise))

    def found(model: type[Verified], **sums: Any) -> dict[str, Any]:
        rows = model.objects.visible_to(user).verified().in_year(year).filter(enterprise=enterprise)
        return rows.aggregate(rows=Count("pk"), **sums)

    def found_by_kind(model: type[Contribution]) -> dict[str, dict[str, Any]]:
        rows = model.objects.visible_to(user).verified().in_year(year).filter(enterprise=enterprise)
        sums = rows.order_by().values("kind").annotate(rows=Count("pk"), worth=Sum("amount"), pieces=Sum("quantity"))
        return {row["kind"]: row for row in sums}

    def register(model: type[Verified], **filters: str) -> str:
        asked: dict[str, str | int] = {
            "year": year,
            "status": Verified.Status.VERIFIED,
            "enterprise": enterprise.pk,
            **filters,
        }
        return f"{reverse(f'zones:{model.THING}_list')}?{urlencode(asked)}"

    def name(model: type[Verified]) -> str:
        return str(capfirst(model._meta.verbose_name_plural))

    def entries(rows: int) -> str:
        return ngettext("%(n)s entry", "%(n)s entries", rows) % {"n": rows}

    gave = [line for activity in hours for line in _worked(enterprise, activity, year, days, rates)]
    received = []

    by_kind = found_by_kind(Contribution)
    for kind in Contribution.Kind:
        if given := by_kind.get(kind):
            what = entries(given["rows"])
            if given["pieces"] and kind in (Contribution.Kind.PRACTICE_PLACE, Contribution.Kind.TRAINING_PLACE):
                what = _("%(n)s places") % {"n": given["pieces"]}
            gave.append(Line(str(kind.label), what, given["worth"], register(Contribution, kind=kind)))
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
            Line(
                _("Agreed funding of research that it commissioned"),
                entries(research["ordered"]),
                research["paid"],
                url,
            )
        )
    if research["rows"]:
        received.append(Line(name(ResearchProject), entries(research["rows"]), None, register(ResearchProject)))
    teaching = found(PartTimeTeacher, lessons=Sum("hours"))
    if teaching["rows"]:
        what = _("%(n)s lessons") % {"n": in_words(teaching["lessons"])}
        gave.append(Line(name(PartTimeTeacher), what, None, register(PartTimeTeacher)))
    hired = found(Hire)
    if hired["rows"]:
        what = ngettext("%(n)s student", "%(n)s students", hired["rows"]) % {"n": hired["rows"]}
        received.append(Line(name(Hire), what, None, register(Hire)))
    technology = found(Outcome)
    if technology["rows"]:
        label = _("Outcomes made together")
        received.append(Line(label, entries(technology["rows"]), None, register(Outcome)))
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
    others = service["rows"] or research["ordered"] or Contribution.Kind.DONATION in by_kind
    return Ledger(hours, gave, received, rates, bool(fund["rows"] and others))


def rate_on(rates: list[HourlyRate], activity: str, day: date) -> HourlyRate | None:
    """The rate in force on the day: the one of the activity, or else the one of all activities."""
    found = {rate.activity: rate for rate in rates if rate.in_force_on(day)}
    return found.get(activity) or found.get("")


def _worked(
    enterprise: Organization,
    activity: str,
    year: int,
    days: list[dict[str, Any]],
    rates: list[HourlyRate],
) -> list[Line]:
    """A line for each stretch of days between two changes of a rate, so that each line leads to exactly its hours."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    rates = [rate for rate in rates if rate.activity in ("", activity)]
    starts = {first} | {rate.starts_on for rate in rates}
    starts |= {rate.ends_on + timedelta(days=1) for rate in rates if rate.ends_on}
    begins = sorted(start for start in starts if first <= start <= last)
    lines = []
    for since, until in zip(begins, [*(start - timedelta(days=1) for start in begins[1:]), last], strict=True):
        worked = [row["hours"] for row in days if row["activity"] == activity and since <= row["date"] <= until]
        if not worked:
            continue
        total, rate = sum(worked, Decimal(0)), rate_on(rates, activity, since)
        what = _("%(hours)s hours") % {"hours": in_words(total)}
        if rate:
            words = {"hours": in_words(total), "rate": money(rate.amount), "first": since, "last": until}
            what = _("%(hours)s hours × %(rate)s yuan, %(first)s to %(last)s") % words
        amount = total * rate.amount if rate else None
        lines.append(Line(str(Activity(activity).label), what, amount, _hours_url(enterprise, since, until, activity)))
    return lines


def _hours_url(enterprise: Organization, first: date, last: date, activity: str) -> str:
    asked: dict[str, str | int] = {
        "organization": enterprise.pk,
        "activity": activity,
        "status": HourEntry.Status.APPROVED,
        "date_after": str(first),
        "date_before": str(last),
    }
    return f"{reverse('zones:hours_list')}?{urlencode(asked)}"
