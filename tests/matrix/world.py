"""A world for the matrix: the same records three times, as one's own, as a neighbour's, and in another consortium.

``own`` belongs to the college and the enterprise of those who ask, ``neighbour`` to another college and a rival of the
same consortium, ``foreign`` to others elsewhere. Every name has a word of its own ("zone~foreign"), by which a test
finds it in an answer. ` that only make the conditions harder: a shared zone, a published result.
"""

import datetime
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone
from stdnum.cn.uscc import calc_check_digit

from consortium.models import (
    Affiliation,
    AgendaItem,
    Agreement,
    AgreementParty,
    Announcement,
    AnnouncementAudience,
    Consortium,
    Contact,
    Council,
    CouncilSeat,
    Department,
    Duty,
    Export,
    HistoryEntry,
    Invitation,
    Joining,
    Meeting,
    MeetingSeat,
    MemberImport,
    Membership,
    Notice,
    Opinion,
    Organization,
    PersonalDataAccess,
    Platform,
    Resolution,
    SeatDelegate,
    User,
)
from consortium.services.files import attach
from evaluation import services
from evaluation.models import AnnualReport, Finding, Indicator, Reviewer, Scheme, Side
from evaluation.services import standards
from tasks.models import Milestone, Plan, Progress, Supervision, Target, Task
from zones.models import (
    Activity,
    ClosedMonth,
    Enrollment,
    HourEntry,
    HourImport,
    InnovationClass,
    Mentor,
    NoWork,
    Outcome,
    Project,
    ProjectMember,
    ProjectModule,
    Student,
    TeachingResource,
    Zone,
    ZoneCharter,
    ZoneGoal,
    ZonePartner,
)

from .registers import papers, registers

Role, Kind = Affiliation.Role, Organization.Kind
LONG_AGO = datetime.date(2019, 4, 1)
SIDES = ["own", "neighbour", "foreign"]
NOWHERE = 987654321


@dataclass
class World:
    records: dict[str, dict[str, Any]] = field(default_factory=lambda: {side: {} for side in SIDES})
    people: dict[str, User] = field(default_factory=dict)  # by role; of the own college and enterprise

    def add(self, thing: str, side: str, record: Any) -> Any:
        """The first of its kind is the one that the matrix asks for; the others are there to be seen or not."""
        return self.records[side].setdefault(thing, record)


