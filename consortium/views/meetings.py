"""Meetings of the council: the list, one meeting, and its way from preparation to approved minutes."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from ..filters.meetings import MeetingFilter
from ..forms.meetings import ApprovalForm, LateForm, MeetingForm, NewMeetingForm, PresentForm, ReasonForm, TextForm
from ..lists import Column, list_page
from ..minutes import minutes_docx, minutes_pdf
from ..models import HistoryEntry, Meeting
from ..permissions import may, require
from ..readiness import readiness
from ..services import meetings
from .pages import form_page

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def meeting_list(request: HttpRequest) -> HttpResponse:
    columns = [
        Column(gettext_lazy("Meeting"), "__str__", sort="number"),
        Column(gettext_lazy("Date and time"), "held_at", sort="held_at"),
        Column(gettext_lazy("Place"), "place"),
        Column(gettext_lazy("Items"), "items_count", numeric=True),
        Column(gettext_lazy("State"), "get_status_display", sort="status"),
    ]
    return list_page(
        request,
        filterset=MeetingFilter,
        queryset=Meeting.objects.visible_to(request.user).for_list(),
        columns=columns,
        template="consortium/meeting_list.html",
        tally="status",
    )


def meeting_detail(request: HttpRequest, pk: int) -> HttpResponse:
    meeting = meeting_of(request, pk)
    seat = meetings.own_seat(meeting, request.user)
    mine = meeting.called.filter(seat=seat).first() if seat else None
    context = {
        "meeting": meeting,
        "ready": readiness(meeting, request.user),
        "seat": seat,
        "mine": mine,
        "unread": mine
        and meeting.status == Meeting.Status.CALLED
        and meeting.items.exclude(papers_sent_at=None).exclude(receipts__seat=seat).exists(),
        "is_chair": meetings.chairs(meeting, request.user),
        "can_change": may(request.user, "meeting.change", meeting),
        "can_move": may(request.user, "meeting.move", meeting),
        "can_accept": may(request.user, "meeting.accept", meeting),
        "history": HistoryEntry.objects.of(meeting),
    }
    return render(request, "consortium/meeting_detail.html", context)


def meeting_create(request: HttpRequest) -> HttpResponse:
    require(request.user, "meeting.add")
    form = NewMeetingForm(request.POST or None, user=request.user)
    return form_page(
        request,
        form,
        lambda: meetings.add_meeting(form.instance, by=request.user),
        heading=_("New meeting"),
        crumbs=[_list_crumb()],
    )


def meeting_update(request: HttpRequest, pk: int) -> HttpResponse:
    meeting = meeting_of(request, pk)
    require(request.user, "meeting.change", meeting)
    form = MeetingForm(request.POST or None, instance=meeting)
    return form_page(
        request,
        form,
        lambda: meetings.change_meeting(form.instance, by=request.user, now=timezone.now()),
        heading=_("Edit the meeting"),
        text=_("After the call only date and place change, and the delegates are told."),
        crumbs=crumbs_of(meeting),
    )


@require_POST
def meeting_call(request: HttpRequest, pk: int) -> HttpResponse:
    meeting = meeting_of(request, pk)
    require(request.user, "meeting.move", meeting)
    meetings.call_meeting(meeting, by=request.user, now=timezone.now())
    messages.success(request, _("The delegates are called, and find it under what waits for them."))
    return redirect(meeting)


def meeting_papers(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the papers that are there; late ones ask for a reason."""
    meeting = meeting_of(request, pk)
    require(request.user, "meeting.move", meeting)
    form = LateForm(request.POST or None)

    def save() -> None:
        count = meetings.send_papers(
            meeting, reason=form.cleaned_data["reason"], by=request.user, now=timezone.now()
        )  # fmt: skip
        said = ngettext("Papers of %(n)d item sent.", "Papers of %(n)d items sent.", count) % {"n": count}
        messages.success(request, said)

    return form_page(
        request,
        form,
        save,
        heading=_("Send the papers"),
        text=_("Items that have papers are sent now, and delegates confirm that they have read them."),
        label=_("Send"),
        crumbs=crumbs_of(meeting),
    )


def meeting_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    meeting = meeting_of(request, pk)
    require(request.user, "meeting.move", meeting)
    form = ReasonForm(request.POST or None)
    return form_page(
        request,
        form,
        lambda: meetings.cancel_meeting(meeting, **form.cleaned_data, by=request.user, now=timezone.now()),
        heading=_("Cancel the meeting"),
        text=_("Those who are called are told. This step cannot be taken back."),
        label=_("Cancel the meeting"),
        danger=True,
        crumbs=crumbs_of(meeting),
    )


