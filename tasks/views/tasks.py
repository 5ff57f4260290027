"""A task of the table."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _

from consortium.models import HistoryEntry
from consortium.permissions import require
from consortium.services.follow_ups import source_of

from ..forms import TaskForm
from ..lights import lights_of
from ..matrix import matrix
from ..measures import standings
from ..models import Plan, Task
from .pages import part_form, saved


def task_create(request: HttpRequest, pk: int) -> HttpResponse:
    plan = get_object_or_404(Plan.objects.visible_to(request.user), pk=pk)
    require(request.user, "task.add")
    form = TaskForm(request.POST or None, instance=Task(plan=plan), user=request.user)
    return saved(request, form, "tasks:task_detail") or part_form(request, form, _("New task"), None, back=plan)


def task_detail(request: HttpRequest, pk: int) -> HttpResponse:
    task = get_object_or_404(Task.objects.visible_to(request.user).for_matrix(), pk=pk)
    today = timezone.localdate()
    table = matrix(task.plan, [task], lights_of(task.milestones.all(), today), today)
    linked = Task.objects.visible_to(request.user).select_related("plan").order_by("plan__year")
    context = {
        "task": task,
        "earlier": task.continues_id and linked.filter(pk=task.continues_id).first(),
        "later": linked.filter(continues=task),
        "plan": task.plan,
        "cells": table.cells,
        "standings": standings(task),
        "phone": task.phone_for(request.user),
        "source": source_of(task, request.user),
        "history": HistoryEntry.objects.of(task),
    }
    return render(request, "tasks/task_detail.html", context)


def task_update(request: HttpRequest, pk: int) -> HttpResponse:
    task = get_object_or_404(Task.objects.visible_to(request.user).select_related("plan"), pk=pk)
    require(request.user, "task.change", task)
    form = TaskForm(request.POST or None, instance=task, user=request.user)
    return saved(request, form, "tasks:task_detail") or part_form(request, form, _("Edit task"), task, back=task)
