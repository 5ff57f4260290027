"""A plan and other years: copied to the next one, and two of them beside one another."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from consortium.forms import accepted
from consortium.permissions import require

from ..forms import CopyForm
from ..models import Plan
from ..services import copy_plan, to_carry
from ..years import side_by_side
from .pages import number


def plan_copy(request: HttpRequest, pk: int) -> HttpResponse:
    """What would be carried over, to be looked at and changed; nothing is written before it is accepted."""
    plan = get_object_or_404(Plan.objects.visible_to(request.user), pk=pk)
    require(request.user, "plan.add")
    form = CopyForm(request.POST or None, plan=plan, carried=to_carry(plan))
    made: list[Plan] = []
    if form.is_valid() and accepted(form, lambda: made.append(copy_plan(plan, by=request.user, **form.asked()))):
        messages.success(request, _("The table of the next year is made. Fill in its milestones."))
        return redirect("tasks:plan_detail", made[0].pk)
    return render(request, "tasks/plan_copy.html", {"form": form, "plan": plan})


def plan_years(request: HttpRequest, pk: int) -> HttpResponse:
    """The plan beside another one: that of the year before from the same unit, or the one that is asked for."""
    plans = Plan.objects.visible_to(request.user)
    plan = get_object_or_404(plans, pk=pk)
    others = plans.exclude(pk=pk).order_by("-year", "unit")
    asked = request.GET.get("other", "")
    if asked:
        other = get_object_or_404(others, pk=number(asked))
    else:
        other = others.filter(unit=plan.unit, year__lt=plan.year).first() or others.filter(unit=plan.unit).last()
    context = {"plan": plan, "others": others, "other": other}
    if other:
        context["rows"] = side_by_side(plan, other, reader=request.user, today=timezone.localdate())
    return render(request, "tasks/plan_years.html", context)
