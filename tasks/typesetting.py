"""What goes on paper: the official table, a month for leaders, the sheet of an urging. Layouts stand in templates."""

import json
from collections.abc import Sized
from datetime import date, datetime
from pathlib import Path

from django.utils import timezone
from django.utils.translation import override

from consortium.models import User
from consortium.templatetags.look import hours as plain
from consortium.typesetting import typeset

from .measures import Standing
from .models import Milestone, Plan, Progress, Supervision
from .services import table_of
from .summary import Summary, summary
from .tables.writer import COLUMNS, lines_of, unit_and_date

TEMPLATES = Path(__file__).parent / "typst"
MOST_MOVED, MOST_LATE, MOST_TARGETS = 8, 8, 16  # rows of one page


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


def table_pdf(plan: Plan, *, reader: User, now: datetime) -> bytes:
    """The official table in the layout of its form, as ``reader`` sees it."""
    table = table_of(plan, reader=reader)
    unit, reported = unit_and_date(table)
    words = {
        "title": table.title,
        "unit": unit,
        "reported": reported,
        "columns": COLUMNS,
        "tasks": [lines_of(task) for task in table.rows],
    }
    return typeset(TEMPLATES / "table.typ", {"words": json.dumps(words, ensure_ascii=False)}, now)


@override("zh-hans")
def summary_pdf(plan: Plan, month: date, *, reader: User, now: datetime) -> bytes:
    """The month on one page: long lists are cut, and say how many more there are."""
    today = timezone.localdate(now)
    found = summary(plan, month, reader, today)
    reached = sum(one.is_reached for one in found.standings)
    words = {
        "consortium": plan.consortium.name,
        "plan": plan.title,
        "unit": plan.unit,
        "title": f"{plan.unit}任务月度摘要",
        "subtitle": f"{month.year}年{month.month}月（截至{_day(found.day)}）",
        "figures": [
            ["形象进度", str(len(found.milestones))],
            ["本月报送", str(len(found.moved))],
            ["本月确认", str(len(found.confirmed))],
            ["滞后", str(len(found.late))],
            ["督办", str(len(found.urged))],
            ["达标目标", f"{reached}/{len(found.standings)}"],
        ],
        "moved": [_moved(one) for one in found.moved[:MOST_MOVED]],
        "moved_more": _more(found.moved, MOST_MOVED),
        "late": [_late(one, found) for one in found.late[:MOST_LATE]],
        "late_more": _more(found.late, MOST_LATE),
        "targets": [_target(one, counted_later=found.day < today) for one in found.standings[:MOST_TARGETS]],
        "targets_more": "　".join(filter(None, [_more(found.standings, MOST_TARGETS), _counted(found, today)])),
        "made_on": _day(timezone.localdate(now)),
    }
    return typeset(TEMPLATES / "summary.typ", {"words": json.dumps(words, ensure_ascii=False)}, now)


def _more(rows: Sized, most: int) -> str:
    return f"共{len(rows)}项，列出{most}项，其余见系统" if len(rows) > most else ""


def _moved(progress: Progress) -> list[str]:
    milestone = progress.milestone
    done = "（已确认）" if milestone.confirmed_at else ""
    return [
        _cut(str(milestone.task), 21),
        str(milestone.get_quarter_display()),
        f"{progress.percent}%",
        _cut(progress.text, 52) + done,
    ]


def _late(milestone: Milestone, found: Summary) -> list[str]:
    urging = found.urged.get(milestone.pk)
    state = f"；{urging}，{urging.get_status_display()}" if urging else ""
    return [
        _cut(str(milestone.task), 21),
        str(milestone.get_quarter_display()),
        f"{milestone.due.month}月{milestone.due.day}日",
        f"{(found.day - milestone.due).days}天",
        _cut(milestone.task.responsible, 24) + state,
    ]


def _counted(found: Summary, today: date) -> str:
    """What a measure counts stands in no report of the month: it is counted now, and the page says so."""
    measured = any(one.measure for one in found.standings[:MOST_TARGETS])
    return f"标*的由系统统计，截至{_day(today)}" if measured and found.day < today else ""


def _target(one: Standing, *, counted_later: bool) -> list[str]:
    mark = "*" if one.measure and counted_later else ""
    reached = "未填报" if one.reached is None else plain(one.reached)
    share = "" if one.reached is None else f"{one.percent}%"
    return [_cut(str(one.target), 15) + mark, f"{reached} / {plain(one.target.target)} {one.target.unit}", share]


def _cut(text: str, most: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
