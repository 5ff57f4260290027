"""Taking in a table, and giving it out again."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from consortium.models import Consortium, Organization, User
from consortium.services import Refused, create, record

from ..models import Milestone, Plan, Task
from ..tables import MilestoneRow, TaskRow, TaskTable


@transaction.atomic
def import_plan(
    table: TaskTable,
    *,
    consortium: Consortium,
    year: int,
    by: User | None,
    responsible: Organization | None = None,
    dry_run: bool = False,
) -> tuple[Plan | None, bool]:
    """Write the plan that ``table`` shows, all or nothing; answer it and whether it is new.

    The same table again changes nothing. ``responsible`` answers for every task. A table that names no unit is that
    of the organization for which ``by`` acts. With ``dry_run`` everything is done and taken back; a plan that would
    be new is then None. Raises Refused when the table has errors, or when the unit has another table for this year.
    """
    if table.errors:
        raise Refused(" ".join(table.errors))
    # two imports of one table come one after the other
    Consortium.objects.select_for_update(no_key=True).get(pk=consortium.pk)
    unit = table.unit or str(by.affiliation.organization if by and by.affiliation else consortium)
    existing = Plan.objects.filter(consortium=consortium, unit=unit, year=year).first()
    if existing:
        if difference := first_difference(table_of(existing), table):
            raise Refused(
                _("%(unit)s has another table for %(year)s already; it differs in: %(difference)s.")
                % {"unit": unit, "year": year, "difference": difference}
            )
        return existing, False
    try:
        plan = _create_plan(table, consortium, year, unit, by, responsible)
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error
    if dry_run:
        transaction.set_rollback(True)
    return None if dry_run else plan, True


def _create_plan(
    table: TaskTable,
    consortium: Consortium,
    year: int,
    unit: str,
    by: User | None,
    responsible: Organization | None,
) -> Plan:
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
    for row in table.rows:
        _create_task(plan, row, responsible)
    return plan


def _issuer(consortium: Consortium, unit: str) -> Organization | None:
    return Organization.objects.filter(
        memberships__consortium=consortium, kind=Organization.Kind.GOVERNMENT, name=unit
    ).first()


def _create_task(plan: Plan, row: TaskRow, responsible: Organization | None) -> None:
    """Raises Refused with the task's number and the column that does not fit."""
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
    try:
        task.full_clean()
    except ValidationError as error:
        name, sentences = next(iter(error.message_dict.items()))
        column = Task._meta.get_field(name).verbose_name  # type: ignore[union-attr]
        values = {"number": row.number, "column": column, "error": sentences[0]}
        raise Refused(_("Task %(number)s, %(column)s: %(error)s") % values) from error
    task.save()
    for quarter, cell in row.milestones.items():
        milestone = Milestone(task=task, quarter=quarter, text=cell.text, due=cell.due)
        milestone.full_clean()
        milestone.save()


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


def first_difference(one: TaskTable, other: TaskTable) -> str:
    """Where two tables say something else first, for people; empty when they are the same plan.

    Progress is not compared, nor due dates (the bureau may move them), nor what the eight columns do not hold.
    """
    if (one.title, one.reported_on) != (other.title, other.reported_on):
        return _("title or date")
    numbers = [row.number for row in one.rows], [row.number for row in other.rows]
    if numbers[0] != numbers[1]:
        return _("the list of tasks")
    for mine, theirs in zip(one.rows, other.rows, strict=True):
        columns = ("goal", "leader", "responsible_person", "phone")
        if any(getattr(mine, name) != getattr(theirs, name) for name in columns):
            return _("task %(number)s") % {"number": mine.number}
        for quarter in (1, 2, 3, 4):
            texts = [row.milestones[quarter].text if quarter in row.milestones else "" for row in (mine, theirs)]
            if texts[0] != texts[1]:
                return _("task %(number)s, quarter %(quarter)s") % {"number": mine.number, "quarter": quarter}
    return ""
