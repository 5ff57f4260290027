"""What the apps above show on a zone's page: they register it here, so that layers hold.

An app's ``zone_cards.py`` is loaded when the program starts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from consortium.models import User

from .models import Zone


@dataclass(frozen=True)
class Card:
    """A template of the app that shows it, and what the template calls ``card``."""

    template: str
    context: dict[str, Any]


CARDS: list[Callable[[Zone, User], Card]] = []


def zone_card(find: Callable[[Zone, User], Card]) -> Callable[[Zone, User], Card]:
    """Register a card of a zone as far as a person sees it. It takes one query."""
    CARDS.append(find)
    return find


def cards_of(zone: Zone, user: User) -> list[Card]:
    return [find(zone, user) for find in CARDS]
