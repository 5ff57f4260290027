from collections.abc import Iterable
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from consortium.models import User
from consortium.services import Refused, record

from ..models import Enrollment, InnovationClass, Mentor, Side, Student
from .rows import check, hold_open, keep, save

YOUNGEST = 16


@transaction.atomic
def save_class(innovation_class: InnovationClass, *, by: User | None) -> InnovationClass:
    """Create or change a class; it stays in its zone and cannot have fewer places than students.

    Raises ValidationError by field, Refused when the zone is closed.
    """
    if innovation_class.zone_id:
        hold_open(innovation_class.zone)
    if innovation_class.pk:
        keep(innovation_class, "zone")
        taken = innovation_class.enrollments.open().count()
        if innovation_class.places is not None and innovation_class.places < taken:
            raise ValidationError(
                {"places": _("%(taken)d students have a place in this class already.") % {"taken": taken}}
            )
    return save(innovation_class, by=by)


@transaction.atomic
def add_mentor(innovation_class: InnovationClass, person: User, side: str, *, by: User | None) -> Mentor:
    """Name a mentor of a side, at most two (the dual mentors of the special zones).

    The person belongs to the zone's college or to a partner enterprise of the zone. Raises Refused on a third and
    ValidationError by field.
    """
    InnovationClass.objects.select_for_update(no_key=True).get(pk=innovation_class.pk)  # two named at once queue up
    taken = set(innovation_class.mentors.filter(side=side).values_list("slot", flat=True))
    free = [slot for slot in Mentor.SLOTS if slot not in taken]
    if not free:
        raise Refused(_("This side has two mentors already. Remove one before naming another."))
    zone = innovation_class.zone
    on_side = Q(organization=zone.college_id) if side == Side.COLLEGE else Q(organization__partnerships__zone=zone)
    if not person.affiliations.in_force().filter(on_side, consortium=zone.consortium_id).exists():
        sentence = _("%(person)s does not belong to this side of the zone.")
        raise ValidationError({"person": sentence % {"person": person}})
    mentor = Mentor(innovation_class=innovation_class, person=person, side=side, slot=free[0])
    check(mentor)
    mentor.save()
    record(innovation_class, by=by, what="mentors", new=person)
    return mentor


@transaction.atomic
def remove_mentor(mentor: Mentor, *, by: User) -> None:
    """Take a mentor from the class. Raises Refused when somebody else has."""
    if not Mentor.objects.filter(pk=mentor.pk).delete()[0]:
        raise Refused(_("Somebody else has changed this. Reload and try again."))
    record(mentor.innovation_class, by=by, what="mentors", old=mentor.person)


def add_student(student: Student, *, by: User | None) -> Student:
    """Register a student of a college. Raises ValidationError by field."""
    return save(student, by=by)


@transaction.atomic
def place(
    student: Student, innovation_class: InnovationClass, *, on: date, admitted: bool = False, by: User | None
) -> Enrollment:
    """Give a student a place in a class from the day ``on``.

    A class that recruits takes those who are ``admitted``, in the order of admission and for nobody else's asking.

    Refused to whoever is under 16 that day, has not finished the first year (1 July of the year after entry), or has a
    place already, and when the class is full. Source: the rules of the special zones and of student placements.
    Raises ValidationError by field.
    """
    locked = InnovationClass.objects.select_for_update(no_key=True).get(pk=innovation_class.pk)
    Student.objects.select_for_update(no_key=True).get(pk=student.pk)  # may be placed elsewhere at the same moment
    enrollment = Enrollment(student=student, innovation_class=locked, enrolled_on=on)
    check(enrollment)
    if student.college_id != locked.zone.college_id:
        raise ValidationError({"student": _("%(student)s is not a student of this college.") % {"student": student}})
    if _age(student.birth_date, on) < YOUNGEST:
        raise ValidationError({"student": _("%(student)s is under 16 on that day.") % {"student": student}})
    second_year = student.entered_on.year + 1
    if (on.year, on.month) < (second_year, 7):
        raise ValidationError(
            {
                "student": _("%(student)s is in the first year; a place is possible from %(day)s on.")
                % {"student": student, "day": f"{second_year}-07-01"}
            }
        )
    if not admitted and locked.status == InnovationClass.Status.RECRUITING and locked.applications.exists():
        sentence = _("This class is recruiting: students get their places by admission.")
        raise ValidationError({"innovation_class": sentence})
    if not admitted and locked.enrollments.open().count() >= locked.places:
        raise ValidationError({"innovation_class": _("The class is full: %(n)d places.") % {"n": locked.places}})
    enrollment.save()
    record(innovation_class, by=by, what="enrollments", new=student)
    record(student, by=by, what="enrollments", new=innovation_class)
    return enrollment


@transaction.atomic
def place_all(students: Iterable[Student], innovation_class: InnovationClass, *, on: date, by: User) -> None:
    """Place several students, all or nothing. Raises ValidationError with one sentence for each who cannot be."""
    sentences: list[str] = []
    for student in students:
        try:
            place(student, innovation_class, on=on, by=by)
        except ValidationError as error:
            sentences += error.messages
    if sentences:
        raise ValidationError({"students": sentences})


@transaction.atomic
def leave(enrollment: Enrollment, *, on: date, today: date, reason: str = "", by: User) -> None:
    """End a student's place on the day ``on``; the row stays.

    The place is free at once, so the day is not in the future (a place that has not begun may be given up). Raises
    ValidationError by field, Refused when the student has left.
    """
    stored = Enrollment.objects.select_for_update(no_key=True).get(pk=enrollment.pk)
    if stored.left_on:
        raise Refused(_("This student has left the class already."))
    if on > max(today, stored.enrolled_on):
        raise ValidationError({"left_on": _("This day is still to come.")})
    enrollment.left_on = on
    check(enrollment)
    enrollment.save(update_fields=["left_on"])
    record(enrollment.innovation_class, by=by, what="enrollments", old=enrollment.student, reason=reason)
    record(enrollment.student, by=by, what="enrollments", old=enrollment.innovation_class, reason=reason)


def _age(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
