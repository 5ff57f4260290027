"""What a plan's units still owe: the months of which no report has come, unit by unit."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from consortium.models import Organization

from .lights import Light, light, missing_months
from .models import Milestone, Task
from .services import why_not_urged


@dataclass(frozen=True)
class Missing:
    """A milestone and the months that it lacks, oldest first; the running month is not late yet."""

    milestone: Milestone
    light: Light
    months: list[date]
    can_be_urged: bool


@dataclass(frozen=True)
class Unit:
    """A responsible member, None for tasks that name none, with what it owes."""

    organization: Organization | None
    rows: list[Missing]

    @property
    def name(self) -> str:
        return str(self.organization or capfirst(_("no responsible member")))

    @property
    def to_urge(self) -> list[Milestone]:
        return [row.milestone for row in self.rows if row.can_be_urged]


def missing_by_unit(tasks: Iterable[Task], today: date) -> list[Unit]:
    """``tasks`` as ``for_matrix`` gives them. Units by name, each with its milestones in the order of the table."""
    units: dict[int | None, Unit] = {}
    for task in tasks:
        for milestone in sorted(task.milestones.all(), key=lambda one: one.quarter):
            milestone.task = task
            if milestone.status in Milestone.Status.with_bureau():
                continue
            if months := missing_months(milestone, today):
                can_be_urged = milestone.urging is None and not why_not_urged(milestone, today)
                row = Missing(milestone, light(milestone, today), months, can_be_urged)
                unit = task.responsible_organization
                units.setdefault(unit.pk if unit else None, Unit(unit, [])).rows.append(row)
    return sorted(units.values(), key=lambda one: (one.organization is None, one.name))
