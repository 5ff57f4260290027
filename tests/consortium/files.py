"""Files of every kind, made by the libraries that people's programs are made of."""

import io
import struct
import zipfile

from django.core.files.uploadedfile import SimpleUploadedFile
from docx import Document
from openpyxl import Workbook
from PIL import Image


def picture(form: str = "PNG", size: tuple[int, int] = (40, 30), **options) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", size, (27, 79, 143)).save(data, form, **options)
    return data.getvalue()


def pdf(pages: int = 1, text: str = "") -> bytes:
    """A PDF of empty A4 pages, written out by hand so that the tests see what the bytes are; ``text`` is a comment."""
    kids = " ".join(f"{3 + n} 0 R" for n in range(pages))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>",
        *["<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>"] * pages,
    ]
    out, places = bytearray(f"%PDF-1.4\n%{text}\n".encode()), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode()
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)


def docx(text: str = "示例") -> bytes:
    data, document = io.BytesIO(), Document()
    document.add_paragraph(text)
    document.save(data)
    return data.getvalue()


def xlsx() -> bytes:
    data, book = io.BytesIO(), Workbook()
    book.active.append(["示例", 1])
    book.save(data)
    return data.getvalue()


def with_part(package: bytes, name: str, content: bytes, *, replace: bool = False) -> bytes:
    """The Office file with one part more, or with that part in the place of its own."""
    data = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            if not (replace and part.filename == name):
                new.writestr(part.filename, old.read(part))
        new.writestr(name, content)
    return data.getvalue()


def packed(**parts: bytes) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name.replace("_dot_", "."), content)
    return data.getvalue()


def old_office(*streams: str) -> bytes:
    """The container of old Office files with these names of streams in its directory."""
    names = b"".join(f"{stream}\0".encode("utf-16-le").ljust(64, b"\0") for stream in streams)
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + names


def png_that_says(width: int, height: int) -> bytes:
    """A PNG of one pixel whose head promises many more."""
    import zlib

    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    small = picture(size=(1, 1))
    return small[:12] + head + struct.pack(">I", zlib.crc32(head)) + small[33:]


def upload(name: str, data: bytes, declared: str = "application/octet-stream") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, declared)
