"""Figures that carry the query of the records behind them, so that anybody can ask it again.

A figure is ``{"value": …, "records": …}``. The value is a decimal string ("12.50"), a whole number, or None where
there is none. Records are one of

- ``{"model", "filter", "exclude", "amount"}``: the rows of a model, filtered in Django's words with values of JSON;
  ``amount`` is ``sum FIELD``, ``count FIELD`` (different values), ``value PATH`` (of the one row, into its JSON) or
  ``rank FIELD ROW`` (how many rows have more than row ROW, and one);
- ``{"minus": [records, records]}``: the first less the second;
- ``{"products": [[records, records], …]}``: the sum of the products, rounded once.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.apps import apps
from django.db.models import Count, DecimalField, Sum

Figure = dict[str, Any]
NONE = Decimal(0)


@dataclass(frozen=True)
class Records:
    """``year`` names the lookup by which a year's rows are found."""

    model: str
    filter: dict[str, Any]
    amount: str
    exclude: dict[str, Any] = field(default_factory=dict)
    year: str = "date__year"

    def said(self) -> dict[str, Any]:
        return {"model": self.model, "filter": self.filter, "exclude": self.exclude, "amount": self.amount}

    def rows(self) -> Any:
        rows = apps.get_model(self.model)._default_manager.filter(**self.filter)
        return rows.exclude(**self.exclude) if self.exclude else rows

    def of(self, **more: Any) -> "Records":
        return replace(self, filter={**self.filter, **more})

    def expression(self) -> Any:
        what, name = self.amount.split(" ")
        return Sum(name) if what == "sum" else Count(name, distinct=True)

    def value(self, found: Any) -> str | int:
        what, name = self.amount.split(" ")
        exact = what == "sum" and isinstance(apps.get_model(self.model)._meta.get_field(name), DecimalField)
        return two(found or NONE) if exact else found or 0


def two(amount: Decimal) -> str:
    return str(Decimal(amount).quantize(Decimal("0.01"), ROUND_HALF_UP))


def asked(records: Records) -> Figure:
    """One figure by one query."""
    found = records.rows().aggregate(found=records.expression())["found"]
    return {"value": records.value(found), "records": records.said()}


def beside(now: Figure, before: Figure) -> list[Figure]:
    """The figure of the year, that of the year before, and the first less the second."""
    values = [now["value"], before["value"]]
    less: str | int | None = None
    if None not in values:
        whole = all(isinstance(value, int) for value in values)
        less = values[0] - values[1] if whole else two(Decimal(values[0]) - Decimal(values[1]))
    return [now, before, {"value": less, "records": {"minus": [now["records"], before["records"]]}}]


def in_years(records: Records, year: int) -> list[Figure]:
    """The same of ``year`` and of the year before, by one query."""
    return _beside(records, year, _amounts(records, year, []))


def by_group(records: Records, year: int, group: str) -> dict[Any, list[Figure]]:
    """In ``year`` and the year before for each value of ``group`` that occurs in either, by one query."""
    found = _amounts(records, year, [group])
    keys = dict.fromkeys(key for _year, key in sorted(found, key=str))
    return {
        key: _beside(records.of(**{group: key}), year, {(when,): found[when, its] for when, its in found if its == key})
        for key in keys
    }


def _amounts(records: Records, year: int, groups: list[str]) -> dict[tuple, Any]:
    rows = records.rows().filter(**{f"{records.year}__in": [year, year - 1]}).order_by()
    found = rows.values_list(records.year, *groups).annotate(found=records.expression())
    return {tuple(key): amount for *key, amount in found}


def _beside(records: Records, year: int, found: dict[tuple, Any]) -> list[Figure]:
    return beside(
        *(
            {"value": records.value(found.get((when,))), "records": records.of(**{records.year: when}).said()}
            for when in (year, year - 1)
        )
    )


def products(pairs: Iterable[tuple[Figure, Figure]]) -> Figure:
    pairs = list(pairs)
    total = sum((Decimal(first["value"]) * Decimal(second["value"]) for first, second in pairs), NONE)
    return {
        "value": two(total),
        "records": {"products": [[first["records"], second["records"]] for first, second in pairs]},
    }


def stated(model: str, pk: int, path: str, value: str | int | None) -> Figure:
    """What one row says, as it stands in it."""
    return {
        "value": value,
        "records": {"model": model, "filter": {"pk": pk}, "exclude": {}, "amount": f"value {path}"},
    }
