from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from evaluation.services import verify_results
from evaluation.services.reports import verify_reports

CHECKS = [verify_results, verify_reports]


class Command(BaseCommand):
    help = "Recompute what was published, compare the hashes, name what differs; exit 1 if anything does."

    def handle(self, *args: Any, **options: Any) -> None:
        differing = [sentence for check in CHECKS for sentence in check()]
        if differing:
            raise CommandError("\n".join(differing))
        self.stdout.write(_("Everything agrees."))
