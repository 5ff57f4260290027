"""An evaluation from opening to the submitted sheets, and who sees what of it."""

import datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from consortium.models import Affiliation, HistoryEntry
from evaluation import services
from evaluation.models import Evaluation, Reviewer, Score, Side
from evaluation.services import Assessed, Given

from .conftest import NOW, TODAY, refusal, wrong


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def history(evaluation) -> list[tuple[str, str]]:
    return list(HistoryEntry.objects.of(evaluation).order_by("pk").values_list("what", "new"))


# --- opening and self-assessment --------------------------------------------------------------------------------------


def test_a_zone_is_opened_once_a_year_and_only_by_a_scheme_in_force(stages, zone, secretariat, scheme):
    evaluation = stages.opened(zone)
    assert [row.indicator.number for row in evaluation.self_assessments.all()] == [1, 2, 3]
    assert wrong(lambda: stages.opened(zone)) == {"__all__": ["This zone's evaluation of the year is open already."]}
    type(scheme).objects.update(status="retired")
    scheme.refresh_from_db()
    assert refusal(lambda: stages.opened(zone)) == "Only a scheme in force can be used."


def test_a_required_indicator_cannot_be_left_out(stages, zone, college_admin, scheme):
    evaluation = stages.self_assessment(zone)
    first, second = scheme.indicators.weighted()[:2]
    rows = [Assessed(first, False), Assessed(second, False)]
    assert wrong(lambda: services.save_self_assessment(evaluation, rows, by=college_admin)) == {
        "chosen_1": ["A required indicator cannot be left out."]
    }
    assert evaluation.self_assessments.filter(is_chosen=False).count() == 0


def test_an_own_score_is_between_0_and_100(stages, zone, college_admin, scheme):
    evaluation = stages.self_assessment(zone)
    rows = [Assessed(scheme.indicators.first(), True, Decimal("100.01"))]
    assert wrong(lambda: services.save_self_assessment(evaluation, rows, by=college_admin)) == {
        "score_1": ["A score is between 0 and 100."]
    }


def test_a_self_assessment_without_own_scores_is_not_submitted(stages, zone, college_admin):
    evaluation = stages.self_assessment(zone)
    sentence = refusal(lambda: services.submit_self_assessment(evaluation, by=college_admin, today=TODAY))
    assert sentence == "No own score yet for 1 指标1, 2 指标2, 3 指标3."


def test_what_the_college_says_is_closed_with_the_submission(stages, zone, college_admin, scheme):
    evaluation = stages.review(zone)
    rows = [Assessed(scheme.indicators.first(), True, Decimal(1))]
    assert refusal(lambda: services.save_self_assessment(evaluation, rows, by=college_admin)) == (
        "This evaluation is at “Expert review”: this can no longer, or not yet, be changed."
    )


# --- reviewers --------------------------------------------------------------------------------------------------------


def test_a_reviewer_of_a_partner_or_the_host_is_refused_by_name(
    stages, zone, secretariat, partner_expert, make_user, college, consortium
):
    evaluation = stages.opened(zone)
    host = make_user("host_expert", Affiliation.Role.EXPERT, college, consortium, "示例校内专家")

    def assign(person):
        return lambda: services.assign_reviewer(evaluation, person, Side.COLLEGE, by=secretariat)

    assert refusal(assign(partner_expert)) == "示例企业专家 cannot review: 示例企业一 is a partner of this zone."
    assert refusal(assign(host)) == "示例校内专家 cannot review: 示例职业技术学院 hosts this zone."
    assert Reviewer.objects.count() == 0


def test_an_expert_with_a_second_role_at_a_partner_is_refused(stages, zone, secretariat, expert, enterprise):
    Affiliation.objects.create(
        user=expert,
        organization=enterprise,
        consortium=zone.consortium,
        role=Affiliation.Role.MENTOR,
        started_on=datetime.date(2020, 1, 1),
    )
    evaluation = stages.opened(zone)
    sentence = refusal(lambda: services.assign_reviewer(evaluation, expert, Side.COLLEGE, by=secretariat))
    assert sentence == "示例专家 cannot review: 示例企业一 is a partner of this zone."


