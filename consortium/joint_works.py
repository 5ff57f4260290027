"""The ten joint works of each school and enterprise (002): computed from records, never ticked by hand.

What covers a work is a record that one can open. Every app registers in its ``joint_works.py`` how its records cover
what; agreements do it here.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db.models import QuerySet

from .models import Agreement, AgreementParty, AgreementWork, JointWork, Organization, User


class Pair(NamedTuple):
    """The keys of a school and an enterprise that work together."""

    school: int
    enterprise: int


@dataclass(frozen=True)
class Cover:
    """One record of a pair: what it is called, where it opens, and which joint work it shows, if any."""

    pair: Pair
    work: JointWork | None
    label: str
    url: str


@dataclass
class Cooperation:
    """A school and an enterprise with what covers each of the ten works."""

    school: Organization
    enterprise: Organization
    covers: dict[JointWork, list[Cover]] = field(default_factory=dict)

    @property
    def done(self) -> int:
        """How many of the ten works have a record."""
        return sum(bool(self.covers.get(work)) for work in JointWork)

    @property
    def works(self) -> list[tuple[JointWork, list[Cover]]]:
        return [(work, self.covers.get(work, [])) for work in JointWork]


COVERS: list[Callable[[User], Iterator[Cover]]] = []


def covers(find: Callable[[User], Iterator[Cover]]) -> Callable[[User], Iterator[Cover]]:
    """Register records of pairs as far as a person sees them. The number of queries must not grow with the rows."""
    COVERS.append(find)
    return find


def cooperations(user: User) -> list[Cooperation]:
    """All pairs that ``user`` sees, by the names of school and enterprise, each with its covers."""
    found = [cover for find in COVERS for cover in find(user)]
    ids = {key for cover in found for key in cover.pair}
    members = {row.pk: row for row in Organization.objects.visible_to(user).filter(pk__in=ids)}
    rows: dict[Pair, Cooperation] = {}
    for cover in found:
        school, enterprise = (members.get(key) for key in cover.pair)
        if school is None or enterprise is None:
            continue
        row = rows.setdefault(cover.pair, Cooperation(school, enterprise))
        if cover.work:
            row.covers.setdefault(cover.work, []).append(cover)
    return sorted(rows.values(), key=lambda row: (row.school.name, row.enterprise.name))


@covers
def agreed(user: User) -> Iterator[Cover]:
    """Schools and enterprises that are parties to one signed agreement, and what it covers while it is in force."""
    agreements = Agreement.objects.visible_to(user).exclude(status__in=["draft", "in_approval"])
    works: dict[int, list[JointWork | None]] = {}
    signed = AgreementWork.objects.filter(agreement__in=agreements, agreement__status=Agreement.Status.SIGNED)
    for number, name in signed.order_by("pk").values_list("agreement", "work"):
        works.setdefault(number, []).append(JointWork(name))
    for agreement, (schools, enterprises) in _sides(agreements):
        for work in works.get(agreement.pk, [None]):
            for school in schools:
                for enterprise in enterprises:
                    yield Cover(Pair(school, enterprise), work, agreement.title, agreement.get_absolute_url())


def _sides(agreements: QuerySet[Agreement]) -> Iterator[tuple[Agreement, tuple[list[int], list[int]]]]:
    """Each agreement with the keys of its schools and of its enterprises."""
    parties = AgreementParty.objects.filter(agreement__in=agreements).select_related("agreement", "organization")
    sides: dict[Agreement, tuple[list[int], list[int]]] = {}
    for party in parties.order_by("agreement", "number"):
        schools, enterprises = sides.setdefault(party.agreement, ([], []))
        if party.organization.is_enterprise:
            enterprises.append(party.organization_id)
        elif party.organization.kind in Organization.Kind.schools():
            schools.append(party.organization_id)
    return iter(sides.items())
