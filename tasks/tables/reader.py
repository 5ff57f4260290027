"""Read the official task table (任务分解一览表) from a Word or Excel file, by what the form says.

Nothing here touches the database. ``writer`` writes the same layout; what it writes is read back unchanged.
The layout is that of the bureau's own document: eight columns, a task's number and goal merged over four quarters.
"""

import re
from collections import Counter
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from ..months import quarter_of
from ..words import (
    NUMERAL,
    count,
    due_date,
    due_months,
    names_in_doubt,
    plain_digits,
    repeated_sentences,
    spaced_numbers,
    tidy,
    tidy_names,
    tidy_phones,
)
from .files import BadFile, Grid, read_grids
from .rows import Doubt, MilestoneRow, TaskRow, TaskTable

# A column is found by what its heading contains; the first word that fits wins, so the longer ones stand first.
HEADINGS = {
    "number": ("序号", "编号"),
    "goal": ("目标任务", "任务目标", "工作任务", "任务"),
    "quarter": ("季度",),
    "text": ("形象进度", "进度安排", "进度"),
    "progress": ("最新进展", "进展"),
    "leader": ("主管领导", "分管领导", "领导"),
    "responsible_unit": ("责任部门", "责任单位"),
    "responsible_person": ("责任人",),
    "phone": ("联系电话", "电话"),
}
REQUIRED = {"number", "goal", "text"}
PEOPLE = ("leader", "responsible_unit", "responsible_person", "phone")
WHOLE_YEAR = 4  # a text without a quarter is due with the year

_QUARTER = re.compile(r"第?([1-4一二三四])(?:季度?)?|Q([1-4])", re.IGNORECASE)
_NUMBER = re.compile(rf"第?[（(]?(\d{{1,3}}|{NUMERAL})[）)]?项?[、.．。]?")
_UNIT = re.compile(r"(?:填报|责任)单位(?:[（(][^）)]*[）)])?\s*[:：]\s*(.*?)(?=\s*(?:上报|填报)(?:时间|日期)|[\t\n]|$)")
_REPORTED = re.compile(r"(?:上报|填报)(?:时间|日期)\s*[:：]?\s*(\d{4})\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})")


def read_table(content: bytes, name: str, year: int) -> TaskTable:
    """Understand the file ``name``. Bad input never raises: it is said in ``errors``, a sentence each.

    Due dates lie in ``year``: the last day of the latest month named in brackets, otherwise of the quarter. A table
    without quarters is of the whole year: due in the month in brackets, otherwise at its end.
    """
    table = TaskTable()
    try:
        grids, around = read_grids(content, name)
    except BadFile as error:
        table.errors.append(str(error))
        return table
    _Reader(table, year).read(grids, around)
    return table


