"""Outcomes, credits and the registers of the zones over two years: recorded by one person, verified by another."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from django.utils import timezone

from consortium.models import Affiliation, Organization, User
from zones.facts import register_cards
from zones.models import (
    CreditRule,
    CreditTable,
    Fund,
    InnovationClass,
    Outcome,
    PartTimeTeacher,
    ResearchProject,
    StaffTraining,
    Student,
    TeacherPlacement,
    TeachingResource,
    TechnicalService,
    Zone,
    ZoneGoal,
)
from zones.services import (
    convert,
    offers,
    reject,
    save_credit_rule,
    save_credit_table,
    save_goal,
    save_outcome,
    save_record,
    verify,
)

from .members import COLLEGE, People
from .zones import PLANS, Ground, ZonePlan

RULES = [  # kind, level, rank, course, credits
    ("contest_award", "national", "", "专业综合实训", "4"),
    ("contest_award", "provincial", "first", "专业综合实训", "3"),
    ("contest_award", "provincial", "", "专业综合实训", "2"),
    ("contest_award", "municipal", "", "专业技能训练", "1"),
    ("certificate", "", "advanced", "职业技能等级实训", "2"),
    ("certificate", "", "", "职业技能等级实训", "1"),
    ("patent", "", "invention", "创新创业实践", "4"),
    ("patent", "", "", "创新创业实践", "2"),
    ("paper", "", "", "毕业设计", "1"),
    ("innovation_project", "", "", "创新创业实践", "1.5"),
]


GOALS = [  # kind, measure, unit, register, share of the year's target that the figure of the register is set to
    ("talent", "学员代表性成果", "项", "outcome", "0.95"),
    ("path", "对外技术服务到款", "元", "technical_service", "1.02"),
    ("team", "教师到企业实践", "天", "teacher_placement", "0.97"),
    ("courses", "来自企业项目的教学资源", "项", "teaching_resource", "0.7"),
    ("base", "面向企业员工培训", "人·小时", "staff_training", "0.9"),
]


def set_goals(ground: Ground, by: User, year: int) -> None:
    """Five goals a zone; what is reached is what the registers prove."""
    for zone in ground.zones.values():
        figures = {card["thing"]: card["value"] or 0 for card in register_cards(by, year, zone)}
        for kind, measure, unit, register, share in GOALS:
            reached = Decimal(figures[register])
            target = max((reached / Decimal(share)).quantize(Decimal(1)), Decimal(10))
            goal = ZoneGoal(zone=zone, year=year, kind=kind, measure=measure, unit=unit, register=register)
            goal.target, goal.reached = target, reached
            save_goal(goal, by=by)


class Desk:
    """Two administrators of the college: what one records the other verifies, except the newest."""

    def __init__(self, recorder: User, verifier: User, today: date) -> None:
        self.recorder, self.verifier, self.today = recorder, verifier, today
        self.count = 0

    def settle(self, record: Any) -> Any:
        """Verify it the week after, unless it is of the last three weeks; every fortieth is rejected instead."""
        self.count += 1
        if timezone.localdate(record.recorded_at) > self.today - timedelta(days=21):
            return record
        now = record.recorded_at + timedelta(days=7)
        if self.count % 40 == 0:
            reject(record, reason="佐证材料不清楚，请补扫描件后再报。", by=self.verifier, now=now)
        else:
            verify(record, by=self.verifier, now=now)
        return record

    def outcome(self, outcome: Outcome, students: list[Student], teachers: list[User]) -> Outcome:
        saved = save_outcome(
            outcome, students=students, teachers=teachers, by=self.recorder, now=at(outcome.date + timedelta(days=2))
        )
        return self.settle(saved)

    def record(self, record: Any) -> Any:
        over = getattr(record, "ends_on", None) or record.date
        return self.settle(save_record(record, by=self.recorder, now=at(over + timedelta(days=2))))


def at(day: date) -> datetime:
    """Ten in the morning of that day, and never later than now."""
    return min(timezone.make_aware(datetime.combine(day, time(10))), timezone.now())


def load(people: People, ground: Ground, today: date, random: Random) -> Desk:
    """A table of conversion, then for every zone two years of outcomes and registers up to ``today``.

    Answers the desk of the two who record and verify.
    """
    college = people.organizations[COLLEGE]
    clerk = people.add("college-clerk", Affiliation.Role.COLLEGE_ADMIN, college)
    desk = Desk(clerk, people.users["college"], today)
    table = save_credit_table(
        CreditTable(consortium=people.consortium, college=college, yearly_cap=Decimal(4)), by=people.users["college"]
    )
    for kind, level, rank, course, credits in RULES:
        rule = CreditRule(table=table, kind=kind, level=level, rank=rank, course=course, credits=Decimal(credits))
        save_credit_rule(rule, by=people.users["college"])
    for plan in PLANS:
        zone = ground.zones[plan.code]
        enterprises = [people.organizations[name] for name in plan.partners]
        for innovation_class in zone.classes.order_by("pk"):
            _achieve(innovation_class, plan, desk, random)
        for year in (today.year - 1, today.year):
            for record in _year_of(zone, plan, enterprises, ground, year, random):
                if record.date <= today and (getattr(record, "ends_on", None) or today) <= today:
                    desk.record(record)
    set_goals(ground, people.users["college"], today.year)
    return desk


def _achieve(innovation_class: InnovationClass, plan: ZonePlan, desk: Desk, random: Random) -> None:
    """Since the class began: a contest at two levels, certificates, a patent or paper, projects; some students have
    nothing yet. The higher awards are converted."""
    zone, begun = innovation_class.zone, date(innovation_class.year, 9, 1)
    students = [row.student for row in innovation_class.enrollments.select_related("student").order_by("pk")]
    mentors = innovation_class.mentors.select_related("person")
    teachers = [mentor.person for mentor in mentors if mentor.side == "college"]
    passed = (desk.today - begun).days
    if passed < 200:
        return

    def outcome(kind: str, title: str, level: str, rank: str, share: float, who: list[Student], **more: Any) -> Outcome:
        day = begun + timedelta(days=int(passed * share))
        place = {"zone": zone, "innovation_class": innovation_class}
        made = Outcome(**place, kind=kind, title=title, level=level, rank=rank, date=day, **more)
        return desk.outcome(made, who, teachers[:1])

    team = students[:3]
    contest = f"示例{plan.major}技能大赛"
    lower = outcome("contest_award", f"{contest}（市赛）", "municipal", "first", 0.3, team, is_representative=True)
    higher = outcome(
        "contest_award", f"{contest}（省赛）", "provincial", random.choice(["first", "second"]), 0.55, team,
        is_representative=True, same_as=lower,
    )  # fmt: skip
    certificate = f"示例1+X {plan.major}职业技能等级证书"
    ranks = random.sample(["advanced", "intermediate", "elementary"], k=2)
    passed_it = outcome("certificate", certificate, "national", ranks[0], 0.6, students[3:9], is_representative=True)
    outcome("certificate", certificate, "national", ranks[1], 0.62, students[9:12])
    project = f"示例{plan.projects[0]}创新项目"
    outcome("innovation_project", project, "college", "concluded", 0.8, students[9:13], is_representative=True)
    if len(plan.partners) > 1:
        device = f"一种用于{plan.projects[0]}的示例装置"
        outcome("patent", device, "", "utility_model", 0.7, team[:1], is_representative=True)
    else:
        outcome("paper", f"{plan.projects[0]}教学实践（示例）", "", "journal", 0.7, [])
    outcome("contest_award", f"{contest}（校赛）", "college", "second", 0.985, students[13:15], is_representative=True)
    for reached in (higher, passed_it):
        for offer in offers(reached, reached.students.order_by("pk")[:2]):
            if not offer.refusal:
                day = at(reached.date + timedelta(days=30))
                convert(reached, offer.student, course=offer.course, by=desk.verifier, now=day)


def _year_of(
    zone: Zone, plan: ZonePlan, enterprises: list[Organization], ground: Ground, year: int, random: Random
) -> Iterator[Any]:
    """The records of one zone in one calendar year; what lies in the future is left out by the caller."""
    first, last = enterprises[0], enterprises[-1]
    topic = plan.projects[0]
    titles = [
        ("textbook_manual", f"{plan.major}活页式教材（{year}）", 1),
        ("case", f"{topic}教学案例（{year}）", random.randrange(2, 7)),
        ("slides_plan", f"{plan.major}课件与教案（{year}）", random.randrange(8, 24)),
        ("video_software", f"{topic}操作视频（{year}）", random.randrange(3, 12)),
        ("question_bank", f"{plan.major}题库（{year}）", random.randrange(200, 800, 20)),
    ]
    for number, (kind, title, quantity) in enumerate(titles):
        made_with = first if kind == "case" else None
        day = date(year, 2 + 2 * number, 10 + number)
        yield TeachingResource(zone=zone, kind=kind, title=title, quantity=quantity, date=day, enterprise=made_with)
    for number, enterprise in enumerate(enterprises, start=1):
        amount = Decimal(random.randrange(12000, 96000, 500))
        yield TechnicalService(
            zone=zone, enterprise=enterprise, title=f"{plan.projects[number % len(plan.projects)]}技术服务（{year}）",
            contract_number=f"SL-{plan.code}-{year}-{number:02d}", date=date(year, 1 + 3 * number, 18),
            contract_amount=amount, amount_received=amount * random.choice([50, 80, 100]) / 100,
            value_created=amount * random.randrange(3, 9),
        )  # fmt: skip
    yield ResearchProject(
        zone=zone, title=f"{zone.name}人才培养模式研究（{year}）", number=f"SL{year}-{zone.pk:02d}", kind="vertical",
        level=random.choice(["provincial", "municipal", "college"]), date=date(year, 4, 20),
        funding=Decimal(random.randrange(5000, 30000, 1000)),
    )  # fmt: skip
    yield ResearchProject(
        zone=zone, title=f"{topic}工艺研究（{year}）", kind="horizontal", enterprise=last, date=date(year, 6, 12),
        funding=Decimal(random.randrange(10000, 60000, 1000)),
    )  # fmt: skip
    for month, title in ((5, "岗位技能提升培训"), (11, "新员工上岗培训")):
        yield StaffTraining(
            zone=zone, enterprise=first, title=f"{first.name}{title}（{year}）", date=date(year, month, 9),
            ends_on=date(year, month, 11), people=random.randrange(12, 46), hours=Decimal(random.choice([8, 12, 16])),
        )  # fmt: skip
    yield from _people_of_year(zone, plan, enterprises, ground, year, random)
    budget = Decimal(random.randrange(60000, 180000, 5000))
    for purpose, title, share in (
        ("equipment", "设备与工装", 50), ("resources", "课程与教学资源", 20), ("students", "学员津贴与竞赛", 20)
    ):  # fmt: skip
        part = budget * share / 100
        yield Fund(
            zone=zone, title=f"{title}（{year}）", purpose=purpose, source="college", date=date(year, 3, 15),
            budget=part, spent=part * random.randrange(60, 101) / 100,
        )  # fmt: skip
    yield Fund(
        zone=zone, title=f"企业捐赠耗材（{year}）", purpose="running", source="enterprise", enterprise=first,
        date=date(year, 9, 3), budget=Decimal(20000), spent=Decimal(random.randrange(12000, 20000, 500)),
    )  # fmt: skip


def _people_of_year(
    zone: Zone, plan: ZonePlan, enterprises: list[Organization], ground: Ground, year: int, random: Random
) -> Iterator[Any]:
    """The college's teachers in enterprises in summer, the enterprises' people at the college in spring."""
    teachers = User.objects.filter(username__in=[f"{plan.code}-teacher1", f"{plan.code}-teacher2"]).order_by("pk")
    for number, teacher in enumerate(teachers):
        began = date(year, 7, 6)
        days = random.choice([18, 22, 30, 34])
        yield TeacherPlacement(
            zone=zone, teacher=teacher, enterprise=enterprises[number % len(enterprises)], post="工艺与现场指导",
            date=began, ends_on=began + timedelta(days=40), days=days,
        )  # fmt: skip
    for enterprise in enterprises[:2]:
        yield PartTimeTeacher(
            zone=zone, teacher=ground.partners[enterprise.pk], enterprise=enterprise, course=f"{plan.projects[0]}实务",
            date=date(year, 3, 1), ends_on=date(year, 7, 10), hours=Decimal(random.randrange(16, 64, 4)),
        )  # fmt: skip
