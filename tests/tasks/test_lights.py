"""The light of a milestone at each of its edges, by the calendar of Shanghai."""

import datetime
from datetime import date

import pytest
from django.utils import translation

from tasks.lights import Light, late_months, light, lights_of, missing_months, tally
from tasks.models import Milestone, Progress


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def report(milestone, college_admin):
    def make(month: int, at, percent: int = 50) -> Progress:
        return Progress.objects.create(
            milestone=milestone, month=date(2026, month, 1), text="进展", percent=percent, by=college_admin, at=at
        )

    return make


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 6, 30), Light("none", "Not yet due")),
        (date(2026, 7, 1), Light("plan", "On schedule")),
        (date(2026, 7, 31), Light("plan", "On schedule")),
        (date(2026, 8, 1), Light("soon", "Reported late")),
        (date(2026, 9, 16), Light("soon", "Due in 14 d")),
        (date(2026, 9, 30), Light("soon", "Due in 0 d")),
        (date(2026, 10, 1), Light("late", "Overdue by 1 d")),
    ],
)
def test_a_milestone_without_reports_goes_through_its_lights(milestone, day, expected):
    assert light(milestone, day) == expected


def test_fifteen_days_before_it_is_due_it_is_not_yet_near(milestone, report, at):
    report(7, at(7, 31)), report(8, at(8, 31))
    assert light(milestone, date(2026, 9, 15)) == Light("plan", "On schedule")


def test_a_confirmed_milestone_is_green_whatever_the_day(milestone):
    milestone.status = Milestone.Status.CONFIRMED
    assert light(milestone, date(2030, 1, 1)) == Light("done", "Confirmed")
    assert light(milestone, date(2030, 1, 1)).colour == "green"


def test_what_waits_for_the_bureau_after_its_day_is_still_overdue(milestone, report, at):
    report(9, at(9, 20), 100)
    milestone.status = Milestone.Status.SUBMITTED
    assert light(milestone, date(2026, 10, 20)) == Light("late", "Overdue by 20 d")


def test_one_that_is_due_before_its_quarter_begins_is_overdue_not_grey(milestone):
    milestone.due = date(2026, 5, 31)
    assert light(milestone, date(2026, 6, 1)) == Light("late", "Overdue by 1 d")
    assert late_months(milestone, date(2026, 8, 1)) == []


@pytest.mark.parametrize(("minutes", "is_late"), [(-1, False), (0, True)])
def test_a_month_ends_at_midnight_in_shanghai(report, at, minutes, is_late):
    midnight = at(8, 1, 0)
    progress = report(7, (midnight + datetime.timedelta(minutes=minutes)).astimezone(datetime.UTC))
    assert progress.is_late is is_late


def test_a_month_reported_late_keeps_the_light_amber(milestone, report, at):
    report(7, at(8, 3))
    assert late_months(milestone, date(2026, 8, 20)) == [date(2026, 7, 1)]
    assert missing_months(milestone, date(2026, 8, 20)) == [date(2026, 8, 1)]
    assert light(milestone, date(2026, 8, 20)) == Light("soon", "Reported late")


def test_no_month_is_missed_after_the_work_was_handed_in(milestone, report, at):
    report(7, at(7, 20), 100)
    milestone.status = Milestone.Status.SUBMITTED
    assert light(milestone, date(2026, 9, 10)) == Light("plan", "On schedule")


def test_the_tally_counts_each_milestone_once_and_what_waits_beside_it(task, milestone, report, at):
    report(7, at(7, 20), 100)
    milestone.status = Milestone.Status.SUBMITTED
    others = [
        Milestone(task=task, quarter=1, due=date(2026, 3, 31)),
        Milestone(task=task, quarter=4, due=date(2026, 12, 31)),
    ]
    for other in others:
        other.text = "完成。"
        other.save()
    counts = tally(lights_of([milestone, *others], date(2026, 9, 10)))
    assert counts == {"none": 1, "plan": 1, "done": 0, "soon": 0, "late": 1, "wait": 1}
