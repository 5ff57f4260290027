"""Urging what is late: choose, write, follow, print."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from consortium.forms import accepted
from consortium.lists import Column, list_page
from consortium.models import HistoryEntry
from consortium.permissions import may, require

from ..filters import SupervisionFilter
from ..forms import AnswerForm, AskAgainForm, CloseForm, UrgeForm
from ..lights import light
from ..models import Milestone, Supervision
from ..services import answer_supervision, ask_again, close_supervision, urge, urged_already, why_not_urged
from ..typesetting import supervision_pdf

USUAL_DAYS = timedelta(days=5)
MOST_URGED = 200  # milestones urged at once


def supervision_list(request: HttpRequest) -> HttpResponse:
    columns = [
        Column(_("Urging"), str, sort="number"),
        Column(_("Task"), "milestone.task", sort="milestone__task__number"),
        Column(_("Quarter"), "milestone.get_quarter_display", sort="milestone__quarter"),
        Column(
            _("Responsible member"),
            "milestone.task.responsible_organization",
            sort="milestone__task__responsible_organization__name",
        ),
        Column(_("Urged at"), "at", sort="at"),
        Column(_("To be answered by"), "deadline", sort="deadline"),
        Column(_("State"), "get_status_display", sort="status"),
        Column(_("What is asked"), "text", in_list=False),
        Column(_("Answer"), "answer", in_list=False),
        Column(_("Answered at"), "answered_at", in_list=False),
    ]
    return list_page(
        request,
        filterset=SupervisionFilter,
        queryset=Supervision.objects.visible_to(request.user).for_list(),
        columns=columns,
        template="tasks/supervision_list.html",
        context={"today": timezone.localdate()},
        tally="status",
    )


def supervision_create(request: HttpRequest) -> HttpResponse:
    """Urge the milestones that were ticked in the table, or the one of the panel."""
    require(request.user, "supervision.add")
    now = timezone.now()
    today = timezone.localdate(now)
    asked = request.POST.getlist("milestones") if request.method == "POST" else request.GET.getlist("milestone")
    numbers = [int(number) for number in asked if number.isascii() and number.isdigit() and len(number) < 10][
        :MOST_URGED
    ]
    rows = Milestone.objects.visible_to(request.user).filter(pk__in=numbers).with_progress()
    refusals = {row.pk: reason for row in rows if (reason := _why_not(row, today))}
    form = UrgeForm(
        request.POST or None,
        milestones=rows.exclude(pk__in=refusals),
        today=today,
        initial={"milestones": numbers, "deadline": today + USUAL_DAYS},
    )
    if form.is_valid():
        data, made = form.cleaned_data, []
        if accepted(form, lambda: made.extend(urge(by=request.user, now=now, **data))):
            text = ngettext("%(count)s milestone is urged.", "%(count)s milestones are urged.", len(made))
            messages.success(request, text % {"count": len(made)})
            return redirect(made[0]) if len(made) == 1 else redirect("tasks:supervision_list")
    context = {"form": form, "refusals": refusals.values(), "nothing": not rows or len(refusals) == len(rows)}
    return render(request, "tasks/supervision_form.html", context)


def _why_not(milestone: Milestone, today: date) -> str:
    if milestone.urging:
        return urged_already(milestone, milestone.urging)
    return why_not_urged(milestone, today)


def supervision_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _supervision(request, pk))


def supervision_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet (督办单) on paper."""
    supervision = _supervision(request, pk)
    pdf = supervision_pdf(supervision, reader=request.user, now=timezone.now())
    name = f"督办单-{supervision.year}-{supervision.number}.pdf"
    headers = {"Content-Disposition": content_disposition_header(as_attachment=True, filename=name)}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)


@require_POST
def supervision_answer(request: HttpRequest, pk: int) -> HttpResponse:
    supervision = _supervision(request, pk)
    require(request.user, "supervision.answer", supervision)
    form = AnswerForm(request.POST)
    return _done(request, supervision, form, answer_supervision, _("Answered. The bureau is told."), "answer_form")


@require_POST
def supervision_close(request: HttpRequest, pk: int) -> HttpResponse:
    supervision = _supervision(request, pk)
    require(request.user, "supervision.review", supervision)
    form = CloseForm(request.POST)
    return _done(request, supervision, form, close_supervision, _("This urging is closed."), "close_form")


@require_POST
def supervision_return(request: HttpRequest, pk: int) -> HttpResponse:
    """The bureau is not content with the answer."""
    supervision = _supervision(request, pk)
    require(request.user, "supervision.review", supervision)
    form = AskAgainForm(request.POST)
    return _done(request, supervision, form, ask_again, _("The unit is asked again."), "again_form")


def _done(
    request: HttpRequest, supervision: Supervision, form: Form, act: Any, sentence: str, name: str
) -> HttpResponse:
    if form.is_valid() and accepted(
        form, lambda: act(supervision, by=request.user, now=timezone.now(), **form.cleaned_data)
    ):
        messages.success(request, sentence)
        return redirect(supervision)
    return _page(request, supervision, **{name: form})


def _supervision(request: HttpRequest, pk: int) -> Supervision:
    return get_object_or_404(Supervision.objects.visible_to(request.user).for_list(), pk=pk)


def _page(request: HttpRequest, supervision: Supervision, **forms: Form) -> HttpResponse:
    today, status = timezone.localdate(), supervision.status
    can_answer = may(request.user, "supervision.answer", supervision) and status == Supervision.Status.OPEN
    can_review = may(request.user, "supervision.review", supervision) and status != Supervision.Status.CLOSED
    can_ask_again = can_review and status == Supervision.Status.ANSWERED
    milestone = supervision.milestone
    context: dict[str, Any] = {
        "supervision": supervision,
        "milestone": milestone,
        "task": milestone.task,
        "plan": milestone.task.plan,
        "phone": milestone.task.phone_for(request.user),
        "deadline_light": supervision.light(today),
        "has_climbed": supervision.has_climbed(today),
        "light": light(milestone, today),
        "answer_form": can_answer and AnswerForm(),
        "close_form": can_review and CloseForm(),
        "again_form": can_ask_again and AskAgainForm(auto_id="again_%s", initial={"deadline": today + USUAL_DAYS}),
        "history": HistoryEntry.objects.of(supervision),
    }
    return render(request, "tasks/supervision_detail.html", context | forms)
