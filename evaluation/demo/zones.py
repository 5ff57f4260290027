"""Nine zones of all three forms in six departments, their partners, nine of ten innovation classes, students, projects.

The tenth class recruits: see ``recruiting``.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from django.utils import timezone

from consortium.models import Affiliation, Department, Organization, User
from consortium.services import move
from zones.models import (
    Activity,
    InnovationClass,
    Project,
    ProjectMember,
    ProjectModule,
    Side,
    Student,
    Zone,
    ZoneCharter,
)
from zones.services import (
    accept,
    add_member,
    add_mentor,
    add_module,
    add_partner,
    add_student,
    agree,
    begin_project,
    deliver,
    give_back,
    place,
    save_charter,
    save_class,
    save_project,
    save_zone,
)

from .members import COLLEGE, LEAD_ENTERPRISE, People, numeral

Role = Affiliation.Role
CONTRACT, MIXED, COLLEGE_FORM = Zone.Form.CONTRACT_PROCESSING, Zone.Form.MIXED_OWNERSHIP, Zone.Form.INDUSTRY_COLLEGE
CHARTER = (
    "一、特区实行校企双方共同管理，每月召开一次例会，例会纪要双方各存一份。\n"
    "二、企业项目进入教学须写明工作模块和合格标准，按产品的合格标准评价完成效果。\n"
    "三、项目工时由一方填报、另一方会签，会签后不再改动，差错以更正条目写明。\n"
    "四、学员在特区以学徒和学生双重身份学习，安全教育先于上岗。"
)

CHARTER_2 = CHARTER.replace("每月召开一次例会", "每两周召开一次例会") + (
    "\n五、成果转让所得由学院与企业按 7：3 分配。\n六、企业导师课酬按会签后的工时计算。"
)
CHARTER_3 = CHARTER_2 + "\n七、学员上岗前签订三方协议并办理工伤保险。"


@dataclass(frozen=True)
class ZonePlan:
    """What one zone of the demonstration is made from; ``projects`` belong to its partners in turn."""

    code: str
    name: str
    department: str
    form: str
    on_campus: bool
    partners: list[str]
    classes: list[str]
    major: str
    projects: list[str]


PLANS = [
    ZonePlan("cnc", "数控加工产教特区", "机械工程系", CONTRACT, True, [LEAD_ENTERPRISE, "示例企业二"],
             ["数控1班"], "数控技术",
             ["轴承座批量加工", "减速器壳体工艺改进", "液压阀体试制", "夹具设计与验证"]),
    ZonePlan("mould", "模具制造产教特区", "机械工程系", CONTRACT, True, ["示例企业三", "回归源艺术玻璃有限公司"],
             ["模具1班"], "模具设计与制造", ["注塑模具修复", "艺术玻璃热弯模具制作"]),
    ZonePlan("assembly", "机电设备装调产教特区", "机电工程系", CONTRACT, False, ["示例企业四", "志和玻璃有限公司"],
             ["机电1班"], "机电一体化技术", ["输送线装调", "玻璃磨边机导轨修复"]),
    ZonePlan("robot", "工业机器人产教特区", "电气工程系", MIXED, True, ["示例企业五", "示例企业六", "示例企业七"],
             ["机器人1班"], "工业机器人技术", ["焊接工作站集成", "码垛程序优化", "视觉检测工位调试"]),
    ZonePlan("control", "智能控制产教特区", "电气工程系", COLLEGE_FORM, True, [LEAD_ENTERPRISE],
             ["智控1班"], "智能控制技术", ["包装线控制柜改造"]),
    ZonePlan("ecommerce", "电子商务产教特区", "经济管理系", COLLEGE_FORM, False, ["佳泰科技有限公司", "示例企业八"],
             ["电商1班"], "电子商务", ["直播间运营", "网店客服数据分析"]),
    ZonePlan("rural", "农村电商产教特区", "经济管理系", CONTRACT, False, ["示例企业九"],
             ["农电1班"], "农村电子商务", ["农产品上行实操"]),
    ZonePlan("auto", "汽车技术产教特区", "汽车工程系", MIXED, True, ["示例企业十", "示例企业十一"],
             ["汽修1班"], "汽车检测与维修技术", ["典型故障维修", "新能源电池包检测"]),
    ZonePlan("software", "软件技术产教特区", "信息工程系", COLLEGE_FORM, True, ["示例企业十二", "示例企业十三"],
             ["软件1班"], "软件技术", ["微信程序开发", "设备台账系统测试"]),
]  # fmt: skip


@dataclass
class Ground:
    """What the hours and the evaluations of the demonstration stand on."""

    zones: dict[str, Zone] = field(default_factory=dict)
    projects: list[Project] = field(default_factory=list)
    members: dict[int, list[ProjectMember]] = field(default_factory=dict)  # by project
    partners: dict[int, User] = field(default_factory=dict)  # by enterprise: who signs for it


def load(people: People, today: date, random: Random) -> Ground:
    """Make zones, partners, people, classes with students, and this and last year's projects, as a college would."""
    ground = Ground()
    college = people.organizations[COLLEGE]
    admin = people.users["college"]
    school_year = today.year if today.month >= 9 else today.year - 1
    students = 0
    for plan in PLANS:
        teachers = [people.add(f"{plan.code}-teacher{n}", Role.MENTOR, college) for n in (1, 2)]
        zone = save_zone(
            Zone(
                consortium=people.consortium,
                college=college,
                department=Department.objects.get(organization=college, name=plan.department),
                code=plan.code,
                name=plan.name,
                form=plan.form,
                on_campus=plan.on_campus,
                established_on=people.since,
                head=teachers[0],
            ),
            by=admin,
        )
        move(zone, Zone.Status.ACTIVE, by=admin)
        _write_charter(zone, CHARTER, "设立时制定。", by=admin)
        ground.zones[plan.code] = zone
        engineers = {}
        for name in plan.partners:
            enterprise = people.organizations[name]
            add_partner(zone, enterprise, role="提供真实项目与企业导师", since=people.since, by=admin)
            engineers[name] = _engineers(people, enterprise)
            ground.partners[enterprise.pk] = engineers[name][0]
        _agree(zone, admin, ground.partners[people.organizations[plan.partners[0]].pk])
        if plan.code == "cnc":  # a second version in force, a third that the enterprise has still to read
            _write_charter(zone, CHARTER_2, "成果转让按 7：3 分配，企业导师课酬按工时计。", by=admin)
            _agree(zone, admin, people.users["partner"])
            _write_charter(zone, CHARTER_3, "增加学员工伤保险与三方协议要求。", by=admin)
            _agree(zone, admin)
        for number, class_name in enumerate(plan.classes, start=1):
            year = school_year - 2 + number  # the first class began a year ago, a second one this autumn
            students = _add_class(zone, plan, number, class_name, year, teachers, engineers, students, admin)
        for number, project_name in enumerate(plan.projects):
            enterprise = people.organizations[plan.partners[number % len(plan.partners)]]
            team = [*engineers[enterprise.name], teachers[number % 2]]
            for year in (today.year - 1, today.year):
                _add_project(ground, zone, plan, number, project_name, enterprise, team, year, admin, random)
    return ground


