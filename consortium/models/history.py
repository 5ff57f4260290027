"""What happened: one row for each change, never altered and never removed."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .people import Affiliation, User
from .records import About, AboutQuerySet, about


class HistoryQuerySet(AboutQuerySet):
    def of(self, record: models.Model, *parts: models.Model):
        """The history of a record and of those parts that have no page of their own, newest first, to be shown."""
        rows = self.about(record, *parts).select_related("actor", "acting_as__organization", "content_type")
        if not parts:
            return rows
        of_part = models.Case(models.When(about(record), then=False), default=True)
        return rows.annotate(of_part=of_part).prefetch_related("record")

    def update(self, **kwargs):
        raise TypeError("History is only added to.")

    def delete(self):
        raise TypeError("History is only added to.")


class HistoryEntry(About):
    """Who changed what of which record, when, from what to what, and why."""

    at = models.DateTimeField(_("at"), default=timezone.now)
    # PROTECT: history keeps its people
    actor = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, verbose_name=_("who"))
    acting_as = models.ForeignKey(Affiliation, models.PROTECT, related_name="+", null=True, verbose_name=_("acting as"))
    what = models.CharField(_("what"), max_length=60)
    old = models.TextField(_("before"), blank=True)
    new = models.TextField(_("after"), blank=True)
    reason = models.TextField(_("reason"), blank=True)

    objects = HistoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("history entry")
        verbose_name_plural = _("history entries")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["content_type", "object_id", "-id"], name="history_of_record")
        ]  # a record's page

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M} {self.what}: {self.old} → {self.new}"

    @property
    def actor_name(self) -> str:
        return str(self.actor or _("The program"))

    @property
    def what_label(self) -> str:
        """The field's or act's name for people."""
        acts = {"created": _("Created"), "imported": _("Imported"), "deleted": _("Removed")}
        if self.what in acts:
            return str(acts[self.what])
        field = self._field()
        return str(field.verbose_name) if field else str(_(self.what))

    @property
    def old_label(self) -> str:
        return self._label(self.old)

    @property
    def new_label(self) -> str:
        return self._label(self.new)

    def _field(self):
        model = self.content_type.model_class()
        return next((f for f in model._meta.fields if f.name == self.what), None) if model else None

    def _label(self, value: str) -> str:
        field = self._field()
        return str(dict(field.flatchoices).get(value, value)) if field and field.choices else value
