"""Read the official task table (任务分解一览表) from a Word or Excel file.

Nothing here touches the database. ``tables_writer`` writes the same layout; what it writes is read back unchanged.
The layout is that of the bureau's own document: eight columns, a task's number and goal merged over four quarters.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from .months import month_end, quarter_end, quarter_of
from .tables_files import BadFile, Grid, read_grids

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
REQUIRED = {"number", "goal", "quarter", "text"}

_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")
_CHINESE_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")}
_WIDE = r"\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u2018-\u201d"
_SPACE_BESIDE_WIDE = re.compile(rf"(?<=[{_WIDE}])\s+|\s+(?=[{_WIDE}])")
_NUMERAL = r"\d{1,2}|[一二三四五六七八九十]{1,3}"
_MONTHS_IN_BRACKETS = re.compile(
    rf"[（(]\s*(?:({_NUMERAL})月?\s*[-—–~～至、和]\s*)?({_NUMERAL})\s*月份?(?:底|末)?前?\s*[）)]"
)
_QUARTER = re.compile(r"第?([1-4一二三四])(?:季度?)?|Q([1-4])", re.IGNORECASE)
_NUMBER = re.compile(rf"第?[（(]?(\d{{1,3}}|{_NUMERAL})[）)]?项?[、.．。]?")
_UNIT = re.compile(r"(?:填报|责任)单位(?:[（(][^）)]*[）)])?\s*[:：]\s*(.*?)(?=\s*(?:上报|填报)(?:时间|日期)|[\t\n]|$)")
_REPORTED = re.compile(r"(?:上报|填报)(?:时间|日期)\s*[:：]?\s*(\d{4})\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})")


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
class TaskTable:
    """What was understood of a file. With ``errors`` it must not be used; ``warnings`` are for a person to read."""

    title: str = ""
    unit: str = ""
    reported_on: date | None = None
    rows: list[TaskRow] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def read_table(content: bytes, name: str, year: int) -> TaskTable:
    """Understand the file ``name``. Bad input never raises: it is said in ``errors``, a sentence each.

    Due dates lie in ``year``: the last day of the latest month named in brackets, otherwise of the quarter.
    """
    table = TaskTable()
    try:
        grids, around = read_grids(content, name)
    except BadFile as error:
        table.errors.append(str(error))
        return table
    _Reader(table, year).read(grids, around)
    return table


def tidy(text: str) -> str:
    """One line: full-width digits made plain, no space beside a Chinese character, single spaces elsewhere."""
    return _SPACE_BESIDE_WIDE.sub("", " ".join(text.translate(_DIGITS).split()))


def tidy_names(text: str) -> str:
    """People or telephones of one cell, joined by “、”. A name of two characters may be spaced out (张　三)."""
    names: list[str] = []
    for piece in re.split(r"[\s、,，;；/]+", text.translate(_DIGITS)):
        if names and piece and (len(names[-1]) == len(piece) == 1 or names[-1].endswith("-")):
            names[-1] += piece
        elif piece and piece not in names:
            names.append(piece)
    return "、".join(names)


def due_date(text: str, year: int, quarter: int) -> date:
    """The last day of the latest month that ``text`` names in brackets, otherwise of the quarter."""
    months = [month for month in due_months(text) if 1 <= month <= 12]
    return month_end(year, max(months)) if months else quarter_end(year, quarter)


def due_months(text: str) -> list[int]:
    """The months in brackets, in the order of the text: “（7月）”, “(10—11月)”, “（十二月底前）”."""
    found = [numeral for match in _MONTHS_IN_BRACKETS.finditer(text) for numeral in match.groups() if numeral]
    return [_count(numeral) for numeral in found]


def _count(numeral: str) -> int:
    if numeral.isdigit():
        return int(numeral)
    tens, ten, units = numeral.rpartition("十")
    if not ten:
        return _CHINESE_DIGITS[numeral[0]] if len(numeral) == 1 else 0
    return _CHINESE_DIGITS.get(tens, 1) * 10 + _CHINESE_DIGITS.get(units, 0)


class _Reader:
    """Walks the rows of a file and fills one TaskTable."""

    def __init__(self, table: TaskTable, year: int) -> None:
        self.table = table
        self.year = year
        self.columns: dict[str, int] = {}
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
                    self.columns, width = heading, _width(grid)
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

    def _take(self, place: int, row: list[str]) -> None:
        cells = {name: row[column] if column < len(row) else "" for name, column in self.columns.items()}
        if not any(cell.strip() for cell in cells.values()):
            return
        quarter = self._quarter(place, cells["quarter"])
        if quarter == 0 or not self._task(place, cells, quarter):
            return
        task = self.table.rows[-1]
        for name in ("leader", "responsible_unit", "responsible_person", "phone"):
            if cells.get(name, "").strip():
                self.people.setdefault(name, []).append(cells[name])
                setattr(task, name, self._joined(name))
        text, progress = cells["text"], cells.get("progress", "")
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
        return tidy_names("\n".join(cells))

    def _quarter(self, place: int, cell: str) -> int | None:
        """1 to 4; None when the cell is empty; 0, with an error, when it cannot be read."""
        text = "".join(cell.translate(_DIGITS).split())
        if not text:
            return None
        match = _QUARTER.fullmatch(text)
        if not match:
            self._error(_("Row %(row)s: the quarter “%(text)s” is not recognised."), row=place, text=text)
            return 0
        return _count(match[1] or match[2])

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
        text = "".join(cell.translate(_DIGITS).split())
        match = _NUMBER.fullmatch(text)
        if text and not (match and _count(match[1])):
            self._warn(_("Row %(row)s: the number “%(text)s” is not recognised."), row=place, text=text)
            return None
        return _count(match[1]) if match else None

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
        lines = [line.translate(_DIGITS).strip() for line in lines if line.strip()]
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
                self._warn(_("Task %(number)s has no quarter %(quarter)s."), number=task.number, quarter=quarter)
            for quarter, milestone in task.milestones.items():
                self._set_due(task, quarter, milestone)
        reported = sum(bool(row.progress) for task in self.table.rows for row in task.milestones.values())
        if reported:
            self._warn(
                _("The latest progress of %(count)s cells is not taken in: progress is reported month by month."),
                count=reported,
            )
        years = set(re.findall(r"(20\d\d)\s*年", self.table.title))
        if years and str(self.year) not in years:
            self._warn(_("The title names another year than %(year)s."), year=self.year)

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

    def _warn(self, sentence: str, **values: object) -> None:
        self.table.warnings.append(sentence % values)

    def _error(self, sentence: str, **values: object) -> None:
        self.table.errors.append(sentence % values if values else sentence)


def _width(grid: Grid) -> int:
    return max((len(row) for row in grid), default=0)


def table_from_dict(data: dict[str, Any]) -> TaskTable:
    """A table from what ``dataclasses.asdict`` made of it and JSON brought back: dates as text, quarters as text."""
    rows = [
        TaskRow(**row | {"milestones": {int(quarter): _cell(cell) for quarter, cell in row["milestones"].items()}})
        for row in data["rows"]
    ]
    reported_on = data["reported_on"] and date.fromisoformat(data["reported_on"])
    return TaskTable(**data | {"rows": rows, "reported_on": reported_on})


def _cell(cell: dict[str, str]) -> MilestoneRow:
    return MilestoneRow(cell["text"], date.fromisoformat(cell["due"]), cell["progress"])
