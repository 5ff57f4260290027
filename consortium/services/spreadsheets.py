"""Lists as Excel files: columns, the rows they read, and a file written row by row, however long it gets."""

from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import IO, Any, Protocol

from django.db.models import Model, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from ..models import User
from .changes import Refused
from .list_files import write_list

PORTION = 500  # rows that are read and written at a time
MOST_ROWS = 1_048_575  # what a sheet of Excel holds below its head

Reader = str | Callable[[Any], object]


@dataclass(frozen=True)
class Column:
    """One column of a list and of its export.

    ``value`` is an attribute's path ("zone.name", methods are called) or a function of the row; ``masked`` the same for
    who may not have personal data in the clear; ``sort`` the ORM's field to order by, empty when the column cannot be
    sorted; one that is not ``in_list`` stands in the Excel file alone; ``current`` is "", "asc" or "desc".
    """

    label: Any
    value: Reader
    sort: str = ""
    numeric: bool = False
    masked: Reader | None = None
    in_list: bool = True
    current: str = field(default="", compare=False)

    @property
    def next_sort(self) -> str:
        """What ``?sort=`` becomes when the head of this column is clicked."""
        return f"-{self.sort}" if self.current == "asc" else self.sort

    def read(self, row: Any, *, masked: bool = False) -> object:
        """The cell's value in this row, as Excel can hold it."""
        reader = self.masked if masked and self.masked is not None else self.value
        value: Any = reader(row) if callable(reader) else _follow(row, reader)
        if value is None or isinstance(value, int | float | Decimal):
            return value
        if hasattr(value, "tzinfo") and value.tzinfo:
            return timezone.localtime(value).replace(tzinfo=None)
        return value if hasattr(value, "isoformat") else str(value)


class Personal(Protocol):
    """Remembers that personal data of these rows leaves in the clear, and why. May raise Refused."""

    def __call__(self, rows: QuerySet, *, by: User, reason: str) -> None: ...


@dataclass(frozen=True)
class Table:
    """What a list shows: its columns and all rows that are filtered, in their order.

    With ``personal`` the columns hold personal data, which is masked unless a reason is given and remembered.
    """

    title: str
    columns: list[Column]
    rows: QuerySet
    personal: Personal | None = None

    def numbers(self, most: int = MOST_ROWS + 1) -> Sequence[int]:
        """The keys of the rows in their order, up to ``most``: eight bytes each, read at one moment.

        Raises Refused when there are more than a sheet holds.
        """
        keys = self.rows.values_list("pk", flat=True)
        numbers = array("q", keys[:most].iterator(chunk_size=10_000))
        if len(numbers) > MOST_ROWS:
            raise Refused(_("An Excel sheet holds 1,048,575 rows. Set more filters and export in parts."))
        return numbers

    def portions(self, numbers: Sequence[int]) -> Iterator[list[Model]]:
        """The rows of these keys, a portion at a time. What has left the list meanwhile is left out."""
        for portion in _portions(numbers):
            found = {row.pk: row for row in self._among(portion)}
            yield [found[pk] for pk in portion if pk in found]

    def is_masked(self, reason: str) -> bool:
        """In the clear only what is remembered."""
        return not (reason and self.personal)

    def remember(self, numbers: Sequence[int], *, by: User, reason: str) -> None:
        """Have it remembered that these rows leave in the clear, when they do."""
        if self.personal and reason:
            for portion in _portions(numbers):
                self.personal(self._among(portion), by=by, reason=reason)

    def _among(self, numbers: Sequence[int]) -> QuerySet:
        return self.rows.order_by().filter(pk__in=numbers)


@dataclass(frozen=True)
class FoundTable(Table):
    """Rows that are computed, and in no table of the database; ``rows`` is none of their model."""

    found: Sequence[Any] = ()

    def numbers(self, most: int = MOST_ROWS + 1) -> Sequence[int]:
        return range(len(self.found))

    def portions(self, numbers: Sequence[int]) -> Iterator[list[Any]]:
        for portion in _portions(numbers):
            yield [self.found[number] for number in portion]


def write_xlsx(
    table: Table, numbers: Sequence[int], to: IO[bytes], *, masked: bool, tell: Callable[[int], None]
) -> None:
    """Write an Excel file: a bold head, one row each, text kept as text. ``tell`` hears how many rows are written."""
    heads = [str(column.label) for column in table.columns]
    write_list(to, title=table.title, heads=heads, portions=_cells(table, numbers, masked, tell))


def _cells(
    table: Table, numbers: Sequence[int], masked: bool, tell: Callable[[int], None]
) -> Iterator[list[list[object]]]:
    written = 0
    for rows in table.portions(numbers):
        yield [[column.read(row, masked=masked) for column in table.columns] for row in rows]
        written += len(rows)
        tell(written)


def _portions(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    return (numbers[begin : begin + PORTION] for begin in range(0, len(numbers), PORTION))


def _follow(row: Any, path: str) -> Any:
    for name in path.split("."):
        if row is None:
            return None
        row = getattr(row, name)
        if callable(row):
            row = row()
    return row
