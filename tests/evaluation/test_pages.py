import datetime
import io
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from consortium.models import HistoryEntry
from evaluation import services
from evaluation.models import Evaluation, Indicator, Scheme, Score

from .conftest import AFTER_PUBLICITY, INDICATORS, NOW


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture(autouse=True)
def days(at):
    at(NOW)
    return at


def page(name, *args):
    return reverse(f"evaluation:{name}", args=args)


def errors(answer) -> dict[str, list[str]]:
    return {name: list(sentences) for name, sentences in answer.context["form"].errors.items()}


def messages(answer) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


# --- schemes ----------------------------------------------------------------------------------------------------------


def test_the_21_indicators_are_imported_and_put_in_force_by_page(client_for, secretariat):
    client = client_for(secretariat)
    file = SimpleUploadedFile("indicators-21.csv", INDICATORS.read_bytes())
    answer = client.post(page("scheme_import"), {"file": file, "year": 2025, "name": "绩效评价"})
    scheme = Scheme.objects.get()
    assert answer.url == page("scheme_detail", scheme.pk)
    assert client.get(answer.url).context["problems"] == []
    client.post(page("scheme_publish", scheme.pk))
    scheme.refresh_from_db()
    assert (scheme.status, scheme.indicators.count()) == ("published", 21)


def test_a_weight_sum_that_is_not_100_is_said_beside_the_file(client_for, secretariat):
    file = SimpleUploadedFile("x.csv", INDICATORS.read_bytes().replace(b",18,", b",17,"))
    answer = client_for(secretariat).post(page("scheme_import"), {"file": file, "year": 2025, "name": "x"})
    assert errors(answer) == {"file": ["The weights add up to 99%, not 100%."]}
    assert Scheme.objects.count() == 0


def test_a_scheme_is_written_by_hand(client_for, secretariat):
    client = client_for(secretariat)
    fields = {
        "year": 2026,
        "name": "绩效评价",
        "unchosen_rule": "absolute",
        "college_weight": 50,
        "enterprise_weight": 50,
        "third_party_weight": 0,
        "publicity_days": 7,
        "talk_above": 20,
    }
    answer = client.post(page("scheme_create"), {**fields, "college_weight": 60})
    assert errors(answer) == {
        "__all__": ["The weights of the three sides must add up to 100, and college and enterprise need some."]
    }
    client.post(page("scheme_create"), fields)
    scheme = Scheme.objects.get()
    row = {"number": 1, "group": "G", "dimension": "D", "name": "a", "kind": "weighted", "weight": "60"}
    client.post(page("indicator_create", scheme.pk), row)
    answer = client.post(page("indicator_create", scheme.pk), row)
    assert errors(answer) == {"__all__": ["This number is in the scheme already."]}
    first = scheme.indicators.get()
    client.post(page("indicator_update", first.pk), {**row, "weight": "99"})
    answer = client.post(page("scheme_publish", scheme.pk), follow=True)
    assert messages(answer) == ["The weights add up to 99%, not 100%."]
    client.post(page("indicator_delete", first.pk))
    assert (scheme.indicators.count(), scheme.status) == (0, "draft")


def test_the_grades_of_a_draft_are_changed_by_page(client_for, consortium, secretariat):
    scheme = services.create_scheme(Scheme(consortium=consortium, year=2026, name="绩效评价"), by=secretariat)
    client = client_for(secretariat)
    form = client.get(page("scheme_update", scheme.pk)).context
    data = {name: form["form"][name].value() for name in form["form"].fields if name != "drops_extremes"}
    data |= {"bands-TOTAL_FORMS": 5, "bands-INITIAL_FORMS": 4}
    for number, band in enumerate(form["bands"].initial_forms):
        data |= {f"bands-{number}-{name}": band[name].value() for name in ("id", "name", "lowest")}
    same = client.post(page("scheme_update", scheme.pk), {**data, "bands-0-lowest": "80"})
    assert same.context["bands"].non_form_errors() == ["Please correct the duplicate data for lowest."]
    lower = {f"bands-{number}-lowest": lowest for number, lowest in enumerate(("80", "60", "40"))}
    client.post(page("scheme_update", scheme.pk), data | lower)
    assert [(band.lowest) for band in scheme.bands.all()] == [80, 60, 40, 0]
    form = client.get(page("scheme_update", scheme.pk)).context
    data |= {f"bands-{number}-id": band["id"].value() for number, band in enumerate(form["bands"].initial_forms)}
    client.post(page("scheme_update", scheme.pk), {**data, "bands-0-lowest": "92.5", "bands-1-DELETE": "on"})
    assert [(band.lowest) for band in scheme.bands.all()] == [Decimal("92.50"), Decimal(60), Decimal(0)]
    assert HistoryEntry.objects.of(scheme).filter(what="Grades").count() == 2


