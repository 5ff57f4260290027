"""Who is reminded of what, from which second on, and never twice."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from consortium.models import Affiliation, Notice
from consortium.services.notices import choose
from tasks.jobs import remind as job
from tasks.lights import light
from tasks.models import Milestone, Plan, Reminder, Task
from tasks.services import answer_supervision, remind, report_progress, return_progress, urge

UNIT = "college_admin"


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def due_on(consortium, college):
    """A milestone due on a day, all of whose months before are reported."""

    def make(day: date, **fields) -> Milestone:
        plan = Plan.objects.create(consortium=consortium, year=day.year, title="表", unit="示例教育局")
        task = Task.objects.create(plan=plan, number=1, goal="目标", responsible_organization=college)
        quarter = (day.month + 2) // 3
        return Milestone.objects.create(task=task, quarter=quarter, text="…", due=day, **fields)

    return make


def told(*kinds: str) -> list[tuple[str, str, str]]:
    rows = Notice.objects.filter(kind__in=kinds) if kinds else Notice.objects
    return [(row.user.username, row.kind, row.text.partition(", ")[2]) for row in rows.order_by("pk")]


def kinds() -> list[str]:
    return [row.kind for row in Reminder.objects.order_by("pk")]


def second_before_midnight_in_shanghai(day: date) -> datetime:
    """The last second of ``day``, as a server that runs on UTC has it."""
    return datetime(day.year, day.month, day.day, 15, 59, 59, tzinfo=UTC)


# an ordinary day, the leap day, the day before it in a common year, the end of the year
LAST_DAYS = [date(2026, 3, 31), date(2028, 2, 29), date(2027, 2, 28), date(2026, 12, 31)]


@pytest.mark.parametrize("day", LAST_DAYS, ids=str)
def test_a_milestone_is_overdue_from_midnight_in_shanghai(day, due_on, college_admin, bureau):
    milestone = due_on(day)
    before = second_before_midnight_in_shanghai(day)
    remind(before)
    assert (Reminder.Kind.OVERDUE in kinds(), light(milestone, day).kind) == (False, "soon")
    remind(before + timedelta(seconds=1))
    overdue = Reminder.objects.filter(kind=Reminder.Kind.OVERDUE)
    assert sorted(overdue.values_list("acting_as__user__username", "day")) == [("bureau", day), (UNIT, day)]
    assert light(milestone, day + timedelta(days=1)).kind == "late"


@pytest.mark.parametrize("day", LAST_DAYS, ids=str)
def test_a_month_is_due_three_days_before_its_end_in_shanghai(day, due_on, college_admin, bureau):
    due_on(day)
    third = day - timedelta(days=3)
    remind(second_before_midnight_in_shanghai(third - timedelta(days=1)))
    assert Reminder.Kind.REPORT_DUE not in kinds()
    remind(second_before_midnight_in_shanghai(third - timedelta(days=1)) + timedelta(seconds=1))
    made = Reminder.objects.filter(kind=Reminder.Kind.REPORT_DUE)
    assert list(made.values_list("acting_as__user__username", "day")) == [(UNIT, day)]


def test_a_milestone_is_announced_14_and_3_days_before_and_when_it_is_late(due_on, college_admin, bureau):
    due_on(date(2026, 6, 20))  # in the middle of a month, so that no report is due beside it
    seen = []
    for days in range(16, -35, -1):
        count = remind(second_before_midnight_in_shanghai(date(2026, 6, 20) - timedelta(days=days)))
        if count:
            seen.append((days, count))
    days = {row.kind: row.day for row in Reminder.objects.exclude(kind="report_due")}
    assert seen == [(14, 1), (3, 1), (-1, 2), (-7, 1)]  # the last is the report of June
    assert set(days) == {"due_in_14", "due_in_3", "overdue"}
    assert set(days.values()) == {date(2026, 6, 20)}


def test_running_twice_reminds_once(due_on, college_admin, bureau, other_college_admin):
    due_on(date(2026, 6, 20))
    now = second_before_midnight_in_shanghai(date(2026, 6, 21))
    assert [remind(now), remind(now), remind(now + timedelta(hours=5))] == [2, 0, 0]
    assert [row[0] for row in told("milestone_overdue")] == [UNIT, "bureau"]


def test_the_database_itself_keeps_one_reminder_of_a_kind(due_on, college_admin, bureau):
    due_on(date(2026, 6, 20))
    remind(second_before_midnight_in_shanghai(date(2026, 6, 21)))
    row = Reminder.objects.first()
    row.pk = None
    with pytest.raises(IntegrityError):
        row.save(force_insert=True)


def test_a_due_day_that_was_moved_is_announced_anew(due_on, college_admin):
    milestone = due_on(date(2026, 5, 20))
    remind(second_before_midnight_in_shanghai(date(2026, 5, 18)))
    Milestone.objects.filter(pk=milestone.pk).update(due=date(2026, 6, 10))
    remind(second_before_midnight_in_shanghai(date(2026, 6, 8)))
    made = Reminder.objects.filter(kind="due_in_3").order_by("pk")
    assert [row.day for row in made] == [date(2026, 5, 20), date(2026, 6, 10)]


def test_what_a_scheduler_that_was_away_missed_is_said_for_a_month(due_on, college_admin, bureau):
    due_on(date(2026, 6, 10))
    remind(second_before_midnight_in_shanghai(date(2026, 7, 10)))
    assert kinds().count("overdue") == 2
    Reminder.objects.all().delete()
    remind(second_before_midnight_in_shanghai(date(2026, 7, 11)))
    assert kinds().count("overdue") == 0


@pytest.mark.parametrize("status", [Milestone.Status.SUBMITTED, Milestone.Status.CONFIRMED])
def test_nobody_is_reminded_of_what_the_unit_has_done(due_on, college_admin, bureau, status, at):
    due_on(date(2026, 6, 20), status=status, confirmed_at=at(6, 1) if status == "confirmed" else None)
    assert remind(second_before_midnight_in_shanghai(date(2026, 6, 21))) == 0


def test_what_was_returned_is_said_again_after_three_days(due_on, college_admin, bureau, at):
    milestone = due_on(date(2026, 6, 20))
    for month in (4, 5):
        report_progress(milestone, text=str(month), percent=50, by=college_admin, now=at(month, 20))
    done = report_progress(milestone, text="完成", percent=100, by=college_admin, now=at(6, 1))
    return_progress(done, by=bureau, now=at(6, 2), comment="缺佐证")
    assert [remind(at(6, 4, 23, 59)), remind(at(6, 5, 0, 0)), remind(at(6, 5, 12, 0))] == [0, 1, 0]
    assert told("milestone_returned")[-1][2] == "Q2 was returned on June 2, 2026 and waits for a new report."


def test_the_answer_to_an_urging_is_asked_for_on_the_eve_of_its_deadline(due_on, college_admin, bureau, at):
    milestone = due_on(date(2026, 6, 20))
    supervision = urge([milestone], deadline=date(2026, 6, 30), text="…", by=bureau, now=at(6, 22))[0]
    remind(at(6, 28, 23, 59))
    assert "urged" not in kinds()
    remind(at(6, 29, 0, 0))
    assert kinds().count("urged") == 1
    answer_supervision(supervision, "…", by=college_admin, now=at(6, 29))
    Reminder.objects.filter(kind="urged").delete()
    remind(at(6, 29, 12, 0))
    assert "urged" not in kinds()


def test_reminders_go_the_way_that_the_person_has_chosen(due_on, college_admin, bureau):
    due_on(date(2026, 6, 20))
    choose({"milestone_overdue": (False, "none")}, by=college_admin)
    remind(second_before_midnight_in_shanghai(date(2026, 6, 21)))
    assert [(row.user.username, row.is_shown, row.mail) for row in Notice.objects.all()] == [("bureau", True, "digest")]


def test_a_role_that_has_ended_is_not_reminded(due_on, college_admin):
    due_on(date(2026, 6, 20))
    Affiliation.objects.filter(user=college_admin).update(ended_on=date(2026, 6, 21))
    assert remind(second_before_midnight_in_shanghai(date(2026, 6, 21))) == 0


def test_the_job_reminds_and_climbs(due_on, college_admin, bureau):
    today = timezone.localdate()
    due_on(today + timedelta(days=2))
    job()
    job()
    assert kinds().count("due_in_3") == 1


@pytest.mark.parametrize("rows", [1, 3])
def test_a_run_that_finds_nothing_new_reads_the_same_whatever_there_is(
    due_on, college_admin, bureau, college, rows, django_assert_num_queries
):
    task = due_on(date(2026, 6, 20)).task
    for number in range(2, rows + 2):
        other = Task.objects.create(plan=task.plan, number=number, goal="目标", responsible_organization=college)
        Milestone.objects.create(task=other, quarter=2, text="…", due=date(2026, 6, 20))
    now = second_before_midnight_in_shanghai(date(2026, 6, 21))
    remind(now)
    with django_assert_num_queries(5):
        remind(now)