class Maker:
    """Makes the records of one side after the other."""

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

    def side(self, side: str, consortium: Consortium) -> None:
        self.members(side, consortium)
        self.agreements(side, consortium)
        self.council(side, consortium)
        self.desk(side, consortium)
        self.zones(side, consortium)
        self.projects(side)
        self.tasks(side, consortium)
        registers(self.world, side, self.staff["college_mentor"], self.now)
        for thing, file in self.files.items():
            name = f"{thing}~{side}.{file.name.split('.')[1]}"
            row = attach(self.zone, ContentFile(file.read(), name=name), by=self.staff["college_admin"], now=self.now)
            file.seek(0)
            self.world.add(thing, side, row)

    def members(self, side: str, consortium: Consortium) -> None:
        add = self.world.add
        college = self.college = self.organization(f"organization~{side}", Kind.HIGHER_VOCATIONAL, consortium)
        self.enterprise = self.organization(f"enterprise~{side}", Kind.ENTERPRISE, consortium)
        self.staff = {
            "college_admin": self.person(f"college_admin~{side}", Role.COLLEGE_ADMIN, college, consortium),
            "college_mentor": self.person(f"college_mentor~{side}", Role.MENTOR, college, consortium),
            "partner": self.person(f"partner~{side}", Role.PARTNER, self.enterprise, consortium),
            "mentor": self.person(f"mentor~{side}", Role.MENTOR, self.enterprise, consortium),
        }
        add("consortium", side, consortium)
        add("organization", side, college)
        add("department", side, Department.objects.create(organization=college, name=f"department~{side}"))
        add("membership", side, college.memberships.get())
        add("platform", side, Platform.objects.create(
            consortium=consortium, kind="base", name=f"platform~{side}", since=LONG_AGO
        ))  # fmt: skip
        add("contact", side, Contact.objects.create(organization=college, name=f"contact~{side}"))
        body = f"91130500{500_000 + self.number:09d}"
        add("joining", side, Joining.objects.create(
            consortium=consortium, name=f"joining~{side}", credit_code=body + calc_check_digit(body),
            kind=Kind.ENTERPRISE, applied_on=LONG_AGO,
        ))  # fmt: skip
        add("person", side, self.staff["partner"])
        add("affiliation", side, self.staff["partner"].affiliations.get())

    def agreements(self, side: str, consortium: Consortium) -> None:
        add = self.world.add
        agreement = add("agreement", side, Agreement.objects.create(
            consortium=consortium, title=f"agreement~{side}", type="order_class", starts_on=LONG_AGO,
            ends_on=self.today + datetime.timedelta(days=400),
        ))  # fmt: skip
        party = AgreementParty(agreement=agreement, number=1, organization=self.college, signatory=f"party~{side}")
        party.save()
        add("party", side, party)
        AgreementParty.objects.create(agreement=agreement, number=2, organization=self.enterprise)
        add("duty", side, Duty.objects.create(
            agreement=agreement, party=party, text=f"duty~{side}", due=self.today
        ))  # fmt: skip

    def council(self, side: str, consortium: Consortium) -> None:
        """A council for each side, in which its own college and enterprise sit; and a meeting that is called."""
        add = self.world.add
        council = add("council", side, Council.objects.create(
            consortium=consortium, number=1 + SIDES.index(side), starts_on=LONG_AGO,
            ends_on=self.today + datetime.timedelta(days=400),
        ))  # fmt: skip
        seats = []
        for number, (organization, person) in enumerate(
            [(self.college, "college_admin"), (self.enterprise, "partner")], start=1
        ):
            seat = CouncilSeat.objects.create(
                council=council, number=number, side=["school", "enterprise"][number - 1], organization=organization,
                is_chair=number == 1,
            )  # fmt: skip
            seats.append(seat)
            add("delegate", side, SeatDelegate.objects.create(
                seat=seat, name=f"delegate~{side}", user=self.staff[person], started_on=LONG_AGO
            ))  # fmt: skip
        add("seat", side, seats[0])
        meeting = add("meeting", side, Meeting.objects.create(
            council=council, number=1, held_at=self.now + datetime.timedelta(days=20), place=f"meeting~{side}",
            status="called", called_at=self.now,
        ))  # fmt: skip
        for seat in seats:
            MeetingSeat.objects.create(meeting=meeting, seat=seat, delegate="…")
        item = add("agenda_item", side, AgendaItem.objects.create(
            meeting=meeting, number=1, title=f"agenda_item~{side}", kind="decision", rule="simple"
        ))  # fmt: skip
        add("opinion", side, Opinion.objects.create(
            item=item, seat=seats[1], kind="objection", text=f"opinion~{side}", by=self.staff["partner"], at=self.now
        ))  # fmt: skip
        add("resolution", side, Resolution.objects.create(
            item=item, number=1, text=f"resolution~{side}", organization=self.college, due=self.today
        ))  # fmt: skip

    def desk(self, side: str, consortium: Consortium) -> None:
        """What the office sends and keeps, and what lies on people's desks."""
        add, partner = self.world.add, self.staff["partner"]
        add("invitation", side, Invitation.objects.create(
            consortium=consortium, organization=self.college, role=Role.MENTOR, email=f"invitation.{side}@example.org",
            name=f"invitation~{side}", secret_hash=f"{self.number:064d}", invited_by=self.staff["college_admin"],
            invited_at=self.now, expires_at=self.now + datetime.timedelta(days=7),
        ))  # fmt: skip
        announcement = Announcement.objects.create(
            consortium=consortium, title=f"announcement~{side}", text="…", by=self.staff["college_admin"], at=self.now
        )
        kind = {"own": Kind.ENTERPRISE, "neighbour": Kind.GOVERNMENT, "foreign": Kind.ENTERPRISE}[side]
        AnnouncementAudience.objects.create(announcement=announcement, kind=kind)
        add("announcement", side, announcement)
        add("access", side, PersonalDataAccess.objects.create(
            consortium=consortium, kind="reveal", fields=["phone"], reason=f"access~{side}", record=self.college,
            by=partner, acting_as=partner.affiliation, at=self.now, keep_until=self.today,
        ))  # fmt: skip
        add("hour_import", side, HourImport.objects.create(
            user=partner, acting_as=partner.affiliation, name=f"hour_import~{side}", language="en", status="checked",
            ordered_at=self.now, result={"new": 0, "changed": 0, "unchanged": 0, "hours": "0"},
        ))  # fmt: skip
        add("export", side, Export.objects.create(
            user=partner, acting_as=partner.affiliation, title=f"export~{side}", address="/zones/", language="en",
            ordered_at=self.now,
        ))  # fmt: skip
        add("notice", side, Notice.objects.create(
            user=partner, acting_as=partner.affiliation, kind="report", text=f"notice~{side}", url="/", at=self.now
        ))  # fmt: skip

    def zones(self, side: str, consortium: Consortium) -> None:
        add = self.world.add
        zone = self.zone = add("zone", side, Zone.objects.create(
            consortium=consortium, college=self.college, department=self.world.records[side]["department"],
            code=f"zone-{side}", name=f"zone~{side}", form=Zone.Form.INDUSTRY_COLLEGE, established_on=LONG_AGO,
            status=Zone.Status.ACTIVE,
        ))  # fmt: skip
        add("partnership", side, ZonePartner.objects.create(zone=zone, enterprise=self.enterprise, since=LONG_AGO))
        add("charter", side, ZoneCharter.objects.create(
            zone=zone, number=1, text=f"charter~{side}", summary=f"charter~{side}", changed_at=self.now
        ))  # fmt: skip
        add("goal", side, ZoneGoal.objects.create(
            zone=zone, year=self.today.year, kind="talent", measure=f"goal~{side}", unit="人", target=10
        ))  # fmt: skip
        row = add("class", side, InnovationClass.objects.create(
            zone=zone, code=f"class-{side}", name=f"class~{side}", year=2025, places=9, status="running"
        ))  # fmt: skip
        add("mentor", side, Mentor.objects.create(
            innovation_class=row, person=self.staff["college_mentor"], side="college"
        ))  # fmt: skip
        student = add("student", side, self.student(side, "student"))
        add("enrollment", side, Enrollment.objects.create(
            innovation_class=row, student=student, enrolled_on=self.today - datetime.timedelta(days=30)
        ))  # fmt: skip
        papers(self.world, side, student, self.enterprise, self.today)
        self.student(side, "unplaced")
        add("report", side, AnnualReport.objects.create(
            consortium=consortium, zone=zone, year=2025, version=1, queued_at=self.now, status="failed",
            error=f"report~{side}",
        ))  # fmt: skip

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

    def projects(self, side: str) -> None:
        add, people = self.world.add, self.staff
        workers = (people["partner"], people["mentor"], people["college_mentor"])
        project = add("project", side, self.project(f"project~{side}", self.zone, self.enterprise, *workers))
        self.project(f"quiet~{side}", self.zone, self.enterprise, people["partner"])  # where no work can be declared
        add("module", side, ProjectModule.objects.create(project=project, number=1, name=f"module~{side}"))
        add("member", side, project.members.order_by("pk")[0])
        add("hours", side, self.entry(project, people["mentor"], f"hours~{side}"))
        add("no_work", side, NoWork.objects.create(
            project=project, person=people["mentor"], organization=self.enterprise, month=datetime.date(2020, 1, 1),
            declared_by=people["mentor"], declared_at=self.now,
        ))  # fmt: skip
        add("closed_month", side, ClosedMonth.objects.create(
            zone=self.zone, month=datetime.date(2020, 1, 1), closed_by=people["college_mentor"], closed_at=self.now
        ))  # fmt: skip
        self.entry(project, people["mentor"], f"submitted~{side}", days=4, status="submitted")
        self.entry(project, people["mentor"], f"approved~{side}", days=5, status="approved")
        self.entry(project, people["partner"], f"partners~{side}", status="submitted")
        self.entry(project, people["college_mentor"], f"colleges~{side}", status="submitted")

    def tasks(self, side: str, consortium: Consortium) -> None:
        add = self.world.add
        plan = add("plan", side, Plan.objects.create(
            consortium=consortium, year=self.today.year, title=f"plan~{side}", unit=f"unit~{side}"
        ))  # fmt: skip
        task = add("task", side, Task.objects.create(
            plan=plan, number=1, goal=f"task~{side}", responsible_organization=self.college
        ))  # fmt: skip
        add("target", side, Target.objects.create(task=task, name=f"target~{side}", target=9, unit="x"))
        add("overdue", side, Milestone.objects.create(
            task=task, quarter=2, text=f"overdue~{side}", due=datetime.date(self.today.year, 1, 1),
        ))  # fmt: skip
        milestone = add("milestone", side, Milestone.objects.create(
            task=task, quarter=1, text=f"milestone~{side}", due=datetime.date(self.today.year, 3, 31),
            status=Milestone.Status.SUBMITTED,
        ))  # fmt: skip
        add("progress", side, Progress.objects.create(
            milestone=milestone, month=datetime.date(self.today.year, 1, 1), text=f"progress~{side}", percent=100,
            by=self.staff["college_admin"], at=self.now,
        ))  # fmt: skip
        add("supervision", side, Supervision.objects.create(
            consortium=consortium, milestone=milestone, year=self.today.year, number=len(side), text=f"urged~{side}",
            deadline=self.today, by=self.staff["college_admin"], at=self.now,
        ))  # fmt: skip


