"""The rules of one zone ("one zone, one policy"), in versions that both sides agree on."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consortium.models import Affiliation, Organization, User

from .zones import Zone, ZonePartner

Role = Affiliation.Role


class ZoneCharterQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The charters of the zones that one sees."""
        return self.filter(zone__in=Zone.objects.visible_to(user))

    def to_agree(self, user):
        """Those that wait for the user's side: the zone's college, or an enterprise that works there now."""
        affiliation = user.affiliation
        role = affiliation.role if affiliation else None
        if role == Role.COLLEGE_ADMIN:
            return self.visible_to(user).filter(college_on=None)
        if role != Role.PARTNER:
            return self.none()
        mine = ZonePartner.objects.on(timezone.localdate()).filter(enterprise=affiliation.organization_id)
        return self.filter(zone__in=mine.values("zone"), zone__consortium=affiliation.consortium_id, enterprise_on=None)

    def for_list(self):
        """Newest first, with who agreed."""
        people = ("zone__college", "college_by", "enterprise", "enterprise_by")
        return self.select_related(*people).order_by("-number")


class ZoneCharter(models.Model):
    """One version; once both sides have agreed on it, it stays as it is and is in force until the next."""

    # PROTECT throughout: what was agreed on, and by whom, is history
    zone = models.ForeignKey(Zone, models.PROTECT, related_name="charters", verbose_name=_("special zone"))
    number = models.PositiveSmallIntegerField(_("version"), validators=[MinValueValidator(1)], editable=False)
    summary = models.CharField(
        _("what is new"), max_length=200, blank=True, help_text=_("In one sentence, for the list of versions.")
    )
    text = models.TextField(_("text"), help_text=_("One rule a paragraph: versions are compared by paragraphs."))
    changed_at = models.DateTimeField(_("changed at"), editable=False)
    college_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", null=True, editable=False, verbose_name=_("agreed for the college by")
    )
    college_on = models.DateField(_("agreed by the college on"), null=True, editable=False)
    enterprise = models.ForeignKey(
        Organization, models.PROTECT, related_name="+", null=True, editable=False, verbose_name=_("agreed by")
    )
    enterprise_by = models.ForeignKey(
        User,
        models.PROTECT,
        related_name="+",
        null=True,
        editable=False,
        verbose_name=_("agreed for the enterprise by"),
    )
    enterprise_on = models.DateField(_("agreed by the enterprise on"), null=True, editable=False)

    files_act = "charter.change"
    objects = ZoneCharterQuerySet.as_manager()

    class Meta:
        verbose_name = _("zone charter")
        verbose_name_plural = _("zone charters")
        constraints = [
            models.UniqueConstraint(fields=["zone", "number"], name="charter_number_once"),
            models.CheckConstraint(
                condition=Q(college_by=None, college_on=None) | Q(college_by__isnull=False, college_on__isnull=False),
                name="charter_college_agrees",
            ),
            models.CheckConstraint(
                condition=Q(enterprise=None, enterprise_by=None, enterprise_on=None)
                | Q(enterprise__isnull=False, enterprise_by__isnull=False, enterprise_on__isnull=False),
                name="charter_enterprise_agrees",
            ),
        ]

    def __str__(self):
        return str(_("Charter of %(zone)s, version %(number)s") % {"zone": self.zone, "number": self.number})

    def get_absolute_url(self) -> str:
        return reverse("zones:charter_detail", args=[self.pk])

    @property
    def agreed_on(self):
        """The day from which both sides are bound; None before."""
        return max(self.college_on, self.enterprise_on) if self.college_on and self.enterprise_on else None

    @property
    def files_closed(self) -> str:
        return str(_("Both sides have agreed on this version, and it stays as it is.")) if self.agreed_on else ""

    @property
    def stamp(self) -> str:
        """Changes with every write: what was read and what is agreed on are compared by it."""
        return self.changed_at.isoformat()
