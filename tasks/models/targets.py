"""What a task shall reach in figures, and what has been reported of it."""

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .milestones import Progress
from .plans import Task


class TargetQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(task__in=Task.objects.visible_to(user))

    def with_figures(self):
        """With all that has been reported of them, in the order in which they were set."""
        figures = Figure.objects.select_related("progress__by").order_by("-progress_id")
        return self.select_related("task__plan").prefetch_related(models.Prefetch("figures", figures)).order_by("pk")

    def reported(self):
        """Those whose figure the unit reports, and no measure of the program gives."""
        return self.filter(measure="")


class Target(models.Model):
    """A quantified target of a task: ten units, 300 (ten thousand yuan), 50 %. It is reached when it is not less."""

    class Kind(models.TextChoices):
        COUNT = "count", pgettext_lazy("target", "number")
        PERCENTAGE = "percentage", _("percentage")

    task = models.ForeignKey(
        Task, models.CASCADE, related_name="targets", verbose_name=_("task"), editable=False
    )  # a part of it
    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.COUNT)
    target = models.DecimalField(
        pgettext_lazy("quantity", "target"),
        max_digits=14,
        decimal_places=2,
        validators=[MinValueValidator(Decimal("0.01"))],
    )
    unit = models.CharField(
        pgettext_lazy("quantity", "unit"), max_length=20, blank=True, help_text=_("Such as 个, 人次 or 万元.")
    )
    measure = models.CharField(
        pgettext_lazy("quantity", "measure"),
        max_length=60,
        blank=True,
        help_text=_("With a measure the program counts what is reached from its own records, and nobody reports it."),
    )

    objects = TargetQuerySet.as_manager()

    class Meta:
        verbose_name = _("quantified target")
        verbose_name_plural = _("quantified targets")
        constraints = [
            models.UniqueConstraint(
                fields=["task", "name"],
                name="target_once",
                violation_error_message=_("This task has a target of this name already."),
            ),
            models.CheckConstraint(
                condition=Q(target__gt=0),
                name="target_above_0",
                violation_error_message=_("A target is more than 0."),
            ),
            models.CheckConstraint(
                condition=Q(kind="count") | Q(target__lte=100),
                name="target_percentage",
                violation_error_message=_("A percentage is at most 100."),
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def latest(self) -> "Figure | None":
        """The newest figure of a report that was not returned. Reads ``figures``: fetch it by ``with_figures``."""
        reported = (figure for figure in self.figures.all() if figure.progress.status != Progress.Status.RETURNED)
        return next(reported, None)


class Figure(models.Model):
    """What one report said of one target. Rows are added with the report and never altered."""

    # PROTECT: what has been reported stays
    progress = models.ForeignKey(Progress, models.PROTECT, related_name="figures", verbose_name=_("progress report"))
    target = models.ForeignKey(Target, models.PROTECT, related_name="figures", verbose_name=_("quantified target"))
    value = models.DecimalField(pgettext_lazy("quantity", "reached"), max_digits=14, decimal_places=2)

    class Meta:
        verbose_name = _("figure of a target")
        verbose_name_plural = _("figures of targets")
        constraints = [
            models.UniqueConstraint(fields=["progress", "target"], name="figure_once"),
            models.CheckConstraint(condition=Q(value__gte=0), name="figure_not_below_0"),
        ]

    def __str__(self):
        return f"{self.target}: {self.value:f}"
