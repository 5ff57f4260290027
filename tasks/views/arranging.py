"""The order of a plan's tasks, one made two, two made one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from consortium.forms import accepted
from consortium.permissions import require

from ..forms import MergeForm, SplitForm
from ..models import Plan, Task
from ..services import merge_tasks, move_task, split_task, why_not_merged
from .pages import number


def plan_arrange(request: HttpRequest, pk: int) -> HttpResponse:
    """All tasks in their order, each with the places above and below it."""
    plan = get_object_or_404(Plan.objects.visible_to(request.user), pk=pk)
    require(request.user, "plan.change", plan)
    tasks = list(Task.objects.visible_to(request.user).filter(plan=plan).order_by("number"))
    numbers = [task.number for task in tasks]
    rows = list(zip(tasks, [None, *numbers], [*numbers[1:], None], strict=False))
    context = {"plan": plan, "rows": rows, "moved": request.GET.get("moved"), "by": request.GET.get("by")}
    return render(request, "tasks/plan_arrange.html", context)


@require_POST
def task_move(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the task where another stands: by a button, or dropped there. The same button has the focus afterwards."""
    task = _task(request, pk)
    require(request.user, "task.change", task)
    to = number(request.POST.get("to", ""))
    move_task(task, to=to, by=request.user)
    direction = "up" if to < task.number else "down"
    page = reverse("tasks:plan_arrange", args=[task.plan_id])
    return redirect(f"{page}?moved={task.pk}&by={direction}")


def task_split(request: HttpRequest, pk: int) -> HttpResponse:
    task = _task(request, pk)
    require(request.user, "task.change", task)
    form = SplitForm(request.POST or None, task=task)
    made: list[Task] = []
    if form.is_valid() and accepted(form, lambda: made.append(split_task(task, by=request.user, **form.cleaned_data))):
        messages.success(request, _("The task is split. This is the new one."))
        return redirect(made[0])
    return render(request, "tasks/task_split.html", {"form": form, "task": task, "plan": task.plan})


def task_merge(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose the second task, then see both beside one another and write what stays."""
    task = _task(request, pk)
    require(request.user, "task.change", task)
    others = Task.objects.visible_to(request.user).filter(plan=task.plan).exclude(pk=task.pk).order_by("number")
    asked = request.POST.get("task") or request.GET.get("task", "")
    context = {"task": task, "plan": task.plan, "others": others}
    if not asked:
        return render(request, "tasks/task_merge.html", context)
    other = get_object_or_404(others, pk=number(asked))
    form = MergeForm(request.POST or None, task=task, other=other)
    if form.is_valid() and accepted(form, lambda: merge_tasks(task, other, by=request.user, **form.merged())):
        messages.success(request, _("The two tasks are one."))
        return redirect(task)
    reasons = [reason for one, two in form.pairs if (reason := why_not_merged(one, two))]
    context |= {"other": other, "form": form, "reasons": reasons, "sides": [_side(task), _side(other)]}
    return render(request, "tasks/task_merge.html", context)


def _side(task: Task) -> dict[str, object]:
    """What is shown of one of the two."""
    return {
        "task": task,
        "milestones": task.milestones.order_by("quarter"),
        "targets": task.targets.order_by("pk"),
    }


def _task(request: HttpRequest, pk: int) -> Task:
    return get_object_or_404(Task.objects.visible_to(request.user).select_related("plan"), pk=pk)
