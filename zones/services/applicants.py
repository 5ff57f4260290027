"""Many applicants at once, from lines copied out of a spreadsheet: all are checked before any is written."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from consortium.models import User
from consortium.services import Refused, alone

from ..models import InnovationClass, Student
from .classes import add_student
from .recruiting import apply, lock, not_eligible

MOST = 500  # lines
SEXES = {"女": Student.Sex.FEMALE, "男": Student.Sex.MALE, "female": Student.Sex.FEMALE, "male": Student.Sex.MALE}
COLUMNS = 7


@dataclass(frozen=True)
class Line:
    """One line: where it stood, what it said, the student (not stored yet when new), and what is wrong with it."""

    number: int
    cells: list[str]
    student: Student | None
    error: str = ""

    @property
    def is_new(self) -> bool:
        return self.student is not None and self.student.pk is None


def read_applicants(innovation_class: InnovationClass, text: str, *, on: date, today: date) -> list[Line]:
    """Each line of ``text`` with its student, or with what is wrong with it.

    Cells are separated by tabs: number, name, sex, date of birth, major, home class, date of entry. Of a student who is
    registered already number and name suffice, and the name must be the registered one. A head line is passed over.
    Raises ValidationError when there are no lines or too many.
    """
    rows = [
        (number, [" ".join(unicodedata.normalize("NFKC", cell).split()) for cell in row.split("\t")])
        for number, row in enumerate(text.splitlines(), 1)
        if row.strip()
    ]
    if rows and rows[0][1][0] in ("学号", "student number"):
        rows = rows[1:]
    if not rows:
        raise ValidationError({"lines": _("Paste at least one line.")})
    if len(rows) > MOST:
        raise ValidationError({"lines": _("At most %(n)d lines at once.") % {"n": MOST}})
    college = innovation_class.zone.college
    known = {row.number: row for row in college.students.filter(number__in=[cells[0] for _n, cells in rows])}
    applied = set(innovation_class.applications.values_list("student__number", flat=True))
    seen: dict[str, int] = {}
    lines = []
    for number, cells in rows:
        student, error = known.get(cells[0]), ""
        if cells[0] in seen:
            error = _("The same student number stands on line %(n)d.") % {"n": seen[cells[0]]}
        elif cells[0] in applied:
            error = _("This student has applied for this class already.")
        elif student and (len(cells) < 2 or cells[1] != student.name):
            error = _("Another name is registered for this student number.")
        else:
            student, error = (student, "") if student else _new(innovation_class, cells)
            if student and not error:
                error = " ".join(not_eligible(student, innovation_class, on, today).values())
        seen.setdefault(cells[0], number)
        lines.append(Line(number, cells, None if error else student, error))
    return lines


def _new(innovation_class: InnovationClass, cells: Sequence[str]) -> tuple[Student | None, str]:
    if len(cells) != COLUMNS:
        return None, _("A new student needs %(n)d cells; this line has %(m)d.") % {"n": COLUMNS, "m": len(cells)}
    number, name, sex, born, major, home_class, entered = cells
    if sex not in SEXES:
        return None, _("“%(cell)s” is no sex: write 男 or 女.") % {"cell": sex}
    days = []
    for cell in (born, entered):
        try:
            days.append(_day(cell))
        except ValueError:
            return None, _("“%(cell)s” is no date: write 2008-03-01.") % {"cell": cell}
    zone = innovation_class.zone
    student = Student(
        consortium=zone.consortium, college=zone.college, number=number, name=name, sex=SEXES[sex],
        birth_date=days[0], major=major, home_class=home_class, entered_on=days[1],
    )  # fmt: skip
    try:
        student.full_clean()
    except ValidationError as error:
        return None, " ".join(error.messages)
    return student, ""


def _day(cell: str) -> date:
    """A day as 2008-03-01, 2008/3/1, 2008.3.1 or 2008年3月1日."""
    found = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", cell)
    if not found:
        raise ValueError(cell)
    return date(*map(int, found.groups()))


@alone()
def apply_rows(innovation_class: InnovationClass, text: str, *, on: date, today: date, by: User) -> int:
    """Register all applicants of the lines, or none; answer how many. Raises Refused when a line is wrong."""
    locked = lock(innovation_class)
    lines = read_applicants(locked, text, on=on, today=today)
    if any(line.error for line in lines):
        raise Refused(_("Put the lines right first; nothing has been saved."))
    for line in lines:
        assert line.student is not None
        student = add_student(line.student, by=by) if line.is_new else line.student
        apply(locked, student, on=on, today=today, by=by)
    return len(lines)
