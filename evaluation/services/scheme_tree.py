"""A draft's tree, changed as a whole: names of groups and dimensions, weights, order, declared subtotals."""

import hashlib
import json
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import SequenceMatcher

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from consortium.models import User
from consortium.services import Refused, record, save_changes

from ..curves import plain
from ..models import Indicator, Scheme, Subtotal
from .schemes import only_draft


@dataclass
class Dimension:
    """Indicators in their order; ``subtotal`` is what the scheme's text says that they weigh, None when it does not."""

    name: str
    leaves: list[Indicator] = field(default_factory=list)
    subtotal: Decimal | None = None

    @property
    def weight(self) -> Decimal:
        return sum((row.weight for row in self.leaves), Decimal())


@dataclass
class Group:
    """Dimensions in their order; a group with one dimension of its own name is shown as one."""

    name: str
    dimensions: list[Dimension] = field(default_factory=list)
    subtotal: Decimal | None = None

    @property
    def weight(self) -> Decimal:
        return sum((one.weight for one in self.dimensions), Decimal())

    @property
    def is_plain(self) -> bool:
        return [(one.name, one.subtotal) for one in self.dimensions] == [(self.name, None)]


def tree_of(scheme: Scheme) -> list[Group]:
    """The scheme's tree as it is saved; groups and dimensions in the order of their first indicators."""
    groups: dict[str, Group] = {}
    dimensions: dict[tuple[str, str], Dimension] = {}

    def dimension(group: str, name: str) -> Dimension:
        if (group, name) not in dimensions:
            dimensions[group, name] = Dimension(name)
            groups.setdefault(group, Group(group)).dimensions.append(dimensions[group, name])
        return dimensions[group, name]

    for row in scheme.indicators.order_by("number"):
        dimension(row.group, row.dimension).leaves.append(row)
    for declared in scheme.subtotals.all():  # also of what has no indicator any more, so that it can be taken away
        if declared.dimension:
            dimension(declared.group, declared.dimension).subtotal = declared.weight
        else:
            if declared.group not in groups:
                dimension(declared.group, declared.group)
            groups[declared.group].subtotal = declared.weight
    return list(groups.values())


def stamp_of(tree: list[Group]) -> str:
    """What stands in the tree, as a short fingerprint: another one means that somebody has saved meanwhile."""
    said = [
        [group.name, str(group.subtotal), one.name, str(one.subtotal)]
        + [[row.pk, row.number, row.name, str(row.weight)] for row in one.leaves]
        for group in tree
        for one in group.dimensions
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]


@dataclass
class Entered:
    """What somebody wants of a dimension of the saved tree: its names, subtotals and indicators with their weights."""

    group: str
    group_subtotal: Decimal | None
    dimension: str
    subtotal: Decimal | None
    leaves: list[tuple[int, Decimal]]  # keys of indicators


@transaction.atomic
def save_tree(scheme: Scheme, entered: list[Entered], *, stamp: str, by: User) -> None:
    """Make a draft's tree what is ``entered``, a dimension of the saved tree each and in its order.

    The numbers of the scheme stay and are given out anew along the tree when the order has changed. A row of history
    for each name, weight, place and subtotal that really changed. Raises Refused when ``stamp`` is not of what is
    saved now.
    """
    only_draft(scheme)
    tree = tree_of(scheme)
    if stamp != stamp_of(tree):
        raise Refused(_("Somebody else has saved this scheme meanwhile."))
    before = [(group, one) for group in tree for one in group.dimensions]
    rows = {row.pk: row for _group, one in before for row in one.leaves}
    if sorted(key for one in entered for key, _weight in one.leaves) != sorted(rows) or len(entered) != len(before):
        raise Refused(_("Somebody else has saved this scheme meanwhile."))
    _rename(scheme, before, entered, by)
    _place(rows, before, entered, by)
    _number(scheme, list(rows.values()), [rows[key] for one in entered for key, _weight in one.leaves], by)
    for key, weight in (leaf for one in entered for leaf in one.leaves):
        if rows[key].kind == Indicator.Kind.WEIGHTED and rows[key].weight != weight:
            save_changes(rows[key], by=by, weight=weight)
    _declare(scheme, before, entered, by)