def build(files: dict[str, ContentFile]) -> World:
    """The world, in the database, with these ``files`` at each zone. Written within the transaction of the caller."""
    maker = Maker(files)
    here = Consortium.objects.create(code="here", name="consortium~own")
    away = Consortium.objects.create(code="away", name="consortium~foreign")
    world, offices = maker.world, {}
    for side, consortium in (("foreign", away), ("neighbour", here), ("own", here)):
        maker.side(side, consortium)
        offices[side] = (maker.college, maker.enterprise, maker.zone, dict(maker.staff))
    bureau = maker.organization("bureau~own", Kind.GOVERNMENT, here)
    institute = maker.organization("institute~own", Kind.INSTITUTE, here)
    faraway = maker.organization("institute~foreign", Kind.INSTITUTE, away)
    college, _enterprise, _zone, staff = offices["own"]
    world.people = {
        "secretariat": maker.person("secretariat~own", Role.SECRETARIAT, college, here),
        "bureau": maker.person("bureau~own", Role.BUREAU, bureau, here),
        "auditor": maker.person("auditor~own", Role.AUDITOR, bureau, here),
        "expert": maker.person("expert~own", Role.EXPERT, institute, here),
        "outsider": offices["foreign"][3]["college_admin"],
        "roleless": User.objects.create_user("roleless", None, None, name="roleless"),
        **staff,
    }
    second = maker.person("expert~neighbour", Role.EXPERT, institute, here)
    clerks = {"own": world.people["secretariat"], "foreign": maker.person("clerk", Role.SECRETARIAT, faraway, away)}
    pairs = {"own": (world.people["expert"], second), "neighbour": (second, world.people["bureau"])}
    guests = [maker.person(f"expert{number}~foreign", Role.EXPERT, faraway, away) for number in (1, 2)]
    writers = {**clerks, "neighbour": maker.person("clerk~neighbour", Role.SECRETARIAT, institute, here)}
    for side in SIDES:
        world.add("member_import", side, MemberImport.objects.create(
            user=writers[side], acting_as=writers[side].affiliation, name=f"member_import~{side}", status="checked",
            at=maker.now, result={"rows": 1, "new": [], "changed": [], "unchanged": 1, "faults": [], "notes": []},
        ))  # fmt: skip
    for side in SIDES:
        clerk = clerks["foreign" if side == "foreign" else "own"]
        scheme(world, side, clerk, away if side == "foreign" else here)
    for side in SIDES:
        clerk = clerks["foreign" if side == "foreign" else "own"]
        evaluations(world, side, clerk, offices[side][3]["college_admin"], guests if side == "foreign" else pairs[side])
        standard_check(world, side, clerk)
    shared(maker, offices)
    return world


