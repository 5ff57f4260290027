"""The form of a draft's whole tree: a line for each group, dimension and indicator."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _

from .measures.consortium import FACTS
from .models import Indicator, Scheme, Subtotal
from .services import Entered, stamp_of, tree_of
from .services.scheme_tree import Group

NAMED = Indicator._meta.get_field("group").max_length  # as long as a dimension's


@dataclass(frozen=True)
class TreeLine:
    """A line as it is shown: its inputs, and what its indicators add up to with what is entered."""

    kind: str  # group, dimension or leaf
    at: int
    sum: Decimal
    inputs: dict[str, BoundField]
    indicator: Indicator | None = None
    saved: Decimal | None = None  # what somebody else saved meanwhile

    @property
    def differs(self) -> bool:
        """Whether the declared subtotal is another than the sum."""
        said = self.inputs["subtotal"].value() if "subtotal" in self.inputs else None
        return said not in (None, "") and str(said).strip() not in (str(self.sum), f"{self.sum.normalize():f}")

    @property
    def places(self) -> list[BoundField]:
        return [self.inputs[kind] for kind in ("under", "place")]

    @property
    def measure(self) -> str:
        name = self.indicator.measure if self.indicator else ""
        return f"{FACTS[name].label} ({FACTS[name].unit})" if name in FACTS else name


class TreeForm(forms.Form):
    """Fields are named by the places of groups and dimensions in the saved tree, and by the indicators' keys.

    ``stamp`` says which saved tree the page was made of. When another one is saved meanwhile, what was typed stays
    and the new stamp is taken over, so that a person who has seen the difference can save it all the same.
    """

    def __init__(self, *args: Any, scheme: Scheme, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.groups = tree_of(scheme)
        self.dimensions = [(group, one) for group in self.groups for one in group.dimensions]
        self.leaves = {row.pk: row for _group, one in self.dimensions for row in one.leaves}
        self.now = stamp_of(self.groups)
        self.stamp = self.data.get("stamp", "") if self.is_bound else self.now
        self._add_fields()
        if self.is_bound and self.stamp != self.now:
            saved = {name: self.get_initial_for_field(field, name) for name, field in self.fields.items()}
            known = self.data.dict()
            self.data: Any = {name: "" if value is None else str(value) for name, value in saved.items()} | known

    def _add_fields(self) -> None:
        for at, group in enumerate(self.groups):
            self._add(f"group_{at}", _named(_("Group"), group.name))
            self._add(f"subtotal_{at}", _subtotal(group.name, group.subtotal))
        for at, (group, one) in enumerate(self.dimensions):
            if not group.is_plain:
                self._add(f"dimension_{at}", _named(_("Dimension"), one.name))
                self._add(f"dimension_{at}_subtotal", _subtotal(f"{group.name} · {one.name}", one.subtotal))
        places = [
            (str(at), one.name if group.is_plain else f"{group.name} · {one.name}")
            for at, (group, one) in enumerate(self.dimensions)
        ]
        for place, (key, row) in enumerate(self.leaves.items(), start=1):
            if row.kind == Indicator.Kind.WEIGHTED:
                self._add(f"indicator_{key}_weight", _weight(row))
            under = next(at for at, (_group, one) in enumerate(self.dimensions) if row in one.leaves)
            label = _("%(name)s: belongs to") % {"name": row.name}
            self._add(f"indicator_{key}_under", forms.ChoiceField(label=label, choices=places, initial=str(under)))
            label = _("%(name)s: place") % {"name": row.name}
            whole = forms.IntegerField(label=label, min_value=1, max_value=9999, initial=place)
            self._add(f"indicator_{key}_place", whole)

    def _add(self, name: str, field: forms.Field) -> None:
        self.fields[name] = field

    def clean(self) -> None:
        """Two groups, or two dimensions of a group, cannot have one name: they would be one."""
        seen: set[tuple[str, ...]] = set()
        for at in range(len(self.groups)):
            self._once(seen, f"group_{at}", (self.cleaned_data.get(f"group_{at}", ""),))
        for at, (group, _one) in enumerate(self.dimensions):
            if not group.is_plain:
                above = self.cleaned_data.get(f"group_{self.groups.index(group)}", "")
                self._once(seen, f"dimension_{at}", (above, self.cleaned_data.get(f"dimension_{at}", "")))

    def _once(self, seen: set[tuple[str, ...]], field: str, name: tuple[str, ...]) -> None:
        if name in seen and name[-1]:
            self.add_error(field, _("This name stands there twice; the two would become one."))
        seen.add(name)

    def entered(self) -> list[Entered]:
        """What is wanted, for the service."""
        data = self.cleaned_data
        found = []
        for at, ((group, one), keys) in enumerate(zip(self.dimensions, self._arranged(), strict=True)):
            above = self.groups.index(group)
            found.append(
                Entered(
                    group=data[f"group_{above}"],
                    group_subtotal=data[f"subtotal_{above}"],
                    dimension=data[f"group_{above}"] if group.is_plain else data[f"dimension_{at}"],
                    subtotal=one.subtotal if group.is_plain else data[f"dimension_{at}_subtotal"],
                    leaves=[(key, data.get(f"indicator_{key}_weight", Decimal())) for key in keys],
                )
            )
        return found

    def _arranged(self) -> list[list[int]]:
        """The indicators of each dimension in the order that is entered; who was moved comes before who made room."""
        placed: list[list[tuple[int, int, int]]] = [[] for _one in self.dimensions]
        for was, key in enumerate(self.leaves, start=1):
            place = self._whole(f"indicator_{key}_place", was)
            under = self._whole(f"indicator_{key}_under", int(self.fields[f"indicator_{key}_under"].initial))
            placed[under].append((place, 0 if place < was else 2 if place > was else 1, key))
        return [[key for _place, _moved, key in sorted(rows, key=lambda row: row[:2])] for rows in placed]

    def _whole(self, name: str, otherwise: int) -> int:
        return int(self.cleaned_data.get(name, otherwise)) if self.is_bound else otherwise

    def _weight(self, key: int) -> Decimal:
        saved = self.leaves[key].weight
        return self.cleaned_data.get(f"indicator_{key}_weight", saved) if self.is_bound else saved

    @property
    def total(self) -> Decimal:
        return sum((self._weight(key) for key in self.leaves), Decimal())

    def lines(self) -> Iterator[TreeLine]:
        """Groups, their dimensions, their indicators, from top to bottom and as they are arranged now."""
        arranged = self._arranged()
        sums = [sum((self._weight(key) for key in keys), Decimal()) for keys in arranged]
        at = 0
        for above, group in enumerate(self.groups):
            below = range(at, at + len(group.dimensions))
            inputs = {"name": self[f"group_{above}"], "subtotal": self[f"subtotal_{above}"]}
            yield TreeLine("group", above, sum((sums[one] for one in below), Decimal()), inputs)
            for one in below:
                yield self._dimension_line(group, one, sums[one])
                for key in arranged[one]:
                    yield self._leaf(key)
            at += len(group.dimensions)

    def _dimension_line(self, group: Group, at: int, total: Decimal) -> TreeLine:
        names = {} if group.is_plain else {"name": f"dimension_{at}", "subtotal": f"dimension_{at}_subtotal"}
        return TreeLine("dimension", at, total, {kind: self[name] for kind, name in names.items()})

    def _leaf(self, key: int) -> TreeLine:
        row = self.leaves[key]
        kinds = [kind for kind in ("weight", "under", "place") if f"indicator_{key}_{kind}" in self.fields]
        inputs = {kind: self[f"indicator_{key}_{kind}"] for kind in kinds}
        meanwhile = row.weight if self.stamp != self.now and self._weight(key) != row.weight else None
        return TreeLine("leaf", key, self._weight(key), inputs, row, meanwhile)


def _named(label: str, name: str) -> forms.CharField:
    return forms.CharField(label=label, max_length=NAMED, initial=name)


def _subtotal(name: str, weight: Decimal | None) -> forms.DecimalField:
    field = Subtotal._meta.get_field("weight")
    return forms.DecimalField(
        label=_("%(name)s: said to weigh, %%") % {"name": name}, required=False, initial=weight, min_value=0,
        max_digits=field.max_digits, decimal_places=field.decimal_places,
    )  # fmt: skip


def _weight(row: Indicator) -> forms.DecimalField:
    return forms.DecimalField(
        label=_("%(name)s: weight, %%") % {"name": row.name}, initial=row.weight, max_value=100,
        max_digits=5, decimal_places=2, min_value=Decimal("0.01"),
    )  # fmt: skip
