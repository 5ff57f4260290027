"""The college's self-assessment: until a day, in two windows, and handed in again when more is asked for."""

import datetime
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import translation

from consortium.models import HistoryEntry, Notice
from evaluation import services
from evaluation.models import Evaluation, Reviewer, SelfAssessment
from evaluation.services import Assessed, Given

from .conftest import NOW, TODAY, refusal, wrong

DUE = datetime.date(2026, 3, 20)


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.LANGUAGE_CODE = "en"
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def today(at):
    at(NOW)


def page(name: str, *numbers: int) -> str:
    return reverse(f"evaluation:{name}", args=numbers)


def told(kind: str) -> list[str]:
    return sorted(Notice.objects.filter(kind=kind).values_list("user__username", flat=True))


def lines(evaluation) -> list[tuple]:
    rows = SelfAssessment.objects.filter(evaluation=evaluation)
    return list(rows.values_list("indicator__number", "is_chosen", "self_score", "note"))


# until a day


def test_the_college_is_told_of_the_last_day_and_reminded_once_before_and_once_after(stages, zone, secretariat):
    evaluation = stages.opened(zone)
    services.start_self_assessment(evaluation, by=secretariat, today=TODAY, due_on=DUE)
    assert told("assessment_asked") == ["college_admin"]

    def reminded(day: int) -> int:
        now = datetime.datetime(2026, 3, day, 3, tzinfo=datetime.UTC)
        return services.remind_colleges(now) + services.remind_colleges(now)

    assert [reminded(day) for day in (16, 17, 18, 20, 21, 22)] == [0, 1, 0, 0, 1, 0]
    assert set(Notice.objects.filter(kind="assessment_due").values_list("text", flat=True)) == {
        "示例产教特区cnc, evaluation 2025: the self-assessment is to be handed in until March 20, 2026."
    }
    services.move_assessment_due(evaluation, datetime.date(2026, 3, 24), by=secretariat, today=TODAY)
    assert reminded(22) == 1
    entry = HistoryEntry.objects.about(evaluation).get(what="assessment_due_on")
    assert (entry.old, entry.new) == ("2026-03-20", "2026-03-24")


def test_a_last_day_lies_ahead_and_is_moved_until_the_hand_in(stages, zone, secretariat):
    evaluation = stages.opened(zone)
    past = TODAY - datetime.timedelta(days=1)
    said = {"due_on": ["The last day lies in the past."]}
    assert wrong(lambda: services.start_self_assessment(evaluation, by=secretariat, today=TODAY, due_on=past)) == said
    services.start_self_assessment(evaluation, by=secretariat, today=TODAY)
    assert wrong(lambda: services.move_assessment_due(evaluation, past, by=secretariat, today=TODAY)) == said
    evaluation.self_assessments.update(self_score=Decimal(80))
    services.submit_self_assessment(evaluation, by=secretariat, today=TODAY)
    sentence = refusal(lambda: services.move_assessment_due(evaluation, DUE, by=secretariat, today=TODAY))
    assert sentence.startswith("This evaluation is at “Expert review”")


def test_the_office_begins_with_a_last_day_and_the_college_sees_when_it_is_late(
    stages, zone, secretariat, college_admin, client_for, at
):
    evaluation = stages.opened(zone)
    office, college = client_for(secretariat), client_for(college_admin)
    answer = office.post(page("evaluation_start", evaluation.pk), {"due_on": "2026-03-01"})
    assert "The last day lies in the past." in answer.content.decode()
    office.post(page("evaluation_start", evaluation.pk), {"due_on": "2026-03-20"})
    text = college.get(page("evaluation_assess", evaluation.pk)).content.decode()
    assert "self-assessment until March 20, 2026" in text
    assert "light-late" not in text
    at(datetime.datetime(2026, 3, 21, 1, tzinfo=datetime.UTC))
    office, college = client_for(secretariat), client_for(college_admin)  # the sessions of before are over
    for address in (page("evaluation_assess", evaluation.pk), evaluation.get_absolute_url()):
        assert "light-late" in college.get(address).content.decode().split("self-assessment until March 20")[-2][-200:]
    assert college.post(page("assessment_due", evaluation.pk), {"due_on": "2026-04-01"}).status_code == 403
    office.post(page("assessment_due", evaluation.pk), {"due_on": ""})
    assert Evaluation.objects.get(pk=evaluation.pk).assessment_due_on is None


# two windows