def meeting_present(request: HttpRequest, pk: int) -> HttpResponse:
    meeting = meeting_of(request, pk)
    require(request.user, "meeting.change", meeting)
    form = PresentForm(request.POST or None, meeting=meeting)
    seats = meeting.called.count()
    return form_page(
        request,
        form,
        lambda: meetings.set_present(meeting, form.cleaned_data["seats"], by=request.user),
        heading=_("Who is present"),
        text=_("%(all)d seats are called, %(needed)d make the quorum.")
        % {"all": seats, "needed": meeting.needed(seats)},
        crumbs=crumbs_of(meeting),
    )


@require_POST
def meeting_begin(request: HttpRequest, pk: int) -> HttpResponse:
    meeting = meeting_of(request, pk)
    require(request.user, "meeting.move", meeting)
    meetings.open_session(meeting, by=request.user, now=timezone.now())
    messages.success(request, _("The meeting is in session."))
    return redirect(meeting)


def meeting_minutes(request: HttpRequest, pk: int) -> HttpResponse:
    meeting = meeting_of(request, pk)
    require(request.user, "meeting.change", meeting)
    form = TextForm(request.POST or None, initial={"text": meeting.minutes})
    return form_page(
        request,
        form,
        lambda: meetings.write_minutes(meeting, form.cleaned_data["text"], by=request.user),
        heading=_("Write the minutes"),
        text=_(
            "Seats, items, votes and resolutions stand in the minutes by themselves; here is what was said over all."
        ),
        crumbs=crumbs_of(meeting),
    )


@require_POST
def meeting_close(request: HttpRequest, pk: int) -> HttpResponse:
    meeting = meeting_of(request, pk)
    require(request.user, "meeting.move", meeting)
    meetings.close_session(meeting, by=request.user, now=timezone.now())
    messages.success(request, _("The minutes wait for the chair's approval."))
    return redirect(meeting)


def meeting_return(request: HttpRequest, pk: int) -> HttpResponse:
    meeting = meeting_of(request, pk)
    require(request.user, "meeting.return", meeting)
    form = ReasonForm(request.POST or None)
    return form_page(
        request,
        form,
        lambda: meetings.return_minutes(meeting, **form.cleaned_data, by=request.user),
        heading=_("Return the minutes"),
        text=_("The secretariat changes them and hands them in anew."),
        label=_("Return"),
        crumbs=crumbs_of(meeting),
    )


def meeting_approve(request: HttpRequest, pk: int) -> HttpResponse:
    meeting = meeting_of(request, pk)
    require(request.user, "meeting.accept", meeting)
    form = ApprovalForm(request.POST or None)
    return form_page(
        request,
        form,
        lambda: meetings.approve_minutes(meeting, **form.cleaned_data, by=request.user, now=timezone.now()),
        heading=_("Approve the minutes"),
        text=_("Nothing of this meeting changes after that."),
        label=_("Approve"),
        crumbs=crumbs_of(meeting),
    )


def meeting_print(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """The minutes as PDF for the file, or as DOCX to edit."""
    meeting = meeting_of(request, pk)
    if kind not in ("pdf", "docx"):
        raise Http404
    if meeting.status not in Meeting.Status.held():
        messages.error(request, _("There are no minutes before the meeting has begun."))
        return redirect(meeting)
    now = meeting.approved_at or timezone.now()
    data = minutes_docx(meeting, now) if kind == "docx" else minutes_pdf(meeting, now)
    name = f"{_('Minutes')}-{meeting}.{kind}"
    return HttpResponse(
        data,
        content_type=DOCX if kind == "docx" else "application/pdf",
        headers={
            "Content-Disposition": content_disposition_header(as_attachment=kind == "docx", filename=name),
            "X-Content-Type-Options": "nosniff",
        },
    )


@require_POST
def meeting_read(request: HttpRequest, pk: int) -> HttpResponse:
    meeting = meeting_of(request, pk)
    require(request.user, "meeting.read", meeting)
    seat = meetings.speaking_seat(meeting, request.user)
    meetings.confirm_papers(meeting, seat, by=request.user, now=timezone.now())
    messages.success(request, _("Kept: you have read the papers."))
    return redirect(meeting)


@require_POST
def meeting_coming(request: HttpRequest, pk: int) -> HttpResponse:
    meeting = meeting_of(request, pk)
    require(request.user, "meeting.read", meeting)
    seat = meetings.speaking_seat(meeting, request.user)
    coming = request.POST.get("coming", "")
    meetings.answer_call(meeting, seat, coming=coming, by=request.user)
    messages.success(request, _("Your answer is kept."))
    return redirect(meeting)


def meeting_of(request: HttpRequest, pk: int) -> Meeting:
    return get_object_or_404(Meeting.objects.visible_to(request.user).for_list(), pk=pk)


def _list_crumb() -> tuple[str, Any]:
    return reverse("consortium:meeting_list"), _("Meetings")


def crumbs_of(meeting: Meeting) -> list[tuple[str, Any]]:
    return [_list_crumb(), (meeting.get_absolute_url(), meeting)]
