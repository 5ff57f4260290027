"""The five goals of a zone ("five ones"): what it wants to have by the end of a year, and what it has reached.

Source: the paper on special zones, 000.
"""

from datetime import date
from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .outcomes import Outcome
from .registers import REGISTERS
from .verification import Verified, not_negative, positive
from .zones import Zone

EVIDENCE: list[type[Verified]] = [Outcome, *REGISTERS]
EQUAL = 5  # per cent points: a goal so near to the time gone by is neither ahead nor behind


class ZoneGoalQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The goals of the zones that one sees."""
        return self.filter(zone__in=Zone.objects.visible_to(user))


class ZoneGoal(models.Model):
    class Kind(models.TextChoices):
        TALENT = "talent", _("Skilled talent")
        PATH = "path", _("A way of cooperation")
        TEAM = "team", _("A team of renowned teachers")
        COURSES = "courses", _("A system of modular courses")
        BASE = "base", _("A training base")

    zone = models.ForeignKey(Zone, models.PROTECT, related_name="goals", verbose_name=_("special zone"))  # history
    year = models.PositiveSmallIntegerField(
        _("year"), validators=[MinValueValidator(2000), MaxValueValidator(2100)], editable=False
    )
    kind = models.CharField(_("goal"), max_length=12, choices=Kind, editable=False)
    measure = models.CharField(_("what is counted"), max_length=60)
    unit = models.CharField(pgettext_lazy("of an amount", "unit"), max_length=12)
    target = models.DecimalField(_("target of the year"), max_digits=12, decimal_places=2)
    reached = models.DecimalField(_("reached"), max_digits=12, decimal_places=2, default=0)
    register = models.CharField(
        _("register that proves it"),
        max_length=24,
        choices=[(model.THING, model._meta.verbose_name_plural) for model in EVIDENCE],
        blank=True,
        help_text=_("Its verified rows of the zone and year stand behind the figure. Otherwise hand in files."),
    )
    note = models.CharField(_("note"), max_length=300, blank=True)

    files_act = "goal.change"
    objects = ZoneGoalQuerySet.as_manager()

    class Meta:
        verbose_name = _("goal of a zone")
        verbose_name_plural = _("goals of zones")
        constraints = [
            models.UniqueConstraint(
                fields=["zone", "year", "kind"],
                name="zone_goal_once",
                violation_error_message=_("The zone has this goal for the year already."),
            ),
            positive("target", "zone_goal_target"),
            not_negative("reached", "zone_goal_reached"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.year}"

    def get_absolute_url(self) -> str:
        return reverse("zones:goal_detail", args=[self.pk])

    @property
    def evidence_url(self) -> str:
        """The rows behind the figure; the goal's own page, with its files, when no register is named."""
        if not self.register:
            return self.get_absolute_url()
        asked: dict[str, str | int] = {"zone": self.zone_id, "year": self.year, "status": Verified.Status.VERIFIED}
        return f"{reverse(f'zones:{self.register}_list')}?{urlencode(asked)}"

    @property
    def share(self) -> int:
        """What is reached of the target, in whole per cent, rounded down: only what is reached is 100."""
        return int(100 * self.reached / self.target)

    @property
    def bar(self) -> int:
        return min(self.share, 100)

    def lead(self, today: date) -> int:
        """How many per cent points it is ahead of the time gone by; less than 0 when behind."""
        return self.share - time_gone(self.year, today)


def time_gone(year: int, today: date) -> int:
    """How much of the year is over, in whole per cent."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    days = Decimal((min(max(today, first), last) - first).days + (today >= first))
    return int(100 * days / ((last - first).days + 1))
