"""The totals against a calculation of its own, written from the rule with fractions and nothing of the program's."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.curves import points_of
from evaluation.scoring import Band, Item, MissingScore, Rules, evaluate, rounded

BANDS = [Band("good", Decimal(80)), Band("poor", Decimal(0)), Band("best", Decimal(90)), Band("pass", Decimal(60))]
SIDES = ["college", "enterprise", "third_party"]
SIDE_WEIGHTS = {"college": Decimal(40), "enterprise": Decimal(40), "third_party": Decimal(20)}

scores = st.decimals(min_value=0, max_value=100, places=2)
weights = st.decimals(min_value=Decimal("0.01"), max_value=30, places=2)
amounts = st.decimals(min_value=0, max_value=5000, places=2)
side_shares = st.decimals(min_value=1, max_value=60, places=2)


@st.composite
def cases(draw):
    sides = ["college", "enterprise"] + (["third_party"] if draw(st.booleans()) else [])
    measured = {}
    people = {side: draw(st.integers(1, 7)) for side in sides}
    items = []
    for number in range(1, draw(st.integers(2, 9))):
        given = {side: draw(st.lists(scores, min_size=n, max_size=n)) for side, n in people.items()}
        if draw(st.booleans()):  # measured: who does not score otherwise agrees with it
            figures = sorted(draw(st.sets(amounts, min_size=2, max_size=5)))
            table = [(figure, draw(scores)) for figure in figures]
            value = draw(st.sampled_from(figures) | amounts)
            measured[number] = (value, table, {side: draw(st.integers(0, n)) for side, n in people.items()})
            for side, n in measured[number][2].items():
                given[side][:n] = [points_of(value, table)] * n
        items.append(
            Item(
                number=number,
                dimension=draw(st.sampled_from("ABC")),
                weight=draw(weights),
                is_chosen=number == 1 or draw(st.booleans()),
                scores=given,
            )
        )
    rules = Rules(
        unchosen=draw(st.sampled_from(["rescale", "absolute"])),
        side_weights={side: draw(side_shares) for side in SIDES},
        drops_extremes=draw(st.booleans()),
        bands=BANDS,
    )
    return items, rules, draw(st.lists(st.decimals(0, 40, places=2), max_size=3)), draw(st.booleans()), measured


def on_the_line(value, table):
    """The points at ``value`` between the two lines of the table around it; beyond its ends those of the end."""
    below = [line for line in table if line[0] <= value]
    above = [line for line in table if line[0] >= value]
    if not below or not above:
        return Fraction(str((below[-1] if below else above[0])[1]))
    (left, low), (right, high) = [[Fraction(str(part)) for part in line] for line in (below[-1], above[0])]
    return low if left == right else (low * (right - value) + high * (value - left)) / (right - left)


def by_the_rule(items, rules, deductions, veto, measured):
    """The rule of the domain page, word by word: (rescaled, absolute, official) exact, and the grade."""
    points, weight_chosen = Fraction(0), Fraction(0)
    for item in items:
        if not item.is_chosen:
            continue
        numerator, denominator = Fraction(0), Fraction(0)
        for side, given_scores in item.scores.items():
            value, table, agreeing = measured.get(item.number, (0, [], {}))
            silent = agreeing.get(side, 0)
            values = [on_the_line(Fraction(str(value)), table)] * silent if silent else []
            values += [Fraction(str(score)) for score in given_scores[silent:]]
            if rules.drops_extremes and len(values) > 4:
                values.remove(max(values))
                values.remove(min(values))
            share = Fraction(str(rules.side_weights[side]))
            numerator += share * sum(values) / len(values)
            denominator += share
        points += Fraction(str(item.weight)) * numerator / denominator
        weight_chosen += Fraction(str(item.weight))
    rescaled, absolute = points / weight_chosen, points / 100
    official = (rescaled if rules.unchosen == "rescale" else absolute) - sum(Fraction(str(d)) for d in deductions)
    official = half_up(official if official > 0 else Fraction(0))
    grade = "poor"
    for name, lowest in [("pass", 60), ("good", 80), ("best", 90)]:
        if not veto and official >= lowest:
            grade = name
    return half_up(rescaled), half_up(absolute), official, grade


def half_up(value):
    """Long division by hand: cut after the second place, and one more hundredth when the rest is a half or more."""
    hundredths, rest = divmod(value.numerator * 100, value.denominator)
    if 2 * rest >= value.denominator:
        hundredths += 1
    return Decimal(f"{hundredths // 100}.{hundredths % 100:02}")


@settings(max_examples=500, deadline=None)
@given(cases())
def test_totals_agree_with_a_calculation_written_from_the_rule(case):
    """Sides, trimming, measured figures by their table, unchosen indicators, deductions and veto."""
    items, rules, deductions, veto, measured = case
    result = evaluate(items, rules, deductions, veto)
    assert (result.rescaled, result.absolute, result.official, result.grade) == by_the_rule(
        items, rules, deductions, veto, measured
    )


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 9999), st.sampled_from(["rescale", "absolute"]), st.integers(1, 99))
def test_a_total_that_ends_in_exactly_half_a_hundredth_goes_up(hundredths, rule, weight):
    """Two reviewers a hundredth apart: their mean lies exactly on .005, which also holds after rescaling."""
    below, above = Decimal(hundredths) / 100, Decimal(hundredths + 1) / 100
    pair = {"college": [below, above]}
    chosen = Decimal(100 if rule == "absolute" else weight)
    items = [Item(1, "A", chosen, True, pair), Item(2, "A", Decimal(100) - chosen, False, {})]
    result = evaluate(items, Rules(rule, SIDE_WEIGHTS, False, BANDS))
    assert (result.official, result.items[0].score) == (above, above)


def test_a_half_that_only_the_weights_make_goes_up():
    """82.5 × 6 % + 71.3 × 0.1 % and so on are exact in decimals; in binary they fall to either side of .005."""
    items = [
        Item(1, "A", Decimal("0.5"), True, {"college": [Decimal(1)]}),
        Item(2, "A", Decimal("99.5"), False, {}),
    ]
    result = evaluate(items, Rules("absolute", SIDE_WEIGHTS, False, BANDS))
    assert (result.absolute, result.rescaled) == (Decimal("0.01"), Decimal("1.00"))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Fraction(1005, 1000), "1.01"),
        (Fraction(10049999, 10000000), "1.00"),
        (Fraction(2675, 1000), "2.68"),
        (Fraction(0), "0.00"),
        (Fraction(200, 3), "66.67"),
        (Fraction(100), "100.00"),
    ],
)
def test_rounding_is_half_up_where_floats_and_bankers_go_wrong(value, expected):
    assert str(rounded(value)) == expected


def test_intermediate_figures_are_not_rounded():
    """Three sides' thirds of 10 add to exactly 10; two-place intermediates would give 9.99 or 10.01."""
    thirds = {"college": [Decimal(10), Decimal(10), Decimal("10.01")]}
    items = [Item(number, "A", Decimal(1), True, thirds) for number in range(1, 4)]
    result = evaluate(items, Rules("rescale", SIDE_WEIGHTS, False, BANDS))
    assert (result.rescaled, result.absolute) == (Decimal("10.00"), Decimal("0.30"))


