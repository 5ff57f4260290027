from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ..filters.members import OrganizationFilter
from ..forms.members import ContactForm, MembershipForm, OrganizationForm
from ..industries import DIVISIONS
from ..lists import Column, list_page
from ..member_parts import parts_of
from ..models import Contact, HistoryEntry, Organization
from ..permissions import require
from ..services import members
from ..services.member_plan import LABELS
from .pages import form_page

SUGGESTED = 12


def organization_list(request: HttpRequest) -> HttpResponse:
    """What it exports, the import of members reads again unchanged: the same columns, with the same heads."""
    columns = [
        Column(LABELS["name"], "name", sort="pinyin"),
        Column(LABELS["kind"], "get_kind_display", sort="kind"),
        Column(LABELS["credit_code"], "credit_code", sort="credit_code"),
        Column(LABELS["industry"], _industry, sort="industry"),
        Column(LABELS["size"], "get_size_display", sort="size", in_list=False),
        Column(LABELS["park"], lambda row: row.park.name if row.park else "", in_list=False),
        Column(LABELS["is_lead"], lambda row: _("Yes") if row.is_lead else "", sort="is_lead"),
        Column(LABELS["joined_on"], "joined_on", sort="joined_on"),
        Column(LABELS["left_on"], "left_on", sort="left_on"),
        Column(LABELS["left_reason"], "left_reason", in_list=False),
        Column(LABELS["tags"], "tags"),
    ]
    rows = Organization.objects.visible_to(request.user).with_membership(request.user)
    return list_page(
        request,
        filterset=OrganizationFilter,
        queryset=rows.select_related("park"),
        columns=columns,
        template="consortium/organization_list.html",
        tally="kind",
    )


def _industry(organization: Organization) -> str:
    return f"{organization.industry} {DIVISIONS[organization.industry]}" if organization.industry else ""


def organization_suggest(request: HttpRequest) -> HttpResponse:
    """Members that fit what somebody types in a field, whatever that is called, as choices of the field."""
    text = next(iter(request.GET.values()), "").strip()
    found = Organization.objects.visible_to(request.user).suggested(text, SUGGESTED) if text else []
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
            "contacts": list(organization.contacts.visible_to(request.user)),
            "parts": parts_of(organization, request.user),
            "history": HistoryEntry.objects.of(organization, membership),
        },
    )


def organization_create(request: HttpRequest) -> HttpResponse:
    require(request.user, "organization.add")
    form = OrganizationForm(request.POST or None, user=request.user)
    membership_form = MembershipForm(request.POST or None)
    if all([form.is_valid(), membership_form.is_valid()]):  # the mistakes of both at once
        organization = members.add_member(form, membership_form, by=request.user)
        return redirect("consortium:organization_detail", organization.pk)
    return render(request, "consortium/organization_form.html", {"form": form, "membership_form": membership_form})


def organization_update(request: HttpRequest, pk: int) -> HttpResponse:
    organization = get_object_or_404(Organization.objects.visible_to(request.user), pk=pk)
    require(request.user, "organization.change", organization)
    membership = organization.memberships.get(consortium=request.user.affiliation.consortium_id)
    form = OrganizationForm(request.POST or None, instance=organization, user=request.user)
    membership_form = MembershipForm(request.POST or None, instance=membership)
    if all([form.is_valid(), membership_form.is_valid()]):
        members.change_member(form, membership_form, by=request.user)
        return redirect("consortium:organization_detail", organization.pk)
    context = {"form": form, "membership_form": membership_form, "organization": organization}
    return render(request, "consortium/organization_form.html", context)


# --- further contacts -------------------------------------------------------------------------------------------------
def contact_create(request: HttpRequest, pk: int) -> HttpResponse:
    organization = get_object_or_404(Organization.objects.visible_to(request.user), pk=pk)
    require(request.user, "contact.add", organization)
    form = ContactForm(request.POST or None, instance=Contact(organization=organization))
    return _contact_page(request, form, _("New contact"))


def contact_update(request: HttpRequest, pk: int) -> HttpResponse:
    contact = get_object_or_404(Contact.objects.visible_to(request.user).select_related("organization"), pk=pk)
    require(request.user, "contact.change", contact)
    return _contact_page(request, ContactForm(request.POST or None, instance=contact), _("Edit the contact"))


@require_POST
def contact_remove(request: HttpRequest, pk: int) -> HttpResponse:
    contact = get_object_or_404(Contact.objects.visible_to(request.user).select_related("organization"), pk=pk)
    require(request.user, "contact.change", contact)
    members.remove_contact(contact, by=request.user)
    return redirect(contact.organization)


def _contact_page(request: HttpRequest, form: ContactForm, heading: str) -> HttpResponse:
    organization = form.instance.organization

    def save() -> Organization:
        members.save_contact(form.instance, by=request.user)
        return organization

    crumbs = [(reverse("consortium:organization_list"), _("Members")), (organization.get_absolute_url(), organization)]
    return form_page(request, form, save, heading=heading, crumbs=crumbs)
