"""Who ordered reports hears of them once, when the last is done."""

import pytest

from consortium.models import Notice, User
from consortium.services import work
from evaluation.models import AnnualReport
from evaluation.services import reports

from .conftest import YEAR


@pytest.fixture(autouse=True)
def in_english(db, settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def orders(make_zone, secretariat, now) -> list[AnnualReport]:
    zones = [make_zone(f"zone-{number}", f"第{number}产教特区") for number in range(3)]
    return reports.queue_reports(zones, YEAR, by=secretariat, now=now)


def told() -> list[tuple[str, str, str, str]]:
    return [(row.user.username, row.kind, row.text, row.url) for row in Notice.objects.order_by("pk")]


def test_of_many_one_hears_when_the_last_is_finished(orders, other_order):
    for report in orders[:2]:
        reports.make(report)
        assert told() == []
    reports.make(orders[2])
    assert told() == [("secretariat", "reports_done", "3 annual reports are finished.", "/reports/")]


@pytest.fixture
def other_order(make_zone, college_admin, now) -> AnnualReport:
    """Somebody else's, ordered at the same moment and still waiting."""
    return reports.queue_reports([make_zone("other", "他人的产教特区")], YEAR, by=college_admin, now=now)[0]


def test_of_one_the_notice_leads_to_it(orders):
    AnnualReport.objects.exclude(pk=orders[0].pk).delete()
    reports.make(orders[0])
    [(_who, kind, text, url)] = told()
    assert (kind, text, url) == ("reports_done", f"Finished: {orders[0]}", orders[0].get_absolute_url())


def test_a_failure_is_said_with_the_last_too(orders):
    for report in orders[:2]:
        reports.make(report)
    AnnualReport.objects.filter(pk=orders[2].pk).update(attempt=work.MOST_ATTEMPTS, status="running")
    orders[2].refresh_from_db()
    AnnualReport.objects.filter(pk=orders[2].pk).update(lease_until=orders[2].queued_at)
    reports.make(orders[2])
    assert told() == [("secretariat", "reports_failed", "Of 3 annual reports 1 failed.", "/reports/")]


def test_nobody_is_told_of_what_a_command_ordered(make_zone, now):
    [report] = reports.queue_reports([make_zone("zone", "产教特区")], YEAR, by=None, now=now)
    assert reports.make(report)
    assert told() == []


def test_whoever_has_no_role_any_more_is_not_told(orders, secretariat):
    User.objects.filter(pk=secretariat.pk).update(is_active=False)
    for report in AnnualReport.objects.order_by("pk"):
        reports.make(report)
    assert told() == []
