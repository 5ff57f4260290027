"""The order of a class's applicants, from their points, exactly and without a draw."""

from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from ..models import Application, Criterion, InnovationClass

HUNDRED = Decimal(100)


@dataclass
class Ranked:
    """One applicant in order. ``total`` is None while points are missing; then there is no rank and no position.

    ``shares_rank``: others have the same total. ``is_undecided``: others are equal in every criterion too, the order
    among them decides about a place or about the waiting list, and nobody has decided it.
    """

    application: Application
    points: dict[int, Decimal]  # by criterion
    total: Decimal | None = None
    rank: int | None = None
    position: int | None = None
    shares_rank: bool = False
    is_undecided: bool = False


def ranking(innovation_class: InnovationClass) -> list[Ranked]:
    """The standing applications of the class in the order of admission; those without all points last, by number.

    The total is the sum of points × weight / 100, exact to six places. The same total is the same rank. Among those the
    points of the first criterion decide, then of the second, and so on; whoever is equal in all needs a decision of the
    college when the places end within or before them. Four queries.
    """
    criteria = list(innovation_class.criteria.all())
    standing = innovation_class.applications.standing().select_related("student")
    rows = [
        Ranked(row, {score.criterion_id: score.points for score in row.scores.all()})
        for row in standing.prefetch_related("scores").order_by("student__number", "pk")
    ]
    for row in rows:
        row.total = total_of(row.points, criteria)
    full = sorted((row for row in rows if row.total is not None), key=lambda row: _key(row, criteria))
    for position, row in enumerate(full, 1):
        row.position = position
    for _total, group in groupby(full, key=lambda row: row.total):
        same = list(group)
        for row in same:
            row.rank, row.shares_rank = same[0].position, len(same) > 1
    for _equal, group in groupby(full, key=lambda row: _merit(row, criteria)):
        same = list(group)
        orders = {row.application.tie_order for row in same}
        decided = None not in orders and len(orders) == len(same)
        matters = len(same) > 1 and (same[-1].position or 0) > innovation_class.places
        for row in same:
            row.is_undecided = matters and not decided
    return full + [row for row in rows if row.total is None]


def total_of(points: dict[int, Decimal], criteria: list[Criterion]) -> Decimal | None:
    """The weighted total of 0–100, or None while points of a criterion are missing."""
    if not criteria or any(criterion.pk not in points for criterion in criteria):
        return None
    return sum((points[criterion.pk] * criterion.weight for criterion in criteria), Decimal(0)) / HUNDRED


def _merit(row: Ranked, criteria: list[Criterion]) -> tuple[Decimal, ...]:
    assert row.total is not None
    return (-row.total, *(-row.points[criterion.pk] for criterion in criteria))


def _key(row: Ranked, criteria: list[Criterion]) -> tuple:
    order = row.application.tie_order
    return (*_merit(row, criteria), order is None, order or 0, row.application.student.number, row.application.pk)
