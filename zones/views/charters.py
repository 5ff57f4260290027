from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from consortium.models import HistoryEntry
from consortium.permissions import may, require

from .. import services
from ..forms import CharterForm
from ..models import Zone, ZoneCharter
from .pages import form_page


def charter_list(request: HttpRequest, pk: int) -> HttpResponse:
    """The versions, newest first, and two of them compared: the ones asked for, or the newest with the one before."""
    zone = get_object_or_404(Zone.objects.visible_to(request.user), pk=pk)
    versions = list(zone.charters.for_list())
    by_number = {str(version.number): version for version in versions}
    new = by_number.get(request.GET.get("new", "")) or next(iter(versions), None)
    old = by_number.get(request.GET.get("old", "")) or next(
        (one for one in versions if new and one.number < new.number), None
    )
    context = {
        "zone": zone,
        "versions": versions,
        "in_force": next((one for one in versions if one.agreed_on), None),
        "can_add": may(request.user, "charter.add", zone) and (not versions or versions[0].agreed_on),
        "old": old,
        "new": new,
        "lines": services.compare(old.text, new.text) if old and new else [],
    }
    return render(request, "zones/charter_list.html", context)


def charter_detail(request: HttpRequest, pk: int) -> HttpResponse:
    charter = _get(request, pk)
    affiliation = request.user.affiliation
    of_college = affiliation.organization_id == charter.zone.college_id
    side_on = charter.college_on if of_college else charter.enterprise_on
    context = {
        "charter": charter,
        "zone": charter.zone,
        "can_change": not charter.agreed_on and may(request.user, "charter.change", charter),
        "can_agree": side_on is None and may(request.user, "charter.agree", charter),
        # an enterprise does not read who signed for a rival
        "sees_enterprise": not affiliation.sees_own_enterprise_only
        or charter.enterprise_id == affiliation.organization_id,
        "history": HistoryEntry.objects.of(charter),
    }
    return render(request, "zones/charter_detail.html", context)


def charter_create(request: HttpRequest, pk: int) -> HttpResponse:
    """A new version begins with the text of the newest."""
    zone = get_object_or_404(Zone.objects.visible_to(request.user), pk=pk)
    charter = ZoneCharter(zone=zone)
    require(request.user, "charter.add", charter)
    newest = zone.charters.order_by("-number").first()
    form = CharterForm(request.POST or None, instance=charter, initial={"text": newest.text if newest else ""})
    return _form_page(request, form, charter, _("New version of the zone charter"), zone)


def charter_update(request: HttpRequest, pk: int) -> HttpResponse:
    charter = _get(request, pk)
    require(request.user, "charter.change", charter)
    form = CharterForm(request.POST or None, instance=charter)
    return _form_page(request, form, charter, _("Change the zone charter"), charter)


@require_POST
def charter_agree(request: HttpRequest, pk: int) -> HttpResponse:
    charter = _get(request, pk)
    services.agree(charter, stamp=request.POST.get("stamp", ""), by=request.user, now=timezone.now())
    messages.success(request, _("You have agreed for your side."))
    return redirect(charter)


def _get(request: HttpRequest, pk: int) -> ZoneCharter:
    return get_object_or_404(ZoneCharter.objects.visible_to(request.user).for_list(), pk=pk)


def _form_page(request: HttpRequest, form: CharterForm, charter: ZoneCharter, heading: Any, back: Any) -> HttpResponse:
    return form_page(
        request,
        form,
        lambda: services.save_charter(charter, by=request.user, now=timezone.now()),
        heading=heading,
        back=back,
    )
