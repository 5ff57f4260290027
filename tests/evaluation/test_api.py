import pytest

from consortium.models import HistoryEntry
from evaluation.models import Evaluation, Scheme, Score
from zones.models import Zone

from .conftest import AFTER_PUBLICITY, NOW


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def days(at):
    """The test's own day: that of the fixtures."""
    at(NOW)
    return at


def url(evaluation, act=""):
    return f"/api/v1/evaluations/{evaluation.pk}/{act + '/' if act else ''}"


def test_the_whole_way_by_api(
    days, zone, scheme, secretariat, college_admin, expert, expert2, partner, bureau, api_for
):
    office, college = api_for(secretariat), api_for(college_admin)
    answer = office.post("/api/v1/evaluations/", {"zone": zone.pk, "year": 2025})
    assert (answer.status_code, answer.data["status"]) == (201, "preparing")
    evaluation = Evaluation.objects.get(pk=answer.data["id"])
    assert office.post(url(evaluation, "start")).data["status"] == "self_assessment"
    first, second, third = scheme.indicators.weighted()
    rows = [
        {"indicator": first.pk, "is_chosen": True, "self_score": "90"},
        {"indicator": second.pk, "is_chosen": True, "self_score": "85.5", "note": "见材料"},
        {"indicator": third.pk, "is_chosen": False},
    ]
    answer = college.post(url(evaluation, "self_assessment"), rows)
    assert [(row["number"], row["is_chosen"], row["self_score"]) for row in answer.data] == [
        (1, True, "90.00"),
        (2, True, "85.50"),
        (3, False, None),
    ]
    assert college.post(url(evaluation, "submit")).data["status"] == "review"
    for person, side in [(expert, "college"), (expert2, "enterprise")]:
        answer = office.post(url(evaluation, "reviewers"), {"person": person.pk, "side": side})
        assert answer.status_code == 200
    for person, scores in [(expert, ("80", "70")), (expert2, ("90.5", "60"))]:
        api = api_for(person)
        sent = [{"indicator": row.pk, "score": score} for row, score in zip((first, second), scores, strict=True)]
        assert [row["score"] for row in api.post(url(evaluation, "scores"), sent).data] == [
            f"{float(score):.2f}" for score in scores
        ]
        assert api.post(url(evaluation, "submit_scores")).status_code == 200
    assert office.post(url(evaluation, "publicity")).data["publicity_ends_on"] == "2026-03-09"
    assert api_for(partner).post(url(evaluation, "objections"), {"text": "请核实"}).status_code == 200
    objection = evaluation.objections.get()
    answer = office.post(url(evaluation, "answer"), {"objection": objection.pk, "answer": "已核实"})
    assert answer.data["answer"] == "已核实"
    days(AFTER_PUBLICITY)
    assert office.post(url(evaluation, "publish")).data["status"] == "published"
    result = api_for(bureau).get(url(evaluation, "result")).data
    assert set(result) == {
        "indicators", "rescaled", "absolute", "deductions", "veto", "official", "grade", "sha256",
    }  # fmt: skip
    assert set(result["indicators"][0]) == {"number", "weight", "is_required", "score", "measure", "sides"}
    assert (result["rescaled"], result["absolute"], result["official"], result["grade"]) == (
        "78.50", "70.65", "78.50", "Pass",
    )  # fmt: skip
    answer = office.post(url(evaluation, "supersede"), {"reason": "漏记"})
    assert (answer.status_code, answer.data["supersedes"], answer.data["status"]) == (201, evaluation.pk, "review")


def test_a_score_outside_0_to_100_is_400_with_the_sentence(stages, zone, expert, scheme, api_for):
    evaluation = stages.review(zone)
    indicator = scheme.indicators.first()
    sentences = dict.fromkeys(["100.01", "100.004", "1e5", "-1"], "A score is between 0 and 100.")
    sentences |= dict.fromkeys(["NaN", "Infinity", "abc"], "A valid number is required.")
    for score, sentence in sentences.items():
        answer = api_for(expert).post(url(evaluation, "scores"), [{"indicator": indicator.pk, "score": score}])
        assert (answer.status_code, answer.json()) == (400, [{"score": [sentence]}])
    assert Score.objects.count() == 0


def test_a_list_is_answered_entry_by_entry_and_nothing_of_it_is_kept(
    stages, zone, other_zone, expert, college_admin, scheme, api_for
):
    first, second, _third = scheme.indicators.weighted()
    sound, high = {"indicator": first.pk, "score": "80"}, {"indicator": second.pk, "score": "101"}
    scores = url(stages.review(zone), "scores")
    twice = {"indicator": ["This indicator stands there twice."]}
    api = api_for(expert)
    assert api.post(scores, [sound, high]).json() == [{}, {"score": ["A score is between 0 and 100."]}]
    assert api.post(scores, [sound, sound]).json() == [{}, twice]
    assert api.post(scores, [None, {}]).json() == [
        {"non_field_errors": ["No data provided"]},
        {"indicator": ["This field is required."], "score": ["This field is required."]},
    ]
    assert api.post(scores, sound).json() == {"non_field_errors": ["Send a list of entries."]}
    assert Score.objects.count() == 0
    own = url(stages.self_assessment(other_zone), "self_assessment")
    Zone.objects.filter(pk=other_zone.pk).update(college=college_admin.affiliation.organization_id)
    answer = api_for(college_admin).post(
        own, [{"indicator": second.pk, "self_score": "-1"}, {"indicator": first.pk, "is_chosen": False}]
    )
    assert (answer.status_code, answer.json()) == (
        400,
        [
            {"self_score": ["A score is between 0 and 100."]},
            {"is_chosen": ["A required indicator cannot be left out."]},
        ],
    )


