"""What a measure is, and the register of them all."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Aggregate, Count, Model, Q, QuerySet
from django.urls import reverse
from django.utils.functional import Promise, lazy
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from zones.models import Zone

Text = str | Promise
PERCENT, HOURS, YUAN = "%", _("hours"), _("yuan")
COMPUTED = {
    "applied": _("applications"),
    "has_outcome": _("representative outcome"),
    "has_certificate": _("certificate"),
}


@dataclass(frozen=True)
class Measure:
    """``rows`` finds what counts in a year, of all zones; ``zone`` is the way from a row to its zone.

    ``shown`` are the fields by which a row is recognised without naming a person; ``page`` is the list of such rows,
    ``asked`` what it is filtered by besides zone and year.
    """

    name: str
    label: Text
    unit: Text
    question: Text
    indicators: tuple[int, ...]
    rows: Callable[[int], QuerySet]
    of: Aggregate
    per: Aggregate | None = None
    factor: int = 100
    zone: str = "zone"
    shown: tuple[str, ...] = ("title", "date")
    page: str = ""
    asked: dict[str, str] = field(default_factory=dict)

    def by_zone(self, zones: Iterable[Zone], year: int) -> dict[int, Decimal]:
        """The figure of each of these zones by its key, in one query; 0 where nothing is recorded."""
        zones = list(zones)
        found = self.rows(year).filter(**{f"{self.zone}__in": zones}).order_by().values(self.zone)
        figures = {row[self.zone]: self._figure(row) for row in found.annotate(**self._parts())}
        return {zone.pk: figures.get(zone.pk, Decimal("0.00")) for zone in zones}

    def together(self, zones: QuerySet[Zone], year: int) -> Decimal:
        """The figure of all these zones as one: who works in two of them counts once."""
        found = self.rows(year).filter(**{f"{self.zone}__in": zones}).order_by()
        return self._figure(found.aggregate(**self._parts()))

    def records(self, zone: Zone, year: int) -> QuerySet:
        """The rows behind the figure of a zone, the newest first."""
        return self.rows(year).filter(**{self.zone: zone}).order_by("-pk")

    def described(self, keys: list[int], year: int) -> dict[int, list[object]]:
        """What is shown of these rows, by their keys; choices in words. Of several lines of one row the first."""
        rows = self.rows(year).filter(pk__in=keys).order_by()
        fields = [_field(rows.model, path) for path in self.shown]
        found: dict[int, list[object]] = {}
        for key, *values in rows.values_list("pk", *self.shown):
            words = [
                dict(one.flatchoices).get(value, value) if one else value
                for one, value in zip(fields, values, strict=True)
            ]
            found.setdefault(key, words)
        return found

    def heads(self, model: type[Model]) -> list[Text]:
        fields = [_field(model, path) for path in self.shown]
        return [one.verbose_name if one else COMPUTED[path] for one, path in zip(fields, self.shown, strict=True)]

    def list_url(self, zone: Zone, year: int) -> str:
        """The list with these rows, for those who may read it; "" when no list has exactly them."""
        if not self.page:
            return ""
        asked: dict[str, str | int] = {
            "zone": zone.pk,
            **{name: text.format(year=year) for name, text in self.asked.items()},
        }
        return f"{reverse(self.page)}?{urlencode(asked)}"

    def _parts(self) -> dict[str, Aggregate]:
        return {"part_of": self.of, **({"part_per": self.per} if self.per else {})}

    def _figure(self, row: dict[str, Any]) -> Decimal:
        """Two places, half up. SQLite sums as floats, exact to more than that; for each of nothing is 0."""
        value = Decimal(str(row["part_of"] or 0))
        if self.per:
            value = value * self.factor / Decimal(str(row["part_per"])) if row["part_per"] else Decimal(0)
        return value.quantize(Decimal("0.01"), ROUND_HALF_UP)


def _field(model: type[Model], path: str) -> Any:
    """The field at the end of a way of lookups; None when the query computes it."""
    *way, last = path.split("__")
    for name in way:
        model = model._meta.get_field(name).related_model  # type: ignore[assignment]
    return next((one for one in model._meta.concrete_fields if one.name == last), None)


MEASURES: dict[str, Measure] = {}


def measure(name: str, label: Text, unit: Text, *indicators: int, question: Text, **more: Any) -> Callable:
    """Register a function ``year -> rows``. ``name`` is stored in schemes and never changes."""

    def register(rows: Callable[[int], QuerySet]) -> Callable[[int], QuerySet]:
        MEASURES[name] = Measure(name, label, unit, question, indicators, rows, **{"of": Count("pk"), **more})
        return rows

    return register


def text_of(template: Text, **words: Text) -> Any:
    """A lazy text that puts lazy words in."""
    return lazy(lambda: str(template) % words, str)()


def register_of(thing: str, **asked: str) -> dict[str, Any]:
    """The list of a register, its verified rows of the year."""
    return {"page": f"zones:{thing}_list", "asked": {"year": "{year}", "status": "verified", **asked}}


def overlaps(year: int, first: str, last: str) -> Q:
    """What began by the end of the year and had not ended before it."""
    open_ended = Q(**{last: None}) | Q(**{f"{last}__gte": date(year, 1, 1)})
    return open_ended & Q(**{f"{first}__lte": date(year, 12, 31)})
