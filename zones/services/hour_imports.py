"""Hours from Excel files: handed in, checked as a whole, accepted after reading, written as a whole or not at all."""

import logging
from datetime import datetime

from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from consortium import filestore
from consortium.content import XLSX, Unfit, recognise
from consortium.models import Attachment, User
from consortium.permissions import require
from consortium.services import Refused, create, move
from consortium.services.bulk import no_collecting
from consortium.services.files import attach, destroy
from consortium.services.history import record
from consortium.services.notices import notify
from consortium.services.scans import held, note_clean, refuse_infected
from consortium.services.work import LOST, MOST_ATTEMPTS, Overtaken, fail, hold, take

from ..inbox import HOURS_IMPORTED
from ..models import HourImport, ProjectMember
from ..models.hour_imports import KEPT
from .hour_plan import Plan, make_plan
from .hour_rules import BadRows
from .hour_sheets import Sheet, read_sheet
from .hours import lock_people, save_hours, submit_many

FILE_BYTES = 10 * 1024 * 1024
SMALL_BYTES = 50_000  # about 700 rows: checked while one waits
Status = HourImport.Status
log = logging.getLogger(__name__)


def order_import(file: File, *, language: str, by: User, now: datetime) -> HourImport:
    """Keep ``file`` and order its check. Raises Refused with a sentence when it is no Excel file of ours."""
    require(by, "hour_import.add")
    try:
        with filestore.taken(file.chunks(), FILE_BYTES) as new:
            kind, name = recognise(new.path, file.name or "")
    except filestore.TooLarge:
        raise Refused(
            _("This file is too large. A file of hours has at most %(n)d MB.") % {"n": FILE_BYTES >> 20}
        ) from None
    except Unfit as unfit:
        raise Refused(str(unfit)) from None
    if kind is not XLSX:
        words = {"kind": kind.label}
        raise Refused(_("This is: %(kind)s. Hours come in as an Excel workbook (.xlsx): save it as one.") % words)
    refuse_infected(file)
    with transaction.atomic():
        order = create(
            HourImport(user=by, acting_as=by.affiliation, name=name, language=language, ordered_at=now), by=by
        )
        note_clean(attach(order, file, by=by, now=now), now=now)
    return order


def is_small(order: HourImport) -> bool:
    """Whether the next step is done while one waits: by the bytes before the rows are counted."""
    if order.rows_total:
        return not order.is_long
    return order.file is not None and order.file.size <= SMALL_BYTES


def accept_import(order: HourImport, *, submits: bool, by: User, now: datetime) -> None:
    """Order that what was checked is written, and with ``submits`` handed to the other side.

    Raises Refused when it is not waiting for that.
    """
    require(by, "hour_import.change", order)
    move(order, Status.QUEUED, by=by, accepted_at=now, submits=submits, rows_done=0)


def run_import(order: HourImport, *, tell: bool = True) -> bool:
    """Take the next step of ``order``: check it, or write what was accepted; True when this call finished the step.

    Taking it twice is harmless: the second one finds nothing to take. A failure is kept on the row as a sentence.
    With ``tell`` the person hears of the end in a notice.
    """
    was_dropped = order.status == Status.RUNNING
    try:
        take(order, now=timezone.now(), rows_done=0)
    except Refused:
        return False
    with override(order.language):
        if was_dropped and order.attempt > MOST_ATTEMPTS:
            return _fail(order, _("Reading this file has stopped the worker again and again."), tell)
        try:
            with no_collecting():
                if order.accepted_at:
                    _write(order, tell)
                else:
                    _check(order, tell)
        except Overtaken:
            log.warning("Import %s was taken over after attempt %s.", order.pk, order.attempt)
            return False
        except Refused as refusal:
            return _fail(order, str(refusal), tell)
        except LOST:
            log.exception("Import %s lost its database and is taken up again after the lease.", order.pk)
            return False
        except Exception:
            log.exception("Import %s cannot be made.", order.pk)
            return _fail(order, _("The file could not be read. The reason stands in the program's log."), tell)
    return True


