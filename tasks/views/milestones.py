"""A milestone: its page, the month's report and the bureau's answer."""

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from consortium.forms import accepted
from consortium.models import HistoryEntry, User
from consortium.permissions import may, require

from ..forms import MilestoneForm, ReportForm, ReviewForm
from ..lights import light
from ..measures import standings
from ..models import Milestone, Task
from ..services import confirm_progress, refuse_confirmed, report_progress, return_progress, why_not_urged
from .pages import part_form, saved


def panel_context(user: User, milestone: Milestone, today: date, **forms: Any) -> dict[str, Any]:
    """What the panel and the page of a milestone show: light, telephone, reports, and the form one may fill in."""
    can_report = may(user, "progress.add", milestone) and milestone.status not in Milestone.Status.with_bureau()
    reports = milestone.reports
    open_report = next((progress for progress in reports[:1] if progress.status == progress.Status.SUBMITTED), None)
    can_review = may(user, "progress.review", milestone) and open_report is not None
    return {
        "milestone": milestone,
        "task": milestone.task,
        "light": light(milestone, today),
        "phone": milestone.task.phone_for(user),
        "reports": reports,
        "earlier": milestone.continues_id
        and Milestone.objects.visible_to(user).linked().filter(pk=milestone.continues_id).first(),
        "later": Milestone.objects.visible_to(user).linked().filter(continues=milestone),
        "standings": standings(milestone.task),
        "supervisions": milestone.urgings,
        "can_urge_this": may(user, "supervision.add")
        and milestone.urging is None
        and not why_not_urged(milestone, today),
        "report_form": forms.get("report_form") or (can_report and ReportForm(milestone=milestone, today=today)),
        "review_form": forms.get("review_form") or (can_review and ReviewForm(auto_id="review_%s")),
    }


def milestone_create(request: HttpRequest, pk: int) -> HttpResponse:
    task = get_object_or_404(Task.objects.visible_to(request.user).select_related("plan"), pk=pk)
    require(request.user, "milestone.add")
    form = MilestoneForm(request.POST or None, instance=Milestone(task=task))
    return saved(request, form, "tasks:milestone_detail") or part_form(
        request, form, _("New milestone"), task, back=task
    )


def milestone_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _milestone_page(request, _milestone(request, pk))


def milestone_update(request: HttpRequest, pk: int) -> HttpResponse:
    milestone = _milestone(request, pk)
    require(request.user, "milestone.change", milestone)
    refuse_confirmed(milestone)
    form = MilestoneForm(request.POST or None, instance=milestone)
    return saved(request, form, "tasks:milestone_detail") or part_form(
        request, form, _("Edit milestone"), milestone.task, back=milestone
    )


@require_POST
def milestone_report(request: HttpRequest, pk: int) -> HttpResponse:
    """The responsible unit reports a month."""
    milestone = _milestone(request, pk)
    require(request.user, "progress.add", milestone)
    now = timezone.now()
    form = ReportForm(request.POST, milestone=milestone, today=timezone.localdate(now))
    if form.is_valid() and accepted(
        form, lambda: report_progress(milestone, by=request.user, now=now, **form.report())
    ):
        return _to_panel(milestone)
    return _milestone_page(request, milestone, report_form=form)


@require_POST
def milestone_review(request: HttpRequest, pk: int) -> HttpResponse:
    """The bureau confirms or returns the report that it has read."""
    milestone = _milestone(request, pk)
    require(request.user, "progress.review", milestone)
    form = ReviewForm(request.POST, auto_id="review_%s")
    if form.is_valid():
        progress = next((one for one in milestone.reports if str(one.pk) == request.POST.get("progress")), None)
        if progress is None:
            raise Http404
        act = confirm_progress if form.cleaned_data["act"] == "confirm" else return_progress
        comment = form.cleaned_data["comment"]
        if accepted(form, lambda: act(progress, by=request.user, now=timezone.now(), comment=comment)):
            return _to_panel(milestone)
    return _milestone_page(request, milestone, review_form=form)


def _milestone(request: HttpRequest, pk: int) -> Milestone:
    return get_object_or_404(Milestone.objects.visible_to(request.user).with_progress(), pk=pk)


def _milestone_page(request: HttpRequest, milestone: Milestone, **forms: Any) -> HttpResponse:
    context = panel_context(request.user, milestone, timezone.localdate(), **forms)
    context |= {"plan": milestone.task.plan, "history": HistoryEntry.objects.of(milestone)}
    return render(request, "tasks/milestone_detail.html", context)


def _to_panel(milestone: Milestone) -> HttpResponse:
    plan = reverse("tasks:plan_detail", args=[milestone.task.plan_id])
    return redirect(f"{plan}?milestone={milestone.pk}#panel")
