"""Long lists as Excel files: ordering, writing and removing them."""

import errno
import logging
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from django.core.files.storage import default_storage
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from ..inbox import notice_kind
from ..models import Export, User
from ..models.exports import KEPT, LONGEST
from .changes import Refused, create, move
from .notices import notify
from .spreadsheets import Table, write_xlsx
from .work import LOST, MOST_ATTEMPTS, Overtaken, fail, hold, store, take

FOLDER = "exports"
EXPORTED = notice_kind("export", gettext_lazy("A file that I ordered from a list is ready, or failed"))
Status = Export.Status
Read = Callable[[str, User], Table]  # the whole list at an address, as a person sees it
log = logging.getLogger(__name__)


@transaction.atomic
def order_export(*, title: str, address: str, reason: str, language: str, by: User, now: datetime) -> Export:
    """Order the file of the list at ``address``; the same order that is still open is answered as it is.

    With a reason the file has personal data in the clear. Raises Refused without a role and for too many filters.
    """
    if by.affiliation is None:
        raise Refused(_("You have no role in a consortium now."))
    if len(address) > LONGEST:
        raise Refused(_("These filters are too long to be remembered. Take some of them out."))
    User.objects.select_for_update(no_key=True).get(pk=by.pk)  # two clicks at once get one order
    same = Export.objects.filter(user=by, acting_as=by.affiliation, address=address, reason=reason)
    if waiting := same.filter(status__in=Status.open()).first():
        return waiting
    order = Export(
        user=by,
        acting_as=by.affiliation,
        title=title,
        address=address,
        reason=reason,
        language=language,
        ordered_at=now,
    )
    return create(order, by=by)


def make_export(order: Export, read: Read) -> bool:
    """Write the file of ``order``, whose list ``read`` finds; True when this call finished it.

    Taking it twice is harmless: the second one finds nothing to take. A failure is kept on the row as a sentence.
    """
    was_dropped = order.status == Status.RUNNING
    try:
        take(order, now=timezone.now(), rows_done=0)
    except Refused:
        return False
    with override(order.language):
        if was_dropped and order.attempt > MOST_ATTEMPTS:
            return _fail(order, _("Making this has stopped the worker again and again."))
        try:
            _make(order, read)
        except Overtaken:
            log.warning("Export %s was taken over after attempt %s.", order.pk, order.attempt)
            return False
        except Refused as refusal:
            return _fail(order, str(refusal))
        except LOST:
            log.exception("Export %s lost its database and is made again after the lease.", order.pk)
            return False
        except OSError as error:
            log.exception("Export %s cannot be stored.", order.pk)
            if error.errno in {errno.ENOSPC, errno.EDQUOT}:
                return _fail(order, _("The file could not be stored: the disk is full."))
            return _fail(order, _("The file could not be stored. The reason stands in the program's log."))
        except Exception:
            log.exception("Export %s cannot be made.", order.pk)
            return _fail(order, _("The file could not be written. The reason stands in the program's log."))
    return True


def _make(order: Export, read: Read) -> None:
    user = _person(order)
    table = read(order.address, user)
    numbers = table.numbers()
    hold(order, rows_total=len(numbers))
    name = f"{FOLDER}/{order.pk}-{order.attempt}.xlsx"
    size = store(
        name,
        lambda file: write_xlsx(
            table,
            numbers,
            file,
            masked=table.is_masked(order.reason),
            tell=lambda written: hold(order, rows_done=written),
        ),
    )
    try:
        with transaction.atomic():
            hold(order)
            _person(order)  # who has lost the role while the file was written gets none
            table.remember(numbers, by=user, reason=order.reason)
            move(
                order, Status.DONE, by=None,
                file=name, size=size, rows_done=order.rows_done, finished_at=timezone.now(), lease_until=None,
            )  # fmt: skip
            _tell(order, lambda: _("The file of “%(list)s” is ready."))
    except BaseException:
        _remove(name)
        raise


def _person(order: Export) -> User:
    """Who ordered it, acting as then. Raises Refused when that role is over."""
    user = User.objects.get(pk=order.user_id)
    user.acting_id = order.acting_as_id  # here alone: it is not saved
    if user.affiliation is None or user.affiliation.pk != order.acting_as_id:
        raise Refused(_("The role in which this was ordered has ended."))
    return user


def _tell(order: Export, sentence: Callable[[], str]) -> None:
    address = reverse("consortium:export_detail", args=[order.pk])
    notify([order.acting_as], EXPORTED, lambda: sentence() % {"list": order.title}, address, at=timezone.now())


def _fail(order: Export, sentence: str) -> bool:
    with transaction.atomic():
        if fail(order, sentence):
            _tell(order, lambda: _("The file of “%(list)s” could not be written."))
    return False


def remove_old_exports(now: datetime) -> int:
    """Remove the files of exports that were finished ``KEPT`` ago; the orders stay. Answers how many there were.

    What a killed worker left half written goes too, once it is older than that.
    """
    old = list(Export.objects.over(now - KEPT))
    for order in old:
        _remove(order.file)
        Export.objects.filter(pk=order.pk).update(file="", size=0)
    folder = Path(default_storage.path(FOLDER))
    known = set(Export.objects.exclude(file="").values_list("file", flat=True))
    for path in folder.glob("*") if folder.is_dir() else ():
        if f"{FOLDER}/{path.name}" not in known and path.stat().st_mtime < (now - KEPT).timestamp():
            path.unlink(missing_ok=True)
    return len(old)


def _remove(name: str) -> None:
    Path(default_storage.path(name)).unlink(missing_ok=True)


def open_file(order: Export):
    """The finished file, to be closed by the caller. Raises Refused when there is none."""
    if order.status != Status.DONE:
        raise Refused(_("This file is not finished yet."))
    if not order.file:
        raise Refused(_("This file was removed after seven days. Export the list again."))
    try:
        return default_storage.open(order.file, "rb")
    except OSError:
        log.exception("The file of export %s is missing.", order.pk)
        raise Refused(_("This file is missing. Export the list again.")) from None
