"""Students at work in two enterprises: most of it keeps the rules, and each rule is broken once or twice."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from consortium.models import Organization, User
from consortium.services import save_changes
from zones.compliance import breaches
from zones.compliance.rules import days_off, working_weekends
from zones.models import (
    ApprenticeAgreement,
    Attendance,
    Enrollment,
    Insurance,
    Placement,
    Post,
    StaffCount,
    Student,
    Zone,
)
from zones.services import (
    add_student,
    answer_breach,
    save_attendance,
    save_paper,
    save_placement,
    save_post,
    save_staff_count,
)

from .members import LEAD_ENTERPRISE, People
from .zones import PLANS, Ground

SMALL_ENTERPRISE = "示例企业二"
DAYS = 8  # of hours for each student


def load(people: People, ground: Ground, today: date) -> None:
    admin, zone = people.users["college"], ground.zones["cnc"]
    mentor = people.users["mentor"]
    lead, small = people.organizations[LEAD_ENTERPRISE], people.organizations[SMALL_ENTERPRISE]
    holiday = max(day for day in days_off() if day < today)
    starts = min(holiday, today - timedelta(days=30)) - timedelta(days=7)
    operator = _post(people, lead, "数控操作", 60, 4500, staff=320, starts=starts, by=people.users["partner"])
    assembler = _post(people, small, "夹具装配", 8, 4000, staff=15, starts=starts, by=people.users["partner2"])
    working = list(_working_days(today))[:DAYS]
    placements = []
    students = [row.student for row in Enrollment.objects.open().select_related("student").order_by("pk")[:12]]
    for number, student in enumerate(students):
        pay = 3000 if number == 5 else 3600 + 50 * number
        placement = _place(zone, student, operator, starts, pay, admin)
        placements.append(placement)
        for day in working:
            _work(placement, day, "7.5" if number % 2 else "8", mentor, today)
    _work(placements[0], holiday, "4", mentor, today)
    monday = today - timedelta(days=today.weekday() + 21)
    for after in range(6):  # six days of eight hours, the sixth a Saturday
        _work(placements[1], monday + timedelta(days=after), "8", mentor, today)
    # from before the rules were computed: the program refuses such hours now
    Attendance.objects.update_or_create(
        placement=placements[2], date=working[0], defaults={"hours": Decimal("9.5"), "recorded_by": mentor}
    )
    for number in (1, 2):
        student = _new_student(zone, number, small, starts, today, admin)
        placement = _place(zone, student, assembler, starts, 3200, admin)
        for day in working[:3]:
            _work(placement, day, "7", mentor, today)
        # the college puts a wrong date right afterwards, and the placement turns out to break a rule
        if number == 1:
            save_changes(student, by=admin, birth_date=starts.replace(year=starts.year - 15, day=1))
        else:
            save_changes(student, by=admin, entered_on=date(starts.year if starts.month > 8 else starts.year - 1, 9, 1))
    warning = next(row for row in breaches(admin) if row.rule.code == "public_holiday")
    answer_breach(warning, reason="学员自愿参加节日设备检修，已安排补休（示例）。", by=admin, now=timezone.now())


def _working_days(today: date) -> Iterator[date]:
    """Back from yesterday."""
    free, shifted = set(days_off()), set(working_weekends())
    for back in range(1, 60):
        day = today - timedelta(days=back)
        if day in shifted or day.weekday() < 5 and day not in free:
            yield day


def _post(
    people: People, enterprise: Organization, name: str, headcount: int, pay: int, *, staff: int, starts: date, by: User
) -> Post:
    of = {"consortium": people.consortium, "enterprise": enterprise}
    save_staff_count(StaffCount(**of, year=starts.year, people=staff), by=by)
    return save_post(Post(**of, name=name, headcount=headcount, monthly_pay=pay), by=by)


def _place(zone: Zone, student: Student, post: Post, starts: date, pay: int, by: User) -> Placement:
    return save_placement(Placement(zone=zone, student=student, post=post, starts_on=starts, monthly_pay=pay), by=by)


def _work(placement: Placement, day: date, hours: str, by: User, today: date) -> None:
    save_attendance(placement, date=day, hours=Decimal(hours), by=by, today=today)


def _new_student(zone: Zone, number: int, enterprise: Organization, starts: date, today: date, by: User) -> Student:
    """With an agreement and insurance."""
    student = add_student(
        Student(
            consortium=zone.consortium, college=zone.college, number=f"{starts.year - 2}7{number:04d}",
            name=f"示例在岗{number}", sex=Student.Sex.MALE, birth_date=date(starts.year - 18, 3, 1 + number),
            major=PLANS[0].major, home_class="数控示例班", entered_on=date(starts.year - 2, 9, 1),
        ),
        by=by,
    )  # fmt: skip
    dates = {"starts_on": starts, "ends_on": today + timedelta(days=200)}
    paper = ApprenticeAgreement(student=student, enterprise=enterprise, number=f"示例在岗协议{number}", **dates)
    save_paper(paper, today=today, by=by)
    policy = f"SLZG{number:04d}"
    save_paper(Insurance(student=student, insurer="示例财产保险", policy_number=policy, **dates), today=today, by=by)
    return student
