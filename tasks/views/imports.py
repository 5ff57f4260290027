"""A task table from a file: read, look, accept."""

from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from consortium.forms import accepted
from consortium.models import Organization, User
from consortium.permissions import require
from consortium.services import Refused
from consortium.services.scans import refuse_infected

from ..forms import ImportForm
from ..models import Plan, Target
from ..quantities import Quantity, quantities
from ..services import changes_of, import_plan, plan_of, state_of
from ..tables import TaskTable, as_plain, from_plain, read_table

PREVIEW_LASTS = 3600  # seconds; what was understood of a file travels, signed, in the page that asks for acceptance
SALT = "tasks.import"


def plan_import(request: HttpRequest) -> HttpResponse:
    require(request.user, "plan.add")
    form = ImportForm(
        request.POST or None,
        request.FILES or None,
        user=request.user,
        initial={"year": timezone.localdate().year},
    )
    if form.is_valid() and accepted(form, lambda: refuse_infected(form.cleaned_data["file"])):
        data = form.cleaned_data
        table = read_table(data["file"].read(), data["file"].name, data["year"])
        for sentence in table.errors:
            form.add_error("file", sentence)
        if not table.errors:
            plan = plan_of(table, consortium=request.user.affiliation.consortium, year=data["year"], by=request.user)
            asked = {
                "year": data["year"],
                "responsible": data["responsible"],
                "newer_than": state_of(plan) if plan else "",
            }
            if accepted(form, lambda: _import(request, table, dry_run=True, **asked)):
                context = {"plan": plan, "changes": changes_of(plan, table) if plan else []}
                context |= _preview(request, table, found_targets(table, plan, request.user), **asked)
                return render(request, "tasks/plan_preview.html", context)
    return render(request, "tasks/plan_import.html", {"form": form})


def found_targets(table: TaskTable, plan: Plan | None, reader: User) -> dict[int, list[Quantity]]:
    """By task number the quantities that its texts name, without those that the plan has as targets already."""
    there: dict[int, set[str]] = {}
    if plan:
        targets = Target.objects.visible_to(reader).filter(task__plan=plan)
        for number, name in targets.values_list("task__number", "name"):
            there.setdefault(number, set()).add(name)
    return {
        row.number: [
            one
            for one in quantities([row.goal, *(cell.text for cell in row.milestones.values())])
            if one.name not in there.get(row.number, ())
        ]
        for row in table.rows
    }


def _preview(
    request: HttpRequest,
    table: TaskTable,
    found: dict[int, list[Quantity]],
    *,
    year: int,
    responsible: Organization | None,
    newer_than: str,
) -> dict[str, Any]:
    """What was understood, task by task beside its rows in the file, and the signed copy that accepting sends back."""
    signed = {
        "user": request.user.pk,
        "table": as_plain(table),
        "year": year,
        "responsible": responsible and responsible.pk,
        "newer_than": newer_than,
    }
    blocks = [
        {
            "row": row,
            "original": table.original.of_task(row.number),
            "doubts": [doubt for doubt in table.doubts if doubt.task == row.number],
            "targets": [(f"{row.number}:{one.name}", one) for one in found[row.number]],
            "doubtful": {doubt.quarter for doubt in table.doubts if doubt.task == row.number},
        }
        for row in table.rows
    ]
    return {
        "table": table,
        "blocks": blocks,
        "doubts": [doubt for doubt in table.doubts if doubt.task is None],
        "year": year,
        "responsible": responsible,
        "signed": signing.dumps(signed, salt=SALT, compress=True),
        "target_count": sum(map(len, found.values())),
        "milestone_count": sum(len(row.milestones) for row in table.rows),
    }


@require_POST
def plan_accept(request: HttpRequest) -> HttpResponse:
    """Write what the preview showed."""
    require(request.user, "plan.add")
    try:
        payload = signing.loads(request.POST.get("signed", ""), salt=SALT, max_age=PREVIEW_LASTS)
    except signing.BadSignature:
        payload = {}
    if payload.get("user") != request.user.pk:
        messages.error(request, _("This preview is no longer valid. Choose the file again."))
        return redirect("tasks:plan_import")
    responsible = Organization.objects.visible_to(request.user).filter(pk=payload["responsible"]).first()
    table, asked = from_plain(payload["table"]), {"year": payload["year"], "newer_than": payload["newer_than"]}
    standing = plan_of(table, consortium=request.user.affiliation.consortium, year=payload["year"], by=request.user)
    ticked = set(request.POST.getlist("target"))
    targets = {
        number: [
            Target(name=one.name, kind=one.kind, target=one.target, unit=one.unit)
            for one in found
            if f"{number}:{one.name}" in ticked
        ]
        for number, found in found_targets(table, standing, request.user).items()
    }
    try:
        plan, _is_new = _import(request, table, responsible=responsible, targets=targets, **asked)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("tasks:plan_import")
    return redirect("tasks:plan_detail", plan.pk)


def _import(request: HttpRequest, table: TaskTable, **asked: Any) -> Any:
    return import_plan(table, consortium=request.user.affiliation.consortium, by=request.user, **asked)
