"""What seats say in writing before a meeting, and what it is answered."""

from django.db import models
from django.db.models import Count, Q
from django.db.models.functions import ExtractYear
from django.utils.translation import gettext_lazy as _

from .agenda import AgendaItem, OfItems
from .councils import CouncilSeat
from .meetings import Meeting
from .people import User


class OpinionQuerySet(OfItems):
    def standing(self):
        return self.filter(withdrawn_at=None)

    def waiting(self):
        """Without an answer, of meetings that are still to be held."""
        return self.standing().filter(answered_at=None, item__meeting__status=Meeting.Status.CALLED)

    def for_list(self):
        return self.select_related("item__meeting__council", "seat__organization", "by", "answered_by").order_by("-pk")

    def shares_by_year(self):
        """By the meeting's year: ``total`` opinions, those ``answered`` and those ``taken`` up, be it in part."""
        taken = Q(outcome__in=[Opinion.Outcome.TAKEN, Opinion.Outcome.PARTLY])
        return (
            self.standing()
            .annotate(year=ExtractYear("item__meeting__held_at"))
            .order_by()
            .values("year")
            .annotate(
                total=Count("pk"),
                answered=Count("pk", filter=Q(answered_at__isnull=False)),
                taken=Count("pk", filter=taken),
            )
            .order_by("-year")
        )


class Opinion(models.Model):
    """What a seat says in writing to an item before the meeting, and the secretariat's answer."""

    class Kind(models.TextChoices):
        SUPPORT = "support", _("In favour")
        SUGGESTION = "suggestion", _("Suggestion")
        OBJECTION = "objection", _("Objection")

    class Outcome(models.TextChoices):
        TAKEN = "taken", _("Taken up")
        PARTLY = "partly", _("Taken up in part")
        NOT_TAKEN = "not_taken", _("Not taken up")

    # PROTECT: who said what is history
    item = models.ForeignKey(
        AgendaItem, models.PROTECT, related_name="opinions", verbose_name=_("item"), editable=False
    )
    seat = models.ForeignKey(CouncilSeat, models.PROTECT, related_name="opinions", verbose_name=_("seat"))
    kind = models.CharField(_("kind of opinion"), max_length=10, choices=Kind)
    text = models.TextField(_("opinion"), max_length=2000)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("entered by"), editable=False)
    at = models.DateTimeField(_("at"), editable=False)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, editable=False)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, blank=True, editable=False)
    answer = models.TextField(_("answer"), blank=True, editable=False)
    answered_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", null=True, editable=False, verbose_name=_("answered by")
    )
    answered_at = models.DateTimeField(_("answered at"), null=True, editable=False)

    objects = OpinionQuerySet.as_manager()

    class Meta:
        verbose_name = _("written opinion")
        verbose_name_plural = _("written opinions")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by=None, answer="", outcome="")
                | Q(answered_at__isnull=False, answered_by__isnull=False, withdrawn_at=None)
                & ~Q(answer="")
                & ~Q(outcome=""),
                name="opinion_answered",
            ),
        ]

    def __str__(self):
        return self.text[:60]

    def get_absolute_url(self) -> str:
        return f"{self.item.get_absolute_url()}#opinion-{self.pk}"
