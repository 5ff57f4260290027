"""Quantified targets of a task: set, proposed from its texts, changed, taken out."""

from django.contrib import messages
from django.forms import formset_factory
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from consortium.forms import accepted
from consortium.permissions import require
from consortium.services import save_form
from consortium.views.pages import confirm_page

from ..forms import ProposalForm, TargetForm
from ..models import Target, Task
from ..quantities import quantities
from ..services import add_targets, remove_target
from .pages import part_form

Proposals = formset_factory(ProposalForm, extra=0)


def target_create(request: HttpRequest, pk: int) -> HttpResponse:
    task = _task(request, pk)
    require(request.user, "target.add")
    form = TargetForm(request.POST or None, instance=Target(task=task))
    if form.is_valid() and accepted(form, lambda: add_targets(task, [form.instance], by=request.user)):
        return redirect("tasks:task_detail", task.pk)
    return part_form(request, form, _("New target"), task, back=task)


def target_propose(request: HttpRequest, pk: int) -> HttpResponse:
    """The quantities that goal, explanation and milestones name; nothing is set before a person has looked."""
    task = _task(request, pk)
    require(request.user, "target.add")
    there = set(task.targets.values_list("name", flat=True))
    texts = [task.goal, task.explanation, *task.milestones.order_by("quarter").values_list("text", flat=True)]
    found = [one for one in quantities(texts) if one.name not in there]
    initial = [{"name": one.name, "kind": one.kind, "target": one.target, "unit": one.unit} for one in found]
    forms = Proposals(request.POST or None, initial=initial, prefix="proposal")
    if request.method == "POST" and forms.is_valid():
        taken = [form for form in forms if form.cleaned_data.get("take")]
        made: list[Target] = []
        if not taken:
            return redirect("tasks:task_detail", task.pk)
        if accepted(
            taken[0], lambda: made.extend(add_targets(task, [form.instance for form in taken], by=request.user))
        ):
            text = ngettext("%(count)s target is set.", "%(count)s targets are set.", len(made))
            messages.success(request, text % {"count": len(made)})
            return redirect("tasks:task_detail", task.pk)
    context = {"forms": forms, "task": task, "plan": task.plan}
    return render(request, "tasks/target_propose.html", context)


def target_update(request: HttpRequest, pk: int) -> HttpResponse:
    target = _target(request, pk)
    require(request.user, "target.change", target)
    form = TargetForm(request.POST or None, instance=target)
    if form.is_valid() and accepted(form, lambda: save_form(form, by=request.user)):
        return redirect("tasks:task_detail", target.task_id)
    remove_url = reverse("tasks:target_remove", args=[target.pk])
    return part_form(request, form, _("Edit target"), target.task, back=target.task, remove_url=remove_url)


def target_remove(request: HttpRequest, pk: int) -> HttpResponse:
    target = _target(request, pk)
    require(request.user, "target.change", target)
    return confirm_page(
        request,
        lambda: remove_target(target, by=request.user),
        heading=_("Take this target out?"),
        text=_("“%(target)s” is taken out of the task. One of which figures have been reported stays.")
        % {"target": target},
        label=_("Take out"),
        danger=True,
        back=target.task,
    )


def _task(request: HttpRequest, pk: int) -> Task:
    return get_object_or_404(Task.objects.visible_to(request.user).select_related("plan"), pk=pk)


def _target(request: HttpRequest, pk: int) -> Target:
    return get_object_or_404(Target.objects.visible_to(request.user).with_figures(), pk=pk)
