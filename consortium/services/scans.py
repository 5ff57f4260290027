"""Letting clamd look at what people hand in: until it has found nothing a file stays closed, and a virus is removed."""

import logging
import time
from datetime import datetime, timedelta

from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from .. import filestore, scanner
from ..content import chunks
from ..inbox import FILE_INFECTED
from ..models import Affiliation, Attachment, FileScan
from .changes import Refused
from .history import record
from .notices import notify

Status = FileScan.Status
TRIED_AGAIN = timedelta(minutes=10)  # after the scanner could say nothing of a file
log = logging.getLogger(__name__)


def held(attachment: Attachment) -> str:
    """Why the file cannot be opened now, as a sentence; "" when it can."""
    if attachment.is_infected:
        return _("A virus was found in this file: %(found)s. It cannot be opened, and its bytes are removed.") % {
            "found": attachment.scan_found
        }
    if not attachment.is_held:
        return ""
    why = attachment.scan_found or ""
    if "size limit" in why:
        return _("This file is larger than the virus scanner takes, so it stays closed. Tell the operator.")
    if why:
        return _("The virus scanner could not look at this file (%(why)s), so it stays closed. It is tried again.") % {
            "why": why
        }
    if scanner.answers():
        return _("This file waits for the virus scanner. It opens by itself once nothing is found; reload in a minute.")
    return _(
        "The virus scanner does not answer, so this file stays closed. It is tried again by itself and nothing is lost."
    )


def refuse_infected(file: File) -> None:
    """Let the scanner look at a file that is read at once. Raises Refused when it holds a virus or nobody answers."""
    if not scanner.is_on():
        return
    file.seek(0)
    try:
        found = scanner.scan(file.chunks())
    except scanner.Away as error:
        log.warning("The virus scanner does not answer: %s", error)
        raise Refused(
            _("The virus scanner does not answer, so no file is read in now. Try again in some minutes.")
        ) from None
    except scanner.Unscannable as error:
        log.warning("The virus scanner cannot look at a file: %s", error)
        raise Refused(
            _("The virus scanner cannot look at this file, so it is not read in. Tell the operator.")
        ) from None
    finally:
        file.seek(0)
    if found:
        log.warning("A file to be read in was refused: %s", found)
        raise Refused(_("A virus was found in this file: %(found)s. It is not taken.") % {"found": found})


def note_clean(attachment: Attachment, *, now: datetime) -> None:
    """The scanner has looked at these bytes already, by ``refuse_infected``."""
    if scanner.is_on():
        _note(attachment.sha256, Status.CLEAN, "", now)


def ask_again(sha256: str) -> None:
    """Bytes that were removed are handed in anew: they are looked at anew, for signatures change."""
    FileScan.objects.filter(sha256=sha256, status=Status.INFECTED).update(
        status=Status.PENDING, found="", tried_at=None
    )


def scan_waiting(*, seconds: float) -> int:
    """Scan what waits, newest first, for about so many ``seconds``; how many were looked at.

    While clamd is away all stays as it is. Two at once are harmless: what is found is written once.
    """
    if not scanner.is_on():
        return 0
    begun, count = time.monotonic(), 0
    try:
        while time.monotonic() - begun < seconds and (sha256 := _next()):
            _scan(sha256, timezone.now())
            count += 1
    except scanner.Away as error:
        log.warning("The virus scanner does not answer (%s); files stay closed.", error)
    _sweep(timezone.now())
    return count


def _next() -> str | None:
    waiting = Attachment.objects.to_scan(timezone.now() - TRIED_AGAIN).order_by("-pk")
    return waiting.values_list("sha256", flat=True).first()


def _scan(sha256: str, now: datetime) -> None:
    try:
        found = scanner.scan(chunks(filestore.path_of(sha256)))
    except FileNotFoundError:
        _note(sha256, Status.PENDING, _("its bytes are missing."), now)
    except scanner.Unscannable as error:
        log.warning("The virus scanner cannot look at %s: %s", sha256[:12], error)
        _note(sha256, Status.PENDING, str(error), now)
    else:
        if found:
            _condemn(sha256, found, now)
        else:
            _note(sha256, Status.CLEAN, "", now)


def _note(sha256: str, status: str, found: str, now: datetime) -> None:
    """What one found later may not open what another found to be infected."""
    row, _new = FileScan.objects.get_or_create(sha256=sha256)
    rows = FileScan.objects.filter(pk=row.pk).exclude(status=Status.INFECTED)
    rows.update(status=status, found=found[:200], tried_at=now)


@transaction.atomic
def _condemn(sha256: str, found: str, now: datetime) -> None:
    """Close the bytes for good, tell of it, remove them after the commit. Rows and history stay."""
    row, _new = FileScan.objects.get_or_create(sha256=sha256)
    rows = FileScan.objects.filter(pk=row.pk).exclude(status=Status.INFECTED)
    if not rows.update(status=Status.INFECTED, found=found[:200], tried_at=now):
        return
    for attachment in Attachment.objects.filter(sha256=sha256).select_related("attached_by").order_by("pk"):
        log.warning("A virus in file %s: %s", attachment.pk, found)
        if owner := attachment.record:
            record(owner, by=None, what="infected", new=f"{attachment.name}\nSHA-256 {sha256}", reason=found)
            _tell(attachment, owner, found, now)
    transaction.on_commit(lambda: filestore.remove(sha256))


def _tell(attachment: Attachment, owner, found: str, now: datetime) -> None:
    """Whoever handed it in, and the secretariats of the consortia in which that person has or had a role."""
    person = attachment.attached_by
    consortia = person.affiliations.values("consortium")
    office = Affiliation.objects.in_force().filter(role=Affiliation.Role.SECRETARIAT, consortium__in=consortia)
    words = {"file": attachment.name, "found": found, "record": owner}
    notify(
        [person.affiliation, *office.order_by("pk")],
        FILE_INFECTED,
        lambda: _("A virus (%(found)s) was found in “%(file)s” of %(record)s; the file is closed.") % words,
        owner.get_absolute_url(),
        at=now,
    )


def _sweep(now: datetime) -> None:
    """Bytes that a crash left between the row and their removal; not those that somebody hands in anew just now."""
    before = (now - TRIED_AGAIN).timestamp()
    for sha256 in FileScan.objects.filter(status=Status.INFECTED).values_list("sha256", flat=True):
        path = filestore.path_of(sha256)
        if path.exists() and path.stat().st_mtime < before:
            filestore.remove(sha256)
