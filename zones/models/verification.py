"""What one person records and another verifies: outcomes and the registers of a zone.

The one abstract base of the zones. Each of its tables is plain; only the way from recorded to verified is the same.
"""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from consortium.models import Affiliation, Organization, User

from .zones import Zone

Role = Affiliation.Role


class Level(models.TextChoices):
    """Who gave or approved it, the highest first."""

    INTERNATIONAL = "international", _("International level")
    NATIONAL = "national", _("National level")
    PROVINCIAL = "provincial", _("Provincial level")
    MUNICIPAL = "municipal", _("Municipal level")
    COLLEGE = "college", _("College level")


class VerifiedQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The office, the bureau and auditors see all, a college its zones' records, an enterprise those naming it."""
        affiliation = user.affiliation
        if not affiliation:
            return self.none()
        rows = self.filter(zone__consortium=affiliation.consortium_id)
        if affiliation.sees_whole_consortium:
            return rows
        if affiliation.role in {Role.COLLEGE_ADMIN, Role.MENTOR}:
            return rows.filter(zone__college=affiliation.organization_id)
        if affiliation.role == Role.PARTNER:
            return rows.filter(enterprise=affiliation.organization_id)
        return self.none()

    def verified(self):
        return self.filter(status=Verified.Status.VERIFIED)

    def to_verify(self, user):
        """What waits for this college administrator: recorded, and not by the same person."""
        if not user.affiliation or user.affiliation.role != Role.COLLEGE_ADMIN:
            return self.none()
        return self.visible_to(user).filter(status=Verified.Status.RECORDED).exclude(recorded_by=user)

    def returned_to(self, user):
        """What somebody else has turned down and this person has to put right, acting as when recording it."""
        if not user.affiliation or user.affiliation.role not in {Role.COLLEGE_ADMIN, Role.MENTOR, Role.PARTNER}:
            return self.none()
        rows = self.visible_to(user).filter(status=Verified.Status.REJECTED, recorded_by=user)
        return rows.filter(organization=user.affiliation.organization_id).exclude(decided_by=user)

    def in_year(self, year: int):
        return self.filter(date__year=year)

    def sums(self) -> dict:
        """The sums that mean something, by the names of the model's ``SUMS``; None where there is no row."""
        found = self.aggregate(**{f"sum_of_{name}": of for name, of in self.model.SUMS.items()})  # type: ignore[attr-defined]
        return {name.removeprefix("sum_of_"): value for name, value in found.items()}

    def for_list(self):
        return self.select_related("zone", "enterprise", "recorded_by").order_by("-date", "-pk")

    def named(self):
        """With what their names say, and their zone."""
        keys = [text.partition("__")[0] for text in self.model.TEXTS if "__" in text]  # type: ignore[attr-defined]
        return self.select_related("zone", *keys)


class Verified(models.Model):
    """A record that counts once somebody else than who wrote it has verified it."""

    class Status(models.TextChoices):
        RECORDED = "recorded", _("To be verified")
        VERIFIED = "verified", _("Verified")
        REJECTED = "rejected", _("Rejected")

    TRANSITIONS = {
        Status.RECORDED: {Status.VERIFIED, Status.REJECTED},
        Status.REJECTED: {Status.RECORDED},
        Status.VERIFIED: {Status.RECORDED},
    }
    THING = ""  # its name in addresses and in the table of permissions
    SUMS: dict[str, models.Aggregate] = {}
    TEXTS = ["title"]  # what a search looks into
    objects: Any
    date: Any  # of each register by a name of its own

    # PROTECT throughout: what was verified is the evidence under an evaluation
    zone = models.ForeignKey(Zone, models.PROTECT, related_name="+", verbose_name=_("special zone"))
    note = models.CharField(_("note"), max_length=300, blank=True)
    status = models.CharField(_("state"), max_length=16, choices=Status, default=Status.RECORDED)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="+", verbose_name=_("recorded for"), editable=False
    )
    # who wrote what stands here now: whoever changes it becomes this person
    recorded_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("recorded by"), editable=False
    )
    recorded_at = models.DateTimeField(_("recorded at"), editable=False)
    decided_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("verified by"), editable=False
    )
    decided_at = models.DateTimeField(_("verified at"), null=True, blank=True, editable=False)
    reject_reason = models.CharField(_("reason of rejection"), max_length=300, blank=True, editable=False)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="verified") | Q(decided_by__isnull=False) & ~Q(decided_by=F("recorded_by")),
                name="%(class)s_four_eyes",
                violation_error_message=_("Nobody verifies what they have recorded themselves."),
            ),
            models.CheckConstraint(
                condition=~Q(status="rejected") | ~Q(reject_reason=""),
                name="%(class)s_reject_reason",
                violation_error_message=_("Say why it is rejected."),
            ),
        ]

    def get_absolute_url(self) -> str:
        return reverse(f"zones:{self.THING}_detail", args=[self.pk])

    @property
    def files_closed(self) -> str:
        """Why the files stay as they are, empty while they may change."""
        is_verified = self.status == self.Status.VERIFIED
        return str(_("This is verified, and its files stay as they are.")) if is_verified else ""

    @property
    def stamp(self) -> str:
        """Changes with every write: what was read and what is verified are compared by it."""
        return self.recorded_at.isoformat()


def enterprise_key(**more) -> models.ForeignKey:
    """The enterprise that a record names and that therefore sees it; PROTECT, because the record is evidence."""
    return models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name=_("enterprise"), **more)


def yuan(label, **more) -> models.DecimalField:
    return models.DecimalField(label, max_digits=12, decimal_places=2, **more)


def in_order(first: str, last: str, name: str) -> models.CheckConstraint:
    """The day ``last`` is empty or not before ``first``."""
    return models.CheckConstraint(
        condition=Q(**{last: None}) | Q(**{f"{last}__gte": F(first)}),
        name=name,
        violation_error_code=last,
        violation_error_message=_("The last day cannot be before the first."),
    )


def not_negative(field: str, name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(**{f"{field}__gte": 0}),
        name=name,
        violation_error_code=field,
        violation_error_message=_("This cannot be less than 0."),
    )


def positive(field: str, name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(**{f"{field}__gt": 0}),
        name=name,
        violation_error_code=field,
        violation_error_message=_("This must be more than 0."),
    )
