"""The month on a page for the leaders of the consortium: what moved, what is late, hours, evaluations.

Every line opens to the record or the list that made it. Nothing is stored: the brief says what the records say now.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Sum
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from consortium.models import AgendaItem, Agreement, Duty, Meeting, Membership, Resolution, User
from consortium.templatetags.look import hours as plain
from tasks.models import Milestone, Plan
from tasks.months import month_end
from tasks.summary import summary
from zones.models import HourEntry, Zone

from .models import Evaluation

MOST = 12  # lines of one kind; the lists have all


@dataclass(frozen=True)
class Line:
    """What, a word about it, and where it stands."""

    text: str
    detail: str
    url: str


@dataclass(frozen=True)
class Section:
    title: str
    lines: list[Line]
    nothing: str


def brief(user: User, month: date, today: date) -> list[Section]:
    """The sections for the month that begins with ``month``, as far as ``user`` sees their records."""
    day = min(today, month_end(month.year, month.month))
    return [
        Section(_("What moved"), list(_moved(user, month, day)), _("Nothing moved this month.")),
        Section(_("What is late"), list(_late(user, month, day)), _("Nothing is late.")),
        Section(_("Hours"), list(_hours(user, month, day)), _("No approved hours this month.")),
        Section(_("Evaluations"), list(_evaluations(user, month)), _("No evaluations this year.")),
    ]


def _moved(user: User, month: date, day: date) -> Iterator[Line]:
    for meeting in Meeting.objects.visible_to(user).filter(
        status__in=Meeting.Status.held(), held_at__date__range=(month, day)
    ).for_list():  # fmt: skip
        passed = AgendaItem.objects.visible_to(user).filter(meeting=meeting, status=AgendaItem.Status.PASSED).count()
        yield Line(str(meeting), _("%(n)d decisions passed") % {"n": passed}, meeting.get_absolute_url())
    for agreement in Agreement.objects.visible_to(user).filter(signed_on__range=(month, day)).for_list()[:MOST]:
        yield Line(agreement.title, _("Signed: %(parties)s") % {"parties": agreement.party_names()},
                   agreement.get_absolute_url())  # fmt: skip
    for row in Membership.objects.visible_to(user).filter(joined_on__range=(month, day)).for_list()[:MOST]:
        yield Line(str(row.organization), _("Has become a member"), row.organization.get_absolute_url())
    for resolution in Resolution.objects.visible_to(user).filter(done_on__range=(month, day)).for_list()[:MOST]:
        yield Line(resolution.text, _("Resolution carried out"), resolution.get_absolute_url())
    for plan in Plan.objects.visible_to(user).for_list().filter(year=month.year):
        found = summary(plan, month, user, day)
        text = _("%(moved)d milestones reported, %(confirmed)d confirmed") % {
            "moved": len(found.moved), "confirmed": len(found.confirmed),
        }  # fmt: skip
        yield Line(plan.title, text, f"{reverse('tasks:plan_summary', args=[plan.pk])}?month={month:%Y-%m}")


def _late(user: User, month: date, day: date) -> Iterator[Line]:
    milestones = Milestone.objects.visible_to(user).filter(task__plan__year=month.year, due__lt=day, confirmed_at=None)
    for one in milestones.select_related("task__responsible_organization").order_by("due", "pk")[:MOST]:
        late = _late_by(one.due, day, one.task.responsible)
        yield Line(f"{one.task} · {one.text}", late, reverse("tasks:milestone_detail", args=[one.pk]))
    for duty in Duty.objects.visible_to(user).in_hand().filter(due__lt=day).for_list()[:MOST]:
        yield Line(duty.text, _late_by(duty.due, day, str(duty.party.organization)), duty.get_absolute_url())
    for resolution in Resolution.objects.visible_to(user).open().filter(due__lt=day).for_list()[:MOST]:
        late = _late_by(resolution.due, day, str(resolution.organization))
        yield Line(resolution.text, late, resolution.get_absolute_url())


def _late_by(due: date, day: date, who: str) -> str:
    return _("%(who)s, due on %(due)s, %(days)d days late") % {
        "who": who, "due": date_format(due), "days": (day - due).days,
    }  # fmt: skip


def _hours(user: User, month: date, day: date) -> Iterator[Line]:
    approved = HourEntry.objects.visible_to(user).approved()
    span = f"date_after={month}&date_before={day}&status=approved"
    page = reverse("zones:hours_list")
    total = _sum(approved, month, day)
    if not total:
        return
    before, last = _year_before(month), _year_before(day)
    yield Line(
        _("All zones"),
        _("%(hours)s hours; the same days a year before %(before)s")
        % {"hours": plain(total), "before": plain(_sum(approved, before, last))},
        f"{page}?{span}",
    )
    by_zone = dict(
        approved.filter(date__range=(month, day)).order_by().values_list("project__zone").annotate(Sum("hours"))
    )
    for zone in Zone.objects.visible_to(user).filter(pk__in=by_zone).order_by("name"):
        yield Line(
            str(zone), _("%(hours)s hours") % {"hours": plain(by_zone[zone.pk])}, f"{page}?{span}&zone={zone.pk}"
        )


def _sum(rows: Any, first: date, last: date) -> Any:
    return rows.filter(date__range=(first, last)).aggregate(n=Sum("hours"))["n"] or 0


def _year_before(day: date) -> date:
    """The same day of the year before; of 29 February the 28th."""
    return (day - timedelta(days=1) if (day.month, day.day) == (2, 29) else day).replace(year=day.year - 1)


def _evaluations(user: User, month: date) -> Iterator[Line]:
    rows = Evaluation.objects.visible_to(user).filter(year=month.year).exclude(status=Evaluation.Status.SUPERSEDED)
    for evaluation in rows.select_related("zone").order_by("zone__name", "pk"):
        yield Line(str(evaluation.zone), str(evaluation.get_status_display()), evaluation.get_absolute_url())


def month_of(text: str, today: date) -> date:
    """The first day of the month "2026-05"; of what is none, or of a month to come, of this month."""
    try:
        year, _dash, number = text.partition("-")
        month = date(int(year), int(number), 1)
    except ValueError:
        return today.replace(day=1)
    return month if date(2000, 1, 1) < month <= today else today.replace(day=1)


def month_before(month: date) -> date:
    return (month - timedelta(days=1)).replace(day=1)


def month_after(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)
