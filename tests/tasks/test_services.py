"""Importing a table, reporting progress and the bureau's answer."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import translation

from consortium.models import HistoryEntry
from consortium.services import Refused
from tasks.models import Milestone, Plan, Progress, Task
from tasks.services import (
    changes_of,
    confirm_progress,
    import_plan,
    month_to_report,
    report_progress,
    return_progress,
)

Status = Milestone.Status


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def report(milestone, college_admin, at):
    def send(percent: int = 100, month: int = 7, day: int = 20, text: str = "进展") -> Progress:
        progress = report_progress(milestone, text=text, percent=percent, by=college_admin, now=at(month, day))
        milestone.refresh_from_db()
        return progress

    return send


def moves(obj):
    rows = HistoryEntry.objects.of(obj).filter(what="status").order_by("pk")
    return [(row.old, row.new, row.actor.username, row.reason) for row in rows]


def test_a_table_becomes_a_plan_with_all_its_rows(sample, consortium, bureau, college):
    plan, is_new = import_plan(sample(), consortium=consortium, year=2020, by=bureau, responsible=college)
    assert is_new is True
    assert (plan.title, plan.unit, plan.year, plan.reported_on) == (
        "沙河市教育局2020年职业教育产教融合任务分解一览表", "沙河市教育局", 2020, date(2020, 3, 31),
    )  # fmt: skip
    assert changes_of(plan, sample()) == []
    assert (Task.objects.count(), Milestone.objects.count()) == (7, 28)
    assert set(Task.objects.values_list("responsible_organization", flat=True)) == {college.pk}
    assert Milestone.objects.get(task__number=5, quarter=4).due == date(2020, 11, 30)
    assert [(row.what, row.actor) for row in HistoryEntry.objects.of(plan)] == [
        ("imported", bureau),
        ("created", bureau),
    ]


def test_the_issuer_is_the_government_member_of_that_name(sample, consortium, bureau, make_organization):
    member = make_organization("沙河市教育局", "government", consortium)
    plan, _ = import_plan(sample(), consortium=consortium, year=2020, by=bureau)
    assert plan.issuer == member


def test_a_unit_that_is_no_member_stays_text(sample, consortium, other_consortium, bureau, make_organization):
    make_organization("沙河市教育局", "government", other_consortium)
    plan, _ = import_plan(sample(), consortium=consortium, year=2020, by=bureau)
    assert (plan.issuer, plan.unit) == (None, "沙河市教育局")


def test_the_same_table_again_changes_nothing(sample, consortium, bureau):
    first, _ = import_plan(sample("docx"), consortium=consortium, year=2020, by=bureau)
    again, is_new = import_plan(sample("xlsx"), consortium=consortium, year=2020, by=bureau)
    assert (again, is_new) == (first, False)
    assert (Plan.objects.count(), Task.objects.count(), HistoryEntry.objects.count()) == (1, 7, 2)


def test_another_table_of_the_same_unit_and_year_is_refused_and_says_where(sample, consortium, bureau):
    import_plan(sample(), consortium=consortium, year=2020, by=bureau)
    other = sample()
    other.rows[2].milestones[3].text = "别的。"
    with pytest.raises(Refused) as refusal:
        import_plan(other, consortium=consortium, year=2020, by=bureau)
    assert str(refusal.value) == "沙河市教育局 has another table for 2020 already; it differs in: Task 3, quarter 3."


def test_a_table_that_does_not_fit_is_refused_whole(sample, consortium, bureau):
    table = sample()
    table.rows[6].goal = "长" * 301
    with pytest.raises(Refused) as refusal:
        import_plan(table, consortium=consortium, year=2020, by=bureau)
    said = f"Task {table.rows[6].number}, goal: Ensure this value has at most 300 characters (it has 301)."
    assert str(refusal.value) == said
    assert (Plan.objects.count(), Task.objects.count(), HistoryEntry.objects.count()) == (0, 0, 0)


def test_a_dry_run_writes_nothing(sample, consortium, bureau):
    assert import_plan(sample(), consortium=consortium, year=2020, by=bureau, dry_run=True) == (None, True)
    assert (Plan.objects.count(), HistoryEntry.objects.count()) == (0, 0)


def test_a_table_without_a_unit_is_that_of_the_bureau_that_imports_it(sample, consortium, bureau):
    table = sample()
    table.unit = ""
    plan, _ = import_plan(table, consortium=consortium, year=2020, by=bureau)
    assert (plan.unit, plan.issuer) == ("示例教育局", bureau.affiliation.organization)


def test_a_report_under_100_leaves_the_milestone_in_progress(milestone, report):
    report(60)
    assert milestone.status == Status.IN_PROGRESS
    report(80, day=25)
    assert moves(milestone) == [("not_started", "in_progress", "college_admin", "")]


def test_the_whole_way_back_and_forth_to_confirmation(milestone, report, bureau, at):
    report(60, 7)
    first = report(100, 8)
    return_progress(first, by=bureau, now=at(8, 21), comment="缺签到表")
    second = report(100, 8, 25, "补签到表")
    confirm_progress(second, by=bureau, now=at(8, 26), comment="属实")
    milestone.refresh_from_db()
    assert (milestone.status, milestone.confirmed_at) == (Status.CONFIRMED, at(8, 26))
    assert moves(milestone) == [
        ("not_started", "in_progress", "college_admin", ""),
        ("in_progress", "submitted", "college_admin", ""),
        ("submitted", "returned", "bureau", "缺签到表"),
        ("returned", "submitted", "college_admin", ""),
        ("submitted", "confirmed", "bureau", "属实"),
    ]
    assert [(one.status, one.percent, one.comment) for one in milestone.reports] == [
        ("confirmed", 100, "属实"), ("returned", 100, "缺签到表"), ("submitted", 60, ""),
    ]  # fmt: skip


def test_confirming_a_report_under_100_does_not_end_the_milestone(milestone, report, bureau, at):
    confirm_progress(report(60), by=bureau, now=at(7, 21))
    milestone.refresh_from_db()
    assert (milestone.status, milestone.confirmed_at) == (Status.IN_PROGRESS, None)


def test_a_confirmed_milestone_takes_no_more_progress(milestone, report, bureau, at):
    confirm_progress(report(100), by=bureau, now=at(7, 21))
    with pytest.raises(Refused, match="is confirmed and takes no more progress"):
        report(100, 8)
    assert Progress.objects.count() == 1


def test_while_the_bureau_reads_nothing_more_is_reported(report):
    report(100)
    with pytest.raises(Refused, match="waits for the bureau's answer"):
        report(100, 8)


def test_a_double_click_reports_once(report):
    report(60, 7, 20)
    with pytest.raises(Refused, match="is there already"):
        report(60, 7, 20)
    assert Progress.objects.count() == 1


def test_returning_needs_a_comment(report, bureau, at):
    progress = report(100)
    with pytest.raises(ValidationError) as error:
        return_progress(progress, by=bureau, now=at(7, 21), comment=" ")
    assert error.value.message_dict == {"comment": ["Say what is missing, so that it can be put right."]}
    progress.refresh_from_db()
    assert progress.status == Progress.Status.SUBMITTED


def test_only_the_newest_report_is_answered(report, bureau, at):
    old = report(60)
    report(80, 7, 25)
    with pytest.raises(Refused, match="There is a newer report"):
        return_progress(old, by=bureau, now=at(7, 26), comment="旧")


def test_the_second_of_two_reviewers_is_refused(report, bureau, at):
    progress = report(100)
    stale = Progress.objects.get(pk=progress.pk)
    confirm_progress(progress, by=bureau, now=at(7, 21))
    with pytest.raises(Refused):
        return_progress(stale, by=bureau, now=at(7, 21), comment="晚了")
    assert Progress.objects.get().status == Progress.Status.CONFIRMED


@pytest.mark.parametrize("percent", [-1, 101])
def test_percent_is_a_number_from_0_to_100(milestone, report, percent):
    with pytest.raises(ValidationError) as error:
        report(percent)
    assert list(error.value.message_dict) == ["percent"]
    assert (Progress.objects.count(), milestone.status) == (0, Status.NOT_STARTED)


def test_a_future_month_is_refused(milestone, college_admin, at):
    with pytest.raises(ValidationError) as error:
        report_progress(milestone, text="a", percent=1, by=college_admin, now=at(7, 31), month=date(2026, 8, 1))
    assert error.value.message_dict == {"month": ["A month in the future cannot be reported."]}


def test_a_month_before_the_quarter_is_refused(milestone, college_admin, at):
    for month in (date(2026, 6, 1), date(1, 1, 1)):
        with pytest.raises(ValidationError) as error:
            report_progress(milestone, text="a", percent=1, by=college_admin, now=at(7, 31), month=month)
        assert error.value.message_dict == {"month": ["This month lies before the milestone's quarter."]}
    early = report_progress(milestone, text="a", percent=1, by=college_admin, now=at(5, 31), month=date(2026, 5, 1))
    assert early.month == date(2026, 5, 1)


def test_the_month_that_is_meant_is_the_oldest_without_a_report(milestone, report):
    assert month_to_report(milestone, date(2026, 8, 20)) == date(2026, 7, 1)
    assert report(10, 8).month == date(2026, 7, 1)
    assert report(20, 8).month == date(2026, 8, 1)
    milestone = Milestone.objects.get(pk=milestone.pk)
    assert month_to_report(milestone, date(2026, 8, 20)) == date(2026, 8, 1)


def test_the_database_itself_keeps_what_is_confirmed_and_the_day_together(milestone):
    with pytest.raises(IntegrityError):
        Milestone.objects.filter(pk=milestone.pk).update(status=Status.CONFIRMED)


def test_each_side_is_shown_what_waits_for_it(
    milestone, task, report, bureau, college_admin, other_college_admin, auditor, expert, at
):
    today = date(2026, 8, 20)
    Milestone.objects.create(task=task, quarter=4, text="总结。", due=date(2026, 12, 31))

    def waiting(user):
        return list(Milestone.objects.waiting_for(user, today))

    assert (waiting(college_admin), waiting(bureau)) == ([milestone], [])
    progress = report(100)
    assert (waiting(college_admin), waiting(bureau)) == ([], [milestone])
    return_progress(progress, by=bureau, now=at(7, 21), comment="补")
    assert (waiting(college_admin), waiting(bureau)) == ([milestone], [])
    assert [waiting(user) for user in (other_college_admin, auditor, expert)] == [[], [], []]
    assert list(Milestone.objects.overdue(date(2026, 10, 1))) == [milestone]
