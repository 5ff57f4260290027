"""What somebody has been reminded of: kept, so that nobody is reminded twice."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from consortium.models import Affiliation

from .milestones import Milestone


class Reminder(models.Model):
    """One reminder to one person, as whom, about one milestone and one day. The job may run as often as it likes."""

    class Kind(models.TextChoices):
        REPORT_DUE = "report_due", _("report due")
        DUE_IN_14 = "due_in_14", _("due in 14 days")
        DUE_IN_3 = "due_in_3", _("due in 3 days")
        OVERDUE = "overdue", _("overdue")
        RETURNED = "returned", _("returned and not reported anew")
        URGED = "urged", _("urged and not answered")

    # CASCADE: a note about the person's desk and the milestone, worth nothing without either
    acting_as = models.ForeignKey(Affiliation, models.CASCADE, related_name="+", verbose_name=_("acting as"))
    milestone = models.ForeignKey(Milestone, models.CASCADE, related_name="reminders", verbose_name=_("milestone"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    day = models.DateField(_("day"))  # that it is about: the month's end, the due day, the day of return, the deadline
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        constraints = [
            models.UniqueConstraint(fields=["milestone", "kind", "day", "acting_as"], name="reminder_once"),
        ]

    def __str__(self):
        return f"{self.acting_as} · {self.get_kind_display()} · {self.milestone}"
