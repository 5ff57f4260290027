"""Who signs in, and as what."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from .members import Consortium, Membership, Organization


class User(AbstractUser):
    """A person who signs in. What the person may do hangs on the affiliation that acts, never on the person."""

    first_name = None  # type: ignore[assignment]  # a Chinese name is one field
    last_name = None  # type: ignore[assignment]
    name = models.CharField(_("name"), max_length=60)
    # SET_NULL: without a choice the oldest affiliation in force acts
    acting = models.ForeignKey(
        "Affiliation", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("acts as")
    )

    language = models.CharField(_("language"), max_length=10, blank=True)  # empty: the program's own
    # the name is gone and a pseudonym stands for it; what the law keeps hangs on the row still
    erased_at = models.DateTimeField(_("erased at"), null=True, blank=True, editable=False)

    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def __str__(self):
        return self.name or self.username

    def get_full_name(self) -> str:
        return self.name

    @cached_property
    def affiliation(self) -> "Affiliation | None":
        """The affiliation whose rights count now, or None.

        Read once an instance, so a role that has ended stops working with the next request.
        """
        rows = self.affiliations.in_force().select_related("organization", "consortium").order_by("pk")
        return next((row for row in rows if row.pk == self.acting_id), rows[0] if rows else None)


class AffiliationQuerySet(models.QuerySet):
    def in_force(self, day=None):
        """Affiliations of active people that have begun and not ended, of organizations that are still members."""
        day = day or timezone.localdate()
        return self.filter(
            Q(ended_on=None) | Q(ended_on__gt=day),
            started_on__lte=day,
            user__is_active=True,
            organization__memberships__in=Membership.objects.in_force(day),
            consortium=F("organization__memberships__consortium"),
        )

    def visible_to(self, user):
        """Everybody of the consortium whose organization the user may see."""
        if not user.affiliation:
            return self.none()
        return self.filter(
            consortium=user.affiliation.consortium_id, organization__in=Organization.objects.visible_to(user)
        )


class Affiliation(models.Model):
    """A person's role in one organization of one consortium, from a day to a day."""

    class Role(models.TextChoices):
        SECRETARIAT = "secretariat", _("Secretariat")
        COLLEGE_ADMIN = "college_admin", _("College administrator")
        PARTNER = "partner", _("Partner enterprise")
        MENTOR = "mentor", _("Mentor")
        BUREAU = "bureau", _("Education bureau")
        EXPERT = "expert", _("Expert")
        AUDITOR = "auditor", _("Auditor")

    user = models.ForeignKey(User, models.PROTECT, related_name="affiliations", verbose_name=_("user"))
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="affiliations", verbose_name=_("organization")
    )
    consortium = models.ForeignKey(
        Consortium, models.PROTECT, related_name="affiliations", verbose_name=_("consortium")
    )
    role = models.CharField(_("role"), max_length=16, choices=Role)
    started_on = models.DateField(_("from"))
    ended_on = models.DateField(_("until"), null=True, blank=True)

    objects = AffiliationQuerySet.as_manager()

    class Meta:
        verbose_name = _("affiliation")
        verbose_name_plural = _("affiliations")
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("started_on")),
                name="affiliation_dates",
                violation_error_message=_("A role cannot end before it begins."),
            ),
        ]

    def __str__(self):
        return f"{self.user} · {self.organization} · {self.get_role_display()}"

    @property
    def sees_whole_consortium(self) -> bool:
        return self.role in {self.Role.SECRETARIAT, self.Role.BUREAU, self.Role.AUDITOR}

    @property
    def sees_own_enterprise_only(self) -> bool:
        return self.organization.is_enterprise


class InvitationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The secretariat's and auditor's: all of the consortium; others: those to their own organization."""
        affiliation = user.affiliation
        if not affiliation:
            return self.none()
        rows = self.filter(consortium=affiliation.consortium_id)
        if affiliation.role in {Affiliation.Role.SECRETARIAT, Affiliation.Role.AUDITOR}:
            return rows
        return rows.filter(organization=affiliation.organization_id)

    def open(self, now):
        return self.filter(accepted_at=None, withdrawn_at=None, expires_at__gt=now)

    def for_list(self):
        return self.select_related("organization", "invited_by", "accepted_by").order_by("-pk")


class Invitation(models.Model):
    """A link that gives one address one role in one organization, once and before it expires."""

    # PROTECT: who let whom in is history
    consortium = models.ForeignKey(Consortium, models.PROTECT, related_name="+", verbose_name=_("consortium"))
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="invitations", verbose_name=_("organization")
    )
    role = models.CharField(_("role"), max_length=16, choices=Affiliation.Role)
    email = models.EmailField(_("e-mail address"))
    name = models.CharField(_("name"), max_length=60)
    secret_hash = models.CharField(max_length=64, unique=True, editable=False)  # SHA-256; the link itself is not kept
    invited_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("invited by"))
    invited_at = models.DateTimeField(_("invited at"))
    expires_at = models.DateTimeField(_("expires at"))
    accepted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("accepted by"))
    accepted_at = models.DateTimeField(_("accepted at"), null=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.CheckConstraint(
                condition=Q(accepted_at=None, accepted_by=None)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False, withdrawn_at=None),
                name="invitation_used_once",
            ),
        ]

    def __str__(self):
        return f"{self.email} · {self.organization} · {self.get_role_display()}"