def one(side_scores, drops=False):
    return evaluate(
        [Item(1, "A", Decimal(100), True, side_scores)], Rules("rescale", SIDE_WEIGHTS, drops, BANDS)
    ).official


def decimals(*values):
    return [Decimal(value) for value in values]


def test_extremes_are_dropped_once_each_from_five_reviewers_on():
    assert one({"college": decimals(0, 80, 80, 86, 100)}, drops=True) == Decimal("82.00")
    assert one({"college": decimals(0, 80, 80, 86)}, drops=True) == Decimal("61.50")
    assert one({"college": decimals(0, 80, 80, 86, 100)}) == Decimal("69.20")
    assert one({"college": decimals(50, 50, 50, 50, 100)}, drops=True) == Decimal("50.00")


def test_a_side_that_is_absent_leaves_its_weight_to_the_others():
    assert one({"college": decimals(90), "enterprise": decimals(60)}) == Decimal("75.00")
    assert one({"college": decimals(90), "third_party": decimals(60)}) == Decimal("80.00")
    assert one({"college": decimals(90), "enterprise": [], "third_party": decimals(60)}) == Decimal("80.00")


def test_unchosen_optional_indicators_count_by_the_schemes_rule_and_both_figures_are_given():
    items = [
        Item(1, "A", Decimal(50), True, {"college": decimals(80)}),
        Item(2, "B", Decimal(30), True, {"college": decimals(90)}),
        Item(3, "C", Decimal(20), False, {}),
    ]
    rescale = evaluate(items, Rules("rescale", SIDE_WEIGHTS, False, BANDS), [Decimal("1.5")])
    absolute = evaluate(items, Rules("absolute", SIDE_WEIGHTS, False, BANDS), [Decimal("1.5")])
    assert (rescale.rescaled, rescale.absolute, rescale.official) == tuple(decimals("83.75", "67.00", "82.25"))
    assert (absolute.rescaled, absolute.absolute, absolute.official) == tuple(decimals("83.75", "67.00", "65.50"))
    assert (rescale.grade, absolute.grade) == ("good", "pass")
    assert rescale.dimensions == {"A": Decimal("80.00"), "B": Decimal("90.00"), "C": None}
    assert [row.lost for row in rescale.items] == [Decimal("12.50"), Decimal("3.75"), None]
    assert [row.lost for row in absolute.items] == [Decimal("10.00"), Decimal("3.00"), None]


