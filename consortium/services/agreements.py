"""Agreements: writing a draft, its way to the signature, its versions, and its end."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from ..inbox import AGREEMENT_RETURNED, AGREEMENT_TO_AGREE
from ..models import (
    Affiliation,
    Agreement,
    AgreementParty,
    AgreementWork,
    Duty,
    JointWork,
    Organization,
    Ownership,
    User,
)
from .changes import Refused, alone, create, move, record, save_changes
from .notices import notify, take_back

Role, Status = Affiliation.Role, Agreement.Status
MOST_PARTIES = 6
COPIED = (
    "title", "type", "cost_terms", "cost_excluded", "ip_terms", "ip_excluded", "secrecy_terms", "secrecy_months",
    "secrecy_excluded", "transfer_terms", "transfer_excluded",
)  # fmt: skip


@alone()
def add_agreement(
    agreement: Agreement, organizations: Iterable[Organization], works: Iterable[str], *, by: User
) -> Agreement:
    """Write a new draft between these members, in the order of the paper. Raises ValidationError, Refused."""
    if by.affiliation is None:
        raise Refused(_("You have no role in a consortium now."))
    agreement.consortium = by.affiliation.consortium
    create(agreement, by=by)
    for organization in organizations:
        add_party(AgreementParty(agreement=agreement, organization=organization), by=by)
    _set_works(agreement, works, by=by)
    return agreement


@alone()
def change_agreement(agreement: Agreement, works: Iterable[str] | None = None, *, by: User) -> Agreement:
    """Write what differs from the stored draft; ``works`` None leaves the joint works. Raises as ``hold_draft``."""
    stored = hold_draft(agreement)
    names = ("title", "number", "type", "starts_on", "ends_on")
    save_changes(stored, by=by, **{name: getattr(agreement, name) for name in names})
    if works is not None:
        _set_works(stored, works, by=by)
    return stored


def hold_draft(agreement: Agreement) -> Agreement:
    """The stored row, locked. Raises Refused when it is no draft: what is being agreed on does not change."""
    stored = _hold(agreement)
    if not stored.is_draft:
        raise Refused(_("Only a draft can be changed. What is signed is changed by a renewal or an amendment."))
    return stored


def _hold(agreement: Agreement) -> Agreement:
    return Agreement.objects.select_for_update(of=("self",), no_key=True).get(pk=agreement.pk)


def _set_works(agreement: Agreement, works: Iterable[str], *, by: User) -> None:
    before, after = list(agreement.works.all()), [work for work in JointWork if work in set(works)]
    if [row.work for row in before] == after:
        return
    agreement.works.all().delete()
    rows = AgreementWork.objects.bulk_create(AgreementWork(agreement=agreement, work=work) for work in after)
    what = gettext_noop("joint works")
    record(agreement, by=by, what=what, old="、".join(map(str, before)), new="、".join(map(str, rows)))


# --- parties ----------------------------------------------------------------------------------------------------------
@alone()
def add_party(party: AgreementParty, *, by: User) -> AgreementParty:
    """Add a member of the agreement's consortium as its next party. Raises ValidationError, Refused."""
    agreement = hold_draft(party.agreement)
    if not party.organization.memberships.filter(consortium=agreement.consortium_id).exists():
        raise ValidationError({"organization": _("Only a member can be a party.")})
    last = agreement.parties.aggregate(n=models.Max("number"))["n"] or 0
    if agreement.parties.count() >= MOST_PARTIES:
        raise Refused(_("An agreement has at most %(n)d parties.") % {"n": MOST_PARTIES})
    party.number = last + 1
    party.full_clean()
    party.save(force_insert=True)
    record(agreement, by=by, what=gettext_noop("parties"), new=party)
    return party


@alone()
def change_party(party: AgreementParty, *, by: User) -> AgreementParty:
    """Write who signs for a party. Raises ValidationError, Refused."""
    hold_draft(party.agreement)
    stored = AgreementParty.objects.get(pk=party.pk)
    save_changes(stored, by=by, signatory=party.signatory, signatory_post=party.signatory_post)
    return stored


