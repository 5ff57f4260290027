"""One zone with one enterprise project, people of both sides on it, and a rival's project beside it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from consortium.models import Affiliation
from zones.models import (
    Activity,
    Contribution,
    CreditRule,
    CreditTable,
    Enrollment,
    Fund,
    Hire,
    HourEntry,
    HourImport,
    InnovationClass,
    Outcome,
    PartTimeTeacher,
    Project,
    ProjectMember,
    ResearchProject,
    StaffTraining,
    Student,
    TeacherPlacement,
    TeachingResource,
    TechnicalService,
    Zone,
    ZonePartner,
)
from zones.services import (
    approve_many,
    log_hours,
    order_import,
    run_import,
    save_credit_rule,
    save_credit_table,
    save_outcome,
    save_record,
    submit_many,
    verify,
)

from .hour_files import upload

HALF_A_YEAR = timedelta(days=180)
A_DAY = date(2026, 3, 2)


@pytest.fixture
def today() -> date:
    return timezone.localdate()


@pytest.fixture
def day(today) -> date:
    """A past day inside every project."""
    return today - timedelta(days=3)


@pytest.fixture
def make_zone(consortium, college, department):
    def make(code: str, **fields) -> Zone:
        defaults = {
            "consortium": consortium,
            "college": college,
            "department": department,
            "name": f"特区{code}",
            "form": Zone.Form.CONTRACT_PROCESSING,
            "established_on": date(2019, 9, 16),
            "status": Zone.Status.ACTIVE,
        }
        return Zone.objects.create(code=code, **defaults | fields)

    return make


@pytest.fixture
def zone(make_zone, enterprise, rival_enterprise):
    zone = make_zone("cnc", name="数控加工产教特区")
    for partner in (enterprise, rival_enterprise):
        ZonePartner.objects.create(zone=zone, enterprise=partner, since=date(2019, 9, 16))
    return zone


@pytest.fixture
def make_project(zone, enterprise, today):
    def make(code: str, **fields) -> Project:
        defaults = {
            "zone": zone,
            "enterprise": enterprise,
            "name": f"项目{code}",
            "starts_on": today - HALF_A_YEAR,
            "ends_on": today + HALF_A_YEAR,
            "status": Project.Status.ACTIVE,
        }
        return Project.objects.create(code=code, **defaults | fields)

    return make


@pytest.fixture
def assign():
    def assign(project: Project, *people) -> None:
        for person in people:
            ProjectMember.objects.create(project=project, person=person, organization=person.affiliation.organization)

    return assign


@pytest.fixture
def project(make_project, assign, partner, mentor, college_mentor):
    project = make_project("bearing", name="轴承座批量加工")
    assign(project, partner, mentor, college_mentor)
    return project


@pytest.fixture
def rival_project(make_project, assign, rival_enterprise, rival_partner):
    project = make_project("rival", name="他企项目", enterprise=rival_enterprise)
    assign(project, rival_partner)
    return project


@pytest.fixture
def entry_of(day):
    """An unsaved entry: 2 hours of mentoring on the day, unless told otherwise."""

    def make(project: Project, person, **fields) -> HourEntry:
        defaults = {"date": day, "hours": Decimal(2), "activity": Activity.MENTORING}
        return HourEntry(project=project, person=person, **defaults | fields)

    return make


@pytest.fixture
def draft(entry_of, project, mentor, today):
    return log_hours(entry_of(project, mentor), by=mentor, today=today)


@pytest.fixture
def submitted(draft, mentor):
    submit_many([draft], by=mentor)
    return draft


@pytest.fixture
def approved(submitted, college_admin):
    approve_many([submitted], by=college_admin)
    return submitted


@pytest.fixture
def rival_entry(entry_of, rival_project, rival_partner, today):
    entry = log_hours(entry_of(rival_project, rival_partner), by=rival_partner, today=today)
    submit_many([entry], by=rival_partner)
    return entry


@pytest.fixture
def hand_in(project):
    """The order of a file, checked."""

    def make(data, by, name="工时.xlsx") -> HourImport:
        order = order_import(upload(data, name), language="en", by=by, now=timezone.now())
        run_import(order)
        order.refresh_from_db()
        return order

    return make


@pytest.fixture
def innovation_class(zone):
    return InnovationClass.objects.create(
        zone=zone, code="cnc2501", name="数控2501班", year=2025, places=2, status=InnovationClass.Status.RUNNING
    )


@pytest.fixture
def make_student(consortium, college):
    def make(number: str, **fields) -> Student:
        defaults = {
            "consortium": consortium,
            "college": college,
            "name": f"示例学员{number}",
            "sex": Student.Sex.FEMALE,
            "birth_date": date(2006, 3, 1),
            "major": "数控技术",
            "entered_on": date(2024, 9, 1),
        }
        return Student.objects.create(number=number, **defaults | fields)

    return make


@pytest.fixture
def make_mentor(make_user, consortium):
    def make(username: str, organization):
        return make_user(username, Affiliation.Role.MENTOR, organization, consortium, f"示例{username}")

    return make


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def second_admin(make_user, college, consortium):
    return make_user("second_admin", Affiliation.Role.COLLEGE_ADMIN, college, consortium, "示例第二管理员")


@pytest.fixture
def place(innovation_class, make_student):
    innovation_class.places = 20
    innovation_class.save()

    def place(number: str, **fields) -> Student:
        student = make_student(number, **fields)
        Enrollment.objects.create(innovation_class=innovation_class, student=student, enrolled_on=date(2025, 9, 1))
        return student

    return place


@pytest.fixture
def student(place):
    return place("1001")


@pytest.fixture
def make_outcome(zone, innovation_class, student, college_admin, now):
    """A provincial second prize of the student, recorded by the college administrator."""

    def make(by=college_admin, students=None, teachers=(), **fields) -> Outcome:
        defaults = {
            "zone": zone, "innovation_class": innovation_class, "kind": "contest_award", "title": "数控技能大赛",
            "level": "provincial", "rank": "second", "date": A_DAY,
        }  # fmt: skip
        students = [student] if students is None else students
        return save_outcome(Outcome(**defaults | fields), students=students, teachers=teachers, by=by, now=now)

    return make


@pytest.fixture
def make_verified(make_outcome, second_admin, now):
    def make(**fields) -> Outcome:
        outcome = make_outcome(**fields)
        verify(outcome, by=second_admin, now=now)
        return outcome

    return make


@pytest.fixture
def table(consortium, college, college_admin):
    """At most 4 credits a year; provincial awards 2, first prizes 3, national 4, municipal 1, certificates 1.5."""
    table = CreditTable(consortium=consortium, college=college, yearly_cap=Decimal(4))
    table = save_credit_table(table, by=college_admin)
    for kind, level, rank, credits in [
        ("contest_award", "national", "", "4"),
        ("contest_award", "provincial", "first", "3"),
        ("contest_award", "provincial", "", "2"),
        ("contest_award", "", "", "1"),
        ("certificate", "", "", "1.5"),
    ]:
        rule = CreditRule(table=table, kind=kind, level=level, rank=rank, course="专业实训", credits=Decimal(credits))
        save_credit_rule(rule, by=college_admin)
    return table


@pytest.fixture
def make_record(zone, enterprise, mentor, college_mentor, college_admin, now, make_student, innovation_class):
    """A sound record of the register, named after the zone's first enterprise unless told otherwise."""
    sound = {
        TeachingResource: {"kind": "case", "title": "轴承座加工案例", "date": A_DAY},
        TechnicalService: {
            "title": "减速器工艺改进",
            "date": A_DAY,
            "contract_amount": Decimal(60000),
            "amount_received": Decimal("43200.50"),
            "value_created": Decimal(300000),
        },
        ResearchProject: {
            "title": "特区机制研究",
            "kind": "vertical",
            "level": "provincial",
            "date": A_DAY,
            "funding": Decimal(20000),
        },
        StaffTraining: {"title": "数控操作培训", "date": A_DAY, "people": 12, "hours": Decimal("7.5")},
        TeacherPlacement: {"post": "工艺员", "date": A_DAY, "ends_on": A_DAY + timedelta(days=29), "days": 30},
        PartTimeTeacher: {"course": "夹具设计", "date": A_DAY, "hours": Decimal(32)},
        Contribution: {"kind": "equipment", "title": "加工中心", "date": A_DAY, "amount": Decimal(300000)},
        Hire: {"post": "数控操作工", "date": A_DAY},
        Fund: {
            "title": "夹具采购",
            "purpose": "equipment",
            "source": "enterprise",
            "date": A_DAY,
            "budget": Decimal(80000),
            "spent": Decimal(66000),
        },
    }

    def make(model, by=college_admin, **fields):
        people = {TeacherPlacement: college_mentor, PartTimeTeacher: mentor}
        named = {"teacher": people[model]} if model in people else {}
        if model is Hire and "student" not in fields:
            named["student"] = make_student(f"hired{Hire.objects.count()}")
            Enrollment.objects.create(innovation_class=innovation_class, student=named["student"], enrolled_on=A_DAY)
        values = {"zone": zone, "enterprise": enterprise} | named | sound[model] | fields
        return save_record(model(**values), by=by, now=now)

    return make
