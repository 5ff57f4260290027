"""Cells of the registers' lists: the value of a column as people read it."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import template
from django.utils.text import capfirst

from consortium.lists import Column
from consortium.templatetags.look import cn_date, money

from ..models import Verified

register = template.Library()


@register.filter
def cell(column: Column, row: Any) -> object:
    """What stands in this column of this row; nothing for None."""
    return as_text(column.read(row))


@register.filter
def as_text(value: Any) -> object:
    """A day and a figure as the language writes them, anything else as it is; nothing for None."""
    if isinstance(value, date):
        return cn_date(value)
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        return money(value)
    return "" if value is None else value


@register.filter
def is_short(value: object) -> bool:
    """Whether the text had better not be broken: a day, a name."""
    return len(str(value)) <= 12


@register.filter
def verbose_name(row: Any) -> str:
    """What kind of record this is, for people."""
    return capfirst(row._meta.verbose_name)


@register.filter
def recorded(page: Any) -> int:
    """How many rows of the page still wait for verification."""
    return sum(row.status == Verified.Status.RECORDED for row in page)
