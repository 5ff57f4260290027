"""Who signs in, and as what."""

from datetime import timedelta

from django.contrib.auth.models import AbstractUser, UserManager
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from .members import Consortium, Membership, Organization

DORMANT_AFTER = timedelta(days=90)


class UserQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those whose page one may open: the secretariat's and auditor's all of the consortium, others' colleagues."""
        affiliation = user.affiliation
        if not affiliation or affiliation.role not in Affiliation.SEE_PEOPLE:
            return self.none()
        roles = Affiliation.objects.filter(consortium=affiliation.consortium_id)
        if not affiliation.sees_all_people:
            roles = roles.filter(organization=affiliation.organization_id)
        return self.filter(pk__in=roles.values("user"))

    def of_address(self, email):
        """Those whose e-mail address it is, however it is written."""
        return self.filter(email__iexact=email).exclude(email="")


class People(UserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    use_in_migrations = False


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

    objects = People()  # type: ignore[misc]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def __str__(self):
        return self.name or self.username

    def get_absolute_url(self) -> str:
        return reverse("consortium:person_detail", args=[self.pk])

    def get_full_name(self) -> str:
        return self.name

    @cached_property
    def roles(self) -> "list[Affiliation]":
        """The affiliations in force, oldest first.

        Read once an instance, so a role that has ended stops working with the next request.
        """
        return list(self.affiliations.in_force().select_related("organization", "consortium").order_by("pk"))

    @property
    def affiliation(self) -> "Affiliation | None":
        """The affiliation whose rights count now, or None."""
        return next((row for row in self.roles if row.pk == self.acting_id), self.roles[0] if self.roles else None)

    def count_sessions(self, now) -> int:
        """In how many browsers the person is signed in."""
        mine = self.usersession_set.values("session_key")  # type: ignore[attr-defined]  # the library points here
        return Session.objects.filter(session_key__in=mine, expire_date__gt=now).count()


class AffiliationQuerySet(models.QuerySet):
    def in_force(self, day=None):
        """Affiliations of active people that have begun and not ended, of organizations that are still members."""
        day = day or timezone.localdate()
        return self.running(day).filter(
            started_on__lte=day,
            user__is_active=True,
            organization__memberships__in=Membership.objects.in_force(day),
            consortium=F("organization__memberships__consortium"),
        )

    def running(self, day):
        """Those that have not ended, whether or not they give rights."""
        return self.filter(Q(ended_on=None) | Q(ended_on__gt=day))

    def ended(self, day=None):
        """Those that give no rights: ended, not begun, of people switched off or of organizations that have left."""
        return self.exclude(pk__in=Affiliation.objects.in_force(day).values("pk"))

    def dormant(self, now):
        """Of people who never signed in, or not for 90 days."""
        return self.filter(Q(user__last_login=None) | Q(user__last_login__lt=now - DORMANT_AFTER))

    def awake(self, now):
        return self.filter(user__last_login__gte=now - DORMANT_AFTER)

    def for_list(self):
        """With ``works``: whether it is in force today."""
        works = models.Exists(Affiliation.objects.in_force().filter(pk=models.OuterRef("pk")))
        return self.select_related("user", "organization").annotate(works=works).order_by("user__name", "pk")

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

    SEE_PEOPLE = {Role.SECRETARIAT, Role.AUDITOR, Role.COLLEGE_ADMIN, Role.PARTNER}
    # beside themselves; the secretariat gives every role in every organization
    GIVES: dict[str, set] = {
        Role.COLLEGE_ADMIN: {Role.COLLEGE_ADMIN, Role.MENTOR},
        Role.PARTNER: {Role.PARTNER, Role.MENTOR},
    }
    KINDS: dict[str, set] = {  # roles that not every kind of organization has
        Role.COLLEGE_ADMIN: set(Organization.Kind.schools()),
        Role.PARTNER: {Organization.Kind.ENTERPRISE},
        Role.BUREAU: {Organization.Kind.GOVERNMENT},
        # these see the whole consortium, and an enterprise never sees another's records
        Role.SECRETARIAT: set(Organization.Kind) - {Organization.Kind.ENTERPRISE},
        Role.AUDITOR: set(Organization.Kind) - {Organization.Kind.ENTERPRISE},
    }

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
            models.UniqueConstraint(
                fields=["user", "organization", "consortium", "role"],
                condition=Q(ended_on=None),
                name="affiliation_once",
                violation_error_message=_("This person has this role there already."),
            ),
        ]

    def __str__(self):
        return f"{self.user} · {self.organization} · {self.get_role_display()}"

    def clean(self):
        check_role(self)

    @property
    def roles_to_give(self) -> "list[Affiliation.Role]":
        return [role for role in self.Role if self.may_give(role, self.organization_id)]

    def may_give(self, role: str, organization_id: int | None) -> bool:
        """Whether who acts as this may give and end ``role`` in that organization."""
        if self.role == self.Role.SECRETARIAT:
            return True
        return organization_id == self.organization_id and role in self.GIVES.get(self.role, ())

    @property
    def sees_whole_consortium(self) -> bool:
        return self.role in {self.Role.SECRETARIAT, self.Role.BUREAU, self.Role.AUDITOR}

    @property
    def sees_own_enterprise_only(self) -> bool:
        return self.organization.is_enterprise

    @property
    def sees_all_people(self) -> bool:
        return self.role in {self.Role.SECRETARIAT, self.Role.AUDITOR}

    def sees_people_of(self, organization: Organization) -> bool:
        """Whether the pages of that organization's people open, as ``User.objects.visible_to`` says."""
        return self.role in self.SEE_PEOPLE and (self.sees_all_people or self.organization_id == organization.pk)