def test_a_frozen_scheme_is_refused_by_page(client_for, secretariat, scheme):
    client = client_for(secretariat)
    indicator = scheme.indicators.first()
    row = {"number": 1, "group": "G", "dimension": "D", "name": "a", "kind": "weighted", "weight": "1"}
    sentence = "This scheme was published and is frozen. Make a new version."
    assert errors(client.post(page("indicator_update", indicator.pk), row)) == {"__all__": [sentence]}
    assert messages(client.post(page("indicator_delete", indicator.pk), follow=True)) == [sentence]


# --- the way of an evaluation -----------------------------------------------------------------------------------------


def test_the_whole_way_by_pages(client_for, zone, scheme, secretariat, college_admin, expert, expert2, partner, days):
    office, college = client_for(secretariat), client_for(college_admin)
    office.post(page("evaluation_create"), {"zones": [zone.pk]})
    evaluation = Evaluation.objects.get()
    office.post(page("evaluation_start", evaluation.pk))
    sheet = {"chosen_1": "on", "score_1": "90", "chosen_2": "on", "score_2": "85.5", "note_2": "见材料", "score_3": ""}
    answer = college.post(page("evaluation_assess", evaluation.pk), {**sheet, "submit": "1"})
    assert answer.url == page("evaluation_detail", evaluation.pk)
    for person, side in [(expert, "college"), (expert2, "enterprise")]:
        office.post(page("evaluation_reviewers", evaluation.pk), {"person": person.pk, "side": side})
    for person, first, second in [(expert, "80", "70"), (expert2, "90.5", "60")]:
        client = client_for(person)
        client.post(page("evaluation_score", evaluation.pk), {"score_1": first, "score_2": second, "submit": "1"})
    office.post(page("evaluation_publicity", evaluation.pk))
    evaluation.refresh_from_db()
    assert (evaluation.status, evaluation.publicity_ends_on) == ("publicity", datetime.date(2026, 3, 9))
    client_for(partner).post(page("objection_create", evaluation.pk), {"text": "请核实"})
    objection = evaluation.objections.get()
    office.post(page("objection_answer", evaluation.pk, objection.pk), {"answer": "已核实"})
    days(AFTER_PUBLICITY)
    office.post(page("evaluation_publish", evaluation.pk))
    evaluation.refresh_from_db()
    assert (evaluation.status, evaluation.result["official"]) == ("published", "78.50")
    answer = office.post(page("evaluation_supersede", evaluation.pk), {"reason": "漏记"})
    assert answer.url == page("evaluation_detail", Evaluation.objects.get(status="review").pk)


def test_a_score_outside_0_to_100_is_said_beside_it_and_nothing_typed_is_lost(client_for, stages, zone, expert):
    evaluation = stages.review(zone)
    answer = client_for(expert).post(page("evaluation_score", evaluation.pk), {"score_1": "100.01", "score_2": "80"})
    assert errors(answer) == {"score_1": ["A score is between 0 and 100."]}
    assert answer.context["form"]["score_2"].value() == "80"
    assert Score.objects.count() == 0


def test_a_gap_is_named_on_submission_and_what_was_typed_is_kept(client_for, stages, zone, expert):
    evaluation = stages.review(zone)
    client = client_for(expert)
    answer = client.post(page("evaluation_score", evaluation.pk), {"score_1": "88", "submit": "1"})
    assert errors(answer) == {"__all__": ["No score yet for 2 指标2, 3 指标3."]}
    assert [row.score for row in Score.objects.all()] == [Decimal("88.00")]
    totals = client.get(page("evaluation_score", evaluation.pk)).context["totals"]
    assert totals == {"rescaled": Decimal("88.00"), "absolute": Decimal("52.80"), "scored": 1, "chosen": 3}


def test_a_second_submission_is_refused_on_the_page(client_for, stages, zone, expert):
    evaluation = stages.scored(zone)
    client = client_for(expert)
    assert client.get(page("evaluation_score", evaluation.pk)).context["closed"] is True
    answer = client.post(page("evaluation_score", evaluation.pk), {"score_1": "1", "submit": "1"})
    assert errors(answer) == {"__all__": ["These scores are submitted already."]}
    assert HistoryEntry.objects.of(evaluation).filter(what="Scores submitted").count() == 2


