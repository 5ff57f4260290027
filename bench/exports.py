"""Lists as Excel files, against the csv module for the same rows: the writing alone, and a whole export of hours."""

import csv
from collections.abc import Iterator
from io import BytesIO, StringIO
from itertools import cycle, islice

from bench.frame import Row
from consortium.models import User
from consortium.services.list_files import write_list
from consortium.services.spreadsheets import PORTION, Column, Table, write_xlsx
from zones.models import HourEntry

ROWS, READ = 100_000, 5_000
PATHS = (
    "date", "person.name", "organization.name", "project.name", "module", "project.zone.name", "get_activity_display",
    "hours", "get_status_display", "note", "pk",
)  # fmt: skip  # as the list of hours has them


def export_rows() -> list[Row]:
    secretariat = User.objects.get(username="secretariat")
    table = Table("工时", [Column(path, path) for path in PATHS], HourEntry.objects.visible_to(secretariat).for_list())
    numbers = table.numbers()[:READ]
    assert len(numbers) == READ, f"only {len(numbers)} hours"

    def read() -> Iterator[list[object]]:
        for rows in table.portions(numbers):
            yield from ([column.read(row) for column in table.columns] for row in rows)

    ready = list(islice(cycle(list(read())), ROWS))

    def write() -> None:
        portions = (ready[begin : begin + PORTION] for begin in range(0, ROWS, PORTION))
        write_list(BytesIO(), title=table.title, heads=PATHS, portions=portions)

    return [
        Row(f"{ROWS:,} rows as Excel", "csv module", lambda: csv.writer(StringIO()).writerows(ready), write, goal=4),
        Row(
            f"{READ:,} hours exported to Excel",
            "csv module, rows read in the same way",
            lambda: csv.writer(StringIO()).writerows(read()),
            lambda: write_xlsx(table, numbers, BytesIO(), masked=True, tell=lambda written: None),
            goal=1.5,
        ),
    ]
