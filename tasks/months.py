"""Months and quarters of a plan's year."""

import calendar
from datetime import date


def month_end(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def quarter_end(year: int, quarter: int) -> date:
    return month_end(year, quarter * 3)


def first_of_quarter(year: int, quarter: int) -> date:
    return date(year, quarter * 3 - 2, 1)


def quarter_of(day: date) -> int:
    return (day.month + 2) // 3


def months_between(first: date, last: date) -> list[date]:
    """The first days of the months from that of ``first`` to that of ``last``, both included."""
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    return [date(first.year + (first.month - 1 + n) // 12, (first.month - 1 + n) % 12 + 1, 1) for n in range(count)]
