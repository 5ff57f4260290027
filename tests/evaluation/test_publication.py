"""Publicity, objections, publication and correction, and that what was published stays as it was."""

import datetime
import hashlib
import json
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse
from django.utils import translation

from consortium.inbox import waiting_for
from consortium.models import HistoryEntry
from evaluation import services
from evaluation.models import Evaluation, Score, Side
from evaluation.services import Assessed, Given, report_figures

from .conftest import AFTER_PUBLICITY, NOW, TODAY, as_owner, refusal, wrong


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


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


def test_a_second_publicity_is_waited_for_whoever_looked_at_the_first(stages, zone, secretariat):
    stale = stages.publicity(zone)
    evaluation = Evaluation.objects.get(pk=stale.pk)
    services.return_to_review(evaluation, by=secretariat, reason="漏记")
    services.start_publicity(evaluation, by=secretariat, today=datetime.date(2026, 4, 1))
    sentence = refusal(lambda: services.publish(stale, by=secretariat, now=AFTER_PUBLICITY))
    assert sentence == "The publicity lasts until April 9, 2026."


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


def test_only_a_result_in_publicity_is_returned_to_the_review(stages, zone, secretariat):
    """The step itself is the college's too, so its own table of steps does not keep the office from it."""
    evaluation = stages.self_assessment(zone)
    sentence = refusal(lambda: services.return_to_review(evaluation, by=secretariat, reason="早"))
    assert sentence == "This evaluation is at “Self-assessment”: this can no longer, or not yet, be changed."
    evaluation.refresh_from_db()
    assert evaluation.status == "self_assessment"


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


def test_the_report_prints_the_means_that_the_page_shows(stages, zone, make_scheme, secretariat):
    """Most means of the two reviewers are 80.005 and one is 80: together 80.00; from the rounded 80.01 it is 80.01."""
    evaluation = stages.review(zone, scheme=make_scheme(year=2024))
    for reviewer, first in zip(evaluation.reviewers.all(), ("80.01", "80"), strict=True):
        given = [
            Given(row, Decimal(80 if row.number == 3 else first)) for row in evaluation.scheme.indicators.weighted()
        ]
        services.save_scores(reviewer, given, by=reviewer.person)
        services.submit_scores(reviewer, by=reviewer.person, now=NOW)
    services.start_publicity(evaluation, by=secretariat, today=TODAY)
    services.publish(evaluation, by=secretariat, now=AFTER_PUBLICITY)
    shown = [(name, str(mean)) for name, mean, *_others in services.presented(evaluation, None).dimensions]
    printed = report_figures.evaluation(zone, 2024)["dimensions"]
    assert [(row["name"], row["score"]) for row in printed] == shown
    assert shown[0][1] == "80.00"


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
    assert (services.correction_reason(new), services.correction_reason(old)) == ("漏记扣分", "")


def test_readers_of_a_correction_are_told_why_and_where_the_earlier_result_is(client, stages, zone, secretariat):
    old = stages.published(zone)
    new = services.supersede(old, by=secretariat, reason="漏记扣分", today=TODAY)
    client.force_login(secretariat)
    page = client.get(reverse("evaluation:evaluation_detail", args=[new.pk])).content.decode()
    assert "漏记扣分" in page
    assert reverse("evaluation:evaluation_result", args=[old.pk]) in page


def test_a_correction_needs_a_reason_and_there_is_one_at_a_time(stages, zone, secretariat):
    evaluation = stages.published(zone)
    sentence = refusal(lambda: services.supersede(evaluation, by=secretariat, reason=" ", today=TODAY))
    assert sentence == "A correction needs a reason."
    services.supersede(evaluation, by=secretariat, reason="漏记", today=TODAY)
    sentence = refusal(lambda: services.supersede(evaluation, by=secretariat, reason="又", today=TODAY))
    assert sentence == "A correction of this result is open already."
    assert Evaluation.objects.count() == 2


def test_verify_names_what_was_changed_behind_the_programs_back(stages, zone, other_zone, expert):
    good, bad = stages.published(zone), stages.published(other_zone)
    connection.check_constraints()  # PostgreSQL chains the history at the commit, and a test has none
    call_command("verify")
    with as_owner():
        Score.objects.filter(reviewer__evaluation=bad).update(score=Decimal(1))
    with pytest.raises(CommandError) as scores_changed:
        call_command("verify")
    with as_owner():
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


def test_the_office_reads_what_each_evaluation_waits_for(stages, zone, secretariat, college_admin):
    def said(day) -> list[str]:
        return [item.detail for item in waiting_for(secretariat, day) if item.source == "evaluations"]

    evaluation = stages.publicity(zone)
    assert said(TODAY) == []
    objection = services.object_to(evaluation, "漏记工时", by=college_admin, now=NOW)
    assert said(TODAY) == ["An objection is not answered yet."]
    services.answer_objection(objection, "已核对", by=secretariat, now=NOW)
    assert said(AFTER_PUBLICITY.date()) == ["The publicity is over"]
