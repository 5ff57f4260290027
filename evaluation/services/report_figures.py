"""The figures of an annual report, read from the records: one function a section, each a plain dictionary for JSON.

Decimals and days stand as strings (hours "12.50", days "2025-03-31"), states and forms as their codes; how they look
on paper is ``report_print``'s business. The same records give the same figures, so their checksum can be compared.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from operator import or_

from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, ExtractMonth
from django.utils import timezone
from django.utils.translation import gettext as _

from consortium.models import Organization
from consortium.services import Refused
from tasks.models import Task
from zones.models import Activity, Enrollment, HourEntry, InnovationClass, Mentor, Project, Side, Zone, ZonePartner

from .. import scoring
from ..models import Evaluation, Indicator
from .report_zone_records import records_behind
from .results import compute, digest, findings_of


def gather(zone: Zone, year: int) -> dict:
    """All figures of ``zone`` in ``year``, and the records behind each. Raises Refused when a published result is not
    what was published."""
    classes, projects = list(classes_in(zone, year)), list(projects_in(zone, year))
    figures = {
        "year": year,
        "consortium": zone.consortium.name,
        "zone": zone_facts(zone, year, classes, projects),
        "hours": hours(zone, year),
        "evaluation": evaluation(zone, year),
        "tasks": tasks(zone, year),
    }
    return {**figures, "records": records_behind(zone, figures, classes, projects)}


def enterprises_in(zone: Zone, year: int) -> QuerySet[Organization]:
    """The enterprises that the report names: the year's partners, and those of its projects and hours."""
    partners, projects = _partnerships(zone, year), projects_in(zone, year)
    named = [
        partners.values("enterprise"),
        projects.values("enterprise"),
        _entries(zone, year).values("project__enterprise"),
    ]
    # no join from the organizations: it would read every hour entry of all zones
    return Organization.objects.filter(reduce(or_, (Q(pk__in=rows.order_by()) for rows in named)))


def partners_in(zone: Zone, year: int) -> list[str]:
    """The names of the enterprises that were partners in the year; one that came back stands once."""
    return list(dict.fromkeys(partnership.enterprise.name for partnership in _partnerships(zone, year)))


def zone_facts(zone: Zone, year: int, classes: list[InnovationClass], projects: list[Project]) -> dict:
    """What the zone is, its partners, and the classes and projects that ran in the year, as recorded now."""
    enrolled = set(_enrollments(zone, year).values_list("innovation_class", "student"))
    students = Counter(its_class for its_class, _student in enrolled)
    charter = zone.charters.order_by("-number").first()
    return {
        "code": zone.code,
        "name": zone.name,
        "form": zone.form,
        "status": zone.status,
        "on_campus": zone.on_campus,
        "established_on": _day(zone.established_on),
        "college": zone.college.name,
        "department": zone.department.name,
        "head": zone.head.name if zone.head else "",
        "charter": charter.text.strip() if charter else "",
        "students": len({student for _class, student in enrolled}),
        "partners": [
            {
                "name": partnership.enterprise.name,
                "credit_code": partnership.enterprise.credit_code,
                "role": partnership.role,
                "since": _day(partnership.since),
            }
            for partnership in _partnerships(zone, year)
        ],
        "classes": [
            {
                "name": row.name,
                "places": row.places,
                "students": students[row.pk],
                "college_mentors": _mentors(row, Side.COLLEGE),
                "enterprise_mentors": _mentors(row, Side.ENTERPRISE),
            }
            for row in classes
        ],
        "projects": [
            {
                "name": project.name,
                "enterprise": project.enterprise.name,
                "starts_on": _day(project.starts_on),
                "ends_on": _day(project.ends_on),
                "status": project.status,
                "hours": _two(project.worked),  # type: ignore[attr-defined]
            }
            for project in projects
        ],
    }


def hours(zone: Zone, year: int) -> dict:
    """Approved hours of the year, corrections included: by the project's enterprise and activity, and by month."""
    entries = _entries(zone, year).order_by()
    cells: dict[str, Counter[str]] = {}
    months: Counter = Counter()
    sums = entries.values_list("project__enterprise__name", "activity", ExtractMonth("date")).annotate(Sum("hours"))
    for enterprise, activity, month, amount in sums.order_by("project__enterprise__name"):
        cells.setdefault(enterprise, Counter())[activity] += amount
        months[month] += amount
    counts = entries.aggregate(
        entries=Count("pk"), people=Count("person", distinct=True), projects=Count("project", distinct=True)
    )
    return {
        "enterprises": [
            {"name": name, "activities": _texts(row), "total": _two(sum(row.values()))} for name, row in cells.items()
        ],
        "activities": {activity: _two(sum(row[activity] for row in cells.values())) for activity in Activity.values},
        "months": [_two(months[month]) for month in range(1, 13)],
        "total": _two(sum(sum(row.values()) for row in cells.values())),
        **counts,
    }


def evaluation(zone: Zone, year: int) -> dict:
    """The published result of the year, line by line; or only how far the evaluation is, without a single score."""
    rows = Evaluation.objects.filter(zone=zone, year=year).select_related("scheme").order_by("-pk")
    published = rows.filter(status=Evaluation.Status.PUBLISHED).first()
    if not published:
        latest = rows.open().first()
        return {"status": latest.status, "since": _day(_entered(latest))} if latest else {"status": "none"}
    return {"status": published.status, "since": _day(_entered(published)), **_result(published)}


