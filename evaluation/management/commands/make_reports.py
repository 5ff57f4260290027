import time
from argparse import ArgumentParser
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from evaluation.jobs import announce
from evaluation.models import AnnualReport
from evaluation.services import report_runs, reports
from zones.models import Zone


class Command(BaseCommand):
    help = "Queue the annual reports of a year; with --wait go on until all of them are done."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--year", type=int, required=True)
        parser.add_argument("--zone", metavar="CODE", help="only this zone")
        parser.add_argument("--consortium", metavar="CODE", help="only the zones of this consortium")
        parser.add_argument("--summary", action="store_true", help="the summary of each consortium too")
        parser.add_argument("--wait", action="store_true", help="show progress; 0 only when all are done")
        parser.add_argument("--timeout", type=int, default=3600, metavar="SECONDS", help="with --wait, default 3600")

    def handle(self, *args: Any, **options: Any) -> None:
        zones = reports.reportable(Zone.objects.select_related("consortium")).order_by("consortium", "code")
        if options["consortium"]:
            zones = zones.filter(consortium__code=options["consortium"])
        if options["zone"]:
            zones = zones.filter(code=options["zone"])
        if not zones:
            raise CommandError(_("There is no such zone, or it has not begun to work."))
        try:
            orders = self.order(zones, options["year"], options["summary"])
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        for report in orders:
            self.stdout.write(f"{report.number} {report.subject}: {report.get_status_display()}")
        if not announce(orders):
            self.stderr.write(_("The broker does not answer; a worker finds the reports when it looks for them."))
        if options["wait"]:
            self.wait([report.pk for report in orders], options["timeout"])

    @transaction.atomic
    def order(self, zones: Iterable[Zone], year: int, with_summary: bool) -> list[AnnualReport]:
        """One run for each consortium."""
        now = timezone.now()
        orders: list[AnnualReport] = []
        for consortium, its_zones in groupby(zones, key=lambda zone: zone.consortium):
            subjects = [*its_zones, *([consortium] if with_summary else [])]
            run = report_runs.order_reports(subjects, year, by=None, now=now)
            orders += run.reports.with_subject().order_by(*AnnualReport.objects.by_subject(), "pk")
        return orders

    def wait(self, pks: list[int], timeout: int) -> None:
        """Say every change until all are made. Raises CommandError for failures and when the time is over."""
        rows = AnnualReport.objects.filter(pk__in=pks).with_subject().defer("figures").order_by("pk")
        began, warned = time.monotonic(), False
        said: dict[int, str] = {}
        while True:
            for report in rows.all():
                line = f"{report.number} {report.get_status_display()} {report.progress}% {report.get_step_display()}"
                if said.get(report.pk) != line.strip():
                    said[report.pk] = line.strip()
                    self.stdout.write(line.strip())
            if not rows.open().exists():
                return self.judge(rows.all())
            waited = time.monotonic() - began
            if waited > timeout:
                raise CommandError(_("Not finished after %(seconds)s seconds.") % {"seconds": timeout})
            if not warned and waited > 2 * settings.REPORT_DRAIN_SECONDS and not rows.exclude(attempt=0).exists():
                warned = True
                self.stderr.write(_("No worker has begun yet. Is one running?"))
            time.sleep(0.5)

    def judge(self, made: Iterable[AnnualReport]) -> None:
        failed = [f"{report.number}: {report.error}" for report in made if report.error]
        if failed:
            raise CommandError("\n".join(failed))
