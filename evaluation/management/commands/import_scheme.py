from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from consortium.models import Consortium
from evaluation.services import import_scheme, read_indicators


class Command(BaseCommand):
    help = "Import a scheme's indicators from a CSV or XLSX file as a draft."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--year", type=int, required=True)
        parser.add_argument("--name", required=True)
        parser.add_argument("--consortium", metavar="CODE", help="may be left out when there is only one")
        parser.add_argument("--dry-run", action="store_true", help="only check the file")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with options["file"].open("rb") as opened:
                self._import(File(opened, name=options["file"].name), options)
        except OSError as error:
            raise CommandError(str(error)) from error
        except ValidationError as error:
            raise CommandError("\n".join(error.messages)) from error

    def _import(self, file: File, options: dict[str, Any]) -> None:
        if options["dry_run"]:
            count = len(read_indicators(file).indicators)
            self.stdout.write(_("%(count)s indicators, no mistakes. Nothing was written.") % {"count": count})
            return
        consortium = self._consortium(options["consortium"])
        scheme = import_scheme(file, year=options["year"], name=options["name"], consortium=consortium, by=None)
        names = {"scheme": scheme, "count": scheme.indicators.count(), "id": scheme.pk}
        self.stdout.write(_("%(scheme)s: %(count)s indicators, as a draft (id %(id)s).") % names)

    def _consortium(self, code: str | None) -> Consortium:
        found = list(Consortium.objects.filter(code=code) if code else Consortium.objects.all()[:2])
        if len(found) != 1:
            known = ", ".join(Consortium.objects.order_by("code").values_list("code", flat=True))
            raise CommandError(_("Say which consortium with --consortium: %(codes)s.") % {"codes": known})
        return found[0]
