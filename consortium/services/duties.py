"""What a party has to do by a day: entered, reported as done, opened again."""

from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from ..models import Agreement, Duty, User
from .changes import Refused, alone, create, record, save_changes


@alone()
def save_duty(duty: Duty, *, by: User) -> Duty:
    """Enter a duty, or write what differs from the stored one. Raises ValidationError, Refused."""
    agreement = _hold_open(duty.agreement)
    if duty.party_id and duty.party.agreement_id != agreement.pk:
        raise ValidationError({"party": _("This is no party to the agreement.")})
    if duty._state.adding:
        return create(duty, by=by)
    stored = Duty.objects.get(pk=duty.pk)
    if stored.done_on:
        raise Refused(_("This duty is done and stays as it is. Open it again first."))
    save_changes(stored, by=by, party=duty.party, text=duty.text, due=duty.due)
    return stored


@alone()
def report_duty(duty: Duty, *, done_on: date, note: str, by: User, today: date) -> None:
    """Keep that it is done, when, and what was done. Raises ValidationError, Refused when it was reported already."""
    if done_on > today:
        raise ValidationError({"done_on": _("This day has not come yet.")})
    if not note.strip():
        raise ValidationError({"done_note": _("Say in one sentence what was done.")})
    if _hold_open(duty.agreement).status != Agreement.Status.SIGNED:
        raise Refused(_("Duties begin with the signature."))
    _turn(duty, was_done=False, done_on=done_on, done_note=note.strip(), done_by=by)
    record(duty, by=by, what="done_on", new=done_on, reason=note.strip())


@alone()
def reopen_duty(duty: Duty, *, reason: str, by: User) -> None:
    """Take back that it is done. Raises ValidationError without a reason, Refused when it is open."""
    if not reason.strip():
        raise ValidationError({"reason": _("Say why it is not done yet.")})
    _hold_open(duty.agreement)
    before = duty.done_on
    _turn(duty, was_done=True, done_on=None, done_note="", done_by=None, reminded_on=None)
    record(duty, by=by, what="done_on", old=before, reason=reason.strip())


@alone()
def remove_duty(duty: Duty, *, by: User) -> None:
    """Take a duty off a draft. Raises Refused later: what was agreed on stays."""
    agreement = _hold_open(duty.agreement)
    if not agreement.is_draft:
        raise Refused(_("Only a draft can be changed. What is signed is changed by a renewal or an amendment."))
    record(agreement, by=by, what=gettext_noop("duties"), old=duty)
    duty.delete()


def _hold_open(agreement: Agreement) -> Agreement:
    stored = Agreement.objects.select_for_update(of=("self",), no_key=True).get(pk=agreement.pk)
    if not stored.is_open:
        raise Refused(_("This agreement has ended; its duties stay as they are."))
    return stored


def _turn(duty: Duty, *, was_done: bool, **fields: object) -> None:
    if not Duty.objects.filter(pk=duty.pk, done_on__isnull=not was_done).update(**fields):
        raise Refused(_("Somebody else has changed this. Reload and try again."))
    for name, value in fields.items():
        setattr(duty, name, value)
