"""The council: its terms, the seats of the four sides, who speaks for them, and what came of its meetings."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ..forms.councils import CouncilForm, DelegateForm, EndForm, EndSeatForm, NewSeatForm, SeatForm
from ..models import AgendaItem, Council, CouncilSeat, HistoryEntry, Meeting, Opinion, SeatDelegate
from ..permissions import may, require
from ..services import councils
from .pages import form_page


def council_list(request: HttpRequest) -> HttpResponse:
    """Straight to the council in office, or the newest one; the page of a council links to the others."""
    rows = Council.objects.visible_to(request.user)
    council = rows.in_office().first() or rows.first()
    return redirect(council) if council else render(request, "consortium/council_none.html")


def council_detail(request: HttpRequest, pk: int) -> HttpResponse:
    council = council_of(request, pk)
    seats = list(CouncilSeat.objects.visible_to(request.user).filter(council=council).for_list())
    held = [seat for seat in seats if not seat.ended_on]
    opinions = {row["year"]: row for row in Opinion.objects.visible_to(request.user).shares_by_year()}
    context = {
        "council": council,
        "can_change": may(request.user, "council.change", council),
        "sides": [(side, [seat for seat in held if seat.side == side]) for side in CouncilSeat.Side],
        "given_up": [seat for seat in seats if seat.ended_on],
        "count": len(held),
        "others": Council.objects.visible_to(request.user).exclude(pk=council.pk),
        "meetings": Meeting.objects.visible_to(request.user).filter(council=council).for_list()[:10],
        "shares": [
            (row, opinions.get(row["year"])) for row in AgendaItem.objects.visible_to(request.user).shares_by_year()
        ],
        "history": HistoryEntry.objects.of(council, *seats),
    }
    return render(request, "consortium/council_detail.html", context)


def council_create(request: HttpRequest) -> HttpResponse:
    require(request.user, "council.add")
    form = CouncilForm(request.POST or None)
    return form_page(
        request,
        form,
        lambda: councils.add_council(form.instance, by=request.user),
        heading=_("New term of the council"),
        crumbs=[(reverse("consortium:organization_list"), _("Members"))],
    )


def council_update(request: HttpRequest, pk: int) -> HttpResponse:
    council = council_of(request, pk)
    require(request.user, "council.change", council)
    form = CouncilForm(request.POST or None, instance=council)
    return form_page(
        request,
        form,
        lambda: councils.change_council(form.instance, by=request.user),
        heading=_("Edit the term"),
        crumbs=crumbs_of(council),
    )


def seat_create(request: HttpRequest, pk: int) -> HttpResponse:
    council = council_of(request, pk)
    require(request.user, "council.change", council)
    form = NewSeatForm(request.POST or None, instance=CouncilSeat(council=council), user=request.user)

    def save() -> str:
        seat = councils.add_seat(form.instance, by=request.user, today=timezone.localdate())
        return reverse("consortium:delegate_create", args=[seat.pk])

    return form_page(
        request, form, save, heading=_("Add a seat"), label=_("Save and name the delegate"), crumbs=crumbs_of(council)
    )


def seat_update(request: HttpRequest, pk: int) -> HttpResponse:
    seat = _seat(request, pk)
    require(request.user, "seat.change", seat)
    form = SeatForm(request.POST or None, instance=seat)
    return form_page(
        request,
        form,
        lambda: councils.change_seat(form.instance, by=request.user) and seat.council,
        heading=str(seat),
        crumbs=crumbs_of(seat.council),
    )


def seat_end(request: HttpRequest, pk: int) -> HttpResponse:
    seat = _seat(request, pk)
    require(request.user, "seat.change", seat)
    form = EndSeatForm(request.POST or None, initial={"ended_on": timezone.localdate()})
    return form_page(
        request,
        form,
        lambda: councils.end_seat(seat, **form.cleaned_data, by=request.user, today=timezone.localdate()),
        heading=_("Give up the seat of %(organization)s") % {"organization": seat},
        text=_("The seat is not called to meetings any more. What it said and voted stays."),
        label=_("Give up"),
        danger=True,
        crumbs=crumbs_of(seat.council),
    )


def delegate_create(request: HttpRequest, pk: int) -> HttpResponse:
    seat = _seat(request, pk)
    require(request.user, "seat.change", seat)
    new = SeatDelegate(seat=seat, started_on=timezone.localdate())
    form = DelegateForm(request.POST or None, instance=new)

    def save() -> Council:
        councils.add_delegate(form.instance, by=request.user, today=timezone.localdate())
        return seat.council

    return form_page(
        request,
        form,
        save,
        heading=_("Delegate of %(organization)s") % {"organization": seat},
        text=_("Who has spoken for the seat until now ends on the day on which the new delegate begins."),
        crumbs=crumbs_of(seat.council),
    )


def delegate_end(request: HttpRequest, pk: int) -> HttpResponse:
    rows = SeatDelegate.objects.visible_to(request.user).select_related("seat__council", "seat__organization")
    delegate = get_object_or_404(rows, pk=pk)
    require(request.user, "delegate.change", delegate)
    form = EndForm(request.POST or None, initial={"ended_on": timezone.localdate()})
    return form_page(
        request,
        form,
        lambda: councils.end_delegate(delegate, **form.cleaned_data, by=request.user, today=timezone.localdate()),
        heading=_("%(name)s does not speak for %(organization)s any more")
        % {"name": delegate.name, "organization": delegate.seat},
        crumbs=crumbs_of(delegate.seat.council),
    )


def _seat(request: HttpRequest, pk: int) -> CouncilSeat:
    rows = CouncilSeat.objects.visible_to(request.user).select_related("council", "organization")
    return get_object_or_404(rows, pk=pk)


def council_of(request: HttpRequest, pk: int) -> Council:
    return get_object_or_404(Council.objects.visible_to(request.user), pk=pk)


def crumbs_of(council: Council) -> list[tuple[str, Any]]:
    return [(council.get_absolute_url(), council)]
