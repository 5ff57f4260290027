"""One function a rule: what breaks it, as rows of the same columns, to be united with the others' into one query.

``day`` is the day that counts, ``figure`` what was found, ``base`` of what (staff, pay), 0 where there is nothing.
Nothing is rounded: shares are compared as whole numbers, figure × 100 with base × limit.
"""

from datetime import date
from functools import cache
from typing import NamedTuple

import holidays
from django.db.models import (
    CharField,
    Count,
    DateField,
    DecimalField,
    Exists,
    F,
    IntegerField,
    Max,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Cast, Coalesce, ExtractDay, ExtractMonth, ExtractYear, Floor, TruncWeek

from ..models import Placement, StaffCount
from .packs import Rule

NUMBER = DecimalField(max_digits=12, decimal_places=2)


class Scope(NamedTuple):
    """The placements and hours that are asked about; a rule looks only at the days on which it is in force."""

    placements: QuerySet
    attendance: QuerySet

    def days(self, rule: Rule) -> QuerySet:
        return self.attendance.filter(date__range=(rule.since, rule.until or date.max)).order_by()

    def starts(self, rule: Rule) -> QuerySet:
        return self.placements.filter(starts_on__range=(rule.since, rule.until or date.max)).order_by()


def day_hours(scope: Scope, rule: Rule) -> QuerySet:
    return rows_of(scope.days(rule).filter(hours__gt=rule.limit), rule, figure=F("hours"))


def week_hours(scope: Scope, rule: Rule) -> QuerySet:
    """Monday to Sunday, over all placements of the student that are asked about; a week counts on its Monday."""
    weeks = scope.days(rule).annotate(week=TruncWeek("date")).values("placement__student", "week")
    long = weeks.annotate(total=Sum("hours"), last=Max("placement")).filter(total__gt=rule.limit)
    return rows_of(long, rule, at=F("last"), day=F("week"), figure=F("total"))


def public_holiday(scope: Scope, rule: Rule) -> QuerySet:
    return rows_of(scope.days(rule).filter(date__in=days_off()), rule, figure=F("hours"))


def rest_day(scope: Scope, rule: Rule) -> QuerySet:
    """Saturdays and Sundays without the shifted working days; public holidays have a rule of their own."""
    weekend = scope.days(rule).filter(date__iso_week_day__in=(6, 7))
    return rows_of(weekend.exclude(date__in=[*days_off(), *working_weekends()]), rule, figure=F("hours"))


def under_age(scope: Scope, rule: Rule) -> QuerySet:
    """Years lived on the first day at work; whoever is born on 29 February is a year older on 1 March."""
    young = scope.starts(rule).annotate(lived=_day_number("starts_on") - _day_number("student__birth_date"))
    return rows_of(
        young.filter(lived__lt=rule.limit * 10_000), rule, day=F("starts_on"), figure=Floor(F("lived") / 10_000)
    )


def first_year(scope: Scope, rule: Rule) -> QuerySet:
    """The first year ends on 30 June of the year after entry, as for places in innovation classes."""
    second_year = (ExtractYear("student__entered_on") + 1) * 10_000 + 701
    fresh = scope.starts(rule).annotate(passed=_day_number("starts_on") - second_year).filter(passed__lt=0)
    return rows_of(fresh, rule, day=F("starts_on"), figure=Value(1))


def staff_share(scope: Scope, rule: Rule) -> QuerySet:
    """Students at work in the enterprise on a day on which somebody begins, against the newest staff figure.

    All students of the consortium count, whoever asks. Without a staff figure nobody may be there: it is said.
    """
    staff = StaffCount.objects.filter(
        consortium=OuterRef("zone__consortium"), enterprise=OuterRef("post__enterprise"),
        year__lte=ExtractYear(OuterRef("starts_on")),
    ).order_by("-year").values("people")[:1]  # fmt: skip
    return _too_many(scope, rule, by="post__enterprise", base=Coalesce(Subquery(staff), 0))


def post_share(scope: Scope, rule: Rule) -> QuerySet:
    """Students at work in the post on a day on which somebody begins, against its own staff."""
    return _too_many(scope, rule, by="post", base=F("post__headcount"))


def pay_share(scope: Scope, rule: Rule) -> QuerySet:
    low = scope.starts(rule).annotate(paid=F("monthly_pay") * 100, asked=F("post__monthly_pay") * rule.limit)
    found = low.filter(paid__lt=F("asked"))
    return rows_of(found, rule, day=F("starts_on"), figure=F("monthly_pay"), base=F("post__monthly_pay"))


def rows_of(rows: QuerySet, rule: Rule, *, figure, at=None, day=None, base=None) -> QuerySet:
    """Rule, placement at which it is found (``at``), day, figure and base."""
    at = at or F("pk" if rows.model is Placement else "placement")
    columns = {
        "rule": Value(rule.key, CharField()),
        "at": Cast(at, IntegerField()),
        "day": Cast(day or F("date"), DateField()),
        "figure": Cast(figure, NUMBER),
        "base": Cast(Value(0) if base is None else base, NUMBER),
    }
    return rows.annotate(**{f"_{name}": column for name, column in columns.items()}).values_list(
        *(f"_{name}" for name in columns)
    )


def _too_many(scope: Scope, rule: Rule, *, by: str, base) -> QuerySet:
    """The first who begins on a day on which more students work than ``limit`` per cent of ``base``."""
    same = {by: OuterRef(by), "zone__consortium": OuterRef("zone__consortium")}
    working = Placement.objects.filter(**same).on(OuterRef("starts_on")).order_by().values(by)
    students = Subquery(working.annotate(n=Count("student", distinct=True)).values("n"), IntegerField())
    earlier = scope.placements.filter(**same, starts_on=OuterRef("starts_on"), pk__lt=OuterRef("pk"))
    firsts = scope.starts(rule).filter(~Exists(earlier)).annotate(students=students, whole=base)
    many = firsts.annotate(found=F("students") * 100, allowed=F("whole") * rule.limit).filter(found__gt=F("allowed"))
    return rows_of(many, rule, day=F("starts_on"), figure=F("students"), base=F("whole"))


def _day_number(name: str):
    """A day as 20260331: numbers whose difference, divided by 10,000 and cut, is the years between two days."""
    return ExtractYear(name) * 10_000 + ExtractMonth(name) * 100 + ExtractDay(name)


@cache
def _calendar() -> holidays.HolidayBase:
    return holidays.country_holidays("CN", years=range(2020, date.today().year + 2))


def days_off() -> list[date]:
    """Public holidays of China and the days off that were shifted to them, as far as they are published."""
    return sorted(_calendar())


def working_weekends() -> list[date]:
    """Saturdays and Sundays that were made working days for a holiday."""
    return sorted(day for day in _calendar().weekend_workdays if day.year >= 2020)
