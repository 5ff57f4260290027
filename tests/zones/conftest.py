"""One zone with one enterprise project, people of both sides on it, and a rival's project beside it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from consortium.models import Affiliation
from zones.models import Activity, HourEntry, InnovationClass, Project, ProjectMember, Student, Zone, ZonePartner
from zones.services import approve_many, log_hours, submit_many

HALF_A_YEAR = timedelta(days=180)


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