def remove_old_imports(now: datetime) -> int:
    """Remove imports that ended ``KEPT`` ago with nothing written, with their files; their history stays.

    Answers how many there were.
    """
    removed = 0
    for order in HourImport.objects.over(now - KEPT).order_by("pk"):
        with transaction.atomic():
            if not HourImport.objects.over(now - KEPT).select_for_update(no_key=True).filter(pk=order.pk).exists():
                continue  # accepted meanwhile
            record(order, by=None, what="deleted", old=order)
            for attachment in Attachment.objects.about(order):
                destroy(attachment, now=now)
            order.delete()
            removed += 1
    return removed


def _check(order: HourImport, tell: bool) -> None:
    sheet = _read(order)
    hold(order, rows_total=len(sheet.rows))
    plan = make_plan(
        sheet, by=_person(order), today=timezone.localdate(), tell=lambda done: hold(order, rows_done=done)
    )
    with transaction.atomic():
        _found(order, plan, tell)


def _write(order: HourImport, tell: bool) -> None:
    """Check again and write, in one transaction. What is not as it was read goes back to be read again."""
    person, today = _person(order), timezone.localdate()
    sheet = _read(order)
    hold(order, rows_done=0)
    try:
        with transaction.atomic():
            lock_people(ProjectMember.objects.loggable_by(person).values_list("person", flat=True))
            plan = make_plan(sheet, by=person, today=today, check_together=False)
            if plan.faults or plan.seen != order.result.get("seen"):
                if not plan.faults:
                    plan.check_together(today)
                return _found(order, plan, tell, again=True)
            reason = _("From the file “%(file)s”, import %(number)d") % {"file": order.name, "number": order.pk}
            save_hours(plan.entries, by=person, today=today, reason=reason)
            if order.submits and plan.entries:
                submit_many(plan.entries, by=person)
            _person(order)
            hold(order)
            move(
                order, Status.DONE, by=None,
                rows_done=order.rows_total, finished_at=timezone.now(), lease_until=None,
            )  # fmt: skip
            if tell:
                _tell(order)
    except BadRows as bad:  # somebody else has filled the days meanwhile
        with transaction.atomic():
            plan.place(bad.errors)
            _found(order, plan, tell, again=True)


def _found(order: HourImport, plan: Plan, tell: bool, *, again: bool = False) -> None:
    """Keep what the check found, to be read."""
    result = plan.as_result()
    if again:
        result["notes"].insert(
            0, _("Something has changed since you read this, and nothing was written. Read it again.")
        )
    to = Status.REFUSED if plan.faults else Status.CHECKED
    hold(order)
    move(
        order, to, by=None,
        result=result, accepted_at=None, rows_done=order.rows_total, finished_at=timezone.now(), lease_until=None,
    )  # fmt: skip
    if tell:
        _tell(order)


def _read(order: HourImport) -> Sheet:
    file = order.file
    if file and (sentence := held(file)):
        raise Refused(sentence)
    path = filestore.path_of(file.sha256) if file else None
    if path is None or not path.exists():
        raise Refused(_("The file is missing. Hand it in again."))
    return read_sheet(path)


def _person(order: HourImport) -> User:
    """Who handed it in, acting as then. Raises Refused when that role is over."""
    user = User.objects.get(pk=order.user_id)
    user.acting_id = order.acting_as_id  # here alone: it is not saved
    if user.affiliation is None or user.affiliation.pk != order.acting_as_id:
        raise Refused(_("The role in which this was handed in has ended."))
    return user


def _tell(order: HourImport) -> None:
    labels = dict(Status.choices)
    notify(
        [order.acting_as],
        HOURS_IMPORTED,
        lambda: _("Hours from “%(file)s”: %(state)s") % {"file": order.name, "state": labels[order.status]},  # type: ignore[index]
        order.get_absolute_url(),
        at=timezone.now(),
    )


def _fail(order: HourImport, sentence: str, tell: bool) -> bool:
    with transaction.atomic():
        if fail(order, sentence) and tell:
            _tell(order)
    return False
