"""The registers of a zone: what it made, earned, trained and spent. An evaluation measures from the verified rows.

Each row has the day (``date``) that decides to which year it belongs. Which indicator of the scheme a register answers
stands at its class; the numbers are those of the paper on special zones (table 1).
"""

from decimal import Decimal

from django.db import models
from django.db.models import Count, F, Q, Sum
from django.utils.translation import gettext_lazy as _

from consortium.models import User

from .contributions import Contribution, Hire
from .verification import (
    Level,
    Verified,
    VerifiedQuerySet,
    enterprise_key,
    in_order,
    not_negative,
    positive,
    yuan,
)

TARGET_DAYS = 30  # a teacher spends at least one month a year in enterprises (State Council 2019, No. 4, item 12)


class TeachingResource(Verified):
    """Indicators 13 to 17: one kind each."""

    class Kind(models.TextChoices):
        TEXTBOOK_MANUAL = "textbook_manual", _("Textbook or training manual")
        CASE = "case", _("Teaching case")
        SLIDES_PLAN = "slides_plan", _("Slides and lesson plans")
        VIDEO_SOFTWARE = "video_software", _("Videos, animations and software")
        QUESTION_BANK = "question_bank", _("Question bank")

    THING = "teaching_resource"
    files_act = "teaching_resource.change"

    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    title = models.CharField(_("name of the resource"), max_length=120)
    date = models.DateField(_("finished on"))
    quantity = models.PositiveIntegerField(
        _("quantity"), default=1, help_text=_("Books, cases, sets or clips; of a question bank the questions.")
    )
    enterprise = enterprise_key(null=True, blank=True, help_text=_("With which it was made, when there is one."))

    objects = VerifiedQuerySet.as_manager()

    class Meta(Verified.Meta):
        verbose_name = _("teaching resource")
        verbose_name_plural = _("teaching resources")
        constraints = [
            *Verified.Meta.constraints,
            models.UniqueConstraint(
                fields=["zone", "kind", "title"],
                name="resource_once",
                violation_error_code="title",
                violation_error_message=_("This zone has a resource of this kind and title already."),
            ),
            positive("quantity", "resource_quantity"),
        ]

    def __str__(self):
        return self.title


class TechnicalService(Verified):
    """Indicators 5 (technical service: amount received) and 6 (what the enterprise gained: value created)."""

    THING = "technical_service"
    files_act = "technical_service.change"
    SUMS = {name: Sum(name) for name in ("contract_amount", "amount_received", "value_created")}
    TEXTS = ["title", "contract_number"]

    title = models.CharField(_("contract"), max_length=120)
    contract_number = models.CharField(_("contract number"), max_length=60, blank=True)
    enterprise = enterprise_key()
    date = models.DateField(_("signed on"))
    contract_amount = yuan(_("contract amount (yuan)"), help_text=_("0 when the service is free."))
    amount_received = yuan(_("amount received (yuan)"), default=0)
    value_created = yuan(
        _("value created (yuan)"), default=0, help_text=_("For the enterprise, as it has confirmed in writing.")
    )

    objects = VerifiedQuerySet.as_manager()

    class Meta(Verified.Meta):
        verbose_name = _("technical service")
        verbose_name_plural = _("technical services")
        constraints = [
            *Verified.Meta.constraints,
            models.UniqueConstraint(
                fields=["zone", "contract_number"],
                condition=~Q(contract_number=""),
                name="service_contract_once",
                violation_error_code="contract_number",
                violation_error_message=_("This contract is recorded already."),
            ),
            not_negative("contract_amount", "service_contract_amount"),
            not_negative("amount_received", "service_amount_received"),
            not_negative("value_created", "service_value_created"),
            models.CheckConstraint(
                condition=Q(amount_received__lte=F("contract_amount")),
                name="service_received_within_contract",
                violation_error_code="amount_received",
                violation_error_message=_("More cannot be received than the contract amounts to."),
            ),
        ]

    def __str__(self):
        return self.title


