"""What the program counted for an evaluation, kept from the day on which the college handed in."""

from fractions import Fraction

from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from .. import scoring
from ..curves import Drawing, Table, best_figure, points_of, read_curve
from ..measures import MEASURES, Measure
from .evaluations import Evaluation
from .schemes import Indicator


class Measurement(models.Model):
    """The figure of one measured indicator as it was counted; its points follow from the scheme's table."""

    evaluation = models.ForeignKey(Evaluation, models.CASCADE, related_name="measurements")  # a part of it
    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="+", verbose_name=_("indicator"))
    value = models.DecimalField(_("measured figure"), max_digits=14, decimal_places=2)
    measured_at = models.DateTimeField(_("measured at"))

    class Meta:
        verbose_name = _("measurement")
        verbose_name_plural = _("measurements")
        ordering = ["indicator__number"]
        constraints = [
            models.UniqueConstraint(
                fields=["evaluation", "indicator"],
                name="measurement_once",
                violation_error_message=_("This indicator is measured already."),
            )
        ]

    def __str__(self):
        return f"{self.indicator}: {self.value}"

    @cached_property
    def measure(self) -> Measure | None:
        """None when a later release of the program counts this no longer; the figure stays."""
        return MEASURES.get(self.indicator.measure)

    @cached_property
    def table(self) -> Table:
        return read_curve(self.indicator.curve)

    @property
    def exact(self) -> Fraction:
        """The points, 0 to 100, without rounding."""
        return points_of(self.value, self.table)

    @property
    def points(self):
        """The points as people read them: two places, half up."""
        return scoring.rounded(self.exact)

    @property
    def missing(self):
        """How much of what is counted is missing for the most points of the table, and those; None at the most.

        Where less is better the figure is the surplus, below 0.
        """
        best = best_figure(self.value, self.table)
        return None if best == self.value else (best - self.value, points_of(best, self.table))

    @property
    def small(self) -> Drawing:
        """For a line of a sheet."""
        return Drawing(self.table, self.value, width=60, height=26)

    @property
    def large(self) -> Drawing:
        return Drawing(self.table, self.value, width=460, height=170, pad=30)
