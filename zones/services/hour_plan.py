"""What a sheet of hours comes to: which rows are new, changed or as they stand, and everything that is wrong."""

import hashlib
from collections.abc import Callable, Hashable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from consortium.models import User
from consortium.permissions import may

from ..models import Activity, HourEntry, ProjectMember
from .hour_cells import Unclear, day_of, hours_of, text_of
from .hour_sheets import Fault, Sheet
from .hours import Errors, hour_errors

PORTION = 1_000
AT_ONCE = 500  # parameters of one statement
Key = tuple[int, int, date, str]  # person, project, day, activity


class Places:
    """What the person may write, by the names that people type."""

    def __init__(self, by: User) -> None:
        rows = ProjectMember.objects.loggable_by(by).select_related("project__zone", "person", "organization")
        self.members = {(row.project_id, row.person_id): row for row in rows}
        self.people = {row.person_id: row.person for row in rows}
        self.projects = {row.project_id: row.project for row in rows}
        self.people_named = _named(self.people, lambda one: one.name, lambda one: one.username)
        self.projects_named = _named(self.projects, lambda one: one.name, lambda one: one.code)

    def person(self, text: str) -> int | None:
        if not text and len(self.people) == 1:
            return next(iter(self.people))
        found = self.people_named.get(text, set())
        return next(iter(found)) if len(found) == 1 else None

    def project(self, text: str, zone: str) -> int | None:
        """Of projects with the same name the one of that zone."""
        found = self.projects_named.get(text, set())
        if len(found) > 1 and zone:
            found = {pk for pk in found if text_of(self.projects[pk].zone.name) == zone}
        return next(iter(found)) if len(found) == 1 else None

    def person_labels(self) -> dict[int, str]:
        """How each is written so that it is found again: the name, with the account where two have the same."""
        return _labels(self.people, self.people_named, lambda one: one.name, lambda one: one.username)

    def project_labels(self) -> dict[int, str]:
        return _labels(self.projects, self.projects_named, lambda one: one.name, lambda one: one.code)


def _with(name: str, more: str) -> str:
    return f"{name}（{more}）"


