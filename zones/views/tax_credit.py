"""What the reference amount of the 30 % credit hangs on; the amount itself stands on the enterprise's one page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from consortium.permissions import require

from .. import services
from ..forms.tax_credit import ListingForm, SurchargeForm
from ..models import CultivationListing, SurchargeYear
from .ledger import get_enterprise
from .pages import form_page


def listing_create(request: HttpRequest, pk: int) -> HttpResponse:
    enterprise = get_enterprise(request, pk, "cultivation_listing.add")
    listing = CultivationListing(enterprise=enterprise, consortium=request.user.affiliation.consortium)
    return _listing_page(request, listing, _("Put on the cultivation list"))


def listing_update(request: HttpRequest, pk: int) -> HttpResponse:
    rows = CultivationListing.objects.visible_to(request.user).select_related("enterprise")
    listing = get_object_or_404(rows, pk=pk)
    require(request.user, "cultivation_listing.change", listing)
    return _listing_page(request, listing, _("Change or end the place on the cultivation list"))


def _listing_page(request: HttpRequest, listing: CultivationListing, heading: str) -> HttpResponse:
    form = ListingForm(request.POST or None, instance=listing)
    return form_page(
        request,
        form,
        lambda: services.save_listing(listing, by=request.user),
        heading=f"{heading} · {listing.enterprise}",
        cancel_url=listing.get_absolute_url(),
    )


def surcharge_create(request: HttpRequest, pk: int) -> HttpResponse:
    enterprise = get_enterprise(request, pk, "surcharge_year.add")
    row = SurchargeYear(enterprise=enterprise, consortium=request.user.affiliation.consortium)
    return _surcharge_page(request, row, _("Enter the surcharges of a year"))


def surcharge_update(request: HttpRequest, pk: int) -> HttpResponse:
    rows = SurchargeYear.objects.visible_to(request.user).select_related("enterprise")
    row = get_object_or_404(rows, pk=pk)
    require(request.user, "surcharge_year.change", row)
    heading = _("Put the surcharges of %(year)s right") % {"year": row.year}
    return _surcharge_page(request, row, heading)


def _surcharge_page(request: HttpRequest, row: SurchargeYear, heading: str) -> HttpResponse:
    initial = {"year": request.GET.get("year") or timezone.localdate().year}
    form = SurchargeForm(request.POST or None, instance=row, initial=initial)
    return form_page(
        request,
        form,
        lambda: services.save_surcharges(row, by=request.user),
        heading=f"{heading} · {row.enterprise}",
        cancel_url=row.enterprise.get_absolute_url(),
    )
