"""What an evaluation counts by itself: one short function a measure, which finds the rows that answer its question.

Only what others have confirmed counts: approved hours, accepted modules, verified outcomes and registers. A measure
says which rows it counts and which one figure they give: a sum or count (``of``), or that for each ``per`` (times
``factor``, so per cent by default), and which indicators of the paper on special zones (table 1) it can answer.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Aggregate, Count, Exists, Model, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.functional import Promise, lazy
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consortium.models import Agreement, AgreementParty
from zones.models import (
    Activity,
    Application,
    ClosedMonth,
    CreditConversion,
    Enrollment,
    Fund,
    HourEntry,
    InnovationClass,
    Level,
    Mentor,
    Outcome,
    PartTimeTeacher,
    ProjectModule,
    ResearchProject,
    Side,
    StaffTraining,
    TeacherPlacement,
    TeachingResource,
    TechnicalService,
    Zone,
    ZonePartner,
)

Text = str | Promise
PERCENT, HOURS, YUAN = "%", _("hours"), _("yuan")
Kind = Outcome.Kind
COMPUTED = {
    "applied": _("applications"),
    "has_outcome": _("representative outcome"),
    "has_certificate": _("certificate"),
}


@dataclass(frozen=True)
class Measure:
    """``rows`` finds what counts in a year, of all zones; ``zone`` is the way from a row to its zone.

    ``shown`` are the fields by which a row is recognised without naming a person; ``page`` is the list of such rows,
    ``asked`` what it is filtered by besides zone and year.
    """

    name: str
    label: Text
    unit: Text
    question: Text
    indicators: tuple[int, ...]
    rows: Callable[[int], QuerySet]
    of: Aggregate
    per: Aggregate | None = None
    factor: int = 100
    zone: str = "zone"
    shown: tuple[str, ...] = ("title", "date")
    page: str = ""
    asked: dict[str, str] = field(default_factory=dict)

    def by_zone(self, zones: Iterable[Zone], year: int) -> dict[int, Decimal]:
        """The figure of each of these zones by its key, in one query; 0 where nothing is recorded."""
        zones = list(zones)
        found = self.rows(year).filter(**{f"{self.zone}__in": zones}).order_by().values(self.zone)
        figures = {row[self.zone]: self._figure(row) for row in found.annotate(**self._parts())}
        return {zone.pk: figures.get(zone.pk, Decimal("0.00")) for zone in zones}

    def together(self, zones: QuerySet[Zone], year: int) -> Decimal:
        """The figure of all these zones as one: who works in two of them counts once."""
        found = self.rows(year).filter(**{f"{self.zone}__in": zones}).order_by()
        return self._figure(found.aggregate(**self._parts()))

    def records(self, zone: Zone, year: int) -> QuerySet:
        """The rows behind the figure of a zone, the newest first."""
        return self.rows(year).filter(**{self.zone: zone}).order_by("-pk")

    def described(self, keys: list[int], year: int) -> dict[int, list[object]]:
        """What is shown of these rows, by their keys; choices in words. Of several lines of one row the first."""
        rows = self.rows(year).filter(pk__in=keys).order_by()
        fields = [_field(rows.model, path) for path in self.shown]
        found: dict[int, list[object]] = {}
        for key, *values in rows.values_list("pk", *self.shown):
            words = [
                dict(one.flatchoices).get(value, value) if one else value
                for one, value in zip(fields, values, strict=True)
            ]
            found.setdefault(key, words)
        return found

    def heads(self, model: type[Model]) -> list[Text]:
        fields = [_field(model, path) for path in self.shown]
        names = {
            "applied": _("applications"),
            "has_outcome": _("representative outcome"),
            "has_certificate": _("certificate"),
        }
        return [one.verbose_name if one else names[path] for one, path in zip(fields, self.shown, strict=True)]

    def list_url(self, zone: Zone, year: int) -> str:
        """The list with these rows, for those who may read it; "" when no list has exactly them."""
        if not self.page:
            return ""
        asked: dict[str, str | int] = {
            "zone": zone.pk,
            **{name: text.format(year=year) for name, text in self.asked.items()},
        }
        return f"{reverse(self.page)}?{urlencode(asked)}"

    def _parts(self) -> dict[str, Aggregate]:
        return {"part_of": self.of, **({"part_per": self.per} if self.per else {})}

    def _figure(self, row: dict[str, Any]) -> Decimal:
        """Two places, half up. SQLite sums as floats, exact to more than that; for each of nothing is 0."""
        value = Decimal(str(row["part_of"] or 0))
        if self.per:
            value = value * self.factor / Decimal(str(row["part_per"])) if row["part_per"] else Decimal(0)
        return value.quantize(Decimal("0.01"), ROUND_HALF_UP)


def _field(model: type[Model], path: str) -> Any:
    """The field at the end of a way of lookups; None when the query computes it."""
    *way, last = path.split("__")
    for name in way:
        model = model._meta.get_field(name).related_model  # type: ignore[assignment]
    return next((one for one in model._meta.concrete_fields if one.name == last), None)


MEASURES: dict[str, Measure] = {}


def measure(name: str, label: Text, unit: Text, *indicators: int, question: Text, **more: Any) -> Callable:
    """Register a function ``year -> rows``. ``name`` is stored in schemes and never changes."""

    def register(rows: Callable[[int], QuerySet]) -> Callable[[int], QuerySet]:
        MEASURES[name] = Measure(name, label, unit, question, indicators, rows, **{"of": Count("pk"), **more})
        return rows

    return register


def text_of(template: Text, **words: Text) -> Any:
    """A lazy text that puts lazy words in."""
    return lazy(lambda: str(template) % words, str)()


def register_of(thing: str, **asked: str) -> dict[str, Any]:
    """The list of a register, its verified rows of the year."""
    return {"page": f"zones:{thing}_list", "asked": {"year": "{year}", "status": "verified", **asked}}


# --- 1, 2: how the zone is run, who takes part ------------------------------------------------------------------------
@measure(
    "closed_months", _("Months closed with all hours settled"), _("months"), 1,
    question=_("In how many months of the year were the hours settled and the month closed?"),
    shown=("month",),
)  # fmt: skip
def closed_months(year: int) -> QuerySet:
    return ClosedMonth.objects.filter(month__year=year)


@measure(
    "partner_enterprises", _("Enterprises that work in zones"), _("enterprises"), 2,
    question=_("How many enterprises were partners in the year?"),
    of=Count("enterprise", distinct=True), shown=("enterprise__name", "since"),
)  # fmt: skip
def partner_enterprises(year: int) -> QuerySet:
    return ZonePartner.objects.filter(_overlaps(year, "since", "until"))


@measure(
    "agreements_in_force", _("Agreements in force with partners"), _("agreements"), 1, 2,
    question=_("How many signed agreements between the college and the zone's partners were in force in the year?"),
    of=Count("enterprise__agreement_parties__agreement", distinct=True),
    shown=("enterprise__name", "enterprise__agreement_parties__agreement__title"),
)  # fmt: skip
def agreements_in_force(year: int) -> QuerySet:
    """Partners once for each agreement; what ended in the year counts, what was replaced by a new version does not."""
    ended = [Agreement.Status.SIGNED, Agreement.Status.EXPIRED, Agreement.Status.TERMINATED]
    running = Agreement.objects.filter(_overlaps(year, "starts_on", "ends_on"), status__in=ended)
    in_time = Q(ended_on=None) | Q(ended_on__year__gte=year)
    of_college = AgreementParty.objects.filter(
        agreement=OuterRef("enterprise__agreement_parties__agreement"), organization=OuterRef("zone__college")
    )
    return ZonePartner.objects.filter(
        _overlaps(year, "since", "until"),
        Exists(of_college),
        enterprise__agreement_parties__agreement__in=running.filter(in_time),
    )


# --- 3: teachers ------------------------------------------------------------------------------------------------------
@measure(
    "part_time_teachers", _("Part-time teachers from enterprises"), _("people"), 2, 3,
    question=_("How many people of enterprises were appointed to teach?"),
    of=Count("teacher", distinct=True), shown=("enterprise__name", "course", "date"),
    **register_of("part_time_teacher"),
)  # fmt: skip
def part_time_teachers(year: int) -> QuerySet:
    return PartTimeTeacher.objects.verified().in_year(year)


@measure(
    "teachers_in_enterprises", _("Teachers in practice at enterprises"), _("person-times"), 3,
    question=_("How many times did teachers go to work in an enterprise?"),
    shown=("enterprise__name", "date", "days"), **register_of("teacher_placement"),
)  # fmt: skip
def teachers_in_enterprises(year: int) -> QuerySet:
    return TeacherPlacement.objects.verified().in_year(year)


@measure(
    "placement_days", _("Days of teachers in enterprises"), _("days"), 3,
    question=_("How many days did teachers work in enterprises?"),
    of=Sum("days"), shown=("enterprise__name", "date", "days"), **register_of("teacher_placement"),
)  # fmt: skip
def placement_days(year: int) -> QuerySet:
    return TeacherPlacement.objects.verified().in_year(year)


# --- 4 to 7: research, service, training ------------------------------------------------------------------------------
@measure(
    "research_projects", _("Research projects approved"), pgettext_lazy("unit", "projects"), 4,
    question=_("How many research projects were approved in the year?"), **register_of("research_project"),
)  # fmt: skip
def research_projects(year: int) -> QuerySet:
    return ResearchProject.objects.verified().in_year(year)


@measure(
    "research_funding", _("Funding of research projects"), YUAN, 4,
    question=_("How much funding have the research projects approved in the year?"),
    of=Sum("funding"), shown=("title", "date", "funding"), **register_of("research_project"),
)  # fmt: skip
def research_funding(year: int) -> QuerySet:
    return ResearchProject.objects.verified().in_year(year)


@measure(
    "technical_services", _("Money received for technical services"), YUAN, 5,
    question=_("How much money was received under the contracts signed in the year?"),
    of=Sum("amount_received"), shown=("title", "date", "amount_received"), **register_of("technical_service"),
)  # fmt: skip
def technical_services(year: int) -> QuerySet:
    return TechnicalService.objects.verified().in_year(year)


@measure(
    "value_created", _("Value created for enterprises"), YUAN, 6,
    question=_("How much value have enterprises confirmed in writing?"),
    of=Sum("value_created"), shown=("title", "date", "value_created"), **register_of("technical_service"),
)  # fmt: skip
def value_created(year: int) -> QuerySet:
    return TechnicalService.objects.verified().in_year(year)


@measure(
    "people_trained", _("People of enterprises trained"), _("person-times"), 7,
    question=_("How many people of enterprises were trained?"),
    of=Sum("people"), shown=("title", "date", "people"), **register_of("staff_training"),
)  # fmt: skip
def people_trained(year: int) -> QuerySet:
    return StaffTraining.objects.verified().in_year(year)


# --- 8, 9: the classes of the year ------------------------------------------------------------------------------------
@measure(
    "applicants_per_place", _("Applicants for each place"), _("people"), 8,
    question=_("How many students applied for each place of the classes that began in the year?"),
    of=Sum("applied"), per=Sum("places"), factor=1, shown=("name", "places", "applied"),
)  # fmt: skip
def applicants_per_place(year: int) -> QuerySet:
    applied = Application.objects.filter(innovation_class=OuterRef("pk")).order_by().values("innovation_class")
    count = Coalesce(Subquery(applied.annotate(n=Count("pk")).values("n")), 0)
    return InnovationClass.objects.filter(year=year).annotate(applied=count)


@measure(
    "ranking_kept", _("Admissions that keep the ranking"), PERCENT, 8,
    question=_("What share of the admitted were admitted in the order of the ranking, not as an exception?"),
    of=Count("pk", filter=Q(exception_reason="")), per=Count("pk"),
    zone="innovation_class__zone", shown=("innovation_class__name", "rank", "exception_reason"),
)  # fmt: skip
def ranking_kept(year: int) -> QuerySet:
    return Application.objects.admitted().filter(innovation_class__year=year)


@measure(
    "mentors_of_both_sides", _("Classes with mentors of both sides"), PERCENT, 9, 10,
    question=_("What share of the classes that began in the year have a mentor of the college and of the enterprise?"),
    of=Count("pk", filter=Q(both=True)), per=Count("pk"), shown=("name", "places"),
)  # fmt: skip
def mentors_of_both_sides(year: int) -> QuerySet:
    mentors = Mentor.objects.filter(innovation_class=OuterRef("pk"))
    both = Exists(mentors.filter(side=Side.COLLEGE)) & Exists(mentors.filter(side=Side.ENTERPRISE))
    return InnovationClass.objects.filter(year=year).annotate(both=both)


# --- 10 to 12: how the classes work -----------------------------------------------------------------------------------
@measure(
    "students_with_outcome", _("Share of students with a representative outcome"), PERCENT, 10,
    question=_("What share of the students placed in the year have a verified representative outcome?"),
    of=Count("pk", filter=Q(has_outcome=True)), per=Count("pk"),
    zone="innovation_class__zone", shown=("innovation_class__name", "enrolled_on", "has_outcome"),
)  # fmt: skip
def students_with_outcome(year: int) -> QuerySet:
    return Enrollment.objects.filter(_overlaps(year, "enrolled_on", "left_on")).with_outcomes()


@measure(
    "students_lacking_outcome", _("Students who lack an outcome"), pgettext_lazy("unit", "students"), 10,
    question=_("How many students placed in the year have no verified representative outcome yet?"),
    zone="innovation_class__zone", shown=("innovation_class__name", "enrolled_on"),
)  # fmt: skip
def students_lacking_outcome(year: int) -> QuerySet:
    return students_with_outcome(year).filter(has_outcome=False)


@measure(
    "modules_accepted", _("Project modules accepted"), PERCENT, 11,
    question=_("What share of the modules of the year's enterprise projects has been accepted?"),
    of=Count("pk", filter=Q(status="accepted")), per=Count("pk"),
    zone="project__zone", shown=("project__name", "name", "status"),
)  # fmt: skip
def modules_accepted(year: int) -> QuerySet:
    return ProjectModule.objects.filter(_overlaps(year, "project__starts_on", "project__ends_on"))


def _approved_hours(activity: Activity | None) -> Callable[[int], QuerySet]:
    asked = {"date_after": "{year}-01-01", "date_before": "{year}-12-31", "status": "approved"}
    numbers = {Activity.TEACHING: 10, Activity.TECHNICAL_SERVICE: 5, Activity.RESEARCH_DEVELOPMENT: 4,
               Activity.STAFF_TRAINING: 7}  # fmt: skip

    def rows(year: int) -> QuerySet:
        found = HourEntry.objects.approved().in_year(year)
        return found.filter(activity=activity) if activity else found

    return measure(
        f"hours_{activity.value}" if activity else "approved_hours",
        text_of(_("Approved hours: %(activity)s"), activity=activity.label) if activity else _("Approved hours"),
        HOURS,
        numbers.get(activity, 11) if activity else 11,
        question=_("How many project hours of the year have been countersigned?"),
        of=Sum("hours"),
        zone="project__zone",
        shown=("project__name", "date", "hours"),
        page="zones:hours_list",
        asked={**asked, **({"activity": activity.value} if activity else {})},
    )(rows)


for activity in (None, *Activity):
    _approved_hours(activity)


@measure(
    "credits_converted", _("Credits converted"), _("credits"), 12,
    question=_("How many credits were granted for outcomes of the year?"),
    of=Sum("credits"), zone="outcome__zone", shown=("outcome__title", "course", "credits"),
)  # fmt: skip
def credits_converted(year: int) -> QuerySet:
    return CreditConversion.objects.granted().filter(year=year)


# --- 13 to 17: teaching resources -------------------------------------------------------------------------------------
@measure(
    "teaching_resources", _("Teaching resources made together"), _("pieces"), 14,
    question=_("How many teaching resources of any kind were finished?"), **register_of("teaching_resource"),
)  # fmt: skip
def teaching_resources(year: int) -> QuerySet:
    return TeachingResource.objects.verified().in_year(year)


def _resources(kind: TeachingResource.Kind, number: int) -> None:
    unit = _("questions") if kind == TeachingResource.Kind.QUESTION_BANK else _("pieces")
    measure(
        f"resources_{kind.value}", kind.label, unit, number,
        question=_("How many of this kind were finished, by their quantity?"),
        of=Sum("quantity"), shown=("title", "date", "quantity"), **register_of("teaching_resource", kind=kind.value),
    )(lambda year: teaching_resources(year).filter(kind=kind))  # fmt: skip


for number, kind in enumerate(TeachingResource.Kind, start=13):
    _resources(kind, number)


# --- 18, 19: what students achieved -----------------------------------------------------------------------------------
def _achieved(year: int, *kinds: str) -> QuerySet:
    """Verified outcomes of students. Of one achievement in several rounds only the first row's key is counted."""
    by_students = Outcome.students.through.objects.filter(outcome=OuterRef("pk"))
    return Outcome.objects.verified().in_year(year).filter(Exists(by_students), kind__in=kinds)


