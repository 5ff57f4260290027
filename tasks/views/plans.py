"""The year's table: list, matrix, form, file."""

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from consortium.lists import Column, list_page
from consortium.models import HistoryEntry
from consortium.permissions import require

from ..filters import MatrixFilter, PlanFilter
from ..forms import PlanForm
from ..lights import lights_of, tally
from ..matrix import Matrix, matrix
from ..missing import missing_by_unit
from ..models import Milestone, Plan, Task
from ..services import table_of
from ..tables import WRITERS
from ..typesetting import summary_pdf, table_pdf
from .milestones import panel_context
from .pages import saved
from .supervisions import MOST_URGED


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
    every = {task.pk: task for task in tasks}  # read once; of what is found only the order is asked
    lights = lights_of((milestone for task in every.values() for milestone in task.milestones.all()), today)
    found = filtering.qs.prefetch_related(None).values_list("pk", flat=True)
    table = matrix(
        plan,
        [every[pk] for pk in found if pk in every],
        lights,
        today,
        kind=asked.get("light", ""),
        quarter=asked.get("quarter", ""),
    )
    selected, before, after = _selection(request, plan, table, today)
    context: dict[str, Any] = {"plan": plan, "matrix": table, "today": today, "before": before, "after": after}
    if selected:
        context |= panel_context(request.user, selected, today)
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "tasks/plan_detail.html#panel", context)
    to_urge = table.to_urge
    context |= {
        "filter": filtering,
        "to_urge": to_urge,
        "urge_all": len(to_urge) <= MOST_URGED and "&".join(f"milestone={one.pk}" for one in to_urge),
        "tally": tally(lights),
        "total": len(lights),
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


def missing_months(request: HttpRequest, pk: int) -> HttpResponse:
    """Which months' reports have not come, unit by unit."""
    plan = get_object_or_404(Plan.objects.visible_to(request.user), pk=pk)
    today = timezone.localdate()
    tasks = Task.objects.visible_to(request.user).filter(plan=plan).for_matrix()
    context = {
        "plan": plan,
        "units": missing_by_unit(tasks, today),
        "today": today,
        "this_month": today.replace(day=1),
        "newest_month": _month("", plan, today),
    }
    return render(request, "tasks/missing_months.html", context)


def plan_create(request: HttpRequest) -> HttpResponse:
    require(request.user, "plan.add")
    plan = Plan(consortium=request.user.affiliation.consortium)
    form = PlanForm(
        request.POST or None,
        instance=plan,
        user=request.user,
        initial={"unit": request.user.affiliation.organization.name, "year": timezone.localdate().year},
    )
    return saved(request, form, "tasks:plan_detail") or render(request, "tasks/plan_form.html", {"form": form})


def plan_update(request: HttpRequest, pk: int) -> HttpResponse:
    plan = get_object_or_404(Plan.objects.visible_to(request.user), pk=pk)
    require(request.user, "plan.change", plan)
    form = PlanForm(request.POST or None, instance=plan, user=request.user)
    context = {"form": form, "plan": plan, "history": HistoryEntry.objects.of(plan)}
    return saved(request, form, "tasks:plan_detail") or render(request, "tasks/plan_form.html", context)


def plan_export(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """The official table as a file."""
    plan = get_object_or_404(Plan.objects.visible_to(request.user), pk=pk)
    if kind == "pdf":
        return _file(table_pdf(plan, reader=request.user, now=timezone.now()), f"{plan.title}.pdf")
    if kind not in WRITERS:
        raise Http404
    return _file(WRITERS[kind](table_of(plan, reader=request.user)), f"{plan.title}.{kind}")


def plan_summary(request: HttpRequest, pk: int) -> HttpResponse:
    """A month on one page, for leaders: the month of the address, or the plan's newest."""
    plan = get_object_or_404(Plan.objects.visible_to(request.user).select_related("consortium"), pk=pk)
    now = timezone.now()
    month = _month(request.GET.get("month", ""), plan, timezone.localdate(now))
    pdf = summary_pdf(plan, month, reader=request.user, now=now)
    return _file(pdf, f"{plan.unit}任务月度摘要-{month:%Y-%m}.pdf")


def _month(asked: str, plan: Plan, today: date) -> date:
    """The month that is asked for, when it is no future one; otherwise the last of the plan's year that has begun."""
    newest = min(today, date(plan.year, 12, 31)).replace(day=1)
    try:
        month = date.fromisoformat(f"{asked}-01")
    except ValueError:
        return newest
    return month if date(plan.year, 1, 1) <= month <= today else newest


def _file(content: bytes, name: str) -> HttpResponse:
    kind = "application/pdf" if name.endswith(".pdf") else "application/octet-stream"
    headers = {"Content-Disposition": content_disposition_header(True, name) or ""}
    return HttpResponse(content, kind, headers=headers)