def scheme(world: World, side: str, clerk: User, consortium: Consortium) -> None:
    """In force for last year and the year before; the neighbour's is a draft of this year."""
    now = timezone.now()
    for years_ago in (0,) if side == "neighbour" else (1, 2):
        year = now.year - years_ago
        row = Scheme(consortium=consortium, year=year, name=f"scheme~{side}", publicity_days=1)
        services.create_scheme(row, by=clerk)
        for number, kind in enumerate(("weighted", "deduction"), 1):
            weight = Decimal(100 if kind == "weighted" else 0)
            services.create_indicator(Indicator(
                scheme=row, number=number, group="G", dimension="D", name=f"indicator~{side}{number}", kind=kind,
                weight=weight, is_required=kind == "weighted",
            ), by=clerk)  # fmt: skip
        if side != "neighbour":
            services.publish_scheme(row, by=clerk, now=now)
        world.add("scheme", side, row)
        for indicator in row.indicators.all():
            world.add("indicator", side, indicator)


def standard_check(world: World, side: str, clerk: User) -> None:
    """Being filled in; one consortium checks itself once a year, so the neighbour's is of another year."""
    now = timezone.now()
    year, consortium = now.year - (side == "neighbour"), clerk.affiliation.consortium
    check = standards.open_check(consortium, year, by=clerk, now=now, today=timezone.localdate())
    check.answers.update(statement=f"standard_check~{side}")
    world.add("standard_check", side, check)


