"""Hours in which something looks odd: of each kind some that wait, so that whoever countersigns reads it there."""

from datetime import date, timedelta
from decimal import Decimal

from consortium.models import Affiliation, Organization, User
from zones.models import Activity, HourEntry, Project, ProjectMember
from zones.services import add_member, approve_many, save_hours, submit_many

from .members import LEAD_ENTERPRISE, People
from .zones import Ground

WAITING = 3  # of a quarter that was sent at once; the others are countersigned


def load(people: People, ground: Ground, today: date) -> None:
    admin = people.users["college"]
    saturday = today - timedelta(days=today.weekday() + 2)  # a day on which nobody else has hours
    lead, other = people.organizations[LEAD_ENTERPRISE], people.organizations["示例企业二"]
    _long_day(_project(ground, lead, saturday), people.users["mentor"], saturday, today)
    _two_places([_project(ground, one, saturday) for one in (lead, other)], people, saturday, today, admin)
    _quarter_at_once(ground, other, people, today, admin)


def _project(ground: Ground, enterprise: Organization, day: date) -> Project:
    """The first project of the enterprise that runs on the day."""
    return next(row for row in ground.projects if row.enterprise == enterprise and row.starts_on <= day <= row.ends_on)


def _long_day(project: Project, person: User, day: date, today: date) -> None:
    """17 hours, where 7 may have been meant."""
    _send([_entry(project, person, day, "17")], person, today)


def _two_places(projects: list[Project], people: People, day: date, today: date, admin: User) -> None:
    """A teacher with seven hours each in two enterprises on one day: either enterprise countersigns its own."""
    teacher = people.users["cnc-teacher2"]
    for project in projects:
        if not ProjectMember.objects.filter(project=project, person=teacher).exists():
            place = ProjectMember(
                project=project, person=teacher, activity=Activity.TEACHING, since=day, until=day
            )  # fmt: skip
            add_member(place, by=admin)
    _send([_entry(project, teacher, day, "7") for project in projects], teacher, today)


def _quarter_at_once(ground: Ground, enterprise: Organization, people: People, today: date, admin: User) -> None:
    """Two hours on every working day of the last quarter, all sent today."""
    first = date(today.year, today.month - (today.month - 1) % 3, 1)
    last = first - timedelta(days=1)
    first = date(last.year, last.month - 2, 1)
    project = _project(ground, enterprise, last)
    person = people.add("late-engineer", Affiliation.Role.MENTOR, enterprise)
    place = ProjectMember(project=project, person=person, activity=Activity.MENTORING, since=first, until=last)
    add_member(place, by=admin)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    entries = _send([_entry(project, person, day, "2") for day in days if day.weekday() < 5], person, today)
    approve_many(entries[:-WAITING], by=admin)


def _entry(project: Project, person: User, day: date, hours: str) -> HourEntry:
    activity = ProjectMember.objects.get(project=project, person=person).activity
    return HourEntry(project=project, person=person, date=day, hours=Decimal(hours), activity=activity)


def _send(entries: list[HourEntry], person: User, today: date) -> list[HourEntry]:
    entries = save_hours(entries, by=person, today=today)
    submit_many(entries, by=person)
    return entries
