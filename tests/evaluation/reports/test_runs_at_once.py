"""Orders, cancelling and workers at the same moment: nobody loses a report, nothing is made or told of twice."""

import pytest
from django.db import connection

from consortium.models import Notice
from evaluation import jobs
from evaluation.models import AnnualReport, ReportRun
from evaluation.services import report_runs

from ...together import at_once
from .conftest import YEAR

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="one writer at a time needs no row locks"),
]
ROUNDS = 5


@pytest.fixture
def zones(make_zone):
    return [make_zone(f"zone-{number}", f"第{number}产教特区") for number in range(3)]


def test_two_who_order_at_once_share_the_reports(zones, secretariat, college_admin, now):
    people = (secretariat, college_admin)
    acts = [lambda by=by: report_runs.order_reports(zones, YEAR, by=by, now=now) for by in people]
    assert at_once(*acts) == ["", ""]
    assert (AnnualReport.objects.count(), ReportRun.objects.count()) == (3, 2)
    assert {run.reports.count() for run in ReportRun.objects.all()} == {3}


def test_two_clicks_at_once_give_one_run(zones, secretariat, now):
    assert at_once(*[lambda: report_runs.order_reports(zones, YEAR, by=secretariat, now=now)] * 2) == ["", ""]
    assert (AnnualReport.objects.count(), ReportRun.objects.count()) == (3, 1)


def test_who_orders_while_another_run_is_cancelled_gets_the_reports(zones, secretariat, college_admin, now):
    for _round in range(ROUNDS):
        first = report_runs.order_reports(zones, YEAR, by=secretariat, now=now)
        acts = [
            lambda first=first: report_runs.cancel(first, by=secretariat, now=now),
            lambda: report_runs.order_reports(zones, YEAR, by=college_admin, now=now),
        ]
        assert at_once(*acts) == ["", ""]
        second = ReportRun.objects.exclude(status="cancelled").get()
        assert set(second.reports.values_list("status", flat=True)) == {"queued"}
        report_runs.cancel(second, by=college_admin, now=now)
    assert AnnualReport.objects.count() == 3


def test_two_workers_that_end_a_run_at_once_tell_of_it_once(zones, secretariat, now):
    report_runs.order_reports(zones, YEAR, by=secretariat, now=now)
    assert at_once(jobs.make_waiting_reports, jobs.make_waiting_reports) == ["", ""]
    assert set(AnnualReport.objects.values_list("status", "version", "attempt")) == {("done", 1, 1)}
    assert (ReportRun.objects.get().status, Notice.objects.count()) == ("done", 1)
