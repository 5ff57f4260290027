"""What students and teachers achieved, and the credits of a course into which a student's achievement is converted.

Source: the paper on special zones, path 3 ("driven by outcomes, credits converted"): every student leaves with at least
one representative outcome; contest awards, patents, papers and projects may become credits of a course.
"""

import functools
import operator
from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from consortium.models import Affiliation, Consortium, Organization, User

from .classes import InnovationClass, Student
from .verification import Level, Verified, VerifiedQuerySet, enterprise_key, positive
from .zones import Zone

Role = Affiliation.Role


class OutcomeKind(models.TextChoices):
    CONTEST_AWARD = "contest_award", _("Contest award")
    CERTIFICATE = "certificate", _("Certificate (1+X)")
    PATENT = "patent", _("Patent")
    PAPER = "paper", _("Paper")
    INNOVATION_PROJECT = "innovation_project", _("Innovation project")


class Rank(models.TextChoices):
    """Of every kind the highest first."""

    GRAND = "grand", _("Grand prize")
    FIRST = "first", _("First prize")
    SECOND = "second", _("Second prize")
    THIRD = "third", _("Third prize")
    MERIT = "merit", _("Merit award")
    ADVANCED = "advanced", _("Advanced grade")
    INTERMEDIATE = "intermediate", _("Intermediate grade")
    ELEMENTARY = "elementary", _("Elementary grade")
    INVENTION = "invention", _("Invention")
    UTILITY_MODEL = "utility_model", _("Utility model")
    DESIGN = "design", _("Design")
    CORE_JOURNAL = "core_journal", _("Core journal")
    JOURNAL = "journal", _("Other journal")
    EXCELLENT = "excellent", _("Project concluded with distinction")
    CONCLUDED = "concluded", _("Project concluded")


RANKS = {
    OutcomeKind.CONTEST_AWARD: [Rank.GRAND, Rank.FIRST, Rank.SECOND, Rank.THIRD, Rank.MERIT],
    OutcomeKind.CERTIFICATE: [Rank.ADVANCED, Rank.INTERMEDIATE, Rank.ELEMENTARY],
    OutcomeKind.PATENT: [Rank.INVENTION, Rank.UTILITY_MODEL, Rank.DESIGN],
    OutcomeKind.PAPER: [Rank.CORE_JOURNAL, Rank.JOURNAL],
    OutcomeKind.INNOVATION_PROJECT: [Rank.EXCELLENT, Rank.CONCLUDED],
}
WITHOUT_LEVEL = [OutcomeKind.PATENT, OutcomeKind.PAPER]


def rank_of_kind() -> Q:
    """The rank is one of those of the kind."""
    return functools.reduce(operator.or_, (Q(kind=kind, rank__in=ranks) for kind, ranks in RANKS.items()))


class OutcomeQuerySet(VerifiedQuerySet):
    def visible_to(self, user):
        """The outcomes of the zones that one sees, from an enterprise without those that name another one.

        Whose they are is masked like all that is personal.
        """
        rows = self.filter(zone__in=Zone.objects.visible_to(user))
        if user.affiliation and user.affiliation.sees_own_enterprise_only:
            rows = rows.filter(Q(enterprise=None) | Q(enterprise=user.affiliation.organization_id))
        return rows

    def representative(self):
        return self.filter(is_representative=True)

    def same_achievement(self, outcome: "Outcome"):
        """The outcome and all that are stated to be the same achievement."""
        root = outcome.same_as_id or outcome.pk
        return self.filter(Q(pk=root) | Q(same_as=root))

    def for_list(self):
        """With how many students and teachers earned each; whose names they are is for its own page."""
        rows = super().for_list().select_related("innovation_class")
        return rows.annotate(
            student_count=models.Count("students", distinct=True), teacher_count=models.Count("teachers", distinct=True)
        )


