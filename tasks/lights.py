"""The light of a milestone: computed from its dates and reports, never stored."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from .models import Milestone
from .months import months_between

SOON = timedelta(days=14)
COLOURS = {"none": "grey", "plan": "green", "done": "green", "soon": "amber", "late": "red"}


@dataclass(frozen=True)
class Light:
    """``kind`` is the shape on the page (none, plan, done, soon, late), ``word`` says the same."""

    kind: str
    word: str

    @property
    def colour(self) -> str:
        """Grey, green, amber or red, as the API has it."""
        return COLOURS[self.kind]


def light(milestone: Milestone, today: date) -> Light:
    """The light of ``milestone`` on ``today`` (a day in Shanghai). Reads ``reports``: fetch them for lists."""
    if milestone.status == Milestone.Status.CONFIRMED:
        return Light("done", _("Confirmed"))
    left = (milestone.due - today).days
    if left < 0:
        return Light("late", _("Overdue by %(days)s d") % {"days": -left})
    if today < milestone.begins_on:
        return Light("none", _("Not yet due"))
    if left <= SOON.days:
        return Light("soon", _("Due in %(days)s d") % {"days": left})
    if late_months(milestone, today):
        return Light("soon", _("Reported late"))
    return Light("plan", _("On schedule"))


def late_months(milestone: Milestone, today: date) -> list[date]:
    """The full months since the quarter began of which no report came in time; none counts after the last was sent."""
    full = [month for month in _months_to_report(milestone, today) if month < today.replace(day=1)]
    in_time = {progress.month for progress in milestone.reports if not progress.is_late} if full else set()
    return [month for month in full if month not in in_time]


def missing_months(milestone: Milestone, today: date) -> list[date]:
    """The months up to this one of which there is no report yet, oldest first."""
    there = {progress.month for progress in milestone.reports}
    return [month for month in _months_to_report(milestone, today) if month not in there]


def lights_of(milestones: Iterable[Milestone], today: date) -> dict[Milestone, Light]:
    """Each milestone's light, worked out once for the table and for what is counted above it."""
    return {milestone: light(milestone, today) for milestone in milestones}


def tally(lights: Mapping[Milestone, Light]) -> dict[str, int]:
    """How many milestones stand under each kind of light, and under "wait" how many the bureau has to confirm."""
    counts = dict.fromkeys([*COLOURS, "wait"], 0)
    for milestone, found in lights.items():
        counts[found.kind] += 1
        counts["wait"] += milestone.status == Milestone.Status.SUBMITTED
    return counts


def _months_to_report(milestone: Milestone, today: date) -> list[date]:
    """Reports are monthly from the quarter's first month until the work is done or due, and not in the future."""
    last = min(today, milestone.due)
    if milestone.status in Milestone.Status.with_bureau():
        last = min([last, *(progress.month for progress in milestone.reports[:1])])
    return months_between(milestone.begins_on, last)