def window(client, evaluation, number: int, score: str, *, was: str = "", version: int = 0, **more):
    """A line as the page sends it while one goes."""
    data = {f"chosen_{number}": "on", f"score_{number}": score, f"note_{number}": ""}
    data |= {f"was_chosen_{number}": "on", f"was_score_{number}": was, f"was_note_{number}": ""}
    answer = client.post(
        page("evaluation_assess_line", evaluation.pk, number), data | {f"version_{number}": version} | more
    )
    return answer.status_code, answer.json()


def test_each_line_is_saved_as_one_goes_and_an_older_window_is_told(stages, zone, college_admin, client_for):
    evaluation, client = stages.self_assessment(zone), client_for(college_admin)
    assert window(client, evaluation, 2, "85", note_2="台账可查的依据") == (200, {"version": 1})
    said = "Meanwhile another window saved here: 85.00, “台账可查的依据”. If yours is to stand, save once more."
    assert window(client, evaluation, 2, "60") == (409, {"detail": said, "version": 1})
    assert window(client, evaluation, 2, "60", version=1) == (200, {"version": 2})
    bad = {"detail": "A score is between 0 and 100.", "version": 2}
    assert window(client, evaluation, 2, "101", was="60.00", version=2) == (400, bad)
    assert window(client, evaluation, 2, "60", was="60.00", version=2, chosen_2="") == (200, {"version": 3})
    assert lines(evaluation) == [(1, True, None, ""), (2, False, Decimal(60), ""), (3, True, None, "")]
    assert client.post(page("evaluation_assess_line", evaluation.pk, 9), {}).status_code == 404


def test_the_history_has_every_choice_and_score_from_and_to(stages, zone, college_admin):
    evaluation = stages.self_assessment(zone)
    second = evaluation.scheme.indicators.get(number=2)
    for chosen, score, note in ((True, 80, ""), (True, 80, "依据台账"), (True, 85, "依据台账"), (False, 85, "")):
        services.save_self_assessment(evaluation, [Assessed(second, chosen, Decimal(score), note)], by=college_admin)
    rows = HistoryEntry.objects.about(evaluation).filter(what="Self-assessment saved").order_by("pk")
    assert list(rows.values_list("old", "new")) == [
        ("", "2 指标2: 80.00"), ("2 指标2: 80.00", "2 指标2: 85.00"), ("2 指标2: 85.00", "2 指标2: not chosen"),
    ]  # fmt: skip


def test_a_whole_old_window_undoes_nothing(stages, zone, college_admin, client_for):
    """What its user did not touch stays as the other window saved it; what both touched is said."""
    evaluation, client = stages.self_assessment(zone), client_for(college_admin)
    form = client.get(page("evaluation_assess", evaluation.pk)).context["form"]
    old = {"chosen_2": "on", "chosen_3": "on", "was_chosen_2": "on", "was_chosen_3": "on"}
    for number in (1, 2, 3):
        old |= {f"{name}_{number}": "" for name in ("score", "note", "was_score", "was_note")}
        old[f"version_{number}"] = "0"
    rows = [Assessed(said.indicator, said.indicator.number != 3, Decimal(70), "另一窗口") for said in form.said]
    services.save_self_assessment(evaluation, rows[1:], by=college_admin)
    client.post(page("evaluation_assess", evaluation.pk), old | {"score_1": "90"})
    kept = [(1, True, Decimal(90), ""), (2, True, Decimal(70), "另一窗口"), (3, False, Decimal(70), "另一窗口")]
    assert lines(evaluation) == kept
    both = old | {"was_score_1": "90.00", "score_1": "90.00", "version_1": "1", "score_2": "50"}
    text = client.post(page("evaluation_assess", evaluation.pk), both).content.decode()
    assert "Meanwhile another window saved here: 70.00" in text
    assert lines(evaluation) == kept
    assert 'name="version_2" value="1"' in text
    client.post(page("evaluation_assess", evaluation.pk), both | {"version_2": "1", "was_score_2": "70.00"})
    assert lines(evaluation)[1][2] == Decimal(50)


def test_both_totals_and_what_is_missing_stand_above_the_sheet(stages, zone, college_admin, client_for, scheme):
    """60 % × 90 and 30 % × 80 of the three chosen; the third is not scored yet."""
    evaluation = stages.self_assessment(zone)
    first, second, _third = scheme.indicators.weighted()
    rows = [Assessed(first, True, Decimal(90), "依据充分"), Assessed(second, True, Decimal(80), "")]
    services.save_self_assessment(evaluation, rows, by=college_admin)
    context = client_for(college_admin).get(page("evaluation_assess", evaluation.pk)).context
    assert context["totals"] == {"rescaled": Decimal("86.67"), "absolute": Decimal("78.00"), "scored": 2, "chosen": 3}
    assert (context["explained"], context["proven"]) == (1, 0)


