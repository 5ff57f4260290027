"""A meeting from its preparation to its approved minutes: agenda, call, papers, session, minutes."""

from collections.abc import Callable, Collection
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ..inbox import MEETING_CALLED, MEETING_CHANGED, MINUTES_TO_APPROVE, PAPERS_SENT, NoticeKind
from ..models import (
    AgendaItem,
    Attachment,
    CouncilSeat,
    Meeting,
    MeetingSeat,
    PaperReceipt,
    SeatDelegate,
    User,
)
from .changes import Refused, alone, create, move, record, save_changes
from .notices import notify

Status, Item = Meeting.Status, AgendaItem.Status


def hold(meeting: Meeting, *statuses: str) -> Meeting:
    """The stored row, locked. Raises Refused when it is in none of ``statuses``."""
    stored = Meeting.objects.select_for_update(of=("self",), no_key=True).get(pk=meeting.pk)
    if stored.status not in statuses:
        raise Refused(
            _("This cannot be done now: the meeting is “%(state)s”.") % {"state": stored.get_status_display()}
        )
    return stored


# --- preparation ------------------------------------------------------------------------------------------------------
@alone()
def add_meeting(meeting: Meeting, *, by: User) -> Meeting:
    """A meeting in preparation, with the next number of its council. Raises ValidationError."""
    council = type(meeting.council).objects.select_for_update(no_key=True).get(pk=meeting.council_id)
    meeting.number = (council.meetings.aggregate(n=models.Max("number"))["n"] or 0) + 1
    if not council.starts_on <= meeting.day <= council.ends_on:
        raise ValidationError({"held_at": _("The council is not in office on that day.")})
    return create(meeting, by=by)


@alone()
def change_meeting(meeting: Meeting, *, by: User, now: datetime) -> Meeting:
    """Write date, place and rules; after the call only date and place, and those called are told.

    Raises ValidationError, Refused later.
    """
    stored = hold(meeting, Status.DRAFT, Status.CALLED)
    if not stored.council.starts_on <= meeting.day <= stored.council.ends_on:
        raise ValidationError({"held_at": _("The council is not in office on that day.")})
    if stored.status == Status.CALLED:
        if (meeting.quorum, meeting.days_ahead) != (stored.quorum, stored.days_ahead):
            raise Refused(_("After the call the rules of the meeting stay. Date and place may change."))
        old = (stored.held_at, stored.place)
        save_changes(stored, by=by, held_at=meeting.held_at, place=meeting.place)
        if old != (stored.held_at, stored.place):
            _tell(stored, MEETING_CHANGED, lambda: _("Date or place has changed: %(meeting)s, %(when)s, %(place)s.")
                  % _words(stored), now)  # fmt: skip
    else:
        names = ("held_at", "place", "quorum", "days_ahead")
        save_changes(stored, by=by, **{name: getattr(meeting, name) for name in names})
    return stored


@alone()
def save_item(item: AgendaItem, *, by: User) -> AgendaItem:
    """Enter an item at the end of the agenda, or write what differs. Raises ValidationError, Refused after the call."""
    meeting = hold(item.meeting, Status.DRAFT)
    if item.proposed_by and item.proposed_by.council_id != meeting.council_id:
        raise ValidationError({"proposed_by": _("This is no seat of the council.")})
    if item._state.adding:
        item.number = (meeting.items.aggregate(n=models.Max("number"))["n"] or 0) + 1
        return create(item, by=by)
    stored = AgendaItem.objects.get(pk=item.pk)
    names = (
        "title", "kind", "rule", "proposed_by", "text", "on_money", "on_ip", "on_contract", *AgendaItem.TERMS,
    )  # fmt: skip
    save_changes(stored, by=by, **{name: getattr(item, name) for name in names})
    return stored


@alone()
def remove_item(item: AgendaItem, *, by: User) -> None:
    """Take an item off the agenda; those after it move up. Raises Refused after the call, or when it has papers."""
    meeting = hold(item.meeting, Status.DRAFT)
    if Attachment.objects.about(item).present().exists():
        raise Refused(_("This item has papers. Remove these first."))
    record(meeting, by=by, what="deleted", old=item)
    item.delete()
    for number, row in enumerate(meeting.items.order_by("number"), start=1):
        AgendaItem.objects.filter(pk=row.pk).update(number=number)