def _named(rows: dict[int, Any], name: Callable[[Any], str], more: Callable[[Any], str]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for pk, row in rows.items():
        found.setdefault(text_of(name(row)), set()).add(pk)
        found.setdefault(text_of(_with(name(row), more(row))), set()).add(pk)
    return found


def _labels(
    rows: dict[int, Any], named: dict[str, set[int]], name: Callable[[Any], str], more: Callable[[Any], str]
) -> dict[int, str]:
    return {
        pk: name(row) if len(named[text_of(name(row))]) == 1 else _with(name(row), more(row))
        for pk, row in rows.items()
    }


@dataclass
class Plan:
    """``entries`` are to be written; ``rows[i]`` is the row of the i-th. ``seen`` stands for all that was compared."""

    sheet: Sheet
    entries: list[HourEntry] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    unchanged: int = 0
    seen: str = ""

    def check_together(self, today: date) -> None:
        self.place(hour_errors(self.entries, today=today))

    def place(self, errors: list[Errors]) -> None:
        """Put each entry's errors at the cells of its row."""
        for number, found in zip(self.rows, errors, strict=True):
            for name, sentences in found.items():
                column = name if name in self.sheet.columns else ""
                for error in sentences:
                    for sentence in error.messages:
                        self.faults.append(
                            Fault(number, self.sheet.letter(column), self.text(number, column), sentence)
                        )

    def text(self, number: int, column: str) -> str:
        """What stands in a cell."""
        if column not in self.sheet.columns:
            return ""
        cells, place = self.sheet.cells[number], self.sheet.columns[column]
        return shown(cells[place]) if place < len(cells) else ""

    def as_result(self) -> dict[str, Any]:
        """As the order keeps it: plain values, faults and changes by row."""
        new = [entry for entry in self.entries if not entry.pk]
        return {
            "sheet": self.sheet.name,
            "new": len(new),
            "changed": len(self.entries) - len(new),
            "unchanged": self.unchanged,
            "hours": str(sum((entry.hours for entry in self.entries), Decimal(0))),
            "sums": [[*key, rows, str(hours)] for key, (rows, hours) in sorted(self._sums().items())],
            "faults": [asdict(fault) for fault in sorted(self.faults, key=_by_cell)],
            "changes": self.changes,
            "notes": self.sheet.notes,
            "seen": self.seen,
        }

    def _sums(self) -> dict[tuple[str, str], tuple[int, Decimal]]:
        sums: dict[tuple[str, str], tuple[int, Decimal]] = {}
        for entry in self.entries:
            key = str(entry.project), str(entry.person)
            rows, hours = sums.get(key, (0, Decimal(0)))
            sums[key] = rows + 1, hours + entry.hours
        return sums


def _by_cell(fault: Fault) -> tuple[int, int, str]:
    return fault.row, len(fault.column), fault.column


def shown(value: object) -> str:
    """A cell's value as a short text for the one who is to find it."""
    text = value.isoformat() if isinstance(value, date) else text_of(value)
    return text if len(text) <= 60 else f"{text[:59]}…"


def make_plan(
    sheet: Sheet,
    *,
    by: User,
    today: date,
    tell: Callable[[int], None] = lambda done: None,
    check_together: bool = True,
) -> Plan:
    """Compare the sheet's rows with what ``by`` may write and what is stored. Writes nothing.

    ``tell`` hears how many rows are read. Without ``check_together`` the rules about rows together are left to who
    writes them.
    """
    plan = Plan(sheet, faults=list(sheet.faults))
    if any(fault.row == sheet.head for fault in plan.faults):
        return plan  # without knowing its columns every row would be wrong
    reader = Reader(sheet, by)
    read = list(reader.rows(plan, today, tell))
    keyed = _stored_by_key([row.key for row in read if row.stored is None and row.key])
    entries: dict[int, HourEntry] = {row.stored.pk: row.stored for row in read if row.stored}
    missing = [keyed[row.key] for row in read if row.stored is None and row.key in keyed]
    for start in range(0, len(missing), AT_ONCE):
        found = HourEntry.objects.visible_to(by).for_list().in_bulk(missing[start : start + AT_ONCE])
        entries |= found
    compared = hashlib.sha256()
    first: dict[Hashable, int] = {}
    for row in read:
        stored = row.stored or entries.get(keyed.get(row.key, 0))
        twice = first.setdefault(stored.pk if stored else row.key, row.number)
        if twice != row.number:
            words = {"row": twice}
            sentence = _("Row %(row)s says the same person, project, day and activity.") % words
            plan.faults.append(Fault(row.number, sheet.letter("date"), row.key[2].isoformat(), sentence))
            continue
        compared.update(f"{row.number}:{stored.pk if stored else ''}:{stored.stamp if stored else ''}\n".encode())
        _compare(plan, row, stored, reader.places, by)
    plan.seen = compared.hexdigest()
    if check_together:
        plan.check_together(today)
    return plan


def _compare(plan: Plan, row: "Row", stored: HourEntry | None, places: Places, by: User) -> None:
    person, project, day, activity = row.key
    if stored is None:
        entry = HourEntry(
            project=places.projects[project], person=places.people[person],
            date=day, activity=activity, hours=row.hours, note=row.note or "",
        )  # fmt: skip
    else:
        said = {"person_id": person, "project_id": project, "date": day, "activity": activity, "hours": row.hours}
        if row.note is not None:
            said["note"] = row.note
        changed = {name: value for name, value in said.items() if _differs(getattr(stored, name), value)}
        if not changed:
            plan.unchanged += 1
            return
        if fault := _why_not(stored, by):
            name = next(iter(changed)).removesuffix("_id")
            plan.faults.append(Fault(row.number, plan.sheet.letter(name), plan.text(row.number, name), fault))
            return
        old = {name: _said(stored, name) for name in changed}
        entry = stored
        for name, value in changed.items():
            setattr(entry, name, value)
        what = [[str(_label(name)), old[name], _said(entry, name)] for name in changed]
        plan.changes.append({"row": row.number, "of": f"{entry.person} {entry.date} {entry.project}", "what": what})
    plan.entries.append(entry)
    plan.rows.append(row.number)


def _differs(old: object, new: object) -> bool:
    if isinstance(old, str) and isinstance(new, str):
        return old.replace("\r\n", "\n").strip() != new.replace("\r\n", "\n").strip()
    return old != new


def _label(name: str) -> Any:
    return HourEntry._meta.get_field(name.removesuffix("_id")).verbose_name  # type: ignore[union-attr]


def _said(entry: HourEntry, name: str) -> str:
    value = entry.get_activity_display() if name == "activity" else getattr(entry, name.removesuffix("_id"))
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def _why_not(stored: HourEntry, by: User) -> str:
    """Why this entry is not changed by an import, or nothing."""
    if stored.corrects_id:
        return _("This row is a correction. Corrections are filed on the page of the entry, not by a file.")
    if not may(by, "hours.change", stored):
        return _("You may do this only for your own organization and what is assigned to you.")
    if not stored.is_editable:
        words = {"state": stored.get_status_display()}
        return _("This entry is “%(state)s” and locked. An error in it is put right by a correction.") % words
    return ""


def _stored_by_key(keys: list[Key]) -> dict[Key, int]:
    """The stored entries at these places: their ids by person, project, day and activity."""
    if not keys:
        return {}
    days = [day for _person, _project, day, _activity in keys]
    rows = HourEntry.objects.filter(
        corrects=None,
        person__in={person for person, _project, _day, _activity in keys},
        date__range=(min(days), max(days)),
    ).values_list("person_id", "project_id", "date", "activity", "pk")
    wanted = set(keys)
    return {(p, j, d, a): pk for p, j, d, a, pk in rows if (p, j, d, a) in wanted}


@dataclass
class Row:
    """One row in our terms. ``stored`` is the entry whose number it gives; ``note`` None where there is no column."""

    number: int
    key: Key
    hours: Decimal
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

    def rows(self, plan: Plan, today: date, tell: Callable[[int], None]) -> Iterator[Row]:
        """The rows that say something; what is wrong with the others is put into ``plan``."""
        faulty = {(fault.row, fault.column) for fault in plan.faults}
        unclear: list[tuple[int, dict[str, Any]]] = []
        for count, (number, cells) in enumerate(self.sheet.rows, 1):
            if count % PORTION == 0:
                tell(count)
            said: dict[str, Any] = {}
            for name in ("number", "date", "hours", "activity", "project", "person"):
                value = self._cell(cells, name)
                try:
                    said[name] = self._said(name, value, cells, said)
                except Unclear as why:
                    letter = self.sheet.letter(name)
                    if (number, letter) not in faulty:
                        plan.faults.append(Fault(number, letter, shown(value), str(why)))
                    said[name] = None
            if None in [said[name] for name in ("date", "hours", "activity", "project", "person")]:
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
                None if note is None else _note(note),
                stored,
            )
        self._alone(plan, unclear, today)

    def _alone(self, plan: Plan, unclear: list[tuple[int, dict[str, Any]]], today: date) -> None:
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
                    self._add(plan, number, "hours", " ".join(error.messages))
            if said["date"] and said["date"] > today:
                self._add(plan, number, "date", _("This day is still to come."))

    def _add(self, plan: Plan, number: int, name: str, sentence: str) -> None:
        plan.faults.append(Fault(number, self.sheet.letter(name), plan.text(number, name), sentence))

    def _cell(self, cells: list, name: str) -> Any:
        place = self.at(name)
        return cells[place] if place is not None and place < len(cells) else ""

    def _said(self, name: str, value: Any, cells: list, said: dict[str, Any]) -> Any:
        """What a cell says. Of a row with a number also the entry's own names, which others may have too."""
        if name == "number":
            return self._entry(value)
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
