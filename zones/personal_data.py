"""Personal data of students, and what people of both sides leave in classes, projects and hours."""

from collections.abc import Collection, Iterator
from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from consortium.models import Affiliation, User
from consortium.personal import HIDDEN, OPEN, PHONE, SURNAME, TAIL, YEAR, PersonalField, holds, register

from .models import (
    Application,
    ApprenticeAgreement,
    Attendance,
    BreachAnswer,
    CreditConversion,
    Enrollment,
    GuardianConsent,
    Hire,
    HourEntry,
    HourImport,
    InnovationClass,
    Insurance,
    Mentor,
    Outcome,
    PartTimeTeacher,
    Placement,
    ProjectMember,
    SecondedPerson,
    Student,
    TeacherPlacement,
)
from .services.students import DISCLOSED

COLLEGE = _("The college's own administrators; the secretariat, the bureau and the auditor after giving a reason")
MENTORS = _(
    "As before, and an enterprise's mentors to whom the college has disclosed it, until the student leaves the class"
)
STUDIES = _("To place students in classes and to prove it.")
AFTER = _("While the student is placed; the college erases it afterwards on request or when it is no longer needed")
TEAM = _("Whoever sees the class or project")
PROOF = _("As long as the yearly figures that hang on it; under a pseudonym when the person is erased")


def seen_of_student(user: User, student: Any) -> Collection[str]:
    """A college's administrators see their own students; mentors what was disclosed (``read_by`` has found out)."""
    affiliation = user.affiliation
    if affiliation and affiliation.role == Affiliation.Role.COLLEGE_ADMIN:
        return tuple(STUDENT) if student.college_id == affiliation.organization_id else ()
    return DISCLOSED if getattr(student, "is_disclosed", False) else ()


STUDENT = {
    "number": PersonalField(_("To tell students apart."), COLLEGE, AFTER, TAIL),
    "name": PersonalField(STUDIES, MENTORS, AFTER, SURNAME),
    "sex": PersonalField(_("To look after the student at the workplace."), MENTORS, AFTER, HIDDEN),
    "birth_date": PersonalField(_("Nobody under 16 may be placed."), COLLEGE, AFTER, YEAR),
    "major": PersonalField(_("To teach what fits."), MENTORS, AFTER, HIDDEN),
    "home_class": PersonalField(_("To reach the student through the class."), COLLEGE, AFTER, HIDDEN),
    "entered_on": PersonalField(_("Nobody in the first year may be placed."), COLLEGE, AFTER, YEAR),
}
register(Student, STUDENT, person="self", clear=seen_of_student)


def seen_of_paper(user: User, paper: Any) -> Collection[str]:
    """The administrators of the student's college see all of it; nobody else sees any."""
    affiliation = user.affiliation
    if not affiliation or affiliation.role != Affiliation.Role.COLLEGE_ADMIN:
        return ()
    return tuple(PAPERS[type(paper)]) if paper.student.college_id == affiliation.organization_id else ()


OFFICE = _("The college's own administrators")
SAFE = _("To prove that the student is protected at the workplace.")
PAPERS: dict[type[Any], dict[str, PersonalField]] = {
    ApprenticeAgreement: {
        "number": PersonalField(SAFE, OFFICE, AFTER, TAIL),
    },
    Insurance: {
        "policy_number": PersonalField(SAFE, OFFICE, AFTER, TAIL),
    },
    GuardianConsent: {
        "guardian_name": PersonalField(_("A minor's guardian consents to the placement."), OFFICE, AFTER, SURNAME),
        "guardian_phone": PersonalField(_("To reach the guardian in an emergency."), OFFICE, AFTER, PHONE),
    },
}
for model, fields in PAPERS.items():
    register(model, fields, person="student", clear=seen_of_paper)
register(
    Application,
    {
        "applied_on": PersonalField(STUDIES, COLLEGE, PROOF, OPEN),
        "total": PersonalField(_("To admit by merit."), COLLEGE, PROOF, OPEN),
        "rank": PersonalField(_("To admit by merit."), COLLEGE, PROOF, OPEN),
        "tie_reason": PersonalField(_("To admit by merit."), COLLEGE, PROOF, OPEN),
        "exception_reason": PersonalField(_("To admit by merit."), COLLEGE, PROOF, OPEN),
        "end_reason": PersonalField(_("To admit by merit."), COLLEGE, PROOF, OPEN),
    },
    person="student",
)
register(
    Enrollment,
    {
        "enrolled_on": PersonalField(STUDIES, TEAM, PROOF, OPEN),
        "left_on": PersonalField(STUDIES, TEAM, PROOF, OPEN),
    },
    person="student",
)
register(Mentor, {"side": PersonalField(_("To know who teaches for whom."), TEAM, PROOF, OPEN)}, person="person")
register(
    ProjectMember,
    {
        "activity": PersonalField(_("To log hours faster."), TEAM, PROOF, OPEN),
        "since": PersonalField(_("To know whose hours count."), TEAM, PROOF, OPEN),
        "until": PersonalField(_("To know whose hours count."), TEAM, PROOF, OPEN),
    },
    person="person",
)
register(
    HourEntry,
    {
        "date": PersonalField(_("To prove the work of both sides."), _("Whoever sees the hours"), PROOF, OPEN),
        "note": PersonalField(_("To prove the work of both sides."), _("Whoever sees the hours"), PROOF, OPEN),
        "return_reason": PersonalField(_("To put the entry right."), _("Whoever sees the hours"), PROOF, OPEN),
    },
    person="person",
)

