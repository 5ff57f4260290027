"""1 to 7: how the zone is run, who takes part, teachers, research, service and training."""

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consortium.models import Agreement, AgreementParty
from zones.models import (
    ClosedMonth,
    PartTimeTeacher,
    ResearchProject,
    StaffTraining,
    TeacherPlacement,
    TechnicalService,
    ZonePartner,
)

from .registry import YUAN, measure, overlaps, register_of


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
    return ZonePartner.objects.filter(overlaps(year, "since", "until"))


@measure(
    "agreements_in_force", _("Agreements in force with partners"), _("agreements"), 1, 2,
    question=_("How many signed agreements between the college and the zone's partners were in force in the year?"),
    of=Count("enterprise__agreement_parties__agreement", distinct=True),
    shown=("enterprise__name", "enterprise__agreement_parties__agreement__title"),
)  # fmt: skip
def agreements_in_force(year: int) -> QuerySet:
    """Partners once for each agreement; what ended in the year counts, what was replaced by a new version does not."""
    ended = [Agreement.Status.SIGNED, Agreement.Status.EXPIRED, Agreement.Status.TERMINATED]
    running = Agreement.objects.filter(overlaps(year, "starts_on", "ends_on"), status__in=ended)
    in_time = Q(ended_on=None) | Q(ended_on__year__gte=year)
    of_college = AgreementParty.objects.filter(
        agreement=OuterRef("enterprise__agreement_parties__agreement"), organization=OuterRef("zone__college")
    )
    return ZonePartner.objects.filter(
        overlaps(year, "since", "until"),
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
