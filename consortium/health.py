"""What the ministry's notice asks a consortium to have (001), and since when it has it: computed from dates of records.

The apps above register in their ``health.py`` what they know of; the consortium's own needs stand here.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .models import Affiliation, CouncilSeat, Membership, Organization, Platform, User

Kind, Role = Organization.Kind, Affiliation.Role
Span = tuple[date, date | None]  # from, and the first day after it
MEMBERS, LEADS, ORGANS, PLATFORMS = range(4)
GROUPS = {
    MEMBERS: gettext_lazy("Members"),
    LEADS: gettext_lazy("Leading units"),
    ORGANS: gettext_lazy("Organs"),
    PLATFORMS: gettext_lazy("Platforms and bases"),
}
NEEDED = [
    Kind.PARK, Kind.SECONDARY_VOCATIONAL, Kind.HIGHER_VOCATIONAL, Kind.UNDERGRADUATE, Kind.ENTERPRISE, Kind.GOVERNMENT,
    Kind.INSTITUTE,
]  # fmt: skip
LEADING = {  # the notice: government (management committee) of the park, leading school, leading enterprise
    "park": (gettext_lazy("Park or its government"), [Kind.PARK, Kind.GOVERNMENT]),
    "school": (gettext_lazy("Leading school"), Kind.schools()),
    "enterprise": (gettext_lazy("Leading enterprise"), [Kind.ENTERPRISE]),
}


@dataclass(frozen=True)
class Need:
    """One thing that has to be there: its records as spans of days, where they open, and what to do without any."""

    group: int
    label: Any
    spans: Sequence[Span]
    url: str
    todo: Any

    def count_on(self, day: date) -> int:
        return sum(begins <= day and (ends is None or ends > day) for begins, ends in self.spans)

    def since(self, today: date) -> date | None:
        """From which day on it has been there without a gap until today; None when it is not there."""
        if not self.count_on(today):
            return None
        first = today
        for begins, ends in sorted(self.spans, key=lambda span: span[1] or date.max, reverse=True):
            if (ends is None or ends >= first) and begins < first:
                first = begins
        return first


NEEDS: list[Callable[[User], Iterator[Need]]] = []


def needs(find: Callable[[User], Iterator[Need]]) -> Callable[[User], Iterator[Need]]:
    """Register needs that a person sees; a constant number of queries."""
    NEEDS.append(find)
    return find


def needs_of(user: User) -> list[Need]:
    """All needs, by group, in the order in which they are registered."""
    return sorted((need for find in NEEDS for need in find(user)), key=lambda need: need.group)


def missing(found: list[Need], today: date) -> list[Need]:
    return [need for need in found if not need.count_on(today)]


def over_time(found: list[Need], today: date, quarters: int = 8) -> list[tuple[date, int]]:
    """How many of the needs were met at the ends of the last quarters, oldest first, and today."""
    days, year, month = [today], today.year, (today.month - 1) // 3 * 3 + 1
    for _number in range(quarters - 1):
        days.append(date.fromordinal(date(year, month, 1).toordinal() - 1))
        year, month = (year - 1, 10) if month == 1 else (year, month - 3)
    return [(day, sum(need.count_on(day) > 0 for need in found)) for day in reversed(days)]


@needs
def members(user: User) -> Iterator[Need]:
    """One query for all kinds and leads; a lead counts from the day on which it became a member."""
    rows = Membership.objects.visible_to(user).order_by()
    spans: dict[tuple[str, bool], list[Span]] = {}
    for kind, is_lead, begins, ends in rows.values_list("organization__kind", "is_lead", "joined_on", "left_on"):
        spans.setdefault((kind, is_lead), []).append((begins, ends))
    page = reverse("consortium:organization_list")
    for kind in NEEDED:
        of_kind = [*spans.get((kind, False), []), *spans.get((kind, True), [])]
        todo = _("Win a member of this kind, and enter its application or register it.")
        yield Need(MEMBERS, kind.label, of_kind, f"{page}?kind={kind.value}&now=true", todo)
    for label, kinds in LEADING.values():
        leading = [span for kind in kinds for span in spans.get((kind.value, True), [])]
        todo = _("Mark the member that leads: open it, choose Edit, tick Lead.")
        yield Need(LEADS, label, leading, f"{page}?is_lead=true&now=true", todo)


@needs
def office(user: User) -> Iterator[Need]:
    roles = Affiliation.objects.filter(consortium=user.affiliation.consortium_id, role=Role.SECRETARIAT)  # type: ignore[union-attr]
    spans: list[Span] = list(roles.order_by().values_list("started_on", "ended_on"))
    url = f"{reverse('consortium:person_list')}?role=secretariat"
    yield Need(ORGANS, _("Secretariat with people"), spans, url, _("Invite somebody as secretariat."))


@needs
def council(user: User) -> Iterator[Need]:
    """A council with seats of government, enterprises, schools and institutes; a seat counts while its term runs."""
    rows = CouncilSeat.objects.visible_to(user).order_by()
    spans: dict[str, list[Span]] = {}
    dates = ("side", "council__starts_on", "council__ends_on", "ended_on")
    for side, begins, term_ends, given_up in rows.values_list(*dates):
        ends = term_ends + timedelta(days=1)
        spans.setdefault(side, []).append((begins, min(ends, given_up) if given_up else ends))
    url = reverse("consortium:council_list")
    for side in CouncilSeat.Side:
        label = _("Council seats: %(side)s") % {"side": side.label}
        yield Need(ORGANS, label, spans.get(side, []), url, _("Give a member of this side a seat in the council."))


@needs
def platforms(user: User) -> Iterator[Need]:
    spans: dict[str, list[Span]] = {}
    rows = Platform.objects.visible_to(user).order_by()
    for kind, begins, ends in rows.values_list("kind", "since", "until"):
        spans.setdefault(kind, []).append((begins, ends))
    page = reverse("consortium:platform_list")
    for kind in Platform.Kind:
        todo = _("Enter it under platforms and bases once it works.")
        yield Need(PLATFORMS, kind.label, spans.get(kind, []), f"{page}?kind={kind.value}", todo)
