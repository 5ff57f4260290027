"""What is understood of a task table, before anything is written."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass
class MilestoneRow:
    text: str
    due: date
    progress: str = ""


@dataclass
class TaskRow:
    number: int
    goal: str
    leader: str = ""
    responsible_unit: str = ""
    responsible_person: str = ""
    phone: str = ""
    milestones: dict[int, MilestoneRow] = field(default_factory=dict)


@dataclass
class Doubt:
    """Something a person should look at: the sentence, and the task and quarter that it is about when it is of one."""

    sentence: str
    task: int | None = None
    quarter: int | None = None


@dataclass
class Original:
    """The rows as they stand in the file: the headings, and of each task's number its rows with their place."""

    headings: list[str] = field(default_factory=list)
    rows: dict[int, list[tuple[int, list[str]]]] = field(default_factory=dict)

    def of_task(self, number: int) -> tuple[list[str], list[tuple[int, list[str]]]]:
        """Headings and rows of a task, without the columns in which it has nothing."""
        rows = self.rows.get(number, [])
        filled = [
            column for column in range(len(self.headings)) if any(cells[column].strip() for _place, cells in rows)
        ]
        return [self.headings[column] for column in filled], [
            (place, [cells[column] for column in filled]) for place, cells in rows
        ]


@dataclass
class TaskTable:
    """What was understood of a file. With ``errors`` it must not be used; ``doubts`` are for a person to read."""

    title: str = ""
    unit: str = ""
    reported_on: date | None = None
    rows: list[TaskRow] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    original: Original = field(default_factory=Original, compare=False, repr=False)

    @property
    def warnings(self) -> list[str]:
        return [doubt.sentence for doubt in self.doubts]


def as_plain(table: TaskTable) -> dict[str, Any]:
    """The table as JSON can hold it, without the original: ``from_plain`` gives it back."""
    return {
        "title": table.title,
        "unit": table.unit,
        "reported_on": table.reported_on and table.reported_on.isoformat(),
        "rows": [
            vars(row)
            | {
                "milestones": {
                    str(quarter): [cell.text, cell.due.isoformat(), cell.progress]
                    for quarter, cell in row.milestones.items()
                }
            }
            for row in table.rows
        ],
    }


def from_plain(data: dict[str, Any]) -> TaskTable:
    rows = [
        TaskRow(
            **row
            | {
                "milestones": {
                    int(quarter): MilestoneRow(text, date.fromisoformat(due), progress)
                    for quarter, (text, due, progress) in row["milestones"].items()
                }
            }
        )
        for row in data["rows"]
    ]
    reported_on = data["reported_on"] and date.fromisoformat(data["reported_on"])
    return TaskTable(data["title"], data["unit"], reported_on, rows)
