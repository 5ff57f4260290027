from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from tasks.models import Plan
from tasks.services import table_of
from tasks.tables import WRITERS


class Command(BaseCommand):
    help = "Write a plan as the official task table (.docx or .xlsx)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", type=int)
        parser.add_argument("out", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        out: Path = options["out"]
        write = WRITERS.get(out.suffix.lower().lstrip("."))
        if write is None:
            raise CommandError(_("The name must end in .docx or .xlsx."))
        plan = Plan.objects.filter(pk=options["id"]).first()
        if plan is None:
            raise CommandError(_("There is no plan with the number %(id)s.") % {"id": options["id"]})
        out.write_bytes(write(table_of(plan)))
