"""What a cell says, however people type it: a text, a day."""

import re
import unicodedata
from datetime import date, datetime, time, timedelta

from django.utils.translation import gettext as _

DAY_ZERO = date(1899, 12, 30)  # day 0 of Excel's calendar, as it counts from March 1900 on
SERIALS = range(36526, 73051)  # 2000-01-01 to 2099-12-31
DAY = re.compile(r"(\d{4})(?:([-/.])(\d{1,2})\2(\d{1,2})|年(\d{1,2})月(\d{1,2})[日号]|(\d{2})(\d{2}))")


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


def shown(value: object) -> str:
    """A cell's value as a short text for the one who is to find it."""
    text = value.isoformat() if isinstance(value, date) else text_of(value)
    return text if len(text) <= 60 else f"{text[:59]}…"