# --- the call and the papers ------------------------------------------------------------------------------------------
@alone()
def call_meeting(meeting: Meeting, *, by: User, now: datetime) -> None:
    """Call the seats in force, which are the base of quorum and votes from now on, and tell their delegates.

    Raises Refused when the agenda is empty, an item on money, IP or a contract does not say its cost share, IP
    ownership and signing unit (003), a seat has no delegate, nobody has the chair, or the day is past.
    """
    stored = hold(meeting, Status.DRAFT)
    items = list(stored.items.order_by("number"))
    if not items:
        raise Refused(_("The agenda is empty."))
    lacking = [
        _("Item %(number)s “%(title)s” does not say: %(terms)s.")
        % {"number": item.number, "title": item.title, "terms": item.missing_label()}
        for item in items
        if item.missing
    ]
    if lacking:
        raise Refused(" ".join(lacking))
    if stored.held_at <= now:
        raise Refused(_("The day of the meeting is past."))
    seats = list(stored.council.seats.in_force().for_list(stored.day))
    if not any(seat.is_chair for seat in seats):
        raise Refused(_("No seat of the council has the chair."))
    alone_seats = [str(seat) for seat in seats if not seat.delegates_now]
    if alone_seats:
        raise Refused(_("Nobody is named as delegate of: %(seats)s.") % {"seats": "、".join(alone_seats)})
    move(stored, Status.CALLED, by=by, called_at=now)
    MeetingSeat.objects.bulk_create(
        MeetingSeat(meeting=stored, seat=seat, delegate=seat.delegates_now[0].name) for seat in seats
    )
    _tell(stored, MEETING_CALLED, lambda: _("You are called to: %(meeting)s, %(when)s, %(place)s.") % _words(stored),
          now)  # fmt: skip


@alone()
def send_papers(meeting: Meeting, *, reason: str, by: User, now: datetime) -> int:
    """Send the papers that are there and not sent yet; how many items that were. Those called are told.

    Later than ``days_ahead`` before the meeting only with a reason. Raises ValidationError, Refused.
    """
    stored = hold(meeting, Status.CALLED)
    items = [row for row in stored.items.filter(papers_sent_at=None).order_by("number") if _has_papers(row)]
    if not items:
        raise Refused(_("No papers wait to be sent. Hand them in at their items."))
    late = timezone.localdate(now) > stored.papers_due
    if late and not reason.strip():
        raise ValidationError(
            {
                "reason": _("Papers were due on %(day)s, %(days)d days before the meeting. Say why they come late.")
                % {"day": date_format(stored.papers_due), "days": stored.days_ahead}
            }
        )
    for item in items:
        item.papers_sent_at, item.late_reason = now, reason.strip() if late else ""
        item.save(update_fields=["papers_sent_at", "late_reason"])
        record(item, by=by, what="papers_sent_at", new=now, reason=item.late_reason)
    _tell(stored, PAPERS_SENT, lambda: _("Papers to read for: %(meeting)s, %(when)s.") % _words(stored), now)
    return len(items)


def _has_papers(item: AgendaItem) -> bool:
    return Attachment.objects.about(item).present().exists()


@alone()
def recall_papers(item: AgendaItem, *, reason: str, by: User) -> None:
    """Take an item's papers back to change them; who has read them reads again. Raises ValidationError, Refused."""
    hold(item.meeting, Status.CALLED)
    if not reason.strip():
        raise ValidationError({"reason": _("Say why the papers are recalled.")})
    stored = AgendaItem.objects.get(pk=item.pk)
    if not AgendaItem.objects.filter(pk=item.pk).exclude(papers_sent_at=None).update(papers_sent_at=None):
        raise Refused(_("These papers have not been sent."))
    PaperReceipt.objects.filter(item=item).delete()
    record(stored, by=by, what="papers_sent_at", old=stored.papers_sent_at, reason=reason.strip())


