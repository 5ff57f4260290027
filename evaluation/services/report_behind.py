"""The records behind one figure of an annual report, as they are now, as far as its reader may see them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Model

from consortium.models import User

from .report_records import Records, asked

MOST = 200  # rows on the page; the figure counts all of them
# whoever is counted here is a student, whose name a report does not say
NAMELESS = {"zones.enrollment": "innovation_class", "zones.hire": "zone"}


@dataclass(frozen=True)
class Behind:
    """One query: what it asks, its answer now (None where it is no sum or count), rows with what each adds, and how
    many there are and how many of these the reader does not see."""

    what: str
    now: str | int | None
    rows: list[tuple[Model | str, Any]]
    count: int
    hidden: int


def behind(records: dict[str, Any], reader: User) -> list[Behind]:
    """All queries of a figure, in their order; two that ask the same are one."""
    found: list[dict[str, Any]] = []
    for leaf in _leaves(records):
        if leaf not in found:
            found.append(leaf)
    return [_behind(Records(**leaf), reader) for leaf in found]


def _leaves(records: Any) -> Iterator[dict[str, Any]]:
    if isinstance(records, list):
        for one in records:
            yield from _leaves(one)
    elif "model" in records:
        yield {name: records[name] for name in ("model", "filter", "exclude", "amount")}
    else:
        yield from _leaves(list(records.values()))


def _behind(records: Records, reader: User) -> Behind:
    model: Any = apps.get_model(records.model)
    what, name, *_rest = records.amount.split(" ")
    rows = records.rows().order_by("pk").distinct()
    count = rows.count()
    visible = getattr(model.objects, "visible_to", None)  # a part of something else, as a deduction is, has none
    seen = rows.filter(pk__in=visible(reader).order_by().values("pk")) if visible else rows.none()
    shown = list(seen[:MOST])
    nameless = NAMELESS.get(records.model)
    return Behind(
        what=str(model._meta.verbose_name_plural),
        now=asked(records)[0]["value"] if what in ("sum", "count") else None,
        rows=[
            (str(getattr(row, nameless)) if nameless else row, getattr(row, name) if what == "sum" else "")
            for row in shown
        ],
        count=count,
        hidden=count - (len(shown) if len(shown) < MOST else seen.count()),
    )