register(
    HourImport,
    {
        "name": PersonalField(_("To show where hours came from."), _("The person"), PROOF, OPEN),
        "result": PersonalField(_("To read what was found in the file."), _("The person"), PROOF, HIDDEN),
    },
    person="user",
)

VERIFIED = _("Whoever sees the record")
register(Outcome, {"note": PersonalField(_("To prove who achieved what."), VERIFIED, PROOF, OPEN)})
register(
    CreditConversion,
    {
        "course": PersonalField(
            _("To give the student credits of a course."),
            _("The college, the office, the bureau and the auditor"),
            PROOF,
            OPEN,
        )
    },
    person="student",
)
register(
    TeacherPlacement,
    {
        "post": PersonalField(_("To prove a teacher's days in an enterprise."), VERIFIED, PROOF, OPEN),
        "date": PersonalField(_("To prove a teacher's days in an enterprise."), VERIFIED, PROOF, OPEN),
        "ends_on": PersonalField(_("To prove a teacher's days in an enterprise."), VERIFIED, PROOF, OPEN),
    },
    person="teacher",
)
register(
    PartTimeTeacher,
    {
        "course": PersonalField(_("To prove who teaches from an enterprise."), VERIFIED, PROOF, OPEN),
        "date": PersonalField(_("To prove who teaches from an enterprise."), VERIFIED, PROOF, OPEN),
        "ends_on": PersonalField(_("To prove who teaches from an enterprise."), VERIFIED, PROOF, OPEN),
    },
    person="teacher",
)
register(
    Hire,
    {
        "post": PersonalField(_("To prove who was employed."), VERIFIED, PROOF, OPEN),
        "date": PersonalField(_("To prove who was employed."), VERIFIED, PROOF, OPEN),
    },
    person="student",
)
SECONDED = _("To know who works in a zone for which side.")
register(
    SecondedPerson,
    {
        "name": PersonalField(SECONDED, _("Whoever sees the zone; an enterprise no other's"), PROOF, OPEN),
        "post": PersonalField(SECONDED, _("Whoever sees the zone; an enterprise no other's"), PROOF, OPEN),
        "since": PersonalField(SECONDED, _("Whoever sees the zone; an enterprise no other's"), PROOF, OPEN),
        "until": PersonalField(SECONDED, _("Whoever sees the zone; an enterprise no other's"), PROOF, OPEN),
        "end_reason": PersonalField(SECONDED, _("Whoever sees the zone; an enterprise no other's"), PROOF, OPEN),
    },
)
AT_WORK = _("To see that the rules about students at work are kept.")
register(
    Placement,
    {
        "starts_on": PersonalField(AT_WORK, _("Whoever sees the placement"), PROOF, OPEN),
        "ends_on": PersonalField(AT_WORK, _("Whoever sees the placement"), PROOF, OPEN),
        "monthly_pay": PersonalField(AT_WORK, _("Whoever sees the placement"), PROOF, OPEN),
    },
    person="student",
)
register(
    Attendance,
    {
        "date": PersonalField(AT_WORK, _("Whoever sees the placement"), PROOF, OPEN),
        "hours": PersonalField(AT_WORK, _("Whoever sees the placement"), PROOF, OPEN),
    },
)
register(BreachAnswer, {"reason": PersonalField(AT_WORK, _("Whoever sees the placement"), PROOF, OPEN)})


@holds(User)
def hours_under_way(person: Any) -> Iterator[str]:
    count = person.hours.exclude(status=HourEntry.Status.APPROVED).count()
    if count:
        sentence = ngettext(
            "%(n)d entry of hours is not approved yet.", "%(n)d entries of hours are not approved yet.", count
        )
        yield sentence % {"n": count}


@holds(User)
def zones_headed(person: Any) -> Iterator[str]:
    for zone in person.headed_zones.exclude(status="closed"):
        yield gettext("Heads the zone “%(zone)s”.") % {"zone": zone}


@holds(User)
def classes_mentored(person: Any) -> Iterator[str]:
    running = InnovationClass.objects.filter(mentors__person=person).exclude(status=InnovationClass.Status.FINISHED)
    for group in running:
        yield gettext("Mentors the class “%(name)s”.") % {"name": group}


@holds(Student)
def places_taken(student: Any) -> Iterator[str]:
    for enrollment in student.enrollments.open().select_related("innovation_class"):
        yield gettext("Has a place in the class “%(name)s”.") % {"name": enrollment.innovation_class}


@holds(Student)
def applications_under_way(student: Any) -> Iterator[str]:
    rows = student.applications.standing().filter(innovation_class__status=InnovationClass.Status.RECRUITING)
    for row in rows.select_related("innovation_class"):
        yield gettext("Has applied for the class “%(name)s”.") % {"name": row.innovation_class}


@holds(Student)
def posts_held(student: Any) -> Iterator[str]:
    for placement in student.placements.filter(ends_on=None).select_related("post"):
        yield gettext("Is at work in the post “%(name)s”.") % {"name": placement.post}
