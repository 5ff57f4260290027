from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from consortium.services.files import stray_files, verify_files
from consortium.services.history import newest_link, verify_history
from evaluation.services import verify_results
from evaluation.services.reports import verify_reports
from evaluation.services.standards import verify_checks
from zones.services import verify_hour_months

CHECKS = [verify_results, verify_checks, verify_reports, verify_hour_months, verify_files]


class Command(BaseCommand):
    help = "Recompute what was published, compare the hashes, name what differs; exit 1 if anything does."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--head", default="", help="the head of the history as an earlier run printed it")

    def handle(self, *args: Any, head: str, **options: Any) -> None:
        newest = newest_link()
        differing = [*verify_history(head), *(sentence for check in CHECKS for sentence in check())]
        if differing:
            raise CommandError("\n".join(differing))
        if newest:
            self.stdout.write(_("Head of the history, to be noted elsewhere: %(head)s") % {"head": newest})
        for path in stray_files():
            self.stdout.write(_("Belongs to no record, left by a crash: attachments/%(path)s") % {"path": path})
        self.stdout.write(_("Everything agrees."))