def evaluations(world: World, side: str, clerk: User, college_admin: User, experts: Any) -> None:
    """Last year's is in review with one sheet handed in; the one of the year before is published."""
    now, today = timezone.now(), timezone.localdate()
    consortium = clerk.affiliation.consortium_id
    in_force = Scheme.objects.filter(consortium=consortium, status="published", subject=Scheme.Subject.ZONE)
    zone = world.records[side]["zone"]
    for scheme in in_force.order_by("-year"):
        evaluation = services.open_evaluation(zone, scheme, by=clerk, today=today)
        services.start_self_assessment(evaluation, by=clerk, today=today)
        indicator = scheme.indicators.get(kind="weighted")
        said = [services.Assessed(indicator, True, Decimal(80), f"assessed~{side}")]
        services.save_self_assessment(evaluation, said, by=college_admin)
        line = evaluation.self_assessments.get()
        world.add("self_assessment", side, line)
        record, _is_new = TeachingResource.objects.get_or_create(
            zone=zone, kind="case", title="named as evidence", date=today, organization=zone.college,
            recorded_by=college_admin, defaults={"recorded_at": now},
        )  # fmt: skip
        world.add("evidence", side, services.add_evidence(line, record, by=clerk, now=now))
        services.submit_self_assessment(evaluation, by=college_admin, today=today)
        is_last = scheme.year == today.year - 1
        world.add("evaluation", side, evaluation)
        world.add("history", side, HistoryEntry.objects.of(evaluation)[0])
        for expert, of_side in zip(experts, (Side.COLLEGE, Side.ENTERPRISE), strict=True):
            reviewer = Reviewer.objects.create(evaluation=evaluation, person=expert, side=of_side)
            services.save_scores(reviewer, [services.Given(indicator, Decimal(81), f"note~{side}")], by=expert)
            if not is_last or of_side == Side.COLLEGE:
                services.submit_scores(reviewer, by=expert, now=now)
            world.add("reviewer", side, reviewer)
            world.add("score", side, reviewer.scores.get())
        if is_last:
            deduction = scheme.indicators.get(kind="deduction")
            finding = Finding.objects.create(evaluation=evaluation, indicator=deduction, points=1, reason="…")
            world.add("finding", side, finding)
            organization = experts[0].affiliation.organization
            link = services.invite_guest(evaluation, f"guest~{side}", organization, days=9, by=clerk, now=now)
            world.add("guest", side, link.reviewer)
            continue
        services.start_publicity(evaluation, by=clerk, today=today - datetime.timedelta(days=30))
        text = f"objection~{side}"
        services.object_to(evaluation, text, by=college_admin, now=now - datetime.timedelta(days=30))
        objection = world.add("objection", side, evaluation.objections.get())
        services.answer_objection(objection, "…", by=clerk, now=now)
        # somebody who once reviewed and acts otherwise now is not told of it
        Reviewer.objects.create(evaluation=evaluation, person=college_admin, side=Side.THIRD_PARTY)
        services.publish(evaluation, by=clerk, now=now)
        world.add("published", side, evaluation)


