"""A result laid out for reading: by section, beside last year, with what lost the most."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ..models import Evaluation, Indicator, Measurement, Scheme, Side
from ..scoring import ItemResult
from .results import compute
from .standing import Standing, standing


@dataclass(frozen=True)
class Mark:
    """One chosen indicator: its score, last year's of the same name, the points of the total it lost, what was counted
    for it.
    """

    indicator: Indicator
    opens: bool
    score: Decimal
    before: Decimal | None
    lost: Decimal
    counted: Measurement | None = None

    @property
    def change(self) -> Decimal | None:
        return None if self.before is None else self.score - self.before


@dataclass(frozen=True)
class Presented:
    """``dimensions``: name, this year, last year, mean and best of this year's results; ``sides``: label, reviewers,
    weight in percent, mean.
    """

    marks: list[Mark]
    unchosen: list[Indicator]
    chosen_weight: Decimal
    dimensions: list[tuple[str, Decimal, Decimal | None, Decimal, Decimal]]
    standing: Standing
    sides: list[tuple[str, int, int, Decimal]]
    losses: list[Mark]
    axis_from: int


def presented(evaluation: Evaluation, previous: Evaluation | None) -> Presented:
    """Everything the result page shows beside the frozen figures. ``previous`` is last year's published one."""
    result = compute(evaluation)
    earlier = compute(previous) if previous else None
    indicators = {row.number: row for row in evaluation.scheme.indicators.weighted()}
    before = _scores_by_name(previous) if previous else {}
    counted = {row.indicator_id: row for row in evaluation.measurements.select_related("indicator")}
    marks = list(_marks(result.items, indicators, before, counted))
    past = earlier.dimensions if earlier else {}
    stands = standing(evaluation)
    dimensions = [
        (name, mean, past.get(name), *stands.dimensions[name])
        for name, mean in result.dimensions.items()
        if mean is not None
    ]
    shown = [value for row in dimensions for value in row[1:] if value is not None]
    return Presented(
        marks=marks,
        unchosen=[indicators[item.number] for item in result.items if item.score is None],
        chosen_weight=sum((mark.indicator.weight for mark in marks), Decimal()),
        dimensions=dimensions,
        standing=stands,
        sides=_sides(evaluation, result.sides),
        losses=sorted((mark for mark in marks if mark.lost), key=lambda mark: -mark.lost)[:3],
        axis_from=50 if min(shown) >= 50 else 0,
    )


def _marks(
    items: Sequence[ItemResult],
    indicators: dict[int, Indicator],
    before: dict[str, Decimal],
    counted: dict[int, Measurement],
) -> Iterator[Mark]:
    section = None
    for item in items:
        if item.score is None or item.lost is None:
            continue
        row = indicators[item.number]
        yield Mark(row, row.section != section, item.score, before.get(row.name), item.lost, counted.get(row.pk))
        section = row.section


def _scores_by_name(evaluation: Evaluation) -> dict[str, Decimal]:
    """By name, because another year's scheme may number otherwise."""
    names = dict(evaluation.scheme.indicators.values_list("number", "name"))
    rows = (evaluation.result or {})["indicators"]
    return {names[row["number"]]: Decimal(row["score"]) for row in rows if row["score"] is not None}


def _sides(evaluation: Evaluation, means: Mapping[str, Decimal]) -> list[tuple[str, int, int, Decimal]]:
    scheme: Scheme = evaluation.scheme
    weights = {
        Side.COLLEGE: scheme.college_weight,
        Side.ENTERPRISE: scheme.enterprise_weight,
        Side.THIRD_PARTY: scheme.third_party_weight,
    }
    given = list(evaluation.reviewers.values_list("side", flat=True))
    return [(str(side.label), given.count(side), weights[side], means[side]) for side in Side if side in means]
