"""Work that takes longer than a request: a row is the order, a worker takes it, holds it and lets it go.

The model has ``status`` (queued, running, done, failed), ``attempt``, ``lease_until`` and ``error``. Taking is a
guarded update, holding a lease that every step renews; a worker that dies leaves a row that another takes over after
the lease. ``attempt`` tells the two apart: a worker that was only slow finds that the row has gone on without it.
"""

import logging
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from .changes import Refused, move, record

QUEUED, RUNNING, FAILED = "queued", "running", "failed"
LOST = (InterfaceError, OperationalError)  # the database went: the row stays, and is taken up again after the lease
MOST_ATTEMPTS = 5  # an order that kills its worker must not do so for ever
log = logging.getLogger(__name__)


class Overtaken(Exception):
    """Another worker has taken this order over; whatever this one holds is thrown away."""


def lease() -> timedelta:
    """How long a worker may be silent before another takes over."""
    return timedelta(seconds=settings.REPORT_LEASE_SECONDS)


def take(order: Any, *, now: datetime, **fields: Any) -> None:
    """Begin a queued order, or go on with one whose worker is dead; ``fields`` are set with it.

    Raises Refused when there is neither.
    """
    begun = {**fields, "attempt": order.attempt + 1, "lease_until": now + lease()}
    if order.status == QUEUED:
        with unhurried():
            return move(order, RUNNING, by=None, **begun)
    with transaction.atomic():
        dead = type(order)._default_manager.filter(
            pk=order.pk, status=RUNNING, attempt=order.attempt, lease_until__lt=now
        )
        if not dead.update(**begun):
            raise Refused(_("This is not waiting."))
        for name, value in begun.items():
            setattr(order, name, value)
        reason = _("The worker that made it stopped.")
        record(order, by=None, what="attempt", old=order.attempt - 1, new=order.attempt, reason=reason)


@contextmanager
def unhurried() -> Iterator[None]:
    """A transaction that PostgreSQL need not have on its disk when it ends; the next one that must be brings it there.

    For steps on the way: what a machine that falls over loses of them is made again after the lease.
    """
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL synchronous_commit TO off")
        yield


def hold(order: Any, **fields: Any) -> None:
    """Renew the lease and write ``fields``. Raises Overtaken when this worker's attempt no longer counts."""
    fields["lease_until"] = timezone.now() + lease()
    mine = type(order)._default_manager.filter(pk=order.pk, status=RUNNING, attempt=order.attempt)
    with unhurried():
        held = mine.update(**fields)
    if not held:
        raise Overtaken
    for name, value in fields.items():
        setattr(order, name, value)


def fail(order: Any, sentence: str) -> bool:
    """Keep on the row why it failed; False when another worker has it by now."""
    try:
        with transaction.atomic():
            hold(order)
            move(order, FAILED, by=None, reason=sentence, error=sentence, lease_until=None)
    except (Overtaken, Refused):
        log.warning("%s %s failed here, but another worker has it.", order._meta.label, order.pk)
        return False
    return True


def store(name: str, write: Callable[[IO[bytes]], object]) -> int:
    """Have ``write`` fill the file ``name`` under MEDIA_ROOT, whole or not at all; its size in bytes.

    A worker killed between this and the row's last step leaves a file that no row names: nobody can reach it.
    """
    path = Path(default_storage.path(name))
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as part:
        try:
            write(part)
            part.flush()
            os.fsync(part.fileno())
            os.replace(part.name, path)
        except BaseException:
            Path(part.name).unlink(missing_ok=True)
            raise
    path.chmod(0o644)
    return path.stat().st_size