def _rename(scheme: Scheme, before: list[tuple[Group, Dimension]], entered: list[Entered], by: User) -> None:
    """A name is changed once for all indicators below it."""
    said = set()
    for (group, one), new in zip(before, entered, strict=True):
        if group.name != new.group and group.name not in said:
            said.add(group.name)
            record(scheme, by=by, what=gettext_noop("Group renamed"), old=group.name, new=new.group)
        if one.name != new.dimension and not group.is_plain:
            record(scheme, by=by, what=gettext_noop("Dimension renamed"), old=one.name, new=new.dimension)
        if (group.name, one.name) != (new.group, new.dimension):
            keys = [row.pk for row in one.leaves]
            Indicator.objects.filter(pk__in=keys).update(group=new.group, dimension=new.dimension)
            for row in one.leaves:
                row.group, row.dimension = new.group, new.dimension


def _place(rows: dict[int, Indicator], before: list[tuple[Group, Dimension]], entered: list[Entered], by: User) -> None:
    """Take indicators to other dimensions."""
    was = {row.pk: at for at, (_group, one) in enumerate(before) for row in one.leaves}
    for at, new in enumerate(entered):
        for key, _weight in new.leaves:
            if was[key] == at:
                continue
            old, rows[key].group, rows[key].dimension = rows[key].section, new.group, new.dimension
            Indicator.objects.filter(pk=key).update(group=new.group, dimension=new.dimension)
            record(rows[key], by=by, what="dimension", old=old, new=rows[key].section)


def _number(scheme: Scheme, old: list[Indicator], new: list[Indicator], by: User) -> None:
    """Give the scheme's numbers out along the new order. Remembered are those that were moved, not who made room."""
    if old == new:
        return
    numbers = sorted(row.number for row in old)
    changed = [(row, number) for row, number in zip(new, numbers, strict=True) if row.number != number]
    # a number stands once in a scheme: first out of the way, to numbers that nobody has
    for at, (row, _new) in enumerate(changed, start=numbers[-1] + 1):
        Indicator.objects.filter(pk=row.pk).update(number=at)
    stayed = {
        row.pk
        for block in SequenceMatcher(
            None, [row.pk for row in old], [row.pk for row in new], False
        ).get_matching_blocks()
        for row in old[block.a : block.a + block.size]
    }
    for row, number in changed:
        was, row.number = str(row), number
        Indicator.objects.filter(pk=row.pk).update(number=number)
        if row.pk not in stayed:
            record(scheme, by=by, what=gettext_noop("Order"), old=was, new=str(row))


def _declare(scheme: Scheme, before: list[tuple[Group, Dimension]], entered: list[Entered], by: User) -> None:
    """Write the subtotals that the scheme's text names; an empty one is none."""
    old: dict[tuple[str, str], Decimal | None] = {}
    new: dict[tuple[str, str], Decimal | None] = {}
    names: dict[tuple[str, str], tuple[str, str]] = {}
    for (group, one), said in zip(before, entered, strict=True):
        for was, now, weight_was, weight in (
            ((group.name, ""), (said.group, ""), group.subtotal, said.group_subtotal),
            ((group.name, one.name), (said.group, said.dimension), one.subtotal, said.subtotal),
        ):
            old[now], new[now], names[now] = weight_was, weight, was
    if all(old[key] == new[key] and names[key] == key for key in new):
        return
    Subtotal.objects.filter(scheme=scheme).delete()
    Subtotal.objects.bulk_create(
        Subtotal(scheme=scheme, group=key[0], dimension=key[1], weight=weight)
        for key, weight in new.items()
        if weight is not None
    )
    for key in new:
        if old[key] != new[key]:
            name = " · ".join(filter(None, key))
            words = {"old": _said(name, old[key]), "new": _said(name, new[key])}
            record(scheme, by=by, what=gettext_noop("Declared subtotal"), **words)


def _said(name: str, weight: Decimal | None) -> str:
    return "" if weight is None else f"{name} {plain(weight)}"
