"""Small readings of a sheet or a result."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django import template
from django.db.models import Model
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from consortium.templatetags.look import hours
from evaluation import scoring

register = template.Library()


@register.filter
def get(mapping: Mapping[Any, Any], key: Any) -> Any:
    """The value under a key that is itself a variable."""
    return mapping.get(key)


@register.filter
def shown(value: Any) -> str:
    """A field of a record as people read it: a day, a number, yes or no, or the text."""
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if isinstance(value, date):
        return date_format(value)
    if isinstance(value, int | Decimal):
        return hours(value)
    return str(value or "–")


@register.filter
def kind_name(record: Model) -> str:
    """What kind of record it is, in one word."""
    return str(record._meta.verbose_name)


@register.filter
def contribution(line: Any, form: Any) -> str:
    """The points of 100 that a saved or measured score counts: weight × score / 100, two places; else a dash."""
    given, measured = form.given.get(line.indicator.pk), form.measured.get(line.indicator.pk)
    score = given.score if given else measured.exact if measured else None
    return "–" if score is None else str(scoring.rounded(scoring.totals([(line.indicator.weight, score)])[1]))


@register.filter
def signed(value: Decimal | None) -> str:
    """A change with its sign, two places: +3.20, −0.50; nothing for None."""
    if value is None:
        return ""
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return f"{sign}{abs(value):.2f}"


@register.filter
def percent(share: Decimal) -> str:
    """A share of 0 to 1 in percent with one place: 0.724 is 72.4%."""
    return f"{share * 100:.1f}%"
