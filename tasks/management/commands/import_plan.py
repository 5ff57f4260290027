import dataclasses
import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from consortium.models import Consortium
from consortium.services import Refused
from tasks.services import import_plan
from tasks.tables import Doubt, TaskTable, read_table


class Command(BaseCommand):
    help = "Read a task table (.docx or .xlsx) into a plan; print what was understood as one JSON object."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--year", type=int, required=True, choices=range(2000, 2101), metavar="YEAR")
        parser.add_argument("--consortium", required=True, help="the code of the consortium")
        parser.add_argument("--dry-run", action="store_true", help="check and print; write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        table = self._read(options["file"], options["year"])
        consortium = Consortium.objects.filter(code=options["consortium"]).first()
        if consortium is None:
            table.errors.append(_("There is no consortium with the code %(code)s.") % {"code": options["consortium"]})
        if consortium and not table.errors:
            try:
                _plan, is_new = import_plan(
                    table, consortium=consortium, year=options["year"], by=None, dry_run=options["dry_run"]
                )
                if not is_new:
                    table.doubts.append(Doubt(_("This plan is there already; nothing was changed.")))
            except Refused as refusal:
                table.errors.append(str(refusal))
        self.stdout.write(json.dumps(_as_json(table), ensure_ascii=False, indent=2, default=str))
        if table.errors:
            raise CommandError(" ".join(table.errors))

    def _read(self, file: Path, year: int) -> TaskTable:
        try:
            return read_table(file.read_bytes(), file.name, year)
        except OSError as error:
            return TaskTable(errors=[_("The file cannot be opened: %(reason)s.") % {"reason": error.strerror}])


def _as_json(table: TaskTable) -> dict[str, list]:
    tasks, milestones = [], []
    for row in table.rows:
        columns = dataclasses.asdict(row)
        columns.pop("milestones")
        tasks.append(columns)
        for quarter, cell in row.milestones.items():
            milestones.append({"task": row.number, "quarter": quarter, "text": cell.text, "due": cell.due})
    return {"tasks": tasks, "milestones": milestones, "warnings": table.warnings, "errors": table.errors}
