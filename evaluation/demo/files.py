"""A paper and a picture on a zone, a paper on a milestone, plainly samples, drawn here with the program's own fonts."""

import io
from datetime import UTC, datetime

from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image, ImageDraw, ImageFont

from consortium.models import User
from consortium.services.files import attach
from consortium.typesetting import FONTS, typeset
from tasks.models import Milestone
from zones.models import Zone

from ..typesetting import TEMPLATES
from .members import People

DRAWN_AT = datetime(2026, 1, 1, tzinfo=UTC)  # fixed, so that the bytes are the same each time


def load(people: People) -> None:
    zone = Zone.objects.get(consortium=people.consortium, code="cnc")
    college, school = people.users["college"], people.users["college2"]
    _attach(zone, f"{zone}管理约定（示例）.pdf", paper(f"{zone}管理约定", str(zone)), "校企双方各存一份", college)
    _attach(zone, "一号车间（示例）.jpg", picture("一号车间"), "", college)
    open_ones = Milestone.objects.filter(
        task__plan__consortium=people.consortium, status__in=[Milestone.Status.IN_PROGRESS, Milestone.Status.RETURNED]
    ).order_by("quarter", "task__number")
    if milestone := open_ones.first():
        _attach(milestone, "进展情况说明（示例）.pdf", paper("进展情况说明", "本项任务"), "", school)


def _attach(owner: Zone | Milestone, name: str, data: bytes, note: str, by: User) -> None:
    attach(owner, ContentFile(data, name=name), by=by, now=timezone.now(), note=note)


def paper(title: str, zone: str) -> bytes:
    return typeset(TEMPLATES / "sample_paper.typ", {"title": title, "zone": zone}, DRAWN_AT)


def picture(title: str) -> bytes:
    """A drawing of a workshop with ``title`` and the word sample across it."""
    canvas = Image.new("RGB", (1600, 1000), "#dde3e9")
    pen = ImageDraw.Draw(canvas)
    pen.rectangle((0, 640, 1600, 1000), fill="#b6c1cd")
    for left in (140, 620, 1100):
        pen.rectangle((left, 380, left + 360, 760), fill="#1b4f8f")
        pen.rectangle((left + 40, 420, left + 230, 600), fill="#e7eff8")
        pen.rectangle((left + 260, 420, left + 330, 520), fill="#a9c3e2")
    font = ImageFont.truetype(str(FONTS / "NotoSansSC-Bold.ttf"), 96)
    pen.text((800, 180), f"{title}（示例图片）", font=font, fill="#45525f", anchor="mm")
    data = io.BytesIO()
    canvas.save(data, "JPEG", quality=80)
    return data.getvalue()
