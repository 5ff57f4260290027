"""A plan's next year: its tasks once more, with what is not finished, each linked with where it comes from."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from consortium.models import User
from consortium.services import Refused, create, record

from ..measures import standing
from ..models import Milestone, Plan, Target, Task
from ..months import quarter_end, quarter_of
from ..words import due_date


@dataclass(frozen=True)
class Carried:
    """What a task hands on: the milestones that are not confirmed, and of its targets what remains, not saved yet."""

    task: Task
    milestones: list[Milestone]
    targets: list[Target]

    @property
    def is_open(self) -> bool:
        return bool(self.milestones or self.targets)


def to_carry(plan: Plan) -> list[Carried]:
    """All tasks of the plan, in their order."""
    remaining: dict[int, list[Target]] = {}
    for target in Target.objects.filter(task__plan=plan).with_figures():
        if rest := _rest_of(target):
            remaining.setdefault(target.task_id, []).append(rest)
    return [
        Carried(
            task,
            [one for one in sorted(task.milestones.all(), key=_quarter) if one.status != one.Status.CONFIRMED],
            remaining.get(task.pk, []),
        )
        for task in plan.tasks.for_matrix()
    ]


def usual_quarters(carried: Carried) -> dict[int, int]:
    """The quarter of the next year for each open milestone: what is left over is done first, one a quarter."""
    return {milestone.pk: place for place, milestone in enumerate(carried.milestones, start=1)}


def next_title(plan: Plan, year: int) -> str:
    return plan.title.replace(str(plan.year), str(year))


@transaction.atomic
def copy_plan(
    plan: Plan,
    *,
    year: int,
    title: str,
    by: User,
    tasks: Collection[Task] | None = None,
    quarters: Mapping[int, int] | None = None,
) -> Plan:
    """Write the plan of ``year`` with these ``tasks``, all or nothing, and answer it.

    ``quarters`` says of each open milestone, by its id, in which quarter it stands next year; one that is left out
    stays behind. Without ``tasks`` all go that are not finished, without ``quarters`` their milestones from the first
    quarter on. Raises ValidationError when two stand in one quarter or the unit has a table of that year, and
    Refused when a milestone has been confirmed meanwhile.
    """
    if year <= plan.year:
        raise ValidationError({"year": _("The next table is of a later year than %(year)s.") % {"year": plan.year}})
    everything = to_carry(plan)
    chosen = {task.pk for task in tasks} if tasks is not None else {one.task.pk for one in everything if one.is_open}
    going = [one for one in everything if one.task.pk in chosen]
    if not going:
        raise ValidationError({"tasks": _("Choose at least one task.")})
    if quarters is None:
        quarters = {pk: quarter for one in going for pk, quarter in usual_quarters(one).items()}
    if set(quarters) - {milestone.pk for one in everything for milestone in one.milestones}:
        raise Refused(_("A milestone has been confirmed meanwhile. Reload and look again."))
    new = Plan(
        consortium=plan.consortium,
        issuer=plan.issuer,
        year=year,
        title=title,
        unit=plan.unit,
    )
    create(new, by=by)
    record(new, by=by, what=gettext_noop("Copied"), old=plan, new=new)
    record(plan, by=by, what=gettext_noop("Copied"), old=plan, new=new)
    for one in going:
        _carry(one, new, quarters, by)
    return new


def _carry(carried: Carried, plan: Plan, quarters: Mapping[int, int], by: User) -> None:
    old = carried.task
    task = Task(
        plan=plan,
        number=old.number,
        goal=old.goal,
        explanation=old.explanation,
        leader=old.leader,
        responsible_person=old.responsible_person,
        phone=old.phone,
        responsible_organization=old.responsible_organization,
        responsible_unit=old.responsible_unit,
        continues=old,
    )
    create(task, by=by)
    going = [milestone for milestone in carried.milestones if milestone.pk in quarters]
    if len({quarters[milestone.pk] for milestone in going}) < len(going):
        raise ValidationError(_("Task %(number)s: two milestones stand in one quarter.") % {"number": old.number})
    for milestone in going:
        quarter = quarters[milestone.pk]
        due = _due(milestone.text, plan.year, quarter)
        create(Milestone(task=task, quarter=quarter, text=milestone.text, due=due, continues=milestone), by=by)
    for target in carried.targets:
        target.task = task
        create(target, by=by)


def _due(text: str, year: int, quarter: int) -> date:
    """The month that the text names in brackets when it lies in the new quarter, otherwise the quarter's end."""
    due = due_date(text, year, quarter)
    return due if quarter_of(due) == quarter else quarter_end(year, quarter)


def _rest_of(target: Target) -> Target | None:
    """What remains of a number; a percentage is asked anew as a whole. None when it is reached."""
    found = standing(target)
    if found.is_reached:
        return None
    rest = target.target
    if target.kind == Target.Kind.COUNT:
        rest -= found.reached or 0
    return Target(name=target.name, kind=target.kind, target=rest, unit=target.unit, measure=target.measure)


def _quarter(milestone: Milestone) -> int:
    return milestone.quarter
