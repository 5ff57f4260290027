"""The Excel file into which people type hours: their own projects and people as lists to choose from."""

from datetime import date, timedelta
from typing import IO, Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from consortium.models import User

from ..models import Activity
from .hour_places import Places
from .hour_sheets import LABELS, MOST_ROWS

COLUMNS = {
    "date": 13,
    "person": 18,
    "project": 34,
    "module": 26,
    "activity": 14,
    "hours": 9,
    "note": 40,
}  # with their widths
LETTERS = {name: get_column_letter(number) for number, name in enumerate(COLUMNS, 1)}
FORMATS = {"date": "yyyy-mm-dd", "hours": "0.00"}
HEAD = PatternFill("solid", fgColor="DCE6F2")
LAST = MOST_ROWS + 1


def write_template(to: IO[bytes], *, by: User, today: date) -> None:
    """Write the workbook: the sheet to fill in, an example, instructions, and the hidden lists behind the choices."""
    places = Places(by)
    people, projects = sorted(places.person_labels().values()), sorted(places.project_labels().values())
    book = Workbook()
    sheet = book.active
    sheet.title = _("Hours")
    _head(sheet)
    sheet.freeze_panes = "A2"
    activities = [str(label) for _value, label in Activity.choices]
    modules = sorted(places.module_labels())
    lists = _lists(book, person=people, project=projects, module=modules, activity=activities)
    _rules(sheet, lists, today)
    for name, form in FORMATS.items():
        sheet.column_dimensions[LETTERS[name]].number_format = form
    _example(book, people, projects, today)
    _instructions(book, people, projects)
    book.move_sheet(_("Lists"), offset=2)  # it is hidden; those to be read come first
    book.save(to)


def _head(sheet: Any) -> None:
    sheet.append([str(LABELS[name]) for name in COLUMNS])
    for number, width in enumerate(COLUMNS.values(), 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
        sheet.cell(1, number).font = Font(bold=True)
        sheet.cell(1, number).fill = HEAD


def _lists(book: Workbook, **values: list[str]) -> dict[str, str]:
    """A hidden sheet with the values to choose from; where each list stands (in a rule itself 255 signs fit)."""
    sheet = book.create_sheet(_("Lists"))
    sheet.sheet_state = "hidden"
    found = {}
    for column, (name, items) in enumerate(values.items(), 1):
        for row, item in enumerate(items, 1):
            cell = sheet.cell(row, column, item)
            cell.data_type = "s"  # a project may be called =…
        letter = get_column_letter(column)
        found[name] = f"'{sheet.title}'!${letter}$1:${letter}${max(len(items), 1)}"
    return found


def _rules(sheet: Any, lists: dict[str, str], today: date) -> None:
    rules = [
        (name, DataValidation("list", formula1=where), _("Choose from the list.")) for name, where in lists.items()
    ]
    first, last = date(2000, 1, 1), today + timedelta(days=366)
    days = DataValidation("date", operator="between", formula1=_serial(first), formula2=_serial(last))
    hours = DataValidation(
        "custom", formula1="AND(ISNUMBER({0}2),{0}2>0,{0}2<=24,MOD({0}2*4,1)=0)".format(LETTERS["hours"])
    )
    rules += [
        ("date", days, _("Give the day as 2026-03-31.")),
        ("hours", hours, _("Hours go in quarter hours: 0.25, 0.5, 0.75, 1 and so on.")),
    ]
    for name, rule, sentence in rules:
        rule.allow_blank = True
        rule.error, rule.errorTitle, rule.showErrorMessage = sentence, _("Please check"), True
        rule.add(f"{LETTERS[name]}2:{LETTERS[name]}{LAST}")
        sheet.add_data_validation(rule)


def _serial(day: date) -> str:
    return str((day - date(1899, 12, 30)).days)


def _example(book: Workbook, people: list[str], projects: list[str], today: date) -> None:
    sheet = book.create_sheet(_("Example"))
    _head(sheet)
    person, project = (people or [_("Name")])[0], (projects or [_("Project")])[0]
    monday = today - timedelta(days=today.weekday() + 7)
    rows = [
        (0, Activity.MENTORING, 2, _("Guided the machining of the first parts")),
        (1, Activity.MENTORING, 1.5, ""),
        (3, Activity.TEACHING, 4, _("Lesson in the workshop")),
    ]
    for days, activity, hours, note in rows:
        sheet.append([monday + timedelta(days=days), person, project, "", str(activity.label), hours, note])
        for name, form in FORMATS.items():
            sheet[f"{LETTERS[name]}{sheet.max_row}"].number_format = form
    sheet.protection.sheet = True  # so that nobody fills in this one


def _instructions(book: Workbook, people: list[str], projects: list[str]) -> None:
    sheet = book.create_sheet(_("Instructions"))
    sheet.column_dimensions["A"].width = 96
    lines = [
        _("How to fill in hours"),
        _(
            "1. Fill in the first sheet, one row for each day, person, project, module and activity. This sheet and "
            "the example are not read."
        ),
        _("2. The day with its year, as 2026-03-31. Days to come and days outside the project are refused."),
        _(
            "3. Person, project, module and activity from the lists. An empty module is the project as a whole, an "
            "empty activity the person's usual one in the project."
        ),
        _("4. Hours in quarter hours: 1.5, or 1:30. At most 24 for a person and day over all projects."),
        _("5. No formulas and no merged cells; copy formulas and paste them back as values."),
        _(
            "6. At most 10,000 rows. Hand the file in, read what was found, and accept it: before that nothing is "
            "written."
        ),
        _(
            "7. The same file may be handed in again: what stands there already is left as it is, a draft is "
            "changed, approved hours are put right by a correction."
        ),
        _(
            "8. When you accept the file, choose: write and submit to the other side, or write as drafts and "
            "submit later."
        ),
    ]
    if not projects:
        lines.append(
            _("At the moment you are on no project, so the lists are empty. The college assigns people to projects.")
        )
    for line in lines:
        sheet.append([line])
        sheet.cell(sheet.max_row, 1).alignment = Alignment(wrap_text=True, vertical="top")
    sheet["A1"].font = Font(bold=True, size=14)
