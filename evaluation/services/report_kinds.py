"""What each kind of annual report says: a list of sections, each made by one function that several kinds share.

A section is ``{"title", "tables"}``; a table ``{"title", "of", "columns", "unit", "note", "rows"}``; a row
``{"name", "figures"}`` with figures as ``report_records`` makes them: the year, the year before, the difference. The
words are the document's own and Chinese, whoever orders it. Nobody is named but organizations, zones and classes.
"""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import override

from consortium.models import Organization
from tasks.models import Milestone
from zones.ledger import rate_on
from zones.models import Activity, Contribution, HourlyRate, OutcomeKind, Zone

from ..models import AnnualReport, Evaluation, StandardCheck
from ..models.report_subjects import Scope
from . import report_figures
from .report_about import APPROVED, About, about_of, zones_of
from .report_facts import narrative
from .report_figures import enterprises_in
from .report_records import Figure, Grouped, Records, asked, beside, by_group, in_years, products, stated, together


def sections(report: AnnualReport) -> list[dict[str, Any]]:
    """All sections of a report of its kind, from the records as they are now."""
    about = about_of(report)
    with override("zh-hans"):
        return [{"title": title, "tables": list(make(about))} for title, make in KINDS()[Scope(report.scope)]]


def gather(report: AnnualReport) -> dict[str, Any]:
    """All figures of ``report``. Raises Refused when a published result is not what was published."""
    if report.zone:
        own = report_figures.gather(report.zone, report.year)
        return {**own, "sections": sections(report), "narrative": narrative(report)}
    return {
        "year": report.year,
        "consortium": report.consortium.name,
        "kind": report.scope,
        "subject": str(report.subject),
        "college": str(report.innovation_class.zone.college) if report.innovation_class else "",
        "sections": sections(report),
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


def table(
    about: About, title: str, of: str, rows: Iterable[tuple[str, list[Figure]]], unit: str = "", note: str = ""
) -> dict[str, Any]:
    year = about.year
    columns = [_("%(year)s") % {"year": year}, _("%(year)s") % {"year": year - 1}, _("Against last year")]
    lines = [{"name": name, "figures": figures} for name, figures in rows]
    return {"title": title, "of": of, "columns": columns, "unit": unit, "note": note, "rows": lines}


# --- hours ------------------------------------------------------------------------------------------------------------
def hours(about: About) -> Iterable[dict]:
    """By enterprise, zone where there are several, activity and month, each with what is added up."""
    records, year = about.hours, about.year
    counts = [
        records,
        *(Records(records.model, records.filter, f"count {name}") for name in ("pk", "person", "project")),
    ]
    groups = [(records, group) for group in ("project__enterprise", "project__zone", "activity")]
    (total, entries, workers, projects), (enterprises, zones, activities) = together(counts, year, *groups)
    in_all = (_("Total"), total)
    if about.report.scope != Scope.ENTERPRISE:
        yield table(
            about,
            _("Hours by enterprise"),
            _("Enterprise"),
            [*_named(enterprises, Organization), in_all],
        )
    if about.report.scope in {Scope.COLLEGE, Scope.CONSORTIUM, Scope.ENTERPRISE}:
        yield table(
            about,
            _("Hours by zone"),
            _("Special zone"),
            [*_named(zones, Zone), in_all],
        )
    yield by_activity(about, activities, total)
    if about.report.scope != Scope.ZONE:  # its own table of months has a chart
        yield by_month(about, records)
    lines = [(_("Hour entries"), entries), (_("People who worked"), workers), (_("Projects worked on"), projects)]
    yield table(about, _("Scope of the work"), _("What is counted"), lines)


def by_month(about: About, records: Records) -> dict[str, Any]:
    months = by_group(records, about.year, "date__month")
    nothing = no_month(records, about.year)
    return table(
        about,
        _("Hours by month"),
        _("Month"),
        [(_("%(month)s (month)") % {"month": month}, months.get(month) or nothing(month)) for month in range(1, 13)],
        unit="months",
    )


def no_month(records: Records, year: int) -> Callable[[int], list[Figure]]:
    """Twelve months stand in the table, whether somebody worked or not."""

    def of(month: int) -> list[Figure]:
        rows = [records.of(date__month=month, date__year=when) for when in (year, year - 1)]
        return beside(*({"value": "0.00", "records": row.said()} for row in rows))

    return of


def by_activity(about: About, found: Grouped, total: list[Figure]) -> dict[str, Any]:
    rows = [(str(activity.label), found[activity]) for activity in Activity if activity in found]
    return table(about, _("Hours by activity"), _("Kind of work"), [*rows, (_("Total"), total)])


# --- enterprise -------------------------------------------------------------------------------------------------------
def gave(about: About) -> Iterable[dict]:
    """As the enterprise's one page (``zones.ledger``): hours of its own people, worth what is agreed."""
    own = {"organization": about.report.organization_id, "project__zone__consortium": about.report.consortium_id}
    records = Records("zones.hourentry", {**APPROVED, **own}, "sum hours")
    [total], [activities] = together([records], about.year, (records, "activity"))
    spent = by_activity(about, activities, total)
    yield {**spent, "title": _("Hours of its people by activity")}
    kinds = [
        (str(kind.label), about.verified("contribution", "sum amount", kind=kind.value)) for kind in Contribution.Kind
    ]
    worth = (_("Hours at the agreed rates"), beside(*(worked(about, records, when) for when in _years(about))))
    paid = [
        *kinds,
        (_("Funds of the enterprise, spent"), about.verified("fund", "sum spent")),
        (_("Paid for technical services"), about.verified("technicalservice", "sum amount_received")),
        (
            _("Agreed funding of research that it commissioned"),
            about.verified("researchproject", "sum funding", kind="horizontal"),
        ),
    ]
    rows = [worth, *_beside(about, paid)]
    note = _("In yuan. Hours without an agreed rate are not in it.")
    yield table(about, _("Money and things of value"), _("Given"), rows, note=note)
    lessons = (_("Lessons of part-time teachers"), about.verified("parttimeteacher", "sum hours"))
    yield counted(about, [lessons], title=_("Teaching"))


def worked(about: About, records: Records, year: int) -> Figure:
    """Hours times the rate in force, for each stretch of days between two changes of a rate and each activity."""
    agreed = {"enterprise": about.report.organization_id, "consortium": about.report.consortium_id}
    rates = list(HourlyRate.objects.filter(**agreed))
    first, last = date(year, 1, 1), date(year, 12, 31)
    starts = {first, *(rate.starts_on for rate in rates)}
    starts |= {rate.ends_on + timedelta(days=1) for rate in rates if rate.ends_on}
    begins = sorted(start for start in starts if first <= start <= last)
    pairs = []
    for since, until in zip(begins, [*(start - timedelta(days=1) for start in begins[1:]), last], strict=True):
        stretch = records.of(date__gte=str(since), date__lte=str(until))
        for activity in sorted(set(stretch.rows().values_list("activity", flat=True))):
            if rate := rate_on(rates, activity, since):
                price = stated("zones.hourlyrate", rate.pk, "amount", str(rate.amount))
                [spent] = asked(stretch.of(activity=activity))
                pairs.append((spent, price))
    return products(pairs)


def received(about: About) -> Iterable[dict]:
    yield counted(
        about,
        [
            (_("Value created by technical services (yuan)"), about.verified("technicalservice", "sum value_created")),
            (_("Students employed"), about.verified("hire", "count pk")),
            (_("Research projects"), about.verified("researchproject", "count pk")),
            (_("Outcomes made together"), about.verified("outcome", "count pk")),
            (_("Staff trained (people)"), about.verified("stafftraining", "sum people")),
            (_("Teachers in the enterprise (days)"), about.verified("teacherplacement", "sum days")),
        ],
        title=_("Talent, technology and training"),
    )


# --- people and records -----------------------------------------------------------------------------------------------
def counted(about: About, rows: list[tuple[str, Records]], title: str) -> dict[str, Any]:
    return table(about, title, _("What is counted"), _beside(about, rows))


def _beside(about: About, rows: list[tuple[str, Records]]) -> list[tuple[str, list[Figure]]]:
    figures, _groups = together([records for _name, records in rows], about.year)
    return [(name, its) for (name, _records), its in zip(rows, figures, strict=True)]


def people(about: About) -> Iterable[dict]:
    def there(when: int) -> Records:
        began = {"enrolled_on__lte": f"{when}-12-31", **about.zone("innovation_class__zone")}
        return Records("zones.enrollment", began, "count student", {"left_on__lt": f"{when}-01-01"})

    def open_zones(when: int) -> Records:
        filters = {"established_on__lte": f"{when}-12-31", **about.zones}
        return Records("zones.zone", filters, "count pk", {"status": "planned"})

    classes = Records("zones.innovationclass", about.zone("zone"), "count pk", year="year")
    yield table(
        about,
        _("Zones, classes and students"),
        _("What is counted"),
        [
            (_("Special zones"), beside(*asked(*map(open_zones, _years(about))))),
            (_("Innovation classes begun"), in_years(classes, about.year)),
            (_("Students in innovation classes"), beside(*asked(*map(there, _years(about))))),
        ],
    )


def students(about: About) -> Iterable[dict]:
    """Of a class, or of all classes of a zone."""
    own = {"innovation_class__zone": about.report.zone_id}
    if about.report.innovation_class:
        own = {"innovation_class": about.report.innovation_class_id}

    def there(when: int) -> Records:
        began = {"enrolled_on__lte": f"{when}-12-31", **own}
        return Records("zones.enrollment", began, "count student", {"left_on__lt": f"{when}-01-01"})

    begun = Records("zones.enrollment", own, "count student", year="enrolled_on__year")
    left = Records("zones.enrollment", own, "count student", year="left_on__year")
    yield table(
        about,
        _("Students"),
        _("What is counted"),
        [
            (_("Students in innovation classes"), beside(*asked(*map(there, _years(about))))),
            *_beside(about, [(_("Placed in the year"), begun), (_("Left in the year"), left)]),
        ],
    )


def outcomes(about: About) -> Iterable[dict]:
    own = {"innovation_class": about.report.innovation_class_id} if about.report.innovation_class else {}
    records = about.verified("outcome", "count pk", **own)
    holders = Records(records.model, {**records.filter, "students__isnull": False}, "count students")
    counts = [records, records.of(is_representative=True), holders]
    (total, representative, students_with), [kinds] = together(counts, about.year, (records, "kind"))
    yield table(
        about,
        _("Verified outcomes by kind"),
        _("Kind"),
        [
            *((str(kind.label), kinds[kind]) for kind in OutcomeKind if kind in kinds),
            (_("Total"), total),
            (_("Representative outcomes"), representative),
            (_("Students with an outcome"), students_with),
        ],
    )


def registers(about: About) -> Iterable[dict]:
    yield counted(
        about,
        [
            (_("Outcomes"), about.verified("outcome", "count pk")),
            (_("Teaching resources"), about.verified("teachingresource", "sum quantity")),
            (_("Staff trained (people)"), about.verified("stafftraining", "sum people")),
            (_("Teachers in enterprises (days)"), about.verified("teacherplacement", "sum days")),
            (_("Lessons of part-time teachers"), about.verified("parttimeteacher", "sum hours")),
            (_("Research projects"), about.verified("researchproject", "count pk")),
            (_("Received for technical services (yuan)"), about.verified("technicalservice", "sum amount_received")),
            (_("Given by enterprises (yuan)"), about.verified("contribution", "sum amount")),
            (_("Funds spent (yuan)"), about.verified("fund", "sum spent")),
            (_("Students employed"), about.verified("hire", "count pk")),
        ],
        title=_("Resources, training and services"),
    )


# --- how well ---------------------------------------------------------------------------------------------------------
def evaluations(about: About) -> Iterable[dict]:
    """The published results of the zones; in a consortium and a college with the rank among the zones of one form."""
    everybody = {"zone__consortium": about.report.consortium_id, "status": Evaluation.Status.PUBLISHED.value}
    rows = Evaluation.objects.filter(**everybody, year__in=_years(about)).select_related("zone")
    results = {(row.year, row.zone_id): row for row in rows}
    zones = list(Zone.objects.filter(**_own_zones(about)).exclude(status=Zone.Status.PLANNED).order_by("code"))
    for form in Zone.Form:
        ranked = [zone for zone in zones if zone.form == form]
        ranked.sort(key=lambda zone: _rank(results.get((about.year, zone.pk)), results.values()) or len(rows) + 1)
        if not ranked:
            continue
        lines = []
        for zone in ranked:
            scores, ranks = [], []
            for when in _years(about):
                result = results.get((when, zone.pk))
                scores.append(_score(result, everybody, zone, when))
                ranks.append(_ranked(result, results.values(), everybody, zone, when))
            lines.append((str(zone), [ranks[0], *beside(*scores), ranks[1]]))
        made = table(about, str(form.label), _("Special zone"), lines, unit="scores")
        rank = _("Rank %(year)s")
        columns = [rank % {"year": about.year}, *made["columns"], rank % {"year": about.year - 1}]
        note = _("Official scores of published evaluations; ranks among the zones of this form in the consortium.")
        yield {**made, "columns": columns, "note": note}


def _own_zones(about: About) -> dict[str, Any]:
    zone = about.zones.get("")
    return {"pk": zone} if zone else about.zones


def _score(result: Evaluation | None, everybody: dict, zone: Zone, when: int) -> Figure:
    if result is None:
        missing = {**everybody, "zone": zone.pk, "year": when}
        records = Records("evaluation.evaluation", missing, "value result.official")
        return {"value": None, "records": records.said()}
    assert result.result is not None
    return stated("evaluation.evaluation", result.pk, "result.official", result.result["official"])


def _ranked(result: Evaluation | None, others: Iterable[Evaluation], everybody: dict, zone: Zone, when: int) -> Figure:
    among = {**everybody, "zone__form": zone.form, "year": when}
    amount = f"rank result.official {result.pk if result else 0}"
    return {"value": _rank(result, others), "records": Records("evaluation.evaluation", among, amount).said()}


def _rank(result: Evaluation | None, others: Iterable[Evaluation]) -> int | None:
    if result is None:
        return None

    same = (row for row in others if row.year == result.year and row.zone.form == result.zone.form)
    return 1 + sum(_official(row) > _official(result) for row in same)


def _official(row: Evaluation) -> Decimal:
    assert row.result is not None
    return Decimal(row.result["official"])


def standard(about: About) -> Iterable[dict]:
    """The consortium's own check against the ministry's standard, where one is finished."""

    def official(when: int) -> Figure:
        filters = {"consortium": about.report.consortium_id, "year": when, "status": "done"}
        newest = StandardCheck.objects.filter(**filters).order_by("-pk").first()
        if newest is None or newest.result is None:
            return {
                "value": None,
                "records": Records("evaluation.standardcheck", filters, "value result.official").said(),
            }
        return stated("evaluation.standardcheck", newest.pk, "result.official", newest.result["official"])

    rows = [(_("Official score"), beside(*map(official, _years(about))))]
    yield table(about, _("Check against the standard"), _("What is counted"), rows, unit="scores")


# --- what next, and who -----------------------------------------------------------------------------------------------
def tasks(about: About) -> Iterable[dict]:
    filters: dict[str, Any] = {"plan__consortium": about.report.consortium_id}
    if about.report.scope == Scope.COLLEGE:
        filters["responsible_organization"] = about.report.organization_id
    steps = Records(
        "tasks.milestone",
        {f"task__{name}": value for name, value in filters.items()},
        "count pk",
        {},
        "task__plan__year",
    )
    yield counted(
        about,
        [
            (_("Tasks"), Records("tasks.task", filters, "count pk", {}, "plan__year")),
            (_("Milestones"), steps),
            *((str(status.label), steps.of(status=status.value)) for status in Milestone.Status),
        ],
        title=_("Tasks and their milestones by state"),
    )


def council(about: About) -> Iterable[dict]:
    consortium = about.report.consortium_id

    def members(when: int) -> Records:
        there = {"consortium": consortium, "joined_on__lte": f"{when}-12-31"}
        return Records("consortium.membership", there, "count pk", {"left_on__lte": f"{when}-12-31"})

    held = {"council__consortium": consortium, "status__in": ["in_session", "minutes", "approved"]}
    agreed = {"item__meeting__council__consortium": consortium}
    yield table(
        about,
        _("Members, council and agreements"),
        _("What is counted"),
        [
            (_("Members at the end of the year"), beside(*asked(*map(members, _years(about))))),
            (
                _("Council meetings held"),
                in_years(Records("consortium.meeting", held, "count pk", {}, "held_at__year"), about.year),
            ),
            (
                _("Resolutions"),
                in_years(
                    Records("consortium.resolution", agreed, "count pk", {}, "item__meeting__held_at__year"),
                    about.year,
                ),
            ),
            (
                _("Agreements signed"),
                in_years(
                    Records("consortium.agreement", {"consortium": consortium}, "count pk", {}, "signed_on__year"),
                    about.year,
                ),
            ),
        ],
    )


def _years(about: About) -> tuple[int, int]:
    return about.year, about.year - 1


def _named(found: dict[Any, list[Figure]], model: Any) -> list[tuple[str, list[Figure]]]:
    names = model._default_manager.in_bulk(list(found))
    return sorted(((str(names[key]), figures) for key, figures in found.items()), key=lambda row: row[0])