def test_publishing_too_early_or_with_a_score_missing_is_said(client_for, stages, zone, other_zone, secretariat):
    client = client_for(secretariat)
    missing, early = stages.review(zone), stages.publicity(other_zone)
    answer = client.post(page("evaluation_publish", missing.pk), follow=True)
    assert messages(answer) == ["No score yet for 1 指标1, 2 指标2, 3 指标3."]
    answer = client.post(page("evaluation_publish", early.pk), follow=True)
    assert messages(answer) == ["The publicity lasts until March 9, 2026."]


def test_an_expert_of_a_partner_is_refused_by_name(client_for, stages, zone, secretariat, partner_expert):
    evaluation = stages.opened(zone)
    row = {"person": partner_expert.pk, "side": "enterprise"}
    answer = client_for(secretariat).post(page("evaluation_reviewers", evaluation.pk), row)
    assert errors(answer) == {"__all__": ["示例企业专家 cannot review: 示例企业一 is a partner of this zone."]}


def test_the_page_of_a_scheme_remembers_who_changed_a_weight(client_for, secretariat, auditor, consortium):
    draft = services.create_scheme(Scheme(consortium=consortium, year=2026, name="草案"), by=secretariat)
    indicator = Indicator(scheme=draft, number=1, group="G", dimension="D", name="实习工位", weight=60)
    services.create_indicator(indicator, by=secretariat)
    services.change_indicator(indicator, by=secretariat, weight=Decimal("55.5"))
    html = client_for(auditor).get(page("scheme_detail", draft.pk)).content.decode()
    assert html.count('1 实习工位 · </span><span class="sub">weight, %</span> 60 → 55.5') == 1


def test_evaluations_are_not_opened_by_another_scheme_than_the_one_that_was_asked_for(
    client_for, scheme, other_zone, secretariat, consortium
):
    draft = services.create_scheme(Scheme(consortium=consortium, year=2026, name="草案"), by=secretariat)
    client, address = client_for(secretariat), reverse("evaluation:evaluation_create")
    for asked in (draft.pk, "x", 10**9):
        assert client.post(f"{address}?scheme={asked}", {"zones": [other_zone.pk]}).status_code == 404
    assert Evaluation.objects.count() == 0
    assert client.post(f"{address}?scheme={scheme.pk}", {"zones": [other_zone.pk]}).status_code == 302
    assert Evaluation.objects.get().scheme == scheme


def test_a_required_indicator_stays_chosen_whatever_is_sent(client_for, stages, zone, college_admin):
    evaluation = stages.self_assessment(zone)
    client_for(college_admin).post(
        page("evaluation_assess", evaluation.pk), {"score_1": "50", "score_2": "", "score_3": ""}
    )
    rows = evaluation.self_assessments.values_list("indicator__number", "is_chosen", "self_score")
    assert list(rows) == [(1, True, Decimal(50)), (2, False, None), (3, False, None)]


def test_findings_are_added_and_removed_in_the_review(client_for, stages, zone, secretariat, scheme):
    evaluation = stages.scored(zone)
    client = client_for(secretariat)
    deduction = scheme.indicators.get(kind="deduction")
    row = {"indicator": deduction.pk, "points": "0", "reason": "超期"}
    answer = client.post(page("finding_create", evaluation.pk), row)
    assert errors(answer) == {"points": ["A deduction takes off more than 0 points."]}
    client.post(page("finding_create", evaluation.pk), {**row, "points": "1.5"})
    finding = evaluation.findings.get()
    assert client.get(page("evaluation_detail", evaluation.pk)).context["findings"][0] == finding
    client.post(page("finding_delete", evaluation.pk, finding.pk))
    assert evaluation.findings.count() == 0


# --- the result -------------------------------------------------------------------------------------------------------


def test_the_result_page_shows_the_frozen_figures_beside_last_years(client_for, stages, make_scheme, zone, bureau):
    last_year = make_scheme("1,60,yes,weighted", "2,40,no,weighted", year=2024)
    stages.published(zone, scheme=last_year)
    evaluation = stages.published(zone, unchosen={3})
    answer = client_for(bureau).get(page("evaluation_result", evaluation.pk))
    view = answer.context["view"]
    assert [(mark.indicator.number, mark.score, mark.change, mark.lost) for mark in view.marks] == [
        (1, Decimal("85.75"), Decimal("0.00"), Decimal("9.50")),
        (2, Decimal("86.00"), Decimal("0.00"), Decimal("4.67")),
    ]
    assert (view.chosen_weight, [row.number for row in view.unchosen], view.axis_from) == (90, [3], 50)
    # this year, last year, mean and best of the one zone that there is
    assert view.dimensions == [("D1", *[Decimal("85.75")] * 4), ("D2", *[Decimal("86.00")] * 4)]
    assert view.sides == [
        ("College side", 1, 40, Decimal("80.33")),
        ("Enterprise side", 1, 40, Decimal("91.33")),
    ]
    assert answer.context["previous"].year == 2024


