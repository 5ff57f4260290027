"""What a row of the bench is, how it is measured and how it is shown."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

ROUNDS = 7  # medians of at least five


@dataclass(frozen=True)
class Row:
    """One comparison: two callables that do their work once, how many times the floor ours may take, and how many
    queries, if that matters; ``rounds`` is how often both are measured."""

    name: str
    floor_name: str
    floor: Callable[[], object]
    ours: Callable[[], object]
    goal: float
    most_queries: int | None = None
    rounds: int = ROUNDS


@dataclass(frozen=True)
class Measured:
    """Seconds of both sides, medians of the rounds taken in turn after a warm-up, and how many queries ours needs."""

    row: Row
    floor: float
    ours: float
    queries: int

    @property
    def ratio(self) -> float:
        return self.ours / self.floor

    @property
    def met(self) -> bool:
        return self.ratio <= self.row.goal and (self.row.most_queries is None or self.queries <= self.row.most_queries)

    @property
    def cells(self) -> list[str]:
        return [
            self.row.name,
            self.row.floor_name,
            f"{self.floor * 1000:.1f}",
            f"{self.ours * 1000:.1f}",
            f"{self.ratio:.2f}",
            f"≤ {self.row.goal:.3g}",
            str(self.queries) + (f" ≤ {self.row.most_queries}" if self.row.most_queries else ""),
            "met" if self.met else "MISSED",
        ]


@dataclass(frozen=True)
class Reading:
    """Something else that was read while a row before it was measured: ``value`` is at most ``goal``, or at least."""

    name: str
    value: float
    goal: float
    unit: str
    at_least: bool = False

    @property
    def met(self) -> bool:
        return self.value >= self.goal if self.at_least else self.value <= self.goal

    @property
    def cells(self) -> list[str]:
        sign = "≥" if self.at_least else "≤"
        verdict = "met" if self.met else "MISSED"
        return [self.name, self.unit, "", f"{self.value:,.0f}", "", f"{sign} {self.goal:,.0f}", "", verdict]


def measure(row: Row | Callable[[], Reading]) -> Measured | Reading:
    """``row``, or what is read after the rows before it."""
    if not isinstance(row, Row):
        return row()
    from django.db import connection

    queries = count()

    def counting(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        next(queries)
        return execute(sql, params, many, context)

    row.floor()
    with connection.execute_wrapper(counting):  # a request forgets the captured queries when it begins
        row.ours()
    floors, ours = [], []
    for _round in range(row.rounds):
        floors.append(_seconds(row.floor))
        ours.append(_seconds(row.ours))
    return Measured(row, statistics.median(floors), statistics.median(ours), next(queries))


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def table(rows: list[Measured | Reading]) -> str:
    """The result for people."""
    heads = ["what", "floor", "floor ms", "ours ms", "ratio", "goal", "queries", ""]
    cells = [done.cells for done in rows]
    widths = [max(len(line[column]) for line in [heads, *cells]) for column in range(len(heads))]
    return "\n".join(
        "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)) for line in [heads, *cells]
    )
