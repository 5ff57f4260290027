"""What the program counts by itself: figures, points, where they are kept, and the reviewer's reasoned change."""

import datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from django.core.exceptions import ValidationError

from consortium.models import HistoryEntry
from evaluation import services
from evaluation.curves import Drawing, best_figure, points_of, read_curve, write_curve
from evaluation.measures import MEASURES
from evaluation.services import Given
from zones.models import Fund, TeachingResource, TechnicalService, Zone

from .conftest import AFTER_PUBLICITY, NOW, TODAY, refusal, wrong

BY_PEOPLE = {20}  # highlights: nothing in the records says what is remarkable


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


def verified(row, recorder, verifier):
    row.status, row.organization, row.recorded_at = row.Status.VERIFIED, recorder.affiliation.organization, NOW
    row.recorded_by, row.decided_by, row.decided_at = recorder, verifier, NOW
    row.save()
    return row


@pytest.fixture
def service(college_admin, secretariat, enterprise):
    def make(zone, received, year=2025, **fields):
        row = TechnicalService(
            zone=zone, enterprise=enterprise, title="示例合同", date=datetime.date(year, 5, 1),
            contract_amount=1_000_000, amount_received=received, **fields,
        )  # fmt: skip
        return verified(row, college_admin, secretariat)

    return make


@pytest.fixture
def measured(make_scheme, secretariat):
    """A scheme whose first indicator is counted: 100,000 yuan earn 80 points, 300,000 or more 100."""
    scheme = make_scheme("1,60,yes,weighted", "2,40,no,weighted", publish=False)
    first = scheme.indicators.get(number=1)
    services.change_indicator(first, by=secretariat, measure="technical_services", curve="0=0；100000=80；300000=100")
    services.publish_scheme(scheme, by=secretariat, now=NOW)
    return scheme


@pytest.mark.parametrize(
    ("value", "points"),
    [("0", "0"), ("5", "30"), ("10", "60"), ("17", "80"), ("24", "100"), ("24.01", "100"), ("0.01", "3/50")],
)
def test_points_grow_evenly_between_the_lines_of_the_table_and_stay_at_its_ends(value, points):
    assert points_of(Decimal(value), read_curve("0=0, 10=60, 24=100")) == Fraction(points)


def test_below_the_first_line_the_first_holds_and_points_may_fall():
    table = read_curve("2=90, 10=0")
    assert [points_of(Decimal(value), table) for value in (0, 2, 6, 10, 99)] == [90, 90, 45, 0, 0]


@pytest.mark.parametrize(
    ("value", "text", "best"),
    [
        ("4", "0=0, 10=60, 24=100", "24"),
        ("30", "0=0, 10=60, 24=100", "30"),  # more than enough
        ("8", "2=90, 10=0", "2"),  # less is better
        ("1", "2=90, 10=0", "1"),
        ("7", "0=0, 2=80, 4=80, 9=10", "4"),  # the nearer of two ends
    ],
)
def test_what_is_missing_is_counted_to_the_nearest_figure_with_the_most_points(value, text, best):
    assert best_figure(Decimal(value), read_curve(text)) == Decimal(best)


def test_a_table_is_read_as_people_type_it():
    assert write_curve(read_curve(" 0＝0；10：60、 24 → 100.0 ")) == "0=0, 10=60, 24=100"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("10=60", "The table needs at least two figures with their points, such as 0=0, 10=100."),
        ("0=0, ten=5", "“ten=5” is not a figure and its points, such as 10=60."),
        ("0=0, 10=101", "Points go from 0 to 100."),
        ("10=0, 10=50", "The figures of the table must rise, each above the one before."),
    ],
)
def test_a_table_that_is_not_understood_is_refused_with_a_sentence(text, sentence):
    with pytest.raises(ValidationError) as caught:
        read_curve(text)
    assert caught.value.messages == [sentence]


def test_the_picture_reaches_from_the_lesser_to_the_greater_of_table_and_figure():
    drawing = Drawing(read_curve("0=0, 10=100"), Decimal(20), width=46, height=26)
    assert (drawing.line, drawing.x, drawing.y) == ("3.0,23.0 3.0,23.0 23.0,3.0 43.0,3.0", "43.0", "3.0")


def test_every_indicator_that_records_can_answer_has_a_measure():
    answered = {number for measure in MEASURES.values() for number in measure.indicators}
    assert answered == set(range(1, 22)) - BY_PEOPLE


@pytest.mark.parametrize("count", [1, 3])
def test_a_measure_asks_once_for_any_number_of_zones(make_zone, django_assert_num_queries, count):
    zones = [make_zone(f"z{number}") for number in range(count)]
    for measure in MEASURES.values():
        with django_assert_num_queries(1):
            assert measure.by_zone(zones, 2025) == {
                zone.pk: Decimal(1 if measure.name == "partner_enterprises" else 0) for zone in zones
            }
        assert measure.together(Zone.objects.all(), 2025) == (1 if measure.name == "partner_enterprises" else 0)


def test_only_verified_rows_of_the_year_and_the_zone_count(zone, other_zone, service):
    service(zone, Decimal("1000.10"))
    service(zone, 2000, contract_number="二")
    service(zone, 4000, year=2024, contract_number="三")
    service(other_zone, 8000)
    waiting = service(zone, 16000, contract_number="四")
    TechnicalService.objects.filter(pk=waiting.pk).update(status="recorded", decided_by=None)
    measure = MEASURES["technical_services"]
    assert measure.by_zone([zone, other_zone], 2025) == {zone.pk: Decimal("3000.10"), other_zone.pk: Decimal(8000)}
    assert measure.together(Zone.objects.all(), 2025) == Decimal("11000.10")
    assert [row.amount_received for row in measure.records(zone, 2025)] == [2000, Decimal("1000.10")]