def _write_charter(zone: Zone, text: str, summary: str, *, by: User) -> None:
    save_charter(ZoneCharter(zone=zone, text=text, summary=summary), by=by, now=timezone.now())


def _agree(zone: Zone, *people: User) -> None:
    """The people of both sides agree on the newest version."""
    for person in people:
        newest = zone.charters.order_by("-number")[0]
        agree(newest, stamp=newest.stamp, by=person, now=timezone.now())


def _engineers(people: People, enterprise: Organization) -> list[User]:
    """The enterprise's people: who signs in the demonstration where there is one, and an engineer."""
    signing = {"示例企业一": "partner", "示例企业二": "partner2"}.get(enterprise.name)
    number = f"{enterprise.pk:02d}"
    partner = people.users[signing] if signing else people.add(f"enterprise{number}", Role.PARTNER, enterprise)
    if enterprise.name == LEAD_ENTERPRISE:
        return [partner, people.users["mentor"]]
    return [partner, people.add(f"engineer{number}", Role.MENTOR, enterprise)]


def _add_class(
    zone: Zone,
    plan: ZonePlan,
    number: int,
    name: str,
    year: int,
    teachers: list[User],
    engineers: dict[str, list[User]],
    students: int,
    by: User,
) -> int:
    """A running class of 20 places with mentors of both sides and 18 students; answer how many students there are."""
    code = f"{plan.code}-{year % 100}{number:02d}"
    innovation_class = save_class(
        InnovationClass(zone=zone, code=code, name=f"{name}（{year}）", year=year, places=20), by=by
    )
    for teacher in teachers if number == 1 else teachers[:1]:
        add_mentor(innovation_class, teacher, Side.COLLEGE, by=by)
    for team in list(engineers.values())[:2]:
        add_mentor(innovation_class, team[-1], Side.ENTERPRISE, by=by)
    move(innovation_class, InnovationClass.Status.RECRUITING, by=by)
    for _place in range(18):
        students += 1
        student = add_student(
            Student(
                consortium=zone.consortium,
                college=zone.college,
                number=f"{year - 1}{students:05d}",
                name=f"示例学员{numeral(students) if students < 100 else students}",
                sex=Student.Sex.FEMALE if students % 3 == 0 else Student.Sex.MALE,
                birth_date=date(year - 19, 1 + students % 12, 1 + students % 28),
                major=plan.major,
                home_class=f"{plan.major}{(year - 1) % 100}0{1 + students % 3}",
                entered_on=date(year - 1, 9, 1),
            ),
            by=by,
        )
        place(student, innovation_class, on=date(year, 9, 1), by=by)
    move(innovation_class, InnovationClass.Status.RUNNING, by=by)
    return students


