"""Where a result stands among those of its year: mean and best of each dimension, the rank, and how firm it is.

The rank is firm when it stays if somebody had weighted a little otherwise: each weight is moved by up to a tenth of
itself and all are rescaled to their sum, a thousand times. The seed is the year, so everybody counts the same share.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from .. import scoring
from ..models import Evaluation, Scheme
from .results import compute_all

DRAWS, MOVED = 1_000, 0.10
Status = Evaluation.Status


@dataclass(frozen=True)
class Standing:
    """``dimensions``: of each its mean and best among all; ``firm`` is the share of draws in which the rank stays."""

    rank: int
    of: int
    firm: Decimal | None
    seed: int
    draws: int
    dimensions: dict[str, tuple[Decimal, Decimal]]


def standing(evaluation: Evaluation) -> Standing:
    """Among the results in publicity and published by the same scheme; a superseded one among those that stand now."""
    shown = Evaluation.objects.filter(
        scheme=evaluation.scheme_id, status__in=[Status.PUBLICITY, Status.PUBLISHED]
    ).select_related("scheme")
    # a result and the correction of it that is shown count once: the one that is looked at, else the correction
    newer = {row.supersedes_id for row in shown if row.supersedes_id}
    skipped = {evaluation.supersedes_id} if evaluation.supersedes_id else newer - {evaluation.pk}
    others = [row for row in shown if row.pk not in skipped and row.zone_id != evaluation.zone_id]
    rows = [evaluation, *others]
    results = compute_all(rows)
    officials = [results[row.pk].official for row in rows]
    firm = firmness([results[row.pk] for row in rows], evaluation.scheme, evaluation.year)
    return Standing(
        rank=1 + sum(official > officials[0] for official in officials),
        of=len(rows),
        firm=firm if others else None,
        seed=evaluation.year,
        draws=DRAWS,
        dimensions=_dimensions(list(results.values())),
    )


def firmness(results: Sequence[scoring.Result], scheme: Scheme, seed: int) -> Decimal:
    """The share, 0 to 1 in three places, of draws in which the first of ``results`` keeps its rank."""
    numbers = [item.number for item in results[0].items]
    weights = dict(scheme.indicators.weighted().values_list("number", "weight"))
    weight = np.array([float(weights[number]) for number in numbers])
    by_number = [{item.number: item.score for item in result.items} for result in results]
    scores = np.array([[np.nan if row[n] is None else float(row[n] or 0) for n in numbers] for row in by_number])
    deducted = np.array([float(result.deductions) for result in results])
    chosen = ~np.isnan(scores)
    scores = np.nan_to_num(scores)

    def ranks(drawn: np.ndarray) -> np.ndarray:
        points = scores @ drawn.T
        out_of = 100.0 if scheme.unchosen_rule == scoring.Unchosen.ABSOLUTE else chosen @ drawn.T
        totals = np.round(np.maximum(points / out_of - deducted[:, None], 0), 9)  # noise of floats is no difference
        return 1 + (totals > totals[0]).sum(axis=0)

    drawn = weight * np.random.default_rng(seed).uniform(1 - MOVED, 1 + MOVED, (DRAWS, len(weight)))
    drawn *= weight.sum() / drawn.sum(axis=1, keepdims=True)
    stays = int((ranks(drawn) == ranks(weight[None, :])[0]).sum())
    return Decimal(stays) / DRAWS


def _dimensions(results: Sequence[scoring.Result]) -> dict[str, tuple[Decimal, Decimal]]:
    found = {}
    for name in results[0].dimensions:
        values = [mean for result in results if (mean := result.dimensions.get(name)) is not None]
        if values:
            mean = scoring.rounded(sum(map(scoring.Fraction, values), scoring.Fraction()) / len(values))
            found[name] = (mean, max(values))
    return found
