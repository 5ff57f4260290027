"""A month of a plan for leaders: what moved, what is late, figures against targets, as it stood on its last day."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from .measures import Standing, standing
from .models import Milestone, Plan, Progress, Supervision, Target, Task
from .months import month_end


@dataclass(frozen=True)
class Summary:
    """``day`` is the last of the month, or today when the month is still running."""

    month: date
    day: date
    milestones: list[Milestone]
    moved: list[Progress]  # the last report of each milestone in the month, by task
    confirmed: list[Milestone]  # in the month
    late: list[Milestone]  # on that day, the longest first
    urged: dict[int, Supervision]  # by milestone: the newest urging that had been sent by that day
    standings: list[Standing]


def summary(plan: Plan, month: date, reader, today: date) -> Summary:
    """What ``reader`` may see of ``plan`` in the month that begins with ``month``."""
    day = min(today, month_end(month.year, month.month))
    tasks = list(Task.objects.visible_to(reader).filter(plan=plan).for_matrix())
    milestones = [one for task in tasks for one in sorted(task.milestones.all(), key=lambda one: one.quarter)]
    by_number = {task.pk: task for task in tasks}
    moved = []
    for milestone in milestones:
        milestone.task = by_number[milestone.task_id]
        reports = [one for one in milestone.reports if month <= timezone.localdate(one.at) <= day]
        if reports:
            reports[0].milestone = milestone
            moved.append(reports[0])
    late = [one for one in milestones if one.due < day and not _was_confirmed(one, day)]
    urged: dict[int, Supervision] = {}
    for milestone in late:
        for one in reversed(milestone.urgings):
            if timezone.localdate(one.at) <= day:
                urged[milestone.pk] = one
    targets = Target.objects.visible_to(reader).filter(task__plan=plan).with_figures().order_by("task__number", "pk")
    return Summary(
        month,
        day,
        milestones,
        moved,
        [one for one in milestones if one.confirmed_at and month <= timezone.localdate(one.confirmed_at) <= day],
        sorted(late, key=lambda one: (one.due, one.task.number)),
        urged,
        [_standing_on(target, day) for target in targets],
    )


def _was_confirmed(milestone: Milestone, day: date) -> bool:
    return milestone.confirmed_at is not None and timezone.localdate(milestone.confirmed_at) <= day


def _standing_on(target: Target, day: date) -> Standing:
    """As it was reported by that day. What a measure counts is counted now, for the plan's year."""
    if target.measure:
        return standing(target)
    for figure in target.figures.all():
        progress = figure.progress
        if timezone.localdate(progress.at) <= day and progress.status != Progress.Status.RETURNED:
            return Standing(target, figure.value, figure)
    return Standing(target, None)