class Outcome(Verified):
    """Indicators 18 (certificates, contests) and 19 (research and development projects of students)."""

    Kind, Rank = OutcomeKind, Rank
    THING = "outcome"
    files_act = "outcome.change"

    innovation_class = models.ForeignKey(
        InnovationClass,
        models.PROTECT,
        related_name="outcomes",
        null=True,
        blank=True,
        verbose_name=_("innovation class"),
    )  # PROTECT: the class page counts them
    kind = models.CharField(_("kind"), max_length=20, choices=OutcomeKind)
    title = models.CharField(
        _("name of the outcome"), max_length=120, help_text=_("The contest and event, certificate, patent …")
    )
    level = models.CharField(
        _("level"), max_length=16, choices=Level, blank=True, help_text=_("Patents and papers have none.")
    )
    rank = models.CharField(_("rank or grade"), max_length=16, choices=Rank)
    date = models.DateField(_("awarded on"))
    enterprise = enterprise_key(null=True, blank=True, help_text=_("That took part, when there is one."))
    students = models.ManyToManyField(Student, related_name="outcomes", blank=True, verbose_name=_("students"))
    teachers = models.ManyToManyField(User, related_name="outcomes", blank=True, verbose_name=_("teachers"))
    is_representative = models.BooleanField(
        _("representative outcome"),
        default=False,
        help_text=_("A student needs at least one that is verified to finish the class."),
    )
    same_as = models.ForeignKey(
        "self",
        models.PROTECT,
        related_name="others",
        null=True,
        blank=True,
        verbose_name=_("same achievement as"),
        help_text=_(
            "The same work in an earlier round or at another level. For credits it counts once, at its highest."
        ),
    )

    objects = OutcomeQuerySet.as_manager()

    class Meta(Verified.Meta):
        verbose_name = _("outcome")
        verbose_name_plural = _("outcomes")
        constraints = [
            *Verified.Meta.constraints,
            models.CheckConstraint(
                condition=Q(kind__in=WITHOUT_LEVEL, level="") | ~Q(kind__in=WITHOUT_LEVEL) & ~Q(level=""),
                name="outcome_level",
                violation_error_code="level",
                violation_error_message=_(
                    "Awards, certificates and projects have a level; patents and papers have none."
                ),
            ),
            models.CheckConstraint(
                condition=rank_of_kind(),
                name="outcome_rank",
                violation_error_code="rank",
                violation_error_message=_("This rank does not belong to this kind of outcome."),
            ),
        ]

    def __str__(self):
        return self.title

    @property
    def height(self) -> tuple[int, int]:
        """How high it stands among outcomes of its kind, smaller is higher: first by level, then by rank."""
        levels, ranks = Level.values, Rank.values
        return (levels.index(self.level) if self.level else len(levels), ranks.index(self.rank))


class OfCollegeQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The office, the bureau and auditors see all of the consortium; people of a college its own."""
        affiliation = user.affiliation
        if not affiliation:
            return self.none()
        college, consortium = self.model.COLLEGE, self.model.CONSORTIUM  # type: ignore[attr-defined]
        rows = self.filter(**{consortium: affiliation.consortium_id})
        if affiliation.sees_whole_consortium:
            return rows
        if affiliation.role in {Role.COLLEGE_ADMIN, Role.MENTOR}:
            return rows.filter(**{college: affiliation.organization_id})
        return self.none()


class CreditTable(models.Model):
    """A college's table of conversion: its lines, and the most that a student may convert in a year."""

    COLLEGE, CONSORTIUM = "college", "consortium"

    # PROTECT: conversions name its lines
    consortium = models.ForeignKey(Consortium, models.PROTECT, related_name="+", verbose_name=_("consortium"))
    college = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name=_("college"))
    yearly_cap = models.DecimalField(
        _("most credits a student and year"),
        max_digits=4,
        decimal_places=1,
        help_text=_("By the year of the outcome. What lies above it is not converted."),
    )

    objects = OfCollegeQuerySet.as_manager()

    class Meta:
        verbose_name = _("credit conversion table")
        verbose_name_plural = _("credit conversion tables")
        constraints = [
            models.UniqueConstraint(
                fields=["consortium", "college"],
                name="credit_table_once",
                violation_error_code="yearly_cap",
                violation_error_message=_("The college has a table already."),
            ),
            positive("yearly_cap", "credit_table_cap"),
        ]

    def __str__(self):
        return str(_("Credit conversion table of %(college)s") % {"college": self.college})


