"""A scheme's table from a measured figure to points, as people write it: "0=0, 10=60, 24=100".

Between two lines of the table points grow evenly; below the first and above the last the nearest line holds.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

Table = list[tuple[Decimal, Decimal]]
NUMBER = r"(\d{1,12}(?:\.\d{1,2})?)"
PAIR = re.compile(rf"{NUMBER}\s*(?:=|＝|:|：|→)\s*{NUMBER}")
BETWEEN = re.compile(r"[,，;；、\s]+")


def read_curve(text: str) -> Table:
    """The lines of the table by rising figure, exact. Raises ValidationError with the sentence that people see."""
    parts = [part for part in BETWEEN.split(re.sub(r"\s*(=|＝|:|：|→)\s*", "=", text.strip())) if part]
    table = []
    for part in parts:
        if not (found := PAIR.fullmatch(part)):
            raise ValidationError(_("“%(text)s” is not a figure and its points, such as 10=60.") % {"text": part})
        table.append((Decimal(found[1]), Decimal(found[2])))
    if len(table) < 2:
        raise ValidationError(_("The table needs at least two figures with their points, such as 0=0, 10=100."))
    if any(points > 100 for _value, points in table):
        raise ValidationError(_("Points go from 0 to 100."))
    if any(value >= following for (value, _p), (following, _q) in zip(table, table[1:], strict=False)):
        raise ValidationError(_("The figures of the table must rise, each above the one before."))
    return table


def write_curve(table: Sequence[tuple[Decimal, Decimal]]) -> str:
    return ", ".join(f"{plain(value)}={plain(points)}" for value, points in table)


def plain(number: Decimal) -> str:
    """Without zeros that say nothing: 10.50 is 10.5, 100.00 is 100."""
    return f"{number.normalize():f}"


def points_of(value: Decimal, table: Sequence[tuple[Decimal, Decimal]]) -> Fraction:
    """The exact points, 0 to 100, of a measured figure by the scheme's table."""
    exact = Fraction(value)
    lines = [(Fraction(figure), Fraction(points)) for figure, points in table]
    if exact <= lines[0][0]:
        return lines[0][1]
    for (low, start), (high, end) in zip(lines, lines[1:], strict=False):
        if exact <= high:
            return start + (end - start) * (exact - low) / (high - low)
    return lines[-1][1]


def best_figure(value: Decimal, table: Sequence[tuple[Decimal, Decimal]]) -> Decimal:
    """The figure nearest to ``value`` that gives as many points as the table has."""
    top = max(points for _figure, points in table)
    if points_of(value, table) == top:
        return value
    return min((figure for figure, points in table if points == top), key=lambda figure: abs(figure - value))


@dataclass(frozen=True)
class Drawing:
    """The table as a line of a picture, ``width`` by ``height``, and where a figure lies on it."""

    table: Table
    value: Decimal
    width: int
    height: int
    pad: int = 3

    @property
    def line(self) -> str:
        """Corners as SVG writes them. It is drawn from the lesser of the figure and the table to the greater."""
        corners: list[tuple[Decimal, Decimal | Fraction]]
        corners = [(self._first, points_of(self._first, self.table)), *self.table, (self._last, self.table[-1][1])]
        return " ".join(f"{self.across(value)},{self.up(points)}" for value, points in corners)

    @property
    def x(self) -> str:
        return self.across(self.value)

    @property
    def y(self) -> str:
        return self.up(points_of(self.value, self.table))

    @property
    def marks(self) -> list[tuple[str, str, str, str]]:
        """Of every line of the table: across, up, the figure, the points."""
        return [(self.across(value), self.up(points), plain(value), plain(points)) for value, points in self.table]

    def across(self, value: Decimal) -> str:
        share = Fraction(value - self._first) / Fraction(self._last - self._first)
        return f"{float(self.pad + share * (self.width - 2 * self.pad)):.1f}"

    def up(self, points: Decimal | Fraction) -> str:
        return f"{float(self.height - self.pad - Fraction(points) / 100 * (self.height - 2 * self.pad)):.1f}"

    @property
    def _first(self) -> Decimal:
        return min(self.value, self.table[0][0])

    @property
    def _last(self) -> Decimal:
        return max(self.value, self.table[-1][0])
