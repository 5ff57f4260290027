"""What a party to an agreement has to do by a day."""

from datetime import date, timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from .agreements import Agreement, AgreementParty, OfAgreements
from .people import User


class DutyQuerySet(OfAgreements):
    def in_hand(self):
        """To be done: of agreements that are signed."""
        return self.filter(done_on=None, agreement__status=Agreement.Status.SIGNED)

    def for_list(self):
        return self.select_related("agreement", "party__organization", "done_by").order_by("due", "pk")


class Duty(models.Model):
    """What one party has to do by a day, as the agreement says."""

    agreement = models.ForeignKey(
        Agreement, models.CASCADE, related_name="duties", verbose_name=_("agreement"), editable=False
    )  # a part of it
    party = models.ForeignKey(
        AgreementParty, models.PROTECT, related_name="duties", verbose_name=_("whose duty")
    )  # PROTECT: a party with duties does not leave the paper unnoticed
    text = models.CharField(_("duty"), max_length=300)
    due = models.DateField(_("due on"))
    done_on = models.DateField(_("done on"), null=True, blank=True, editable=False)
    done_note = models.CharField(_("what was done"), max_length=300, blank=True, editable=False)
    done_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", null=True, editable=False, verbose_name=_("reported by")
    )  # PROTECT: history
    reminded_on = models.DateField(null=True, editable=False)

    objects = DutyQuerySet.as_manager()

    class Meta:
        verbose_name = _("duty")
        verbose_name_plural = _("duties")
        ordering = ["due", "pk"]
        indexes = [models.Index(fields=["due"], condition=Q(done_on=None), name="duties_in_hand")]  # inbox, reminders
        constraints = [
            models.CheckConstraint(
                condition=Q(done_on=None, done_by=None) | Q(done_on__isnull=False, done_by__isnull=False),
                name="duty_done",
            ),
        ]

    def __str__(self):
        return self.text

    def get_absolute_url(self) -> str:
        return f"{self.agreement.get_absolute_url()}#duty-{self.pk}"

    @property
    def task_text(self) -> str:
        """What a task that is made from it says."""
        return self.text

    @property
    def task_due(self) -> date:
        return self.due

    def light(self, today: date | None = None) -> tuple[str, str]:
        """The light and its word: done, late, soon (14 days), or to be done by its day."""
        today = today or timezone.localdate()
        if self.done_on:
            return "done", str(_("Done on %(day)s") % {"day": date_format(self.done_on)})
        if self.due < today:
            return "late", str(_("Overdue by %(days)s d") % {"days": (today - self.due).days})
        return ("soon" if self.due - today <= timedelta(days=14) else "plan"), date_format(self.due)