def rivals_outcome(maker: Maker, zone: Zone, rival: Organization) -> None:
    """Of the own college's zone, won with the rival: for the college to read, and not for the own enterprise."""
    writer = maker.world.people["college_admin"]
    Outcome.objects.create(
        kind="patent", rank="invention", title="rivals-outcome~neighbour", zone=zone, date=maker.today,
        organization=zone.college, enterprise=rival, recorded_by=writer, recorded_at=maker.now,
    )  # fmt: skip


def shared(maker: Maker, offices: dict[str, Any]) -> None:
    """What rivals have in common: a zone of the own college in which both work, and a report that names both."""
    world, (college, enterprise, zone, staff) = maker.world, offices["own"]
    _college2, rival, zone2, rivals = offices["neighbour"]
    ZonePartner.objects.create(zone=zone, enterprise=rival, since=LONG_AGO)
    project = maker.project("rivals~neighbour", zone, rival, rivals["partner"])
    maker.entry(project, rivals["partner"], "rivals~neighbour", status="submitted")
    rivals_outcome(maker, zone, rival)
    # the own mentor teaches in the neighbour's college
    teaching = maker.project("visiting~neighbour", zone2, rival, staff["mentor"])
    maker.entry(teaching, staff["mentor"], "visiting~neighbour", days=9)
    for number, enterprises in enumerate(([enterprise], [enterprise, rival], [rival]), 2):
        report = AnnualReport.objects.create(
            consortium=zone.consortium, zone=zone, year=2024, version=number, queued_at=maker.now, status="done",
            progress=100, file="reports/none.pdf", sha256="0" * 64, figures_sha256="0" * 64, figures={},
        )  # fmt: skip
        report.enterprises.set(enterprises)
    withdrawn = Announcement.objects.create(
        consortium=zone.consortium, title="withdrawn~own", text="…", by=world.people["secretariat"], at=maker.now,
        withdrawn_at=maker.now,
    )  # fmt: skip
    AnnouncementAudience.objects.create(announcement=withdrawn, kind=Kind.ENTERPRISE)
    partner = staff["partner"]
    second = Affiliation.objects.create(
        user=partner, role=Role.EXPERT, organization=college, consortium=zone.consortium, started_on=maker.today
    )
    Export.objects.create(
        user=partner, acting_as=second, title="as expert", address="/zones/", language="en", ordered_at=maker.now
    )
    left = maker.organization("left~own", Kind.ENTERPRISE, zone.consortium)
    left.memberships.update(left_on=maker.today)
