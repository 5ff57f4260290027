"""A year's table of 500 tasks: its page with a filter against the same table from plain lists, its file against only
reading the cells."""

import io
from types import SimpleNamespace

import docx
from django.db import transaction
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from bench.frame import Row
from consortium.models import User
from tasks.lights import lights_of
from tasks.matrix import Cell, matrix
from tasks.models import Milestone, Plan, Progress, Task
from tasks.months import quarter_end
from tasks.services import import_plan, table_of
from tasks.tables import read_table, write_docx

TASKS, UNIT = 500, "示例教育局"
QUERY = {"quarter": "2", "q": "实训"}


def task_rows() -> list[Row]:
    bureau = User.objects.get(username="bureau")
    with transaction.atomic():
        plan = Plan.objects.filter(unit=UNIT).first() or make_plan(bureau)
    return [page_row(plan, bureau), import_row(plan, bureau)]


def make_plan(bureau: User) -> Plan:
    """This year's, of four quarters each: the first half is reported twice, and nothing is confirmed yet."""
    unit, now = User.objects.get(username="college2"), timezone.now()
    assert bureau.affiliation and unit.affiliation
    consortium = bureau.affiliation.consortium
    plan = Plan.objects.create(consortium=consortium, year=now.year, unit=UNIT, title=f"{now.year}年任务分解一览表")
    tasks = [
        Task(
            plan=plan, number=number, goal=f"建设实训基地{number}", leader="示例领导", phone="0319-8812345",
            responsible_organization=unit.affiliation.organization,
        )
        for number in range(1, TASKS + 1)
    ]  # fmt: skip
    Task.objects.bulk_create(tasks)
    text = "组织专家论证建设方案，完成设备采购和场地改造，基地投入使用。"
    milestones = [
        Milestone(task=task, quarter=quarter, text=text, due=quarter_end(now.year, quarter))
        for task in tasks
        for quarter in (1, 2, 3, 4)
    ]
    Milestone.objects.bulk_create(milestones)
    month = now.date().replace(day=1)
    Progress.objects.bulk_create(
        Progress(milestone=milestone, month=month, text="按进度推进。", percent=percent, by=unit, at=now)
        for milestone in milestones
        if milestone.quarter < 3
        for percent in (30, 60)
    )
    return plan


def page_row(plan: Plan, bureau: User) -> Row:
    """The page as the bureau sees it, filtered, and the table of the same rows from lists that stand ready."""
    client, address = Client(), reverse("tasks:plan_detail", args=[plan.pk])
    client.force_login(bureau)

    def ours() -> None:
        assert client.get(address, QUERY).status_code == 200

    request = RequestFactory().get(address, QUERY)
    request.user = bureau
    today = timezone.localdate()
    tasks = list(Task.objects.filter(plan=plan).for_matrix())
    lights = lights_of((milestone for task in tasks for milestone in task.milestones.all()), today)
    table = matrix(plan, tasks, lights, today, quarter=QUERY["quarter"])
    rows = [(plain_task(task), [cell and plain_cell(cell) for cell in cells]) for task, cells in table.rows]
    assert len(rows) == TASKS
    context = {"matrix": SimpleNamespace(heads=table.heads, rows=rows), "filtered": True, "can_urge": True}

    def floor() -> None:
        render_to_string("tasks/_matrix.html", context, request)

    return Row(f"table of {TASKS} tasks, filtered", "the same table from plain lists", floor, ours, goal=2)


def plain_task(task: Task) -> SimpleNamespace:
    return SimpleNamespace(
        pk=task.pk, number=task.number, goal=task.goal, responsible=task.responsible, leader=task.leader
    )


def plain_cell(cell: Cell) -> SimpleNamespace:
    one = cell.milestone
    status = one.get_status_display()
    milestone = SimpleNamespace(
        pk=one.pk, text=one.text, status=one.status, get_status_display=lambda: status,
    )  # fmt: skip
    return SimpleNamespace(
        milestone=milestone, quarter=cell.quarter, light=cell.light, day=cell.day, note=cell.note, css=cell.css,
        waits=cell.waits, is_returned=cell.is_returned, is_urged=cell.is_urged, can_be_urged=cell.can_be_urged,
    )  # fmt: skip


def import_row(plan: Plan, bureau: User) -> Row:
    """From the bytes of the Word file to the written plan, taken back; and python-docx asked for the texts alone."""
    table = table_of(plan)
    table.unit = "示例教育局二处"  # another unit, so that its plan is new
    content = write_docx(table)

    def ours() -> None:
        understood = read_table(content, "table.docx", plan.year)
        import_plan(understood, consortium=plan.consortium, year=plan.year, by=bureau, dry_run=True)

    def floor() -> None:
        for grid in docx.Document(io.BytesIO(content)).tables:
            for row in grid.rows:
                assert [cell.text for cell in row.cells]

    return Row(f"{TASKS} tasks from Word, written", "python-docx reads the cells", floor, ours, goal=5)
