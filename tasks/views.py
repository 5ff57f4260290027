import dataclasses
from datetime import date
from typing import Any

from django.contrib import messages
from django.core import signing
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from consortium.forms import accepted
from consortium.lists import Column, list_page
from consortium.models import HistoryEntry, Organization, User
from consortium.permissions import may, require
from consortium.services import save_form

from .filters import MatrixFilter, PlanFilter
from .forms import ImportForm, MilestoneForm, PlanForm, ReportForm, ReviewForm, TaskForm
from .lights import light, tally
from .matrix import Matrix, matrix
from .models import Milestone, Plan, Task
from .services import confirm_progress, import_plan, refuse_confirmed, report_progress, return_progress, table_of
from .tables import TaskTable, read_table, table_from_dict
from .tables_writer import WRITERS

PREVIEW_LASTS = 3600  # seconds; what was understood of a file travels, signed, in the page that asks for acceptance


def plan_list(request: HttpRequest) -> HttpResponse:
    columns = [
        Column(_("Table"), "title", sort="title"),
        Column(_("Reporting unit"), "unit", sort="unit"),
        Column(_("Year"), "year", sort="year", numeric=True),
        Column(_("Tasks"), "task_count", sort="task_count", numeric=True),
        Column(_("Milestones"), "milestone_count", sort="milestone_count", numeric=True),
        Column(_("Confirmed"), "confirmed_count", sort="confirmed_count", numeric=True),
    ]
    queryset = Plan.objects.visible_to(request.user).for_list()
    template = "tasks/plan_list.html"
    return list_page(request, filterset=PlanFilter, queryset=queryset, columns=columns, template=template)


def plan_detail(request: HttpRequest, pk: int) -> HttpResponse:
    plan = get_object_or_404(Plan.objects.visible_to(request.user).select_related("issuer"), pk=pk)
    today = timezone.localdate()
    tasks = Task.objects.visible_to(request.user).filter(plan=plan).for_matrix()
    filtering = MatrixFilter(request.GET, queryset=tasks, request=request)
    asked = filtering.form.cleaned_data if filtering.is_valid() else {}
    table = matrix(plan, filtering.qs, today, kind=asked.get("light", ""), quarter=asked.get("quarter", ""))
    selected, before, after = _selection(request, plan, table, today)
    context: dict[str, Any] = {"plan": plan, "matrix": table, "today": today, "before": before, "after": after}
    if selected:
        context |= panel_context(request.user, selected, today)
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "tasks/plan_detail.html#panel", context)
    everything = [milestone for task in tasks for milestone in task.milestones.all()]
    context |= {
        "filter": filtering,
        "tally": tally(everything, today),
        "total": len(everything),
        "task_count": len(table.rows),
        "cell_count": sum(cell.is_hit for cell in table.cells),
        "filtered": any(value for name, value in asked.items() if name != "order"),
        "light_kind": asked.get("light", ""),
    }
    return render(request, "tasks/plan_detail.html", context)


def _selection(
    request: HttpRequest, plan: Plan, table: Matrix, today: date
) -> tuple[Milestone | None, Milestone | None, Milestone | None]:
    """The milestone in the panel and those before and after it that wait for the user, or all when none waits."""
    milestones = [cell.milestone for cell in table.cells]
    waiting = set(
        Milestone.objects.visible_to(request.user).waiting_for(request.user, today).values_list("pk", flat=True)
    )
    late = {cell.milestone.pk for cell in table.cells if cell.light.kind == "late"}
    if asked := request.GET.get("milestone"):
        rows = Milestone.objects.visible_to(request.user).filter(task__plan=plan).with_progress()
        selected = next((one for group in (milestones, rows) for one in group if str(one.pk) == asked), None)
        if selected is None:
            raise Http404
    else:
        first = [next((one for one in milestones if one.pk in group), None) for group in (waiting, late)]
        selected = first[0] or first[1] or next(iter(milestones), None)
    stops = [one for one in milestones if one.pk in waiting or one == selected] if waiting else milestones
    if selected not in stops:
        return selected, None, None
    at = stops.index(selected)
    return selected, stops[at - 1] if at else None, stops[at + 1] if at + 1 < len(stops) else None


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
        "report_form": forms.get("report_form") or (can_report and ReportForm(milestone=milestone, today=today)),
        "review_form": forms.get("review_form") or (can_review and ReviewForm(auto_id="review_%s")),
    }


def plan_create(request: HttpRequest) -> HttpResponse:
    require(request.user, "plan.add")
    plan = Plan(consortium=request.user.affiliation.consortium)
    form = PlanForm(
        request.POST or None,
        instance=plan,
        user=request.user,
        initial={"unit": request.user.affiliation.organization.name, "year": timezone.localdate().year},
    )
    return _saved(request, form, "tasks:plan_detail") or render(request, "tasks/plan_form.html", {"form": form})


def plan_update(request: HttpRequest, pk: int) -> HttpResponse:
    plan = get_object_or_404(Plan.objects.visible_to(request.user), pk=pk)
    require(request.user, "plan.change", plan)
    form = PlanForm(request.POST or None, instance=plan, user=request.user)
    context = {"form": form, "plan": plan, "history": HistoryEntry.objects.of(plan)}
    return _saved(request, form, "tasks:plan_detail") or render(request, "tasks/plan_form.html", context)


def plan_import(request: HttpRequest) -> HttpResponse:
    require(request.user, "plan.add")
    form = ImportForm(
        request.POST or None,
        request.FILES or None,
        user=request.user,
        initial={"year": timezone.localdate().year},
    )
    if form.is_valid():
        data = form.cleaned_data
        table = read_table(data["file"].read(), data["file"].name, data["year"])
        for sentence in table.errors:
            form.add_error("file", sentence)
        if not table.errors and accepted(
            form, lambda: _import(request, table, data["year"], data["responsible"], True)
        ):
            return render(request, "tasks/plan_preview.html", _preview(request, table, data))
    return render(request, "tasks/plan_import.html", {"form": form})


