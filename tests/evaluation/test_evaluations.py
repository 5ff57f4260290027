"""An evaluation from opening to publication and correction, through the services."""

import datetime
import hashlib
import json
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.utils import translation

from consortium.models import Affiliation, HistoryEntry
from consortium.services import Refused
from evaluation import services
from evaluation.models import Evaluation, Reviewer, Score, Side
from evaluation.services import Assessed, Given

from .conftest import AFTER_PUBLICITY, NOW, TODAY


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def refusal(act) -> str:
    with pytest.raises(Refused) as caught:
        act()
    return str(caught.value)


def wrong(act) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as caught:
        act()
    return caught.value.message_dict


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
    assert wrong(lambda: services.save_scores(sheet, rows, by=expert))["score_2"][0] in {
        "A score is between 0 and 100.",
        "Ensure that there are no more than 3 digits before the decimal point.",
    }
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


# --- publicity and publication ----------------------------------------------------------------------------------------


def test_publicity_waits_for_both_sides_and_every_sheet(stages, zone, secretariat, expert2, expert):
    evaluation = stages.review(zone)
    services.withdraw_reviewer(evaluation.reviewers.get(person=expert2), by=secretariat, reason="回避")
    sentence = refusal(lambda: services.start_publicity(evaluation, by=secretariat, today=TODAY))
    assert sentence == (
        "There is no reviewer of the Enterprise side. Not submitted yet: 示例专家. "
        "No score yet for 1 指标1, 2 指标2, 3 指标3."
    )
    evaluation.refresh_from_db()
    assert (evaluation.status, evaluation.result) == ("review", None)


def test_publishing_with_a_score_missing_names_it(stages, zone, secretariat):
    evaluation = stages.review(zone)
    sentence = refusal(lambda: services.publish(evaluation, by=secretariat, now=AFTER_PUBLICITY))
    assert sentence == "No score yet for 1 指标1, 2 指标2, 3 指标3."


def test_the_result_is_counted_frozen_and_hashed(stages, zone):
    """80.25 and 91.25 at weight 60, 80.50 and 91.50 at 30; the third is not chosen: 85.833… and 77.25."""
    evaluation = stages.publicity(zone, unchosen={3})
    evaluation.refresh_from_db()
    assert evaluation.result == {
        "indicators": [
            {
                "number": 1,
                "weight": "60.00",
                "is_required": True,
                "score": "85.75",
                "measure": None,
                "sides": {"college": "80.25", "enterprise": "91.25"},
            },
            {
                "number": 2,
                "weight": "30.00",
                "is_required": False,
                "score": "86.00",
                "measure": None,
                "sides": {"college": "80.50", "enterprise": "91.50"},
            },
            {"number": 3, "weight": "10.00", "is_required": False, "score": None, "measure": None, "sides": {}},
        ],
        "rescaled": "85.83",
        "absolute": "77.25",
        "deductions": "0.00",
        "veto": False,
        "official": "85.83",
        "grade": "Good",
    }
    text = json.dumps(evaluation.result, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert evaluation.sha256 == hashlib.sha256(text.encode()).hexdigest()


def test_findings_take_points_off_and_a_veto_sets_the_lowest_grade(stages, zone, secretariat, scheme):
    evaluation = stages.scored(zone)
    deduction, veto = scheme.indicators.exclude(kind="weighted")

    def add(indicator, points):
        return services.add_finding(evaluation, indicator, points=Decimal(points), reason="超期", by=secretariat)

    assert wrong(lambda: add(deduction, 0)) == {"points": ["A deduction takes off more than 0 points."]}
    assert wrong(lambda: add(veto, 1)) == {"points": ["A veto takes off no points; it sets the lowest grade."]}
    assert wrong(lambda: add(scheme.indicators.first(), 1)) == {
        "indicator": ["Choose a deduction or a veto of this scheme."]
    }
    add(deduction, "1.5")
    before = services.recompute(evaluation)
    add(veto, 0)
    after = services.recompute(evaluation)
    assert (before["rescaled"], before["deductions"], before["official"], before["grade"]) == (
        "85.88", "1.50", "84.38", "Good",
    )  # fmt: skip
    assert (after["official"], after["veto"], after["grade"]) == ("84.38", True, "Fail")


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ((2026, 5, 8), 5, (2026, 5, 14)),  # 9 May is worked for the holiday of 1–5 May
        ((2025, 9, 26), 5, (2025, 10, 10)),  # 28 September is worked, 1–8 October are off
        ((2025, 9, 30), 1, (2025, 10, 9)),
        ((2026, 3, 2), 5, (2026, 3, 9)),
    ],
)
def test_publicity_counts_working_days_of_china(start, days, end):
    assert services.working_day_after(datetime.date(*start), days) == datetime.date(*end)


