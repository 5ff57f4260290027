"""Annual reports: from the queued row to the stored file with its hashes, against only compiling the same document."""

from itertools import count

from django.utils import timezone

from bench.frame import Row
from consortium.models import User
from consortium.typesetting import compiler
from evaluation.models import AnnualReport
from evaluation.services.report_print import printed
from evaluation.services.reports import make, queue_reports
from evaluation.typesetting import report_source


def report_rows() -> list[Row]:
    """One zone's report of last year. Both sides write another number on each copy, so that no compile is a repeat."""
    year = timezone.localdate().year - 1
    secretariat = User.objects.get(username="secretariat")
    made = AnnualReport.objects.filter(year=year, status=AnnualReport.Status.DONE).order_by("zone__code").first()
    assert made is not None, "the demonstration has a finished report"
    numbers = count()

    def floor() -> None:
        template, inputs = report_source(printed(made, timezone.now()) | {"number": f"BENCH-{next(numbers):04d}"})
        compiler(template).compile(format="pdf", sys_inputs=inputs)

    def ours() -> None:
        [report] = queue_reports([made.zone], year, by=secretariat, now=timezone.now())
        assert make(report)

    return [Row("annual report, queued to stored", "bare compile of the document", floor, ours, goal=2.5)]
