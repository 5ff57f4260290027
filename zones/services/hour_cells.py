"""What a cell of hours says, however people type it: a day, a figure of hours, a text."""

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

DAY_ZERO = date(1899, 12, 30)  # day 0 of Excel's calendar, as it counts from March 1900 on
SERIALS = range(36526, 73051)  # 2000-01-01 to 2099-12-31
DAY = re.compile(r"(\d{4})(?:([-/.])(\d{1,2})\2(\d{1,2})|年(\d{1,2})月(\d{1,2})[日号]|(\d{2})(\d{2}))")
CLOCK = re.compile(r"(\d{1,2}):([0-5]\d)(?::00)?")
WORDS = re.compile(r"(?:(\d{1,2}(?:\.\d+)?)(?:个)?(?:小时|h))?(?:(\d{1,4})(?:分钟?|min|m))?")
FIGURE = re.compile(r"-?\d{1,6}(?:\.\d{1,9})?")
HOUR = Decimal(60)


class Unclear(Exception):
    """A cell that says nothing we can take. Its text is the sentence for the person."""


def text_of(value: object) -> str:
    """A cell as one line of text: full-width digits and letters as ordinary ones, no spaces around, 3.0 as 3."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return " ".join(unicodedata.normalize("NFKC", str(value).replace("\0", "")).split())


def day_of(value: object) -> date:
    """The day in a cell: a date of Excel's, the number behind one, or a text with the year in it. Raises Unclear."""
    if isinstance(value, datetime):
        if value.time() != time():
            raise Unclear(_("This is a day with a time of day. Give the day alone."))
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, float | int) and not isinstance(value, bool) and value in SERIALS:
        return DAY_ZERO + timedelta(days=int(value))
    text = text_of(value).replace(" ", "").removesuffix("00:00:00")
    if not text:
        raise Unclear(_("The day is missing."))
    found = DAY.fullmatch(text)
    if text.isdecimal() and len(text) == 5 and int(text) in SERIALS:
        return DAY_ZERO + timedelta(days=int(text))
    if not found:
        raise Unclear(_("This is no day. Give it with the year, as 2026-03-31."))
    year, _dash, *pairs = found.groups()
    month, day = (int(part) for part in pairs if part)
    try:
        return date(int(year), month, day)
    except ValueError:
        raise Unclear(_("There is no such day in the calendar.")) from None


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
