"""What is asked and how it counts: schemes with their indicators and grades."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, F, Q, Sum
from django.utils.translation import gettext_lazy as _

from consortium.models import Affiliation, Consortium

from .. import scoring
from ..curves import read_curve, write_curve
from ..measures.consortium import FACTS

PERCENT = [MinValueValidator(0), MaxValueValidator(100)]


class Side(models.TextChoices):
    """Whom a reviewer speaks for."""

    COLLEGE = "college", _("College side")
    ENTERPRISE = "enterprise", _("Enterprise side")
    THIRD_PARTY = "third_party", _("Third party")


class SchemeQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The consortium's schemes; drafts are for the secretariat and the auditor."""
        affiliation = user.affiliation
        if not affiliation:
            return self.none()
        rows = self.filter(consortium=affiliation.consortium_id)
        if affiliation.role in {Affiliation.Role.SECRETARIAT, Affiliation.Role.AUDITOR}:
            return rows
        return rows.exclude(status=Scheme.Status.DRAFT)

    def in_force(self, year: int) -> "Scheme | None":
        """The published scheme of a year for zones."""
        zones = self.filter(year=year, subject=Scheme.Subject.ZONE)
        return zones.filter(status=Scheme.Status.PUBLISHED).first()  # type: ignore[return-value]

    def for_list(self):
        """With the number of indicators and the sum of their weights."""
        return self.annotate(
            indicator_count=Count("indicators"), weight_sum=Sum("indicators__weight", default=Decimal(0))
        ).order_by("-year", "-version")


class Scheme(models.Model):
    """A year's version of what is evaluated and how it counts. Frozen from its publication on."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("In force")
        RETIRED = "retired", _("Replaced")

    TRANSITIONS = {Status.DRAFT: {Status.PUBLISHED}, Status.PUBLISHED: {Status.RETIRED}}

    class Unchosen(models.TextChoices):
        RESCALE = scoring.Unchosen.RESCALE, _("Rescaled: over the chosen weights, out of 100")
        ABSOLUTE = scoring.Unchosen.ABSOLUTE, _("Absolute: what was not chosen counts 0")

    class Subject(models.TextChoices):
        ZONE = "zone", _("Zones and classes")
        CONSORTIUM = "consortium", _("The consortium")

    class WeightsAs(models.TextChoices):
        PERCENT = "percent", _("Per cent, 100 together")
        FRACTION = "fraction", _("Shares, 1 together")
        POINTS = "points", _("Points, 100 together")

    # PROTECT: evaluations of earlier years stand on it
    consortium = models.ForeignKey(Consortium, models.PROTECT, related_name="schemes", verbose_name=_("consortium"))
    year = models.PositiveSmallIntegerField(_("year"), validators=[MinValueValidator(2000), MaxValueValidator(2100)])
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    subject = models.CharField(_("scored by it"), max_length=12, choices=Subject, default=Subject.ZONE)
    name = models.CharField(_("scheme name"), max_length=100)
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.DRAFT)
    unchosen_rule = models.CharField(
        _("unchosen optional indicators"),
        max_length=12,
        choices=Unchosen,
        default=Unchosen.RESCALE,
        help_text=_("Both figures are always shown; this one is the official score, less deductions."),
    )
    college_weight = models.PositiveSmallIntegerField(_("weight of the college side, %"), default=40)
    enterprise_weight = models.PositiveSmallIntegerField(_("weight of the enterprise side, %"), default=40)
    third_party_weight = models.PositiveSmallIntegerField(_("weight of the third party, %"), default=20)
    drops_extremes = models.BooleanField(
        _("drop the highest and the lowest score"),
        default=False,
        help_text=_("Within a side, when it has at least five reviewers."),
    )
    publicity_days = models.PositiveSmallIntegerField(
        _("days of publicity"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
        help_text=_("Working days, without weekends and public holidays."),
    )
    talk_above = models.PositiveSmallIntegerField(
        _("a talk is needed above a difference of, points"),
        default=20,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("Between the highest and the lowest score that reviewers gave one indicator."),
    )
    weights_as = models.CharField(
        _("weights are written as"), max_length=10, choices=WeightsAs, default=WeightsAs.PERCENT
    )
    accepted = models.JSONField(_("accepted in the check-up"), default=list, editable=False)  # codes of warnings
    published_at = models.DateTimeField(_("published at"), null=True, editable=False)

    objects = SchemeQuerySet.as_manager()

    class Meta:
        verbose_name = _("scheme")
        verbose_name_plural = _("schemes")
        ordering = ["-year", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["consortium", "year", "version"],
                name="scheme_version_once",
                violation_error_message=_("This version of the year's scheme exists already."),
            ),
            models.UniqueConstraint(
                fields=["consortium", "year", "subject"],
                condition=Q(status="published"),
                name="scheme_one_in_force",
                violation_error_message=_("Another scheme of this year is in force."),
            ),
            models.CheckConstraint(
                condition=Q(college_weight__gt=0, enterprise_weight__gt=0)
                & Q(third_party_weight=100 - F("college_weight") - F("enterprise_weight")),
                name="scheme_side_weights",
                violation_error_message=_(
                    "The weights of the three sides must add up to 100, and college and enterprise need some."
                ),
            ),
        ]

    def __str__(self):
        return str(_("%(year)s %(name)s, version %(version)s")) % {
            "year": self.year,
            "name": self.name,
            "version": self.version,
        }

    @property
    def is_draft(self) -> bool:
        return self.status == self.Status.DRAFT

    def rules(self) -> scoring.Rules:
        """How this scheme counts."""
        return scoring.Rules(
            unchosen=self.unchosen_rule,
            side_weights={
                Side.COLLEGE.value: Decimal(self.college_weight),
                Side.ENTERPRISE.value: Decimal(self.enterprise_weight),
                Side.THIRD_PARTY.value: Decimal(self.third_party_weight),
            },
            drops_extremes=self.drops_extremes,
            bands=[scoring.Band(band.name, band.lowest) for band in self.bands.all()],
        )


class GradeBand(models.Model):
    """A grade: from which official score on."""

    scheme = models.ForeignKey(Scheme, models.CASCADE, related_name="bands")  # a part of it
    name = models.CharField(_("grade"), max_length=20)
    lowest = models.DecimalField(_("lowest score"), max_digits=5, decimal_places=2, validators=PERCENT)

    class Meta:
        verbose_name = _("grade")
        verbose_name_plural = _("grades")
        ordering = ["-lowest"]
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "lowest"],
                name="grade_band_once",
                violation_error_message=_("Two grades cannot begin at the same score."),
            )
        ]

    def __str__(self):
        return f"{self.name} {self.lowest}"


class Subtotal(models.Model):
    """What the scheme's own text says that a group, or a dimension of it, weighs. The check-up compares."""

    scheme = models.ForeignKey(Scheme, models.CASCADE, related_name="subtotals")  # a part of it
    group = models.CharField(_("group"), max_length=60)
    dimension = models.CharField(_("dimension"), max_length=60, blank=True)
    weight = models.DecimalField(_("weight, %"), max_digits=7, decimal_places=2)

    class Meta:
        verbose_name = _("declared subtotal")
        verbose_name_plural = _("declared subtotals")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["scheme", "group", "dimension"], name="subtotal_once")]

    def __str__(self):
        return f"{self.group} · {self.dimension}" if self.dimension else self.group


class IndicatorQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(scheme__in=Scheme.objects.visible_to(user))

    def weighted(self):
        return self.filter(kind=Indicator.Kind.WEIGHTED)


class Indicator(models.Model):
    """One line of a scheme: scored 0 to 100 and weighted, or a deduction, or a veto that sets the lowest grade."""

    class Kind(models.TextChoices):
        WEIGHTED = "weighted", _("Weighted")
        DEDUCTION = "deduction", _("Deduction")
        VETO = "veto", _("Veto")

    scheme = models.ForeignKey(
        Scheme, models.CASCADE, related_name="indicators", verbose_name=_("scheme")
    )  # a part of it
    number = models.PositiveSmallIntegerField(_("number"), validators=[MinValueValidator(1)])
    group = models.CharField(_("group"), max_length=60)
    dimension = models.CharField(_("dimension"), max_length=60)
    name = models.CharField(_("indicator"), max_length=100)
    weight = models.DecimalField(_("weight, %"), max_digits=5, decimal_places=2, default=Decimal(0), validators=PERCENT)
    is_required = models.BooleanField(_("required"), default=False)
    kind = models.CharField(_("kind of indicator"), max_length=12, choices=Kind, default=Kind.WEIGHTED)
    rubric = models.TextField(_("rubric"), blank=True, help_text=_("What earns which score. Reviewers see it."))
    measure = models.CharField(
        _("counted by the program"), max_length=40, blank=True, help_text=_("Empty: reviewers score it.")
    )
    curve = models.CharField(
        _("points for figures"),
        max_length=300,
        blank=True,
        help_text=_("A figure = its points, at least two, such as 0=0, 10=60, 24=100. In between points grow evenly."),
    )

    objects = IndicatorQuerySet.as_manager()

    said_in_history = {"measure": lambda name: FACTS[name].label if name in FACTS else name}

    class Meta:
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")
        ordering = ["scheme", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "number"],
                name="indicator_number_once",
                violation_error_message=_("This number is in the scheme already."),
            ),
            models.CheckConstraint(
                condition=Q(kind="weighted", weight__gt=0, weight__lte=100) | (~Q(kind="weighted") & Q(weight=0)),
                name="indicator_weight",
                violation_error_message=_(
                    "A weighted indicator has a weight over 0 and up to 100, a deduction or veto has none."
                ),
            ),
            models.CheckConstraint(
                condition=Q(measure="", curve="") | (Q(kind="weighted") & ~Q(measure="") & ~Q(curve="")),
                name="indicator_measured",
                violation_error_code="curve",
                violation_error_message=_("Only a weighted indicator is counted, and then it has points for figures."),
            ),
        ]

    def __str__(self):
        return f"{self.number} {self.name}"

    def clean(self):
        """The table from figures to points is read, and kept as it is written everywhere."""
        if self.curve:
            try:
                self.curve = write_curve(read_curve(self.curve))
            except ValidationError as error:
                raise ValidationError({"curve": error.messages}) from None

    @property
    def section(self) -> str:
        """Group and dimension as one heading; once when they are the same."""
        return self.group if self.group == self.dimension else f"{self.group} · {self.dimension}"
