"""Personal data on pages: as they are, or masked, by the one register."""

import datetime
from typing import Any

from django import template
from django.template.context import Context

from consortium import personal

from .look import cn_date

register = template.Library()


@register.simple_tag(takes_context=True, name="personal")
def shown(context: Context, record: Any, name: str) -> Any:
    """The registered field ``name`` of ``record`` as the person who looks may see it. No query."""
    return personal.shown(record, name, context["request"].user)


@register.simple_tag(takes_context=True)
def is_masked(context: Context, record: Any) -> bool:
    """Whether something of ``record`` is hidden from the person who looks."""
    return personal.is_masked(record, context["request"].user)


@register.filter
def name_of(record: Any) -> str:
    """How a record is called where its personal data must not stand."""
    return personal.name_of(record)


@register.filter
def plainly(value: Any) -> Any:
    """A day as the language writes it; anything else as it is."""
    return cn_date(value) if isinstance(value, datetime.date) else value
