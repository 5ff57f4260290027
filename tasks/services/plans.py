"""Taking in a table, and giving it out again."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from consortium.models import Consortium, Organization, User
from consortium.services import Refused, create, record

from ..models import Milestone, Plan, Target, Task
from ..tables import MilestoneRow, TaskRow, TaskTable, as_plain
from .newer_copy import changes_of
from .targets import add_targets


@transaction.atomic
def import_plan(
    table: TaskTable,
    *,
    consortium: Consortium,
    year: int,
    by: User | None,
    responsible: Organization | None = None,
    newer_than: str = "",
    targets: Mapping[int, Sequence[Target]] | None = None,
    dry_run: bool = False,
) -> tuple[Plan | None, bool]:
    """Write the plan that ``table`` shows, all or nothing; answer it and whether it is new.

    The same table again changes nothing. A table that differs from the unit's plan of this year is refused, unless
    ``newer_than`` is the plan's ``state_of`` that a person has compared it with: then the plan is brought up to it.
    ``responsible`` answers for every new task, ``targets`` are set for the tasks with these numbers. A table that names
    no unit is that of the organization for which ``by`` acts. With ``dry_run`` everything is done and taken back; a
    plan that would be new is then None. Raises Refused when the table has errors, differs, or the plan has changed
    since it was compared.
    """
    if table.errors:
        raise Refused(" ".join(table.errors))
    # two imports of one table come one after the other
    Consortium.objects.select_for_update(no_key=True).get(pk=consortium.pk)
    existing = plan_of(table, consortium=consortium, year=year, by=by)
    try:
        plan = existing or _create_plan(table, consortium, year, by, responsible)
        if existing:
            _bring_up_to(existing, table, by=by, responsible=responsible, newer_than=newer_than)
        if targets and by:
            for task in plan.tasks.filter(number__in=targets):
                add_targets(task, targets[task.number], by=by)
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error
    if dry_run:
        transaction.set_rollback(True)
    return (None if dry_run and not existing else plan), existing is None


def plan_of(table: TaskTable, *, consortium: Consortium, year: int, by: User | None) -> Plan | None:
    """The plan that stands already for the unit and year of the table."""
    return Plan.objects.filter(consortium=consortium, unit=_unit(table, consortium, by), year=year).first()


def state_of(plan: Plan) -> str:
    """Changes with every word of the plan's table: what was compared and what is written are told apart by it."""
    return hashlib.sha256(json.dumps(as_plain(table_of(plan)), sort_keys=True).encode()).hexdigest()


def _bring_up_to(
    plan: Plan, table: TaskTable, *, by: User | None, responsible: Organization | None, newer_than: str
) -> None:
    list(Milestone.objects.select_for_update(of=("self",), no_key=True).filter(task__plan=plan).order_by("pk"))
    changes = changes_of(plan, table)
    if not changes:
        return
    if not newer_than or by is None:
        raise Refused(
            _("%(unit)s has another table for %(year)s already; it differs in: %(difference)s.")
            % {"unit": plan.unit, "year": plan.year, "difference": changes[0].where}
        )
    if newer_than != state_of(plan):
        raise Refused(_("The plan has changed since the file was compared with it. Choose the file again."))
    for change in changes:
        change.write(by)
    numbers = set(plan.tasks.values_list("number", flat=True))
    new = [row for row in table.rows if row.number not in numbers]
    for task in _create_tasks(plan, new, responsible):
        record(task, by=by, what="created", new=task)
    record(plan, by=by, what="imported", new=_("%(count)s tasks") % {"count": len(table.rows)})


def _unit(table: TaskTable, consortium: Consortium, by: User | None) -> str:
    return table.unit or str(by.affiliation.organization if by and by.affiliation else consortium)


def _create_plan(
    table: TaskTable, consortium: Consortium, year: int, by: User | None, responsible: Organization | None
) -> Plan:
    unit = _unit(table, consortium, by)
    plan = Plan(
        consortium=consortium,
        issuer=_issuer(consortium, unit),
        year=year,
        title=table.title,
        unit=unit,
        reported_on=table.reported_on,
    )
    create(plan, by=by)
    record(plan, by=by, what="imported", new=_("%(count)s tasks") % {"count": len(table.rows)})
    _create_tasks(plan, table.rows, responsible)
    return plan


def _issuer(consortium: Consortium, unit: str) -> Organization | None:
    return Organization.objects.filter(
        memberships__consortium=consortium, kind=Organization.Kind.GOVERNMENT, name=unit
    ).first()


def _create_tasks(plan: Plan, rows: Iterable[TaskRow], responsible: Organization | None) -> list[Task]:
    """Raises Refused with the task's number and the column that does not fit. That numbers and quarters stand once
    the table has seen to, and the database does."""
    tasks, milestones = [], []
    for row in rows:
        task = Task(
            plan=plan,
            number=row.number,
            goal=row.goal,
            leader=row.leader,
            responsible_person=row.responsible_person,
            phone=row.phone,
            responsible_organization=responsible,
            responsible_unit=row.responsible_unit,
        )
        _check(task, row.number, exclude=["plan", "responsible_organization"])
        tasks.append(task)
        for quarter, cell in row.milestones.items():
            milestone = Milestone(task=task, quarter=quarter, text=cell.text, due=cell.due)
            _check(milestone, row.number, exclude=["task"])
            milestones.append(milestone)
    Task.objects.bulk_create(tasks)
    Milestone.objects.bulk_create(milestones)
    return tasks


def _check(obj: models.Model, number: int, exclude: list[str]) -> None:
    try:
        obj.clean_fields(exclude=exclude)
    except ValidationError as error:
        name, sentences = next(iter(error.message_dict.items()))
        column = obj._meta.get_field(name).verbose_name  # type: ignore[union-attr]
        values = {"number": number, "column": column, "error": sentences[0]}
        raise Refused(_("Task %(number)s, %(column)s: %(error)s") % values) from error


def table_of(plan: Plan, *, reader: User | None = None) -> TaskTable:
    """The plan as its official table, with the latest progress of each cell; tasks and telephones as ``reader`` sees
    them."""
    rows = []
    tasks = Task.objects.visible_to(reader) if reader else Task.objects.all()
    for task in tasks.filter(plan=plan).for_matrix():
        cells = {}
        for milestone in sorted(task.milestones.all(), key=lambda milestone: milestone.quarter):
            latest = milestone.latest
            cells[milestone.quarter] = MilestoneRow(milestone.text, milestone.due, latest.text if latest else "")
        phone = task.phone_for(reader) if reader else task.phone
        rows.append(
            TaskRow(task.number, task.goal, task.leader, task.responsible_unit, task.responsible_person, phone, cells)
        )
    return TaskTable(plan.title, plan.unit, plan.reported_on, rows)
