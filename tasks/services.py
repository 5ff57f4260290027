"""Taking in a table, reporting progress, and the bureau's answer."""

from collections.abc import Callable
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from consortium.inbox import NoticeKind
from consortium.models import Affiliation, Consortium, Organization, User
from consortium.services import Refused, create, move, record
from consortium.services.notices import notify

from .inbox import MILESTONE_CONFIRMED, MILESTONE_RETURNED, MILESTONE_TO_CONFIRM
from .lights import missing_months
from .models import Milestone, Plan, Progress, Task
from .tables import MilestoneRow, TaskRow, TaskTable


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


def month_to_report(milestone: Milestone, today: date) -> date:
    """The oldest month without a report since the quarter began, otherwise this month."""
    return next(iter(missing_months(milestone, today)), today.replace(day=1))


def refuse_confirmed(milestone: Milestone) -> None:
    """Raise Refused when the milestone is confirmed: what the bureau has confirmed is not another text later."""
    if milestone.status == Milestone.Status.CONFIRMED:
        raise Refused(_("This milestone is confirmed and is not changed any more."))


@transaction.atomic
def report_progress(
    milestone: Milestone, *, text: str, percent: int, by: User, now: datetime, month: date | None = None
) -> Progress:
    """Add one report. At 100 % the milestone goes to the bureau to be confirmed; before, it is in progress.

    ``month`` is its first day; without it the oldest month still missing is meant. Raises ValidationError on a bad
    value and Refused when the milestone is confirmed or waits for the bureau.
    """
    milestone = _locked(milestone)
    today = timezone.localdate(now)
    if milestone.status == Milestone.Status.CONFIRMED:
        raise Refused(_("This milestone is confirmed and takes no more progress."))
    if milestone.status == Milestone.Status.SUBMITTED:
        raise Refused(_("This milestone waits for the bureau's answer."))
    month = month or month_to_report(milestone, today)
    if month > today:
        raise ValidationError({"month": _("A month in the future cannot be reported.")})
    if month < min(milestone.begins_on, today.replace(day=1)):
        raise ValidationError({"month": _("This month lies before the milestone's quarter.")})
    progress = Progress(milestone=milestone, month=month, text=text.strip(), percent=percent, by=by, at=now)
    latest = milestone.latest
    if latest and latest.status == Progress.Status.SUBMITTED and _says_the_same(latest, progress):
        raise Refused(_("This report is there already."))
    create(progress, by=by)
    to = Milestone.Status.SUBMITTED if percent == 100 else Milestone.Status.IN_PROGRESS
    if to != milestone.status:
        move(milestone, to, by=by)
    if to == Milestone.Status.SUBMITTED:
        _tell(milestone, MILESTONE_TO_CONFIRM, lambda: _("Task %(number)s, %(quarter)s waits to be confirmed."), at=now)
    return progress


def _says_the_same(one: Progress, other: Progress) -> bool:
    return (one.month, one.percent, one.text) == (other.month, other.percent, other.text)


@transaction.atomic
def confirm_progress(progress: Progress, *, by: User, now: datetime, comment: str = "") -> None:
    """The bureau accepts the latest report; one of 100 % confirms the milestone. Raises Refused."""
    milestone = _reviewable(progress)
    comment = comment.strip()
    move(progress, Progress.Status.CONFIRMED, by=by, reason=comment, comment=comment, reviewed_at=now)
    if milestone.status == Milestone.Status.SUBMITTED:
        move(milestone, Milestone.Status.CONFIRMED, by=by, reason=comment, confirmed_at=now)
        _tell(milestone, MILESTONE_CONFIRMED, lambda: _("Task %(number)s, %(quarter)s is confirmed."), at=now)


@transaction.atomic
def return_progress(progress: Progress, *, by: User, now: datetime, comment: str) -> None:
    """The bureau sends the latest report back with a comment. Raises ValidationError without one, and Refused."""
    comment = comment.strip()
    if not comment:
        raise ValidationError({"comment": _("Say what is missing, so that it can be put right.")})
    milestone = _reviewable(progress)
    move(progress, Progress.Status.RETURNED, by=by, reason=comment, comment=comment, reviewed_at=now)
    move(milestone, Milestone.Status.RETURNED, by=by, reason=comment)
    _tell(
        milestone,
        MILESTONE_RETURNED,
        lambda: _("Task %(number)s, %(quarter)s was returned: %(comment)s"),
        at=now,
        comment=comment,
    )


def _tell(milestone: Milestone, kind: NoticeKind, sentence: Callable[[], str], *, at: datetime, **words: str) -> None:
    """Tell the bureau what waits for it, and the college's people that answer for the task all else."""
    task = milestone.task
    people = Affiliation.objects.in_force().filter(consortium=task.plan.consortium_id)
    if kind == MILESTONE_TO_CONFIRM:
        people = people.filter(role=Affiliation.Role.BUREAU)
    else:
        people = people.filter(role=Affiliation.Role.COLLEGE_ADMIN, organization=task.responsible_organization_id)

    def text() -> str:
        return sentence() % {"number": task.number, "quarter": milestone.get_quarter_display(), **words}

    notify(people, kind, text, milestone.get_absolute_url(), at=at)


def _reviewable(progress: Progress) -> Milestone:
    milestone = _locked(progress.milestone)
    if milestone.latest != progress:
        raise Refused(_("There is a newer report. Answer that one."))
    return milestone


def _locked(milestone: Milestone) -> Milestone:
    """The milestone as it stands now, kept for this transaction: reports and answers to it come one after another."""
    rows = Milestone.objects.select_for_update(of=("self",), no_key=True).select_related("task__plan")
    return rows.get(pk=milestone.pk)