# more is asked for


def test_a_self_assessment_comes_back_with_a_reason_and_is_handed_in_again(
    stages, zone, secretariat, college_admin, expert, client_for
):
    evaluation = stages.scored(zone)
    client_for(secretariat).post(
        page("ask_for_more", evaluation.pk), {"reason": "缺技术服务合同", "due_on": "2026-03-20"}
    )
    evaluation.refresh_from_db()
    assert (evaluation.status, evaluation.assessment_due_on, evaluation.review_on) == ("self_assessment", DUE, None)
    assert not Reviewer.objects.exclude(submitted_at=None).exists()
    assert told("more_asked") == ["college_admin", "expert", "expert2"]
    client = client_for(college_admin)
    for address in (page("evaluation_assess", evaluation.pk), evaluation.get_absolute_url()):
        assert "Returned for more, because: 缺技术服务合同" in client.get(address).content.decode()
    last = evaluation.scheme.indicators.weighted().last()
    services.save_self_assessment(evaluation, [Assessed(last, False, None, "")], by=college_admin)
    services.submit_self_assessment(evaluation, by=college_admin, today=TODAY)
    assert services.more_asked(evaluation) == ""
    # the scores are still there; that of what is no longer chosen does not count
    sheet = evaluation.reviewers.select_related("evaluation__zone", "person").get(person=expert)
    assert sheet.scores.count() == 3
    for row in evaluation.reviewers.select_related("evaluation__zone", "person"):
        services.submit_scores(row, by=row.person, now=NOW)
    services.start_publicity(evaluation, by=secretariat, today=TODAY)
    assert [row["score"] for row in evaluation.result["indicators"]] == ["85.75", "86.00", None]


def test_more_is_asked_for_during_the_review_only_and_with_a_reason(stages, zone, secretariat, client_for):
    evaluation = stages.self_assessment(zone)
    asked = refusal(lambda: services.ask_for_more(evaluation, by=secretariat, reason="缺", today=TODAY))
    assert asked.startswith("This evaluation is at “Self-assessment”")
    answer = client_for(secretariat).post(page("ask_for_more", evaluation.pk), {"reason": ""})
    assert "This field is required." in answer.content.decode()


def test_a_score_is_not_saved_while_the_college_has_it_back(stages, zone, secretariat, expert):
    evaluation = stages.review(zone)
    sheet = evaluation.reviewers.select_related("evaluation__zone", "person").get(person=expert)
    services.ask_for_more(evaluation, by=secretariat, reason="缺材料", today=TODAY)
    given = [Given(evaluation.scheme.indicators.first(), Decimal(90))]
    assert refusal(lambda: services.save_scores(sheet, given, by=expert)).startswith("This evaluation is at “Self-")


def test_by_api(stages, zone, secretariat, college_admin, api_for):
    evaluation = stages.opened(zone)
    office, college = api_for(secretariat), api_for(college_admin)
    address = f"/api/v1/evaluations/{evaluation.pk}"
    assert office.post(f"{address}/start/", {"due_on": "2026-03-20"}, format="json").json()["assessment_due_on"] == (
        "2026-03-20"
    )
    first = evaluation.scheme.indicators.first()
    row = {"indicator": first.pk, "is_chosen": True, "self_score": "80", "note": "", "version": 0}
    assert college.post(f"{address}/self_assessment/", [row], format="json").status_code == 200
    old = college.post(f"{address}/self_assessment/", [row | {"self_score": "70"}], format="json")
    assert (old.status_code, old.json()[0]["self_score"][0][:37]) == (400, "Meanwhile another window saved here: ")
    evaluation.self_assessments.update(self_score=Decimal(80))
    assert college.post(f"{address}/submit/").json()["status"] == "review"
    assert college.post(f"{address}/ask_for_more/", {"reason": "x"}, format="json").status_code == 403
    assert office.post(f"{address}/ask_for_more/", {}, format="json").status_code == 400
    assert office.post(f"{address}/ask_for_more/", {"reason": "缺"}, format="json").json()["status"] == (
        "self_assessment"
    )
