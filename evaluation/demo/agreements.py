"""Agreements of the college and the school with enterprises: kept, ending soon, renewed, terminated, incomplete."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.utils import timezone

from consortium.models import Agreement, Clause, Duty, JointWork, Ownership
from consortium.services import agreements, clauses, duties
from consortium.services.agreement_calendar import keep_calendar

from .members import COLLEGE, LEAD_ENTERPRISE, SCHOOL, People

Type, Work = Agreement.Type, JointWork
CONFIDENTIAL = "企业提供的图纸、工艺参数、客户资料和未公开的产品信息。"


@dataclass(frozen=True)
class AgreementPlan:
    """One agreement of the demonstration. ``ends_in`` counts days from today; ``lacks`` names clauses left empty."""

    title: str
    type: str
    enterprise: str
    ends_in: int
    works: tuple[str, ...]
    school: str = COLLEGE
    years: int = 2
    college_pays: int = 50
    lacks: tuple[Clause, ...] = ()
    duty: str = ""
    duty_in: int = 40


PLANS = [
    AgreementPlan("订单班协议", Type.ORDER_CLASS, LEAD_ENTERPRISE, 27,
                  (Work.ADMISSION, Work.MAJORS, Work.COURSES, Work.ASSESSMENT), lacks=(Clause.TRANSFER,),
                  duty="接收订单班学员跟岗实践30人", duty_in=20),
    AgreementPlan("数控实训设备共享协议", Type.EQUIPMENT_SHARING, LEAD_ENTERPRISE, 78,
                  (Work.BASE, Work.RESOURCES), college_pays=40, duty="开放数控加工中心两台", duty_in=12),
    AgreementPlan("技术服务协议", Type.TECHNICAL_SERVICE, "示例企业七", 6, (Work.RESEARCH,), years=1, college_pays=20),
    AgreementPlan("现代学徒制三方协议", Type.APPRENTICESHIP, "示例企业四", 48,
                  (Work.ADMISSION, Work.CHARACTER, Work.TEACHERS, Work.ASSESSMENT), college_pays=60),
    AgreementPlan("产业学院共建协议", Type.INDUSTRY_COLLEGE, "示例企业五", 900,
                  (Work.MAJORS, Work.COURSES, Work.BASE, Work.TEACHERS, Work.RULES), years=5, college_pays=45,
                  duty="投入机器人工作站一套", duty_in=-9),
    AgreementPlan("产业学院共建协议", Type.INDUSTRY_COLLEGE, "示例企业十二", 640,
                  (Work.MAJORS, Work.COURSES, Work.RESOURCES), years=3, college_pays=50),
    AgreementPlan("模具修复技术成果转让协议", Type.RESULT_TRANSFER, "示例企业三", 300, (Work.RESEARCH,), years=1),
    AgreementPlan("艺术玻璃订单班协议", Type.ORDER_CLASS, "回归源艺术玻璃有限公司", 410,
                  (Work.ADMISSION, Work.COURSES), school=SCHOOL, college_pays=70, lacks=(Clause.IP, Clause.TRANSFER)),
    AgreementPlan("玻璃加工实训基地共建协议", Type.EQUIPMENT_SHARING, "志和玻璃有限公司", 520,
                  (Work.BASE, Work.TEACHERS), school=SCHOOL, college_pays=30),
    AgreementPlan("电商直播技术服务协议", Type.TECHNICAL_SERVICE, "佳泰科技有限公司", 210,
                  (Work.COURSES, Work.RESOURCES), years=1),
]  # fmt: skip


def load(people: People, today: date) -> None:
    made = [_signed(people, plan, today) for plan in PLANS]
    office = people.users["secretariat"]
    _renewed(people, today)
    ended = _signed(people, AgreementPlan("网店运营技术服务协议", Type.TECHNICAL_SERVICE, "示例企业八", 150, ()), today)
    agreements.terminate_agreement(
        ended, reason="企业调整业务，双方协商提前终止。", ended_on=today - timedelta(days=30), by=office, today=today
    )
    draft = agreements.follow(made[0], Agreement.Change.RENEWAL, by=office, today=today)
    agreements.submit_agreement(draft, by=office, now=timezone.now())
    agreements.agree_to(draft, by=people.users["college"], today=today)
    keep_calendar(timezone.now())


def _signed(people: People, plan: AgreementPlan, today: date) -> Agreement:
    ends_on = today + timedelta(days=plan.ends_in)
    starts_on = min(ends_on - timedelta(days=365 * plan.years), today - timedelta(days=60))
    agreement = _written(people, plan, starts_on, ends_on)
    office, signed_on = people.users["secretariat"], starts_on - timedelta(days=10)
    agreements.submit_agreement(agreement, by=office, now=_noon(signed_on))
    agreements.sign_agreement(agreement, signed_on=signed_on, by=office, today=today)
    return Agreement.objects.get(pk=agreement.pk)


def _written(people: People, plan: AgreementPlan, starts_on: date, ends_on: date) -> Agreement:
    office = people.users["secretariat"]
    school, enterprise = people.organizations[plan.school], people.organizations[plan.enterprise]
    agreement = Agreement(
        title=plan.title, type=plan.type, starts_on=starts_on, ends_on=ends_on,
        number=f"邢产教协〔{starts_on.year}〕{Agreement.objects.count() + 1}号",
    )  # fmt: skip
    agreements.add_agreement(agreement, [school, enterprise], plan.works, by=office)
    one, other = agreement.parties.order_by("number")
    for party, post in ((one, "院长"), (other, "总经理")):
        party.signatory, party.signatory_post = f"示例签字人{'甲' if party == one else '乙'}", post
        agreements.change_party(party, by=office)
    pays = Decimal(plan.college_pays)
    for clause in (Clause.COST, Clause.TRANSFER):
        if clause not in plan.lacks:
            shares: dict[int, Decimal | None] = {one.pk: pays, other.pk: 100 - pays}
            clauses.set_shares(agreement, clause, shares, terms="", excluded="", by=office)
    if Clause.IP not in plan.lacks:
        owners = {Ownership.Result.PATENT: None, Ownership.Result.SOFTWARE: None}
        owners |= {Ownership.Result.TEACHING: one, Ownership.Result.KNOW_HOW: other}  # type: ignore[dict-item]
        clauses.set_ownerships(agreement, owners, terms="", excluded="", by=office)  # type: ignore[arg-type]
    clauses.set_secrecy(agreement, months=24, terms=CONFIDENTIAL, excluded="", by=office)
    if plan.duty:
        due = timezone.localdate() + timedelta(days=plan.duty_in)
        duties.save_duty(Duty(agreement=agreement, party=other, text=plan.duty, due=due), by=office)
    return agreement


def _renewed(people: People, today: date) -> None:
    """One that ended and went on: two versions, with a duty that was kept."""
    office = people.users["secretariat"]
    plan = AgreementPlan("焊接机器人技术服务协议", Type.TECHNICAL_SERVICE, "示例企业六", -40, (Work.RESEARCH,), years=1)
    first = _signed(people, plan, today)
    duty = Duty(agreement=first, party=first.parties.get(number=1), text="提交工艺改进报告", due=first.ends_on)
    duties.save_duty(duty, by=office)
    done_on = first.ends_on - timedelta(days=5)
    duties.report_duty(duty, done_on=done_on, note="报告已通过企业验收。", by=office, today=today)
    second = agreements.follow(first, Agreement.Change.RENEWAL, by=office, today=today)
    agreements.submit_agreement(second, by=office, now=_noon(first.ends_on))
    agreements.sign_agreement(second, signed_on=first.ends_on, by=office, today=today)


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=timezone.get_current_timezone())
