"""What a file is, by its bytes. A name is only believed when the bytes agree with it.

A table of our own instead of a library: only these kinds come in, and what tells them apart (a macro, a bomb, an
installer that looks like an old Word file) is inside the container, where libraries that look at first bytes stop.
"""

import codecs
import struct
import unicodedata
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from PIL import Image

FILE_BYTES = 20 * 1024 * 1024  # of one file
NAME_LENGTH = 200
UNPACKED_BYTES = 300_000_000  # of all parts of an Office file together
UNPACKED_RATIO = 200  # an honest sheet of repeated rows packs to a fiftieth
UNPACKED_PARTS = 10_000
DIRECTORY_BYTES = 1_500_000  # of a ZIP's table of contents, which is read into memory
PIXELS = 90_000_000  # A4 scanned at 900 dpi
CHUNK = 1 << 16
CONTROLS = set(range(32)) - set(b"\t\n\r\f")  # no text has them


class Unfit(Exception):
    """A file that does not come in. Its text is a sentence for the person who handed it in."""


@dataclass(frozen=True)
class Kind:
    """A kind of file that comes in. ``endings`` begin with the one that a file without gets."""

    media_type: str
    endings: tuple[str, ...]
    label: Any
    icon: str  # of the sprite

    @property
    def is_picture(self) -> bool:
        return self.media_type.startswith("image/")


OFFICE = "application/vnd.openxmlformats-officedocument."
PDF = Kind("application/pdf", ("pdf",), "PDF", "file-type-pdf")
PNG = Kind("image/png", ("png",), gettext_lazy("Picture"), "photo")
JPEG = Kind("image/jpeg", ("jpg", "jpeg"), gettext_lazy("Picture"), "photo")
WEBP = Kind("image/webp", ("webp",), gettext_lazy("Picture"), "photo")
DOCX = Kind(OFFICE + "wordprocessingml.document", ("docx",), gettext_lazy("Word document"), "file-type-docx")
XLSX = Kind(OFFICE + "spreadsheetml.sheet", ("xlsx",), gettext_lazy("Excel sheet"), "file-type-xls")
PPTX = Kind(OFFICE + "presentationml.presentation", ("pptx",), gettext_lazy("Slides"), "file-text")
OFD = Kind("application/ofd", ("ofd",), "OFD", "file-text")  # GB/T 33190-2016: invoices and official papers
DOC = Kind("application/msword", ("doc", "wps"), gettext_lazy("Word document"), "file-type-docx")
XLS = Kind("application/vnd.ms-excel", ("xls", "et"), gettext_lazy("Excel sheet"), "file-type-xls")
PPT = Kind("application/vnd.ms-powerpoint", ("ppt", "dps"), gettext_lazy("Slides"), "file-text")
TXT = Kind("text/plain", ("txt",), gettext_lazy("Text"), "file-text")
CSV = Kind("text/csv", ("csv",), gettext_lazy("Table as text"), "table")

KINDS = {kind.media_type: kind for kind in (PDF, PNG, JPEG, WEBP, DOCX, XLSX, PPTX, OFD, DOC, XLS, PPT, TXT, CSV)}
ENDINGS = [ending for kind in KINDS.values() for ending in kind.endings]

# what the first part of an Office file says it is → kind
MAIN_PARTS = {
    b"wordprocessingml.document.main+xml": DOCX,
    b"spreadsheetml.sheet.main+xml": XLSX,
    b"presentationml.presentation.main+xml": PPTX,
}
# a stream's name in an old Office file → kind; other files of this container (installers, mails) have none of them
STREAMS = {"WordDocument": DOC, "Workbook": XLS, "Book": XLS, "PowerPoint Document": PPT}
MARKUP = (b"<!doctype", b"<html", b"<svg", b"<script", b"<?xml", b"<body", b"<iframe")


def recognise(path: Path, name: str) -> tuple[Kind, str]:
    """The kind of the file at ``path``, and ``name`` cleaned, with the ending of that kind. Raises Unfit."""
    name = cleaned(name)
    with path.open("rb") as file:
        head = file.read(CHUNK)
    if not head:
        raise Unfit(_("This file is empty."))
    if head.startswith(b"%PDF-"):
        kind = PDF
    elif head.startswith(b"\x89PNG\r\n\x1a\n"):
        kind = _picture(path, PNG)
    elif head.startswith(b"\xff\xd8\xff"):
        kind = _picture(path, JPEG)
    elif head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        kind = _picture(path, WEBP)
    elif head.startswith(b"PK\x03\x04"):
        kind = _package(path)
    elif head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        kind = _old_office(path)
    elif _is_text(path):
        kind = CSV if name.lower().endswith(".csv") else TXT
        if any(mark in head[:4096].lower() for mark in MARKUP):
            raise Unfit(_("Web pages and drawings that can hold scripts are not taken. Hand it in as a PDF."))
    else:
        raise Unfit(_allowed())
    return kind, _with_ending(name, kind)


def cleaned(name: str) -> str:
    """``name`` without path, control and direction characters, composed (NFC), in one line."""
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(character for character in name if unicodedata.category(character)[0] != "C")
    return " ".join(name.split()).strip(". ")


