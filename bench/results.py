"""Results of a thousand zones at once, against the database's own single aggregate over the same scores."""

from datetime import date
from decimal import Decimal
from random import Random

from django.db import connection
from django.utils import timezone

from bench.frame import Row
from consortium.models import User
from evaluation.models import Evaluation, Indicator, Reviewer, Scheme, Score, SelfAssessment
from evaluation.services.totals import totals_of
from zones.models import Zone

ZONES, REVIEWERS = 1_000, 7
SIDES = ["college"] * 3 + ["enterprise"] * 3 + ["third_party"]
AGGREGATE = """
SELECT r.evaluation_id, SUM(s.score * i.weight) / SUM(i.weight)
FROM evaluation_score s
JOIN evaluation_reviewer r ON r.id = s.reviewer_id
JOIN evaluation_indicator i ON i.id = s.indicator_id
JOIN evaluation_evaluation e ON e.id = r.evaluation_id WHERE e.scheme_id = %s GROUP BY r.evaluation_id
"""


def result_rows() -> list[Row]:
    scheme = fill()

    def floor() -> None:
        with connection.cursor() as cursor:
            cursor.execute(AGGREGATE, [scheme.pk])
            assert len(cursor.fetchall()) == ZONES

    def ours() -> None:
        assert len(totals_of(Evaluation.objects.filter(scheme=scheme))) == ZONES

    name = f"results of {ZONES:,} zones × 21 × {REVIEWERS}"
    return [Row(name, "one aggregate over the same scores", floor, ours, goal=3)]


def fill() -> Scheme:
    """A scheme of its own with the demonstration's indicators, and an evaluation in review of each of 1,000 zones."""
    model = Scheme.objects.filter(status="published").order_by("year").first()
    assert model is not None, "the demonstration has a scheme"
    scheme, is_new = Scheme.objects.get_or_create(consortium=model.consortium, year=2099, name="bench")
    if not is_new:
        return scheme
    for band in model.bands.all():
        scheme.bands.create(name=band.name, lowest=band.lowest)
    fields = ("number", "group", "dimension", "name", "weight", "is_required", "kind")
    Indicator.objects.bulk_create(
        Indicator(scheme=scheme, **row) for row in model.indicators.weighted().values(*fields)
    )
    like, today, random = Zone.objects.order_by("pk")[0], date(2099, 1, 1), Random(7)
    zones = Zone.objects.bulk_create(
        Zone(
            consortium=like.consortium, college=like.college, department=like.department, form=like.form,
            code=f"bench{number}", name=f"示例特区{number}", established_on=like.established_on,
        )
        for number in range(ZONES)
    )  # fmt: skip
    evaluations = Evaluation.objects.bulk_create(
        Evaluation(
            consortium=like.consortium, zone=zone, scheme=scheme, year=2099, status="review", opened_on=today
        )
        for zone in zones
    )  # fmt: skip
    indicators = list(scheme.indicators.all())
    SelfAssessment.objects.bulk_create(
        (SelfAssessment(evaluation=row, indicator=indicator) for row in evaluations for indicator in indicators),
        batch_size=5_000,
    )
    people = list(User.objects.order_by("pk")[:REVIEWERS])
    now = timezone.now()
    reviewers = Reviewer.objects.bulk_create(
        (
            Reviewer(evaluation=row, person=person, side=side, submitted_at=now)
            for row in evaluations
            for person, side in zip(people, SIDES, strict=True)
        ),
        batch_size=5_000,
    )
    Score.objects.bulk_create(
        (
            Score(reviewer=reviewer, indicator=indicator, score=Decimal(random.randrange(6_000, 10_000)) / 100)
            for reviewer in reviewers
            for indicator in indicators
        ),
        batch_size=5_000,
    )
    return scheme
