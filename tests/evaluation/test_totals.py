"""The totals of many evaluations at once: the same digits as one by one, and the same queries for any number."""

from decimal import Decimal

import pytest

from evaluation import services
from evaluation.models import Evaluation, Finding, Measurement, Reviewer, Score
from evaluation.services import Given
from evaluation.services.totals import totals_of

from .conftest import NOW


@pytest.fixture
def many(stages, make_zone, make_user, institute, consortium, secretariat, make_scheme):
    """Three evaluations by a scheme that drops extremes; seven reviewers, gaps, a deduction, a veto, a measurement."""
    scheme = make_scheme(
        "1,60.5,yes,weighted", "2,29.5,no,weighted", "3,10,no,weighted", "4,,no,deduction", "5,,no,veto",
        year=2024, drops_extremes=True, third_party_weight=25, college_weight=35,
    )  # fmt: skip
    people = [make_user(f"r{n}", "expert", institute, consortium, f"示例评委{n}") for n in range(7)]
    for index in range(3):
        evaluation = stages.review(make_zone(f"z{index}"), unchosen={3} if index else (), scheme=scheme)
        for n, person in enumerate(people):
            side = ("college", "college", "college", "college", "college", "enterprise", "third_party")[n]
            reviewer = Reviewer.objects.create(evaluation=evaluation, person=person, side=side)
            chosen = evaluation.self_assessments.filter(is_chosen=True).select_related("indicator")
            given = [
                Given(row.indicator, Decimal(5000 + 531 * n + 377 * index + row.indicator.number) / 100)
                for row in chosen
            ]
            services.save_scores(reviewer, given, by=person)
            services.submit_scores(reviewer, by=person, now=NOW)
        for reviewer in evaluation.reviewers.filter(submitted_at=None):
            services.withdraw_reviewer(reviewer, by=secretariat, reason="x")
    first, second, third = Evaluation.objects.filter(scheme=scheme).order_by("pk")
    deduction, veto = scheme.indicators.exclude(kind="weighted")
    Finding.objects.create(evaluation=first, indicator=deduction, points=Decimal("1.25"), reason="x")
    Finding.objects.create(evaluation=second, indicator=veto, points=0, reason="x")
    measured = scheme.indicators.get(number=2)
    measured.measure, measured.curve = "closed_months", "0=0, 3=50, 9=100"
    measured.save()
    Measurement.objects.create(evaluation=third, indicator=measured, value=Decimal(7), measured_at=NOW)
    Score.objects.filter(reviewer__evaluation=third, indicator=measured).exclude(reviewer__person=people[0]).delete()
    return Evaluation.objects.filter(scheme=scheme)


def test_totals_at_once_are_those_one_by_one(many):
    totals = totals_of(many)
    assert len(totals) == 3
    for evaluation in many:
        one, at_once = services.compute(evaluation), totals[evaluation.pk]
        assert (at_once.rescaled, at_once.absolute, at_once.deductions, at_once.official) == (
            one.rescaled, one.absolute, one.deductions, one.official,
        )  # fmt: skip
        assert (at_once.grade, at_once.veto) == (one.grade, one.veto)


def test_who_lacks_a_score_has_no_total(many):
    first = many.first()
    Score.objects.filter(reviewer__evaluation=first, indicator__number=1).delete()
    assert set(totals_of(many)) == {row.pk for row in many} - {first.pk}


@pytest.mark.parametrize("count", [1, 3])
def test_totals_need_the_same_queries_for_one_and_three(many, django_assert_num_queries, count):
    chosen = Evaluation.objects.filter(pk__in=list(many.order_by("-pk").values_list("pk", flat=True)[:count]))
    with django_assert_num_queries(13):
        totals_of(chosen)
