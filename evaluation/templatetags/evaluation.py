"""Small readings of a sheet or a result."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import template

from evaluation import scoring

register = template.Library()


@register.filter
def get(mapping: Mapping[Any, Any], key: Any) -> Any:
    """The value under a key that is itself a variable."""
    return mapping.get(key)


@register.filter
def contribution(line: Any, given: Mapping[int, Any]) -> str:
    """The points of 100 that a saved score counts: weight × score / 100, two places; a dash without one."""
    row = given.get(line.indicator.pk)
    if row is None:
        return "–"
    return str(scoring.rounded(scoring.totals([(line.indicator.weight, row.score)])[1]))


@register.filter
def signed(value: Decimal | None) -> str:
    """A change with its sign, two places: +3.20, −0.50; nothing for None."""
    if value is None:
        return ""
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return f"{sign}{abs(value):.2f}"