def _with_ending(name: str, kind: Kind) -> str:
    """Put right the ending of another kind of picture, as chat programs give; refuse any other that does not fit."""
    stem, dot, ending = name.rpartition(".")
    ending = ending.lower()
    if not dot:
        stem, ending = name, ""
    if ending not in kind.endings:
        of_picture = kind.is_picture and any(ending in other.endings for other in (PNG, JPEG, WEBP))
        if ending and not of_picture:
            words = {"ending": f".{ending}", "kind": kind.label, "right": f".{kind.endings[0]}"}
            raise Unfit(_("It is named %(ending)s but is: %(kind)s. Name it %(right)s and hand it in again.") % words)
        ending = kind.endings[0]
    stem = stem.strip(". ") or _("File")
    return f"{stem[: NAME_LENGTH - len(ending) - 1]}.{ending}"


def _picture(path: Path, kind: Kind) -> Kind:
    """Reads only the head of the picture. Raises Unfit when it is none, or would fill the memory."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path, formats=[kind.media_type.removeprefix("image/")]) as picture:
                width, height = picture.size
    except Image.DecompressionBombError:
        width = height = PIXELS
    except Exception as error:  # a broken picture makes Pillow raise nearly anything
        raise Unfit(_("This picture is damaged and cannot be read.")) from error
    if width * height > PIXELS:
        raise Unfit(_("This picture has too many pixels. Make it smaller, at most 90 million."))
    return kind


def _package(path: Path) -> Kind:
    """A file of the newer Office or OFD, which is a ZIP. Raises Unfit for others, macros, passwords and bombs."""
    damaged = Unfit(_("This file is damaged and cannot be read."))
    if _directory_size(path) > DIRECTORY_BYTES:
        raise damaged
    try:
        with zipfile.ZipFile(path) as package:
            parts = package.infolist()
            unpacked = sum(part.file_size for part in parts)
            if len(parts) > UNPACKED_PARTS or unpacked > UNPACKED_BYTES or _is_squeezed(parts):
                raise Unfit(_("Unpacked, this file would be far too large."))
            if any(part.flag_bits & 1 for part in parts):
                raise Unfit(_("This file is locked with a password. Hand it in without one."))
            names = {part.filename.lower() for part in parts}
            if any(name.endswith("vbaproject.bin") for name in names):
                raise _macros()
            if "ofd.xml" in names:
                return OFD
            if "[content_types].xml" not in names:
                raise Unfit(_allowed())
            with package.open(next(part for part in parts if part.filename.lower() == "[content_types].xml")) as file:
                types = file.read(1_000_000)
    except Unfit:
        raise
    except Exception as error:  # a broken ZIP makes zipfile and zlib raise nearly anything
        raise damaged from error
    if b"vbaproject" in types.lower() or b"macroenabled" in types.lower():
        raise _macros()
    for mark, kind in MAIN_PARTS.items():
        if mark in types:
            return kind
    raise Unfit(_allowed())


def _is_squeezed(parts: list[zipfile.ZipInfo]) -> bool:
    return any(
        part.file_size > 1_000_000 and part.file_size > UNPACKED_RATIO * max(part.compress_size, 1) for part in parts
    )


def _directory_size(path: Path) -> float:
    """Bytes of the ZIP's table of contents as its end states them; infinite when it does not, or is a ZIP64."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 66_000))
        tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22 or b"PK\x06\x07" in tail[max(0, at - 20) : at]:
        return float("inf")
    return float(struct.unpack_from("<L", tail, at + 12)[0])


def _old_office(path: Path) -> Kind:
    """A .doc, .xls, .ppt or its WPS twin. Streams are found by their names, which stand in the file as UTF-16."""
    data = path.read_bytes()  # bounded: whoever calls has refused what is over the limit

    def has(stream: str) -> bool:
        return f"{stream}\0".encode("utf-16-le") in data

    if has("_VBA_PROJECT") or has("_VBA_PROJECT_CUR"):
        raise _macros()
    if has("EncryptedPackage"):
        raise Unfit(_("This file is locked with a password. Hand it in without one."))
    for stream, kind in STREAMS.items():
        if has(stream):
            return kind
    raise Unfit(_allowed())


def _is_text(path: Path) -> bool:
    """UTF-8 or GB 18030, as Excel and the Windows editor write them, and no control characters."""
    return any(_decodes(path, encoding) for encoding in ("utf-8", "gb18030"))


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for chunk in chunks(path):
            if CONTROLS & set(chunk):
                return False
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def chunks(path: Path) -> Iterator[bytes]:
    """The bytes of a file, a few at a time."""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def _macros() -> Unfit:
    return Unfit(_("This file holds macros, which can do harm. Save it without them and hand it in again."))


def _allowed() -> str:
    return _(
        "This kind of file is not taken. Hand in a PDF, a picture (JPG, PNG, WEBP), a Word, Excel, PowerPoint or WPS "
        "file, an OFD or a text; a packed folder as its single files."
    )
