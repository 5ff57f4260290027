"""The council of a consortium: its terms, the seats of the four sides, and who speaks for a seat from when to when."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .members import Consortium, Organization
from .people import Affiliation, User

Role = Affiliation.Role


class CouncilQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The office, the bureau and auditors see all; others the councils in which they speak for a seat today."""
        affiliation = user.affiliation
        if not affiliation:
            return self.none()
        rows = self.filter(consortium=affiliation.consortium_id)
        if affiliation.sees_whole_consortium:
            return rows
        return rows.filter(pk__in=CouncilSeat.objects.spoken_for_by(affiliation).values("council"))

    def in_office(self, day=None):
        day = day or timezone.localdate()
        return self.filter(starts_on__lte=day, ends_on__gte=day)


class Council(models.Model):
    """One term of the council (001: government, enterprises, schools and institutes sit in it)."""

    # PROTECT throughout: who decided what is history
    consortium = models.ForeignKey(
        Consortium, models.PROTECT, related_name="councils", verbose_name=_("consortium"), editable=False
    )
    number = models.PositiveSmallIntegerField(_("term"), help_text=_("1 is the first term."))
    starts_on = models.DateField(_("in office from"))
    ends_on = models.DateField(_("in office until"))

    objects = CouncilQuerySet.as_manager()

    class Meta:
        verbose_name = _("council")
        verbose_name_plural = _("councils")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["consortium", "number"],
                name="council_term_once",
                violation_error_message=_("This term is there already."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on"), number__gt=0),
                name="council_ends_after_it_begins",
                violation_error_message=_("A term ends after it begins, and its number is at least 1."),
            ),
        ]

    def __str__(self):
        return str(_("Council, term %(number)s") % {"number": self.number})

    def get_absolute_url(self) -> str:
        return reverse("consortium:council_detail", args=[self.pk])


class OfCouncils(models.QuerySet):
    def visible_to(self, user):
        return self.filter(council__in=Council.objects.visible_to(user))


class CouncilSeatQuerySet(OfCouncils):
    def in_force(self):
        """Those that nobody has given up."""
        return self.filter(ended_on=None)

    def spoken_for_by(self, affiliation, day=None):
        """Seats of the organization for which one acts, and for which one is named as delegate on that day."""
        mine = SeatDelegate.objects.in_force(day).filter(user=affiliation.user_id)
        return self.in_force().filter(organization=affiliation.organization_id, pk__in=mine.values("seat"))

    def for_list(self, day=None):
        delegates = SeatDelegate.objects.in_force(day).select_related("user")
        now = models.Prefetch("delegates", queryset=delegates, to_attr="delegates_now")
        return self.select_related("organization", "council").prefetch_related(now).order_by("number")


class CouncilSeat(models.Model):
    """A seat of the council, which an organization holds for one of the four sides."""

    class Side(models.TextChoices):
        GOVERNMENT = "government", _("Government side")
        ENTERPRISE = "enterprise", _("Enterprise side")
        SCHOOL = "school", _("School side")
        INSTITUTE = "institute", _("Institute side")

    KINDS: dict[
        str, set
    ] = {  # who sits on which side; a park's authority is the government's, an association industry's
        Side.GOVERNMENT: {Organization.Kind.GOVERNMENT, Organization.Kind.PARK},
        Side.ENTERPRISE: {Organization.Kind.ENTERPRISE, Organization.Kind.ASSOCIATION, Organization.Kind.PARK},
        Side.SCHOOL: set(Organization.Kind.schools()),
        Side.INSTITUTE: {Organization.Kind.INSTITUTE},
    }

    council = models.ForeignKey(
        Council, models.PROTECT, related_name="seats", verbose_name=_("council"), editable=False
    )
    number = models.PositiveSmallIntegerField(_("seat number"), editable=False)
    side = models.CharField(_("side"), max_length=12, choices=Side)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="council_seats", verbose_name=_("organization")
    )
    is_chair = models.BooleanField(_("chair"), default=False)
    ended_on = models.DateField(_("given up on"), null=True, editable=False)

    objects = CouncilSeatQuerySet.as_manager()
    delegates_now: list  # by for_list

    class Meta:
        verbose_name = _("council seat")
        verbose_name_plural = _("council seats")
        ordering = ["council", "number"]
        constraints = [
            models.UniqueConstraint(fields=["council", "number"], name="seat_number_once"),
            models.UniqueConstraint(
                fields=["council", "organization"],
                condition=Q(ended_on=None),
                name="seat_once_an_organization",
                violation_error_message=_("This organization has a seat already."),
            ),
            models.UniqueConstraint(
                fields=["council"],
                condition=Q(is_chair=True, ended_on=None),
                name="one_chair",
                violation_error_message=_("Another seat has the chair. Take it from that seat first."),
            ),
        ]

    def __str__(self):
        return str(self.organization)

    def get_absolute_url(self) -> str:
        return self.council.get_absolute_url()

    def clean(self):
        if self.organization_id and self.organization.kind not in self.KINDS.get(self.side, set()):
            raise ValidationError(
                {
                    "side": _("“%(organization)s” is a %(kind)s and does not sit on this side.")
                    % {"organization": self.organization, "kind": self.organization.get_kind_display()}
                }
            )


class SeatDelegateQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(seat__in=CouncilSeat.objects.visible_to(user))

    def in_force(self, day=None):
        day = day or timezone.localdate()
        return self.filter(Q(ended_on=None) | Q(ended_on__gt=day), started_on__lte=day).order_by("pk")


class SeatDelegate(models.Model):
    """Who speaks for a seat, from a day to a day. With a user of the program the person reads and votes there."""

    seat = models.ForeignKey(
        CouncilSeat, models.PROTECT, related_name="delegates", verbose_name=_("seat"), editable=False
    )
    name = models.CharField(_("delegate"), max_length=60)
    post = models.CharField(_("post of the delegate"), max_length=60, blank=True)
    user = models.ForeignKey(
        User,
        models.PROTECT,
        related_name="council_delegations",
        null=True,
        blank=True,
        verbose_name=_("signs in as"),
        help_text=_("Without it the secretariat records what the seat says and votes."),
    )
    started_on = models.DateField(_("from"))
    ended_on = models.DateField(_("until"), null=True, editable=False)

    objects = SeatDelegateQuerySet.as_manager()

    class Meta:
        verbose_name = _("delegate of a seat")
        verbose_name_plural = _("delegates of seats")
        ordering = ["seat", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["seat"],
                condition=Q(ended_on=None),
                name="one_delegate_a_seat",
                violation_error_message=_("This seat has a delegate already."),
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("started_on")),
                name="delegate_dates",
                violation_error_message=_("This cannot end before it begins."),
            ),
        ]

    def __str__(self):
        return self.name

    def works_on(self, day: date) -> bool:
        return self.started_on <= day and (self.ended_on is None or self.ended_on > day)
