from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from consortium.models import Affiliation, Organization
from consortium.permissions import require

from ..ledger import ledger


def enterprise_ledger(request: HttpRequest, pk: int) -> HttpResponse:
    """What an enterprise gave and received in the year of the address, or in this one."""
    enterprise = get_object_or_404(Organization.objects.visible_to(request.user), pk=pk)
    require(request.user, "organization.ledger", enterprise)
    this_year = timezone.localdate().year
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isascii() and asked.isdigit() and 2000 <= int(asked[:6]) <= this_year else this_year
    context = {
        "enterprise": enterprise,
        "year": year,
        "years": range(this_year, this_year - 5, -1),
        "ledger": ledger(enterprise, year, request.user),
        "in_own_zones": request.user.affiliation.role == Affiliation.Role.COLLEGE_ADMIN,
    }
    return render(request, "zones/enterprise_ledger.html", context)
