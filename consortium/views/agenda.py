"""One item of a meeting: its terms and papers, written opinions, the vote, and what comes of it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from ..filters.meetings import AgendaItemFilter
from ..forms.meetings import ItemForm, ReasonForm, TextForm, VotesForm
from ..lists import Column, list_page
from ..models import AgendaItem, HistoryEntry, Meeting, Opinion, Resolution, Vote
from ..permissions import may, require
from ..services import agenda, meetings
from ..services.follow_ups import targets_of
from .meetings import crumbs_of as meeting_crumbs
from .meetings import meeting_of
from .pages import confirm_page, form_page


def agenda_item_list(request: HttpRequest) -> HttpResponse:
    columns = [
        Column(gettext_lazy("Item"), "title", sort="title"),
        Column(gettext_lazy("Meeting"), "meeting", sort="meeting__held_at"),
        Column(gettext_lazy("Kind"), "get_kind_display", sort="kind"),
        Column(gettext_lazy("Proposed by"), "proposer"),
        Column(gettext_lazy("State"), "get_status_display", sort="status"),
    ]
    return list_page(
        request,
        filterset=AgendaItemFilter,
        queryset=AgendaItem.objects.visible_to(request.user).for_list(),
        columns=columns,
        template="consortium/agenda_item_list.html",
        tally="status",
    )


def agenda_item_detail(request: HttpRequest, pk: int) -> HttpResponse:
    item = item_of(request, pk)
    user, meeting = request.user, item.meeting
    seat = meetings.own_seat(meeting, user)
    called = list(meeting.called.select_related("seat__organization").order_by("seat__number"))
    votes = {vote.seat_id: vote for vote in item.votes.select_related("by")}
    mine = next((row for row in called if seat and row.seat_id == seat.pk), None)
    in_session = meeting.status == Meeting.Status.IN_SESSION
    opinions = list(Opinion.objects.visible_to(user).filter(item=item).for_list())
    resolutions = list(Resolution.objects.visible_to(user).filter(item=item).for_list())
    tasks = targets_of(resolutions, user)
    context = {
        "item": item,
        "meeting": meeting,
        "terms": [
            (item._meta.get_field(name).verbose_name, getattr(item, name), name in item.missing)
            for name in AgendaItem.TERMS
        ],
        "seats": [(row, votes.get(row.seat_id)) for row in called],
        "readers": item.receipts.count(),
        "opinions": opinions,
        "resolutions": [(row, row.light(), tasks.get(row.pk)) for row in resolutions],
        "can_change": may(user, "agenda_item.change", item),
        "can_move": may(user, "agenda_item.move", item),
        "can_opine": meeting.status == Meeting.Status.CALLED and (mine or may(user, "agenda_item.change", item)),
        "can_vote": mine and mine.present and in_session and item.status == AgendaItem.Status.VOTING,
        "my_vote": mine and votes.get(mine.seat_id),
        "choices": Vote.Choice.choices,
        "in_session": in_session,
        "history": HistoryEntry.objects.of(item, *opinions, *resolutions),
    }
    return render(request, "consortium/agenda_item_detail.html", context)


def agenda_item_create(request: HttpRequest, pk: int) -> HttpResponse:
    meeting = meeting_of(request, pk)
    require(request.user, "meeting.change", meeting)
    form = ItemForm(request.POST or None, instance=AgendaItem(meeting=meeting))
    return form_page(
        request,
        form,
        lambda: agenda_saved(form, request),
        heading=_("New item"),
        text=_(
            "What concerns money, IP or a contract says its cost share, IP ownership and signing unit before the call."
        ),
        crumbs=meeting_crumbs(meeting),
    )


def agenda_item_update(request: HttpRequest, pk: int) -> HttpResponse:
    item = item_of(request, pk)
    require(request.user, "agenda_item.change", item)
    form = ItemForm(request.POST or None, instance=item)
    return form_page(
        request, form, lambda: agenda_saved(form, request), heading=_("Edit the item"), crumbs=crumbs_of(item)
    )


def agenda_saved(form: ItemForm, request: HttpRequest) -> AgendaItem:
    return meetings.save_item(form.instance, by=request.user)  # type: ignore[arg-type]


def agenda_item_remove(request: HttpRequest, pk: int) -> HttpResponse:
    item = item_of(request, pk)
    require(request.user, "agenda_item.change", item)
    return confirm_page(
        request,
        lambda: meetings.remove_item(item, by=request.user),
        heading=_("Take this item off the agenda?"),
        text=_("“%(title)s” goes. The history keeps that it was there.") % {"title": item.title},
        label=_("Take it off"),
        danger=True,
        back=item,
        then=item.meeting,
    )


def agenda_item_recall(request: HttpRequest, pk: int) -> HttpResponse:
    return _with_reason(
        request, pk, meetings.recall_papers, _("Recall the papers"),
        _("They can be changed then and are sent anew. Who has read them reads again."),
    )  # fmt: skip


@require_POST
def agenda_item_open(request: HttpRequest, pk: int) -> HttpResponse:
    item = _to_move(request, pk)
    agenda.open_vote(item, by=request.user)
    messages.success(request, _("The vote is open. Delegates vote here; the secretariat records the others."))
    return redirect(item)


def agenda_item_votes(request: HttpRequest, pk: int) -> HttpResponse:
    """The secretariat records how seats have voted by hand."""
    item = _to_move(request, pk)
    form = VotesForm(request.POST or None, item=item)
    if not form.seats:
        messages.info(request, _("Nobody is present yet. Say first who is, then record the votes."))
        return redirect("consortium:meeting_present", item.meeting_id)

    def save() -> None:
        for seat, choice in form.votes:
            agenda.cast_vote(item, seat, choice, by=request.user, by_hand=True, now=timezone.now())

    return form_page(
        request,
        form,
        save,
        heading=_("Record votes"),
        text=_("Of the seats that are present. What a delegate has voted in the program stands here already."),
        crumbs=crumbs_of(item),
    )


@require_POST
def agenda_item_close(request: HttpRequest, pk: int) -> HttpResponse:
    item = _to_move(request, pk)
    agenda.close_vote(item, by=request.user)
    return redirect(item)


def agenda_item_stop(request: HttpRequest, pk: int) -> HttpResponse:
    return _with_reason(
        request, pk, agenda.stop_vote, _("Break the vote off"), _("Votes that were cast are void."),
    )  # fmt: skip


@require_POST
def agenda_item_treat(request: HttpRequest, pk: int) -> HttpResponse:
    item = _to_move(request, pk)
    agenda.treat_item(item, by=request.user)
    return redirect(item)


def agenda_item_defer(request: HttpRequest, pk: int) -> HttpResponse:
    return _with_reason(
        request, pk, agenda.defer_item, _("Defer the item"), _("It is not decided in this meeting."),
    )  # fmt: skip


def agenda_item_notes(request: HttpRequest, pk: int) -> HttpResponse:
    item = item_of(request, pk)
    require(request.user, "agenda_item.change", item)
    form = TextForm(request.POST or None, initial={"text": item.notes})
    return form_page(
        request,
        form,
        lambda: agenda.write_notes(item, form.cleaned_data["text"], by=request.user),
        heading=_("What was said to this item"),
        crumbs=crumbs_of(item),
    )


@require_POST
def agenda_item_vote(request: HttpRequest, pk: int) -> HttpResponse:
    """A delegate votes for the own seat."""
    item = item_of(request, pk)
    require(request.user, "agenda_item.vote", item)
    seat = meetings.speaking_seat(item.meeting, request.user)
    choice = request.POST.get("choice", "")
    agenda.cast_vote(item, seat, choice, by=request.user, by_hand=False, now=timezone.now())
    messages.success(request, _("Your vote is kept. You can change it until the vote is closed."))
    return redirect(item)


def _with_reason(request: HttpRequest, pk: int, act: Any, heading: str, text: str) -> HttpResponse:
    item = _to_move(request, pk)
    form = ReasonForm(request.POST or None)
    return form_page(
        request,
        form,
        lambda: act(item, **form.cleaned_data, by=request.user),
        heading=heading,
        text=text,
        label=heading,
        crumbs=crumbs_of(item),
    )


def _to_move(request: HttpRequest, pk: int) -> AgendaItem:
    item = item_of(request, pk)
    require(request.user, "agenda_item.move", item)
    return item


def item_of(request: HttpRequest, pk: int) -> AgendaItem:
    return get_object_or_404(AgendaItem.objects.visible_to(request.user).for_list(), pk=pk)


def crumbs_of(item: AgendaItem) -> list[tuple[str, Any]]:
    return [*meeting_crumbs(item.meeting), (item.get_absolute_url(), item)]
