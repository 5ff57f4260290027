"""What a sheet of hours comes to: which rows are new, changed or as they stand, and everything that is wrong."""

import hashlib
from collections.abc import Callable, Hashable
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from consortium.models import User
from consortium.permissions import may

from ..models import HourEntry
from .hour_places import Places
from .hour_reader import AT_ONCE, Key, Reader, Row
from .hour_rules import Errors, hour_errors
from .hour_sheets import LABELS, Fault, Sheet


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
                            Fault(number, self.sheet.letter(column), self.sheet.text(number, column), sentence)
                        )

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
    read = list(reader.rows(plan.faults, today, tell))
    by_module = "module" in sheet.columns
    keyed = _stored_by_key([row.key for row in read if row.stored is None])
    places = [None if row.stored else _place(row, keyed.get(row.key, {}), by_module) for row in read]
    entries: dict[int, HourEntry] = {row.stored.pk: row.stored for row in read if row.stored}
    missing = [pk for pk in places if pk]
    for start in range(0, len(missing), AT_ONCE):
        found = HourEntry.objects.visible_to(by).for_list().in_bulk(missing[start : start + AT_ONCE])
        entries |= found
    compared = hashlib.sha256()
    first: dict[Hashable, int] = {}
    for row, place in zip(read, places, strict=True):
        stored = row.stored or entries.get(place or 0)
        if stored is None and not by_module and keyed.get(row.key):
            column = {"column": str(LABELS["module"])}
            sentence = _("There are hours of several modules here. Add the column “%(column)s”.") % column
            plan.faults.append(Fault(row.number, sheet.letter("date"), row.key[2].isoformat(), sentence))
            continue
        twice = first.setdefault(stored.pk if stored else (*row.key, row.module and row.module.pk), row.number)
        if twice != row.number:
            words = {"row": twice}
            sentence = _("Row %(row)s says the same person, project, day and activity.") % words
            plan.faults.append(Fault(row.number, sheet.letter("date"), row.key[2].isoformat(), sentence))
            continue
        compared.update(f"{row.number}:{stored.pk if stored else ''}:{stored.stamp if stored else ''}\n".encode())
        _compare(plan, row, stored, reader.places, by, by_module)
    plan.seen = compared.hexdigest()
    if check_together:
        plan.check_together(today)
    return plan


def _place(row: Row, standing: dict[int | None, int], by_module: bool) -> int | None:
    """The entry at the row's place: of its module, or without a column of modules the only one there is."""
    if by_module:
        return standing.get(row.module.pk if row.module else None)
    return next(iter(standing.values())) if len(standing) == 1 else None


def _compare(plan: Plan, row: Row, stored: HourEntry | None, places: Places, by: User, by_module: bool) -> None:
    person, project, day, activity = row.key
    if stored is None:
        entry = HourEntry(
            project=places.projects[project], person=places.people[person],
            date=day, activity=activity, module=row.module, hours=row.hours, note=row.note or "",
        )  # fmt: skip
    else:
        said: dict[str, Any] = {
            "person_id": person,
            "project_id": project,
            "date": day,
            "activity": activity,
            "hours": row.hours,
        }
        if by_module:
            said["module"] = row.module
        if row.note is not None:
            said["note"] = row.note
        changed = {name: value for name, value in said.items() if _differs(getattr(stored, name), value)}
        if not changed:
            plan.unchanged += 1
            return
        if fault := _why_not(stored, by):
            name = next(iter(changed)).removesuffix("_id")
            plan.faults.append(Fault(row.number, plan.sheet.letter(name), plan.sheet.text(row.number, name), fault))
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
    if value is None:
        return str(_("none"))
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


def _stored_by_key(keys: list[Key]) -> dict[Key, dict[int | None, int]]:
    """The stored entries at these places: their ids by module, by person, project, day and activity."""
    found: dict[Key, dict[int | None, int]] = {}
    if not keys:
        return found
    days = [day for _person, _project, day, _activity in keys]
    rows = HourEntry.objects.filter(
        corrects=None,
        person__in={person for person, _project, _day, _activity in keys},
        date__range=(min(days), max(days)),
    ).values_list("person_id", "project_id", "date", "activity", "module_id", "pk")
    wanted = set(keys)
    for *key, module, pk in rows:
        if tuple(key) in wanted:
            found.setdefault(tuple(key), {})[module] = pk  # type: ignore[arg-type]
    return found
