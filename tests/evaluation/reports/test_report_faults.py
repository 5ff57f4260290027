"""What becomes of a report whose disk or database fails in the middle."""

from django.utils import timezone

from evaluation.models import AnnualReport
from evaluation.services import reports

from ...small_disk import small_disk


def test_a_report_that_finds_no_room_says_so_and_is_made_when_there_is(report, secretariat, tmp_path, settings):
    with small_disk(tmp_path / "small", 60) as disk:
        settings.MEDIA_ROOT = disk.path
        assert not reports.make(report)
        kept = AnnualReport.objects.get()
        assert (kept.status, kept.error) == ("failed", "The file could not be stored: the disk is full.")
        assert [path.suffix for path in disk.files()] != [".part"]
        assert (kept.file.name, kept.copies.count()) == ("", 0)
        disk.grow(10_000)
        reports.retry(kept, by=secretariat, now=timezone.now())
        assert reports.make(kept)
        assert (AnnualReport.objects.get().status, list(reports.verify_reports())) == ("done", [])
