"""The day of the year on which a consortium has drafts of its annual reports made."""

from datetime import date

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy as _

from consortium.models import Consortium


class ReportSchedule(models.Model):
    """Without a row, or while it is off, nothing is made by itself."""

    consortium = models.OneToOneField(Consortium, models.CASCADE, related_name="report_schedule")  # a part of it
    is_on = models.BooleanField(_("make drafts every year"), default=True)
    month = models.PositiveSmallIntegerField(_("month"), choices=MONTHS)
    day = models.PositiveSmallIntegerField(
        _("day of the month"),
        validators=[MinValueValidator(1), MaxValueValidator(28)],
        help_text=_("From 1 to 28, so that every month has it."),
    )
    made_for = models.PositiveSmallIntegerField(null=True, editable=False)  # the newest year that is seen to

    class Meta:
        verbose_name = _("schedule of annual reports")
        verbose_name_plural = _("schedules of annual reports")
        constraints = [
            models.CheckConstraint(
                condition=Q(month__range=(1, 12), day__range=(1, 28)),
                name="report_schedule_day",
                violation_error_message=_("Choose a month, and a day from 1 to 28."),
            )
        ]

    def __str__(self):
        return str(self._meta.verbose_name)

    def day_in(self, year: int) -> date:
        return date(year, self.month, self.day)

    def next_day(self, today: date) -> date | None:
        """When drafts are made next; None: not at all."""
        if not self.is_on:
            return None
        seen_to = self.made_for is not None and self.made_for >= today.year - 1
        return self.day_in(today.year + seen_to)
