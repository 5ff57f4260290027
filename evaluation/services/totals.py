"""The totals of many evaluations at once, exact like ``scoring.evaluate`` and in a constant number of queries.

Where every reviewer of a side has scored every chosen indicator, which is the rule, the database adds up score × weight
of the side. What is measured, trimmed or has gaps is counted indicator by indicator. Whole numbers all the way, over a
common denominator. Only totals: what a single result page shows comes from ``compute``.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import prod

from django.db.models import BigIntegerField, Count, DecimalField, F, Max, Min, QuerySet, Sum
from django.db.models.functions import Cast, Round

from .. import scoring
from ..models import Evaluation, Finding, Indicator, Measurement, Reviewer, Scheme, Score, SelfAssessment

ENOUGH_TO_DROP = scoring.FEWEST_FOR_DROPPING


@dataclass(frozen=True)
class Total:
    """The figures of one evaluation, as on its result page."""

    rescaled: Decimal
    absolute: Decimal
    deductions: Decimal
    official: Decimal
    grade: str
    veto: bool


def totals_of(evaluations: QuerySet[Evaluation]) -> dict[int, Total]:
    """By the key of the evaluation; those are left out of which a chosen indicator has no score of a side that counts.

    The same number of queries, however many evaluations there are.
    """
    rows = list(evaluations.order_by().values_list("pk", "scheme"))
    keys = evaluations.order_by().values("pk")
    schemes = {row.pk: row for row in Scheme.objects.filter(pk__in={s for _e, s in rows}).prefetch_related("bands")}
    indicators = _indicators(schemes)
    unchosen = defaultdict(set)
    for evaluation, indicator in SelfAssessment.objects.filter(evaluation__in=keys, is_chosen=False).values_list(
        "evaluation", "indicator"
    ):
        unchosen[evaluation].add(indicator)
    findings = defaultdict(list)
    for evaluation, kind, taken_off in Finding.objects.filter(evaluation__in=keys).values_list(
        "evaluation", "indicator__kind", "points"
    ):
        findings[evaluation].append((kind, taken_off))
    weights = {
        evaluation: {key: weight for key, weight in indicators[scheme].items() if key not in unchosen[evaluation]}
        for evaluation, scheme in rows
    }
    rules = {key: scheme.rules() for key, scheme in schemes.items()}
    points = _whole_sides(keys, rows, rules, weights)
    if others := [evaluation for evaluation, _scheme in rows if evaluation not in points]:
        given = _given(others)
        _add_measured(given, others)
        schemes_of = dict(rows)
        points |= {key: _points(rules[schemes_of[key]], weights[key], given[key]) for key in others}
    return {
        evaluation: _total(rules[scheme], sum(weights[evaluation].values()), found, findings[evaluation])
        for evaluation, scheme in rows
        if (found := points[evaluation]) is not None
    }


Side = tuple[int, Fraction | int, Fraction | int, Fraction | int]  # how many; sum, lowest, highest in hundredths


def _indicators(schemes: Iterable[int]) -> dict[int, dict[int, int]]:
    """Of each scheme its weighted indicators with their weights in whole hundredths of a percent."""
    found: dict[int, dict[int, int]] = defaultdict(dict)
    weighted = Indicator.objects.filter(scheme__in=list(schemes), kind=Indicator.Kind.WEIGHTED)
    for scheme, key, weight in weighted.values_list("scheme", "pk", "weight"):
        found[scheme][key] = int(weight * 100)
    return found


def _whole_sides(
    keys: QuerySet, rows: list[tuple[int, int]], rules: dict[int, scoring.Rules], weights: dict[int, dict[int, int]]
) -> dict[int, Fraction | None]:
    """Weight × score of the evaluations in which each reviewer who has finished scored each chosen indicator."""
    given: dict[int, dict[str, tuple[int, int]]] = defaultdict(dict)
    times_weight = Sum(F("score") * F("indicator__weight"), output_field=DecimalField())
    scores = Score.objects.filter(reviewer__evaluation__in=keys, reviewer__submitted_at__isnull=False)
    for evaluation, side, n, total in (
        scores.order_by()
        .values_list("reviewer__evaluation", "reviewer__side")
        .annotate(n=Count("pk"), total=Cast(Round(times_weight * 10_000), BigIntegerField()))
    ):
        given[evaluation][side] = (n, total)
    people: dict[int, dict[str, int]] = defaultdict(dict)
    finished = Reviewer.objects.filter(evaluation__in=keys, submitted_at__isnull=False).order_by()
    for evaluation, side, n in finished.values_list("evaluation", "side").annotate(n=Count("pk")):
        people[evaluation][side] = n
    said_no = SelfAssessment.objects.filter(evaluation__in=keys, is_chosen=False)
    scored_all_the_same = said_no.filter(evaluation__reviewers__scores__indicator=F("indicator"))
    special = set(scored_all_the_same.values_list("evaluation", flat=True))
    special |= set(Measurement.objects.filter(evaluation__in=keys).values_list("evaluation", flat=True))
    found: dict[int, Fraction | None] = {}
    for evaluation, scheme in rows:
        sides, rule = people[evaluation], rules[scheme]
        if evaluation in special or (rule.drops_extremes and max(sides.values(), default=0) >= ENOUGH_TO_DROP):
            continue
        if any(given[evaluation].get(side, (0, 0))[0] != n * len(weights[evaluation]) for side, n in sides.items()):
            continue
        shares = {side: int(rule.side_weights[side]) for side in sides}
        every, people_of_all = sum(shares.values()), prod(sides.values())
        if not every or not weights[evaluation]:
            found[evaluation] = None
            continue
        together = sum(shares[side] * given[evaluation][side][1] * (people_of_all // n) for side, n in sides.items())
        found[evaluation] = Fraction(together, people_of_all * every)
    return found


def _given(keys: list[int]) -> dict[int, dict[int, dict[str, Side]]]:
    found: dict[int, dict[int, dict[str, Side]]] = defaultdict(lambda: defaultdict(dict))
    hundredths = Cast(Round(F("score") * 100), BigIntegerField())
    rows = (
        Score.objects.filter(reviewer__evaluation__in=keys, reviewer__submitted_at__isnull=False)
        .order_by()
        .values_list("reviewer__evaluation", "indicator", "reviewer__side")
        .annotate(n=Count("pk"), total=Sum(hundredths), low=Min(hundredths), high=Max(hundredths))
    )
    for evaluation, indicator, side, n, total, low, high in rows.iterator(chunk_size=10_000):
        found[evaluation][indicator][side] = (n, total, low, high)
    return found


def _add_measured(given: dict[int, dict[int, dict[str, Side]]], keys: list[int]) -> None:
    """A reviewer who has finished and says nothing else of a measured indicator agrees with what was measured."""
    measured = list(Measurement.objects.filter(evaluation__in=keys).select_related("indicator"))
    if not measured:
        return
    finished = defaultdict(list)
    sides = Reviewer.objects.filter(evaluation__in=keys).exclude(submitted_at=None).order_by()
    for evaluation, side, n in sides.values_list("evaluation", "side").annotate(n=Count("pk")):
        finished[evaluation].append((side, n))
    for row in measured:
        exact = row.exact * 100
        of_indicator = given[row.evaluation_id][row.indicator_id]
        for side, n in finished[row.evaluation_id]:
            scored, total, low, high = of_indicator.get(side, (0, 0, exact, exact))
            if agreeing := n - scored:
                of_indicator[side] = (n, total + agreeing * exact, min(low, exact), max(high, exact))


def _points(rules: scoring.Rules, weights: dict[int, int], given: dict[int, dict[str, Side]]) -> Fraction | None:
    """Weight × score over all indicators, in ten-thousandths; None when one of them cannot be counted."""
    shares = {side: int(weight) for side, weight in rules.side_weights.items()}
    parts: dict[int, Fraction | int] = defaultdict(int)  # by denominator
    for key, weight in weights.items():
        sides = []
        for side, (n, total, low, high) in given.get(key, {}).items():
            if not shares[side]:
                continue
            if rules.drops_extremes and n >= ENOUGH_TO_DROP:
                n, total = n - 2, total - low - high
            sides.append((shares[side], n, total))
        if not sides:
            return None
        every = prod(n for _share, n, _total in sides)
        denominator = every * sum(share for share, _n, _total in sides)
        parts[denominator] += weight * sum(share * total * (every // n) for share, n, total in sides)
    if not parts:
        return None
    return sum((Fraction(value) / denominator for denominator, value in parts.items()), Fraction())


def _total(rules: scoring.Rules, weight: int, points: Fraction, findings: list[tuple[str, Decimal]]) -> Total:
    """``weight`` of the chosen indicators in hundredths of a percent, ``points`` in ten-thousandths."""
    rescaled, absolute = points / (weight * 100), points / 1_000_000
    deducted = sum((Fraction(value) for kind, value in findings if kind == Indicator.Kind.DEDUCTION), Fraction())
    veto = any(kind == Indicator.Kind.VETO for kind, _points in findings)
    base = absolute if rules.unchosen == scoring.Unchosen.ABSOLUTE else rescaled
    official = scoring.rounded(max(base - deducted, Fraction()))
    return Total(
        rescaled=scoring.rounded(rescaled),
        absolute=scoring.rounded(absolute),
        deductions=scoring.rounded(deducted),
        official=official,
        grade=scoring.grade(official, rules.bands, veto),
        veto=veto,
    )