class ResearchProject(Verified):
    """Indicator 4."""

    class Kind(models.TextChoices):
        VERTICAL = "vertical", _("Granted by an authority")
        HORIZONTAL = "horizontal", _("Commissioned by an enterprise")

    THING = "research_project"
    files_act = "research_project.change"
    SUMS = {"funding": Sum("funding")}
    TEXTS = ["title", "number"]

    title = models.CharField(_("project name"), max_length=120)
    number = models.CharField(_("project number"), max_length=60, blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    level = models.CharField(_("level"), max_length=16, choices=Level, blank=True)
    enterprise = enterprise_key(null=True, blank=True)
    date = models.DateField(_("approved on"))
    ends_on = models.DateField(_("concluded on"), null=True, blank=True)
    funding = yuan(_("funding (yuan)"), default=0)

    objects = VerifiedQuerySet.as_manager()

    class Meta(Verified.Meta):
        verbose_name = _("research project")
        verbose_name_plural = _("research projects")
        constraints = [
            *Verified.Meta.constraints,
            models.UniqueConstraint(
                fields=["zone", "title"],
                name="research_once",
                violation_error_code="title",
                violation_error_message=_("This zone has a research project of this name already."),
            ),
            in_order("date", "ends_on", "research_dates"),
            not_negative("funding", "research_funding"),
            models.CheckConstraint(
                condition=~Q(kind="vertical") | ~Q(level=""),
                name="research_level",
                violation_error_code="level",
                violation_error_message=_("Say at which level it was granted."),
            ),
            models.CheckConstraint(
                condition=~Q(kind="horizontal") | Q(enterprise__isnull=False),
                name="research_enterprise",
                violation_error_code="enterprise",
                violation_error_message=_("Say which enterprise commissioned it."),
            ),
        ]

    def __str__(self):
        return self.title


class StaffTraining(Verified):
    """Indicator 7: people × hours of enterprise staff whom the college trained."""

    THING = "staff_training"
    files_act = "staff_training.change"
    SUMS = {"people": Sum("people"), "person_hours": Sum(F("people") * F("hours"))}

    title = models.CharField(_("training"), max_length=120)
    enterprise = enterprise_key()
    date = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    people = models.PositiveIntegerField(_("people trained"))
    hours = models.DecimalField(
        _("hours a person"), max_digits=5, decimal_places=1, help_text=_("Lessons that each person attended.")
    )

    objects = VerifiedQuerySet.as_manager()

    class Meta(Verified.Meta):
        verbose_name = _("staff training")
        verbose_name_plural = _("staff trainings")
        constraints = [
            *Verified.Meta.constraints,
            in_order("date", "ends_on", "training_dates"),
            positive("people", "training_people"),
            positive("hours", "training_hours"),
        ]

    def __str__(self):
        return self.title

    @property
    def person_hours(self) -> Decimal:
        return self.people * self.hours


class TeacherPlacementQuerySet(VerifiedQuerySet):
    def teachers_with(self, days: int) -> int:
        """How many teachers have at least so many days in these rows together."""
        per_head = self.order_by().values("teacher").annotate(total=Sum("days"))
        return per_head.filter(total__gte=days).count()


class TeacherPlacement(Verified):
    """Indicator 3: the days that a college's teacher worked in an enterprise."""

    THING = "teacher_placement"
    files_act = "teacher_placement.change"
    SUMS = {"days": Sum("days"), "teachers": Count("teacher", distinct=True)}
    TEXTS = ["teacher__name", "post"]

    teacher = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("teacher"))
    enterprise = enterprise_key()
    post = models.CharField(_("post or task"), max_length=120)
    date = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    days = models.PositiveSmallIntegerField(_("days in the enterprise"))

    objects = TeacherPlacementQuerySet.as_manager()

    class Meta(Verified.Meta):
        verbose_name = _("teacher's placement")
        verbose_name_plural = _("teachers' placements")
        constraints = [
            *Verified.Meta.constraints,
            in_order("date", "ends_on", "placement_dates"),
            positive("days", "placement_days"),
        ]

    def __str__(self):
        return f"{self.teacher} · {self.post}"


