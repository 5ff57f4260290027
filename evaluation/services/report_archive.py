"""All files of a run in one ZIP, written while it is sent: nothing is kept twice, and memory holds one piece of it."""

import hashlib
import logging
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO

from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from consortium.services import Refused

from ..models import AnnualReport

PIECE = 256 * 1024  # bytes
NOT_IN_A_NAME = re.compile(r'[\x00-\x1f\x7f\\/:*?"<>|\u200e\u200f\u202a-\u202e\u2066-\u2069]')  # on Windows, or turning
LONGEST = 120  # characters of a name, so that a folder's and this fit into the path that Windows allows
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Part:
    """One file of the ZIP: its name there and in the store, what its row says of it, and when it was made."""

    name: str
    place: str
    size: int
    sha256: str
    made_at: tuple[int, int, int, int, int, int]


class _Pipe:
    """Where the ZIP is written to; ``taken`` answers what has come since it was asked last."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self.pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        pass

    def taken(self) -> bytes:
        pieces, self.pieces = self.pieces, []
        return b"".join(pieces)


def archive(reports: Iterable[AnnualReport]) -> Iterator[bytes]:
    """The ZIP of all files of those of ``reports`` that are finished, piece by piece.

    Raises Refused at once when none is finished or a file is not there as it was made. A file that has changed all the
    same breaks the transfer off, so that nobody takes the rest for whole.
    """
    parts = [part for report in reports if report.status == AnnualReport.Status.DONE for part in _parts(report)]
    if not parts:
        raise Refused(_("None of these reports is finished yet."))
    for part in parts:
        try:
            kept = default_storage.size(part.place)
        except OSError:
            kept = -1
        if kept != part.size:
            log.error("%s is not there as it was made.", part.place)
            raise Refused(
                _("The file “%(name)s” is not there as it was made. Tell the operator of this system.")
                % {"name": part.name}
            )
    return _written(parts)


def size(reports: Iterable[AnnualReport]) -> int:
    """Bytes of all finished files of ``reports``."""
    return sum(part.size for report in reports if report.status == AnnualReport.Status.DONE for part in _parts(report))


def _parts(report: AnnualReport) -> Iterator[Part]:
    assert report.finished_at is not None
    made = report.finished_at.timetuple()[:6]
    yield Part(_name(report, "pdf"), str(report.file.name), report.size, report.sha256, made)
    for copy in report.copies.all():
        yield Part(_name(report, copy.form), str(copy.file.name), copy.size, copy.sha256, made)


def _name(report: AnnualReport, form: str) -> str:
    """The title for people, cut where it is too long; the number, which no other report has, stays whole."""
    end = f" {report.number}.{form}"
    return NOT_IN_A_NAME.sub("_", report.title[: LONGEST - len(end)] + end)


def _written(parts: list[Part]) -> Iterator[bytes]:
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as whole:  # type: ignore[call-overload]  # all are compressed
        for part in parts:
            yield from _one(whole, pipe, part)
    yield pipe.taken()


def _one(whole: zipfile.ZipFile, pipe: _Pipe, part: Part) -> Iterator[bytes]:
    said = hashlib.sha256()
    inside: IO[bytes]
    with (
        default_storage.open(part.place, "rb") as file,
        whole.open(zipfile.ZipInfo(part.name, part.made_at), "w") as inside,
    ):
        while piece := file.read(PIECE):
            said.update(piece)
            inside.write(piece)
            yield pipe.taken()
    if said.hexdigest() != part.sha256:
        log.error("%s does not fit its checksum.", part.place)
        raise RuntimeError(f"{part.place} does not fit its checksum.")