def test_an_indicator_of_another_scheme_is_400(stages, zone, expert, make_scheme, api_for):
    evaluation = stages.review(zone)
    stranger = make_scheme(year=2024).indicators.first()
    answer = api_for(expert).post(url(evaluation, "scores"), [{"indicator": stranger.pk, "score": "80"}])
    assert (answer.status_code, answer.json()) == (
        400,
        [{"indicator": ["This indicator is not in the evaluation's scheme."]}],
    )


def test_a_second_submission_is_409_with_one_row_of_history(stages, zone, expert, api_for):
    evaluation = stages.scored(zone)
    answer = api_for(expert).post(url(evaluation, "submit_scores"))
    assert (answer.status_code, answer.json()) == (409, {"detail": "These scores are submitted already."})
    assert HistoryEntry.objects.of(evaluation).filter(what="Scores submitted").count() == 2


def test_publishing_with_a_score_missing_is_409(stages, zone, secretariat, api_for):
    evaluation = stages.review(zone)
    answer = api_for(secretariat).post(url(evaluation, "publish"))
    assert (answer.status_code, answer.json()) == (409, {"detail": "No score yet for 1 指标1, 2 指标2, 3 指标3."})


def test_an_expert_of_a_partner_is_refused_with_409(stages, zone, secretariat, partner_expert, api_for):
    evaluation = stages.opened(zone)
    answer = api_for(secretariat).post(
        url(evaluation, "reviewers"), {"person": partner_expert.pk, "side": "third_party"}
    )
    assert (answer.status_code, answer.json()["detail"]) == (
        409,
        "示例企业专家 cannot review: 示例企业一 is a partner of this zone.",
    )


def test_people_and_indicators_of_another_consortium_answer_as_those_that_do_not_exist(
    stages, zone, secretariat, outsider, other_consortium, scheme, api_for
):
    evaluation = stages.review(zone)
    foreign = Scheme.objects.create(consortium=other_consortium, year=2025, name="外地")
    veto = foreign.indicators.create(number=1, group="G", dimension="D", name="外地指标", kind="veto")
    api = api_for(secretariat)
    for pk in (outsider.pk, 10**9):
        answer = api.post(url(evaluation, "reviewers"), {"person": pk, "side": "third_party"})
        assert (answer.status_code, answer.json()) == (400, {"person": [f'Invalid pk "{pk}" - object does not exist.']})
    for pk in (veto.pk, 10**9):
        answer = api.post(url(evaluation, "findings"), {"indicator": pk, "points": "0", "reason": "x"})
        assert (answer.status_code, answer.json()) == (
            400,
            {"indicator": [f'Invalid pk "{pk}" - object does not exist.']},
        )


def test_a_published_scheme_and_its_indicators_are_409(scheme, secretariat, api_for):
    api = api_for(secretariat)
    indicator = scheme.indicators.first()
    row = {"scheme": scheme.pk, "number": 9, "group": "G", "dimension": "D", "name": "x", "weight": "1"}
    answers = [
        api.patch(f"/api/v1/schemes/{scheme.pk}/", {"name": "x"}),
        api.patch(f"/api/v1/indicators/{indicator.pk}/", {"weight": "1"}),
        api.post("/api/v1/indicators/", row),
        api.post(f"/api/v1/schemes/{scheme.pk}/publish/"),
    ]
    sentence = "This scheme was published and is frozen. Make a new version."
    assert [(answer.status_code, answer.json()) for answer in answers] == [(409, {"detail": sentence})] * 4


def test_a_scheme_is_made_filled_and_published_by_api(secretariat, api_for):
    api = api_for(secretariat)
    scheme = api.post("/api/v1/schemes/", {"year": 2026, "name": "绩效评价"}).data
    row = {"scheme": scheme["id"], "number": 1, "group": "G", "dimension": "D", "name": "a", "weight": "99"}
    indicator = api.post("/api/v1/indicators/", row).data
    answer = api.post(f"/api/v1/schemes/{scheme['id']}/publish/")
    assert (answer.status_code, answer.json()) == (409, {"detail": "The weights add up to 99%, not 100%."})
    assert api.patch(f"/api/v1/indicators/{indicator['id']}/", {"weight": "100"}).data["weight"] == "100.00"
    assert api.post(f"/api/v1/schemes/{scheme['id']}/publish/").data["status"] == "published"
    again = api.post("/api/v1/indicators/", {**row, "weight": "0"})
    assert again.status_code == 409