def test_deductions_do_not_go_below_zero():
    items = [Item(1, "A", Decimal(100), True, {"college": decimals(3)})]
    result = evaluate(items, Rules("rescale", SIDE_WEIGHTS, False, BANDS), decimals(2, "1.01"))
    assert (result.official, result.deductions, result.rescaled) == tuple(decimals("0.00", "3.01", "3.00"))


def test_a_veto_sets_the_lowest_grade_and_leaves_the_figures():
    items = [Item(1, "A", Decimal(100), True, {"college": decimals(99)})]
    result = evaluate(items, Rules("rescale", SIDE_WEIGHTS, False, BANDS), veto=True)
    assert (result.official, result.grade, result.veto) == (Decimal("99.00"), "poor", True)


@pytest.mark.parametrize(("score", "expected"), [("89.99", "good"), ("90", "best"), ("60", "pass"), ("59.99", "poor")])
def test_a_band_begins_at_its_lowest_score(score, expected):
    items = [Item(1, "A", Decimal(100), True, {"college": decimals(score)})]
    assert evaluate(items, Rules("rescale", SIDE_WEIGHTS, False, BANDS)).grade == expected


def test_the_grade_follows_the_rounded_score_that_people_see():
    items = [Item(1, "A", Decimal(100), True, {"college": decimals("89.99", "90")})]
    result = evaluate(items, Rules("rescale", SIDE_WEIGHTS, False, BANDS))
    assert (result.official, result.grade) == (Decimal("90.00"), "best")


def test_chosen_indicators_without_a_score_are_named():
    items = [
        Item(1, "A", Decimal(50), True, {"college": decimals(80)}),
        Item(2, "A", Decimal(30), True, {}),
        Item(3, "A", Decimal(20), True, {"college": []}),
    ]
    with pytest.raises(MissingScore) as missing:
        evaluate(items, Rules("rescale", SIDE_WEIGHTS, False, BANDS))
    assert missing.value.numbers == [2, 3]


def test_a_side_without_weight_alone_is_no_score():
    items = [Item(1, "A", Decimal(100), True, {"third_party": decimals(80)})]
    with pytest.raises(MissingScore):
        evaluate(items, Rules("rescale", {**SIDE_WEIGHTS, "third_party": Decimal(0)}, False, BANDS))


def test_sides_are_shown_as_means_over_the_chosen_weights():
    items = [
        Item(1, "A", Decimal(75), True, {"college": decimals(80, 90), "enterprise": decimals(70)}),
        Item(2, "A", Decimal(25), True, {"college": decimals(60, 61), "enterprise": decimals(50)}),
    ]
    result = evaluate(items, Rules("rescale", SIDE_WEIGHTS, False, BANDS))
    assert result.sides == {"college": Decimal("78.88"), "enterprise": Decimal("65.00")}
    assert result.items[0].sides == {"college": Decimal("85.00"), "enterprise": Decimal("70.00")}
