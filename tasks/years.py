"""Two plans beside one another: which task is which, with its lights and targets in both years."""

from dataclasses import dataclass
from datetime import date

from consortium.models import User

from .lights import Light, light
from .measures import Standing, standing
from .models import Milestone, Plan, Target, Task


@dataclass(frozen=True)
class Lit:
    """A milestone and its light."""

    milestone: Milestone
    light: Light


@dataclass(frozen=True)
class Side:
    """A task in one of the two years: its lights by quarter, None where it has no milestone."""

    task: Task
    lights: list[Lit | None]
    standings: list[Standing]


@dataclass(frozen=True)
class TargetOfYears:
    """A target of this name in each of the two years, None where there is none."""

    name: str
    years: list[tuple[Standing | None, int]]


@dataclass(frozen=True)
class Pair:
    """A task in both years, or in one of them, and its targets by name."""

    sides: list[tuple[Side | None, int]]
    targets: list[TargetOfYears]


def side_by_side(this: Plan, that: Plan, *, reader: User, today: date) -> list[Pair]:
    """Tasks of both plans as ``reader`` sees them, in the order of ``this``; what only ``that`` has stands last.

    A task goes with the one that it was carried over from (or to), otherwise with the one of the same goal, otherwise
    with the one of the same number among those that are left.
    """
    mine, theirs = (_sides(plan, reader, today) for plan in (this, that))
    found: dict[int, Side] = {}
    left = dict(theirs)
    for same in (_carried, _goal, _number):
        for pk, side in mine.items():
            if pk in found:
                continue
            match = next((key for key, other in left.items() if same(side.task, other.task)), None)
            if match is not None:
                found[pk] = left.pop(match)
    rows = [(side, found.get(pk)) for pk, side in mine.items()] + [(None, side) for side in left.values()]
    return [_pair((one, this.year), (two, that.year)) for one, two in rows]


def _carried(one: Task, two: Task) -> bool:
    return one.continues_id == two.pk or two.continues_id == one.pk


def _goal(one: Task, two: Task) -> bool:
    return one.goal == two.goal


def _number(one: Task, two: Task) -> bool:
    return one.number == two.number


def _sides(plan: Plan, reader: User, today: date) -> dict[int, Side]:
    tasks = {task.pk: task for task in Task.objects.visible_to(reader).filter(plan=plan).for_matrix()}
    standings: dict[int, list[Standing]] = {pk: [] for pk in tasks}
    for target in Target.objects.visible_to(reader).filter(task__plan=plan).with_figures():
        target.task = tasks[target.task_id]
        standings[target.task_id].append(standing(target))
    sides = {}
    for pk, task in tasks.items():
        lights = {one.quarter: Lit(one, light(one, today)) for one in task.milestones.all()}
        sides[pk] = Side(task, [lights.get(quarter) for quarter in (1, 2, 3, 4)], standings[pk])
    return sides


def _pair(*sides: tuple[Side | None, int]) -> Pair:
    by_name = [({one.target.name: one for one in side.standings} if side else {}, year) for side, year in sides]
    names = dict.fromkeys(name for found, _year in by_name for name in found)
    targets = [TargetOfYears(name, [(found.get(name), year) for found, year in by_name]) for name in names]
    return Pair(list(sides), targets)
