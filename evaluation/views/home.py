"""Home: what waits for the person who signs in, first; then the figures of the acting role.

It shows all apps, so it lives in the highest of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from consortium.health import missing, needs_of
from consortium.inbox import grouped, waiting_for
from consortium.models import Affiliation, Agreement, Meeting, User
from consortium.permissions import may
from consortium.readiness import Readiness, readiness
from tasks.lights import lights_of, tally
from tasks.matrix import matrix
from tasks.models import Plan, Task
from zones.ledger import ledger
from zones.models import Enrollment, HourEntry, HourMonth, InnovationClass, Student, Zone
from zones.week import week_context

from ..models import AnnualReport, Evaluation

Role = Affiliation.Role
SHOWN = 20  # of what waits
SHOWN_ENDING = 5  # agreements; the list has all


@dataclass(frozen=True)
class Figure:
    """One figure and the rows that made it."""

    label: str
    value: object
    unit: str
    detail: str
    url: str


def home(request: HttpRequest) -> HttpResponse:
    user, today = request.user, timezone.localdate()
    affiliation = user.affiliation
    if affiliation is None:
        return render(request, "home/nobody.html")
    if affiliation.role in {Role.PARTNER, Role.MENTOR}:
        context = week_context(user, today, today) | _year_of_organization(user, today) | _inbox(user, today)
        return render(request, "home/partner.html", context)
    context = _inbox(user, today) | {
        "figures": list(_figures(user, today)),
        "zones": _zone_cards(user, today) if affiliation.role == Role.COLLEGE_ADMIN else None,
        "plan": _plan_in_view(user, today),
    }
    if affiliation.role in {Role.SECRETARIAT, Role.AUDITOR}:
        context |= _health(user, today) | {"ready": _next_meeting(user)}
    return render(request, "home/inbox.html", context)


def _inbox(user: User, today: date) -> dict[str, object]:
    """The first things that wait; the page behind the link has all of them."""
    items = waiting_for(user, today)
    return {"today": today, "groups": grouped(items[:SHOWN], today), "count": len(items)}


def _figures(user: User, today: date) -> Iterator[Figure]:
    """The figures of the role, each a link to its rows."""
    role = user.affiliation.role
    if role in {Role.SECRETARIAT, Role.AUDITOR, Role.COLLEGE_ADMIN}:
        first = today.replace(day=1)
        months = HourMonth.objects.visible_to(user).filter(month__year=today.year)
        sums = months.aggregate(month=Sum("hours", filter=Q(month=first)), year=Sum("hours"))
        span = f"date_after={first.isoformat()}&date_before={today.isoformat()}&status=approved"
        yield Figure(
            _("Hours this month"),
            _plain(sums["month"] or 0),
            _("hours"),
            _("%(hours)s so far this year") % {"hours": f"{sums['year'] or 0:,.0f}"},
            f"{reverse('zones:hours_list')}?{span}",
        )
        students = Enrollment.objects.visible_to(user).open()
        counts = students.aggregate(people=Count("pk"), classes=Count("innovation_class", distinct=True))
        yield Figure(
            _("Students"),
            counts["people"],
            _("people"),
            _("in %(classes)s innovation classes") % counts,
            reverse("zones:class_list"),
        )
    if role == Role.COLLEGE_ADMIN:
        lacking = Student.objects.visible_to(user).placed_without_outcome()
        yield Figure(
            _("Still without a representative outcome"),
            lacking.count(),
            _("people"),
            _("of the students in classes now"),
            f"{reverse('zones:student_list')}?placed=true&has_outcome=false",
        )
    if role != Role.BUREAU:
        evaluations = Evaluation.objects.visible_to(user)
        for year in (today.year, today.year - 1):
            rows = evaluations.filter(year=year).exclude(status=Evaluation.Status.SUPERSEDED)
            counts = rows.counted()
            total = sum(counts.values())
            yield Figure(
                _("Evaluation %(year)s") % {"year": year},
                f"{counts[Evaluation.Status.PUBLISHED]}/{total}",
                _("published"),
                _("%(publicity)s in publicity, %(review)s in review")
                % {"publicity": counts[Evaluation.Status.PUBLICITY], "review": counts[Evaluation.Status.REVIEW]},
                f"{reverse('evaluation:evaluation_list')}?year={year}",
            )
    if role in {Role.SECRETARIAT, Role.AUDITOR, Role.COLLEGE_ADMIN, Role.BUREAU}:
        year = today.year - 1
        zones = Zone.objects.visible_to(user).count()
        done = AnnualReport.objects.visible_to(user).filter(year=year, status=AnnualReport.Status.DONE)
        yield Figure(
            _("Annual reports %(year)s") % {"year": year},
            f"{done.order_by().values('zone').distinct().count()}/{zones}",
            _("zones"),
            _("made"),
            f"{reverse('reports:report_list')}?year={year}",
        )


def _next_meeting(user: User) -> Readiness | None:
    """What the next meeting of the council still lacks."""
    meeting = Meeting.objects.visible_to(user).to_come().select_related("council").first()
    return readiness(meeting, user) if meeting else None


def _health(user: User, today: date) -> dict[str, object]:
    """What the ministry's notice asks for (001), as the page of the consortium's health has it."""
    needs = needs_of(user)
    rows = [(need.label, need.count_on(today), need.count_on(today) > 0, need.url) for need in needs]
    return {"health": rows, "missing": len(missing(needs, today)), "ending": _ending(user, today)}


def _ending(user: User, today: date) -> list[Agreement]:
    """The agreements that end next, with what they lack."""
    return list(Agreement.objects.visible_to(user).for_list().ending(today)[:SHOWN_ENDING])


def _zone_cards(user: User, today: date) -> list[dict[str, object]]:
    """The college's zones: partners, hours of this month, places taken, how far this year's evaluation is."""
    first = today.replace(day=1)
    hours = HourMonth.objects.visible_to(user).filter(month=first).order_by()
    month = dict(hours.values_list("project__zone").annotate(Sum("hours")))
    students = Enrollment.objects.visible_to(user).open().order_by().values_list("innovation_class__zone")
    taken = dict(students.annotate(Count("pk")))
    classes = InnovationClass.objects.visible_to(user).exclude(status=InnovationClass.Status.FINISHED)
    places = dict(classes.order_by().values_list("zone").annotate(Sum("places")))
    evaluations = {
        row.zone_id: row for row in Evaluation.objects.visible_to(user).filter(year=today.year).order_by("pk")
    }
    return [
        {
            "zone": zone,
            "hours": month.get(zone.pk, 0),
            "students": taken.get(zone.pk, 0),
            "places": places.get(zone.pk, 0),
            "evaluation": evaluations.get(zone.pk),
        }
        for zone in Zone.objects.visible_to(user).for_list(user)
    ]


def _plan_in_view(user: User, today: date) -> dict[str, object] | None:
    """The newest task table that the person sees, with its lights counted; the bureau works in the table itself."""
    plan = Plan.objects.visible_to(user).for_list().first()
    if plan is None:
        return None
    tasks = list(Task.objects.visible_to(user).filter(plan=plan).for_matrix())
    lights = lights_of((milestone for task in tasks for milestone in task.milestones.all()), today)
    table = matrix(plan, tasks, lights, today) if user.affiliation.role == Role.BUREAU else None
    return {"plan": plan, "tally": tally(lights), "matrix": table}


def _year_of_organization(user: User, today: date) -> dict[str, object]:
    """What the acting organization gave this year, as approved hours by activity; for a partner both sides in yuan."""
    given = HourEntry.objects.visible_to(user).approved().in_year(today.year)
    given = given.filter(organization=user.affiliation.organization_id)
    labels = dict(HourEntry._meta.get_field("activity").flatchoices)
    rows = [(labels[row["activity"]], row["activity"], row["hours"]) for row in given.totals_by("activity")]
    organization = user.affiliation.organization
    both_sides = ledger(organization, today.year, user) if may(user, "organization.ledger", organization) else None
    total = sum(hours for _label, _activity, hours in rows)
    return {"given": rows, "given_total": total, "ledger": both_sides}


def _plain(hours: object) -> str:
    return f"{hours:,.2f}".rstrip("0").rstrip(".")