@alone()
def remove_party(party: AgreementParty, *, by: User) -> None:
    """Take a party off the draft; those after it move up. Raises Refused when it has duties, results or shares."""
    agreement = hold_draft(party.agreement)
    if party.duties.exists() or Ownership.objects.filter(owner=party).exists():
        raise Refused(_("This party has duties or owns results. Change these first."))
    if party.cost_percent or party.transfer_percent:
        raise Refused(_("This party has shares. Divide them among the others first."))
    party.delete()
    for number, row in enumerate(agreement.parties.order_by("number"), start=1):
        AgreementParty.objects.filter(pk=row.pk).update(number=number)
    record(agreement, by=by, what=gettext_noop("parties"), old=party)


# --- the way to the signature -----------------------------------------------------------------------------------------
@alone()
def submit_agreement(agreement: Agreement, *, by: User, now: datetime) -> None:
    """Send a draft to its parties for their approval, and tell them. Raises Refused with less than two parties."""
    stored = hold_draft(agreement)
    if stored.parties.count() < 2:
        raise Refused(_("An agreement needs at least two parties."))
    move(stored, Status.IN_APPROVAL, by=by)
    title = stored.title
    notify(
        people_of(stored, timezone.localdate(now)),
        AGREEMENT_TO_AGREE,
        lambda: _("Please read and agree: %(title)s") % {"title": title},
        stored.get_absolute_url(),
        at=now,
    )


@alone()
def agree_to(agreement: Agreement, *, by: User, today: date) -> None:
    """Keep that the party for which ``by`` acts agrees. Raises Refused when it has already."""
    stored = _hold(agreement)
    if stored.status != Status.IN_APPROVAL:
        raise Refused(_("This agreement is not in approval now."))
    party = stored.parties.filter(organization=by.affiliation.organization_id if by.affiliation else None)
    if not party.filter(agreed_on=None).update(agreed_by=by, agreed_on=today):
        raise Refused(_("This side has agreed already."))
    record(stored, by=by, what=gettext_noop("agreed"), new=party.get())


@alone()
def give_back_agreement(agreement: Agreement, *, reason: str, by: User, now: datetime) -> None:
    """Return what is in approval to the draft, with a reason; all parties agree anew later. Raises Refused."""
    if not reason.strip():
        raise ValidationError({"reason": _("Say what has to be changed.")})
    stored = _hold(agreement)
    move(stored, Status.DRAFT, by=by, reason=reason.strip())
    stored.parties.update(agreed_by=None, agreed_on=None)
    take_back(AGREEMENT_TO_AGREE, stored.get_absolute_url())
    title = stored.title
    staff = Affiliation.objects.in_force(timezone.localdate(now)).filter(consortium=stored.consortium_id)
    notify(
        staff.filter(role=Role.SECRETARIAT).exclude(user=by),
        AGREEMENT_RETURNED,
        lambda: _("“%(title)s” was returned: %(reason)s") % {"title": title, "reason": reason.strip()},
        stored.get_absolute_url(),
        at=now,
    )


@alone()
def sign_agreement(agreement: Agreement, *, signed_on: date, by: User, today: date) -> None:
    """Record that all parties have signed the paper. Raises ValidationError or Refused.

    A version that is in force already takes the place of the one before.
    """
    if signed_on > today:
        raise ValidationError({"signed_on": _("This day has not come yet.")})
    stored = _hold(agreement)
    nobody = [party for party in stored.parties.all() if not party.signatory]
    if nobody:
        names = "、".join(party.organization.name for party in nobody)
        raise Refused(_("Nobody is named who signs for: %(names)s.") % {"names": names})
    move(stored, Status.SIGNED, by=by, signed_on=signed_on)
    take_back(AGREEMENT_TO_AGREE, stored.get_absolute_url())
    supersede_by(stored, by=by, today=today)