def test_a_share_is_rounded_half_up_and_kinds_are_told_apart(zone, college_admin, secretariat):
    fund = Fund(
        zone=zone, title="设备", purpose="equipment", source="college", date=TODAY, budget=800, spent=Decimal("0.12")
    )
    verified(fund, college_admin, secretariat)
    for kind, quantity in (("case", 3), ("question_bank", 420)):
        row = TeachingResource(zone=zone, kind=kind, title=kind, date=TODAY, quantity=quantity)
        verified(row, college_admin, secretariat)
    names = ["budget_spent", "resources_case", "resources_question_bank", "resources_slides_plan", "teaching_resources"]
    assert [str(MEASURES[name].by_zone([zone], 2026)[zone.pk]) for name in names] == [
        "0.02", "3.00", "420.00", "0.00", "2.00",
    ]  # fmt: skip


def test_what_was_counted_at_the_hand_in_scores_unless_a_reviewer_says_why_not(zone, service, stages, measured):
    service(zone, 50_000)
    evaluation = stages.review(zone, scheme=measured)
    service(zone, 100_000, contract_number="迟到的合同")  # verified after the hand-in: not counted
    [kept] = evaluation.measurements.all()
    assert (kept.value, kept.points) == (50_000, Decimal("40.00"))
    one, two = evaluation.reviewers.order_by("pk")
    first, second = measured.indicators.order_by("number")
    for reviewer in (one, two):
        services.save_scores(reviewer, [Given(second, Decimal(90))], by=reviewer.person)
    sentence = {"score_1": ["Say in the remark why the measured score is not right."]}
    assert wrong(lambda: services.save_scores(two, [Given(first, Decimal(60), " ")], by=two.person)) == sentence
    services.save_scores(two, [Given(first, Decimal(60), "含一份未登记的合同")], by=two.person)
    for reviewer in (one, two):
        services.submit_scores(reviewer, by=reviewer.person, now=NOW)
    line = services.recompute(evaluation)["indicators"][0]
    assert line["measure"] == {"name": "technical_services", "value": "50000.00", "points": "40.00"}
    assert (line["score"], line["sides"]) == ("50.00", {"college": "40.00", "enterprise": "60.00"})


def test_measuring_again_keeps_what_changed_and_only_during_the_review(
    zone, service, stages, measured, secretariat, college_admin
):
    evaluation = stages.review(zone, scheme=measured)
    service(zone, 100_000)
    [changed] = services.measure_again(evaluation, by=secretariat, now=NOW)
    assert (changed.value, changed.points) == (100_000, 80)
    assert services.measure_again(evaluation, by=secretariat, now=NOW) == []
    entry = HistoryEntry.objects.of(evaluation).get(what="Measured again")
    assert (entry.old, entry.new) == ("1 指标1: 0", "1 指标1: 100000")
    type(evaluation).objects.filter(pk=evaluation.pk).update(status="self_assessment")
    evaluation.refresh_from_db()
    assert "can no longer, or not yet" in refusal(lambda: services.measure_again(evaluation, by=secretariat, now=NOW))


def test_a_correction_keeps_what_was_measured(zone, service, stages, measured, secretariat):
    service(zone, 50_000)
    evaluation = stages.review(zone, scheme=measured)
    second = measured.indicators.get(number=2)
    for reviewer in evaluation.reviewers.all():
        services.save_scores(reviewer, [Given(second, Decimal(90))], by=reviewer.person)
        services.submit_scores(reviewer, by=reviewer.person, now=NOW)
    services.start_publicity(evaluation, by=secretariat, today=TODAY)
    services.publish(evaluation, by=secretariat, now=AFTER_PUBLICITY)
    assert evaluation.result["indicators"][0]["score"] == "40.00"
    assert services.verify_results() == []
    correction = services.supersede(evaluation, by=secretariat, reason="更正", today=TODAY)
    assert [row.value for row in correction.measurements.all()] == [50_000]


def test_the_page_of_an_indicator_shows_the_figure_and_opens_its_records(
    client, zone, service, stages, measured, secretariat, expert, other_college_admin
):
    service(zone, Decimal(50_000))
    evaluation = stages.review(zone, scheme=measured)
    url = f"/evaluation/{evaluation.pk}/indicators/1/"
    client.force_login(secretariat)
    page = client.get(url).content.decode()
    assert "50,000 → 40.00" in page
    assert f'href="/zones/technical-services/{TechnicalService.objects.get().pk}/"' in page
    assert "?zone=" in page
    client.force_login(expert)  # reads what was counted, but not the register
    page = client.get(url).content.decode()
    assert "50,000 → 40.00" in page
    assert "示例合同" in page
    assert "/zones/technical-services/" not in page
    assert "Nothing is counted here" in client.get(url.replace("indicators/1", "indicators/2")).content.decode()
    client.force_login(other_college_admin)
    assert client.get(url).status_code == 404


def test_counting_again_is_a_page_of_the_secretariat(
    client, zone, service, stages, measured, secretariat, college_admin
):
    evaluation = stages.review(zone, scheme=measured)
    service(zone, Decimal(50_000))
    url = f"/evaluation/{evaluation.pk}/measure/"
    client.force_login(college_admin)
    assert client.post(url).status_code == 403
    client.force_login(secretariat)
    assert client.post(url).status_code == 302
    assert evaluation.measurements.get().value == 50_000
