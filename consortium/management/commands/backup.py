from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from consortium.backups import MANIFEST, back_up
from consortium.services import Refused


class Command(BaseCommand):
    help = "Writes the database and all files into a new folder, with a manifest of their hashes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="a folder that is not there yet")
        parser.add_argument(
            "--recipient",
            action="append",
            default=[],
            help="a public key of age (age1…) to encrypt for; may be repeated",
        )

    def handle(self, *args: Any, folder: Path, recipient: list[str], **options: Any) -> None:
        try:
            manifest = back_up(folder, recipients=recipient, now=timezone.localtime())
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        numbers = {
            "rows": sum(manifest["counts"].values()),
            "files": len(manifest["files"]),
            "manifest": folder / MANIFEST,
        }
        self.stdout.write(_("%(rows)s rows and %(files)s files are in %(manifest)s.") % numbers)