class _Reader:
    """Walks the rows of a file and fills one TaskTable."""

    def __init__(self, table: TaskTable, year: int) -> None:
        self.table = table
        self.year = year
        self.columns: dict[str, int] = {}
        self.has_quarters = True
        self.people: dict[str, list[str]] = {}
        self.quarter: int | None = None

    def read(self, grids: list[Grid], around: list[str]) -> None:
        lines = list(around)
        width = 0
        for grid in grids:
            if self.columns and not any(self._heading(row) for row in grid) and _width(grid) != width:
                continue  # another table of the same document
            for place, row in enumerate(grid, start=1):
                if heading := self._heading(row):
                    self._begin(heading, row)
                    width = _width(grid)
                elif self.columns:
                    self._take(place, row)
                else:
                    lines.append("\t".join(cell for cell in row if cell))
        self._read_lines(lines)
        if not self.columns:
            self._error(
                _("The heading of the table is not recognised. It needs the columns 序号, 目标任务, 季度 and 形象进度.")
            )
        elif not self.table.rows:
            self._error(_("The table has no tasks."))
        self._finish()

    def _heading(self, row: list[str]) -> dict[str, int] | None:
        columns: dict[str, int] = {}
        for place, cell in enumerate(row):
            text = "".join(cell.split())
            for name, words in HEADINGS.items():
                if name not in columns and len(text) <= 12 and any(word in text for word in words):
                    columns[name] = place
                    break
        return columns if columns.keys() >= REQUIRED else None

    def _begin(self, columns: dict[str, int], row: list[str]) -> None:
        """The heading; on the next page it may stand there once more."""
        if not self.columns:
            others = ["".join(cell.split()) for place, cell in enumerate(row) if place not in columns.values()]
            for other in filter(None, others):
                self._warn(_("The column “%(heading)s” is not taken in: the table has no place for it."), heading=other)
            if "quarter" not in columns:
                self._warn(_("There is no column of quarters: each text is that of the whole year."))
        self.columns, self.has_quarters = columns, "quarter" in columns
        headings = [" ".join(cell.split()) for cell in row]
        while not headings[-1]:
            headings.pop()
        self.table.original.headings = headings

    def _take(self, place: int, row: list[str]) -> None:
        cells = {name: row[column] if column < len(row) else "" for name, column in self.columns.items()}
        if not any(cell.strip() for cell in cells.values()):
            return
        quarter = self._quarter(place, cells["quarter"]) if self.has_quarters else None
        if quarter == 0 or not self._task(place, cells, quarter):
            return
        task = self.table.rows[-1]
        self.table.original.rows.setdefault(task.number, []).append(
            (place, _filled_up(row, len(self.table.original.headings)))
        )
        if not self.has_quarters:
            quarter = _quarter_of_year(task, cells["text"])
        for name in PEOPLE:
            if cells.get(name, "").strip():
                self.people.setdefault(name, []).append(cells[name])
                setattr(task, name, self._joined(name))
        text, progress = cells["text"], cells.get("progress", "")
        for spaced in spaced_numbers(text):
            self._warn(
                _("Task %(number)s: “%(spaced)s” is read as %(closed)s."),
                number=task.number, quarter=quarter or self.quarter, spaced=spaced, closed=spaced.replace(" ", ""),
            )  # fmt: skip
        if quarter is None or quarter == self.quarter:
            self._continue(place, task, text, progress)
            return
        if quarter in task.milestones:
            self._error(
                _("Row %(row)s: quarter %(quarter)s of task %(number)s stands there twice."),
                row=place, quarter=quarter, number=task.number,
            )  # fmt: skip
            return
        self.quarter = quarter
        task.milestones[quarter] = MilestoneRow(tidy(text), due_date(tidy(text), self.year, quarter), tidy(progress))

    def _joined(self, name: str) -> str:
        cells = self.people[name]
        if name == "responsible_unit":
            return "、".join(dict.fromkeys(tidy(cell) for cell in cells))
        return tidy_phones("、".join(cells)) if name == "phone" else tidy_names("\n".join(cells))

    def _quarter(self, place: int, cell: str) -> int | None:
        """1 to 4; None when the cell is empty; 0, with an error, when it cannot be read."""
        text = "".join(plain_digits(cell).split())
        if not text:
            return None
        match = _QUARTER.fullmatch(text)
        if not match:
            self._error(_("Row %(row)s: the quarter “%(text)s” is not recognised."), row=place, text=text)
            return 0
        return count(match[1] or match[2])

    def _task(self, place: int, cells: dict[str, str], quarter: int | None) -> bool:
        """Make ``rows[-1]`` the task of this row: a new one, or the one whose cells are merged or repeated."""
        number, goal = self._number(place, cells["number"]), tidy(cells["goal"])
        task = self.table.rows[-1] if self.table.rows else None
        if task and number in (None, task.number):
            if not goal or goal == task.goal:
                return True
            if quarter is None or (number is None and quarter not in task.milestones):
                task.goal = tidy(f"{task.goal} {goal}")  # broken over rows
                return True
        if not goal:
            self._error(_("Row %(row)s: there is no goal for this task."), row=place)
            return False
        if number is None:
            number = task.number + 1 if task else 1
            self._warn(_("Row %(row)s: the number is missing; %(number)s is taken."), row=place, number=number)
        if any(number == other.number for other in self.table.rows):
            self._error(_("Row %(row)s: number %(number)s stands there twice."), row=place, number=number)
            return False
        self.table.rows.append(TaskRow(number, goal))
        self.people, self.quarter = {}, None
        return True

    def _number(self, place: int, cell: str) -> int | None:
        text = "".join(plain_digits(cell).split())
        match = _NUMBER.fullmatch(text)
        if text and not (match and count(match[1])):
            self._warn(_("Row %(row)s: the number “%(text)s” is not recognised."), row=place, text=text)
            return None
        return count(match[1]) if match else None

    def _continue(self, place: int, task: TaskRow, text: str, progress: str) -> None:
        if self.quarter is None:
            if text.strip():
                self._error(_("Row %(row)s: the text belongs to no quarter."), row=place)
            return
        milestone = task.milestones[self.quarter]
        milestone.text = tidy(f"{milestone.text} {text}")
        milestone.progress = tidy(f"{milestone.progress} {progress}")

    def _read_lines(self, lines: list[str]) -> None:
        """Title, unit and date, from the lines around the table; the last that fits stands nearest to it."""
        lines = [plain_digits(line).strip() for line in lines if line.strip()]
        titles = [line for line in lines if "一览表" in line or "分解表" in line] or lines[:1]
        self.table.title = tidy(titles[-1]) if titles else _("Task table of %(year)s") % {"year": self.year}
        for line in lines:
            if match := _UNIT.search(line):
                self.table.unit = tidy(match[1])
            if match := _REPORTED.search(line):
                year, month, day = (int(part) for part in match.groups())
                try:
                    self.table.reported_on = date(year, month, day)
                except ValueError:
                    self._warn(_("The date of the report, %(text)s, does not exist."), text=f"{year}-{month}-{day}")

        if not self.table.unit:
            self._warn(_("The table does not say which unit reports it (填报单位)."))

    def _finish(self) -> None:
        for task in self.table.rows:
            task.milestones = dict(sorted(task.milestones.items()))
            for quarter in [quarter for quarter in (1, 2, 3, 4) if quarter not in task.milestones]:
                if self.has_quarters:
                    self._warn(_("Task %(number)s has no quarter %(quarter)s."), number=task.number, quarter=quarter)
            for quarter, milestone in task.milestones.items():
                self._set_due(task, quarter, milestone)
            self._doubt_words(task)
        goals = Counter(task.goal for task in self.table.rows)
        for task in self.table.rows:
            if goals[task.goal] > 1:
                self._warn(_("Task %(number)s: another task has the same goal."), number=task.number)
        reported = sum(bool(row.progress) for task in self.table.rows for row in task.milestones.values())
        if reported:
            self._warn(
                _("The latest progress of %(count)s cells is not taken in: progress is reported month by month."),
                count=reported,
            )
        years = set(re.findall(r"(20\d\d)\s*年", self.table.title))
        if years and str(self.year) not in years:
            self._warn(_("The title names another year than %(year)s."), year=self.year)

    def _doubt_words(self, task: TaskRow) -> None:
        """What may be a slip of the one who typed: names run together, a sentence copied, a number with spaces."""
        for name in names_in_doubt(task.leader) + names_in_doubt(task.responsible_person):
            self._warn(
                _("Task %(number)s: is “%(name)s” one person? Several are told apart by “、”."),
                number=task.number, name=name,
            )  # fmt: skip
        for sentence in repeated_sentences([milestone.text for milestone in task.milestones.values()]):
            self._warn(
                _("Task %(number)s: the sentence “%(sentence)s” stands there twice."),
                number=task.number, sentence=sentence,
            )  # fmt: skip

    def _set_due(self, task: TaskRow, quarter: int, milestone: MilestoneRow) -> None:
        where = {"number": task.number, "quarter": quarter}
        if not milestone.text:
            self._error(_("Task %(number)s, quarter %(quarter)s: there is no text."), **where)
        months = due_months(milestone.text)
        for month in [month for month in months if not 1 <= month <= 12]:
            self._warn(_("Task %(number)s, quarter %(quarter)s: there is no month %(month)s."), month=month, **where)
        milestone.due = due_date(milestone.text, self.year, quarter)
        due = milestone.due.month
        if len(set(months)) > 1:
            self._warn(
                _("Task %(number)s, quarter %(quarter)s names the months %(months)s; the latest, %(due)s, is due."),
                months=", ".join(str(month) for month in months), due=due, **where,
            )  # fmt: skip
        if quarter_of(milestone.due) != quarter:
            self._warn(
                _("Task %(number)s, quarter %(quarter)s: the month %(month)s lies outside the quarter."),
                month=due, **where,
            )  # fmt: skip

    def _warn(self, sentence: str, /, **values: Any) -> None:
        """Keep a doubt; ``number`` and ``quarter`` among the values say of which task and cell."""
        self.table.doubts.append(Doubt(sentence % values, values.get("number"), values.get("quarter")))

    def _error(self, sentence: str, /, **values: object) -> None:
        self.table.errors.append(sentence % values if values else sentence)


def _quarter_of_year(task: TaskRow, text: str) -> int | None:
    """Where a text without a quarter stands: by its month in brackets, otherwise with the year's end; None when the
    task has its text already and this row goes on with it."""
    if task.milestones or not text.strip():
        return None
    months = [month for month in due_months(tidy(text)) if 1 <= month <= 12]
    return (max(months) + 2) // 3 if months else WHOLE_YEAR


def _filled_up(row: list[str], width: int) -> list[str]:
    return (row + [""] * width)[:width]


def _width(grid: Grid) -> int:
    return max((len(row) for row in grid), default=0)
