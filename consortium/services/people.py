"""Who comes in, as what, and who goes: invitations, roles, and what people set for themselves."""

import hashlib
import logging
import secrets
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from ..inbox import INVITATION_ACCEPTED, ROLE_ENDED, ROLE_GIVEN
from ..models import Affiliation, Consortium, Invitation, User
from .changes import Refused, alone, create
from .history import record
from .notices import notify

log = logging.getLogger(__name__)
SECRET_BYTES = 32

# acts in the history; a changed field stands there by its own name
ACCEPTED = gettext_noop("Invitation accepted")
WITHDRAWN = gettext_noop("Invitation withdrawn")
SENT_AGAIN = gettext_noop("Invitation sent again")


def invite(invitation: Invitation, *, days: int, by: User) -> None:
    """Open a new invitation for ``days`` days. Its ``secret`` is kept nowhere but on this instance.

    Raises Refused when ``by`` may not give the role or the person has it, ValidationError when one is pending.
    """
    if by.affiliation is None:
        raise Refused(_("You have no role in a consortium now."))
    invitation.consortium = by.affiliation.consortium
    _check_giver(by.affiliation, invitation)
    if _like(invitation).filter(user__in=User.objects.of_address(invitation.email)).exists():
        raise Refused(_("Whoever has this address has this role there already."))
    _renew(invitation, days=days, by=by)
    create(invitation, by=by)


def send_again(invitation: Invitation, *, days: int, by: User) -> None:
    """Give a pending invitation a new ``secret`` and ``days`` days from now; the link before is dead."""
    if by.affiliation is None:
        raise Refused(_("You have no role in a consortium now."))
    _check_giver(by.affiliation, invitation)
    _renew(invitation, days=days, by=by)
    fields = {name: getattr(invitation, name) for name in ("secret_hash", "invited_by", "invited_at", "expires_at")}
    with transaction.atomic():
        if not Invitation.objects.pending().filter(pk=invitation.pk).update(**fields):
            raise Refused(_("This invitation was accepted or withdrawn meanwhile."))
        record(invitation, by=by, what=SENT_AGAIN)


def withdraw(invitation: Invitation, *, by: User, reason: str = "") -> None:
    """Make the link of a pending invitation worthless."""
    with transaction.atomic():
        if not Invitation.objects.pending().filter(pk=invitation.pk).update(withdrawn_at=timezone.now()):
            raise Refused(_("This invitation was accepted or withdrawn meanwhile."))
        record(invitation, by=by, what=WITHDRAWN, reason=reason)


def mail_link(invitation: Invitation, link: str) -> bool:
    """Mail the link to the invited address; whether it left. Without mail it can still be handed on by other means."""
    known = User.objects.of_address(invitation.email).exclude(language="").first()
    with translation.override(known.language if known else settings.LANGUAGE_CODE):
        subject = _("Invitation to %(consortium)s") % {"consortium": invitation.consortium}
        text = render_to_string("consortium/invitation_mail.txt", {"invitation": invitation, "link": link})
        try:
            return bool(send_mail(subject, text, None, [invitation.email]))
        except OSError as error:  # also all that smtplib raises
            log.warning("The mail of invitation %s did not leave: %s", invitation.pk, type(error).__name__)
            return False


def find_invitation(secret: str) -> Invitation | None:
    """The invitation whose link carries ``secret``, in whatever state it is."""
    rows = Invitation.objects.select_related("organization", "consortium", "invited_by", "accepted_by")
    return rows.filter(secret_hash=_hash(secret)).first()


def why_void(invitation: Invitation, now: datetime) -> str:
    """The sentence that says why an invitation can no longer be accepted; empty when it can."""
    if invitation.accepted_at:
        return _("This invitation has been accepted already.")
    if invitation.withdrawn_at:
        return _("This invitation was withdrawn.")
    if invitation.expires_at <= now:
        return _("This invitation has expired. Ask for a new one.")
    if not invitation.organization.memberships.filter(consortium=invitation.consortium).in_force().exists():
        return _("%(organization)s is no longer a member.") % {"organization": invitation.organization}
    if not _givers(invitation):
        return _("Whoever invited you may no longer do so. Ask the consortium office.")
    return ""


