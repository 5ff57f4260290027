"""The 2020 task table of Shahe, read from its Word file, with the reports and confirmations of that year."""

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

from django.utils import timezone

import tasks.demo
from consortium.models import User
from tasks.models import Milestone, Plan, Target
from tasks.services import (
    add_targets,
    answer_supervision,
    confirm_progress,
    import_plan,
    report_progress,
    return_progress,
    urge,
)
from tasks.tables import read_table

from .members import SCHOOL, People

TABLE = Path(tasks.demo.__path__[0]) / "shahe-2020-task-table.docx"
YEAR = 2020
# the quantified aims of the bureau's plan of 2020: task, name, target, unit, and what was reached by the end of each
# quarter that reported it
AIMS = [
    (1, "服务地域经济的专业群", 1, "个", {4: "1"}),
    (1, "产教融合型企业", 2, "个", {2: "1", 4: "2"}),
    (1, "产业学院", 1, "个", {3: "1"}),
    (1, "拜认工人师傅的学生占比", 100, "%", {3: "82", 4: "100"}),
    (2, "新增产业急需专业", 2, "个", {2: "2"}),
    (3, "产教融合对接会", 1, "次", {3: "1"}),
    (4, "产教融合支持政策", 1, "项", {2: "1"}),
    (5, "共建实训基地", 2, "个", {3: "1", 4: "1"}),
    (5, "参与共建实训基地的企业", 2, "家", {2: "2"}),
    (5, "众创空间", 2, "个", {3: "1", 4: "2"}),
    (5, "众创空间总面积", 2000, "平方米", {3: "1200", 4: "2150"}),
    (6, "校企共同研发的人才培养方案", 1, "套", {3: "1"}),
    (6, "学生专业实践课程占总课时", 50, "%", {2: "46", 4: "52.5"}),
    (6, "专业教师到企业实践", 50, "人次", {2: "21", 3: "44", 4: "53"}),
    (6, "新聘企业兼职教师", 30, "人", {3: "18", 4: "27"}),
]
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
    assert plan is not None  # only a dry run answers none
    targets = _set_targets(plan, bureau)
    for milestone in Milestone.objects.filter(task__plan=plan).order_by("quarter", "task__number"):
        number, day = milestone.task.number, milestone.due - timedelta(days=3)
        last = milestone.quarter == 4
        percent = 60 if last and number in UNDER_WAY else 100
        text = "按进度推进，阶段材料已整理。" if percent < 100 else "已按形象进度完成，材料齐全。"
        report = report_progress(
            milestone,
            text=text,
            percent=percent,
            by=school,
            now=_at(day),
            month=day.replace(day=1),
            figures=targets[number, milestone.quarter],
        )
        if last and number in SENT_BACK:
            return_progress(report, by=bureau, now=_at(day + timedelta(days=1)), comment="缺运营情况证明，请补充。")
        elif not last or number not in WAITING | UNDER_WAY:
            confirm_progress(report, by=bureau, now=_at(day + timedelta(days=2)))
    _urge(plan, bureau, school)


def _set_targets(plan: Plan, bureau: User) -> dict[tuple[int, int], list[tuple[Target, Decimal]]]:
    """The aims as targets of their tasks; what is reported of them, by task and quarter."""
    tasks = {task.number: task for task in plan.tasks.all()}
    reported = defaultdict(list)
    for number, name, target, unit, reached in AIMS:
        kind = Target.Kind.PERCENTAGE if unit == "%" else Target.Kind.COUNT
        row = Target(name=name, target=Decimal(target), unit=unit, kind=kind)
        add_targets(tasks[number], [row], by=bureau)
        for quarter, value in reached.items():
            reported[number, quarter].append((row, Decimal(value)))
    return reported


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
