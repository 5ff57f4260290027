"""A task table from a file: read, look, accept."""

import dataclasses
from datetime import date
from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from consortium.forms import accepted
from consortium.models import Organization
from consortium.permissions import require

from ..forms import ImportForm
from ..services import import_plan
from ..tables import TaskTable, read_table, table_from_dict

PREVIEW_LASTS = 3600  # seconds; what was understood of a file travels, signed, in the page that asks for acceptance


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
