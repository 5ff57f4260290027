"""What each kind of annual report says: a list of sections, each made by one function that several kinds share.

A section is ``{"title", "tables"}``; a table ``{"title", "of", "columns", "unit", "note", "rows"}``; a row
``{"name", "figures"}`` with figures as ``report_records`` makes them: the year, the year before, the difference. The
words are the document's own and Chinese, whoever orders it. Nobody is named but organizations, zones and classes.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import override

from consortium.models import Organization
from zones.models import Zone

from ..models import AnnualReport
from ..models.report_subjects import Scope
from . import report_figures
from .report_about import About, about_of, zones_of
from .report_facts import narrative
from .report_figures import enterprises_in, partners_in
from .report_sections.enterprise import gave, received
from .report_sections.evaluations import evaluations, standard
from .report_sections.governance import council, tasks
from .report_sections.hours import hours
from .report_sections.people import outcomes, people, registers, students
from .report_sections.years import over_years


def sections(report: AnnualReport) -> list[dict[str, Any]]:
    """All sections of a report of its kind, from the records as they are now."""
    about = about_of(report)
    with override("zh-hans"):
        return [{"title": title, "tables": list(make(about))} for title, make in KINDS()[Scope(report.scope)]]


def lines(report: AnnualReport) -> list[dict[str, Any]]:
    """The section of all years, where there are more than two."""
    with override("zh-hans"):
        return over_years(about_of(report))


def gather(report: AnnualReport) -> dict[str, Any]:
    """All figures of ``report``. Raises Refused when a published result is not what was published."""
    if report.zone:
        own = report_figures.gather(report.zone, report.year)
        return {**own, "sections": sections(report), "over_years": lines(report), "narrative": narrative(report)}
    return {
        "year": report.year,
        "consortium": report.consortium.name,
        "kind": report.scope,
        "subject": str(report.subject),
        "college": str(report.innovation_class.zone.college) if report.innovation_class else "",
        "partners": partners_in(report.innovation_class.zone, report.year) if report.innovation_class else [],
        "sections": sections(report),
        "over_years": lines(report),
        "narrative": narrative(report),
    }


def named_in(report: AnnualReport) -> set[int]:
    """The keys of the enterprises that the report names, of its year or of the year before."""
    if report.scope == Scope.ENTERPRISE:
        return {report.organization_id} if report.organization_id else set()
    years = (report.year, report.year - 1)
    zone = report.innovation_class.zone if report.innovation_class else report.zone
    if zone:
        return {row.pk for year in years for row in enterprises_in(zone, year)}
    zones = Zone.objects.filter(**zones_of(report))
    names = Q(partnerships__zone__in=zones) | Q(projects__zone__in=zones)
    return set(Organization.objects.filter(names).values_list("pk", flat=True))


def KINDS() -> dict[Scope, list[tuple[str, Callable[[About], Iterable[dict]]]]]:
    hours_of = (_("Project hours"), hours)
    return {
        Scope.ZONE: [
            (_("Hours against last year"), hours),
            (_("Students"), students),
            (_("Outcomes"), outcomes),
            (_("Resources, training and services"), registers),
        ],
        Scope.CLASS: [
            (_("Students"), students),
            (_("Outcomes"), outcomes),
            (_("Project hours of the mentors"), hours),
            (_("Evaluation of the zone"), evaluations),
        ],
        Scope.ENTERPRISE: [(_("What it gave"), gave), (_("What it received"), received), hours_of],
        Scope.COLLEGE: [
            (_("Zones, classes and students"), people),
            hours_of,
            (_("Outcomes"), outcomes),
            (_("Resources, training and services"), registers),
            (_("Evaluation"), evaluations),
            (_("Tasks of the year"), tasks),
        ],
        Scope.CONSORTIUM: [
            (_("Members, council and agreements"), council),
            (_("Zones, classes and students"), people),
            (_("Ranking of the zones"), evaluations),
            hours_of,
            (_("Outcomes"), outcomes),
            (_("Resources, training and services"), registers),
            (_("Tasks of the year"), tasks),
            (_("Check against the standard"), standard),
        ],
    }
