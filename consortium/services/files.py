"""Handing in, removing and restoring the files of a record, and whether their bytes are still what was handed in."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.core.files import File
from django.db import models, transaction
from django.utils.translation import gettext as _

from .. import filestore
from ..content import FILE_BYTES, Unfit, recognise
from ..models import Attachment, User
from .changes import Refused, alone, record
from .scans import ask_again

FILES_OF_RECORD = 100


def attach(owner: Any, file: File, *, by: User, now: datetime, note: str = "") -> Attachment:
    """Hand in ``file`` to the record ``owner``: keep its bytes, then write its row and the record's history.

    Raises Refused with a sentence when it is empty, too large, of a kind that is not taken, there already, or one too
    many, and when the record takes no files now.
    """
    try:
        with filestore.taken(file.chunks(), FILE_BYTES) as new:
            kind, name = recognise(new.path, file.name or "")
            filestore.keep(new)
    except filestore.TooLarge:
        raise Refused(_("This file is too large. A file has at most %(n)d MB.") % {"n": FILE_BYTES >> 20}) from None
    except Unfit as unfit:
        raise Refused(str(unfit)) from None
    with alone():
        _open(owner)
        _refuse_one_more(owner, new.sha256)
        attachment = Attachment.objects.create(
            record=owner, name=name, note=" ".join(note.split()), sha256=new.sha256, size=new.size,
            media_type=kind.media_type, attached_by=by, attached_at=now,
        )  # fmt: skip
        ask_again(new.sha256)
        record(owner, by=by, what="attached", new=_named(attachment))
    return attachment


@transaction.atomic
def remove(attachment: Attachment, *, by: User, now: datetime) -> None:
    """Take the file off its record's page. Row and bytes stay. Raises Refused when the record is closed to it."""
    owner: Any = attachment.record
    _open(owner)
    _turn(attachment, was=models.Q(removed_at=None), removed_by=by, removed_at=now)
    record(owner, by=by, what="removed", new=_named(attachment))


@alone()
def restore(attachment: Attachment, *, by: User) -> None:
    """Put a removed file back. Raises Refused when it was handed in anew, or the record is closed or full."""
    owner: Any = attachment.record
    _open(owner)
    _refuse_one_more(owner, attachment.sha256, besides=attachment.pk)
    _turn(attachment, was=models.Q(removed_at__isnull=False), removed_by=None, removed_at=None)
    record(owner, by=by, what="restored", new=_named(attachment))


def destroy(attachment: Attachment, *, now: datetime) -> None:
    """Remove a file for good, after the commit also its bytes, unless another record has the same.

    Bytes of the last day stay: somebody may be handing in the same just now. They are strays then.
    """
    sha256, path = attachment.sha256, filestore.path_of(attachment.sha256)
    attachment.delete()

    def remove_bytes() -> None:
        used = Attachment.objects.filter(sha256=sha256).exists()
        if not used and path.exists() and path.stat().st_mtime < (now - timedelta(days=1)).timestamp():
            path.unlink()

    transaction.on_commit(remove_bytes)


def _refuse_one_more(owner: Any, sha256: str, besides: int | None = None) -> None:
    """Raise Refused when the record has these bytes already (``besides`` this row), or as many files as it may."""
    there = Attachment.objects.about(owner).present()
    if there.filter(sha256=sha256).exclude(pk=besides).exists():
        raise Refused(_("This file is there already."))
    if there.count() >= FILES_OF_RECORD:
        raise Refused(_("%(n)d files are there already, and a record has no more.") % {"n": FILES_OF_RECORD})


def _turn(attachment: Attachment, *, was: models.Q, **fields: Any) -> None:
    if not Attachment.objects.filter(was, pk=attachment.pk).update(**fields):
        raise Refused(_("Somebody else has changed this. Reload and try again."))
    for name, value in fields.items():
        setattr(attachment, name, value)


def _open(owner: Any) -> None:
    """Lock the record, so that two who hand in files count one after the other; raise Refused when it is closed.

    A part that its whole closes says by ``files_under`` what is locked in its place, before anything of it is read.
    """
    keeper = getattr(owner, owner.files_under) if hasattr(owner, "files_under") else owner
    locked = type(keeper)._base_manager.select_for_update(of=("self",), no_key=True).get(pk=keeper.pk)
    if sentence := files_closed(locked if keeper is owner else type(owner)._base_manager.get(pk=owner.pk)):
        raise Refused(sentence)


def files_closed(owner: Any) -> str:
    """Why the record's files stay as they are now, or "". A model with such a moment has ``files_closed`` itself."""
    return str(getattr(owner, "files_closed", ""))


def _named(attachment: Attachment) -> str:
    return f"{attachment.name}\nSHA-256 {attachment.sha256}"


def verify_files() -> Iterator[str]:
    """One sentence for each file whose bytes are missing or are no longer those that were handed in."""
    found: dict[str, str] = {}
    for attachment in Attachment.objects.for_list().order_by("sha256", "pk").iterator():
        if attachment.is_infected:  # its bytes were removed, and the history says so
            continue
        if attachment.sha256 not in found:
            found = {attachment.sha256: _fault(attachment.sha256)}
        if fault := found[attachment.sha256]:
            words = {"name": attachment.name, "record": attachment.record, "number": attachment.pk, "fault": fault}
            yield _("File %(number)d, “%(name)s” of %(record)s: %(fault)s") % words


def _fault(sha256: str) -> str:
    try:
        return "" if filestore.hash_of(sha256) == sha256 else _("its bytes are not those that were handed in.")
    except OSError:
        return _("its bytes are missing.")


def stray_files() -> list[str]:
    """Paths below the folder of attachments that belong to no row: what a crash left. They harm nobody."""
    known = set(Attachment.objects.values_list("sha256", flat=True).distinct())
    return [str(path.relative_to(filestore.root())) for path in filestore.strays(known)]
