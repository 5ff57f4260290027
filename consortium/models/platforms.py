"""Platforms and bases that a consortium runs, as the ministry's notice asks for them (001)."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from .members import Consortium, Organization


class PlatformQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Everybody of the consortium: platforms are there to be used."""
        return self.filter(consortium=user.affiliation.consortium_id) if user.affiliation else self.none()

    def for_list(self):
        return self.select_related("operator").order_by("kind", "since", "pk")


class Platform(models.Model):
    class Kind(models.TextChoices):
        TALENT = "talent", _("Talent information platform")
        BASE = "base", _("Industry-education training base")
        TECHNOLOGY = "technology", _("Common technology service platform")
        TRAINING = "training", _("Training plan for the members' staff")

    # PROTECT: which platforms there were is history
    consortium = models.ForeignKey(
        Consortium, models.PROTECT, related_name="platforms", verbose_name=_("consortium"), editable=False
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    name = models.CharField(_("platform name"), max_length=200)
    operator = models.ForeignKey(
        Organization, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("operating member")
    )
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)

    files_act = "platform.change"
    objects = PlatformQuerySet.as_manager()

    class Meta:
        verbose_name = _("platform or base")
        verbose_name_plural = _("platforms and bases")
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")),
                name="platform_ends_after_it_begins",
                violation_error_message=_("It cannot end before it begins."),
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("consortium:platform_update", args=[self.pk])
