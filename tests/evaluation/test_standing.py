"""Where a result stands: mean, best, rank, how firm the rank is; and the page that compares."""

import io
from decimal import Decimal

import numpy as np
import pytest
from django.urls import reverse
from openpyxl import load_workbook

from evaluation import services
from evaluation.models import Score
from evaluation.services import Given
from evaluation.services.results import compute
from evaluation.services.standing import firmness, standing

from .conftest import NOW, TODAY


@pytest.fixture
def three(stages, make_zone, expert, secretariat):
    """Three zones in publicity: the first ahead in all, the other two close to one another."""
    found = []
    for code, points in (("a", (95, 95, 95)), ("b", (80, 84, 80)), ("c", (82, 80, 79))):
        evaluation = stages.review(make_zone(code))
        for sheet in evaluation.reviewers.select_related("person"):
            rows = evaluation.scheme.indicators.weighted()
            given = [Given(row, Decimal(points[row.number - 1])) for row in rows]
            services.save_scores(sheet, given, by=sheet.person)
            services.submit_scores(sheet, by=sheet.person, now=NOW)
        services.start_publicity(evaluation, by=secretariat, today=TODAY)
        found.append(evaluation)
    return found


def test_the_rank_the_mean_and_the_best_are_those_of_the_years_results(three):
    stands = [standing(evaluation) for evaluation in three]
    # 95.00; 80 × 60 + 84 × 30 + 80 × 10 = 81.20; 82 × 60 + 80 × 30 + 79 × 10 = 81.10
    assert [(row.rank, row.of) for row in stands] == [(1, 3), (2, 3), (3, 3)]
    assert stands[0].dimensions == {
        "D1": (Decimal("85.67"), Decimal("95.00")),
        "D2": (Decimal("86.33"), Decimal("95.00")),
        "D3": (Decimal("84.67"), Decimal("95.00")),
    }


def test_how_firm_a_rank_is_counted_by_hand_over_the_same_draws(three):
    assert standing(three[0]).firm == Decimal(1)
    results = [compute(evaluation) for evaluation in (three[1], three[0], three[2])]
    draws = np.random.default_rng(2025).uniform(0.9, 1.1, (1000, 3)).tolist()
    stays = 0
    for first, second, third in draws:
        a, b, c = 60 * first, 30 * second, 10 * third
        mine, behind = (80 * a + 84 * b + 80 * c) / (a + b + c), (82 * a + 80 * b + 79 * c) / (a + b + c)
        stays += mine >= behind
    assert 0 < stays < 1000
    assert firmness(results, three[0].scheme, 2025) == Decimal(stays) / 1000
    assert standing(three[1]).firm == Decimal(stays) / 1000


def test_one_result_alone_has_no_rank_to_be_firm(stages, zone):
    stands = standing(stages.publicity(zone))
    assert (stands.rank, stands.of, stands.firm) == (1, 1, None)


def test_standing_needs_the_same_queries_for_one_result_and_three(three, django_assert_num_queries):
    evaluation = three[0]
    for count in (3, 1):
        if count == 1:
            for other in three[1:]:
                services.return_to_review(other, by=None, reason="x")
        with django_assert_num_queries(8):
            standing(evaluation)


def test_page_api_and_excel_show_the_same_digits(three, client_for, api_for, secretariat):
    address = reverse("evaluation:evaluation_compare")
    page = client_for(secretariat).get(address)
    shown = [(row.zone.name, f"{row.official:.2f}", row.grade) for row in page.context["page"]]
    assert [official for _name, official, _grade in shown] == ["95.00", "81.20", "81.10"]
    sheet = load_workbook(io.BytesIO(b"".join(client_for(secretariat).get(address + "?export=xlsx")))).active
    rows = [row for row in sheet.iter_rows(values_only=True) if row[0] in {name for name, *_ in shown}]
    assert [(row[0], f"{row[5]:.2f}", row[6]) for row in rows] == shown
    api = [api_for(secretariat).get(f"/api/v1/evaluations/{row.pk}/result/").json() for row in three]
    assert [(row["official"], row["grade"]) for row in api] == [shown[n][1:] for n in range(3)]
    for row in three:
        html = client_for(secretariat).get(reverse("evaluation:evaluation_result", args=[row.pk])).content.decode()
        assert f'<span class="num">{row.result["official"]}</span>' in html


def test_the_api_says_how_firm_the_rank_is(three, stages, make_zone, api_for, secretariat):
    told = api_for(secretariat).get(f"/api/v1/evaluations/{three[1].pk}/standing/").json()
    firm = f"{standing(three[1]).firm:.3f}"
    assert told == {"rank": 2, "of": 3, "firm": firm, "draws": 1000, "seed": 2025}
    unfinished = stages.scored(make_zone("d"))
    assert api_for(secretariat).get(f"/api/v1/evaluations/{unfinished.pk}/standing/").status_code == 404


def test_results_not_public_are_not_compared(three, stages, make_zone, client_for, secretariat):
    stages.scored(make_zone("d"))
    assert Score.objects.filter(reviewer__evaluation__zone__code="d").count() == 6
    page = client_for(secretariat).get(reverse("evaluation:evaluation_compare"))
    assert [row.zone.code for row in page.context["page"]] == ["a", "b", "c"]
