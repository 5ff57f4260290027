from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from consortium.backups import restore
from consortium.services import Refused


class Command(BaseCommand):
    help = (
        "Brings a backup into an empty database and an empty folder of files, then runs verify; exit 1 if that fails."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="what backup wrote")
        parser.add_argument("--identity", type=Path, help="a file with the secret key of age (AGE-SECRET-KEY-1…)")

    def handle(self, *args: Any, folder: Path, identity: Path | None, **options: Any) -> None:
        try:
            manifest = restore(folder, identity=_key_in(identity) if identity else "")
        except (Refused, OSError) as refusal:
            raise CommandError(str(refusal)) from None
        rows = sum(manifest["counts"].values())
        self.stdout.write(_("%(rows)s rows of %(made_at)s are back.") % {"rows": rows, "made_at": manifest["made_at"]})
        call_command("verify", stdout=self.stdout)


def _key_in(file: Path) -> str:
    """age-keygen writes comments around the key."""
    return next((line for line in file.read_text().splitlines() if line.startswith("AGE-SECRET-KEY-")), "")
