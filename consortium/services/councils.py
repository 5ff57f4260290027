"""The council: terms, seats, the chair, and who speaks for a seat."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from ..models import Affiliation, Council, CouncilSeat, SeatDelegate, User
from .changes import Refused, alone, create, record, save_changes


@alone()
def add_council(council: Council, *, by: User) -> Council:
    """A new term. Raises ValidationError when it overlaps another or its number is taken, Refused without a role."""
    if by.affiliation is None:
        raise Refused(_("You have no role in a consortium now."))
    council.consortium = by.affiliation.consortium
    _check_term(council)
    return create(council, by=by)


@alone()
def change_council(council: Council, *, by: User) -> Council:
    """Write what differs of a term. Raises ValidationError as ``add_council``."""
    stored = Council.objects.select_for_update(no_key=True).get(pk=council.pk)
    _check_term(council)
    save_changes(stored, by=by, number=council.number, starts_on=council.starts_on, ends_on=council.ends_on)
    return stored


def _check_term(council: Council) -> None:
    others = Council.objects.filter(consortium=council.consortium_id).exclude(pk=council.pk)
    if council.starts_on and council.ends_on:
        meets = others.filter(starts_on__lte=council.ends_on, ends_on__gte=council.starts_on).first()
        if meets:
            raise ValidationError({"starts_on": _("Another term is in office then: %(term)s.") % {"term": meets}})


@alone()
def add_seat(seat: CouncilSeat, *, by: User, today: date) -> CouncilSeat:
    """Give a member the next seat. Raises ValidationError when it is no member or does not sit on this side."""
    council = Council.objects.select_for_update(no_key=True).get(pk=seat.council_id)
    if not seat.organization.memberships.in_force(today).filter(consortium=council.consortium_id).exists():
        raise ValidationError({"organization": _("Only a member of the consortium holds a seat.")})
    seat.number = (council.seats.aggregate(n=Max("number"))["n"] or 0) + 1
    return create(seat, by=by)


@alone()
def change_seat(seat: CouncilSeat, *, by: User) -> CouncilSeat:
    """Change the side of a seat, or whether it has the chair. Raises ValidationError, Refused when given up."""
    stored = CouncilSeat.objects.select_for_update(of=("self",), no_key=True).get(pk=seat.pk)
    _refuse_given_up(stored)
    save_changes(stored, by=by, side=seat.side, is_chair=seat.is_chair)
    return stored


@alone()
def end_seat(seat: CouncilSeat, *, ended_on: date, reason: str, by: User, today: date) -> None:
    """A seat is given up, and its delegate with it. Raises ValidationError, Refused when it was given up before."""
    stored = CouncilSeat.objects.select_for_update(of=("self",), no_key=True).get(pk=seat.pk)
    _refuse_given_up(stored)
    _check_day(ended_on, today)
    for delegate in stored.delegates.filter(ended_on=None):
        save_changes(delegate, by=by, ended_on=max(ended_on, delegate.started_on))
    CouncilSeat.objects.filter(pk=stored.pk).update(ended_on=ended_on)
    record(stored, by=by, what="ended_on", new=ended_on, reason=reason)


@alone()
def add_delegate(delegate: SeatDelegate, *, by: User, today: date) -> SeatDelegate:
    """Name who speaks for a seat; who did until now ends on the same day.

    Raises ValidationError when the user has no role in the seat's organization, Refused when the seat was given up.
    """
    seat = CouncilSeat.objects.select_for_update(of=("self",), no_key=True).get(pk=delegate.seat_id)
    _refuse_given_up(seat)
    if delegate.user:
        roles = Affiliation.objects.in_force(today).filter(organization=seat.organization_id)
        if not roles.filter(user=delegate.user, consortium=seat.council.consortium_id).exists():
            raise ValidationError({"user": _("This person has no role in the organization of the seat.")})
    before = seat.delegates.filter(ended_on=None).first()
    if before:
        if delegate.started_on < before.started_on:
            raise ValidationError({"started_on": _("The delegate before began later than that.")})
        save_changes(before, by=by, ended_on=delegate.started_on)
    create(delegate, by=by)
    record(seat, by=by, what=gettext_noop("delegate"), old=before or "", new=delegate)
    return delegate


@alone()
def end_delegate(delegate: SeatDelegate, *, ended_on: date, by: User, today: date) -> None:
    """Nobody speaks for the seat from that day on. Raises ValidationError, Refused when it has ended."""
    stored = SeatDelegate.objects.select_for_update(of=("self",), no_key=True).get(pk=delegate.pk)
    if stored.ended_on:
        raise Refused(_("This has ended already."))
    _check_day(ended_on, today)
    save_changes(stored, by=by, ended_on=ended_on)
    record(stored.seat, by=by, what=gettext_noop("delegate"), old=stored)


def _refuse_given_up(seat: CouncilSeat) -> None:
    if seat.ended_on:
        raise Refused(_("This seat was given up and stays as it is."))


def _check_day(ended_on: date, today: date) -> None:
    if ended_on > today:
        raise ValidationError({"ended_on": _("This day has not come yet.")})
