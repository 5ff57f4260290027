"""Who ordered reports hears of them once, when the last is done."""

import pytest

from consortium.models import Notice, User
from consortium.services import work
from evaluation import jobs
from evaluation.models import AnnualReport, ReportRun
from evaluation.services import report_runs

from .conftest import YEAR


@pytest.fixture(autouse=True)
def in_english(db, settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def run(make_zone, secretariat, now) -> ReportRun:
    zones = [make_zone(f"zone-{number}", f"第{number}产教特区") for number in range(3)]
    return report_runs.order_reports(zones, YEAR, by=secretariat, now=now)


def told() -> list[tuple[str, str, str, str]]:
    return [(row.user.username, row.kind, row.text, row.url) for row in Notice.objects.order_by("pk")]


def test_of_many_one_hears_when_the_last_is_finished(run, other_run):
    first, second, last = run.reports.order_by("pk")
    for report in (first, second):
        jobs.make_report(report.pk)
        assert told() == []
    jobs.make_report(last.pk)
    assert told() == [("secretariat", "reports_done", "3 annual reports are finished.", run.get_absolute_url())]


@pytest.fixture
def other_run(make_zone, college_admin, now) -> ReportRun:
    """Somebody else's, ordered at the same moment and still waiting."""
    return report_runs.order_reports([make_zone("other", "他人的产教特区")], YEAR, by=college_admin, now=now)


def test_of_one_the_notice_leads_to_it(other_run):
    report = other_run.reports.get()
    jobs.make_report(report.pk)
    assert told() == [("college_admin", "reports_done", f"Finished: {report}", report.get_absolute_url())]


def test_a_failure_is_said_with_the_last_too(run):
    first, second, last = run.reports.order_by("pk")
    for report in (first, second):
        jobs.make_report(report.pk)
    AnnualReport.objects.filter(pk=last.pk).update(
        attempt=work.MOST_ATTEMPTS, status="running", lease_until=last.queued_at
    )
    jobs.make_report(last.pk)
    assert told() == [("secretariat", "reports_failed", "Of 3 annual reports 1 failed.", run.get_absolute_url())]


def test_nobody_is_told_of_what_a_command_ordered(make_zone, now):
    run = report_runs.order_reports([make_zone("zone", "产教特区")], YEAR, by=None, now=now)
    jobs.make_waiting_reports()
    assert (run.reports.get().status, told()) == ("done", [])


def test_whoever_has_no_role_any_more_is_not_told(run, secretariat):
    User.objects.filter(pk=secretariat.pk).update(is_active=False)
    jobs.make_waiting_reports()
    assert (ReportRun.objects.get().status, told()) == ("done", [])
