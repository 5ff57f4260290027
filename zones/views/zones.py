from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consortium.lists import Column, list_page
from consortium.models import HistoryEntry
from consortium.permissions import require

from .. import services
from ..facts import zone_facts
from ..filters import ZoneFilter
from ..forms import EndForm, PartnerForm, ZoneForm
from ..models import Zone, ZonePartner
from ..zone_cards import cards_of
from .pages import form_page, move_page, next_states


def zone_list(request: HttpRequest) -> HttpResponse:
    columns = [
        Column(_("Zone"), "name", sort="name"),
        Column(_("Code"), "code", sort="code"),
        Column(_("Form"), "get_form_display", sort="form"),
        Column(_("College"), "college.name", sort="college__name"),
        Column(_("Department"), "department.name", sort="department__name"),
        Column(_("Partner enterprises"), "partner_names"),
        Column(_("Established on"), "established_on", sort="established_on"),
        Column(_("State"), "get_status_display", sort="status"),
    ]
    rows = Zone.objects.visible_to(request.user).for_list(request.user)
    return list_page(
        request,
        filterset=ZoneFilter,
        queryset=rows,
        columns=columns,
        template="zones/zone_list.html",
        tally="status",
    )


def zone_detail(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Zone.objects.visible_to(request.user).select_related("college", "department", "head")
    zone = get_object_or_404(rows.annotate(last_closed=Max("closed_months__month")), pk=pk)
    context = {
        "zone": zone,
        "next_states": next_states(zone),
        "cards_above": cards_of(zone, request.user),
        **zone_facts(zone, request.user, timezone.localdate()),
    }
    return render(request, "zones/zone_detail.html", context)


def zone_records(request: HttpRequest, pk: int) -> HttpResponse:
    """The files of a zone, and what was changed in it by whom."""
    zone = get_object_or_404(Zone.objects.visible_to(request.user), pk=pk)
    return render(request, "zones/zone_records.html", {"zone": zone, "history": HistoryEntry.objects.of(zone)})


def zone_create(request: HttpRequest) -> HttpResponse:
    require(request.user, "zone.add")
    affiliation = request.user.affiliation
    zone = Zone(consortium=affiliation.consortium, college=affiliation.organization)
    form = ZoneForm(request.POST or None, instance=zone)
    return form_page(request, form, lambda: services.save_zone(zone, by=request.user), heading=_("New zone"))


def zone_update(request: HttpRequest, pk: int) -> HttpResponse:
    zone = get_object_or_404(Zone.objects.visible_to(request.user), pk=pk)
    require(request.user, "zone.change", zone)
    form = ZoneForm(request.POST or None, instance=zone)
    return form_page(
        request, form, lambda: services.save_zone(zone, by=request.user), heading=_("Edit zone"), back=zone
    )


def zone_move(request: HttpRequest, pk: int, to: str) -> HttpResponse:
    zone = get_object_or_404(Zone.objects.visible_to(request.user), pk=pk)
    require(request.user, "zone.move", zone)
    return move_page(request, zone, to, step=services.move_zone)


def partner_add(request: HttpRequest, pk: int) -> HttpResponse:
    zone = get_object_or_404(Zone.objects.visible_to(request.user), pk=pk)
    require(request.user, "zone.change", zone)
    form = PartnerForm(request.POST or None, zone=zone, user=request.user)
    return form_page(
        request,
        form,
        lambda: services.add_partner(zone, **form.cleaned_data, by=request.user),
        heading=_("Add a partner enterprise"),
        back=zone,
    )


def partner_end(request: HttpRequest, pk: int) -> HttpResponse:
    partner = get_object_or_404(ZonePartner.objects.visible_to(request.user).select_related("zone"), pk=pk)
    require(request.user, "zone.change", partner.zone)
    form = EndForm(request.POST or None, initial={"on": timezone.localdate()})
    return form_page(
        request,
        form,
        lambda: services.end_partner(partner, until=form.cleaned_data["on"], by=request.user),
        heading=_("End the partnership with %(enterprise)s") % {"enterprise": partner.enterprise},
        back=partner.zone,
        label=_("End partnership"),
    )
