"""Drafts on the day that the consortium sets: once a year, for what has no report yet, and the colleges are told."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from consortium.models import HistoryEntry, Notice
from evaluation import jobs
from evaluation.models import AnnualReport, ReportRun, ReportSchedule
from evaluation.services.report_schedules import order_drafts

from .conftest import YEAR, at

pytestmark = pytest.mark.django_db
DAY = datetime.date(YEAR + 1, 1, 15)


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def schedule(consortium) -> ReportSchedule:
    return ReportSchedule.objects.create(consortium=consortium, month=1, day=15)


def on(day: datetime.date) -> list[ReportRun]:
    return list(order_drafts(at(day)))


def test_drafts_of_the_past_year_are_ordered_once_when_the_day_has_come(schedule, zone, shared_zone, make_zone):
    make_zone("planned", "筹建中的特区", status="planned")
    assert on(DAY - datetime.timedelta(days=1)) == []
    [run] = on(DAY)
    assert (run.year, run.ordered_by, run.is_scheduled) == (YEAR, None, True)
    assert {report.zone for report in run.reports.all()} == {zone, shared_zone}
    assert (on(DAY), on(DAY + datetime.timedelta(days=200))) == ([], [])
    [following] = on(DAY.replace(year=DAY.year + 1))
    assert following.year == YEAR + 1


def test_a_scheduler_that_was_away_catches_up(schedule, zone):
    assert len(on(DAY + datetime.timedelta(days=40))) == 1


def test_whoever_has_a_report_gets_no_draft(schedule, finished, shared_zone):
    [run] = on(DAY)
    assert [report.zone for report in run.reports.all()] == [shared_zone]


def test_nothing_is_made_while_it_is_off(schedule, zone):
    ReportSchedule.objects.update(is_on=False)
    assert on(DAY) == []
    assert AnnualReport.objects.count() == 0


def test_the_colleges_and_the_secretariat_are_told_once_when_the_drafts_are_there(
    schedule, zone, shared_zone, secretariat, college_admin, other_college_admin, partner
):
    [run] = on(DAY)
    jobs.make_waiting_reports()
    jobs.make_waiting_reports()
    assert sorted(Notice.objects.values_list("user__username", "text", "url")) == [
        (
            "college_admin",
            f"Drafts of the annual reports of {YEAR} are there: please check them.",
            f"/reports/?year={YEAR}",
        ),
        ("secretariat", "2 annual reports are finished.", run.get_absolute_url()),
    ]


def test_the_secretariat_sets_the_day_and_a_day_that_is_over_counts_from_next_year(
    secretariat, college_admin, client_for, zone
):
    address, today = reverse("reports:report_schedule"), timezone.localdate()
    over = today - datetime.timedelta(days=today.day + 5)
    sent = {"is_on": "on", "month": over.month, "day": min(over.day, 28)}
    assert client_for(college_admin).post(address, sent).status_code == 403
    assert client_for(secretariat).post(address, sent).status_code == 302
    schedule = ReportSchedule.objects.get()
    if over.year == today.year:
        assert schedule.next_day(today) == datetime.date(today.year + 1, over.month, min(over.day, 28))
        assert list(order_drafts(timezone.now())) == []
    assert HistoryEntry.objects.of(schedule).get().actor == secretariat
    client_for(secretariat).post(address, {"month": 3, "day": 1})
    assert set(HistoryEntry.objects.of(schedule).values_list("what", flat=True)) >= {"created", "is_on", "month"}


@pytest.mark.parametrize(("month", "day"), [(2, 29), (13, 1), (1, 0)])
def test_a_day_that_not_every_year_has_is_refused(month, day, consortium):
    with pytest.raises(ValidationError):
        ReportSchedule(consortium=consortium, month=month, day=day).full_clean()