def test_there_is_no_result_page_before_the_publicity(client_for, stages, zone, bureau):
    evaluation = stages.scored(zone)
    assert client_for(bureau).get(page("evaluation_result", evaluation.pk)).status_code == 404


# --- rights -----------------------------------------------------------------------------------------------------------

OF_AN_EVALUATION = [
    "evaluation_detail", "evaluation_start", "evaluation_assess", "evaluation_reviewers", "evaluation_score",
    "finding_create", "evaluation_publicity", "evaluation_result", "evaluation_return", "objection_create",
    "evaluation_publish", "evaluation_supersede",
]  # fmt: skip


@pytest.mark.parametrize("name", ["outsider", "rival_partner", "other_college_admin", "partner", "partner_expert"])
def test_who_does_not_see_it_finds_nothing(client_for, stages, zone, name, request):
    evaluation = stages.review(zone)
    client = client_for(request.getfixturevalue(name))
    codes = {act: client.post(page(act, evaluation.pk)).status_code for act in OF_AN_EVALUATION}
    assert codes == dict.fromkeys(OF_AN_EVALUATION, 404)
    assert client.get(page("evaluation_list")).context["count"] == 0
    assert client.get(page("evaluation_list"), {"zone": zone.pk}).status_code == 404
    rows = load_workbook(io.BytesIO(client.get(page("evaluation_list"), {"export": "xlsx"}).content)).active
    assert rows.max_row == 1


def test_who_sees_but_may_not_change_gets_403(client_for, stages, zone, bureau, auditor, expert):
    evaluation = stages.publicity(zone)
    acts = [act for act in OF_AN_EVALUATION if act not in {"evaluation_detail", "evaluation_result"}]
    for user in (bureau, auditor):
        client = client_for(user)
        assert {act: client.post(page(act, evaluation.pk)).status_code for act in acts} == dict.fromkeys(acts, 403)
    assert client_for(expert).post(page("evaluation_publish", evaluation.pk)).status_code == 403
    assert client_for(bureau).get(page("scheme_import")).status_code == 403


def test_who_reviews_is_not_for_the_college(client_for, stages, zone, college_admin, secretariat):
    evaluation = stages.scored(zone)
    own = client_for(college_admin).get(page("evaluation_detail", evaluation.pk)).content.decode()
    office = client_for(secretariat).get(page("evaluation_detail", evaluation.pk)).content.decode()
    assert [("示例专家二" in text) for text in (own, office)] == [False, True]


def test_an_expert_scores_only_what_was_assigned(client_for, stages, zone, partner_expert, other_zone, secretariat):
    stages.review(zone)
    other = stages.review(other_zone)
    services.assign_reviewer(other, partner_expert, "third_party", by=secretariat)
    listed = client_for(partner_expert).get(page("evaluation_list")).context["page"]
    assert [row.zone for row in listed] == [other_zone]


@pytest.mark.parametrize("count", [1, 3])
def test_pages_take_the_same_queries_for_one_row_and_three(
    client_for, stages, make_zone, make_scheme, secretariat, expert, django_assert_num_queries, count, days
):
    evaluations = [stages.publicity(make_zone(f"z{number}")) for number in range(count)]
    for number in range(1, count):
        make_scheme(year=2030 + number)
        services.object_to(evaluations[0], "请核实", by=secretariat, now=NOW)
    office, reviewer = client_for(secretariat), client_for(expert)
    first = evaluations[0].pk
    expected = {
        (office, page("evaluation_list")): 7,
        (office, page("evaluation_list") + "?export=xlsx"): 5,
        (office, page("scheme_list")): 6,
        (office, page("evaluation_detail", first)): 11,
        (office, page("evaluation_result", first)): 25,
        (office, page("evaluation_compare")): 7,
        (office, page("evaluation_reviewers", first)): 13,
        (reviewer, page("evaluation_score", first)): 13,
    }
    for (client, address), queries in expected.items():
        client.get(address)  # content types are read once a process
        with django_assert_num_queries(queries):
            assert client.get(address).status_code == 200
