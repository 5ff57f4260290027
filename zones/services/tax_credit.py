"""The cultivation list and the surcharges, from which the reference amount of the credit is computed."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from consortium.models import User
from consortium.services import alone

from ..models import CultivationListing, SurchargeYear
from .rows import keep, save


@alone()
def save_listing(listing: CultivationListing, *, by: User) -> CultivationListing:
    """Put an enterprise on the list, or end that. Raises ValidationError by field."""
    if not listing.enterprise.is_enterprise:
        raise ValidationError({"listed_on": _("Choose an enterprise of the consortium.")})
    if listing.pk:
        keep(listing, "enterprise", "consortium")
    return save(listing, by=by)


@alone()
def save_surcharges(row: SurchargeYear, *, by: User) -> SurchargeYear:
    """Enter what an enterprise owes for a year, or put it right. Raises ValidationError by field."""
    if row.pk:
        keep(row, "enterprise", "consortium")
    return save(row, by=by)
