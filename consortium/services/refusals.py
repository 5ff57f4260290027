"""Requests that were refused to somebody who is known: history keeps them, few enough that nobody fills it with them.

Source: OWASP ASVS 5.0, 16.3.2 (failed authorization is logged); GB/T 22239-2019, 8.1.4.3 (audit of security events).
What one does not see answers as what is not there, so a 404 is none of them: it tells as little of a spy as of a typing
error, and recording each would itself tell which records exist.
"""

import re
from datetime import datetime

from django.db import transaction

from ..models import HistoryEntry, User
from .history import record

REFUSED = "refused"
MOST = 60  # rows of one person in one hour of the clock
LONGEST = 200  # characters of an address


@transaction.atomic
def note_refusal(user: User, *, asked: str, by: User | None, now: datetime) -> None:
    """Remember that ``asked`` ("POST /zones/7/edit/") was refused to ``user``, once an hour for addresses that differ
    in their numbers only, and ``MOST`` times an hour in all.

    ``by`` is empty when nobody proved to be ``user``, as with a revoked token.
    """
    list(User.objects.select_for_update(no_key=True).filter(pk=user.pk))  # of two at once the second sees the first
    asked = asked[:LONGEST]
    hour = now.replace(minute=0, second=0, microsecond=0)
    rows = HistoryEntry.objects.about(user).filter(what=REFUSED, at__gte=hour)
    known = list(rows.values_list("new", flat=True)[:MOST])
    if len(known) < MOST and _pattern(asked) not in map(_pattern, known):
        record(user, by=by, what=REFUSED, new=asked)


def _pattern(asked: str) -> str:
    return re.sub(r"\d+", "0", asked)
