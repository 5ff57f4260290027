"""Two files of hours that the leading enterprise handed in: one with mistakes, and one that waits for its yes."""

from datetime import date, timedelta
from io import BytesIO
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone
from openpyxl import Workbook

from zones.models import HourEntry, ProjectMember
from zones.services import order_import, run_import

from .members import People

HEAD = ["日期", "人员", "项目", "活动", "工时", "备注"]


def load(people: People, today: date) -> None:
    partner = people.users["partner"]
    places = ProjectMember.objects.loggable_by(partner).filter(person=partner, project__ends_on__gte=today)
    place = places.select_related("project", "person").order_by("pk").first()
    if place is None:
        return
    taken = HourEntry.objects.filter(person=partner, date__gte=today - timedelta(days=60)).values_list(
        "date", flat=True
    )
    known = set(taken)
    free = [day for day in (today - timedelta(days=n) for n in range(1, 60)) if day not in known and place.covers(day)]
    name, project = partner.name, place.project.name
    right = [[day, name, project, "指导", hours, ""] for day, hours in zip(free, [2, 1.5, "1:30"], strict=False)]
    wrong: list[list[Any]] = [
        ["昨天", name, project, "指导", 2, ""],
        [today - timedelta(days=1), "示例外单位人员", project, "指导", 1.3, ""],
        [today + timedelta(days=1), name, project, "指导", 2, "明天"],
    ]
    for title, rows in (("车间工时（示例，有误）.xlsx", wrong), ("车间工时（示例）.xlsx", right)):
        file = ContentFile(_workbook(rows), name=title)
        order = order_import(file, language="zh-hans", by=partner, now=timezone.now())
        run_import(order, tell=False)


def _workbook(rows: list[list[Any]]) -> bytes:
    book, data = Workbook(), BytesIO()
    book.active.title = "工时"
    for row in [HEAD, *rows]:
        book.active.append(row)
    book.save(data)
    return data.getvalue()
