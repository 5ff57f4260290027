"""One zone's evaluation of one year, from opening to the published result, and who said what in it."""

from datetime import date
from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from consortium.models import Affiliation, Consortium, User
from zones.models import Zone, ZonePartner

from .schemes import Indicator, Scheme, Side

Role = Affiliation.Role
SCORE_RANGE = [
    MinValueValidator(0, _("A score is between 0 and 100.")),
    MaxValueValidator(100, _("A score is between 0 and 100.")),
]


class EvaluationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """What the acting role may read.

        Secretariat, bureau, auditor: all of the consortium. A college: its own zones at every stage, the others' from
        publicity on. Enterprises and mentors: zones they take part in, from publicity on. An expert: those assigned.
        """
        affiliation = user.affiliation
        if not affiliation:
            return self.none()
        rows = self.filter(consortium=affiliation.consortium_id)
        if affiliation.sees_whole_consortium:
            return rows
        public = Q(status__in=Evaluation.Status.public())
        organization = affiliation.organization_id
        if affiliation.role == Role.COLLEGE_ADMIN:
            return rows.filter(Q(zone__college=organization) | public)
        if affiliation.role == Role.EXPERT:
            return rows.filter(_reviewed_by(user, "pk") | (_reviewed_by(user, "zone", "evaluation__zone") & public))
        partnered = ZonePartner.objects.filter(enterprise=organization).values("zone")
        return rows.filter(public & (Q(zone__college=organization) | Q(zone__in=partnered)))

    def for_list(self):
        """With zone, college and scheme, and how many reviewers there are and have finished."""
        return (
            self.select_related("zone__college", "scheme")
            .annotate(
                reviewer_count=Count("reviewers", distinct=True),
                submitted_count=Count("reviewers", filter=~Q(reviewers__submitted_at=None), distinct=True),
            )
            .order_by("-year", "zone__code", "-pk")
        )

    def counted(self) -> dict[str, int]:
        """How many there are in each status; every status is named."""
        counts = dict(self.order_by().values_list("status").annotate(Count("pk")))
        return {status.value: counts.get(status.value, 0) for status in Evaluation.Status}

    def open(self):
        return self.filter(status__in=Evaluation.Status.open())

    def standing(self):
        """The results that are public and not superseded, with zone and college and ``score``: the official one."""
        text = KeyTextTransform("official", "result")
        return (
            self.filter(status__in=[Evaluation.Status.PUBLICITY, Evaluation.Status.PUBLISHED])
            .select_related("zone__college")
            .annotate(score=Cast(text, models.DecimalField(max_digits=5, decimal_places=2)))
        )

    def waiting_for(self, user, today):
        """What this person must do now, for the home page: assess, review, start the publicity, answer, publish."""
        affiliation = user.affiliation
        if not affiliation:
            return self.none()
        rows = self.visible_to(user)
        if affiliation.role == Role.COLLEGE_ADMIN:
            return rows.filter(status=Evaluation.Status.SELF_ASSESSMENT, zone__college=affiliation.organization_id)
        if affiliation.role == Role.EXPERT:
            return rows.filter(_reviewed_by(user, "pk", submitted_at=None), status=Evaluation.Status.REVIEW)
        if affiliation.role == Role.SECRETARIAT:
            unfinished = Reviewer.objects.filter(evaluation=OuterRef("pk"), submitted_at=None)
            return rows.filter(
                Q(status=Evaluation.Status.PREPARING)
                | Q(~Exists(unfinished), status=Evaluation.Status.REVIEW)
                | Q(status=Evaluation.Status.PUBLICITY, publicity_ends_on__lt=today)
                | Q(Exists(Objection.objects.filter(evaluation=OuterRef("pk")).unanswered()))
            )
        return rows.none()


def _reviewed_by(user, outer: str, inner: str = "evaluation", **more) -> Q:
    return Q(Exists(Reviewer.objects.filter(person=user, **{inner: OuterRef(outer)}, **more)))


