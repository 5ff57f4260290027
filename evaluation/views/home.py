"""Home: what waits for the person who signs in, first; then the figures of the acting role.

It shows all apps, so it lives in the highest of them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from consortium.models import Affiliation, Membership, Organization, User
from consortium.permissions import may
from tasks.lights import tally
from tasks.matrix import matrix
from tasks.models import Milestone, Plan, Task
from zones.models import Enrollment, HourEntry, InnovationClass, Zone
from zones.week import week_context

from ..models import AnnualReport, Evaluation

Role, Kind = Affiliation.Role, Organization.Kind
SHOWN = 20  # of what waits; the lists behind the links hold everything
NEEDED = [  # what the ministry's notice asks a consortium to have (001)
    Kind.PARK,
    Kind.SECONDARY_VOCATIONAL,
    Kind.HIGHER_VOCATIONAL,
    Kind.UNDERGRADUATE,
    Kind.ENTERPRISE,
    Kind.GOVERNMENT,
    Kind.INSTITUTE,
]


@dataclass(frozen=True)
class Item:
    """One thing that waits: until when, what it is, where it is done, and the one verb of its button."""

    due: date | None
    title: str
    detail: str
    url: str
    verb: str

    def group(self, today: date) -> int:
        """0 overdue, 1 this week, 2 later, 3 without a date."""
        if self.due is None:
            return 3
        return 0 if self.due < today else 1 if self.due <= today + timedelta(days=7) else 2

    def light(self, today: date) -> str:
        """The light of its due date: late, soon (14 days), plan; none without a date."""
        if self.due is None:
            return "none"
        return "late" if self.due < today else "soon" if self.due <= today + timedelta(days=14) else "plan"


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
        context = week_context(user, today, today) | _year_of_organization(user, today)
        return render(request, "home/partner.html", context | {"today": today})
    items = sorted(_waiting(user, today), key=lambda item: (item.group(today), item.due or date.max))
    context = {
        "today": today,
        "groups": _grouped(items[:SHOWN], today),
        "count": len(items),
        "figures": list(_figures(user, today)),
        "health": _health(user) if affiliation.role in {Role.SECRETARIAT, Role.AUDITOR} else None,
        "zones": _zone_cards(user, today) if affiliation.role == Role.COLLEGE_ADMIN else None,
        "plan": _plan_in_view(user, today),
    }
    return render(request, "home/inbox.html", context)


def _waiting(user: User, today: date) -> Iterator[Item]:
    """Everything that waits for this person, from all apps."""
    hours = HourEntry.objects.to_countersign(user)
    sums = hours.aggregate(entries=Count("pk"), hours=Sum("hours"), zones=Count("project__zone", distinct=True))
    if sums["entries"]:
        sums["hours"] = _plain(sums["hours"])
        yield Item(
            None,
            _("Countersign hours"),
            _("%(entries)s entries, %(hours)s hours, from %(zones)s zones") % sums,
            reverse("zones:hours_countersign"),
            _("Countersign"),
        )
    is_bureau = user.affiliation.role == Role.BUREAU
    for milestone in Milestone.objects.waiting_for(user, today).with_progress():
        task = milestone.task
        yield Item(
            milestone.due,
            f"{task.number} {task.goal} · {milestone.get_quarter_display()}",
            milestone.text,
            f"{reverse('tasks:plan_detail', args=[task.plan_id])}?milestone={milestone.pk}#panel",
            _("Review") if is_bureau else _("Report"),
        )
    for evaluation in Evaluation.objects.waiting_for(user, today).for_list():
        page = "evaluation_score" if user.affiliation.role == Role.EXPERT else "evaluation_detail"
        is_over = evaluation.status == Evaluation.Status.PUBLICITY and evaluation.publicity_ends_on < today
        yield Item(
            evaluation.publicity_ends_on if is_over else None,
            _("Evaluation %(year)s: %(zone)s") % {"year": evaluation.year, "zone": evaluation.zone},
            _("The publicity is over") if is_over else evaluation.get_status_display(),
            reverse(f"evaluation:{page}", args=[evaluation.pk]),
            _("Score") if user.affiliation.role == Role.EXPERT else _("Open"),
        )
    if may(user, "report.change"):
        for report in AnnualReport.objects.visible_to(user).filter(status=AnnualReport.Status.FAILED):
            yield Item(
                None,
                _("Annual report failed: %(report)s") % {"report": report},
                report.error,
                reverse("reports:report_detail", args=[report.pk]),
                _("Open"),
            )


def _grouped(items: Iterable[Item], today: date) -> list[tuple[str, list[tuple[str, Item]]]]:
    """The items under their headings, each with its light; a heading without items is left out."""
    labels = [_("Overdue"), _("Today and this week"), _("Later"), _("Without a date")]
    groups: list[tuple[str, list[tuple[str, Item]]]] = [(label, []) for label in labels]
    for item in items:
        groups[item.group(today)][1].append((item.light(today), item))
    return [group for group in groups if group[1]]


def _figures(user: User, today: date) -> Iterator[Figure]:
    """The figures of the role, each a link to its rows."""
    role = user.affiliation.role
    if role in {Role.SECRETARIAT, Role.AUDITOR, Role.COLLEGE_ADMIN}:
        first = today.replace(day=1)
        approved = HourEntry.objects.visible_to(user).approved()
        month = Sum("hours", filter=Q(date__range=(first, today)))
        sums = approved.in_year(today.year).aggregate(month=month, year=Sum("hours"))
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


def _health(user: User) -> list[tuple[str, int, bool, str]]:
    """What the ministry's notice asks for (001): label, how many there are, whether that will do, the list of them.

    Of each kind one member will do; the leads are a park, a school and an enterprise.
    """
    members = Membership.objects.visible_to(user).in_force()
    counts = dict(members.order_by().values_list("organization__kind").annotate(Count("pk")))
    page = reverse("consortium:organization_list")
    rows = [(str(kind.label), counts.get(kind, 0), kind in counts, f"{page}?kind={kind}") for kind in NEEDED]
    leads = list(members.filter(is_lead=True).values_list("organization__kind", flat=True))
    complete = {Kind.PARK, Kind.ENTERPRISE} <= set(leads) and not set(Kind.schools()).isdisjoint(leads)
    return [*rows, (_("Leads (park, school, enterprise)"), len(leads), complete, f"{page}?is_lead=true")]


def _zone_cards(user: User, today: date) -> list[dict[str, object]]:
    """The college's zones: partners, hours of this month, places taken, how far this year's evaluation is."""
    hours = HourEntry.objects.visible_to(user).approved().filter(date__year=today.year, date__month=today.month)
    month = {row["project__zone"]: row["hours"] for row in hours.totals_by("project__zone")}
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
    milestones = [milestone for task in tasks for milestone in task.milestones.all()]
    table = matrix(plan, tasks, today) if user.affiliation.role == Role.BUREAU else None
    return {"plan": plan, "tally": tally(milestones, today), "matrix": table}


def _year_of_organization(user: User, today: date) -> dict[str, object]:
    """What the acting organization gave this year, as approved hours by activity, and what waits for its signature."""
    given = HourEntry.objects.visible_to(user).approved().in_year(today.year)
    given = given.filter(organization=user.affiliation.organization_id)
    labels = dict(HourEntry._meta.get_field("activity").flatchoices)
    rows = [(labels[row["activity"]], row["activity"], row["hours"]) for row in given.totals_by("activity")]
    waiting = HourEntry.objects.to_countersign(user).count()
    return {"given": rows, "given_total": given.total(), "waiting": waiting}


def _plain(hours: object) -> str:
    return f"{hours:,.2f}".rstrip("0").rstrip(".")
