from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from ..filters.members import OrganizationFilter
from ..forms.members import MembershipForm, OrganizationForm
from ..lists import Column, list_page
from ..models import HistoryEntry, Organization
from ..permissions import require
from ..services import save_form
from ..services.members import add_member

SUGGESTED = 12


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
        tally="kind",
    )


def organization_suggest(request: HttpRequest) -> HttpResponse:
    """Members that fit what somebody types in a field, whatever that is called, as choices of the field."""
    text = next(iter(request.GET.values()), "").strip()
    found = Organization.objects.visible_to(request.user).search(text)[:SUGGESTED] if text else []
    return render(request, "consortium/_suggested.html", {"found": found})


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
            "can_open_people": request.user.affiliation.sees_people_of(organization),
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