def test_a_result_is_not_published_before_the_publicity_ends(stages, zone, secretariat):
    evaluation = stages.publicity(zone)
    last_day = datetime.datetime(2026, 3, 9, 15, 59, tzinfo=datetime.UTC)  # 23:59 in Shanghai
    assert refusal(lambda: services.publish(evaluation, by=secretariat, now=last_day)) == (
        "The publicity lasts until March 9, 2026."
    )
    services.publish(evaluation, by=secretariat, now=last_day + datetime.timedelta(minutes=1))
    assert evaluation.status == "published"


def test_an_objection_is_answered_before_publication_and_once(stages, zone, secretariat, partner):
    evaluation = stages.publicity(zone)
    objection = services.object_to(evaluation, "日期不符", by=partner, now=NOW)
    sentence = refusal(lambda: services.publish(evaluation, by=secretariat, now=AFTER_PUBLICITY))
    assert sentence == "An objection is not answered yet."
    services.answer_objection(objection, "已核实", by=secretariat, now=NOW)
    assert refusal(lambda: services.answer_objection(objection, "x", by=secretariat, now=NOW)) == (
        "This objection is answered already."
    )
    services.publish(evaluation, by=secretariat, now=AFTER_PUBLICITY)
    sentence = refusal(lambda: services.object_to(evaluation, "x", by=partner, now=NOW))
    assert sentence == "This evaluation is at “Published”: this can no longer, or not yet, be changed."


def test_objections_end_with_the_publicity(stages, zone, partner):
    evaluation = stages.publicity(zone)
    sentence = refusal(lambda: services.object_to(evaluation, "迟了", by=partner, now=AFTER_PUBLICITY))
    assert sentence == "The publicity has ended."


def test_a_result_returned_to_review_is_counted_anew(stages, zone, secretariat, expert, scheme):
    evaluation = stages.publicity(zone)
    services.return_to_review(evaluation, by=secretariat, reason="异议成立")
    sheet = evaluation.reviewers.get(person=expert)
    services.return_scores(sheet, by=secretariat, reason="异议成立")
    sheet.refresh_from_db()
    services.save_scores(sheet, [Given(scheme.indicators.first(), Decimal(100))], by=expert)
    services.submit_scores(sheet, by=expert, now=NOW)
    services.start_publicity(evaluation, by=secretariat, today=TODAY)
    assert evaluation.result["indicators"][0]["score"] == "95.63"


def everything_that_changes(evaluation, secretariat, college_admin, expert):
    sheet = evaluation.reviewers.get(person=expert)
    indicator = evaluation.scheme.indicators.first()
    deduction = evaluation.scheme.indicators.get(kind="deduction")
    return {
        "start": lambda: services.start_self_assessment(evaluation, by=secretariat, today=TODAY),
        "assess": lambda: services.save_self_assessment(evaluation, [Assessed(indicator, True)], by=college_admin),
        "submit": lambda: services.submit_self_assessment(evaluation, by=college_admin, today=TODAY),
        "assign": lambda: services.assign_reviewer(evaluation, expert, Side.COLLEGE, by=secretariat),
        "withdraw": lambda: services.withdraw_reviewer(sheet, by=secretariat, reason="x"),
        "score": lambda: services.save_scores(sheet, [Given(indicator, Decimal(1))], by=expert),
        "hand in": lambda: services.submit_scores(sheet, by=expert, now=NOW),
        "return scores": lambda: services.return_scores(sheet, by=secretariat, reason="x"),
        "find": lambda: services.add_finding(evaluation, deduction, points=Decimal(1), reason="x", by=secretariat),
        "return": lambda: services.return_to_review(evaluation, by=secretariat, reason="x"),
        "publicity": lambda: services.start_publicity(evaluation, by=secretariat, today=TODAY),
        "object": lambda: services.object_to(evaluation, "x", by=secretariat, now=NOW),
        "publish": lambda: services.publish(evaluation, by=secretariat, now=AFTER_PUBLICITY),
    }