def check_role(given: "Affiliation | Invitation") -> None:
    """Refuse a role that its organization's kind does not have."""
    kinds = Affiliation.KINDS.get(given.role)
    if given.organization_id and kinds is not None and given.organization.kind not in kinds:
        raise ValidationError(
            _("“%(role)s” is no role in “%(organization)s”: %(kind)s."),
            params={
                "role": given.get_role_display(),
                "organization": given.organization,
                "kind": given.organization.get_kind_display(),
            },
        )


class InvitationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The secretariat's and auditor's: all of the consortium; others': those to their own organization."""
        affiliation = user.affiliation
        if not affiliation or affiliation.role not in Affiliation.SEE_PEOPLE:
            return self.none()
        rows = self.filter(consortium=affiliation.consortium_id)
        return rows if affiliation.sees_all_people else rows.filter(organization=affiliation.organization_id)

    def pending(self):
        """Neither accepted nor withdrawn; it may have expired."""
        return self.filter(accepted_at=None, withdrawn_at=None)

    def open(self, now):
        return self.pending().filter(expires_at__gt=now)

    def in_state(self, status, now):
        """Those whose ``status`` it is."""
        Status = Invitation.Status
        return {
            Status.OPEN: self.open(now),
            Status.ACCEPTED: self.exclude(accepted_at=None),
            Status.EXPIRED: self.pending().filter(expires_at__lte=now),
            Status.WITHDRAWN: self.exclude(withdrawn_at=None),
        }[status]

    def for_list(self):
        return self.select_related("organization", "invited_by", "accepted_by").order_by("-pk")


class Invitation(models.Model):
    """A link that gives one address one role in one organization, once and before it expires."""

    class Status(models.TextChoices):
        OPEN = "open", _("Not accepted yet")
        ACCEPTED = "accepted", _("Accepted by the person")
        EXPIRED = "expired", _("Expired")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    LONGEST_DAYS, USUAL_DAYS = 30, 7
    secret = ""  # nosec B105  # of the link; only the instance that has just made it knows it

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
    accepted_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("accepted by")
    )
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)

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
            models.UniqueConstraint(
                Lower("email"),
                "organization",
                "consortium",
                "role",
                condition=Q(accepted_at=None, withdrawn_at=None),
                name="invitation_pending_once",
                violation_error_message=_(
                    "This address is invited to this role already. Send that invitation again, or withdraw it."
                ),
            ),
        ]

    def __str__(self):
        return f"{self.name} · {self.organization} · {self.get_role_display()}"

    def get_absolute_url(self) -> str:
        return reverse("consortium:invitation_detail", args=[self.pk])

    def clean(self):
        check_role(self)

    @property
    def status(self) -> "Invitation.Status":
        if self.accepted_at:
            return self.Status.ACCEPTED
        if self.withdrawn_at:
            return self.Status.WITHDRAWN
        return self.Status.OPEN if self.expires_at > timezone.now() else self.Status.EXPIRED

    def get_status_display(self) -> str:
        return str(self.status.label)

    def is_for(self, user: User) -> bool:
        """Whether ``user`` is whom it is addressed to."""
        return user.is_authenticated and self.email.casefold() == user.email.casefold()
