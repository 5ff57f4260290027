"""Where the bytes of attachments lie: once under their SHA-256, MEDIA_ROOT/attachments/ab/<sha256>.

Bytes come before the row that names them. What a crash leaves is a file without a row: nobody sees it, ``strays`` names
it, and the next one who hands in the same bytes takes it over.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from .content import chunks

INCOMING = "incoming"  # beside the bytes, because only within one file system a file is moved in one step


class TooLarge(Exception):
    """More bytes than the limit; the rest was not read."""


@dataclass(frozen=True)
class Taken:
    """Bytes that lie in a file of their own and are not kept yet."""

    path: Path
    sha256: str
    size: int


def root() -> Path:
    return Path(settings.MEDIA_ROOT) / "attachments"


def path_of(sha256: str) -> Path:
    """Where the bytes with this hash lie, or would."""
    return root() / sha256[:2] / sha256


@contextmanager
def taken(pieces: Iterable[bytes], limit: int) -> Iterator[Taken]:
    """Write ``pieces`` into a new file, hashing as they come; it goes at the end unless ``keep`` was called.

    Raises TooLarge beyond ``limit`` bytes.
    """
    folder = root() / INCOMING
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder)
    path, digest, size = Path(name), hashlib.sha256(), 0
    try:
        with os.fdopen(handle, "wb") as file:
            for piece in pieces:
                size += len(piece)
                if size > limit:
                    raise TooLarge
                digest.update(piece)
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        yield Taken(path, digest.hexdigest(), size)
    finally:
        path.unlink(missing_ok=True)


def keep(new: Taken) -> None:
    """Move the bytes to their place in one step, over equal ones that may lie there."""
    target = path_of(new.sha256)
    target.parent.mkdir(parents=True, exist_ok=True)
    os.replace(new.path, target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # without it the name may be lost with the power, though the bytes are there
    finally:
        os.close(folder)


def remove(sha256: str) -> None:
    """Remove the bytes with this hash and the pictures drawn of them, as far as they are there."""
    path = path_of(sha256)
    for part in [path, *path.parent.glob(f"{sha256}.*")]:
        part.unlink(missing_ok=True)


def hash_of(sha256: str) -> str:
    """The hash that the bytes have now. Raises FileNotFoundError."""
    digest = hashlib.sha256()
    for chunk in chunks(path_of(sha256)):
        digest.update(chunk)
    return digest.hexdigest()


def strays(known: set[str]) -> Iterator[Path]:
    """Files that belong to none of the ``known`` hashes: left by a crash, or being handed in just now."""
    for path in sorted(root().glob("*/*")):
        if path.name.split(".")[0] not in known:
            yield path