def snapshot(evaluation):
    tables = [Evaluation.objects.filter(pk=evaluation.pk), evaluation.self_assessments, evaluation.reviewers]
    tables += [Score.objects.filter(reviewer__evaluation=evaluation), evaluation.findings, evaluation.objections]
    return [list(table.order_by("pk").values()) for table in tables]


def test_a_published_evaluation_refuses_every_change(stages, zone, secretariat, college_admin, expert):
    evaluation = stages.published(zone)
    before = snapshot(evaluation)
    for act in everything_that_changes(evaluation, secretariat, college_admin, expert).values():
        refusal(act)
    assert snapshot(evaluation) == before
    sentence = refusal(lambda: stages.opened(zone))
    assert sentence == "This zone's result of the year is published already. Correct it from its page."


def test_a_correction_supersedes_and_both_stay_readable(stages, zone, secretariat, scheme):
    old = stages.published(zone)
    before = snapshot(old)
    new = services.supersede(old, by=secretariat, reason="漏记扣分", today=TODAY)
    assert snapshot(old) == before
    services.add_finding(new, scheme.indicators.get(kind="deduction"), points=Decimal(2), reason="超期", by=secretariat)
    for sheet in new.reviewers.all():
        services.submit_scores(sheet, by=sheet.person, now=NOW)
    services.start_publicity(new, by=secretariat, today=TODAY)
    services.publish(new, by=secretariat, now=AFTER_PUBLICITY)
    old.refresh_from_db()
    assert (old.status, old.result["official"]) == ("superseded", "85.88")
    assert (new.status, new.result["official"], new.version, new.supersedes) == ("published", "83.88", 2, old)
    assert HistoryEntry.objects.of(new).get(what="created").reason == "漏记扣分"


def test_a_correction_needs_a_reason_and_there_is_one_at_a_time(stages, zone, secretariat):
    evaluation = stages.published(zone)
    sentence = refusal(lambda: services.supersede(evaluation, by=secretariat, reason=" ", today=TODAY))
    assert sentence == "A correction needs a reason."
    services.supersede(evaluation, by=secretariat, reason="漏记", today=TODAY)
    wrong(lambda: services.supersede(evaluation, by=secretariat, reason="又", today=TODAY))
    assert Evaluation.objects.count() == 2


def test_verify_names_what_was_changed_behind_the_programs_back(stages, zone, other_zone, expert):
    good, bad = stages.published(zone), stages.published(other_zone)
    call_command("verify")
    Score.objects.filter(reviewer__evaluation=bad).update(score=Decimal(1))
    with pytest.raises(CommandError) as scores_changed:
        call_command("verify")
    Evaluation.objects.filter(pk=good.pk).update(result={**good.result, "official": "99.00"})
    with pytest.raises(CommandError) as both_changed:
        call_command("verify")
    first = f"示例产教特区cnc, evaluation 2025 (id {good.pk})"
    second = f"示例产教特区auto, evaluation 2025 (id {bad.pk}): the scores give another result."
    assert str(scores_changed.value) == second
    assert str(both_changed.value).splitlines() == [
        f"{first}: the hash does not fit the result.",
        f"{first}: the scores give another result.",
        second,
    ]


def test_each_stage_leaves_one_row_of_history(stages, zone, secretariat):
    evaluation = stages.published(zone)
    moves = HistoryEntry.objects.of(evaluation).filter(what="status").order_by("pk").values_list("old", "new")
    assert list(moves) == [
        ("preparing", "self_assessment"),
        ("self_assessment", "review"),
        ("review", "publicity"),
        ("publicity", "published"),
    ]


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
