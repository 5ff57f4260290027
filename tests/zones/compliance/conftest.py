"""A post, staff, and students at work with all papers."""

from datetime import date
from decimal import Decimal

import pytest

from zones.compliance import breaches
from zones.models import (
    ApprenticeAgreement,
    Attendance,
    Insurance,
    Placement,
    Post,
    StaffCount,
)

from .findings import FIRST, LAST, MONDAY


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def post(consortium, enterprise):
    return Post.objects.create(
        consortium=consortium, enterprise=enterprise, name="数控操作", headcount=50, monthly_pay=4000
    )


@pytest.fixture
def staff(consortium, enterprise):
    return StaffCount.objects.create(consortium=consortium, enterprise=enterprise, year=2025, people=100)


@pytest.fixture
def place_at(zone, post, make_student):
    """A placement as it could stand in the records, past the services."""
    count = iter(range(1, 1000))

    def make(student=None, **fields) -> Placement:
        student = student or make_student(f"p{next(count):03d}")
        student.save()
        ApprenticeAgreement.objects.get_or_create(
            student=student, enterprise=post.enterprise, number="1", starts_on=FIRST, ends_on=LAST
        )
        Insurance.objects.get_or_create(student=student, policy_number="1", starts_on=FIRST, ends_on=LAST)
        defaults = {"zone": zone, "post": post, "starts_on": MONDAY, "monthly_pay": 3600}
        return Placement.objects.create(student=student, **defaults | fields)

    return make


@pytest.fixture
def placement(place_at, staff):
    return place_at()


@pytest.fixture
def work(college_mentor):
    def make(placement: Placement, day: date, hours: str) -> Attendance:
        return Attendance.objects.create(
            placement=placement, date=day, hours=Decimal(hours), recorded_by=college_mentor
        )

    return make


@pytest.fixture
def new_placement(zone, post, staff, make_student):
    def make(**fields) -> Placement:
        student = make_student("new", **fields)
        student.save()
        return Placement(zone=zone, student=student, post=post, starts_on=MONDAY, monthly_pay=3600)

    return make


@pytest.fixture
def warning(placement, work, college_admin):
    work(placement, date(2026, 10, 1), "4")
    (breach,) = breaches(college_admin)
    return breach