@alone()
def accept(invitation: Invitation, *, by: User) -> Affiliation:
    """Give ``by``, whose address is the invited one, the role. Of two who accept at once the second is refused."""
    now = timezone.now()
    if not invitation.is_for(by):
        raise Refused(_("This invitation is for somebody else."))
    if sentence := why_void(invitation, now):
        raise Refused(sentence)
    if _like(invitation).filter(user=by).exists():
        raise Refused(_("You have this role there already."))
    taken = Invitation.objects.open(now).filter(pk=invitation.pk, secret_hash=invitation.secret_hash)
    if not taken.update(accepted_at=now, accepted_by=by):
        raise Refused(_("This invitation was accepted or withdrawn meanwhile."))
    record(invitation, by=by, what=ACCEPTED)
    affiliation = Affiliation(
        user=by,
        organization=invitation.organization,
        consortium=invitation.consortium,
        role=invitation.role,
        started_on=timezone.localdate(now),
    )
    create(affiliation, by=by)
    notify(
        _givers(invitation)[:1],
        INVITATION_ACCEPTED,
        partial(_accepted_sentence, by.name),
        invitation.get_absolute_url(),
        at=now,
    )
    return affiliation


def accounts_of(invitation: Invitation) -> list[User]:
    """The accounts, also those switched off, of the invited address."""
    return list(User.objects.of_address(invitation.email))


@alone()
def join(user: User, invitation: Invitation, *, password: str) -> None:
    """Save a new ``user`` with the invited address and accept as that. Refused as ``accept``, and nothing is left."""
    if accounts_of(invitation):
        raise Refused(_("There is an account with this address. Sign in to accept."))
    user.email = invitation.email
    user.set_password(password)
    create(user, by=None)
    accept(invitation, by=user)
    del user.roles  # read before there was one


@transaction.atomic
def add_role(affiliation: Affiliation, *, by: User) -> Affiliation:
    """Give somebody who is known a further role from today on. Raises ValidationError when there is one like it."""
    if by.affiliation is None:
        raise Refused(_("You have no role in a consortium now."))
    # whoever is being erased at this moment is waited for
    if not list(User.objects.select_for_update(no_key=True).filter(pk=affiliation.user_id, is_active=True)):
        raise Refused(_("This account is switched off."))
    affiliation.consortium = by.affiliation.consortium
    affiliation.started_on = timezone.localdate()
    if not affiliation.organization.memberships.filter(consortium=affiliation.consortium).in_force().exists():
        raise Refused(_("%(organization)s is no longer a member.") % {"organization": affiliation.organization})
    create(affiliation, by=by)
    if affiliation.user != by:
        tell = partial(_role_sentence, gettext_noop("You have a new role: %(role)s at %(organization)s."), affiliation)
        notify([affiliation], ROLE_GIVEN, tell, reverse("consortium:profile"), at=timezone.now())
    return affiliation


