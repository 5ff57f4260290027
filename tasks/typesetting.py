"""What goes on paper: the sheet of an urging. All words come in ready, the layout stands in the template."""

import json
from datetime import date, datetime
from pathlib import Path

from django.utils import timezone
from django.utils.translation import override

from consortium.models import User
from consortium.typesetting import typeset

from .models import Supervision

TEMPLATES = Path(__file__).parent / "typst"


@override("zh-hans")  # the same document, whatever language one reads
def supervision_pdf(supervision: Supervision, *, reader: User, now: datetime) -> bytes:
    """The sheet (督办单) of one urging, with the telephone as ``reader`` sees it."""
    milestone, task = supervision.milestone, supervision.task
    words = {
        "consortium": supervision.consortium.name,
        "title": f"{task.plan.unit}督办单",
        "number": f"督办〔{supervision.year}〕{supervision.number}号",
        "unit": task.responsible,
        "leader": task.leader,
        "person": " ".join(filter(None, [task.responsible_person, task.phone_for(reader)])),
        "plan": task.plan.title,
        "task": str(task),
        "quarter": str(milestone.get_quarter_display()),
        "milestone": milestone.text,
        "due": _day(milestone.due),
        "text": supervision.text,
        "deadline": _day(supervision.deadline),
        "urged_on": _day(timezone.localdate(supervision.at)),
        "urged_by": str(supervision.by),
        "answer": supervision.answer,
        "answered": f"{supervision.answered_by}　{_day(timezone.localdate(supervision.answered_at))}"
        if supervision.answered_at
        else "",
        "status": str(supervision.get_status_display()),
        "made_on": _day(timezone.localdate(now)),
    }
    return typeset(TEMPLATES / "supervision.typ", {"words": json.dumps(words, ensure_ascii=False)}, now)


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
