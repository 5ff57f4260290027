"""A plan copied to the next year, and two years beside one another."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from consortium.models import HistoryEntry
from consortium.services import Refused
from tasks.models import Milestone, Plan, Target, Task
from tasks.services import confirm_progress, copy_plan, report_progress
from tasks.years import side_by_side


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def year(plan, make_task, bureau, college_admin, at):
    """Two tasks of 2026: of the first, Q1 is confirmed, Q3 and Q4 are open; the second is finished."""
    open_task, done_task = make_task(3, goal="建设基地", leader="张三"), make_task(4, goal="开对接会")
    rows = {
        (task, quarter): Milestone.objects.create(
            task=task, quarter=quarter, text=text, due=date(2026, quarter * 3, 28)
        )
        for task, quarter, text in [
            (open_task, 1, "选址。"), (open_task, 3, "设备到位（5月）。"), (open_task, 4, "投入使用（12月）。"),
            (done_task, 2, "召开。"),
        ]
    }  # fmt: skip
    base, share, reached = (
        Target.objects.create(task=open_task, name="基地", target=5, unit="个"),
        Target.objects.create(task=open_task, name="占比", target=50, kind="percentage", unit="%"),
        Target.objects.create(task=done_task, name="会议", target=1, unit="次"),
    )
    figures = {(open_task, 1): [(base, Decimal(2)), (share, Decimal(30))], (done_task, 2): [(reached, Decimal(1))]}
    for key, values in figures.items():
        report = report_progress(
            rows[key], text="完成", percent=100, by=college_admin, now=at(key[1] * 3, 1), figures=values
        )
        confirm_progress(report, by=bureau, now=at(key[1] * 3, 2))
    return plan


def test_what_is_not_finished_goes_on_next_year_with_a_link_both_ways(year, bureau, college):
    new = copy_plan(year, year=2027, title="2027年任务分解一览表", by=bureau)
    task = new.tasks.get()
    old = year.tasks.get(number=3)
    assert (task.number, task.goal, task.leader, task.responsible_organization) == (3, "建设基地", "张三", college)
    assert (task.continues, list(old.continued_by.all())) == (old, [task])
    rows = task.milestones.order_by("quarter")
    assert [(one.quarter, one.text, one.due, one.status, one.continues.quarter) for one in rows] == [
        (1, "设备到位（5月）。", date(2027, 3, 31), "not_started", 3),
        (2, "投入使用（12月）。", date(2027, 6, 30), "not_started", 4),
    ]
    targets = task.targets.order_by("pk").values_list("name", "kind", "target", "unit")
    assert list(targets) == [("基地", "count", 3, "个"), ("占比", "percentage", 50, "%")]
    for plan in (year, new):
        assert HistoryEntry.objects.of(plan).filter(what="Copied").values_list("old", "new").get() == (
            year.title, new.title,
        )  # fmt: skip


def test_a_month_in_brackets_stays_due_when_it_lies_in_the_new_quarter(year, bureau):
    rows = Milestone.objects.exclude(status="confirmed").order_by("quarter")
    new = copy_plan(
        year,
        year=2027,
        title="2027年",
        tasks=list(year.tasks.all()),
        quarters={rows[0].pk: 2, rows[1].pk: 4},
        by=bureau,
    )
    found = Milestone.objects.filter(task__plan=new).order_by("quarter").values_list("quarter", "due")
    assert list(found) == [(2, date(2027, 5, 31)), (4, date(2027, 12, 31))]
    assert new.tasks.count() == 2


def test_nothing_is_written_when_something_does_not_fit(year, bureau):
    open_rows = Milestone.objects.exclude(status="confirmed").order_by("quarter")
    twice = {one.pk: 1 for one in open_rows}
    confirmed = {Milestone.objects.get(status="confirmed", quarter=2).pk: 1}
    every = list(year.tasks.all())
    cases: list[tuple[type[Exception], dict]] = [
        (ValidationError, {"year": 2026}),
        (ValidationError, {"year": 2027, "tasks": []}),
        (ValidationError, {"year": 2027, "tasks": every, "quarters": twice}),
        (Refused, {"year": 2027, "tasks": every, "quarters": confirmed}),
    ]
    for error, asked in cases:
        with pytest.raises(error):
            copy_plan(year, title="下一年", by=bureau, **asked)
    assert (Plan.objects.count(), Task.objects.count()) == (1, 2)
    copy_plan(year, year=2027, title="下一年", by=bureau)
    with pytest.raises(ValidationError, match="This unit has a table for this year already"):
        copy_plan(year, year=2027, title="又一个", by=bureau)


def test_the_bureau_looks_at_what_goes_on_before_it_is_written(client_for, year, bureau, college_admin):
    url = reverse("tasks:plan_copy", args=[year.pk])
    assert client_for(college_admin).get(url).status_code == 403
    client = client_for(bureau)
    form = client.get(url).context["form"]
    assert [(row["task"].number, row["is_chosen"], len(row["milestones"])) for row in form.rows()] == [
        (3, True, 2), (4, False, 0),
    ]  # fmt: skip
    assert Plan.objects.count() == 1
    rows = list(Milestone.objects.exclude(status="confirmed").order_by("quarter"))
    sent = {"year": 2027, "title": "2027年", "tasks": [rows[0].task_id], f"quarter_{rows[0].pk}": 1}
    again = client.post(url, {**sent, f"quarter_{rows[1].pk}": 1})
    assert again.context["form"].non_field_errors() == ["Task 3: two milestones stand in one quarter."]
    answer = client.post(url, {**sent, f"quarter_{rows[1].pk}": ""})
    new = Plan.objects.get(year=2027)
    assert answer.url == reverse("tasks:plan_detail", args=[new.pk])
    assert Milestone.objects.get(task__plan=new).continues == rows[0]
    panel = client.get(reverse("tasks:milestone_detail", args=[rows[0].pk]))
    assert list(panel.context["later"]) == list(Milestone.objects.filter(task__plan=new))


def test_two_years_stand_beside_one_another(year, bureau, college, make_task):
    new = copy_plan(year, year=2027, title="2027年", by=bureau)
    Task.objects.filter(plan=new).update(goal="基地扩建", number=9)
    Task.objects.create(plan=new, number=1, goal="开对接会")
    Task.objects.create(plan=new, number=2, goal="新的")
    pairs = side_by_side(new, year, reader=bureau, today=date(2027, 1, 15))
    found = [tuple(side and side.task.goal for side, _year in pair.sides) for pair in pairs]
    assert found == [("开对接会", "开对接会"), ("新的", None), ("基地扩建", "建设基地")]
    last = pairs[-1]
    kinds = [[one and one.light.kind for one in side.lights] for side, _year in last.sides if side]
    assert kinds == [["plan", "none", None, None], ["done", None, "late", "late"]]
    assert [
        (one.name, [(row and (row.reached, row.target.target), year) for row, year in one.years])
        for one in last.targets
    ] == [
        ("基地", [((None, 3), 2027), ((2, 5), 2026)]),
        ("占比", [((None, 50), 2027), ((30, 50), 2026)]),
    ]


def test_the_page_compares_with_the_year_before_or_another(client_for, year, bureau, outsider, consortium):
    client, url = client_for(bureau), reverse("tasks:plan_years", args=[year.pk])
    assert client.get(url).context["other"] is None
    before = Plan.objects.create(consortium=consortium, year=2025, title="2025年", unit=year.unit)
    elsewhere = Plan.objects.create(consortium=consortium, year=2026, title="别处", unit="另一个局")
    assert client.get(url).context["other"] == before
    assert client.get(url, {"other": elsewhere.pk}).context["other"] == elsewhere
    assert client.get(url, {"other": "x"}).status_code == 404
    assert client_for(outsider).get(url).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_two_years_take_the_same_queries_whatever_their_size(
    client_for, bureau, consortium, plan, make_task, rows, django_assert_num_queries
):
    other = Plan.objects.create(consortium=consortium, year=2025, title="2025年", unit=plan.unit)
    for number in range(1, rows + 1):
        for task in (make_task(number), Task.objects.create(plan=other, number=number, goal=f"目标{number}")):
            Milestone.objects.create(task=task, quarter=1, text="完成。", due=date(2026, 3, 31))
            Target.objects.create(task=task, name="基地", target=1)
    client = client_for(bureau)
    with django_assert_num_queries(18):
        client.get(reverse("tasks:plan_years", args=[plan.pk]))


def test_programs_copy_a_plan(api_for, year, bureau, college_admin):
    assert api_for(college_admin).post(f"/api/v1/plans/{year.pk}/copy/", {"year": 2027}).status_code == 403
    made = api_for(bureau).post(f"/api/v1/plans/{year.pk}/copy/", {"year": 2027})
    assert (made.status_code, made.data["year"], made.data["title"]) == (201, 2027, "2027年任务分解一览表")
    again = api_for(bureau).post(f"/api/v1/plans/{year.pk}/copy/", {"year": 2027})
    assert again.status_code == 400
