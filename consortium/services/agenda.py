"""What is said to an item before the meeting, how it is decided there, and what comes of it."""

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from ..inbox import OPINION_ANSWERED, OPINION_GIVEN
from ..models import Affiliation, AgendaItem, CouncilSeat, Meeting, Opinion, Organization, Resolution, User, Vote
from .changes import Refused, alone, create, move, record, save_changes
from .meetings import called, check_quorum, hold
from .notices import notify

Status, Item = Meeting.Status, AgendaItem.Status


# --- written opinions -------------------------------------------------------------------------------------------------
@alone()
def add_opinion(opinion: Opinion, *, by: User, now: datetime) -> Opinion:
    """Hand in what a called seat says to an item; the secretariat is told. Raises ValidationError, Refused."""
    meeting = hold(opinion.item.meeting, Status.CALLED)
    called(meeting, opinion.seat)
    opinion.by, opinion.at = by, now
    create(opinion, by=by)
    office = Affiliation.objects.in_force().filter(
        role=Affiliation.Role.SECRETARIAT, consortium=meeting.council.consortium_id
    )
    notify(
        office.exclude(user=by),
        OPINION_GIVEN,
        lambda: (
            _("%(seat)s, %(kind)s: “%(item)s”.")
            % {"seat": opinion.seat, "kind": opinion.get_kind_display(), "item": opinion.item.title}
        ),
        opinion.get_absolute_url(),
        at=now,
    )
    return opinion


@alone()
def withdraw_opinion(opinion: Opinion, *, by: User, now: datetime) -> None:
    """Take an opinion back before it is answered. Raises Refused later."""
    hold(opinion.item.meeting, Status.CALLED)
    if not Opinion.objects.filter(pk=opinion.pk, answered_at=None, withdrawn_at=None).update(withdrawn_at=now):
        raise Refused(_("This opinion has been answered or withdrawn."))
    record(opinion, by=by, what="withdrawn_at", new=now)


@alone()
def answer_opinion(opinion: Opinion, *, outcome: str, answer: str, by: User, now: datetime) -> None:
    """Answer once; who said it is told. Raises ValidationError, Refused when it is answered or withdrawn already."""
    hold(opinion.item.meeting, Status.CALLED, Status.IN_SESSION)
    if not answer.strip():
        raise ValidationError({"answer": _("Write the answer.")})
    if outcome not in Opinion.Outcome.values:
        raise ValidationError({"outcome": _("Say whether it is taken up.")})
    fields = {"outcome": outcome, "answer": answer.strip(), "answered_by": by, "answered_at": now}
    if not Opinion.objects.filter(pk=opinion.pk, answered_at=None, withdrawn_at=None).update(**fields):
        raise Refused(_("This opinion has been answered or withdrawn."))
    for name, value in fields.items():
        setattr(opinion, name, value)
    record(opinion, by=by, what="answer", new=answer.strip(), reason=str(opinion.get_outcome_display()))
    wrote = opinion.by.affiliations.in_force().filter(organization=opinion.seat.organization_id).order_by("pk")
    notify(
        [wrote.first()],
        OPINION_ANSWERED,
        lambda: (
            _("Your opinion on “%(item)s” is answered: %(outcome)s.")
            % {"item": opinion.item.title, "outcome": opinion.get_outcome_display()}
        ),
        opinion.get_absolute_url(),
        at=now,
    )


# --- treating an item -------------------------------------------------------------------------------------------------
@alone()
def open_vote(item: AgendaItem, *, by: User) -> None:
    """Put a decision to the vote.

    Raises Refused without a quorum, or while a written objection has no answer.
    """
    meeting = hold(item.meeting, Status.IN_SESSION)
    stored = _stored(item)
    if not stored.is_decision:
        raise Refused(_("Only a decision is put to the vote."))
    waiting = stored.opinions.standing().filter(kind=Opinion.Kind.OBJECTION, answered_at=None)
    if names := "、".join(str(row.seat) for row in waiting.select_related("seat__organization")):
        raise Refused(_("An objection has no answer yet: %(seats)s. Answer it before the vote.") % {"seats": names})
    check_quorum(meeting)
    move(stored, Item.VOTING, by=by)


@alone()
def cast_vote(item: AgendaItem, seat: CouncilSeat, choice: str, *, by: User, by_hand: bool, now: datetime) -> None:
    """Keep the vote of a seat that is present, in place of what it voted before. Raises ValidationError, Refused."""
    meeting = hold(item.meeting, Status.IN_SESSION)
    stored = _stored(item)
    if stored.status != Item.VOTING:
        raise Refused(_("This item is not put to the vote now."))
    if not called(meeting, seat).present:
        raise Refused(_("This seat is not present: %(seat)s.") % {"seat": seat})
    if choice not in Vote.Choice.values:
        raise Refused(_("Vote for, against, or abstain."))
    before = stored.votes.filter(seat=seat).first()
    if before and before.choice == choice:
        return
    vote, _made = Vote.objects.update_or_create(
        item=stored, seat=seat, defaults={"choice": choice, "by": by, "by_hand": by_hand, "at": now}
    )
    old = before.get_choice_display() if before else ""
    record(stored, by=by, what=str(seat), old=old, new=vote.get_choice_display())


