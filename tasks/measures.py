"""Measures that fill a target from the program's own records. Apps above register them; nothing here knows them.

An app's ``task_measures.py`` is loaded when the program starts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .models import Figure, Target, Task


@dataclass(frozen=True)
class Measure:
    """``find`` counts for the year of the task's plan, for the responsible member when the task has one."""

    label: Any
    unit: Any
    find: Callable[[Task], Decimal]


MEASURES: dict[str, Measure] = {}


def measure(name: str, label: Any, unit: Any) -> Callable:
    """Register a function ``Task -> Decimal``. ``name`` is stored with targets and never changes."""

    def register(find: Callable[[Task], Decimal]) -> Callable[[Task], Decimal]:
        MEASURES[name] = Measure(label, unit, find)
        return find

    return register


@dataclass(frozen=True)
class Standing:
    """A target and how far it is reached: by whose report, or by which measure. None: nothing has been reported."""

    target: Target
    reached: Decimal | None
    figure: Figure | None = None
    measure: Measure | None = None

    @property
    def percent(self) -> int:
        """Of the target, whole, at most 100; rounded down, so that only what is reached shows 100."""
        return min(100, int(self.reached * 100 / self.target.target)) if self.reached else 0

    @property
    def is_reached(self) -> bool:
        return self.reached is not None and self.reached >= self.target.target


def standing(target: Target) -> Standing:
    """How far the target is. Of a measure that the program has no longer, nothing is known."""
    if target.measure:
        found = MEASURES.get(target.measure)
        return Standing(target, found.find(target.task) if found else None, measure=found)
    figure = target.latest
    return Standing(target, figure.value if figure else None, figure)


def standings(task: Task) -> list[Standing]:
    """Those of all targets of the task."""
    rows = list(task.targets.with_figures())
    for target in rows:
        target.task = task
    return [standing(target) for target in rows]
