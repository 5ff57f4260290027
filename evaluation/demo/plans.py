"""The 2020 task table of Shahe, read from its Word file, with the reports and confirmations of that year."""

from datetime import date, datetime, time, timedelta
from pathlib import Path

from django.utils import timezone

import tasks.demo
from consortium.models import User
from tasks.models import Milestone, Plan
from tasks.services import answer_supervision, confirm_progress, import_plan, report_progress, return_progress, urge
from tasks.tables import read_table

from .members import SCHOOL, People

TABLE = Path(tasks.demo.__path__[0]) / "shahe-2020-task-table.docx"
YEAR = 2020
# what the last quarter still lacks: (task, state)
WAITING, SENT_BACK, UNDER_WAY = {3, 6}, {2}, {5}


def load(people: People) -> None:
    """Import the table as the bureau, report as the school that answers for it, confirm as the bureau."""
    bureau, school = people.users["bureau"], people.users["college2"]
    plan, _new = import_plan(
        read_table(TABLE.read_bytes(), TABLE.name, YEAR),
        consortium=people.consortium,
        year=YEAR,
        by=bureau,
        responsible=people.organizations[SCHOOL],
    )
    for milestone in Milestone.objects.filter(task__plan=plan).order_by("quarter", "task__number"):
        number, day = milestone.task.number, milestone.due - timedelta(days=3)
        last = milestone.quarter == 4
        percent = 60 if last and number in UNDER_WAY else 100
        text = "按进度推进，阶段材料已整理。" if percent < 100 else "已按形象进度完成，材料齐全。"
        report = report_progress(
            milestone, text=text, percent=percent, by=school, now=_at(day), month=day.replace(day=1)
        )
        if last and number in SENT_BACK:
            return_progress(report, by=bureau, now=_at(day + timedelta(days=1)), comment="缺运营情况证明，请补充。")
        elif not last or number not in WAITING | UNDER_WAY:
            confirm_progress(report, by=bureau, now=_at(day + timedelta(days=2)))
    _urge(plan, bureau, school)


def _urge(plan: Plan, bureau: User, school: User) -> None:
    """What was still open in the new year is urged; one unit has answered, of the other nothing is heard."""
    new_year = date(YEAR + 1, 1, 8)
    late = Milestone.objects.filter(task__plan=plan, quarter=4, task__number__in=SENT_BACK | UNDER_WAY)
    text = "请说明滞后原因、目前进展和完成时间，并附佐证材料。"
    made = urge(late, deadline=new_year + timedelta(days=7), text=text, by=bureau, now=_at(new_year))
    answer_supervision(
        made[0], "运营情况证明正在开具，本月底前补报。", by=school, now=_at(new_year + timedelta(days=4))
    )


def _at(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(9, 30)))
