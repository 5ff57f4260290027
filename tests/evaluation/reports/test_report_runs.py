"""A run goes on whatever happens to who ordered it, to its page and to the workers, and makes nothing twice."""

import pytest
from django.utils import timezone

from consortium.models import Affiliation, HistoryEntry, Notice
from consortium.services import Refused
from evaluation import jobs
from evaluation.models import AnnualReport, ReportRun
from evaluation.services import report_runs, reports

from .conftest import YEAR

pytestmark = pytest.mark.django_db
GONE = "Whoever ordered this report has no role any more in which it may be ordered."


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def zones(make_zone):
    return [make_zone(f"zone-{number}", f"第{number}产教特区") for number in range(3)]


@pytest.fixture
def run(zones, secretariat, now) -> ReportRun:
    return report_runs.order_reports(zones, YEAR, by=secretariat, now=now)


@pytest.fixture
def broken_store(settings):
    """The folder for the files is a file."""
    settings.MEDIA_ROOT.mkdir()
    (settings.MEDIA_ROOT / "reports").touch()
    return settings.MEDIA_ROOT / "reports"


def states() -> list[str]:
    return list(AnnualReport.objects.order_by("zone__code", "version").values_list("status", flat=True))


def stored(run) -> ReportRun:
    return ReportRun.objects.get(pk=run.pk)


def moves(row) -> list[tuple[str, str, str | None]]:
    rows = HistoryEntry.objects.of(row).filter(what="status").order_by("pk")
    return [(entry.old, entry.new, entry.actor and entry.actor.username) for entry in rows]


def told() -> list[tuple[str, str, str]]:
    return [(row.acting_as.role, row.text, row.url) for row in Notice.objects.order_by("pk")]


def test_a_run_is_made_to_its_end_and_told_of_once(run):
    jobs.make_waiting_reports()
    assert states() == ["done", "done", "done"]
    assert moves(run) == [("running", "done", None)]
    assert told() == [("secretariat", "3 annual reports are finished.", run.get_absolute_url())]
    jobs.make_waiting_reports()
    for report in run.reports.all():
        jobs.make_report(report.pk)
    assert (len(told()), AnnualReport.objects.count(), moves(run)) == (1, 3, [("running", "done", None)])


def test_a_run_whose_worker_died_before_the_finishing_step_is_ended_by_the_drain(run):
    for report in run.reports.all():
        assert reports.make(report)
    assert stored(run).status == "running"
    jobs.make_waiting_reports()
    assert (stored(run).status, len(told())) == ("done", 1)


def test_what_waits_in_a_paused_run_is_left_until_it_goes_on(run, secretariat, zones):
    first, second, _third = run.reports.order_by("pk")
    jobs.make_report(first.pk)
    report_runs.pause(run, by=secretariat)
    jobs.make_report(second.pk)
    jobs.make_waiting_reports()
    assert (states(), stored(run).status) == (["done", "queued", "queued"], "paused")
    waiting = report_runs.resume(stored(run), by=secretariat)
    assert [report.zone for report in waiting] == zones[1:]
    jobs.make_waiting_reports()
    assert states() == ["done", "done", "done"]
    assert moves(run) == [
        ("running", "paused", "secretariat"),
        ("paused", "running", "secretariat"),
        ("running", "done", None),
    ]


def test_two_people_who_order_at_once_get_the_same_reports(run, zones, college_admin, secretariat, now):
    other = report_runs.order_reports(zones[:2], YEAR, by=college_admin, now=now)
    assert (AnnualReport.objects.count(), set(other.reports.all()) < set(run.reports.all())) == (3, True)
    report_runs.pause(run, by=secretariat)
    jobs.make_waiting_reports()
    assert states() == ["done", "done", "queued"]
    assert told() == [("college_admin", "2 annual reports are finished.", other.get_absolute_url())]


def test_a_second_click_gets_the_run_of_the_first(run, zones, secretariat, now):
    assert report_runs.order_reports(zones, YEAR, by=secretariat, now=now) == run
    assert (ReportRun.objects.count(), AnnualReport.objects.count()) == (1, 3)