def _preview(request: HttpRequest, table: TaskTable, data: dict[str, Any]) -> dict[str, Any]:
    responsible = data["responsible"]
    payload = {
        "user": request.user.pk,
        "table": dataclasses.asdict(table),
        "year": data["year"],
        "responsible": responsible and responsible.pk,
    }
    signed = signing.dumps(_plain(payload), salt="tasks.import", compress=True)
    count = sum(len(row.milestones) for row in table.rows)
    return {
        "table": table,
        "year": data["year"],
        "responsible": responsible,
        "signed": signed,
        "milestone_count": count,
    }


def _plain(value: Any) -> Any:
    """``value`` as JSON can hold it: dates as ISO text."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value


@require_POST
def plan_accept(request: HttpRequest) -> HttpResponse:
    """Write what the preview showed."""
    require(request.user, "plan.add")
    try:
        payload = signing.loads(request.POST.get("signed", ""), salt="tasks.import", max_age=PREVIEW_LASTS)
    except signing.BadSignature:
        payload = {}
    if payload.get("user") != request.user.pk:
        messages.error(request, _("This preview is no longer valid. Choose the file again."))
        return redirect("tasks:plan_import")
    members = Organization.objects.visible_to(request.user)
    responsible = members.filter(pk=payload["responsible"]).first() if payload["responsible"] else None
    plan, _is_new = _import(request, table_from_dict(payload["table"]), payload["year"], responsible, False)
    return redirect("tasks:plan_detail", plan.pk)


def _import(request: HttpRequest, table: TaskTable, year: int, responsible: Organization | None, dry: bool) -> Any:
    consortium = request.user.affiliation.consortium  # type: ignore[union-attr]
    return import_plan(
        table, consortium=consortium, year=year, by=request.user, responsible=responsible, dry_run=dry
    )  # fmt: skip


def plan_export(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """The official table as a file."""
    plan = get_object_or_404(Plan.objects.visible_to(request.user), pk=pk)
    if kind not in WRITERS:
        raise Http404
    content = WRITERS[kind](table_of(plan, reader=request.user))
    disposition = content_disposition_header(True, f"{plan.title}.{kind}") or ""
    return HttpResponse(content, "application/octet-stream", headers={"Content-Disposition": disposition})


def task_create(request: HttpRequest, pk: int) -> HttpResponse:
    plan = get_object_or_404(Plan.objects.visible_to(request.user), pk=pk)
    require(request.user, "task.add")
    form = TaskForm(request.POST or None, instance=Task(plan=plan), user=request.user)
    context = {"form": form, "plan": plan}
    return _saved(request, form, "tasks:task_detail") or render(request, "tasks/task_form.html", context)


def task_detail(request: HttpRequest, pk: int) -> HttpResponse:
    task = get_object_or_404(Task.objects.visible_to(request.user).for_matrix(), pk=pk)
    table = matrix(task.plan, [task], timezone.localdate())
    context = {
        "task": task,
        "plan": task.plan,
        "cells": table.cells,
        "phone": task.phone_for(request.user),
        "history": HistoryEntry.objects.of(task),
    }
    return render(request, "tasks/task_detail.html", context)


def task_update(request: HttpRequest, pk: int) -> HttpResponse:
    task = get_object_or_404(Task.objects.visible_to(request.user).select_related("plan"), pk=pk)
    require(request.user, "task.change", task)
    form = TaskForm(request.POST or None, instance=task, user=request.user)
    context = {"form": form, "plan": task.plan, "task": task}
    return _saved(request, form, "tasks:task_detail") or render(request, "tasks/task_form.html", context)


def milestone_create(request: HttpRequest, pk: int) -> HttpResponse:
    task = get_object_or_404(Task.objects.visible_to(request.user).select_related("plan"), pk=pk)
    require(request.user, "milestone.add")
    form = MilestoneForm(request.POST or None, instance=Milestone(task=task))
    context = {"form": form, "plan": task.plan, "task": task}
    return _saved(request, form, "tasks:milestone_detail") or render(request, "tasks/milestone_form.html", context)


def milestone_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _milestone_page(request, _milestone(request, pk))


def milestone_update(request: HttpRequest, pk: int) -> HttpResponse:
    milestone = _milestone(request, pk)
    require(request.user, "milestone.change", milestone)
    refuse_confirmed(milestone)
    form = MilestoneForm(request.POST or None, instance=milestone)
    context = {"form": form, "plan": milestone.task.plan, "task": milestone.task, "milestone": milestone}
    return _saved(request, form, "tasks:milestone_detail") or render(request, "tasks/milestone_form.html", context)


@require_POST
def milestone_report(request: HttpRequest, pk: int) -> HttpResponse:
    """The responsible unit reports a month."""
    milestone = _milestone(request, pk)
    require(request.user, "progress.add", milestone)
    now = timezone.now()
    form = ReportForm(request.POST, milestone=milestone, today=timezone.localdate(now))
    if form.is_valid() and accepted(
        form, lambda: report_progress(milestone, by=request.user, now=now, **form.cleaned_data)
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


def _saved(request: HttpRequest, form: ModelForm, route: str) -> HttpResponse | None:
    """Save a sent, valid form and go to the record's page; None when there is still something to fill in."""
    if form.is_valid() and accepted(form, lambda: save_form(form, by=request.user)):
        return redirect(route, form.instance.pk)
    return None