@transaction.atomic
def end_role(affiliation: Affiliation, *, by: User, reason: str) -> None:
    """End a role today: it gives no right from the next request on, and what the person has invited is withdrawn.

    Raises Refused when it has ended already, or when nobody else would be the secretariat.
    """
    # the last two end one by one
    list(Consortium.objects.select_for_update(no_key=True).filter(pk=affiliation.consortium_id))
    if affiliation.role == Affiliation.Role.SECRETARIAT:
        office = Affiliation.objects.in_force().filter(consortium=affiliation.consortium_id, role=affiliation.role)
        if not office.exclude(pk=affiliation.pk).exists():
            raise Refused(_("This is the last secretariat of the consortium. Give the role to somebody else first."))
    today = timezone.localdate()
    day = max(today, affiliation.started_on)
    if not Affiliation.objects.running(today).filter(pk=affiliation.pk).update(ended_on=day):
        raise Refused(_("This role has ended already."))
    record(affiliation, by=by, what="ended_on", old=affiliation.ended_on, new=day, reason=reason)
    affiliation.ended_on = day
    for invitation in invitations_of(affiliation):
        withdraw(invitation, by=by, reason=_("Whoever invited has no longer the role."))
    if affiliation.user != by:
        left = affiliation.user.affiliations.in_force().filter(consortium=affiliation.consortium_id).order_by("pk")
        tell = partial(_role_sentence, gettext_noop("Your role has ended: %(role)s at %(organization)s."), affiliation)
        notify(left[:1], ROLE_ENDED, tell, reverse("consortium:profile"), at=timezone.now())


def invitations_of(affiliation: Affiliation) -> list[Invitation]:
    """The pending invitations that would be void if the affiliation ended."""
    person = affiliation.user
    others = person.affiliations.in_force().filter(consortium=affiliation.consortium_id).exclude(pk=affiliation.pk)
    pending = Invitation.objects.pending().filter(invited_by=person, consortium=affiliation.consortium_id)
    return [row for row in pending if not any(other.may_give(row.role, row.organization_id) for other in others)]


@transaction.atomic
def act_as(affiliation: Affiliation, *, by: User) -> None:
    """Let ``by`` act as another of the own affiliations, on every page and by token, until the next switch."""
    if affiliation not in by.roles:
        raise Refused(_("You do not have this role now."))
    if affiliation == by.affiliation:
        return
    record(by, by=by, what="acting", old=by.affiliation, new=affiliation)
    User.objects.filter(pk=by.pk).update(acting=affiliation)
    by.acting = affiliation


@transaction.atomic
def choose_language(language: str, *, by: User) -> None:
    """The language of ``by``: from the next sign-in on, and of mails. Empty is the program's own."""
    if language != by.language:
        record(by, by=by, what="language", old=by.language, new=language)
        User.objects.filter(pk=by.pk).update(language=language)
        by.language = language


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _renew(invitation: Invitation, *, days: int, by: User) -> None:
    invitation.secret = secrets.token_urlsafe(SECRET_BYTES)
    invitation.secret_hash = _hash(invitation.secret)
    invitation.invited_by, invitation.invited_at = by, timezone.now()
    invitation.expires_at = invitation.invited_at + timedelta(days=min(days, Invitation.LONGEST_DAYS))


def _givers(invitation: Invitation) -> list[Affiliation]:
    """As what the person who invited may give the role still."""
    roles = invitation.invited_by.affiliations.in_force().filter(consortium=invitation.consortium).order_by("pk")
    return [role for role in roles if role.may_give(invitation.role, invitation.organization_id)]


def _role_sentence(sentence: str, affiliation: Affiliation) -> str:
    return _(sentence) % {"role": affiliation.get_role_display(), "organization": affiliation.organization}


def _accepted_sentence(name: str) -> str:
    return _("%(name)s has accepted your invitation.") % {"name": name}


def _like(invitation: Invitation) -> QuerySet[Affiliation]:
    """The affiliations that have not ended and are like what the invitation gives."""
    return Affiliation.objects.running(timezone.localdate()).filter(
        consortium=invitation.consortium, organization=invitation.organization, role=invitation.role
    )


def _check_giver(affiliation: Affiliation, invitation: Invitation) -> None:
    if not affiliation.may_give(invitation.role, invitation.organization_id):
        raise Refused(_("You may not give this role there."))
    if not invitation.organization.memberships.filter(consortium=affiliation.consortium_id).in_force().exists():
        raise Refused(_("%(organization)s is no longer a member.") % {"organization": invitation.organization})