def test_a_partner_of_another_zone_may_review(stages, other_zone, secretariat, partner_expert):
    evaluation = stages.opened(other_zone)
    services.assign_reviewer(evaluation, partner_expert, Side.ENTERPRISE, by=secretariat)
    assert history(evaluation)[-1] == ("Reviewer assigned", "示例企业专家 · Enterprise side")


def test_only_experts_review_and_each_once(stages, zone, secretariat, bureau, expert):
    evaluation = stages.opened(zone)
    sentence = refusal(lambda: services.assign_reviewer(evaluation, bureau, Side.COLLEGE, by=secretariat))
    assert sentence == "示例局人员 is not an expert of this consortium."
    services.assign_reviewer(evaluation, expert, Side.COLLEGE, by=secretariat)
    assert wrong(lambda: services.assign_reviewer(evaluation, expert, Side.ENTERPRISE, by=secretariat)) == {
        "__all__": ["This person reviews this evaluation already."]
    }


# --- scores -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def sheet(stages, zone, expert):
    return stages.review(zone, unchosen={3}).reviewers.get(person=expert)


def give(sheet, number, score, note=""):
    indicator = sheet.evaluation.scheme.indicators.get(number=number)
    return Given(indicator, None if score is None else Decimal(score), note)


def test_scores_are_kept_changed_and_taken_back_as_a_draft(sheet, expert):
    services.save_scores(sheet, [give(sheet, 1, "80"), give(sheet, 2, "70.25", "见附件")], by=expert)
    services.save_scores(sheet, [give(sheet, 1, "81.5"), give(sheet, 2, None)], by=expert)
    assert list(sheet.scores.values_list("indicator__number", "score", "note")) == [(1, Decimal("81.50"), "")]


@pytest.mark.parametrize("score", ["-0.01", "100.01", "1000"])
def test_a_score_outside_0_to_100_is_refused_and_nothing_of_the_sheet_is_kept(sheet, expert, score):
    rows = [give(sheet, 1, "80"), give(sheet, 2, score)]
    assert wrong(lambda: services.save_scores(sheet, rows, by=expert)) == {"score_2": ["A score is between 0 and 100."]}
    assert Score.objects.count() == 0


def test_the_database_itself_refuses_a_score_over_100(sheet):
    indicator = sheet.evaluation.scheme.indicators.first()
    with pytest.raises(IntegrityError), transaction.atomic():
        Score.objects.create(reviewer=sheet, indicator=indicator, score=Decimal("100.01"))


def test_an_indicator_that_was_not_chosen_takes_no_score(sheet, expert):
    assert wrong(lambda: services.save_scores(sheet, [give(sheet, 3, "80")], by=expert)) == {
        "score_3": ["This indicator is not chosen in this evaluation."]
    }


def test_nobody_scores_for_another(sheet, expert2):
    sentence = refusal(lambda: services.save_scores(sheet, [give(sheet, 1, "80")], by=expert2))
    assert sentence == "Only the reviewer enters these scores."


def test_a_sheet_with_a_gap_is_not_submitted(sheet, expert):
    services.save_scores(sheet, [give(sheet, 1, "80")], by=expert)
    assert refusal(lambda: services.submit_scores(sheet, by=expert, now=NOW)) == "No score yet for 2 指标2."


def test_a_sheet_is_submitted_once_with_one_row_of_history(sheet, expert):
    services.save_scores(sheet, [give(sheet, 1, "80"), give(sheet, 2, "70")], by=expert)
    stale = Reviewer.objects.get(pk=sheet.pk)
    services.submit_scores(sheet, by=expert, now=NOW)
    assert refusal(lambda: services.submit_scores(stale, by=expert, now=NOW)) == "These scores are submitted already."
    assert refusal(lambda: services.save_scores(stale, [give(sheet, 1, "1")], by=expert)) == (
        "These scores are submitted already."
    )
    assert [what for what, _new in history(sheet.evaluation)].count("Scores submitted") == 1


