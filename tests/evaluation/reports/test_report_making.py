import datetime
import hashlib
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from pypdf import PdfReader

from consortium.models import HistoryEntry
from consortium.services import Refused, work
from evaluation.models import AnnualReport
from evaluation.services import reports

from ..conftest import as_owner
from .conftest import YEAR

pytestmark = pytest.mark.django_db
Status = AnnualReport.Status


def states(report) -> list[tuple[str, str]]:
    rows = HistoryEntry.objects.of(report).filter(what="status").order_by("pk")
    return list(rows.values_list("old", "new"))


def stored(report) -> AnnualReport:
    return AnnualReport.objects.get(pk=report.pk)


def test_the_row_keeps_the_file_its_checksum_and_when_it_was_made(finished, settings):
    report = stored(finished)
    content = (settings.MEDIA_ROOT / report.file.name).read_bytes()
    assert report.status == Status.DONE
    assert report.progress == 100
    assert report.sha256 == hashlib.sha256(content).hexdigest()
    assert report.size == len(content)
    assert report.started_at <= report.finished_at
    assert report.lease_until is None
    kept = [f"{report.sha256}.pdf", *(f"{copy.sha256}.{copy.form}" for copy in report.copies.all())]
    assert sorted(path.name for path in (settings.MEDIA_ROOT / "reports").iterdir()) == sorted(kept)
    metadata = PdfReader(BytesIO(content)).metadata
    assert (metadata.title, metadata.author) == ("数控加工产教特区2025年度绩效年报", "示例职业技术学院, 示例企业一")


def test_each_state_is_remembered_once(finished):
    assert states(finished) == [("queued", "running"), ("running", "done")]


def test_making_a_finished_report_again_does_nothing(finished):
    before = stored(finished)
    assert reports.make(stored(finished)) is False
    assert stored(finished).sha256 == before.sha256
    assert states(finished) == [("queued", "running"), ("running", "done")]


def test_a_second_order_joins_the_first(zone, report, college_admin, now):
    assert reports.queue_reports([zone], YEAR, by=college_admin, now=now) == [report]
    assert AnnualReport.objects.count() == 1


def test_beside_a_finished_report_a_new_version_begins(zone, finished, secretariat, now):
    (second,) = reports.queue_reports([zone], YEAR, by=secretariat, now=now)
    assert (second.version, second.number) == (2, "2025-CNC-02")
    assert reports.make(second)
    assert {row.version: row.status for row in AnnualReport.objects.all()} == {1: "done", 2: "done"}
    assert stored(finished).figures_sha256 == second.figures_sha256


def test_a_year_that_has_not_begun_is_refused(zone, secretariat, now):
    with pytest.raises(ValidationError) as refusal:
        reports.queue_reports([zone], now.year + 1, by=secretariat, now=now)
    assert list(refusal.value.message_dict) == ["year"]
    assert AnnualReport.objects.count() == 0


def test_a_report_cannot_be_taken_twice(report, now):
    first, second = stored(report), stored(report)
    reports.take(first, now=now)
    with pytest.raises(Refused):
        reports.take(second, now=now)
    with pytest.raises(Refused):
        reports.take(stored(report), now=now)
    assert stored(report).attempt == 1


def test_a_report_whose_worker_died_is_taken_over_and_finished_once(report, now):
    slow = stored(report)
    reports.take(slow, now=now - work.lease() - datetime.timedelta(seconds=1))
    assert list(AnnualReport.objects.waiting(now)) == [report]
    assert reports.make(stored(report))
    with pytest.raises(work.Overtaken):
        reports._make(slow)
    assert stored(report).attempt == 2
    assert states(report) == [("queued", "running"), ("running", "done")]


def test_a_report_that_kills_its_workers_fails_in_the_end(report, now, secretariat):
    long_ago = now - work.lease() - datetime.timedelta(seconds=1)
    AnnualReport.objects.update(status="running", attempt=work.MOST_ATTEMPTS, lease_until=long_ago)
    assert reports.make(stored(report)) is False
    assert stored(report).error == "Making this report has stopped the worker again and again."
    assert list(AnnualReport.objects.waiting(now)) == []
    reports.retry(stored(report), by=secretariat, now=now)
    assert reports.make(stored(report))


def test_a_worker_that_is_alive_keeps_its_report(report, now):
    reports.take(stored(report), now=now)
    assert list(AnnualReport.objects.waiting(now)) == []
    assert reports.make(stored(report)) is False


@pytest.fixture
def failed(report, settings):
    """The folder for the files is a file."""
    settings.MEDIA_ROOT.mkdir()
    (settings.MEDIA_ROOT / "reports").touch()
    assert reports.make(report) is False
    return stored(report)


def test_a_failure_keeps_its_reason_and_where_it_stopped(failed):
    assert (failed.status, failed.progress, failed.step) == ("failed", 90, "saving")
    assert failed.error == "The file could not be stored. The reason stands in the program's log."
    assert states(failed) == [("queued", "running"), ("running", "failed")]


def test_a_failed_report_is_made_when_it_is_tried_again(failed, settings, secretariat, now):
    (settings.MEDIA_ROOT / "reports").unlink()
    reports.retry(failed, by=secretariat, now=now)
    assert (stored(failed).status, stored(failed).error) == ("queued", "")
    assert reports.make(stored(failed))
    assert (stored(failed).status, stored(failed).attempt) == ("done", 2)


def test_ordering_a_failed_report_anew_tries_it_again(failed, zone, secretariat, now):
    assert reports.queue_reports([zone], YEAR, by=secretariat, now=now) == [failed]
    assert stored(failed).status == "queued"


def test_a_finished_report_cannot_be_tried_again(finished, secretariat, now):
    with pytest.raises(Refused):
        reports.retry(finished, by=secretariat, now=now)


def test_a_fault_of_the_program_is_a_sentence_for_people_and_a_trace_in_the_log(report, published, caplog):
    with as_owner():
        published.scheme.indicators.filter(number=21).update(number=99)
    assert reports.make(report) is False
    assert stored(report).error == "The report could not be made. The reason stands in the program's log."
    assert "KeyError" in caplog.text


def test_whole_reports_are_found_whole(finished):
    assert list(reports.verify_reports()) == []


def test_a_changed_file_is_found(finished, settings):
    with (settings.MEDIA_ROOT / finished.file.name).open("ab") as file:
        file.write(b" ")
    assert list(reports.verify_reports()) == ["Report 2025-CNC-01: the file does not fit its checksum."]


def test_changed_figures_are_found(finished):
    AnnualReport.objects.update(figures={**finished.figures, "year": 2024})
    assert list(reports.verify_reports()) == ["Report 2025-CNC-01: the figures do not fit their checksum."]


def test_a_missing_file_is_found(finished, settings):
    (settings.MEDIA_ROOT / finished.file.name).unlink()
    assert list(reports.verify_reports()) == ["Report 2025-CNC-01: the file is missing."]
