"""The arithmetic of an evaluation, apart from everything else: exact fractions in, two decimals out.

The rules (the scheme's, stated for people on the scheme's page):
a side's score of an indicator is the mean of its reviewers, without the highest and the lowest when the scheme drops
extremes and there are at least five; an indicator's score is the mean of the sides present, weighted by the scheme's
side weights; ``rescaled`` is the weighted mean over the chosen indicators, ``absolute`` counts the others as 0 of 100;
the official score is the one that the scheme names, less deductions, never below 0; a veto means the lowest grade.
Every figure is rounded once, half up, to two places, when it leaves this module.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

FEWEST_FOR_DROPPING = 5


class Unchosen(StrEnum):
    """How optional indicators count that were not chosen."""

    RESCALE = "rescale"
    ABSOLUTE = "absolute"


@dataclass(frozen=True)
class Band:
    """A grade and the lowest official score that earns it."""

    name: str
    lowest: Decimal


@dataclass(frozen=True)
class Rules:
    """What a scheme says about counting. ``bands`` come in any order; the lowest one is also the grade of a veto."""

    unchosen: str
    side_weights: Mapping[str, Decimal]
    drops_extremes: bool
    bands: Sequence[Band]


@dataclass(frozen=True)
class Item:
    """One weighted indicator: its weight in percent and, if it was chosen, the scores of each side, each 0 to 100.

    Points of a measured figure come as exact fractions.
    """

    number: int
    dimension: str
    weight: Decimal
    is_chosen: bool
    scores: Mapping[str, Sequence[Decimal | Fraction]]


@dataclass(frozen=True)
class ItemResult:
    """An indicator's score, the mean of each side, and the points of the total lost by it. None when not chosen."""

    number: int
    score: Decimal | None
    sides: Mapping[str, Decimal]
    lost: Decimal | None


@dataclass(frozen=True)
class Result:
    """The outcome. ``dimensions`` and ``sides`` are weighted means over the chosen indicators, for reading only."""

    items: Sequence[ItemResult]
    dimensions: Mapping[str, Decimal | None]
    sides: Mapping[str, Decimal]
    rescaled: Decimal
    absolute: Decimal
    deductions: Decimal
    veto: bool
    official: Decimal
    grade: str


class MissingScore(ValueError):
    """A chosen indicator has no score of a side that counts. ``numbers`` are those indicators."""

    def __init__(self, numbers: Sequence[int]):
        super().__init__(f"no score for {numbers}")
        self.numbers = numbers


def evaluate(items: Sequence[Item], rules: Rules, deductions: Iterable[Decimal] = (), veto: bool = False) -> Result:
    """Count everything. Raises MissingScore when a chosen indicator cannot be counted."""
    chosen = [item for item in items if item.is_chosen]
    sides = {item.number: side_means(item.scores, rules.drops_extremes) for item in chosen}
    exact = {number: combined(means, rules.side_weights) for number, means in sides.items()}
    pairs = {item.number: (item.weight, score) for item in chosen if (score := exact[item.number]) is not None}
    if len(pairs) < len(chosen) or not chosen:
        raise MissingScore([item.number for item in chosen if item.number not in pairs])
    rescaled, absolute = totals(pairs.values())
    deducted = sum(map(Fraction, deductions), Fraction())
    is_absolute = rules.unchosen == Unchosen.ABSOLUTE
    base = absolute if is_absolute else rescaled
    out_of = Fraction(100) if is_absolute else sum((Fraction(item.weight) for item in chosen), Fraction())
    official = rounded(max(base - deducted, Fraction()))
    present = [side for side in rules.side_weights if any(side in means for means in sides.values())]
    dimensions = dict.fromkeys(item.dimension for item in items)
    return Result(
        items=[_item_result(item, exact.get(item.number), sides.get(item.number, {}), out_of) for item in items],
        dimensions={
            name: _rounded_mean(pairs[item.number] for item in chosen if item.dimension == name) for name in dimensions
        },
        sides={side: rounded(_mean_of_side(side, chosen, sides)) for side in present},
        rescaled=rounded(rescaled),
        absolute=rounded(absolute),
        deductions=rounded(deducted),
        veto=veto,
        official=official,
        grade=grade(official, rules.bands, veto),
    )


def side_means(scores: Mapping[str, Sequence[Decimal | Fraction]], drops_extremes: bool) -> dict[str, Fraction]:
    """The exact mean of each side that has scores, without its extremes if the rule says so and there are enough."""
    return {side: _mean(values, drops_extremes) for side, values in scores.items() if values}


def combined(means: Mapping[str, Fraction], weights: Mapping[str, Decimal]) -> Fraction | None:
    """The sides present, weighted by the scheme; None when none of them carries weight."""
    total = sum((Fraction(weights[side]) for side in means), Fraction())
    if not total:
        return None
    return sum((Fraction(weights[side]) * mean for side, mean in means.items()), Fraction()) / total


def totals(pairs: Iterable[tuple[Decimal, Fraction | Decimal]]) -> tuple[Fraction, Fraction]:
    """(rescaled, absolute) of (weight in percent, score) pairs, exact; both 0 when there are none."""
    rows = [(Fraction(weight), Fraction(score)) for weight, score in pairs]
    points = sum((weight * score for weight, score in rows), Fraction())
    weights = sum((weight for weight, _score in rows), Fraction())
    return (points / weights if weights else Fraction(), points / 100)


def grade(official: Decimal, bands: Sequence[Band], veto: bool) -> str:
    """The grade of the rounded official score, which is the figure that people see; the lowest grade after a veto."""
    by_height = sorted(bands, key=lambda band: band.lowest)
    reached = [band for band in by_height if band.lowest <= official]
    return by_height[0].name if veto or not reached else reached[-1].name


def rounded(value: Fraction) -> Decimal:
    """Two places, half up. Values here are never negative."""
    return Decimal(math.floor(value * 100 + Fraction(1, 2))).scaleb(-2)


def _mean(values: Sequence[Decimal | Fraction], drops_extremes: bool) -> Fraction:
    kept = sorted(Fraction(value) for value in values)
    if drops_extremes and len(kept) >= FEWEST_FOR_DROPPING:
        kept = kept[1:-1]
    return sum(kept, Fraction()) / len(kept)


def _item_result(item: Item, score: Fraction | None, sides: Mapping[str, Fraction], out_of: Fraction) -> ItemResult:
    if score is None:
        return ItemResult(item.number, None, {}, None)
    means = {side: rounded(mean) for side, mean in sides.items()}
    return ItemResult(item.number, rounded(score), means, rounded(Fraction(item.weight) * (100 - score) / out_of))


def _rounded_mean(pairs: Iterable[tuple[Decimal, Fraction | Decimal]]) -> Decimal | None:
    rows = list(pairs)
    return rounded(totals(rows)[0]) if rows else None


def _mean_of_side(side: str, chosen: Sequence[Item], sides: Mapping[int, Mapping[str, Fraction]]) -> Fraction:
    return totals((item.weight, sides[item.number][side]) for item in chosen if side in sides[item.number])[0]