ONCE = Count(Coalesce("same_as", "pk"), distinct=True)


@measure(
    "certificates", _("Certificates of students"), _("people"), 18,
    question=_("How many students earned a certificate in the year?"),
    of=Count("students", distinct=True), **register_of("outcome", kind="certificate"),
)  # fmt: skip
def certificates(year: int) -> QuerySet:
    return _achieved(year, Kind.CERTIFICATE)


@measure(
    "certificate_rate", _("Students with a certificate"), PERCENT, 18,
    question=_("What share of the students placed in the year hold a verified certificate?"),
    of=Count("pk", filter=Q(has_certificate=True)), per=Count("pk"),
    zone="innovation_class__zone", shown=("innovation_class__name", "enrolled_on", "has_certificate"),
)  # fmt: skip
def certificate_rate(year: int) -> QuerySet:
    held = Outcome.students.through.objects.filter(
        student=OuterRef("student"), outcome__kind=Kind.CERTIFICATE, outcome__status=Outcome.Status.VERIFIED
    )
    placed = Enrollment.objects.filter(_overlaps(year, "enrolled_on", "left_on"))
    return placed.annotate(has_certificate=Exists(held.filter(outcome__date__year__lte=year)))


def _awards(level: Level | None) -> None:
    measure(
        f"awards_{level.value}" if level else "awards",
        text_of(_("Contest awards: %(level)s"), level=level.label) if level else _("Contest awards"),
        _("items"), 18,
        question=_("How many contests did students win? The same achievement counts once."),
        of=ONCE, **register_of("outcome", kind="contest_award", **({"level": level.value} if level else {})),
    )(lambda year: _achieved(year, Kind.CONTEST_AWARD).filter(**({"level": level} if level else {})))  # fmt: skip


for level in (None, *Level):
    _awards(level)


@measure(
    "student_outcomes", _("Patents, papers and projects of students"), _("items"), 19,
    question=_("How many patents, papers and innovation projects have students? The same achievement counts once."),
    of=ONCE,
)  # fmt: skip
def student_outcomes(year: int) -> QuerySet:
    return _achieved(year, Kind.PATENT, Kind.PAPER, Kind.INNOVATION_PROJECT)


# --- 21: money --------------------------------------------------------------------------------------------------------
@measure(
    "budget_spent", _("Budget spent"), PERCENT, 21,
    question=_("What share of the budget approved in the year has been spent?"),
    of=Sum("spent"), per=Sum("budget"), shown=("title", "date", "budget", "spent"), **register_of("fund"),
)  # fmt: skip
def budget_spent(year: int) -> QuerySet:
    return Fund.objects.verified().in_year(year)


def _overlaps(year: int, first: str, last: str) -> Q:
    """What began by the end of the year and had not ended before it."""
    open_ended = Q(**{last: None}) | Q(**{f"{last}__gte": date(year, 1, 1)})
    return open_ended & Q(**{f"{first}__lte": date(year, 12, 31)})
