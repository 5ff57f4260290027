"""Months of hours: declaring "no work", what a month still lacks, closing it, and opening it again."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Count, Exists, OuterRef, Sum
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from consortium.models import User
from consortium.permissions import require
from consortium.services import Refused, create, record

from ..models import ClosedMonth, HourEntry, NoWork, Project, ProjectMember, Zone

Status = HourEntry.Status
LOCK = 3001  # of months, among the advisory locks of this program


def first_of_month(day: date) -> date:
    return day.replace(day=1)


def last_of_month(month: date) -> date:
    return first_of_month(month + timedelta(days=31)) - timedelta(days=1)


def month_name(month: date) -> str:
    """The month as people write it: March 2026, 2026年3月."""
    return date_format(month, pgettext("date format of a month and its year", "F Y"))


@dataclass
class Month:
    """A zone's month: what stands, what is open, and who has neither filled in hours nor declared "no work"."""

    month: date
    closed: ClosedMonth | None = None
    approved: Decimal = Decimal(0)
    open: dict[str, int] = field(default_factory=dict)  # entries by state
    no_work: list[NoWork] = field(default_factory=list)
    missing: list[ProjectMember] = field(default_factory=list)
    is_over: bool = False

    @property
    def last(self) -> date:
        return last_of_month(self.month)

    @property
    def is_settled(self) -> bool:
        return self.is_over and not self.open and not self.missing

    @property
    def open_states(self) -> list[tuple[str, str, int]]:
        """The states of the open entries: value, label, how many."""
        labels = dict(Status.choices)
        return [(state, str(labels[state]), count) for state, count in sorted(self.open.items())]


def months_of(zone: Zone, year: int, today: date, *, reader: User | None = None) -> list[Month]:
    """The zone's months of a year up to the running one, newest first, as ``reader`` sees them (whole without one), in
    a number of queries that does not grow."""
    last = 12 if year < today.year else today.month if year == today.year else 0
    months = {
        date(year, number, 1): Month(date(year, number, 1), is_over=last_of_month(date(year, number, 1)) < today)
        for number in range(1, last + 1)
    }
    hours = HourEntry.objects.visible_to(reader) if reader else HourEntry.objects.all()
    words = NoWork.objects.visible_to(reader) if reader else NoWork.objects.all()
    people = ProjectMember.objects.visible_to(reader) if reader else ProjectMember.objects.all()
    rows = hours.filter(project__zone=zone, date__year=year)
    for row in rows.order_by().values("date__month", "status").annotate(entries=Count("pk"), sum=Sum("hours")):
        month = months.get(date(year, row["date__month"], 1))
        if month and row["status"] == Status.APPROVED:
            month.approved = row["sum"]
        elif month:
            month.open[row["status"]] = row["entries"]
    for closed in zone.closed_months.filter(month__year=year).select_related("closed_by"):
        if closed.month in months:
            months[closed.month].closed = closed
    declared = words.filter(project__zone=zone, month__year=year).select_related("person", "project")
    for one in declared.order_by("person__name", "pk"):
        if one.month in months:
            months[one.month].no_work.append(one)
    filled = rows.order_by().values_list("project", "person", "date__month").distinct()
    said = Counter((project, person, date(year, month, 1)) for project, person, month in filled)
    said.update((one.project_id, one.person_id, one.month) for month in months.values() for one in month.no_work)
    places = people.filter(project__zone=zone).exclude(project__status=Project.Status.PLANNED)
    for place in places.select_related("project", "person", "organization").order_by("person__name", "pk"):
        for month in months.values():
            if works_in(place, month.month) and not said[place.project_id, place.person_id, month.month]:
                month.missing.append(place)
    return sorted(months.values(), key=lambda month: month.month, reverse=True)


def works_in(place: ProjectMember, month: date) -> bool:
    """Whether the person is on the project on some day of the month."""
    last = last_of_month(month)
    begins = max(place.project.starts_on, place.since or place.project.starts_on)
    ends = min(place.project.ends_on, place.until or place.project.ends_on)
    return begins <= last and ends >= month


def month_of(zone: Zone, month: date, today: date) -> Month | None:
    """The zone's month, or None when it has not begun."""
    return next((one for one in months_of(zone, month.year, today) if one.month == month), None)


@transaction.atomic
def close_month(zone: Zone, month: date, *, by: User, now: datetime, today: date) -> ClosedMonth:
    """Close a month in which all is settled. Raises PermissionDenied, or Refused with what is still open."""
    require(by, "closed_month.add", zone)
    lock_months(zone.projects.values_list("pk", flat=True), alone=True)
    found = month_of(zone, month, today)
    if found is None or not found.is_over:
        raise Refused(_("The month is not over yet."))
    if found.closed:
        raise Refused(_("This month is closed already."))
    if not found.is_settled:
        raise Refused(" ".join(what_is_open(found)))
    closed = ClosedMonth(zone=zone, month=month, closed_by=by, closed_at=now)
    closed.full_clean()
    closed.save()
    record(zone, by=by, what="closed months", new=f"{month:%Y-%m}")
    return closed


def what_is_open(month: Month) -> list[str]:
    """What keeps a month from being closed, a sentence each."""
    said = [
        _("%(count)s entries are “%(state)s”.") % {"count": count, "state": label}
        for _state, label, count in month.open_states
    ]
    if month.missing:
        names = "、".join(dict.fromkeys(str(place.person) for place in month.missing))
        said.append(_("Neither hours nor “no work” from: %(names)s.") % {"names": names})
    return said