@alone()
def confirm_papers(meeting: Meeting, seat: CouncilSeat, *, by: User, now: datetime) -> int:
    """Keep that a seat has read what was sent; for how many items that is new. Raises Refused when not called."""
    stored = hold(meeting, Status.CALLED, Status.IN_SESSION)
    called(stored, seat)
    unread = stored.items.exclude(papers_sent_at=None).exclude(receipts__seat=seat)
    rows = PaperReceipt.objects.bulk_create(PaperReceipt(item=item, seat=seat, by=by, at=now) for item in unread)
    return len(rows)


@alone()
def answer_call(meeting: Meeting, seat: CouncilSeat, *, coming: str, by: User) -> None:
    """Keep whether a seat will come. Raises Refused when it was not called."""
    stored = hold(meeting, Status.CALLED)
    row = called(stored, seat)
    if coming not in (MeetingSeat.Coming.YES, MeetingSeat.Coming.NO):
        raise Refused(_("Say whether the seat will come."))
    if row.coming != coming:
        old = row.get_coming_display()
        row.coming = coming
        row.save(update_fields=["coming"])
        record(stored, by=by, what=str(seat), old=old, new=row.get_coming_display())


def called(meeting: Meeting, seat: CouncilSeat) -> MeetingSeat:
    """The seat at this meeting. Raises Refused when it was not called."""
    row = meeting.called.select_related("seat__organization").filter(seat=seat).first()
    if row is None:
        raise Refused(_("This seat was not called to the meeting."))
    return row


@alone()
def cancel_meeting(meeting: Meeting, *, reason: str, by: User, now: datetime) -> None:
    """Cancel before it begins; those called are told. Raises ValidationError without a reason, Refused later."""
    stored = hold(meeting, Status.DRAFT, Status.CALLED)
    if not reason.strip():
        raise ValidationError({"reason": _("Say why it is cancelled.")})
    move(stored, Status.CANCELLED, by=by, reason=reason.strip())
    _tell(stored, MEETING_CHANGED, lambda: _("Cancelled: %(meeting)s, %(when)s.") % _words(stored), now)


# --- the session and the minutes --------------------------------------------------------------------------------------
@alone()
def set_present(meeting: Meeting, seats: Collection[int], *, by: User) -> None:
    """Write which of the called seats are present, by the seats' ids. Raises Refused while a vote is open."""
    stored = hold(meeting, Status.CALLED, Status.IN_SESSION)
    if stored.items.filter(status=Item.VOTING).exists():
        raise Refused(_("A vote is open. Close it before seats come or go."))
    for row in stored.called.select_related("seat__organization"):
        present = row.seat_id in seats
        if row.present != present:
            MeetingSeat.objects.filter(pk=row.pk).update(present=present)
            word = _("present") if present else _("absent")
            record(stored, by=by, what=str(row.seat), new=word)


def check_quorum(meeting: Meeting) -> int:
    """How many seats are present. Raises Refused with both figures when they are not enough."""
    seats = list(meeting.called.values_list("present", flat=True))
    present, needed = sum(seats), meeting.needed(len(seats))
    if present < needed:
        raise Refused(
            _("No quorum: %(present)d of %(all)d seats are present, %(needed)d are needed.")
            % {"present": present, "all": len(seats), "needed": needed}
        )
    return present


@alone()
def open_session(meeting: Meeting, *, by: User, now: datetime) -> None:
    """Begin. Raises Refused before the day, or without a quorum."""
    stored = hold(meeting, Status.CALLED)
    if timezone.localdate(now) < stored.day:
        raise Refused(_("The meeting is on %(day)s.") % {"day": date_format(stored.day)})
    check_quorum(stored)
    move(stored, Status.IN_SESSION, by=by)