def tasks(zone: Zone, year: int) -> list[dict]:
    """The tasks of the year for which the zone's college answers, plan by plan, with their milestones."""
    rows = (
        Task.objects.filter(
            plan__consortium=zone.consortium_id, plan__year=year, responsible_organization=zone.college_id
        )
        .select_related("plan")
        .prefetch_related("milestones")
        .order_by("plan__title", "plan", "number")
    )
    return [
        {
            "plan": task.plan.title,
            "number": task.number,
            "goal": task.goal,
            "leader": task.leader,
            "responsible_person": task.responsible_person,
            "responsible_unit": task.responsible_unit,
            "milestones": [
                {
                    "quarter": milestone.quarter,
                    "text": milestone.text,
                    "due": _day(milestone.due),
                    "status": milestone.status,
                }
                for milestone in sorted(task.milestones.all(), key=lambda row: row.quarter)
            ],
        }
        for task in rows
    ]


# --- the rows behind --------------------------------------------------------------------------------------------------
def _entries(zone: Zone, year: int) -> QuerySet[HourEntry]:
    return HourEntry.objects.filter(project__zone=zone).approved().in_year(year)


def _partnerships(zone: Zone, year: int) -> QuerySet[ZonePartner]:
    there = Q(until=None) | Q(until__gte=date(year, 1, 1))
    return ZonePartner.objects.filter(there, zone=zone, since__lte=date(year, 12, 31)).select_related("enterprise")


def projects_in(zone: Zone, year: int) -> QuerySet[Project]:
    """With ``worked``: the approved hours of the year."""
    worked = _entries(zone, year).filter(project=OuterRef("pk")).order_by().values("project").values(sum=Sum("hours"))
    in_year = Project.objects.filter(zone=zone, starts_on__lte=date(year, 12, 31), ends_on__gte=date(year, 1, 1))
    rows = in_year.select_related("enterprise").order_by("starts_on", "code")
    return rows.annotate(worked=Coalesce(Subquery(worked), Decimal(0)))


def _enrollments(zone: Zone, year: int) -> QuerySet[Enrollment]:
    there = Q(left_on=None) | Q(left_on__gte=date(year, 1, 1))
    return Enrollment.objects.filter(there, innovation_class__zone=zone, enrolled_on__lte=date(year, 12, 31))


def classes_in(zone: Zone, year: int) -> QuerySet[InnovationClass]:
    """The classes that began in the year or had students in it."""
    ran = Q(year=year) | Q(pk__in=_enrollments(zone, year).values("innovation_class"))
    mentors = Prefetch("mentors", Mentor.objects.select_related("person").order_by("side", "slot"))
    return InnovationClass.objects.filter(ran, zone=zone).prefetch_related(mentors).order_by("year", "code")


def _mentors(row: InnovationClass, side: Side) -> list[str]:
    return [mentor.person.name for mentor in row.mentors.all() if mentor.side == side]


def _entered(row: Evaluation) -> date:
    """The day on which the evaluation came to where it is."""
    days = {
        Evaluation.Status.SELF_ASSESSMENT: row.self_assessment_on,
        Evaluation.Status.REVIEW: row.review_on,
        Evaluation.Status.PUBLICITY: row.publicity_on,
        Evaluation.Status.PUBLISHED: row.published_at and timezone.localdate(row.published_at),
    }
    return days.get(Evaluation.Status(row.status)) or row.opened_on


def _result(published: Evaluation) -> dict:
    """The frozen result beside the names of its scheme; scores of dimensions are means for reading, not official."""
    result = published.result
    if result is None or digest(result) != published.sha256:
        raise Refused(_("The published result does not fit its checksum. Have it verified before a report is made."))
    indicators = {row.number: row for row in published.scheme.indicators.all()}
    lines = [_line(indicators[item["number"]], item) for item in result["indicators"]]
    findings = findings_of([published])
    return {
        "scheme": published.scheme.name,
        "rule": published.scheme.unchosen_rule,
        "version": published.version,
        "sha256": published.sha256,
        "indicators": lines,
        "dimensions": [
            {"name": name, "score": str(mean)}
            for name, mean in compute(published, findings).dimensions.items()
            if mean is not None
        ],
        "chosen_weight": _two(sum(Decimal(line["weight"]) for line in lines if line["score"] is not None)),
        "findings": [
            {
                "number": finding.indicator.number,
                "name": finding.indicator.name,
                "kind": finding.indicator.kind,
                "points": _two(finding.points),
                "reason": finding.reason,
            }
            for finding in findings[published.pk]
        ],
        **{name: result[name] for name in ("rescaled", "absolute", "deductions", "veto", "official", "grade")},
    }


def _line(indicator: Indicator, item: dict) -> dict:
    score = item["score"]
    points = score and str(scoring.rounded(Fraction(item["weight"]) * Fraction(score) / 100))
    return {
        "number": indicator.number,
        "group": indicator.group,
        "dimension": indicator.dimension,
        "name": indicator.name,
        "weight": item["weight"],
        "is_required": item["is_required"],
        "score": score,
        "points": points,
    }


def _texts(row: Mapping[str, Decimal | int]) -> dict[str, str]:
    return {name: _two(amount) for name, amount in row.items()}


def _two(amount: Decimal | int) -> str:
    """Two decimals always, whatever the database makes of zeros at the end."""
    return f"{amount:.2f}"


def _day(day: date) -> str:
    return day.isoformat()
