"""What the pages of plans, tasks and milestones share."""

from typing import Any

from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from consortium.forms import accepted
from consortium.services import save_form

from ..models import Milestone, Plan, Task


def number(text: str) -> int:
    """A number out of an address or a form; 0, which is nobody's, for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def part_form(
    request: HttpRequest,
    form: ModelForm,
    heading: str,
    task: Task | None,
    *,
    back: Plan | Task | Milestone,
    **more: Any,
) -> HttpResponse:
    """The form of a task, or of a milestone or target of ``task``; cancelling leads ``back``."""
    plan = task.plan if task else back
    context = {"form": form, "heading": heading, "task": task, "plan": plan, "cancel_url": back.get_absolute_url()}
    return render(request, "tasks/part_form.html", context | more)


def saved(request: HttpRequest, form: ModelForm, route: str) -> HttpResponse | None:
    """Save a sent, valid form and go to the record's page; None when there is still something to fill in."""
    if form.is_valid() and accepted(
        form, lambda: save_form(form, by=request.user, reason=form.cleaned_data.get("reason", ""))
    ):
        return redirect(route, form.instance.pk)
    return None
