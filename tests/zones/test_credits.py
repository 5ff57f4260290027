"""Credits: how one achievement becomes credits once, by the college's table."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from consortium.models import HistoryEntry
from consortium.services import Refused
from zones.models import CreditConversion, CreditRule
from zones.services import (
    cancel_conversion,
    convert,
    offers,
    remove_credit_rule,
    reopen,
    save_credit_rule,
)

from .answers import errors, refusal, url

A_DAY = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


def test_the_line_that_says_most_is_the_one_that_counts(table, make_verified, student):
    found = {}
    for level, rank in [("national", "second"), ("provincial", "first"), ("provincial", "third"), ("college", "first")]:
        [offer] = offers(make_verified(title=f"{level}{rank}", level=level, rank=rank), [student])
        found[level, rank] = (offer.by_table, offer.course, offer.refusal)
    assert found == {
        ("national", "second"): (Decimal(4), "专业实训", ""),
        ("provincial", "first"): (Decimal(3), "专业实训", ""),
        ("provincial", "third"): (Decimal(2), "专业实训", ""),
        ("college", "first"): (Decimal(1), "专业实训", ""),
    }


def test_only_a_verified_outcome_with_a_line_becomes_credits(make_outcome, make_verified, student, college_admin, now):
    outcome = make_outcome()
    asked = {"course": "专业实训", "by": college_admin, "now": now}
    assert refusal(lambda: convert(outcome, student, **asked)) == "Only a verified outcome becomes credits."
    verified = make_verified(title="另一项")
    assert refusal(lambda: convert(verified, student, **asked)) == (
        "The conversion table has no line for this kind, level and rank."
    )


def test_a_kind_without_a_line_is_refused(table, make_verified, student, college_admin, now):
    paper = make_verified(kind="paper", level="", rank="journal")
    sentence = "The conversion table has no line for this kind, level and rank."
    assert refusal(lambda: convert(paper, student, course="x", by=college_admin, now=now)) == sentence


def test_credits_are_granted_up_to_the_cap_of_the_outcomes_year(table, make_verified, student, college_admin, now):
    def take(**fields):
        return convert(make_verified(**fields), student, course="", by=college_admin, now=now)

    first = take(title="证书一", kind="certificate", rank="advanced")
    assert (first.credits, first.by_table, first.course, first.year) == (
        Decimal("1.5"),
        Decimal("1.5"),
        "专业实训",
        2026,
    )
    second = take(title="省赛一等", rank="first")
    assert (second.credits, second.by_table) == (Decimal("2.5"), Decimal(3))
    third = make_verified(title="证书二", kind="certificate", rank="elementary")
    assert refusal(lambda: convert(third, student, course="", by=college_admin, now=now)) == (
        "The most credits of a year, 4.0, are reached."
    )
    assert take(title="去年的", date=date(2025, 12, 31)).credits == Decimal(2)
    assert CreditConversion.objects.granted().filter(year=2026).total() == Decimal("4.0")


def test_what_is_taken_back_frees_the_cap_and_may_be_granted_again(table, make_verified, student, college_admin, now):
    outcome = make_verified(level="national", rank="first")
    conversion = convert(outcome, student, course="综合实训", by=college_admin, now=now)
    assert refusal(lambda: convert(outcome, student, course="", by=college_admin, now=now)) == "Converted already."
    assert errors(lambda: cancel_conversion(conversion, reason=" ", by=college_admin)) == {
        "reason": ["Say why the credits are taken back."]
    }
    cancel_conversion(conversion, reason="课程选错", by=college_admin)
    assert convert(outcome, student, course="", by=college_admin, now=now).credits == Decimal(4)
    with pytest.raises(Refused):
        cancel_conversion(conversion, reason="再来一次", by=college_admin)


def test_the_same_achievement_counts_once_at_its_highest_level(table, make_verified, student, college_admin, now):
    municipal = make_verified(level="municipal", rank="first")
    lower = convert(municipal, student, course="", by=college_admin, now=now)
    provincial = make_verified(same_as=municipal)
    [offer] = offers(provincial, [student])
    assert (offer.replaces, offer.used, offer.credits) == (lower, Decimal(0), Decimal(2))
    higher = convert(provincial, student, course="", by=college_admin, now=now)
    assert list(CreditConversion.objects.granted()) == [higher]
    lower.refresh_from_db()
    reason = HistoryEntry.objects.about(lower).order_by("-pk").first().reason
    assert (lower.status, reason) == ("cancelled", "Counted at a higher level: 数控技能大赛")
    assert refusal(lambda: convert(municipal, student, course="", by=college_admin, now=now)) == (
        "The same achievement counts at its highest level: convert “数控技能大赛”."
    )


def test_two_that_stand_equally_high_count_once(table, make_verified, student, college_admin, now):
    first = make_verified(title="初赛")
    second = make_verified(title="复赛", same_as=first)
    convert(first, student, course="", by=college_admin, now=now)
    assert refusal(lambda: convert(second, student, course="", by=college_admin, now=now)) == (
        "The same achievement has been converted as “初赛”."
    )


def test_a_higher_one_of_somebody_else_does_not_stand_in_the_way(
    table, make_verified, place, student, college_admin, now
):
    other = place("1002")
    lower = make_verified(level="municipal", students=[student, other])
    make_verified(level="national", students=[other], same_as=lower)
    assert [bool(offer.refusal) for offer in offers(lower, [student, other])] == [False, True]


def test_a_conversion_is_for_whoever_earned_it(table, make_verified, place, college_admin, now):
    sentence = "This student has not earned this outcome."
    assert refusal(lambda: convert(make_verified(), place("1002"), course="", by=college_admin, now=now)) == sentence


def test_a_converted_outcome_is_not_opened_again(table, make_verified, student, college_admin, now):
    outcome = make_verified()
    conversion = convert(outcome, student, course="", by=college_admin, now=now)
    assert refusal(lambda: reopen(outcome, reason="录错", by=college_admin)) == (
        "Credits have been granted for this outcome. Cancel the conversion first."
    )
    cancel_conversion(conversion, reason="录错", by=college_admin)
    reopen(outcome, reason="录错", by=college_admin)
    assert outcome.status == "recorded"


def test_the_database_itself_counts_an_achievement_once(table, make_verified, student, college_admin, now):
    root = make_verified(level="municipal")
    convert(root, student, course="", by=college_admin, now=now)
    row = CreditConversion.objects.get()
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        CreditConversion.objects.update(credits=Decimal("1.5"))


def test_a_line_that_changes_or_goes_leaves_what_was_granted(table, make_verified, student, college_admin, now):
    conversion = convert(make_verified(), student, course="", by=college_admin, now=now)
    rule = table.rules.get(level="provincial", rank="")
    rule.credits = Decimal("0.5")
    save_credit_rule(rule, by=college_admin)
    remove_credit_rule(rule, by=college_admin)
    conversion.refresh_from_db()
    assert (conversion.credits, conversion.by_table) == (Decimal(2), Decimal(2))
    assert HistoryEntry.objects.about(table).filter(what="lines").count() == 1


def test_a_table_says_each_line_once_and_only_ranks_of_its_kind(table, college_admin):
    def add(**fields):
        return lambda: save_credit_rule(CreditRule(table=table, course="x", credits=1, **fields), by=college_admin)

    assert list(errors(add(kind="contest_award", level="national", rank=""))) == ["rank"]
    assert list(errors(add(kind="contest_award", level="", rank="invention"))) == ["rank"]
    assert list(errors(add(kind="paper", level="national", rank=""))) == ["level"]


def test_converting_in_the_browser(table, make_verified, student, college_admin, client_for):
    outcome = make_verified(rank="first")
    client = client_for(college_admin)
    address = f"{url('outcome_convert', outcome.pk)}?student={student.pk}"
    assert address in client.get(outcome.get_absolute_url()).content.decode()
    page = client.get(address)
    assert "3.0 credits: 3.0 by the table; 0 of 4.0 used in 2026." in page.content.decode()
    assert client.post(address, {"course": "数控综合实训"}).url == outcome.get_absolute_url()
    conversion = CreditConversion.objects.get()
    assert (conversion.course, conversion.credits) == ("数控综合实训", Decimal(3))
    assert client.post(address, {"course": "x"}).context["form"].non_field_errors() == ["Converted already."]
    assert client.get(url("conversion_list")).context["total"] == Decimal(3)
    client.post(url("conversion_cancel", conversion.pk), {"reason": "课程选错"})
    assert client.get(url("conversion_list")).context["total"] == 0


def test_a_college_makes_its_table_in_the_browser(college_admin, other_college_admin, partner, auditor, client_for):
    client = client_for(college_admin)
    line = {"kind": "certificate", "level": "", "rank": "", "course": "实训", "credits": "1.5"}
    assert client.post(url("credit_rule_create"), line).url == url("credit_table_update")
    assert client.post(url("credit_table_update"), {"yearly_cap": "4"}).url == url("credit_rule_list")
    assert client.post(url("credit_table_update"), {"yearly_cap": "0"}).context["form"].errors == {
        "yearly_cap": ["This must be more than 0."]
    }
    client.post(url("credit_rule_create"), line)
    rule = CreditRule.objects.get()
    assert (rule.table.college, rule.table.yearly_cap) == (college_admin.affiliation.organization, Decimal(4))
    assert client_for(other_college_admin).get(url("credit_rule_update", rule.pk)).status_code == 404
    assert client_for(auditor).get(url("credit_rule_update", rule.pk)).status_code == 403
    assert client_for(partner).get(url("credit_rule_list")).status_code == 403
    client.post(url("credit_rule_remove", rule.pk))
    assert CreditRule.objects.count() == 0