class Evaluation(models.Model):
    """A zone's evaluation of a year. Published ones never change; a correction is a new one that supersedes it."""

    class Status(models.TextChoices):
        PREPARING = "preparing", _("Preparing")
        SELF_ASSESSMENT = "self_assessment", _("Self-assessment")
        REVIEW = "review", _("Expert review")
        PUBLICITY = "publicity", _("In publicity")
        PUBLISHED = "published", _("Published")
        SUPERSEDED = "superseded", _("Superseded")

        @classmethod
        def open(cls) -> list["Evaluation.Status"]:
            return [cls.PREPARING, cls.SELF_ASSESSMENT, cls.REVIEW, cls.PUBLICITY]

        @classmethod
        def public(cls) -> list["Evaluation.Status"]:
            return [cls.PUBLICITY, cls.PUBLISHED, cls.SUPERSEDED]

        @classmethod
        def frozen(cls) -> list["Evaluation.Status"]:
            return [cls.PUBLISHED, cls.SUPERSEDED]

    TRANSITIONS = {
        Status.PREPARING: {Status.SELF_ASSESSMENT},
        Status.SELF_ASSESSMENT: {Status.REVIEW},
        Status.REVIEW: {Status.SELF_ASSESSMENT, Status.PUBLICITY},
        Status.PUBLICITY: {Status.REVIEW, Status.PUBLISHED},
        Status.PUBLISHED: {Status.SUPERSEDED},
    }

    # PROTECT throughout: a result that was published stays readable
    consortium = models.ForeignKey(Consortium, models.PROTECT, related_name="evaluations", verbose_name=_("consortium"))
    zone = models.ForeignKey(Zone, models.PROTECT, related_name="evaluations", verbose_name=_("zone"))
    scheme = models.ForeignKey(Scheme, models.PROTECT, related_name="evaluations", verbose_name=_("scheme"))
    year = models.PositiveSmallIntegerField(_("year"))
    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.PREPARING)
    opened_on = models.DateField(_("opened on"))
    self_assessment_on = models.DateField(_("self-assessment from"), null=True, blank=True)
    assessment_due_on = models.DateField(_("self-assessment due on"), null=True, blank=True)
    assessment_reminded_on = models.DateField(null=True, blank=True, editable=False)
    review_on = models.DateField(_("review from"), null=True, blank=True)
    publicity_on = models.DateField(_("publicity from"), null=True, blank=True)
    publicity_ends_on = models.DateField(_("publicity until"), null=True, blank=True)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    result = models.JSONField(_("result"), null=True, blank=True)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    supersedes = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="superseded_by", verbose_name=_("supersedes")
    )

    objects = EvaluationQuerySet.as_manager()

    class Meta:
        verbose_name = _("evaluation")
        verbose_name_plural = _("evaluations")
        ordering = ["-year", "zone__code", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["zone", "year"],
                condition=Q(status__in=["preparing", "self_assessment", "review", "publicity"]),
                name="evaluation_one_open",
                violation_error_message=_("This zone's evaluation of the year is open already."),
            ),
            models.UniqueConstraint(
                fields=["zone", "year"],
                condition=Q(status="published"),
                name="evaluation_one_published",
                violation_error_message=_("This zone's result of the year is published already."),
            ),
            models.CheckConstraint(
                condition=Q(status__in=["preparing", "self_assessment", "review"])
                | (Q(result__isnull=False) & ~Q(sha256="")),
                name="evaluation_result_from_publicity",
                violation_error_message=_("From publicity on an evaluation has its result."),
            ),
        ]

    def __str__(self):
        return str(_("%(zone)s, evaluation %(year)s")) % {"zone": self.zone, "year": self.year}

    def get_absolute_url(self) -> str:
        return reverse("evaluation:evaluation_detail", args=[self.pk])

    @property
    def is_public(self) -> bool:
        return self.status in self.Status.public()

    @property
    def is_frozen(self) -> bool:
        return self.status in self.Status.frozen()

    def assessment_late(self, day: date) -> bool:
        """Whether the self-assessment is still to be handed in after its last day."""
        due = self.assessment_due_on
        return self.status == self.Status.SELF_ASSESSMENT and due is not None and due < day

    def publicity_over(self, day: date) -> bool:
        """Whether the last day of publicity lies before ``day``."""
        return self.publicity_ends_on is not None and self.publicity_ends_on < day

    @property
    def official(self) -> Decimal | None:
        """The official score once there is a result."""
        return Decimal(self.result["official"]) if self.result else None

    @property
    def grade(self) -> str:
        return self.result["grade"] if self.result else ""

    @cached_property
    def version(self) -> int:
        """1, or one more than what it corrects."""
        return 1 if self.supersedes is None else self.supersedes.version + 1


class PartQuerySet(models.QuerySet):
    """Parts of evaluations that not everybody who sees the evaluation may read."""

    def visible_to(self, user):
        """All for those who see the whole consortium, else of the evaluations that one sees what is one's own."""
        affiliation = user.affiliation
        if not affiliation:
            return self.none()
        rows = self.filter(evaluation__in=Evaluation.objects.visible_to(user))
        return rows if affiliation.sees_whole_consortium else rows.own(user)

    def own(self, user):
        raise NotImplementedError


