"""Mentors of both sides and places for students."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import translation

from consortium.models import HistoryEntry
from consortium.services import Refused
from zones.models import Enrollment, Mentor, Side
from zones.services import add_mentor, leave, place, place_all, remove_mentor

SUMMER = date(2025, 9, 1)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def refusal(student, innovation_class, on, by) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as caught:
        place(student, innovation_class, on=on, by=by)
    assert Enrollment.objects.filter(student=student, enrolled_on=on).count() == 0
    return caught.value.message_dict


def test_a_side_has_two_mentors_and_a_third_is_refused(innovation_class, make_mentor, enterprise, college_admin):
    first, second, third = (make_mentor(name, enterprise) for name in ("a", "b", "c"))
    add_mentor(innovation_class, first, Side.ENTERPRISE, by=college_admin)
    add_mentor(innovation_class, second, Side.ENTERPRISE, by=college_admin)
    with pytest.raises(Refused) as caught:
        add_mentor(innovation_class, third, Side.ENTERPRISE, by=college_admin)
    assert str(caught.value) == "This side has two mentors already. Remove one before naming another."
    remove_mentor(innovation_class.mentors.get(person=first), by=college_admin)
    assert add_mentor(innovation_class, third, Side.ENTERPRISE, by=college_admin).slot == 1
    assert [m.person for m in innovation_class.mentors.order_by("slot")] == [third, second]
    history = HistoryEntry.objects.of(innovation_class).order_by("pk").values_list("what", "old", "new")
    assert list(history) == [
        ("mentors", "", f"示*（{first.pk}）"),
        ("mentors", "", f"示*（{second.pk}）"),
        ("mentors", f"示*（{first.pk}）", ""),
        ("mentors", "", f"示*（{third.pk}）"),
    ]


def test_the_database_refuses_a_third_slot(innovation_class, mentor):
    with pytest.raises(IntegrityError), transaction.atomic():
        Mentor.objects.create(innovation_class=innovation_class, person=mentor, side=Side.ENTERPRISE, slot=3)


def test_a_mentor_belongs_to_the_side(innovation_class, mentor, college_mentor, college_admin):
    with pytest.raises(ValidationError) as caught:
        add_mentor(innovation_class, mentor, Side.COLLEGE, by=college_admin)
    assert caught.value.message_dict == {"person": ["示例企业导师 does not belong to this side of the zone."]}
    assert add_mentor(innovation_class, college_mentor, Side.COLLEGE, by=college_admin).slot == 1


def test_a_second_year_student_gets_a_place_and_history_says_so(innovation_class, make_student, college_admin):
    student = make_student("240101")
    enrollment = place(student, innovation_class, on=date(2025, 7, 1), by=college_admin)
    assert list(Enrollment.objects.open()) == [enrollment]
    assert HistoryEntry.objects.of(innovation_class).get().new == "示*（***101）"


def test_a_first_year_student_has_no_place_until_the_first_of_july(innovation_class, make_student, college_admin):
    sentence = "示例学员240101（240101） is in the first year; a place is possible from 2025-07-01 on."
    found = refusal(make_student("240101"), innovation_class, date(2025, 6, 30), college_admin)
    assert found == {"student": [sentence]}


def test_a_student_is_16_on_the_day(innovation_class, make_student, college_admin):
    student = make_student("240102", birth_date=date(2009, 9, 2))
    found = refusal(student, innovation_class, SUMMER, college_admin)
    assert found == {"student": ["示例学员240102（240102） is under 16 on that day."]}
    assert place(student, innovation_class, on=date(2025, 9, 2), by=college_admin).student == student


def test_a_full_class_takes_nobody_and_a_place_that_is_left_is_free(innovation_class, make_student, college_admin):
    first = place(make_student("1"), innovation_class, on=SUMMER, by=college_admin)
    place(make_student("2"), innovation_class, on=SUMMER, by=college_admin)
    third = make_student("3")
    found = refusal(third, innovation_class, SUMMER, college_admin)
    assert found == {"innovation_class": ["The class is full: 2 places."]}
    leave(first, on=date(2025, 10, 1), today=date(2025, 10, 1), reason="转学", by=college_admin)
    place(third, innovation_class, on=date(2025, 10, 1), by=college_admin)
    assert Enrollment.objects.open().count() == 2
    for record in (innovation_class, first.student):
        assert HistoryEntry.objects.of(record).filter(new="", reason="转学").count() == 1


def test_a_place_is_not_left_before_the_day_has_come(innovation_class, make_student, college_admin):
    enrollment = place(make_student("1"), innovation_class, on=SUMMER, by=college_admin)
    with pytest.raises(ValidationError) as caught:
        leave(enrollment, on=date(2025, 9, 9), today=date(2025, 9, 8), by=college_admin)
    assert caught.value.message_dict == {"left_on": ["This day is still to come."]}
    leave(enrollment, on=SUMMER, today=date(2025, 8, 1), by=college_admin)  # a place that has not begun
    assert Enrollment.objects.open().count() == 0


def test_a_student_who_enters_in_the_last_year_of_the_calendar_has_no_place(
    innovation_class, make_student, college_admin
):
    found = refusal(make_student("1", entered_on=date(9999, 9, 1)), innovation_class, date(9999, 12, 31), college_admin)
    assert found == {"student": ["示例学员1（1） is in the first year; a place is possible from 10000-07-01 on."]}


def test_a_student_has_one_place_at_a_time(innovation_class, make_student, college_admin):
    student = make_student("1")
    place(student, innovation_class, on=SUMMER, by=college_admin)
    found = refusal(student, innovation_class, date(2025, 9, 2), college_admin)
    assert found == {"student": ["This student has a place in a class already."]}


def test_a_student_of_another_college_is_refused(innovation_class, make_student, college2, college_admin):
    found = refusal(make_student("1", college=college2), innovation_class, SUMMER, college_admin)
    assert found == {"student": ["示例学员1（1） is not a student of this college."]}


def test_several_are_placed_all_or_nothing(innovation_class, make_student, college_admin):
    old, young = make_student("1"), make_student("2", birth_date=date(2010, 1, 1))
    with pytest.raises(ValidationError) as caught:
        place_all([old, young], innovation_class, on=SUMMER, by=college_admin)
    assert caught.value.message_dict == {"students": ["示例学员2（2） is under 16 on that day."]}
    assert Enrollment.objects.count() == 0
