"""What is refused when it is written, and what is written and warned of."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from consortium.models import HistoryEntry
from consortium.services import Refused
from zones.compliance import Severity, breaches
from zones.models import (
    Attendance,
    Placement,
    Post,
    StaffCount,
)
from zones.services import (
    end_placement,
    save_attendance,
    save_placement,
    save_post,
    save_staff_count,
)

from .findings import MONDAY


# --- what blocks ------------------------------------------------------------------------------------------------------
def test_a_student_is_placed_on_the_16th_birthday_and_not_the_day_before(new_placement, college_admin):
    placement = new_placement(birth_date=date(2010, 3, 3))
    with pytest.raises(ValidationError) as refusal:
        save_placement(placement, by=college_admin)
    assert refusal.value.message_dict == {
        "starts_on": ["Nobody under 16 is placed in a post. Here: 15 years old on the first day, at least 16"]
    }
    assert Placement.objects.count() == 0
    placement.pk, placement._state.adding = None, True
    placement.starts_on = date(2026, 3, 3)
    assert save_placement(placement, by=college_admin).pk
    assert HistoryEntry.objects.of(Placement.objects.get()).count() == 1


def test_hours_over_eight_are_refused_and_eight_are_not(placement, college_mentor):
    with pytest.raises(ValidationError) as refusal:
        save_attendance(placement, date=MONDAY, hours=Decimal("8.25"), by=college_mentor, today=MONDAY)
    assert refusal.value.message_dict == {
        "hours": ["A student works at most 8 hours a day. Here: 8.25 hours, at most 8"]
    }
    assert Attendance.objects.count() == 0
    save_attendance(placement, date=MONDAY, hours=Decimal(7), by=college_mentor, today=MONDAY)
    save_attendance(placement, date=MONDAY, hours=Decimal(8), by=college_mentor, today=MONDAY)
    assert [str(row.hours) for row in Attendance.objects.all()] == ["8.00"]
    assert HistoryEntry.objects.of(placement).count() == 2


def test_a_holiday_is_warned_and_written(placement, college_mentor, college_admin):
    day = date(2026, 10, 1)
    save_attendance(placement, date=day, hours=Decimal(4), by=college_mentor, today=day)
    assert [(row.rule.code, row.rule.severity) for row in breaches(college_admin)] == [
        ("public_holiday", Severity.WARN)
    ]


@pytest.mark.parametrize("hours", ["0", "-1", "24.25", "1.1"])
def test_hours_are_quarters_of_one_day(placement, college_mentor, hours):
    with pytest.raises(ValidationError):
        save_attendance(placement, date=MONDAY, hours=Decimal(hours), by=college_mentor, today=MONDAY)


@pytest.mark.parametrize("day", [MONDAY - timedelta(days=1), MONDAY + timedelta(days=3), MONDAY + timedelta(days=9)])
def test_hours_lie_within_the_placement_and_not_in_the_future(placement, college_mentor, college_admin, day):
    end_placement(placement, on=MONDAY + timedelta(days=7), by=college_admin)
    with pytest.raises(ValidationError):
        save_attendance(placement, date=day, hours=Decimal(1), by=college_mentor, today=MONDAY + timedelta(days=2))


def test_a_student_is_in_one_post_at_a_time(placement, college_admin, zone, post):
    again = Placement(
        zone=zone, student=placement.student, post=post, starts_on=MONDAY + timedelta(days=5), monthly_pay=3600
    )
    with pytest.raises(ValidationError):
        save_placement(again, by=college_admin)
    end_placement(placement, on=MONDAY + timedelta(days=5), by=college_admin)
    with pytest.raises(ValidationError):  # the last day still counts
        save_placement(again, by=college_admin)
    again.starts_on += timedelta(days=1)
    assert save_placement(again, by=college_admin).pk
    with pytest.raises(Refused):
        end_placement(placement, on=MONDAY, by=college_admin)


def test_a_placement_keeps_its_hours_inside(placement, work, college_admin):
    work(placement, MONDAY + timedelta(days=3), "4")
    with pytest.raises(ValidationError):
        end_placement(placement, on=MONDAY + timedelta(days=2), by=college_admin)
    placement.ends_on = MONDAY + timedelta(days=2)
    with pytest.raises(ValidationError):
        save_placement(placement, by=college_admin)


def test_the_enterprise_works_in_the_zone_on_the_first_day(new_placement, college_admin, zone):
    zone.partnerships.update(until=MONDAY - timedelta(days=1))
    with pytest.raises(ValidationError) as refusal:
        save_placement(new_placement(), by=college_admin)
    assert list(refusal.value.message_dict) == ["post"]


def test_posts_and_staff_figures_are_recorded_once(consortium, enterprise, partner):
    of = {"consortium": consortium, "enterprise": enterprise}
    save_post(Post(**of, name="装配", headcount=5, monthly_pay=4000), by=partner)
    save_staff_count(StaffCount(**of, year=2026, people=80), by=partner)
    with pytest.raises(ValidationError):
        save_post(Post(**of, name="装配", headcount=6, monthly_pay=4000), by=partner)
    with pytest.raises(ValidationError):
        save_staff_count(StaffCount(**of, year=2026, people=81), by=partner)
