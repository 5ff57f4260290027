"""Annual reports: from the queued row to the stored file with its hashes, against only compiling the same document."""

from itertools import count

from django.utils import timezone

from bench.frame import Row
from consortium.models import User
from consortium.typesetting import compiler
from evaluation.models import AnnualReport
from evaluation.services.report_document import document
from evaluation.services.report_paper import report_source
from evaluation.services.reports import make, queue_reports


def report_rows() -> list[Row]:
    """One zone's report of last year. Both sides write another number on each copy, so that no compile is a repeat."""
    year = timezone.localdate().year - 1
    secretariat = User.objects.get(username="secretariat")
    made = AnnualReport.objects.filter(scope="zone", year=year, status="done").order_by("zone__code").first()
    assert made is not None and made.zone is not None, "the demonstration has a finished report"
    zone, numbers = made.zone, count()

    def floor() -> None:
        template, inputs = report_source(made, document(made, timezone.now()), f"BENCH-{next(numbers):04d}")
        compiler(template).compile(format="pdf", sys_inputs=inputs)

    def ours() -> None:
        [report] = queue_reports([zone], year, by=secretariat, now=timezone.now())
        assert make(report)

    return [Row("annual report, queued to stored", "bare compile of the document", floor, ours, goal=2.5)]
