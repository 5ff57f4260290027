"""What a member's page shows of it beside its registration. The apps above register their parts, so that layers hold.

An app's ``member_parts.py`` is loaded when the program starts.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from .models import Agreement, Organization, User

SHOWN = 5  # records of one part; the list behind it has all


@dataclass(frozen=True)
class Record:
    """One line: a record with its address, and a word beside it."""

    label: str
    url: str
    note: str = ""


@dataclass(frozen=True)
class Part:
    """One kind of things that hang on a member: how many, the first of them, and where all of them are."""

    title: Any
    count: object
    url: str
    records: list[Record]


PARTS: list[Callable[[Organization, User], Iterator[Part]]] = []


def part(find: Callable[[Organization, User], Iterator[Part]]) -> Callable[[Organization, User], Iterator[Part]]:
    """Register a part: ``find`` answers what of the organization the user sees, nothing when it has none."""
    PARTS.append(find)
    return find


def parts_of(organization: Organization, user: User) -> list[Part]:
    return [one for find in PARTS for one in find(organization, user)]


@part
def agreements(organization: Organization, user: User) -> Iterator[Part]:
    rows = Agreement.objects.visible_to(user).filter(parties__organization=organization).order_by("-ends_on", "-pk")
    if count := rows.count():
        records = [
            Record(row.title, row.get_absolute_url(), f"{row.get_status_display()} {date_format(row.ends_on)}")
            for row in rows[:SHOWN]
        ]
        url = f"{reverse('consortium:agreement_list')}?organization={organization.pk}"
        yield Part(_("Agreements"), count, url, records)
