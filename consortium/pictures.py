"""Small pictures of what was handed in: pictures, and pages of a PDF. Drawn on first look, kept beside the bytes.

They can be removed at any time: the next look draws them anew.
"""

import logging
import os
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

from . import drawing, filestore
from .models import Attachment

THUMBNAIL, PAGE = 160, 1240  # pixels wide: twice what a list shows, for dense screens; A4 at 150 dpi
PAGES_SHOWN = 20
SECONDS = 20  # by the clock, for one page
TRIED_AGAIN = 3600  # seconds after which what could not be drawn is tried once more

log = logging.getLogger(__name__)
_seats = threading.BoundedSemaphore(2)  # a page with many files does not start as many processes


def picture_of(attachment: Attachment, *, width: int, page: int = 1) -> Path | None:
    """The JPEG of a page of the file; None when the file is not there, cannot be drawn, or has no such page."""
    if attachment.is_held or not (attachment.has_preview and 1 <= page <= PAGES_SHOWN):
        return None
    source = filestore.path_of(attachment.sha256)
    target = source.with_name(f"{source.name}.{width}.{page}.jpg")
    if not _is_settled(target):
        with _seats:
            if not _is_settled(target) and source.exists():
                _draw(attachment, source, target, page, width)
    return target if target.exists() and target.stat().st_size else None


def pages_of(attachment: Attachment) -> int:
    """How many pages the file has; 0 when it cannot be drawn."""
    if picture_of(attachment, width=PAGE) is None:
        return 0
    return int(_count_of(attachment).read_text())


def _count_of(attachment: Attachment) -> Path:
    source = filestore.path_of(attachment.sha256)
    return source.with_name(f"{source.name}.pages")


def _is_settled(target: Path) -> bool:
    """Whether it was drawn, or was tried in vain not long ago, of which an empty file is the mark."""
    with suppress(FileNotFoundError):
        found = target.stat()
        return bool(found.st_size) or time.time() - found.st_mtime < TRIED_AGAIN
    return False


def _draw(attachment: Attachment, source: Path, target: Path, page: int, width: int) -> None:
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f"{source.name}.", suffix=".part")
    os.close(handle)
    drawn = Path(name)
    asked = [str(source), str(drawn), attachment.media_type, str(page), str(width)]
    command = [sys.executable, "-I", drawing.__file__, *asked]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)  # nosec B603  # no shell; our own program
        if done.returncode:
            log.warning("File %s cannot be drawn: %s", attachment.pk, done.stderr.strip()[-300:] or done.returncode)
            drawn.write_bytes(b"")
        else:
            _count_of(attachment).write_text(done.stdout)
    except subprocess.TimeoutExpired:
        log.warning("File %s cannot be drawn within %d seconds", attachment.pk, SECONDS)
        drawn.write_bytes(b"")
    os.replace(drawn, target)
