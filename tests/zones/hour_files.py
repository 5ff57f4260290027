"""Excel files of hours as people's programs write them, and as nobody's should."""

import io
import re
import zipfile
from datetime import date
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

HEAD = ["日期", "人员", "项目", "活动", "工时", "备注"]
SHEET = "xl/worksheets/sheet1.xml"


def workbook(*rows: list[Any], head: list[str] | None = None, above: int = 0) -> Workbook:
    book = Workbook()
    for _number in range(above):
        book.active.append(["某某公司 工时表"])
    book.active.append(head or HEAD)
    for row in rows:
        book.active.append(row)
    return book


def bytes_of(book: Workbook) -> bytes:
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def upload(data: bytes | Workbook, name: str = "工时.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data if isinstance(data, bytes) else bytes_of(data))


def rewritten(data: bytes, part: str, pattern: bytes, by: bytes) -> bytes:
    """The file with one of its parts changed: what no program would write, and somebody may."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == part:
                changed = re.sub(pattern, by, content, flags=re.S)
                assert changed != content
                content = changed
            new.writestr(name, content)
    return out.getvalue()


def row(day: date, person: str, project: str, hours: Any = 2, activity: Any = "指导", note: str = "") -> list[Any]:
    return [day, person, project, activity, hours, note]
