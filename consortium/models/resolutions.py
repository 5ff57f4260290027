"""What came of a meeting: who does what by when."""

from datetime import date, timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from .agenda import AgendaItem, OfItems
from .meetings import Meeting
from .members import Organization


class ResolutionQuerySet(OfItems):
    def open(self):
        """To be done: of meetings whose minutes are approved."""
        return self.filter(done_on=None, item__meeting__status=Meeting.Status.APPROVED)

    def for_list(self):
        return self.select_related("item__meeting__council", "organization").order_by(
            "-item__meeting__held_at", "number"
        )


class Resolution(models.Model):
    """What the council has decided that somebody does by a day."""

    item = models.ForeignKey(
        AgendaItem, models.PROTECT, related_name="resolutions", verbose_name=_("item"), editable=False
    )  # PROTECT: history
    number = models.PositiveSmallIntegerField(_("resolution number"), editable=False)  # in its meeting
    text = models.CharField(_("resolution"), max_length=500)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="resolutions", verbose_name=_("who does it")
    )  # PROTECT: history
    due = models.DateField(_("due on"))
    done_on = models.DateField(_("done on"), null=True, blank=True, editable=False)
    done_note = models.CharField(_("what was done"), max_length=300, blank=True, editable=False)

    objects = ResolutionQuerySet.as_manager()

    class Meta:
        verbose_name = _("resolution")
        verbose_name_plural = _("resolutions")
        ordering = ["item__meeting", "number"]
        indexes = [models.Index(fields=["due"], condition=Q(done_on=None), name="resolutions_open")]  # what is late

    def __str__(self):
        return self.text

    def get_absolute_url(self) -> str:
        return f"{self.item.get_absolute_url()}#resolution-{self.pk}"

    @property
    def code(self) -> str:
        """Meeting and number, such as 6-2."""
        return f"{self.item.meeting.number}-{self.number}"

    @property
    def task_text(self) -> str:
        """What a task that is made from it says."""
        return self.text[:300]

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
