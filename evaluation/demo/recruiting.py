"""A class that recruits, with equals across its last place, and what students have at the workplace, with gaps."""

from datetime import date, timedelta
from decimal import Decimal

from consortium.models import User
from zones.models import (
    ApprenticeAgreement,
    Enrollment,
    GuardianConsent,
    InnovationClass,
    Insurance,
    Student,
    Zone,
)
from zones.services import Typed, add_student, apply, move_class, save_criteria, save_paper, save_points

from .members import People
from .zones import PLANS, Ground

PLACES, APPLICANTS = 6, 9


def load(people: People, ground: Ground, today: date) -> None:
    admin = people.users["college"]
    _recruit(ground.zones["cnc"], today, admin)
    for number, place in enumerate(Enrollment.objects.open().select_related("student").order_by("pk")[:12]):
        _papers(place, number, ground, today, admin)


def _recruit(zone: Zone, today: date, admin: User) -> None:
    """Nine apply for six places; the sixth to the eighth are equal in everything, so the college has to decide."""
    year = today.year if today.month >= 3 else today.year - 1
    row = InnovationClass(
        zone=zone, code=f"cnc-{year % 100}r", name=f"数控精英班（{year}）", year=year, places=PLACES
    )  # fmt: skip
    row.full_clean()
    row.save()
    weights = [("学业成绩", Decimal(40)), ("面试", Decimal(40)), ("短文", Decimal(20))]
    save_criteria(row, weights, by=admin)
    move_class(row, InnovationClass.Status.RECRUITING, today=today, by=admin)
    applied = min(today, date(year, 6, 20))
    typed = []
    criteria = list(row.criteria.all())
    for number in range(1, APPLICANTS + 1):
        student = Student(
            consortium=zone.consortium, college=zone.college, number=f"{year - 1}8{number:04d}",
            name=f"示例报名{number}", sex=Student.Sex.FEMALE if number % 3 == 0 else Student.Sex.MALE,
            birth_date=date(year - 18, 1 + number, 10), major=PLANS[0].major, home_class=f"数控{(year - 1) % 100}01",
            entered_on=date(year - 1, 9, 1),
        )  # fmt: skip
        application = apply(row, add_student(student, by=admin), on=applied, today=today, by=admin)
        points = 84 if 6 <= number <= 8 else 96 - 2 * number
        typed += [Typed(application.pk, criterion.pk, None, Decimal(points)) for criterion in criteria]
    save_points(row, typed, by=admin)


def _papers(place: Enrollment, number: int, ground: Ground, today: date, admin: User) -> None:
    """Every fourth lacks an insurance, every fifth an agreement; of the first the insurance ends in twelve days."""
    student, starts = place.student, place.enrolled_on
    partner = ground.zones["cnc"].partners.order_by("pk")[0]
    ends = today + timedelta(days=12 if number == 0 else 200)
    if number % 5 != 4:
        agreement = ApprenticeAgreement(
            student=student, enterprise=partner, number=f"示例协议{number + 1:03d}", starts_on=starts, ends_on=ends
        )  # fmt: skip
        save_paper(agreement, today=today, by=admin)
    if number % 4 != 3:
        insurance = Insurance(
            student=student, insurer="示例财产保险", policy_number=f"SL{number + 1:06d}", starts_on=starts, ends_on=ends
        )  # fmt: skip
        save_paper(insurance, today=today, by=admin)
    if student.is_minor(starts):
        consent = GuardianConsent(
            student=student, guardian_name=f"示例家长{number + 1}", guardian_phone=f"1380000{number:04d}",
            given_on=starts,
        )  # fmt: skip
        save_paper(consent, today=today, by=admin)
