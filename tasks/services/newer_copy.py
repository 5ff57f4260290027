"""A newer copy of a table beside the plan that stands: what differs, what would be written, and what stays and why."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from consortium.models import User
from consortium.services import create, record, save_changes

from ..models import Milestone, Plan, Task
from ..tables import MilestoneRow, TaskRow, TaskTable

COLUMNS = ("goal", "leader", "responsible_person", "phone", "responsible_unit")


@dataclass(frozen=True)
class Change:
    """One difference, as people read it; ``kept`` says why the plan keeps its own."""

    where: str
    old: str
    new: str
    kept: str = ""
    obj: Plan | Task | Milestone | None = None
    fields: dict[str, Any] = field(default_factory=dict)

    def write(self, by: User) -> None:
        """Bring the record up to the newer copy: change it, add it, or take it out. A new task is added elsewhere."""
        if self.kept or self.obj is None:
            return
        if self.fields and self.obj.pk:
            save_changes(self.obj, by=by, reason=_("A newer copy of the table was taken in."), **self.fields)
        elif self.fields or not self.obj.pk:
            create(self.obj, by=by)
        else:
            record(self.obj, by=by, what="deleted", old=self.obj)
            self.obj.delete()


def changes_of(plan: Plan, table: TaskTable) -> list[Change]:
    """What differs between the plan and ``table``, in the order of the table; nothing when they say the same.

    Latest progress is not compared, and of what the eight columns do not hold only what the file brings along. Due
    dates follow the text: one that the bureau has moved stays when the text does.
    """
    tasks = {
        task.number: task for task in plan.tasks.prefetch_related("milestones__progress", "milestones__supervisions")
    }
    rows = {row.number: row for row in table.rows}
    found = list(_of_plan(plan, table))
    for number in sorted(tasks.keys() | rows.keys()):
        if number not in rows:
            found.append(_left_out(tasks[number]))
        elif number not in tasks:
            found.append(Change(_("Task %(number)s") % {"number": number}, "", rows[number].goal))
        else:
            found += _of_task(plan, tasks[number], rows[number])
    return found


def _of_plan(plan: Plan, table: TaskTable) -> Iterator[Change]:
    for name in ("title", "reported_on"):
        old, new = getattr(plan, name), getattr(table, name)
        if old != new:
            label = str(Plan._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
            yield Change(label, _shown(old), _shown(new), obj=plan, fields={name: new})


def _shown(value: str | date | None) -> str:
    return date_format(value) if isinstance(value, date) else value or ""


def _left_out(task: Task) -> Change:
    kept = next(filter(None, map(_kept, task.milestones.all())), "")
    return Change(_("Task %(number)s") % {"number": task.number}, task.goal, "", kept, task)


def _kept(milestone: Milestone) -> str:
    """Why a milestone stays in the plan although the newer copy leaves it out."""
    if milestone.progress.all():
        return _("It has reports, so it stays in the plan.")
    return _("It has been urged, so it stays in the plan.") if milestone.supervisions.all() else ""


def _of_task(plan: Plan, task: Task, row: TaskRow) -> Iterator[Change]:
    for name in COLUMNS:
        old, new = getattr(task, name), getattr(row, name)
        # a copy handed out with a masked number, or without the column, says nothing of it
        if old == new or new.startswith("****") or (name == "responsible_unit" and not new):
            continue
        where = _("Task %(number)s, %(column)s") % {
            "number": task.number,
            "column": Task._meta.get_field(name).verbose_name,  # type: ignore[union-attr]
        }
        yield Change(where, old, new, obj=task, fields={name: new})
    milestones = {milestone.quarter: milestone for milestone in task.milestones.all()}
    for quarter in (1, 2, 3, 4):
        yield from _of_cell(task, quarter, milestones.get(quarter), row.milestones.get(quarter))


def _of_cell(task: Task, quarter: int, milestone: Milestone | None, cell: MilestoneRow | None) -> Iterator[Change]:
    where = _("Task %(number)s, quarter %(quarter)s") % {"number": task.number, "quarter": quarter}
    if milestone is None and cell:
        made = Milestone(task=task, quarter=quarter, text=cell.text, due=cell.due)
        yield Change(where, "", cell.text, obj=made)
    elif milestone and cell is None:
        yield Change(where, milestone.text, "", _kept(milestone), milestone)
    elif milestone and cell and milestone.text != cell.text:
        confirmed = milestone.status == Milestone.Status.CONFIRMED
        kept = _("It is confirmed, so its text stays.") if confirmed else ""
        yield Change(where, milestone.text, cell.text, kept, milestone, {"text": cell.text, "due": cell.due})