def test_a_reviewer_withdrawn_meanwhile_is_told_so(sheet, expert, secretariat):
    stale = Reviewer.objects.get(pk=sheet.pk)
    services.withdraw_reviewer(sheet, by=secretariat, reason="回避")
    sentence = "You do not review this evaluation any more."
    assert refusal(lambda: services.save_scores(stale, [give(stale, 1, "1")], by=expert)) == sentence
    assert refusal(lambda: services.submit_scores(stale, by=expert, now=NOW)) == sentence


# --- who sees what ----------------------------------------------------------------------------------------------------


def seen(user) -> set[str]:
    return set(Evaluation.objects.visible_to(user).values_list("zone__code", flat=True))


def test_each_role_sees_its_own_and_what_is_public(
    stages, zone, other_zone, secretariat, bureau, auditor, college_admin, other_college_admin, partner,
    rival_partner, mentor, college_mentor, expert, expert2, partner_expert, outsider,
):  # fmt: skip
    stages.review(zone)
    stages.publicity(other_zone)
    both, public_only, nothing = {"cnc", "auto"}, {"auto"}, set()
    assert {user.username: seen(user) for user in [secretariat, bureau, auditor, college_admin, expert]} == {
        "secretariat": both,
        "bureau": both,
        "auditor": both,
        "college_admin": both,
        "expert": both,
    }
    others = [other_college_admin, partner, rival_partner, mentor, college_mentor, partner_expert, outsider]
    assert {user.username: seen(user) for user in others} == {
        "other_college_admin": public_only,
        "partner": nothing,
        "rival_partner": public_only,
        "mentor": nothing,
        "college_mentor": nothing,
        "partner_expert": nothing,
        "outsider": nothing,
    }


def test_single_scores_are_seen_by_their_reviewer_the_secretariat_and_the_auditor(
    stages, zone, secretariat, bureau, auditor, college_admin, partner, expert, expert2, outsider
):
    stages.publicity(zone)
    people = [secretariat, auditor, expert, expert2, bureau, college_admin, partner, outsider]
    assert {user.username: Score.objects.visible_to(user).count() for user in people} == {
        "secretariat": 6,
        "auditor": 6,
        "expert": 3,
        "expert2": 3,
        "bureau": 0,
        "college_admin": 0,
        "partner": 0,
        "outsider": 0,
    }


def test_a_sheet_that_is_not_submitted_is_its_reviewers_alone(sheet, expert, secretariat, auditor):
    services.save_scores(sheet, [give(sheet, 1, "80")], by=expert)
    assert [Score.objects.visible_to(user).count() for user in (expert, secretariat, auditor)] == [1, 0, 0]


def test_what_waits_for_whom(stages, zone, other_zone, secretariat, college_admin, other_college_admin, expert, bureau):
    def waiting(user, day=TODAY):
        return set(Evaluation.objects.waiting_for(user, day).values_list("zone__code", flat=True))

    def all_waiting():
        return [waiting(user) for user in (secretariat, college_admin, other_college_admin, expert, bureau)]

    evaluation = stages.opened(zone)
    assert all_waiting() == [{"cnc"}, set(), set(), set(), set()]
    evaluation.delete()
    evaluation = stages.self_assessment(zone)
    assert all_waiting() == [set(), {"cnc"}, set(), set(), set()]
    stages.review(other_zone)
    assert all_waiting() == [set(), {"cnc"}, set(), {"auto"}, set()]
    Evaluation.objects.all().delete()
    stages.publicity(zone)
    assert waiting(secretariat) == set()
    assert waiting(secretariat, datetime.date(2026, 3, 10)) == {"cnc"}
    assert Evaluation.objects.counted() == {
        "preparing": 0, "self_assessment": 0, "review": 0, "publicity": 1, "published": 0, "superseded": 0,
    }  # fmt: skip
