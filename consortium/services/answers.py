"""The same request twice is done once: the first answer is kept for a day and given again."""

import hashlib
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from ..models import KeptAnswer, User

KEPT = timedelta(hours=24)


class AnotherRequest(Exception):
    """The key was used for something else. Its text is a sentence for whoever sent it."""


def hash_of(method: str, address: str, acting_as: int | None, body: bytes) -> str:
    """What makes two requests of one person the same. A role is part of it: what one role was told is not told to
    another, nor to nobody's."""
    head = "\n".join((method, address, str(acting_as), hashlib.sha256(body).hexdigest()))
    return hashlib.sha256(head.encode()).hexdigest()


def reserve(user: User, key: str, request_hash: str, *, now: datetime) -> tuple[KeptAnswer, bool]:
    """The row of this key, and whether it is new. Call it in the transaction that does the work: of two at once the
    second waits here for the end of the first, and then finds its answer, or a free key when that came to nothing.

    Raises AnotherRequest when the key was used within the last day for a request that is not the same.
    """
    KeptAnswer.objects.of(user, key).before(now - KEPT).delete()
    try:
        with transaction.atomic():
            return KeptAnswer.objects.create(user=user, key=key, request_hash=request_hash, at=now), True
    except IntegrityError:
        row = KeptAnswer.objects.of(user, key).get()
    if row.request_hash != request_hash:
        raise AnotherRequest(_("This Idempotency-Key was used for another request. Choose a new one for this."))
    return row, False


def keep(row: KeptAnswer, *, status: int, headers: dict[str, str], body: str) -> None:
    """Complete a reserved row."""
    KeptAnswer.objects.filter(pk=row.pk).update(status=status, headers=headers, body=body)


def remove_old_answers(now: datetime) -> int:
    """Remove what was kept long enough; how many there were."""
    return KeptAnswer.objects.before(now - KEPT).delete()[0]