def test_a_bad_weight_is_400_with_the_models_sentence(secretariat, consortium, api_for):
    api = api_for(secretariat)
    scheme = api.post("/api/v1/schemes/", {"year": 2026, "name": "绩效评价"}).data
    row = {"scheme": scheme["id"], "number": 1, "group": "G", "dimension": "D", "name": "a", "weight": "0"}
    answer = api.post("/api/v1/indicators/", row)
    assert (answer.status_code, answer.json()) == (
        400,
        {"non_field_errors": ["A weighted indicator has a weight over 0 and up to 100, a deduction or veto has none."]},
    )


ACTS = [
    "start", "self_assessment", "submit", "reviewers", "scores", "submit_scores", "findings", "publicity", "return",
    "objections", "answer", "publish", "supersede",
]  # fmt: skip


@pytest.mark.parametrize("name", ["outsider", "rival_partner", "partner", "other_college_admin"])
def test_who_does_not_see_it_gets_404_for_every_act(stages, zone, name, request, api_for):
    evaluation = stages.review(zone)
    api = api_for(request.getfixturevalue(name))
    before = HistoryEntry.objects.count()
    codes = {act: api.post(url(evaluation, act), {}).status_code for act in ACTS}
    codes |= {"": api.get(url(evaluation)).status_code, "result": api.get(url(evaluation, "result")).status_code}
    assert set(codes.values()) == {404}
    assert api.get("/api/v1/evaluations/").data["results"] == []
    assert api.get("/api/v1/evaluations/", {"zone": zone.pk}).status_code == 404
    assert HistoryEntry.objects.count() == before


@pytest.mark.parametrize("name", ["bureau", "auditor"])
def test_who_only_reads_gets_403_for_every_act(stages, zone, name, request, api_for):
    evaluation = stages.review(zone)
    api = api_for(request.getfixturevalue(name))
    assert {act: api.post(url(evaluation, act), {}).status_code for act in ACTS} == dict.fromkeys(ACTS, 403)
    assert api.get(url(evaluation)).status_code == 200
    assert api.post("/api/v1/evaluations/", {"zone": zone.pk, "year": 2025}).status_code == 403
    assert api.post("/api/v1/schemes/", {"year": 2026, "name": "x"}).status_code == 403


def test_who_reviews_is_not_told_to_everybody(stages, zone, expert, expert2, college_admin, partner, bureau, api_for):
    evaluation = stages.publicity(zone)

    def known(user):
        return {row["person"] for row in api_for(user).get(url(evaluation, "reviewers")).json()}

    assert (known(college_admin), known(partner), known(expert)) == (set(), set(), {expert.pk})
    assert known(bureau) == {expert.pk, expert2.pk}


def test_single_scores_of_others_are_not_given_out(stages, zone, expert, bureau, auditor, api_for):
    evaluation = stages.scored(zone)
    people = {"expert": expert, "bureau": bureau, "auditor": auditor}
    seen = {name: api_for(user).get(url(evaluation, "scores")).data for name, user in people.items()}
    assert {name: len(rows) for name, rows in seen.items()} == {"expert": 3, "bureau": 0, "auditor": 6}


def test_a_result_is_not_there_before_the_publicity(stages, zone, bureau, api_for):
    evaluation = stages.scored(zone)
    assert api_for(bureau).get(url(evaluation, "result")).status_code == 404


def test_drafts_of_schemes_are_for_the_office(secretariat, auditor, college_admin, outsider, api_for):
    draft = api_for(secretariat).post("/api/v1/schemes/", {"year": 2026, "name": "x"}).data["id"]
    codes = [api_for(user).get(f"/api/v1/schemes/{draft}/").status_code for user in (auditor, college_admin, outsider)]
    assert codes == [200, 404, 404]


@pytest.mark.parametrize("count", [1, 3])
def test_lists_take_the_same_queries_for_one_row_and_three(
    stages, make_zone, make_scheme, secretariat, api_for, django_assert_num_queries, count
):
    for number in range(count):
        stages.opened(make_zone(f"z{number}"))
    for number in range(1, count):
        make_scheme(year=2030 + number)
    api = api_for(secretariat)
    expected = {"/api/v1/evaluations/": 1, "/api/v1/schemes/": 2, "/api/v1/indicators/?page_size=3": 1}
    for address, queries in expected.items():
        assert secretariat.affiliation  # read once an instance, outside of the count
        with django_assert_num_queries(queries):
            rows = api.get(address).data["results"]
        assert len(rows) == (3 if "indicators" in address else count)


def test_validation_errors_have_their_field(zone, secretariat, api_for):
    answer = api_for(secretariat).post("/api/v1/evaluations/", {"zone": zone.pk, "year": 2031})
    assert (answer.status_code, answer.json()) == (400, {"year": ["No scheme of this year is in force."]})
