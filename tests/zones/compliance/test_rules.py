"""Every rule about students at work on each side of its edge, and the packs."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from consortium.models import HistoryEntry
from zones.compliance import breaches, rules_of
from zones.models import (
    ApprenticeAgreement,
    Attendance,
    Insurance,
    Placement,
    Post,
    StaffCount,
)
from zones.services import (
    choose_pack,
    save_attendance,
)

from .findings import FIRST, LAST, MONDAY, found


# --- hours ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("hours", "breaks"), [("8.00", []), ("8.25", [(MONDAY, Decimal("8.25"), 0)])])
def test_eight_hours_a_day_are_kept_and_a_quarter_more_is_not(placement, work, hours, breaks):
    work(placement, MONDAY, hours)
    assert found("day_hours") == breaks


@pytest.mark.parametrize(("last", "breaks"), [("8.00", []), ("8.25", [(MONDAY, Decimal("40.25"), 0)])])
def test_forty_hours_a_week_are_kept_and_a_quarter_more_is_not(placement, work, last, breaks):
    for day in range(4):
        work(placement, MONDAY + timedelta(days=day), "8")
    work(placement, MONDAY + timedelta(days=6), last)  # Sunday is of the same week
    work(placement, MONDAY + timedelta(days=7), "8")  # and the next Monday is not
    assert found("week_hours") == breaks


def test_a_week_counts_over_two_placements_of_the_same_student(place_at, work):
    first = place_at(ends_on=MONDAY + timedelta(days=1))
    second = place_at(first.student, starts_on=MONDAY + timedelta(days=2))
    for day in range(2):
        work(first, MONDAY + timedelta(days=day), "10")
        work(second, MONDAY + timedelta(days=2 + day), "10.25")
    assert found("week_hours") == [(MONDAY, Decimal("40.50"), 0)]


@pytest.mark.parametrize(
    ("day", "holiday", "rest"),
    [
        (date(2026, 9, 30), False, False),  # the Wednesday before
        (date(2026, 10, 1), True, False),  # National Day
        (date(2026, 10, 7), True, False),  # shifted day off, a Wednesday
        (date(2026, 10, 8), False, False),  # the Thursday after
        (date(2026, 9, 20), False, False),  # a Sunday that was made a working day
        (date(2026, 10, 10), False, False),  # a Saturday that was made a working day
        (date(2026, 9, 13), False, True),  # an ordinary Sunday
        (date(2026, 9, 12), False, True),  # an ordinary Saturday
        (date(2026, 9, 11), False, False),  # an ordinary Friday
    ],
)
def test_holidays_and_rest_days_are_told_from_shifted_working_days(placement, work, day, holiday, rest):
    work(placement, day, "4")
    this = [(day, Decimal(4), 0)]
    assert (found("public_holiday"), found("rest_day")) == (this if holiday else [], this if rest else [])


# --- papers -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("rule", ["insurance", "agreement"])
@pytest.mark.parametrize(
    ("day", "breaks"),
    [
        (MONDAY - timedelta(days=1), True),  # the day before the first
        (MONDAY, False),
        (MONDAY + timedelta(days=4), False),
        (MONDAY + timedelta(days=5), True),  # the day after the last
    ],
)
def test_a_paper_is_valid_from_its_first_to_its_last_day(placement, work, rule, day, breaks):
    for paper in (Insurance, ApprenticeAgreement):
        paper.objects.update(starts_on=MONDAY, ends_on=MONDAY + timedelta(days=4))
    work(placement, day, "4")
    assert found(rule) == ([(day, 1, 0)] if breaks else [])


def test_two_papers_without_a_gap_cover_all_days_and_each_month_is_one_finding(placement, work):
    first, second = date(2026, 3, 30), date(2026, 4, 2)
    for day in range(6):
        work(placement, first + timedelta(days=day), "4")
    Insurance.objects.update(starts_on=FIRST, ends_on=second - timedelta(days=1))
    assert found("insurance") == [(second, 3, 0)]
    Insurance.objects.create(student=placement.student, policy_number="2", starts_on=second, ends_on=LAST)
    assert found("insurance") == []
    Insurance.objects.all().delete()
    assert found("insurance") == [(date(2026, 4, 1), 4, 0), (first, 2, 0)]


def test_an_agreement_with_another_enterprise_and_anothers_insurance_cover_nothing(
    placement, work, rival_enterprise, make_student
):
    work(placement, MONDAY, "4")
    other = make_student("other")
    other.save()
    ApprenticeAgreement.objects.update(enterprise=rival_enterprise)
    Insurance.objects.update(student=other)
    assert (found("agreement"), found("insurance")) == ([(MONDAY, 1, 0)], [(MONDAY, 1, 0)])


def test_hours_without_insurance_are_refused_where_the_region_says_so(
    placement, college_mentor, secretariat, consortium
):
    insured = list(Insurance.objects.all())
    Insurance.objects.all().delete()
    save_attendance(placement, date=MONDAY, hours=Decimal(4), by=college_mentor, today=LAST)
    choose_pack(consortium, "ningbo-2020", True, by=secretariat)
    with pytest.raises(ValidationError) as refusal:
        save_attendance(placement, date=date(2026, 3, 3), hours=Decimal(4), by=college_mentor, today=LAST)
    assert list(refusal.value.message_dict) == ["hours"]
    assert Attendance.objects.count() == 1
    Insurance.objects.bulk_create(insured)
    save_attendance(placement, date=date(2026, 3, 3), hours=Decimal(4), by=college_mentor, today=LAST)
    assert Attendance.objects.count() == 2


# --- persons ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("born", "starts", "breaks"),
    [
        (date(2010, 3, 2), MONDAY, []),  # the 16th birthday
        (date(2010, 3, 3), MONDAY, [15]),  # the day before it
        (date(2012, 2, 29), date(2028, 2, 29), []),
        (date(2012, 2, 29), date(2028, 2, 28), [15]),
    ],
)
def test_nobody_is_under_16_from_the_16th_birthday_on(place_at, make_student, born, starts, breaks):
    place_at(make_student("1", birth_date=born, entered_on=date(2024, 9, 1)), starts_on=starts)
    assert [int(figure) for _day, figure, _base in found("under_age")] == breaks


@pytest.mark.parametrize(("starts", "breaks"), [(date(2025, 7, 1), 0), (date(2025, 6, 30), 1)])
def test_the_first_year_ends_with_june(place_at, make_student, starts, breaks):
    place_at(make_student("1", entered_on=date(2024, 9, 1)), starts_on=starts)
    assert len(found("first_year")) == breaks


# --- shares -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("students", "people", "breaks"),
    [
        (3, 30, []),  # exactly a tenth
        (3, 29, [(MONDAY, 3, 29)]),  # 10.34 %
        (1, 10, []),
        (1, 9, [(MONDAY, 1, 9)]),  # nothing is rounded
    ],
)
def test_a_tenth_of_the_staff_may_be_students_and_no_more(place_at, staff, students, people, breaks):
    StaffCount.objects.update(people=people)
    for _student in range(students):
        place_at()
    assert found("staff_share") == breaks


def test_without_a_staff_figure_nobody_may_be_at_work(place_at):
    place_at()
    assert found("staff_share") == [(MONDAY, 1, 0)]


def test_the_newest_staff_figure_before_the_day_counts(place_at, staff, consortium, enterprise):
    StaffCount.objects.create(consortium=consortium, enterprise=enterprise, year=2026, people=9)
    StaffCount.objects.create(consortium=consortium, enterprise=enterprise, year=2027, people=900)
    place_at()
    assert found("staff_share") == [(MONDAY, 1, 9)]


def test_who_has_left_the_day_before_counts_no_more(place_at, staff):
    StaffCount.objects.update(people=10)
    place_at(starts_on=MONDAY - timedelta(days=9), ends_on=MONDAY - timedelta(days=1))
    place_at()
    assert found("staff_share") == []


@pytest.mark.parametrize(
    ("students", "headcount", "breaks"), [(2, 10, []), (2, 9, [(MONDAY, 2, 9)]), (1, 5, []), (1, 4, [(MONDAY, 1, 4)])]
)
def test_a_fifth_of_a_post_may_be_students_and_no_more(place_at, post, students, headcount, breaks):
    Post.objects.update(headcount=headcount)
    for _student in range(students):
        place_at()
    assert found("post_share") == breaks


@pytest.mark.parametrize(
    ("pay", "of_post", "breaks"),
    [(3200, 4000, []), (3199, 4000, [(MONDAY, 3199, 4000)]), (2668, 3335, []), (2667, 3335, [(MONDAY, 2667, 3335)])],
)
def test_four_fifths_of_the_posts_pay_are_enough_and_a_yuan_less_is_not(place_at, post, pay, of_post, breaks):
    Post.objects.update(monthly_pay=of_post)
    place_at(monthly_pay=pay)
    assert found("pay_share") == breaks


# --- packs ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("since", "until", "count"),
    [
        (MONDAY, None, 1),
        (MONDAY + timedelta(days=1), None, 0),
        (date(2020, 1, 1), MONDAY, 1),
        (date(2020, 1, 1), MONDAY - timedelta(days=1), 0),
    ],
)
def test_a_rule_holds_from_its_first_to_its_last_day(placement, work, since, until, count):
    work(placement, MONDAY, "9")
    Placement.objects.update(monthly_pay=1)
    assert [len(found(rule, since=since, until=until)) for rule in ("day_hours", "pay_share")] == [count, count]


def test_a_regions_rules_hold_only_where_they_are_chosen(placement, work, secretariat, consortium, other_consortium):
    work(placement, MONDAY, "9")
    assert [row.rule.key for row in breaches(secretariat)] == ["national.day_hours"]
    choose_pack(other_consortium, "ningbo-2020", True, by=secretariat)
    assert [row.rule.key for row in breaches(secretariat)] == ["national.day_hours"]
    choose_pack(consortium, "ningbo-2020", True, by=secretariat)
    choose_pack(consortium, "ningbo-2020", True, by=secretariat)
    assert [row.rule.key for row in breaches(secretariat)] == ["ningbo-2020.day_hours", "national.day_hours"]
    choose_pack(consortium, "ningbo-2020", False, by=secretariat)
    assert [row.rule.key for row in breaches(secretariat)] == ["national.day_hours"]
    assert HistoryEntry.objects.of(consortium).filter(what="rule packs").count() == 2


@pytest.mark.parametrize(("hours", "breaks"), [("8.00", []), ("8.25", ["ningbo-2020.day_hours"])])
def test_a_regions_eight_hours_have_the_same_edge(placement, work, secretariat, consortium, hours, breaks):
    choose_pack(consortium, "ningbo-2020", True, by=secretariat)
    work(placement, MONDAY, hours)
    assert [row.rule.key for row in breaches(secretariat) if row.rule.pack == "ningbo-2020"] == breaks


def test_every_rule_says_its_text_its_source_and_its_figure(consortium, secretariat):
    choose_pack(consortium, "ningbo-2020", True, by=secretariat)
    known = rules_of(consortium)
    assert len({rule.key for rule in known}) == len(known)
    assert [rule.key for rule in known if not (str(rule.text) and str(rule.source))] == []
    for rule in known:
        assert str(rule.figure).format(figure=1, base=2, limit=3)
