"""The 30 % credit of an enterprise on the cultivation list, year by year. For reference, not a tax ruling.

Source: Caishui 2019 No. 46, item 1, in force from 2019: 30 % of the year's investment in vocational education may be
set off against that year's education surcharge and local education surcharge; what is not used is carried over.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Q, Sum
from django.urls import reverse
from django.utils.http import urlencode

from consortium.models import Organization, User

from .models import Contribution, CultivationListing, SurchargeYear, Verified

SHARE = Decimal("0.30")
FIRST_YEAR = 2019


@dataclass(frozen=True)
class CreditYear:
    """All amounts in yuan. ``due`` is None while nobody has entered the year's surcharges; from then on ``reference``
    and ``left`` are None too, because how much was used cannot be known."""

    year: int
    investment: Decimal
    earned: Decimal  # 30 % of the investment, half up to the fen
    carried: Decimal | None  # left from the years before
    due: Decimal | None
    url: str  # the verified contributions that count
    surcharges: SurchargeYear | None

    @property
    def reference(self) -> Decimal | None:
        """min(carried over + 30 % of the year's investment, the surcharges due)."""
        return None if self.carried is None or self.due is None else min(self.carried + self.earned, self.due)

    @property
    def left(self) -> Decimal | None:
        """What is carried into the next year."""
        return None if self.carried is None or self.reference is None else self.carried + self.earned - self.reference


@dataclass(frozen=True)
class TaxCredit:
    listing: CultivationListing
    years: list[CreditYear]

    @property
    def last(self) -> CreditYear | None:
        return self.years[-1] if self.years else None


def tax_credit(enterprise: Organization, year: int, user: User) -> TaxCredit | None:
    """From the year in which it came onto the list, 2019 at the earliest, up to ``year`` or the one in which it left.

    Counted are verified contributions that qualify, given while it was on the list. None when ``user`` sees no place
    on the list: these are matters of the enterprise and the consortium's offices.
    """
    listing = CultivationListing.objects.visible_to(user).filter(enterprise=enterprise).first()
    if listing is None:
        return None
    first = max(listing.listed_on.year, FIRST_YEAR)
    last = min(year, listing.removed_on.year) if listing.removed_on else year
    on_the_list = Q(date__gte=listing.listed_on)
    if listing.removed_on:
        on_the_list &= Q(date__lte=listing.removed_on)
    rows = Contribution.objects.visible_to(user).verified().filter(on_the_list, enterprise=enterprise, qualifies=True)
    invested = dict(rows.order_by().values_list("date__year").annotate(Sum("amount")))
    surcharges = {row.year: row for row in SurchargeYear.objects.visible_to(user).filter(enterprise=enterprise)}
    carried: Decimal | None = Decimal(0)
    years = []
    for number in range(first, last + 1):
        row = surcharges.get(number)
        investment = invested.get(number, Decimal(0))
        earned = (investment * SHARE).quantize(Decimal("0.01"), ROUND_HALF_UP)
        found = CreditYear(number, investment, earned, carried, row and row.due, _url(enterprise, number), row)
        years.append(found)
        carried = found.left
    return TaxCredit(listing, years)


def _url(enterprise: Organization, year: int) -> str:
    asked: dict[str, str | int] = {
        "year": year,
        "status": Verified.Status.VERIFIED,
        "enterprise": enterprise.pk,
        "qualifies": "true",
    }
    return f"{reverse('zones:contribution_list')}?{urlencode(asked)}"
