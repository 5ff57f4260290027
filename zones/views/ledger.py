from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from consortium.models import Affiliation, Organization
from consortium.permissions import require

from .. import services
from ..forms.rates import HourlyRateForm
from ..ledger import ledger
from ..models import HourlyRate
from ..tax_credit import tax_credit
from ..typesetting import ledger_pdf
from .pages import asked_year, form_page


def enterprise_ledger(request: HttpRequest, pk: int) -> HttpResponse:
    """What an enterprise gave and received in the year of the address, or in this one."""
    enterprise = get_enterprise(request, pk, "organization.ledger")
    this_year = timezone.localdate().year
    year = asked_year(request, this_year)
    context = {
        "enterprise": enterprise,
        "year": year,
        "years": range(this_year, this_year - 5, -1),
        "ledger": ledger(enterprise, year, request.user),
        "credit": tax_credit(enterprise, year, request.user),
        "in_own_zones": request.user.affiliation.role == Affiliation.Role.COLLEGE_ADMIN,
    }
    return render(request, "zones/enterprise_ledger.html", context)


def enterprise_ledger_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The same on paper, with places for the seals."""
    enterprise = get_enterprise(request, pk, "organization.ledger")
    now = timezone.now()
    year = asked_year(request, timezone.localdate(now).year)
    name = f"企业投入产出表-{enterprise.name}-{year}.pdf"
    headers = {"Content-Disposition": content_disposition_header(as_attachment=True, filename=name)}
    pdf = ledger_pdf(enterprise, year, request.user, now)
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)


def get_enterprise(request: HttpRequest, pk: int, act: str) -> Organization:
    """The enterprise as the person who asks sees it, or 404; 403 without the right to ``act`` on it."""
    enterprise = get_object_or_404(Organization.objects.visible_to(request.user), pk=pk)
    require(request.user, act, enterprise)
    return enterprise


def hourly_rate_create(request: HttpRequest, pk: int) -> HttpResponse:
    enterprise = get_enterprise(request, pk, "hourly_rate.add")
    rate = HourlyRate(enterprise=enterprise, consortium=request.user.affiliation.consortium)
    return _rate_page(request, rate, _("Agree an hourly rate"))


def hourly_rate_update(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a rate right, or end it."""
    rates = HourlyRate.objects.visible_to(request.user).select_related("enterprise")
    rate = get_object_or_404(rates, pk=pk)
    require(request.user, "hourly_rate.change", rate)
    return _rate_page(request, rate, _("Change or end the hourly rate"))


def _rate_page(request: HttpRequest, rate: HourlyRate, heading: str) -> HttpResponse:
    form = HourlyRateForm(request.POST or None, instance=rate)

    def save() -> Any:
        return services.save_hourly_rate(rate, by=request.user)

    return form_page(request, form, save, heading=f"{heading} · {rate.enterprise}", cancel_url=rate.get_absolute_url())