def test_cancelling_ends_what_waits_and_leaves_what_others_have_ordered(run, zones, secretariat, college_admin, now):
    report_runs.order_reports(zones[:1], YEAR, by=college_admin, now=now)
    reports.take(run.reports.get(zone=zones[1]), now=now)
    assert report_runs.cancel(run, by=secretariat, now=now) == 1
    assert states() == ["queued", "running", "cancelled"]
    assert moves(run.reports.get(zone=zones[2])) == [("queued", "cancelled", "secretariat")]
    assert (stored(run).status, moves(run)) == ("cancelled", [("running", "cancelled", "secretariat")])
    with pytest.raises(Refused):
        report_runs.cancel(stored(run), by=secretariat, now=now)
    jobs.make_waiting_reports()
    assert (states(), [role for role, *_ in told()]) == (["done", "running", "cancelled"], ["college_admin"])


def test_a_cancelled_report_that_is_ordered_anew_is_made_as_the_same_version(run, zones, secretariat, now):
    report_runs.cancel(run, by=secretariat, now=now)
    again = report_runs.order_reports(zones, YEAR, by=secretariat, now=now)
    jobs.make_waiting_reports()
    assert (again.pk == run.pk, states()) == (False, ["done", "done", "done"])
    assert set(AnnualReport.objects.values_list("version", flat=True)) == {1}


def test_only_what_has_failed_is_tried_again(run, broken_store, secretariat, now):
    first, *others = run.reports.order_by("pk")
    reports.make(first)
    broken_store.unlink()
    for report in others:
        jobs.make_report(report.pk)
    assert (states(), stored(run).status) == (["failed", "done", "done"], "done")
    assert [text for _role, text, _url in told()] == ["Of 3 annual reports 1 failed."]
    attempts = dict(AnnualReport.objects.values_list("pk", "attempt"))
    assert report_runs.retry_failed(stored(run), by=secretariat, now=now) == [first]
    assert stored(run).status == "running"
    jobs.make_waiting_reports()
    assert (states(), stored(run).status) == (["done", "done", "done"], "done")
    assert dict(AnnualReport.objects.values_list("pk", "attempt")) == {**attempts, first.pk: 2}
    with pytest.raises(Refused):
        report_runs.retry_failed(stored(run), by=secretariat, now=now)


def test_whoever_lost_the_role_gets_no_report_and_others_may_try_it_again(run, college_admin, zones, now, secretariat):
    report_runs.cancel(run, by=secretariat, now=now)
    mine = report_runs.order_reports(zones, YEAR, by=college_admin, now=now)
    college_admin.affiliations.update(ended_on=timezone.localdate())
    jobs.make_waiting_reports()
    assert set(mine.reports.values_list("status", "error")) == {("failed", GONE)}
    assert (stored(mine).status, told()) == ("done", [])
    report_runs.retry_failed(stored(mine), by=secretariat, now=now)
    jobs.make_waiting_reports()
    assert states() == ["done", "done", "done"]


def test_it_counts_in_which_role_the_reports_were_ordered(college_admin, zones, consortium, college, now):
    """The person has a second role with which all of the consortium is seen, and acts in that one by now."""
    run = report_runs.order_reports(zones, YEAR, by=college_admin, now=now)
    second = Affiliation.objects.create(
        user=college_admin,
        role="auditor",
        organization=college,
        consortium=consortium,
        started_on=timezone.localdate(),
    )
    type(college_admin).objects.filter(pk=college_admin.pk).update(acting=second)
    college_admin.affiliations.exclude(pk=second.pk).update(ended_on=timezone.localdate())
    jobs.make_waiting_reports()
    assert set(run.reports.values_list("status", "error")) == {("failed", GONE)}


def test_one_of_two_who_ordered_is_enough(run, zones, secretariat, college_admin, now):
    other = report_runs.order_reports(zones, YEAR, by=college_admin, now=now)
    secretariat.affiliations.update(ended_on=timezone.localdate())
    jobs.make_waiting_reports()
    assert states() == ["done", "done", "done"]
    assert told() == [("college_admin", "3 annual reports are finished.", other.get_absolute_url())]


def test_what_another_program_ordered_is_left_to_others_with_a_sentence(run, caplog):
    AnnualReport.objects.filter(pk=run.reports.first().pk).update(program="another")
    jobs.make_waiting_reports()
    assert sorted(states()) == ["done", "done", "queued"]
    [said] = {record.getMessage() for record in caplog.records if "another version" in record.getMessage()}
    assert said.startswith("1 reports were ordered with another version of the program or its templates")
    assert reports.adopt() == 1
    jobs.make_waiting_reports()
    assert states() == ["done", "done", "done"]