@transaction.atomic
def open_month(closed: ClosedMonth, *, reason: str, by: User) -> None:
    """Open a closed month again, with a reason that its history keeps. Raises PermissionDenied or ValidationError."""
    require(by, "closed_month.reopen", closed)
    reason = reason.strip()
    if not reason:
        raise ValidationError({"reason": _("Say why the month is opened again.")})
    gone, _details = ClosedMonth.objects.filter(pk=closed.pk).delete()
    if not gone:
        raise Refused(_("Somebody else has changed this. Reload and try again."))
    record(closed.zone, by=by, what="closed months", old=f"{closed.month:%Y-%m}", reason=reason)


@transaction.atomic
def declare_no_work(place: ProjectMember, month: date, *, by: User, now: datetime, today: date) -> NoWork:
    """Say that the person worked nothing on the project in the month. Raises PermissionDenied, Refused."""
    require(by, "no_work.add", place)
    list(User.objects.select_for_update(no_key=True).filter(pk=place.person_id))  # who logs for the person waits
    if month > today:
        raise Refused(_("This month is still to come."))
    if not works_in(place, month):
        raise Refused(_("%(person)s is not on this project in this month.") % {"person": place.person})
    keep_months([place.project_id])
    refuse_closed([(place.project_id, month)])
    rows = HourEntry.objects.filter(project=place.project, person=place.person)
    if rows.filter(date__range=(month, last_of_month(month))).exists():
        raise Refused(_("There are hours on this project in this month."))
    declared = NoWork(
        project=place.project, person=place.person, organization=place.organization, month=month, declared_by=by,
        declared_at=now,
    )  # fmt: skip
    return create(declared, by=by)


@transaction.atomic
def withdraw_no_work(declared: NoWork, *, by: User) -> None:
    """Take the declaration back: hours can be filled in again. Raises PermissionDenied, Refused."""
    require(by, "no_work.change", declared)
    keep_months([declared.project_id])
    refuse_closed([(declared.project_id, declared.month)])
    record(declared, by=by, what="deleted", old=declared)
    NoWork.objects.filter(pk=declared.pk).delete()


def keep_months(projects: Iterable[int]) -> None:
    """Nobody closes a month of these projects until this transaction ends; others may log beside it."""
    lock_months(projects, alone=False)


def lock_months(projects: Iterable[int], *, alone: bool) -> None:
    """A lock on all hours of these projects, which many hold together or one alone.

    SQLite has one writer at a time and needs none.
    """
    if connection.vendor != "postgresql":
        return
    lock = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {lock}(%s, id) FROM unnest(%s::int[]) AS id", [LOCK, sorted(projects)])  # nosec B608  # one of two names


def refuse_closed(places: Iterable[tuple[int, date]]) -> None:
    """Raise Refused when one of the days on one of the projects lies in a month that is closed."""
    if closed := closed_among(places):
        _project, month = min(closed, key=lambda place: place[1])
        raise Refused(_("%(month)s is closed in this zone.") % {"month": month_name(month)})


def closed_among(places: Iterable[tuple[int, date]]) -> set[tuple[int, date]]:
    """Of projects and days those whose month is closed, each with the month's first day."""
    asked = {(project, first_of_month(day)) for project, day in places}
    projects, months = {project for project, _m in asked}, {month for _p, month in asked}
    rows = ClosedMonth.objects.filter(zone__projects__in=projects, month__in=months)
    return asked & set(rows.values_list("zone__projects", "month"))


def declared_among(places: Iterable[tuple[int, int, date]]) -> set[tuple[int, int, date]]:
    """Of projects, people and days those for which "no work" is declared, each with the month's first day."""
    asked = {(project, person, first_of_month(day)) for project, person, day in places}
    people, months = {person for _p, person, _m in asked}, {month for _p, _n, month in asked}
    rows = NoWork.objects.filter(person__in=people, month__in=months)
    return asked & set(rows.values_list("project", "person", "month"))


def lacking_months(user: User, today: date) -> dict[date, list[ProjectMember]]:
    """For whom the user logs: the places without hours or a declaration in the month before this one and in this one
    from its 25th day on."""
    this = first_of_month(today)
    before = first_of_month(this - timedelta(days=1))
    months = [before, this] if today.day >= 25 else [before]
    places = ProjectMember.objects.loggable_by(user).exclude(project__status=Project.Status.PLANNED)
    places = list(places.select_related("project", "person"))
    ids = [place.project_id for place in places]
    filled = HourEntry.objects.filter(project__in=ids, date__range=(months[0], last_of_month(months[-1])))
    said = {
        (project, person, date(year, number, 1))
        for project, person, year, number in filled.order_by()
        .values_list("project", "person", "date__year", "date__month")
        .distinct()
    }
    said |= set(NoWork.objects.filter(project__in=ids, month__in=months).values_list("project", "person", "month"))
    closed = closed_among((project, month) for project in ids for month in months)
    found: dict[date, list[ProjectMember]] = defaultdict(list)
    for place in places:
        for month in months:
            is_open = (place.project_id, month) not in closed
            if is_open and works_in(place, month) and (place.project_id, place.person_id, month) not in said:
                found[month].append(place)
    return dict(found)


def closable_months(user: User, today: date) -> list[tuple[Zone, date]]:
    """The zones' last months that wait to be closed by the user: over, with hours or declarations, and not closed."""
    month = first_of_month(first_of_month(today) - timedelta(days=1))
    zones = Zone.objects.visible_to(user).filter(
        college=user.affiliation and user.affiliation.organization_id, status=Zone.Status.ACTIVE
    )
    hours = HourEntry.objects.filter(project__zone=OuterRef("pk"), date__range=(month, last_of_month(month)))
    declared = NoWork.objects.filter(project__zone=OuterRef("pk"), month=month)
    waiting = zones.filter(Exists(hours) | Exists(declared)).exclude(closed_months__month=month).order_by("code")
    return [(zone, month) for zone in waiting]
