"""A newer copy of a table that stands already: what differs is shown, and written only when somebody has seen it."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation

from consortium.models import HistoryEntry
from consortium.services import Refused
from tasks.models import Milestone, Plan, Progress, Task
from tasks.services import changes_of, confirm_progress, import_plan, report_progress, state_of, table_of
from tasks.tables import MilestoneRow, TaskRow, write_docx


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"
    with translation.override("en"):
        yield


@pytest.fixture
def standing(sample, consortium, bureau, college):
    plan, _is_new = import_plan(sample(), consortium=consortium, year=2020, by=bureau, responsible=college)
    return plan


@pytest.fixture
def newer(sample):
    """The table a month later: another day, one text changed, task 7 gone, task 8 new, a telephone filled in."""
    table = sample()
    table.reported_on = date(2020, 4, 30)
    table.rows[0].phone = "0319-8812345"
    table.rows[2].milestones[3] = MilestoneRow("召开产教融合对接会（8月）。", date(2020, 8, 31))
    table.rows.pop()
    table.rows.append(TaskRow(8, "新增目标", milestones={1: MilestoneRow("开始。", date(2020, 3, 31))}))
    return table


def upload(table) -> SimpleUploadedFile:
    return SimpleUploadedFile("table.docx", write_docx(table))


def brought_up(newer, consortium, bureau, plan):
    return import_plan(newer, consortium=consortium, year=2020, by=bureau, newer_than=state_of(plan))


def test_what_differs_is_listed_in_the_order_of_the_table(standing, newer):
    assert [(change.where, change.old, change.new, change.kept) for change in changes_of(standing, newer)] == [
        ("reported on", "March 31, 2020", "April 30, 2020", ""),
        ("Task 1, telephone", "", "0319-8812345", ""),
        ("Task 3, quarter 3", "组织召开沙河市产教融合对接会。（7月）", "召开产教融合对接会（8月）。", ""),
        ("Task 7", "推进落实《邢台市职业教育校企合作促进办法（试行）》", "", ""),
        ("Task 8", "", "新增目标", ""),
    ]


def test_accepting_a_newer_copy_writes_the_differences_and_remembers_each(standing, newer, consortium, bureau, college):
    head = HistoryEntry.objects.count()
    plan, is_new = brought_up(newer, consortium, bureau, standing)
    assert (plan, is_new) == (standing, False)
    assert changes_of(Plan.objects.get(), newer) == []
    assert list(Task.objects.values_list("number", flat=True)) == [1, 2, 3, 4, 5, 6, 8]
    assert Milestone.objects.get(task__number=3, quarter=3).due == date(2020, 8, 31)
    written = HistoryEntry.objects.filter(pk__gt=head).order_by("pk")
    assert [row.what for row in HistoryEntry.objects.order_by("pk")[head:]] == [
        "reported_on", "phone", "text", "due", "deleted", "created", "imported",
    ]  # fmt: skip
    assert {row.actor for row in written} <= {bureau}


def test_a_newer_copy_that_nobody_has_compared_is_refused(standing, newer, consortium, bureau):
    with pytest.raises(Refused, match="it differs in: reported on"):
        import_plan(newer, consortium=consortium, year=2020, by=bureau)
    assert Task.objects.count() == 7


def test_a_plan_that_changed_since_the_comparison_is_not_written_over(standing, newer, consortium, bureau):
    seen = state_of(standing)
    Task.objects.filter(number=1).update(goal="又改了")
    with pytest.raises(Refused, match="The plan has changed since"):
        import_plan(newer, consortium=consortium, year=2020, by=bureau, newer_than=seen)
    assert Task.objects.filter(number=8).exists() is False


def test_what_is_confirmed_or_reported_on_stays_and_says_why(standing, newer, consortium, bureau, college_admin, at):
    confirmed = Milestone.objects.get(task__number=3, quarter=3)
    progress = report_progress(confirmed, text="已召开。", percent=100, by=college_admin, now=at(7, 20))
    confirm_progress(progress, by=bureau, now=at(7, 21))
    under_way = Milestone.objects.get(task__number=7, quarter=1)
    report_progress(under_way, text="在做。", percent=20, by=college_admin, now=at(7, 20))
    kept = [(change.where, change.kept) for change in changes_of(standing, newer) if change.kept]
    assert kept == [
        ("Task 3, quarter 3", "It is confirmed, so its text stays."),
        ("Task 7", "It has reports, so it stays in the plan."),
    ]
    brought_up(newer, consortium, bureau, standing)
    confirmed.refresh_from_db()
    assert (confirmed.text, confirmed.due) == ("组织召开沙河市产教融合对接会。（7月）", date(2020, 7, 31))
    assert (Task.objects.filter(number=7).count(), Progress.objects.count()) == (1, 2)


def test_a_telephone_that_was_handed_out_masked_is_not_taken_back_in(standing, consortium, bureau):
    Task.objects.filter(number=1).update(phone="0319-1234567")
    copy = table_of(Plan.objects.get())
    copy.rows[0].phone = "****67"
    assert changes_of(standing, copy) == []


def test_a_due_date_that_the_bureau_moved_stays_while_the_text_does(standing, newer, consortium, bureau):
    moved = date(2020, 6, 15)
    Milestone.objects.filter(task__number=2, quarter=2).update(due=moved)
    brought_up(newer, consortium, bureau, standing)
    assert Milestone.objects.get(task__number=2, quarter=2).due == moved


def test_the_preview_shows_the_differences_and_accepting_writes_them(client_for, bureau, standing, newer):
    client = client_for(bureau)
    preview = client.post(reverse("tasks:plan_import"), {"file": upload(newer), "year": 2020})
    assert [change.where for change in preview.context["changes"]] == [
        "reported on", "Task 1, telephone", "Task 3, quarter 3", "Task 7", "Task 8",
    ]  # fmt: skip
    assert Task.objects.filter(number=8).exists() is False
    answer = client.post(reverse("tasks:plan_accept"), {"signed": preview.context["signed"]})
    assert answer.url == reverse("tasks:plan_detail", args=[standing.pk])
    assert changes_of(Plan.objects.get(), newer) == []


def test_a_preview_that_is_out_of_date_sends_one_back_to_the_file(client_for, bureau, standing, newer):
    client = client_for(bureau)
    preview = client.post(reverse("tasks:plan_import"), {"file": upload(newer), "year": 2020})
    Task.objects.filter(number=1).update(goal="又改了")
    page = client.post(reverse("tasks:plan_accept"), {"signed": preview.context["signed"]}, follow=True)
    assert page.redirect_chain == [(reverse("tasks:plan_import"), 302)]
    assert [str(message) for message in page.context["messages"]] == [
        "The plan has changed since the file was compared with it. Choose the file again."
    ]


def test_the_same_table_again_says_that_nothing_differs(client_for, bureau, standing, sample):
    head = HistoryEntry.objects.count()
    client = client_for(bureau)
    preview = client.post(reverse("tasks:plan_import"), {"file": upload(sample()), "year": 2020})
    assert (preview.context["plan"], preview.context["changes"]) == (standing, [])
    client.post(reverse("tasks:plan_accept"), {"signed": preview.context["signed"]})
    assert HistoryEntry.objects.count() == head