class CreditRule(models.Model):
    """A line of the table: what an outcome of this kind, level and rank is worth. An empty level or rank means any."""

    COLLEGE, CONSORTIUM = "table__college", "table__consortium"

    table = models.ForeignKey(CreditTable, models.PROTECT, related_name="rules", verbose_name=_("table"))
    kind = models.CharField(_("kind"), max_length=20, choices=OutcomeKind)
    level = models.CharField(_("level"), max_length=16, choices=Level, blank=True)
    rank = models.CharField(_("rank or grade"), max_length=16, choices=Rank, blank=True)
    course = models.CharField(_("course"), max_length=60, help_text=_("It can be changed in each conversion."))
    credits = models.DecimalField(_("credits"), max_digits=4, decimal_places=1)

    objects = OfCollegeQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of the conversion table")
        verbose_name_plural = _("lines of the conversion table")
        ordering = ["table", "kind", "-credits", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["table", "kind", "level", "rank"],
                name="credit_rule_once",
                violation_error_code="rank",
                violation_error_message=_("The table has a line for this kind, level and rank already."),
            ),
            positive("credits", "credit_rule_credits"),
            models.CheckConstraint(
                condition=~Q(kind__in=WITHOUT_LEVEL) | Q(level=""),
                name="credit_rule_level",
                violation_error_code="level",
                violation_error_message=_("Patents and papers have no level."),
            ),
            models.CheckConstraint(
                condition=Q(rank="") | rank_of_kind(),
                name="credit_rule_rank",
                violation_error_code="rank",
                violation_error_message=_("This rank does not belong to this kind of outcome."),
            ),
        ]

    def __str__(self):
        parts = [self.get_kind_display(), self.get_level_display(), self.get_rank_display()]
        return " ".join(str(part) for part in parts if part)

    @property
    def college_id(self) -> int:
        return self.table.college_id

    @property
    def consortium_id(self) -> int:
        return self.table.consortium_id

    def fits(self, outcome: Outcome) -> bool:
        return self.kind == outcome.kind and self.level in ("", outcome.level) and self.rank in ("", outcome.rank)


class CreditConversionQuerySet(OfCollegeQuerySet):
    def granted(self):
        return self.filter(status=CreditConversion.Status.GRANTED)

    def total(self) -> Decimal:
        """The sum of credits, 0 for none."""
        return self.aggregate(total=models.Sum("credits"))["total"] or Decimal(0)

    def for_list(self):
        return self.select_related("outcome__zone", "student", "converted_by").order_by("-converted_at", "-pk")


class CreditConversion(models.Model):
    """A student's outcome as credits of a course: what was granted then, whatever the table says now."""

    class Status(models.TextChoices):
        GRANTED = "granted", _("Granted")
        CANCELLED = "cancelled", _("Cancelled")

    TRANSITIONS = {Status.GRANTED: {Status.CANCELLED}}
    COLLEGE, CONSORTIUM = "outcome__zone__college", "outcome__zone__consortium"

    # PROTECT throughout: it is a student's record of study
    outcome = models.ForeignKey(Outcome, models.PROTECT, related_name="conversions", verbose_name=_("outcome"))
    # the outcome that stands for all that are the same achievement, by which it counts once
    achievement = models.ForeignKey(Outcome, models.PROTECT, related_name="+", verbose_name=_("achievement"))
    student = models.ForeignKey(Student, models.PROTECT, related_name="conversions", verbose_name=_("student"))
    course = models.CharField(_("course"), max_length=60)
    year = models.PositiveSmallIntegerField(_("year"))
    by_table = models.DecimalField(_("credits by the table"), max_digits=4, decimal_places=1)
    credits = models.DecimalField(_("credits granted"), max_digits=4, decimal_places=1)
    status = models.CharField(_("state"), max_length=16, choices=Status, default=Status.GRANTED)
    converted_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("converted by"))
    converted_at = models.DateTimeField(_("converted at"))

    objects = CreditConversionQuerySet.as_manager()

    class Meta:
        verbose_name = _("credit conversion")
        verbose_name_plural = _("credit conversions")
        constraints = [
            models.UniqueConstraint(
                fields=["student", "achievement"],
                condition=Q(status="granted"),
                name="conversion_once",
                violation_error_message=_("This achievement has been converted for the student already."),
            ),
            models.CheckConstraint(
                condition=Q(credits__gt=0, credits__lte=models.F("by_table")),
                name="conversion_credits",
                violation_error_message=_("At most the credits of the table are granted."),
            ),
        ]

    def __str__(self):
        return f"{self.student} · {self.outcome}"

    def get_absolute_url(self) -> str:
        return reverse("zones:outcome_detail", args=[self.outcome_id])

    @property
    def zone(self) -> Zone:
        return self.outcome.zone