@alone()
def close_vote(item: AgendaItem, *, by: User) -> None:
    """Count: the result stands by the item's rule. Raises Refused while a seat that is present has not voted."""
    meeting = hold(item.meeting, Status.IN_SESSION)
    stored = _stored(item)
    seats = list(meeting.called.select_related("seat__organization"))
    present = [row.seat for row in seats if row.present]
    votes = dict(stored.votes.filter(seat__in=present).values_list("seat", "choice"))
    if silent := "、".join(str(seat) for seat in present if seat.pk not in votes):
        raise Refused(_("Not voted yet: %(seats)s.") % {"seats": silent})
    chosen = list(votes.values())
    votes_for = chosen.count(Vote.Choice.FOR)
    passed = AgendaItem.passes(stored.rule, votes_for, len(present))
    move(
        stored,
        Item.PASSED if passed else Item.DEFEATED,
        by=by,
        votes_for=votes_for,
        votes_against=chosen.count(Vote.Choice.AGAINST),
        abstentions=chosen.count(Vote.Choice.ABSTAIN),
        absent=len(seats) - len(present),
    )


@alone()
def stop_vote(item: AgendaItem, *, reason: str, by: User) -> None:
    """Break a vote off before it is counted; votes cast are void. Raises ValidationError, Refused."""
    hold(item.meeting, Status.IN_SESSION)
    if not reason.strip():
        raise ValidationError({"reason": _("Say why the vote is broken off.")})
    stored = _stored(item)
    move(stored, Item.PLANNED, by=by, reason=reason.strip())
    stored.votes.all().delete()


@alone()
def treat_item(item: AgendaItem, *, by: User) -> None:
    """Information was taken note of, a matter was discussed. Raises Refused for a decision."""
    hold(item.meeting, Status.IN_SESSION)
    stored = _stored(item)
    if stored.is_decision:
        raise Refused(_("A decision is put to the vote or deferred."))
    move(stored, Item.NOTED, by=by)


@alone()
def defer_item(item: AgendaItem, *, reason: str, by: User) -> None:
    """Leave an item for another meeting. Raises ValidationError without a reason, Refused once it is decided."""
    hold(item.meeting, Status.IN_SESSION)
    if not reason.strip():
        raise ValidationError({"reason": _("Say why it is deferred.")})
    move(_stored(item), Item.DEFERRED, by=by, reason=reason.strip())


@alone()
def write_notes(item: AgendaItem, notes: str, *, by: User) -> None:
    """Write what was said to an item. Raises Refused unless the meeting is in session."""
    hold(item.meeting, Status.IN_SESSION)
    save_changes(_stored(item), by=by, notes=notes)


def _stored(item: AgendaItem) -> AgendaItem:
    return AgendaItem.objects.select_for_update(of=("self",), no_key=True).get(pk=item.pk)


# --- resolutions ------------------------------------------------------------------------------------------------------
@alone()
def save_resolution(resolution: Resolution, *, by: User) -> Resolution:
    """Enter who does what by when, or write what differs. Raises ValidationError, Refused when nothing passed."""
    meeting = hold(resolution.item.meeting, Status.IN_SESSION)
    item = _stored(resolution.item)
    if item.status != Item.PASSED:
        raise Refused(_("Only what has passed becomes a resolution."))
    organization: Organization = resolution.organization
    if not organization.memberships.filter(consortium=meeting.council.consortium_id).exists():
        raise ValidationError({"organization": _("Only a member can be charged with it.")})
    if resolution.due and resolution.due < meeting.day:
        raise ValidationError({"due": _("This day is before the meeting.")})
    if resolution._state.adding:
        last = Resolution.objects.filter(item__meeting=meeting).aggregate(n=Max("number"))["n"] or 0
        resolution.number = last + 1
        return create(resolution, by=by)
    stored = Resolution.objects.get(pk=resolution.pk)
    save_changes(stored, by=by, text=resolution.text, organization=organization, due=resolution.due)
    return stored


@alone()
def remove_resolution(resolution: Resolution, *, by: User) -> None:
    """Take a resolution back before the minutes are written. Raises Refused later."""
    hold(resolution.item.meeting, Status.IN_SESSION)
    record(resolution.item, by=by, what=gettext_noop("resolutions"), old=resolution)
    resolution.delete()


@alone()
def report_resolution(resolution: Resolution, *, done_on: date, note: str, by: User, today: date) -> None:
    """Keep that it is done. Raises ValidationError, Refused before the minutes are approved or when it is done."""
    hold(resolution.item.meeting, Status.APPROVED)
    if done_on > today:
        raise ValidationError({"done_on": _("This day has not come yet.")})
    if not note.strip():
        raise ValidationError({"done_note": _("Say in one sentence what was done.")})
    if not Resolution.objects.filter(pk=resolution.pk, done_on=None).update(done_on=done_on, done_note=note.strip()):
        raise Refused(_("Somebody else has changed this. Reload and try again."))
    record(resolution, by=by, what="done_on", new=done_on, reason=note.strip())


@alone()
def reopen_resolution(resolution: Resolution, *, reason: str, by: User) -> None:
    """Take back that it is done. Raises ValidationError without a reason, Refused when it is open."""
    if not reason.strip():
        raise ValidationError({"reason": _("Say why it is not done yet.")})
    if not Resolution.objects.filter(pk=resolution.pk).exclude(done_on=None).update(done_on=None, done_note=""):
        raise Refused(_("Somebody else has changed this. Reload and try again."))
    record(resolution, by=by, what="done_on", old=resolution.done_on, reason=reason.strip())