def supersede_by(agreement: Agreement, *, by: User | None, today: date) -> bool:
    """End the version before a signed one that has begun; whether there was one to end."""
    before = agreement.replaces
    if before is None or before.status != Status.SIGNED or agreement.starts_on > today:
        return False
    reason = _("Version %(number)s is in force.") % {"number": agreement.version}
    move(before, Status.SUPERSEDED, by=by, reason=reason, ended_on=today, end_reason=reason)
    return True


@alone()
def terminate_agreement(agreement: Agreement, *, reason: str, ended_on: date, by: User, today: date) -> None:
    """End a signed agreement before its time. Raises ValidationError, Refused."""
    errors = {}
    if not reason.strip():
        errors["reason"] = _("Say why it ends.")
    stored = _hold(agreement)
    if ended_on > today:
        errors["ended_on"] = _("This day has not come yet.")
    elif ended_on < stored.starts_on:
        errors["ended_on"] = _("An agreement cannot end before it begins.")
    if errors:
        raise ValidationError(errors)
    move(
        stored, Status.TERMINATED, by=by, reason=reason.strip(), ended_on=ended_on, end_reason=reason.strip()
    )  # fmt: skip


@alone()
def follow(agreement: Agreement, change: str, *, by: User, today: date) -> Agreement:
    """A draft of the next version: parties, clauses, joint works and what is still to be done come along.

    A renewal begins the day after the end and runs as long; an amendment keeps the end and begins today. Raises
    Refused when the agreement is not signed or expired, or has a next version.
    """
    before = _hold(agreement)
    if before.status not in (Status.SIGNED, Status.EXPIRED) or change not in Agreement.Change.values:
        raise Refused(_("Only what is signed or has expired is renewed; only what is signed is amended."))
    if change == Agreement.Change.AMENDMENT and before.status != Status.SIGNED:
        raise Refused(_("Only what is signed or has expired is renewed; only what is signed is amended."))
    if before.next_version:
        raise Refused(_("There is a next version already: version %(n)s.") % {"n": before.next_version.version})
    fields = {name: getattr(before, name) for name in COPIED}
    begins = before.ends_on + timedelta(days=1) if change == Agreement.Change.RENEWAL else today
    ends = begins + (before.ends_on - before.starts_on) if change == Agreement.Change.RENEWAL else before.ends_on
    after = Agreement(
        consortium=before.consortium, starts_on=min(begins, ends), ends_on=ends, replaces=before, change=change,
        version=before.version + 1, **fields,
    )  # fmt: skip
    create(after, by=by)
    parties = {}
    for party in before.parties.order_by("number"):
        old = party.pk
        party.pk, party._state.adding = None, True
        party.agreement, party.agreed_by, party.agreed_on = after, None, None
        party.save(force_insert=True)
        parties[old] = party
    AgreementWork.objects.bulk_create(AgreementWork(agreement=after, work=row.work) for row in before.works.all())
    Ownership.objects.bulk_create(
        Ownership(agreement=after, result=row.result, owner=parties[row.owner_id] if row.owner_id else None)
        for row in before.ownerships.all()
    )
    Duty.objects.bulk_create(
        Duty(agreement=after, party=parties[row.party_id], text=row.text, due=row.due)
        for row in before.duties.filter(done_on=None)
    )
    record(before, by=by, what=gettext_noop("next version"), new=after.get_change_display())
    return after


@transaction.atomic
def remove_draft(agreement: Agreement, *, by: User) -> None:
    """Throw a draft away with its parts; the history keeps that there was one. Raises Refused when it is none."""
    stored = hold_draft(agreement)
    record(stored, by=by, what="deleted", old=stored)
    stored.duties.all().delete()
    stored.ownerships.all().delete()
    stored.delete()


def people_of(agreement: Agreement, today: date) -> models.QuerySet[Affiliation]:
    """Who acts for the parties on that day: administrators of their colleges, people of their enterprises."""
    return Affiliation.objects.in_force(today).filter(
        consortium=agreement.consortium_id,
        organization__in=agreement.parties.values("organization"),
        role__in=[Role.COLLEGE_ADMIN, Role.PARTNER],
    )
