"""What goes on paper, read back."""

import io
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from pypdf import PdfReader

from tasks.models import Milestone, Plan, Target, Task
from tasks.services import confirm_progress, import_plan, report_progress, urge
from tasks.summary import summary


def text_of(answer) -> list[str]:
    assert answer["Content-Type"] == "application/pdf"
    return ["".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(answer.content)).pages]


def test_the_official_table_as_pdf_has_its_form(client_for, sample, consortium, college, bureau):
    plan, _new = import_plan(sample(), consortium=consortium, year=2020, by=bureau, responsible=college)
    pages = text_of(client_for(bureau).get(reverse("tasks:plan_export", args=[plan.pk, "pdf"])))
    whole = "".join(pages)
    assert "填报单位（加盖公章）：沙河市教育局" in pages[0]
    assert all("".join(["序号", "目标任务", "季度", "形象进度", "最新进展"]) in page for page in pages)
    for task in Task.objects.filter(plan=plan):
        assert "".join(task.goal.split())[:6] in whole
    assert whole.count("4季度") == 7


def test_a_month_says_what_moved_and_what_was_late_on_its_last_day(
    plan, make_task, milestone, bureau, college_admin, at
):
    early = Milestone.objects.create(task=make_task(2), quarter=2, text="早", due=date(2026, 6, 30))
    target = Target.objects.create(task=milestone.task, name="单位", target=10, unit="家")
    report_progress(milestone, text="四家", percent=40, by=college_admin, now=at(8, 20), figures=[(target, Decimal(4))])
    done = report_progress(
        milestone, text="十家", percent=100, by=college_admin, now=at(9, 20), figures=[(target, Decimal(10))]
    )
    urge([early], deadline=date(2026, 9, 10), text="…", by=bureau, now=at(9, 2))
    confirm_progress(done, by=bureau, now=at(10, 2))
    today = date(2026, 10, 20)
    seen = {month: summary(plan, date(2026, month, 1), bureau, today) for month in (7, 8, 9, 10)}
    assert [[one.text for one in row.moved] for row in seen.values()] == [[], ["四家"], ["十家"], []]
    assert [[one.quarter for one in row.late] for row in seen.values()] == [[2], [2], [2], [2]]
    assert [len(row.confirmed) for row in seen.values()] == [0, 0, 0, 1]
    assert [list(row.urged) for row in seen.values()] == [[], [], [early.pk], [early.pk]]
    assert [[one.reached for one in row.standings] for row in seen.values()] == [[None], [4], [10], [10]]
    assert seen[10].day == today
    # what was confirmed on 2 October was late on 1 October, when its day was 30 September
    assert [one.quarter for one in summary(plan, date(2026, 10, 1), bureau, date(2026, 10, 1)).late] == [2, 3]


def test_the_month_is_one_page_however_much_there_is(client_for, plan, college, bureau, college_admin, at):
    for number in range(1, 41):
        goal = f"第{number}项目标任务名称比较长的一项任务" * 3
        task = Task.objects.create(plan=plan, number=number, goal=goal, responsible_organization=college)
        Target.objects.create(task=task, name="量化目标名称也比较长" * 4, target=10, unit="家")
        row = Milestone.objects.create(task=task, quarter=1, text="…", due=date(2026, 3, 31))
        report_progress(row, text="进展情况说明" * 30, percent=40, by=college_admin, now=at(5, 20))
    url = reverse("tasks:plan_summary", args=[plan.pk])
    [page] = text_of(client_for(bureau).get(url, {"month": "2026-05"}))
    assert "2026年5月（截至2026年5月31日）" in page
    assert "共40项，列出8项，其余见系统" in page


@pytest.mark.parametrize("asked", ["", "x", "2026-13", "2031-01", "2019-01"])
def test_a_month_that_cannot_be_is_the_newest_of_the_plan(client_for, consortium, bureau, asked):
    old = Plan.objects.create(consortium=consortium, year=2020, title="旧表", unit="示例教育局")
    [page] = text_of(client_for(bureau).get(reverse("tasks:plan_summary", args=[old.pk]), {"month": asked}))
    assert "2020年12月（截至2020年12月31日）" in page


def test_the_sheet_says_what_is_asked_by_when(client_for, milestone, bureau, college_admin, at):
    made = urge([milestone], deadline=date(2026, 10, 12), text="请说明原因。", by=bureau, now=at(10, 8))[0]
    [page] = text_of(client_for(college_admin).get(reverse("tasks:supervision_sheet", args=[made.pk])))
    for words in ("督办〔2026〕1号", "示例教育局督办单", "请说明原因。", "2026年10月12日", "召开对接会。"):
        assert words in page
