"""Reminding people of what is due, late, returned or urged: once a person, kind, milestone and day.

A window, not a day, decides: a scheduler that was away reminds when it is back, as long as it is still news.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from consortium.inbox import NoticeKind
from consortium.models import Affiliation
from consortium.services import Refused
from consortium.services.changes import alone
from consortium.services.notices import notify

from ..inbox import MILESTONE_DUE, MILESTONE_OVERDUE, MILESTONE_RETURNED, REPORT_DUE, SUPERVISED
from ..lights import missing_months
from ..models import Milestone, Progress, Reminder
from ..months import month_end

Kind, Role = Reminder.Kind, Affiliation.Role
FAR, NEAR, EVE = timedelta(days=14), timedelta(days=3), timedelta(days=1)
NEWS = timedelta(days=30)  # what has been late for longer stands in the inbox and the table; nobody is told anew


@dataclass(frozen=True)
class Due:
    """One reminder to make: its kind, the day that it is about, the kind of notice and its sentence."""

    kind: Reminder.Kind
    day: date
    notice: NoticeKind
    sentence: Callable[[], str]
    to_bureau: bool = False


def remind(now: datetime) -> int:
    """Make the reminders of this day (in Shanghai) that have not been made; how many. Safe to repeat."""
    today = timezone.localdate(now)
    milestones = list(Milestone.objects.in_hand(today).with_progress())
    told = {
        (row.milestone_id, row.kind, row.day, row.acting_as_id)
        for row in Reminder.objects.filter(milestone__in=milestones, day__gte=today - NEWS)
    }
    units, bureaus = _people(today)
    count = 0
    for milestone in milestones:
        consortium = milestone.task.plan.consortium_id
        for due in due_for(milestone, today):
            people = list(units.get((consortium, milestone.task.responsible_organization_id), ()))
            if due.to_bureau:
                people += bureaus.get(consortium, ())
            new = [row for row in people if (milestone.pk, due.kind, due.day, row.pk) not in told]
            if new and _make(milestone, due, new, now):
                count += len(new)
    return count


def due_for(milestone: Milestone, today: date) -> Iterator[Due]:
    """What there is to remind of on ``today``, a day in Shanghai. Nothing of what waits for the bureau or is done."""
    if milestone.status in Milestone.Status.with_bureau():
        return
    month = today.replace(day=1)
    end = month_end(today.year, today.month)
    if end - today <= NEAR and month in missing_months(milestone, today):
        yield Due(Kind.REPORT_DUE, end, REPORT_DUE, lambda: _("%(what)s: the report of this month is due on %(day)s."))
    left = milestone.due - today
    if timedelta(0) <= left <= NEAR:
        yield Due(Kind.DUE_IN_3, milestone.due, MILESTONE_DUE, lambda: _("%(what)s is due on %(day)s."))
    elif NEAR < left <= FAR:
        yield Due(Kind.DUE_IN_14, milestone.due, MILESTONE_DUE, lambda: _("%(what)s is due on %(day)s."))
    elif -NEWS <= left < timedelta(0):
        yield Due(
            Kind.OVERDUE,
            milestone.due,
            MILESTONE_OVERDUE,
            lambda: _("%(what)s was due on %(day)s and is overdue."),
            to_bureau=True,
        )
    latest = milestone.latest
    if latest and latest.status == Progress.Status.RETURNED and latest.reviewed_at:
        day = timezone.localdate(latest.reviewed_at)
        if NEAR <= today - day <= NEWS:
            yield Due(
                Kind.RETURNED,
                day,
                MILESTONE_RETURNED,
                lambda: _("%(what)s was returned on %(day)s and waits for a new report."),
            )
    urging = milestone.urging
    if urging and urging.status == urging.Status.OPEN and timedelta(0) <= urging.deadline - today <= EVE:
        yield Due(
            Kind.URGED,
            urging.deadline,
            SUPERVISED,
            lambda: _("%(what)s is urged: the answer is due on %(day)s."),
        )


def _make(milestone: Milestone, due: Due, people: list[Affiliation], now: datetime) -> bool:
    """Whether these people are told; not when another job was faster."""
    url = milestone.urging.get_absolute_url() if due.kind == Kind.URGED else milestone.get_absolute_url()  # type: ignore[union-attr]
    task = milestone.task

    def text() -> str:
        what = pgettext("reminder", "Task %(number)s “%(goal)s”, %(quarter)s") % {
            "number": task.number,
            "goal": task.goal,
            "quarter": milestone.get_quarter_display(),
        }
        return due.sentence() % {"what": what, "day": date_format(due.day)}

    rows = [Reminder(acting_as=row, milestone=milestone, kind=due.kind, day=due.day, at=now) for row in people]
    try:
        with alone():
            Reminder.objects.bulk_create(rows)
            notify(people, due.notice, text, url, at=now)
    except Refused:
        return False
    return True


def _people(today: date) -> tuple[dict[tuple[int, int | None], list[Affiliation]], dict[int, list[Affiliation]]]:
    """Those in force today: the units' administrators by consortium and organization, the bureau by consortium."""
    units: dict[tuple[int, int | None], list[Affiliation]] = {}
    bureaus: dict[int, list[Affiliation]] = {}
    rows = Affiliation.objects.in_force(today).filter(role__in=[Role.COLLEGE_ADMIN, Role.BUREAU])
    for row in rows.order_by("pk"):
        if row.role == Role.BUREAU:
            bureaus.setdefault(row.consortium_id, []).append(row)
        else:
            units.setdefault((row.consortium_id, row.organization_id), []).append(row)
    return units, bureaus