class PartTimeTeacher(Verified):
    """Indicators 2 and 3: people of enterprises who teach at the college."""

    THING = "part_time_teacher"
    files_act = "part_time_teacher.change"
    SUMS = {"hours": Sum("hours"), "teachers": Count("teacher", distinct=True)}
    TEXTS = ["teacher__name", "course"]

    teacher = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("part-time teacher"))
    enterprise = enterprise_key()
    course = models.CharField(_("course"), max_length=120)
    date = models.DateField(_("appointed on"))
    ends_on = models.DateField(_("appointed until"), null=True, blank=True)
    hours = models.DecimalField(
        _("lessons taught"), max_digits=6, decimal_places=1, help_text=_("In the year in which the appointment begins.")
    )

    objects = VerifiedQuerySet.as_manager()

    class Meta(Verified.Meta):
        verbose_name = _("part-time teacher")
        verbose_name_plural = _("part-time teachers")
        constraints = [
            *Verified.Meta.constraints,
            models.UniqueConstraint(
                fields=["zone", "teacher", "course", "date"],
                name="part_time_teacher_once",
                violation_error_code="course",
                violation_error_message=_("This appointment is recorded already."),
            ),
            in_order("date", "ends_on", "part_time_teacher_dates"),
            positive("hours", "part_time_teacher_hours"),
        ]

    def __str__(self):
        return f"{self.teacher} · {self.course}"


class Fund(Verified):
    """Indicator 21: what was planned and what was spent, by purpose."""

    class Purpose(models.TextChoices):
        EQUIPMENT = "equipment", _("Equipment and venues")
        RESOURCES = "resources", _("Courses and teaching resources")
        TEACHERS = "teachers", _("Teachers and mentors")
        STUDENTS = "students", _("Students: allowances, contests, insurance")
        RESEARCH = "research", _("Research and technical service")
        RUNNING = "running", _("Running costs")

    class Source(models.TextChoices):
        GOVERNMENT = "government", _("Government")
        COLLEGE = "college", _("College")
        ENTERPRISE = "enterprise", _("Enterprise")

    THING = "fund"
    files_act = "fund.change"
    SUMS = {"budget": Sum("budget"), "spent": Sum("spent")}

    title = models.CharField(_("item"), max_length=120)
    purpose = models.CharField(_("purpose"), max_length=16, choices=Purpose)
    source = models.CharField(_("source"), max_length=12, choices=Source)
    enterprise = enterprise_key(null=True, blank=True, help_text=_("When the money comes from an enterprise."))
    date = models.DateField(_("budget approved on"))
    budget = yuan(_("budget (yuan)"))
    spent = yuan(_("spent (yuan)"), default=0)

    objects = VerifiedQuerySet.as_manager()

    class Meta(Verified.Meta):
        verbose_name = _("fund")
        verbose_name_plural = _("funds")
        constraints = [
            *Verified.Meta.constraints,
            positive("budget", "fund_budget"),
            not_negative("spent", "fund_spent"),
            models.CheckConstraint(
                condition=~Q(source="enterprise") | Q(enterprise__isnull=False),
                name="fund_enterprise",
                violation_error_code="enterprise",
                violation_error_message=_("Say which enterprise gave the money."),
            ),
            models.CheckConstraint(
                condition=Q(source="enterprise") | Q(enterprise__isnull=True),
                name="fund_no_enterprise",
                violation_error_code="enterprise",
                violation_error_message=_("An enterprise is named only when the money comes from it."),
            ),
        ]

    def __str__(self):
        return self.title


REGISTERS: list[type[Verified]] = [
    TeachingResource,
    TechnicalService,
    ResearchProject,
    StaffTraining,
    TeacherPlacement,
    PartTimeTeacher,
    Fund,
    Contribution,
    Hire,
]
