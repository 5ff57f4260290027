"""8 to 12: the classes of the year and how they work."""

from collections.abc import Callable

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zones.models import (
    Activity,
    Application,
    CreditConversion,
    Enrollment,
    HourEntry,
    InnovationClass,
    Mentor,
    ProjectModule,
    Side,
)

from .registry import HOURS, PERCENT, measure, overlaps, text_of


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
    return Enrollment.objects.filter(overlaps(year, "enrolled_on", "left_on")).with_outcomes()


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
    return ProjectModule.objects.filter(overlaps(year, "project__starts_on", "project__ends_on"))


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