@alone()
def close_session(meeting: Meeting, *, by: User, now: datetime) -> None:
    """End the session: the minutes wait for the chair, who is told.

    Raises Refused while an item is not treated, the minutes are empty, or what passed has no resolution.
    """
    stored = hold(meeting, Status.IN_SESSION)
    for sentence, rows in (
        (_("Not treated yet: %(items)s."), stored.items.filter(status__in=[Item.PLANNED, Item.VOTING])),
        (_("Passed, but nobody is named who does what by when: %(items)s."),
         stored.items.filter(status=Item.PASSED, resolutions=None)),
    ):  # fmt: skip
        if names := "、".join(f"{row.number} {row.title}" for row in rows.order_by("number")):
            raise Refused(sentence % {"items": names})
    if not stored.minutes.strip():
        raise Refused(_("The minutes are empty."))
    move(stored, Status.MINUTES, by=by)
    _tell(stored, MINUTES_TO_APPROVE, lambda: _("The minutes wait for your approval: %(meeting)s.") % _words(stored),
          now, only_chair=True)  # fmt: skip


@alone()
def write_minutes(meeting: Meeting, text: str, *, by: User) -> None:
    """Write what was said over all. Raises Refused once they wait for approval."""
    stored = hold(meeting, Status.IN_SESSION)
    save_changes(stored, by=by, minutes=text)


@alone()
def return_minutes(meeting: Meeting, *, reason: str, by: User) -> None:
    """Give the minutes back to the secretariat. Raises ValidationError without a reason, Refused when not waiting."""
    stored = hold(meeting, Status.MINUTES)
    if not reason.strip():
        raise ValidationError({"reason": _("Say what has to be changed.")})
    move(stored, Status.IN_SESSION, by=by, reason=reason.strip())


@alone()
def approve_minutes(meeting: Meeting, *, note: str, by: User, now: datetime) -> None:
    """Approve; from now on nothing of the meeting changes. Who does not speak for the chair says how it was approved.

    Raises ValidationError, Refused.
    """
    stored = hold(meeting, Status.MINUTES)
    if not chairs(stored, by) and not note.strip():
        raise ValidationError({"note": _("Say how the chair has approved, such as: signed on paper on that day.")})
    move(stored, Status.APPROVED, by=by, approved_at=now, approved_by=by, approval_note=note.strip())


def chairs(meeting: Meeting, user: User) -> bool:
    """Whether ``user``, acting as now, speaks for the seat that has the chair."""
    if user.affiliation is None:
        return False
    return (
        CouncilSeat.objects.spoken_for_by(user.affiliation).filter(council=meeting.council_id, is_chair=True).exists()
    )


def own_seat(meeting: Meeting, user: User) -> CouncilSeat | None:
    """The seat for which ``user``, acting as now, speaks at this meeting."""
    if user.affiliation is None:
        return None
    mine = CouncilSeat.objects.spoken_for_by(user.affiliation).filter(council=meeting.council_id)
    return mine.select_related("organization").first()


def speaking_seat(meeting: Meeting, user: User) -> CouncilSeat:
    """``own_seat``. Raises Refused when there is none."""
    seat = own_seat(meeting, user)
    if seat is None:
        raise Refused(_("You do not speak for a seat at this meeting."))
    return seat


@transaction.atomic
def _tell(
    meeting: Meeting, kind: NoticeKind, text: Callable[[], str], now: datetime, *, only_chair: bool = False
) -> None:
    """Tell the delegates of the called seats who sign in, in a role that they have in the seat's organization."""
    seats = meeting.called.values("seat")
    people = SeatDelegate.objects.in_force(timezone.localdate(now)).filter(seat__in=seats).exclude(user=None)
    if only_chair:
        people = people.filter(seat__is_chair=True)
    roles = []
    for delegate in people.select_related("user", "seat"):
        role = delegate.user.affiliations.in_force(timezone.localdate(now)).filter(
            consortium=meeting.council.consortium_id, organization=delegate.seat.organization_id
        )
        roles.append(role.order_by("pk").first())
    notify(roles, kind, text, meeting.get_absolute_url(), at=now)


def _words(meeting: Meeting) -> dict[str, str]:
    when = timezone.localtime(meeting.held_at)
    return {"meeting": str(meeting), "when": f"{date_format(when.date())} {when:%H:%M}", "place": meeting.place}
