import os
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from kombu import Connection
from kombu.exceptions import OperationalError

from .filters import OrganizationFilter
from .forms import MembershipForm, OrganizationForm
from .lists import Column, list_page
from .models import HistoryEntry, Organization
from .permissions import require
from .services import add_member, save_form


def organization_list(request: HttpRequest) -> HttpResponse:
    columns = [
        Column(_("Organization"), "name", sort="name"),
        Column(_("Kind"), "get_kind_display", sort="kind"),
        Column(_("Credit code"), "credit_code", sort="credit_code"),
        Column(_("Lead"), lambda row: _("Yes") if row.is_lead else "", sort="is_lead"),
        Column(_("Joined on"), "joined_on", sort="joined_on"),
        Column(_("Left on"), "left_on", sort="left_on"),
    ]
    return list_page(
        request,
        filterset=OrganizationFilter,
        queryset=Organization.objects.visible_to(request.user).with_membership(request.user),
        columns=columns,
        template="consortium/organization_list.html",
    )


def organization_detail(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Organization.objects.visible_to(request.user).with_membership(request.user)
    organization = get_object_or_404(rows, pk=pk)
    membership = organization.memberships.get(consortium=request.user.affiliation.consortium_id)
    people = organization.affiliations.visible_to(request.user).in_force().select_related("user").order_by("pk")
    return render(
        request,
        "consortium/organization_detail.html",
        {
            "organization": organization,
            "membership": membership,
            "departments": organization.departments.all(),
            "people": people,
            "history": HistoryEntry.objects.of(organization, membership),
        },
    )


def organization_create(request: HttpRequest) -> HttpResponse:
    require(request.user, "organization.add")
    form = OrganizationForm(request.POST or None)
    membership_form = MembershipForm(request.POST or None)
    if all([form.is_valid(), membership_form.is_valid()]):  # the mistakes of both at once
        organization = add_member(form, membership_form, by=request.user)
        return redirect("consortium:organization_detail", organization.pk)
    return render(request, "consortium/organization_form.html", {"form": form, "membership_form": membership_form})


def organization_update(request: HttpRequest, pk: int) -> HttpResponse:
    organization = get_object_or_404(Organization.objects.visible_to(request.user), pk=pk)
    require(request.user, "organization.change", organization)
    membership = organization.memberships.get(consortium=request.user.affiliation.consortium_id)
    form = OrganizationForm(request.POST or None, instance=organization)
    membership_form = MembershipForm(request.POST or None, instance=membership)
    if all([form.is_valid(), membership_form.is_valid()]):
        with transaction.atomic():
            save_form(form, by=request.user)
            save_form(membership_form, by=request.user)
        return redirect("consortium:organization_detail", organization.pk)
    context = {"form": form, "membership_form": membership_form, "organization": organization}
    return render(request, "consortium/organization_form.html", context)


@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """Alive: the process answers."""
    return JsonResponse({"status": "ok"})


@login_not_required
def readyz(request: HttpRequest) -> HttpResponse:
    """Ready: the database answers, its migrations are all applied, the broker answers, files can be kept."""
    checks = {
        "database": _database_answers(),
        "migrations": _migrations_applied(),
        "broker": _broker_answers(),
        "files": _files_can_be_kept(),
    }
    ready = all(checks.values())
    return JsonResponse({"status": "ok" if ready else "not ready", **checks}, status=200 if ready else 503)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _migrations_applied() -> bool:
    try:
        executor = MigrationExecutor(connection)
        return not executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return False


def _files_can_be_kept() -> bool:
    try:
        Path(settings.MEDIA_ROOT).mkdir(parents=True, exist_ok=True)  # before the first file there is none
    except OSError:
        return False
    return os.access(settings.MEDIA_ROOT, os.W_OK)


def _broker_answers() -> bool:
    try:
        options = getattr(settings, "CELERY_BROKER_TRANSPORT_OPTIONS", {})
        with Connection(settings.CELERY_BROKER_URL, transport_options=options, connect_timeout=2) as broker:
            broker.ensure_connection(max_retries=1, timeout=2)
    except (OperationalError, OSError):
        return False
    return True
