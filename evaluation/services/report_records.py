"""Figures that carry the query of the records behind them, so that anybody can ask it again.

A figure is ``{"value": …, "records": …}``. The value is a decimal string ("12.50"), a whole number, or None where
there is none. Records are one of

- ``{"model", "filter", "exclude", "amount"}``: the rows of a model, filtered in Django's words with values of JSON;
  ``amount`` is ``sum FIELD``, ``count FIELD`` (different values), ``value PATH`` (of the one row, into its JSON, where
  a number is a place in a list), ``computed dimensions NAME`` (as ``scoring`` makes it of the scores) or
  ``rank FIELD ROW`` (how many rows have more than row ROW, and one);
- ``{"minus": [records, records]}``: the first less the second;
- ``{"plus": [records, …]}``: their sum;
- ``{"products": [[records, records], …]}``: the sum of the products, rounded once;
- ``{"percent": [records, records]}``: so many percent of the second as the first says, rounded.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.apps import apps
from django.db.models import CharField, Count, DecimalField, F, Sum, Value
from django.db.models.functions import Cast

Figure = dict[str, Any]
Grouped = dict[Any, list[Figure]]  # by what the group is called in the database
NONE = Decimal(0)
AMOUNT: DecimalField = DecimalField(max_digits=20, decimal_places=2)


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
        return two(found or NONE) if exact else int(found or 0)


def two(amount: Decimal) -> str:
    return str(Decimal(amount).quantize(Decimal("0.01"), ROUND_HALF_UP))


def asked(*rows: Records) -> list[Figure]:
    """A figure each, all by one query."""
    parts = [
        records.rows()
        .order_by()
        .annotate(its_number=Value(number))
        .values("its_number")
        .annotate(its_amount=Cast(records.expression(), AMOUNT))
        .values_list("its_number", "its_amount")
        for number, records in enumerate(rows)
    ]
    found = dict(parts[0].union(*parts[1:], all=True))
    return [
        {"value": records.value(found.get(number)), "records": records.said()} for number, records in enumerate(rows)
    ]


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
    return together([records], year)[0][0]


def by_group(records: Records, year: int, group: str) -> Grouped:
    """In ``year`` and the year before for each value of ``group`` that occurs in either, by one query."""
    return together([], year, (records, group))[1][0]


def together(rows: list[Records], year: int, *groups: tuple[Records, str]) -> tuple[list[list[Figure]], list[Grouped]]:
    """Each of ``rows`` as ``in_years``, and each of ``groups`` as ``by_group``; all by one query."""
    wanted = [*((records, "") for records in rows), *groups]
    parts = [_amounts(number, records, year, group) for number, (records, group) in enumerate(wanted)]
    found: dict[int, dict[Any, dict[int, Any]]] = {number: {} for number in range(len(wanted))}
    for number, key, when, amount in parts[0].union(*parts[1:], all=True).order_by("its_number", "its_key"):
        found[number].setdefault(int(key) if key.isdigit() else key, {})[when] = amount
    single = [_beside(records, year, found[number].get("", {})) for number, records in enumerate(rows)]
    return single, [
        {key: _beside(records.of(**{group: key}), year, its) for key, its in found[number].items()}
        for number, (records, group) in enumerate(groups, len(rows))
    ]


def _amounts(number: int, records: Records, year: int, group: str) -> Any:
    """Rows of (number, key of the group, year, amount)."""
    key = Cast(F(group) if group else Value(""), CharField(max_length=100))
    rows = records.rows().filter(**{f"{records.year}__in": [year, year - 1]}).order_by()
    grouped = rows.values(its_number=Value(number), its_key=key, its_year=F(records.year))
    found = grouped.annotate(its_amount=Cast(records.expression(), AMOUNT))
    return found.values_list("its_number", "its_key", "its_year", "its_amount")


def _beside(records: Records, year: int, found: dict[int, Any]) -> list[Figure]:
    return beside(
        *(
            {"value": records.value(found.get(when)), "records": records.of(**{records.year: when}).said()}
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
