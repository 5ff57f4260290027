"""People whom a college or an enterprise has sent to work in a zone."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from consortium.models import Organization

from .verification import in_order
from .zones import Side, Zone


class SecondedQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The people of the zones that one sees; an enterprise sees the college's and its own, no rival's."""
        rows = self.filter(zone__in=Zone.objects.visible_to(user))
        if user.affiliation and user.affiliation.sees_own_enterprise_only:
            rows = rows.filter(Q(organization=user.affiliation.organization_id) | Q(organization=F("zone__college")))
        return rows

    def on(self, day):
        """At work in the zone on that day."""
        return self.filter(Q(until=None) | Q(until__gte=day), since__lte=day)


class SecondedPerson(models.Model):
    """Somebody sent by one side; a name is enough, because not all of them sign in here."""

    zone = models.ForeignKey(Zone, models.PROTECT, related_name="seconded", verbose_name=_("special zone"))  # history
    name = models.CharField(_("name"), max_length=60)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="+", verbose_name=_("sent by")
    )  # PROTECT: evaluations count them
    post = models.CharField(_("post in the zone"), max_length=100)
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True, editable=False)
    end_reason = models.CharField(_("reason of the end"), max_length=200, blank=True, editable=False)

    objects = SecondedQuerySet.as_manager()

    class Meta:
        verbose_name = _("seconded person")
        verbose_name_plural = _("seconded people")
        ordering = ["since", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["zone", "organization", "name"],
                condition=Q(until=None),
                name="seconded_person_once",
                violation_error_code="name",
                violation_error_message=_("This person is at work in the zone already."),
            ),
            in_order("since", "until", "seconded_person_dates"),
            models.CheckConstraint(
                condition=Q(until=None) | ~Q(end_reason=""),
                name="seconded_person_end_reason",
                violation_error_code="end_reason",
                violation_error_message=_("Say why it ends."),
            ),
        ]

    def __str__(self):
        return f"{self.name} · {self.post}"

    def get_absolute_url(self) -> str:
        return reverse("zones:seconded_detail", args=[self.pk])

    @property
    def side(self) -> Side:
        return Side.COLLEGE if self.organization_id == self.zone.college_id else Side.ENTERPRISE
