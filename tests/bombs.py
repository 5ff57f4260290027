"""Office files that nobody writes who means well: small to send, large to open, or naming what is not theirs."""

import io
import re
import zipfile
from collections.abc import Iterable

from .consortium.files import docx
from .consortium.files import xlsx as small_xlsx

SHEET, TEXT = "xl/worksheets/sheet1.xml", "word/document.xml"


def rewritten(package: bytes, part: str, pattern: bytes, pieces: Iterable[bytes]) -> bytes:
    """The file, in whose ``part`` the ``pieces`` stand in the place of the first ``pattern``."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            with new.open(name, "w", force_zip64=False) as file:
                if name != part:
                    file.write(content)
                    continue
                before, after = re.split(pattern, content, maxsplit=1, flags=re.S)
                file.write(before)
                for piece in pieces:
                    file.write(piece)
                file.write(after)
    return out.getvalue()


def zip_bomb(megabytes: int = 600) -> bytes:
    """A Word file of ``megabytes`` of spaces, a thousandth of that to send."""
    return rewritten(docx(), TEXT, rb"(?=</w:body>)", (b" " * 1_000_000 for _piece in range(megabytes)))


def cell_bomb(rows: int = 8_000, columns: int = 250) -> bytes:
    """An Excel file of two million cells, about four megabytes to send."""

    def row(number: int) -> bytes:
        cells = "".join(f"<c><v>{(number * 7919 + place * 104729) % 997}</v></c>" for place in range(columns))
        return f'<row r="{number}">{cells}</row>'.encode()

    return rewritten(small_xlsx(), SHEET, rb"<sheetData>.*</sheetData>", _around(map(row, range(1, rows + 1))))


def _around(rows: Iterable[bytes]) -> Iterable[bytes]:
    yield b"<sheetData>"
    yield from rows
    yield b"</sheetData>"


def table_bomb(cells: int) -> bytes:
    """A Word file with one table of so many cells, in rows of ten."""
    row = b"<w:tr>" + b"<w:tc><w:p><w:r><w:t>1</w:t></w:r></w:p></w:tc>" * 10 + b"</w:tr>"

    def pieces() -> Iterable[bytes]:
        yield b"<w:tbl>"
        for _row in range(cells // 10):
            yield row
        yield b"</w:tbl>"

    return rewritten(docx(), TEXT, rb"(?=<w:p>|<w:p )", pieces())


def naming(package: bytes, part: str, address: str) -> bytes:
    """The file, whose ``part`` asks its reader to fetch ``address`` and to show what comes."""
    head = f'<!DOCTYPE x [<!ENTITY e SYSTEM "{address}">]>\n<'.encode()
    named = rewritten(package, part, rb"^(?:<\?xml[^>]*>\s*)?<", [b'<?xml version="1.0"?>\n', head])
    return rewritten(named, part, "示例".encode(), [b"&e;"]) if part == TEXT else named
