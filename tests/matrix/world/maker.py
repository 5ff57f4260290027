"""What the records of the world are kept in and made with."""

import datetime
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone
from stdnum.cn.uscc import calc_check_digit

from consortium.models import Affiliation, Consortium, Membership, Organization, User
from zones.models import Activity, HourEntry, Project, ProjectMember, Student, Zone

LONG_AGO = datetime.date(2019, 4, 1)
SIDES = ["own", "neighbour", "foreign"]


@dataclass
class World:
    records: dict[str, dict[str, Any]] = field(default_factory=lambda: {side: {} for side in SIDES})
    people: dict[str, User] = field(default_factory=dict)  # by role; of the own college and enterprise

    def add(self, thing: str, side: str, record: Any) -> Any:
        """The first of its kind is the one that the matrix asks for; the others are there to be seen or not."""
        return self.records[side].setdefault(thing, record)


class Maker:
    """Makes the records of one side after the other; ``college`` to ``zone`` are those of the side at hand."""

    college: Organization
    enterprise: Organization
    staff: dict[str, User]
    zone: Zone

    def __init__(self, files: dict[str, ContentFile]) -> None:
        self.world, self.files = World(), files
        self.now = timezone.now()
        self.today = timezone.localdate()
        self.number = 0

    def organization(self, name: str, kind: str, consortium: Consortium) -> Organization:
        self.number += 1
        body = f"91130500{self.number:09d}"
        code = body + calc_check_digit(body)
        row = Organization.objects.create(name=name, kind=kind, credit_code=code)
        Membership.objects.create(consortium=consortium, organization=row, joined_on=LONG_AGO)
        return row

    def person(self, name: str, role: str, organization: Organization, consortium: Consortium) -> User:
        user = User.objects.create_user(name.replace("~", "."), f"{self.number}@example.invalid", None, name=name)
        Affiliation.objects.create(
            user=user, role=role, organization=organization, consortium=consortium, started_on=LONG_AGO
        )
        return user

    def student(self, side: str, name: str) -> Student:
        return Student.objects.create(
            consortium=self.zone.consortium, college=self.college, number=f"{name}-{side}", name=f"{name}~{side}",
            sex="female", birth_date=datetime.date(2006, 3, 1), major="数控技术",
            entered_on=self.today - datetime.timedelta(days=500),
        )  # fmt: skip

    def project(self, code: str, zone: Zone, enterprise: Organization, *people: User) -> Project:
        half_a_year = datetime.timedelta(days=180)
        row = Project.objects.create(
            zone=zone, enterprise=enterprise, code=code.replace("~", "-"), name=code, status=Project.Status.ACTIVE,
            starts_on=self.today - half_a_year, ends_on=self.today + half_a_year,
        )  # fmt: skip
        for person in people:
            ProjectMember.objects.create(project=row, person=person, organization=person.affiliation.organization)
        return row

    def entry(self, project: Project, person: User, note: str, days: int = 3, **fields: Any) -> HourEntry:
        return HourEntry.objects.create(**{
            "project": project, "person": person, "organization": person.affiliation.organization, "note": note,
            "date": self.today - datetime.timedelta(days=days), "hours": Decimal(2), "activity": Activity.MENTORING,
            **fields,
        })  # fmt: skip
