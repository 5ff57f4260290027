"""What a cell of hours says, however people type it: a day, a figure of hours, a text."""

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from consortium.services.cells import Unclear, day_of, shown, text_of

__all__ = ["Unclear", "day_of", "hours_of", "shown", "text_of"]

CLOCK = re.compile(r"(\d{1,2}):([0-5]\d)(?::00)?")
WORDS = re.compile(r"(?:(\d{1,2}(?:\.\d+)?)(?:个)?(?:小时|h))?(?:(\d{1,4})(?:分钟?|min|m))?")
FIGURE = re.compile(r"-?\d{1,6}(?:\.\d{1,9})?")
HOUR = Decimal(60)


def hours_of(value: object) -> Decimal:
    """Hours in a cell: a number, 1:30 as a time or a text, 1小时30分, 90分钟. Raises Unclear."""
    if isinstance(value, bool):
        raise Unclear(_("Give the hours as a number."))
    if isinstance(value, float | int):
        return _exact(Decimal(repr(value)))
    if isinstance(value, datetime | date):
        raise Unclear(_("This is a date. Give the hours as a number."))
    if isinstance(value, time):
        value = timedelta(hours=value.hour, minutes=value.minute, seconds=value.second)
    if isinstance(value, timedelta):
        return _exact(Decimal(round(value.total_seconds())) / 3600)
    text = text_of(value).replace(" ", "").lower()
    if not text:
        raise Unclear(_("The hours are missing."))
    if FIGURE.fullmatch(text):
        return Decimal(text)
    if found := CLOCK.fullmatch(text):
        return _exact(int(found[1]) + int(found[2]) / HOUR)
    if found := WORDS.fullmatch(text):
        return _exact(Decimal(found[1] or 0) + Decimal(found[2] or 0) / HOUR)
    raise Unclear(_("These are no hours. Give a number as 1.5, or 1:30."))


def _exact(hours: Decimal) -> Decimal:
    """Without the dust that a binary number leaves; what is more than dust stays, and no quarter hour is made of it."""
    near = hours.quantize(Decimal("0.01"))
    return near if abs(near - hours) < Decimal("0.00000001") else hours.quantize(Decimal("0.0001")).normalize()
