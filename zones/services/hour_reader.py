"""The rows of a sheet of hours in our terms: people, projects and modules found by their names, cells understood."""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from consortium.models import User

from ..models import Activity, HourEntry, ProjectModule
from .hour_cells import Unclear, day_of, hours_of, shown, text_of
from .hour_places import Places
from .hour_rules import hour_errors
from .hour_sheets import Fault, Sheet

PORTION = 1_000
AT_ONCE = 500  # parameters of one statement
Key = tuple[int, int, date, str]  # person, project, day, activity


@dataclass
class Row:
    """One row in our terms. ``stored`` is the entry whose number it gives; ``note`` None where there is no column.

    Where there is no column of modules the row stands for whatever module the stored entry has.
    """

    number: int
    key: Key
    hours: Decimal
    module: ProjectModule | None
    note: str | None
    stored: HourEntry | None


class Reader:
    """Reads the cells of one sheet. What the same cell said before is not worked out again."""

    def __init__(self, sheet: Sheet, by: User) -> None:
        self.sheet, self.by = sheet, by
        self.places = Places(by)
        self.activities = _activities()
        self.known: dict[tuple[str, type, Hashable], Any] = {}
        self.at = sheet.columns.get
        self.stored = self._numbered()

    def rows(self, faults: list[Fault], today: date, tell: Callable[[int], None]) -> Iterator[Row]:
        """The rows that say something; what is wrong with the others is put into ``faults``."""
        faulty = {(fault.row, fault.column) for fault in faults}
        unclear: list[tuple[int, dict[str, Any]]] = []
        for count, (number, cells) in enumerate(self.sheet.rows, 1):
            if count % PORTION == 0:
                tell(count)
            said: dict[str, Any] = {}
            for name in ("number", "date", "hours", "activity", "project", "person", "module"):
                value = self._cell(cells, name)
                try:
                    said[name] = self._said(name, value, cells, said)
                except Unclear as why:
                    letter = self.sheet.letter(name)
                    if (number, letter) not in faulty:
                        faults.append(Fault(number, letter, shown(value), str(why)))
                    said[name] = None
            if None in [said[name] for name in ("date", "hours", "activity", "project", "person", "module")]:
                unclear.append((number, said))
                continue
            stored = said["number"] or None
            activity = said["activity"]
            if not activity:
                place = self.places.members.get((said["project"], said["person"]))
                activity = stored.activity if stored else place.activity if place else Activity.MENTORING
            note = self._cell(cells, "note") if "note" in self.sheet.columns else None
            yield Row(
                number,
                (said["person"], said["project"], said["date"], activity),
                said["hours"],
                said["module"] or None,
                None if note is None else _note(note),
                stored,
            )
        self._alone(faults, unclear, today)

    def _alone(self, faults: list[Fault], unclear: list[tuple[int, dict[str, Any]]], today: date) -> None:
        """What is wrong besides in rows that cannot be compared: nobody should hear of it only the next time."""
        drafts = [
            HourEntry(person=self.by, date=today, hours=said["hours"], activity=Activity.MENTORING)
            for _number, said in unclear
            if said["hours"] is not None
        ]
        errors = iter(hour_errors(drafts, today=today))
        for number, said in unclear:
            if said["hours"] is not None:
                for error in next(errors).get("hours", []):
                    self._add(faults, number, "hours", " ".join(error.messages))
            if said["date"] and said["date"] > today:
                self._add(faults, number, "date", _("This day is still to come."))

    def _add(self, faults: list[Fault], number: int, name: str, sentence: str) -> None:
        faults.append(Fault(number, self.sheet.letter(name), self.sheet.text(number, name), sentence))

    def _cell(self, cells: list, name: str) -> Any:
        place = self.at(name)
        return cells[place] if place is not None and place < len(cells) else ""

    def _said(self, name: str, value: Any, cells: list, said: dict[str, Any]) -> Any:
        """What a cell says. Of a row with a number also the entry's own names, which others may have too."""
        if name == "number":
            return self._entry(value)
        if name == "module":
            return self._module(text_of(value), said["project"])
        stored = said.get("number")
        if stored and name == "person" and text_of(value) in ("", text_of(stored.person.name)):
            return stored.person_id
        if stored and name == "project" and text_of(value) == text_of(stored.project.name):
            return stored.project_id
        zone = text_of(self._cell(cells, "zone")) if name == "project" else ""
        key = (f"{name} {zone}", type(value), value)
        if key not in self.known:
            try:
                self.known[key] = self._worked_out(name, value, zone)
            except Unclear as why:
                self.known[key] = why
        found = self.known[key]
        if isinstance(found, Unclear):
            raise found
        return found

    def _worked_out(self, name: str, value: Any, zone: str) -> Any:
        if name == "date":
            return day_of(value)
        if name == "hours":
            return hours_of(value)
        text = text_of(value)
        if name == "activity":
            if text and text not in self.activities:
                raise Unclear(
                    _("“%(text)s” is no activity. Choose it from the template's list.") % {"text": shown(text)}
                )
            return self.activities.get(text, "")
        found = self.places.project(text, zone) if name == "project" else self.places.person(text)
        if found is not None:
            return found
        if not text:
            raise Unclear(_("The project is missing.") if name == "project" else _("The person is missing."))
        sentence = (
            _("“%(text)s” is none of the projects for which you may log hours. Choose it from the template's list.")
            if name == "project"
            else _(
                "“%(text)s” is none of the people for whom you may log hours. Choose the name from the template's list."
            )
        )
        raise Unclear(sentence % {"text": shown(text)})

    def _module(self, text: str, project: int | None) -> ProjectModule | str:
        """The module of the row's project, nothing for the project as a whole or for one that is not known."""
        if not text or project is None:
            return ""
        module = self.places.module(text, project)
        if module is None:
            raise Unclear(_("“%(text)s” is no module of this project.") % {"text": shown(text)})
        return module

    def _entry(self, value: Any) -> HourEntry | str:
        text = text_of(value)
        if not text:
            return ""
        if text not in self.stored:
            raise Unclear(_("There is no entry with this number. Leave the cell empty for new hours."))
        return self.stored[text]

    def _numbered(self) -> dict[str, HourEntry]:
        """The entries that the rows name by number, as far as the person sees them."""
        numbers = {text_of(self._cell(cells, "number")) for _number, cells in self.sheet.rows}
        wanted = [int(text) for text in numbers if text.isascii() and text.isdecimal() and len(text) < 19]
        found: dict[str, HourEntry] = {}
        for start in range(0, len(wanted), AT_ONCE):
            rows = HourEntry.objects.visible_to(self.by).for_list().in_bulk(wanted[start : start + AT_ONCE])
            found |= {str(pk): row for pk, row in rows.items()}
        return found


def _note(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).replace("\0", "").strip()


def _activities() -> dict[str, str]:
    """The activities by their names in any language of the program."""
    found: dict[str, str] = {value: value for value in Activity.values}
    for language, _name in settings.LANGUAGES:
        with override(language):
            found |= {text_of(str(label)): value for value, label in Activity.choices}
    return found
