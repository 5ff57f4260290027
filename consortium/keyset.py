"""Pages of a list by position instead of by number: the next page begins after the last row that was shown.

Rows that come or go meanwhile neither repeat nor hide others, and page 4,000 costs what page 1 costs (no OFFSET).
The position travels in the address: the sort keys of one row, signed, so that nobody can send one that does not fit.
Empty values stand last in either direction, on every database alike.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.signing import BadSignature, Signer
from django.db.models import DecimalField, F, Model, OrderBy, Q, QuerySet
from django.db.models.functions import Round

FIRST, AFTER, BEFORE = "first", "after", "before"


@dataclass(frozen=True)
class Page:
    """Some rows of a list: ``start`` is the number of the first, from 1; a position is "" where there is no page."""

    object_list: list[Model]
    start: int = 1
    previous: str = ""
    next: str = ""

    def __iter__(self) -> Iterator[Model]:
        return iter(self.object_list)

    def __len__(self) -> int:
        return len(self.object_list)

    @property
    def end(self) -> int:
        """The number of the last row."""
        return self.start + len(self) - 1

    @property
    def has_other_pages(self) -> bool:
        return bool(self.previous or self.next)


@dataclass(frozen=True)
class Key:
    """One thing to sort by: ``ref`` is what a filter calls it, ``extra`` what must be annotated under that name."""

    ref: str
    descending: bool
    nullable: bool
    extra: Any = field(default=None, compare=False)

    def order(self, backwards: bool) -> OrderBy:
        """Empty values last, or first when the list is read backwards. Said only where it may matter: see an index."""
        nulls: dict[str, Any] = {"nulls_first" if backwards else "nulls_last": True} if self.nullable else {}
        return OrderBy(F(self.ref), descending=self.descending != backwards, **nulls)

    def beyond(self, value: object, backwards: bool) -> Q | None:
        """The rows that stand beyond ``value`` by this key alone; None when there can be none."""
        if value is None:
            return Q(**{f"{self.ref}__isnull": False}) if backwards else None
        rows = Q(**{f"{self.ref}__{'lt' if self.descending != backwards else 'gt'}": value})
        return rows if backwards or not self.nullable else rows | Q(**{f"{self.ref}__isnull": True})

    def same(self, value: object) -> Q:
        return Q(**{f"{self.ref}__isnull": True}) if value is None else Q(**{self.ref: value})


def page_of(rows: QuerySet, position: str, size: int) -> Page:
    """The page of ``rows``, in their own order, at ``position``; the first one where that is empty, old or forged."""
    keys = _keys(rows)
    rows = rows.annotate(**{key.ref: key.extra for key in keys if key.extra is not None})
    signer = Signer(salt=f"{rows.model._meta.label} {[(key.ref, key.descending) for key in keys]}")
    way, start, values = _read(signer, position)
    backwards = way == BEFORE
    asked = rows if way == FIRST else rows.filter(_beyond(keys, values, backwards))
    found = list(asked.order_by(*(key.order(backwards) for key in keys))[: size + 1])
    more, found = len(found) > size, found[:size]
    if way == AFTER and not found or backwards and len(found) < size:  # rows have gone: nothing here, or a short page 1
        return page_of(rows, "", size)
    if backwards:
        found.reverse()
        start = max(start - len(found), 1) if more else 1

    def position_of(way: str, row: Model, number: int) -> str:
        return signer.sign_object([way, number, [_text(getattr(row, key.ref)) for key in keys]], compress=True)

    return Page(
        found,
        start,
        previous=position_of(BEFORE, found[0], start) if way == AFTER or backwards and more else "",
        next=position_of(AFTER, found[-1], start + len(found)) if backwards or more else "",
    )


def _read(signer: Signer, position: str) -> tuple[str, int, Sequence[str | None]]:
    try:
        way, start, values = signer.unsign_object(position)
    except (BadSignature, ValueError):
        return FIRST, 1, []
    return way, start, values


def _text(value: object) -> str | None:
    """As a filter on the field reads it again: ISO dates, plain decimals."""
    return None if value is None else str(value)


def _beyond(keys: list[Key], values: Sequence[str | None], backwards: bool) -> Q:
    """Rows that come after: beyond by the first key, or the same by it and beyond by the second, and so on."""
    found, same = Q(pk__in=[]), Q()
    for key, value in zip(keys, values, strict=True):
        beyond = key.beyond(value, backwards)
        if beyond is not None:
            found |= same & beyond
        same &= key.same(value)
    first = keys[0]
    if not first.nullable:  # said again in the form for which a database finds its index
        found &= Q(**{f"{first.ref}__{'lte' if first.descending != backwards else 'gte'}": values[0]})
    return found


def _keys(rows: QuerySet) -> list[Key]:
    query = rows.query
    order = list(query.order_by or (query.default_ordering and rows.model._meta.ordering) or [])
    keys = [_key(rows, item, f"_key{number}") for number, item in enumerate([*order, "pk"])]
    ends = next(number for number, key in enumerate(keys) if key.ref == "pk")  # no two rows are the same by it
    return keys[: ends + 1]


def _key(rows: QuerySet, item: Any, alias: str) -> Key:
    if isinstance(item, str):
        item = F(item.removeprefix("-")).desc() if item.startswith("-") else F(item).asc()
    elif not isinstance(item, OrderBy):
        item = item.asc()
    inner = item.expression
    if not isinstance(inner, F):
        return Key(alias, item.descending, True, inner)
    name: str = inner.name  # type: ignore[attr-defined]
    annotation = rows.query.annotations.get(name)
    if annotation is not None:
        if isinstance(annotation.output_field, DecimalField):
            inner = Round(inner, 6)  # SQLite adds decimals up as floats, which then equal nothing
            return Key(alias, item.descending, True, inner)
        return Key(name, item.descending, True)
    if name in {"pk", rows.model._meta.pk.name}:
        return Key("pk", item.descending, False)
    nullable, model = False, rows.model
    for part_name in name.split("__"):
        part = model._meta.get_field(part_name)
        nullable, model = nullable or part.null, part.related_model
    if "__" in name:
        return Key(alias, item.descending, nullable, inner)
    return Key(part.attname, item.descending, nullable)
