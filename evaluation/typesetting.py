"""The monthly brief on paper."""

import json
from datetime import date, datetime
from pathlib import Path

from django.utils import timezone
from django.utils.translation import override

from consortium.models import User
from consortium.typesetting import typeset

from .brief import brief

TEMPLATES = Path(__file__).parent / "typst"


@override("zh-hans")  # the same document, whatever language one reads
def brief_pdf(reader: User, month: date, now: datetime) -> bytes:
    """The monthly brief as ``reader`` sees it, made at ``now``; the month is given by its first day."""
    today = timezone.localdate(now)
    words = {
        "consortium": str(reader.affiliation.consortium) if reader.affiliation else "",
        "title": f"{month.year}年{month.month}月工作简报",
        "day": f"{today.year}年{today.month}月{today.day}日",
        "sections": [
            {
                "title": section.title,
                "nothing": section.nothing,
                "lines": [[line.text, line.detail] for line in section.lines],
            }
            for section in brief(reader, month, today)
        ],
    }
    return typeset(TEMPLATES / "brief.typ", {"words": json.dumps(words, ensure_ascii=False)}, now)
