"""What a whole consortium is measured by: the needs of its health page, and the zones' measures over all its zones."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from consortium import health
from consortium.models import User
from zones.models import Zone

from .registry import MEASURES, Measure


@dataclass(frozen=True)
class Behind:
    """Records behind a figure: what they are, how many, and the page that lists them; "" when there is none."""

    label: Any
    figure: Decimal | int
    url: str


@dataclass(frozen=True)
class Fact:
    """``read`` gives a consortium's figure of a year as it stands on a day, and the records behind it."""

    label: Any
    unit: Any
    read: Callable[[User, int, date], tuple[Decimal, list[Behind]]]


def _needs(group: int) -> Callable[[User, int, date], tuple[Decimal, list[Behind]]]:
    """How many of the needs of this group of the health page were met on the day."""

    def read(user: User, year: int, day: date) -> tuple[Decimal, list[Behind]]:
        found = [need for need in health.needs_of(user) if need.group == group]
        behind = [Behind(need.label, need.count_on(day), need.url) for need in found]
        return Decimal(sum(one.figure > 0 for one in behind)), behind

    return read


def _together(measure: Measure) -> Callable[[User, int, date], tuple[Decimal, list[Behind]]]:
    def read(user: User, year: int, day: date) -> tuple[Decimal, list[Behind]]:
        figure = measure.together(Zone.objects.visible_to(user), year)
        asked = "&".join(f"{name}={text.format(year=year)}" for name, text in measure.asked.items())
        return figure, [Behind(measure.label, figure, f"{reverse(measure.page)}?{asked}" if measure.page else "")]

    return read


ITEMS = _("of those asked for")
FACTS: dict[str, Fact] = {
    "needs_members": Fact(_("Kinds of members that are there"), ITEMS, _needs(health.MEMBERS)),
    "needs_leads": Fact(_("Leading units that are there"), ITEMS, _needs(health.LEADS)),
    "needs_organs": Fact(_("Sides in the council, and a secretariat, that are there"), ITEMS, _needs(health.ORGANS)),
    "needs_platforms": Fact(_("Kinds of platforms and bases that are there"), ITEMS, _needs(health.PLATFORMS)),
    **{name: Fact(measure.label, measure.unit, _together(measure)) for name, measure in MEASURES.items()},
}