def _add_project(
    ground: Ground,
    zone: Zone,
    plan: ZonePlan,
    number: int,
    name: str,
    enterprise: Organization,
    team: list[User],
    year: int,
    by: User,
    random: Random,
) -> None:
    """A project of a calendar year in two modules, with its team; last year's is delivered and accepted."""
    hours = Decimal(random.randrange(300, 520, 20))
    project = save_project(
        Project(
            zone=zone,
            enterprise=enterprise,
            code=f"{plan.code}-{year}-{number + 1}",
            name=f"{name}（{year}）",
            description=f"{enterprise.name}的真实任务，由学院导师、企业导师带领学员完成。",
            starts_on=date(year, 1, 1),
            ends_on=date(year, 12, 31),
            planned_hours=hours,
        ),
        by=by,
    )
    for module, (title, standard) in enumerate(
        [("工艺编制", "工艺文件经企业签字认可"), ("实施与检验", "首件与批量检验合格率不低于 98%")], start=1
    ):
        add_module(
            ProjectModule(
                project=project, number=module, name=title, acceptance_standard=standard, planned_hours=hours / 2
            ),
            by=by,
        )
    usual = [Activity.TECHNICAL_SERVICE, Activity.MENTORING, Activity.TEACHING]
    ground.members[project.pk] = [
        add_member(ProjectMember(project=project, person=person, activity=activity), by=by)
        for person, activity in zip(team, usual, strict=True)
    ]
    ground.projects.append(project)
    begin_project(project, by=by)


def hand_over(project: Project, by: User, partner: User) -> None:
    """The college delivers what was done, module by module and then the whole; the enterprise accepts it."""
    now = timezone.now()
    parts: list[Project | ProjectModule] = [*project.modules.all(), project]
    for work in parts:
        deliver(work, by=by, now=now)
        accept(work, by=partner, now=now)


def deliver_some(ground: Ground, by: User) -> None:
    """Of this year's projects two modules wait for the enterprise, one came back, and one project waits as a whole."""
    now = timezone.now()
    running = [project for project in ground.projects if project.status == Project.Status.ACTIVE]
    first, second, third, *_others = running
    for project in (first, second):
        partner = ground.partners[project.enterprise_id]
        plan, work = project.modules.all()
        deliver(plan, by=by, now=now)
        accept(plan, by=partner, now=now)
        deliver(work, by=by, now=now)
        if project == second:
            reason = "首件检验记录缺三坐标测量数据，请补齐后再交付（示例）。"
            give_back(work, reason=reason, by=partner, now=now)
    for module in third.modules.all():
        deliver(module, by=by, now=now)
        accept(module, by=ground.partners[third.enterprise_id], now=now)
    deliver(third, by=by, now=now)


def weeks(first: date, last: date) -> list[date]:
    """The Mondays of the weeks from ``first`` to ``last``."""
    monday = first - timedelta(days=first.weekday())
    return [monday + timedelta(weeks=n) for n in range((last - monday).days // 7 + 1)]