class SelfAssessmentQuerySet(PartQuerySet):
    def own(self, user):
        """With its evidence: that of one's own college, and of what one reviews."""
        if user.affiliation.role == Role.COLLEGE_ADMIN:
            return self.filter(evaluation__zone__college=user.affiliation.organization_id)
        if user.affiliation.role == Role.EXPERT:
            return self.filter(evaluation__reviewers__person=user)
        return self.none()

    def elsewhere(self, evaluation: "Evaluation"):
        """Of the consortium's other evaluations that stand. A correction and what it corrects are not two."""
        rows = self.filter(evaluation__consortium=evaluation.consortium_id)
        rows = rows.exclude(evaluation__zone=evaluation.zone_id, evaluation__year=evaluation.year)
        return rows.exclude(evaluation__status=Evaluation.Status.SUPERSEDED)


class SelfAssessment(models.Model):
    """What the college says of one weighted indicator: whether it is chosen, its own score, and why."""

    evaluation = models.ForeignKey(Evaluation, models.CASCADE, related_name="self_assessments")  # a part of it
    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="+")
    is_chosen = models.BooleanField(_("chosen"), default=True)
    self_score = models.DecimalField(
        _("own score"), max_digits=5, decimal_places=2, null=True, blank=True, validators=SCORE_RANGE
    )
    note = models.TextField(_("note"), blank=True)
    version = models.PositiveIntegerField(default=0, editable=False)  # counts up with each change

    files_act = "evaluation.assess"
    files_under = "evaluation"
    objects = SelfAssessmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("self-assessment")
        verbose_name_plural = _("self-assessments")
        ordering = ["indicator__number"]
        constraints = [
            models.UniqueConstraint(
                fields=["evaluation", "indicator"],
                name="self_assessment_once",
                violation_error_message=_("This indicator is assessed already."),
            ),
            models.CheckConstraint(
                condition=Q(self_score=None) | Q(self_score__gte=0, self_score__lte=100),
                name="self_assessment_range",
                violation_error_message=_("A score is between 0 and 100."),
            ),
        ]

    def __str__(self):
        return str(self.indicator)

    def get_absolute_url(self) -> str:
        return reverse("evaluation:evaluation_indicator", args=[self.evaluation_id, self.indicator.number])

    @property
    def files_closed(self) -> str:
        """Evidence is handed in while the college assesses itself."""
        if self.evaluation.status == Evaluation.Status.SELF_ASSESSMENT:
            return ""
        return str(_("Evidence stays as it was handed in."))


class ReviewerQuerySet(PartQuerySet):
    def own(self, user):
        """An expert knows of the own review."""
        return self.filter(person=user) if user.affiliation.role == Role.EXPERT else self.none()


class Reviewer(models.Model):
    """A person who scores an evaluation, and for which side."""

    evaluation = models.ForeignKey(Evaluation, models.CASCADE, related_name="reviewers")  # a part of it
    person = models.ForeignKey(User, models.PROTECT, related_name="reviews", verbose_name=_("reviewer"))
    side = models.CharField(_("side"), max_length=12, choices=Side)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    reminded_on = models.DateField(_("reminded on"), null=True, blank=True, editable=False)
    saves = models.PositiveIntegerField(default=0, editable=False)  # counts up, and gives each saved score its version
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)

    objects = ReviewerQuerySet.as_manager()

    class Meta:
        verbose_name = _("reviewer")
        verbose_name_plural = _("reviewers")
        ordering = ["side", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["evaluation", "person"],
                name="reviewer_once",
                violation_error_message=_("This person reviews this evaluation already."),
            )
        ]

    def __str__(self):
        return f"{self.person} · {self.get_side_display()}"


class Finding(models.Model):
    """A deduction or a veto that applies, and why."""

    evaluation = models.ForeignKey(Evaluation, models.CASCADE, related_name="findings")  # a part of it
    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="+", verbose_name=_("indicator"))
    points = models.DecimalField(
        _("points taken off"), max_digits=5, decimal_places=2, default=0, help_text=_("0 for a veto.")
    )
    reason = models.TextField(_("reason"))

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        ordering = ["indicator__number", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(points__gte=0, points__lte=100),
                name="finding_points",
                violation_error_message=_("Points taken off are between 0 and 100."),
            )
        ]

    def __str__(self):
        return f"{self.indicator}: {self.reason}"


class ObjectionQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(evaluation__in=Evaluation.objects.visible_to(user))

    def unanswered(self):
        return self.filter(answered_at=None)


class Objection(models.Model):
    """A written objection during publicity, and its answer."""

    evaluation = models.ForeignKey(Evaluation, models.CASCADE, related_name="objections")  # a part of it
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("who"))
    made_at = models.DateTimeField(_("made at"))
    text = models.TextField(_("objection"))
    answer = models.TextField(_("answer"), blank=True)
    answered_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("answered by")
    )
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)

    objects = ObjectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("objection")
        verbose_name_plural = _("objections")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(answered_at=None) & Q(answer="")) | (Q(answered_at__isnull=False) & ~Q(answer="")),
                name="objection_answer",
                violation_error_message=_("An answer has words and a date."),
            )
        ]

    def __str__(self):
        return self.text
