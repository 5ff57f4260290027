"""The council of the demonstration: one meeting that was held and approved, and the next one, which lacks a little."""

from datetime import date, datetime, time, timedelta

from django.core.files.base import ContentFile
from django.utils import timezone

from consortium.models import AgendaItem, Council, CouncilSeat, Meeting, Opinion, Resolution, SeatDelegate
from consortium.services import agenda, councils, meetings
from consortium.services.files import attach

from .files import paper
from .members import BUREAU, COLLEGE, LEAD_ENTERPRISE, SCHOOL, People

Side, Kind, Rule = CouncilSeat.Side, AgendaItem.Kind, AgendaItem.Rule
SEATS = [  # organization, side, post of the delegate, who signs in
    (COLLEGE, Side.SCHOOL, "院长", "college"),
    (SCHOOL, Side.SCHOOL, "校长", "college2"),
    ("示例本科院校", Side.SCHOOL, "副校长", "expert"),
    (BUREAU, Side.GOVERNMENT, "副局长", "bureau"),
    ("示例产业园区", Side.GOVERNMENT, "管委会副主任", ""),
    (LEAD_ENTERPRISE, Side.ENTERPRISE, "总经理", "partner"),
    ("示例企业二", Side.ENTERPRISE, "副总经理", "partner2"),
    ("示例企业七", Side.ENTERPRISE, "人力资源部经理", ""),
    ("志和玻璃有限公司", Side.ENTERPRISE, "厂长", ""),
    ("邢台市电商研究院", Side.INSTITUTE, "副院长", ""),
]
HELD = [  # title, kind, rule, proposed by, terms, against, abstaining
    ("上年度绩效评价结果通报", Kind.INFORMATION, "", "", {}, 0, 0),
    ("共建数控实训中心一期", Kind.DECISION, Rule.TWO_THIRDS, LEAD_ENTERPRISE,
     {"cost_share": "学院60%，示例企业一40%", "ip_ownership": "教学资源归双方共有", "signing_unit": COLLEGE}, 0, 1),
    ("实训耗材统一采购办法", Kind.DECISION, Rule.SIMPLE, "示例企业二",
     {"cost_share": "按工位数分摊", "ip_ownership": "不产生成果", "signing_unit": "不签约，按办法执行"}, 5, 2),
]  # fmt: skip
NEXT = [
    ("本年度绩效评价安排", Kind.INFORMATION, "", "", {}),
    ("共建数控实训中心二期", Kind.DECISION, Rule.TWO_THIRDS, "",
     {"cost_share": "学院承担50%，示例企业一承担50%", "ip_ownership": "教学资源归双方共有", "signing_unit": COLLEGE}),
    ("设备共享计价办法", Kind.DECISION, Rule.SIMPLE, LEAD_ENTERPRISE,
     {"cost_share": "使用方按机时付费，每小时120元", "ip_ownership": "不产生成果", "signing_unit": "示例企业一"}),
    ("阀体工艺专利许可", Kind.DECISION, Rule.UNANIMOUS, "示例企业七",
     {"cost_share": "许可费示例企业七承担", "ip_ownership": "专利归学院，许可三年", "signing_unit": "示例企业七"}),
    ("增补科研机构成员", Kind.DISCUSSION, "", "邢台市电商研究院", {}),
]  # fmt: skip


def load(people: People, today: date) -> None:
    office = people.users["secretariat"]
    since = today - timedelta(days=400)
    council = councils.add_council(
        Council(number=1, starts_on=since, ends_on=since + timedelta(days=365 * 3)), by=office
    )
    seats = {}
    for number, (name, side, post, username) in enumerate(SEATS, start=1):
        seat = CouncilSeat(
            council=council, organization=people.organizations[name], side=side, is_chair=name == COLLEGE
        )
        seats[name] = councils.add_seat(seat, by=office, today=today)
        user = people.users.get(username)
        delegate = SeatDelegate(
            seat=seat, name=user.name if user else f"示例代表{number}", post=post, user=user, started_on=since
        )
        councils.add_delegate(delegate, by=office, today=today)
    _held(people, council, seats, _at(today - timedelta(days=100)))
    _next(people, council, seats, today)


def _held(people: People, council: Council, seats: dict[str, CouncilSeat], held_at: datetime) -> None:
    """Called three weeks ahead, one objection answered, held with nine of ten seats, approved two days later."""
    office = people.users["secretariat"]
    meeting = _meeting(people, council, held_at, "学院办公楼三层会议室")
    items = [_item(people, meeting, seats, *row[:5]) for row in HELD]
    called_at = held_at - timedelta(days=21)
    meetings.call_meeting(meeting, by=office, now=called_at)
    meetings.send_papers(meeting, reason="", by=office, now=called_at + timedelta(days=1))
    objection = Opinion(
        item=items[1], seat=seats[LEAD_ENTERPRISE], kind=Opinion.Kind.OBJECTION, text="企业承担比例建议由50%调为40%。"
    )
    agenda.add_opinion(objection, by=people.users["partner"], now=called_at + timedelta(days=3))
    agenda.answer_opinion(
        objection, outcome=Opinion.Outcome.TAKEN, answer="采纳，议题已按40%写明。", by=office,
        now=called_at + timedelta(days=5),
    )  # fmt: skip
    for username, name in (("college", COLLEGE), ("partner", LEAD_ENTERPRISE), ("bureau", BUREAU)):
        meetings.confirm_papers(meeting, seats[name], by=people.users[username], now=called_at + timedelta(days=4))
    present = [seat for name, seat in seats.items() if name != "志和玻璃有限公司"]
    meetings.set_present(meeting, [seat.pk for seat in present], by=office)
    meetings.open_session(meeting, by=office, now=held_at)
    agenda.treat_item(items[0], by=office)
    for item, (*_rest, against, abstaining) in zip(items[1:], HELD[1:], strict=True):
        agenda.open_vote(item, by=office)
        choices = ["against"] * against + ["abstain"] * abstaining
        choices += ["for"] * (len(present) - len(choices))
        for seat, choice in zip(reversed(present), choices, strict=True):
            agenda.cast_vote(item, seat, choice, by=office, by_hand=True, now=held_at)
        agenda.close_vote(item, by=office)
    agenda.write_notes(items[2], "部分企业认为耗材规格差异大，宜先试点再统一。", by=office)
    day = timezone.localdate(held_at)
    for text, name, days in (
        ("签订数控实训中心一期共建协议，明确费用和设备清单", COLLEGE, 60),
        ("一期首批数控设备到位并完成安装调试", LEAD_ENTERPRISE, 130),
    ):
        resolution = Resolution(
            item=items[1], text=text, organization=people.organizations[name], due=day + timedelta(days=days)
        )
        agenda.save_resolution(resolution, by=office)
    meetings.write_minutes(
        meeting, "会议听取了上年度绩效评价结果通报，审议了共建数控实训中心一期和实训耗材统一采购两项议题。", by=office
    )
    meetings.close_session(meeting, by=office, now=held_at)
    meetings.approve_minutes(meeting, note="", by=people.users["college"], now=held_at + timedelta(days=2))
    first = Resolution.objects.get(item=items[1], number=1)
    agenda.report_resolution(
        first, done_on=day + timedelta(days=45), note="协议已由双方签字盖章。", by=office, today=timezone.localdate()
    )


def _next(people: People, council: Council, seats: dict[str, CouncilSeat], today: date) -> None:
    """In ten days: most papers sent, one is still missing; two opinions, one without an answer."""
    office, now = people.users["secretariat"], timezone.now()
    meeting = _meeting(people, council, _at(today + timedelta(days=10)), "示例产业园区会议中心")
    items = [_item(people, meeting, seats, *row, has_paper=row[0] != "设备共享计价办法") for row in NEXT]
    meetings.call_meeting(meeting, by=office, now=now - timedelta(days=9))
    meetings.send_papers(meeting, reason="", by=office, now=now - timedelta(days=7))
    for username, name in (("college", COLLEGE), ("bureau", BUREAU), ("partner2", "示例企业二")):
        meetings.confirm_papers(meeting, seats[name], by=people.users[username], now=now - timedelta(days=3))
    for name in (COLLEGE, SCHOOL, BUREAU, "示例企业二", "示例产业园区", "示例企业七", "邢台市电商研究院"):
        meetings.answer_call(meeting, seats[name], coming="yes", by=office)
    meetings.answer_call(meeting, seats["志和玻璃有限公司"], coming="no", by=office)
    for item, username, name, kind, text in (
        (items[1], "partner2", "示例企业二", Opinion.Kind.SUGGESTION, "二期实训中心可向其他成员企业按机时开放。"),
        (items[3], "college2", SCHOOL, Opinion.Kind.OBJECTION, "许可年限三年偏短，续期条件未写明。"),
    ):
        opinion = Opinion(item=item, seat=seats[name], kind=kind, text=text)
        agenda.add_opinion(opinion, by=people.users[username], now=now - timedelta(days=2))
        if kind == Opinion.Kind.SUGGESTION:
            agenda.answer_opinion(
                opinion,
                outcome=Opinion.Outcome.PARTLY,
                answer="开放时段纳入设备共享计价办法一并考虑。",
                by=office,
                now=now,
            )


def _meeting(people: People, council: Council, held_at: datetime, place: str) -> Meeting:
    return meetings.add_meeting(
        Meeting(council=council, held_at=held_at, place=place), by=people.users["secretariat"]
    )  # fmt: skip


def _item(
    people: People, meeting: Meeting, seats: dict[str, CouncilSeat], title: str, kind: str, rule: str, proposer: str,
    terms: dict[str, str], has_paper: bool = True,
) -> AgendaItem:  # fmt: skip
    office = people.users["secretariat"]
    item = AgendaItem(
        meeting=meeting, title=title, kind=kind, rule=rule, proposed_by=seats.get(proposer), text=f"审议“{title}”。",
        on_money=bool(terms), on_ip=bool(terms) and "不" not in terms["ip_ownership"], on_contract=bool(terms), **terms,
    )  # fmt: skip
    meetings.save_item(item, by=office)
    if has_paper:
        data = paper(title, title)
        attach(item, ContentFile(data, name=f"{title}.pdf"), by=office, now=timezone.now(), note="")
    return item


def _at(day: date) -> datetime:
    return datetime.combine(day, time(14, 30), tzinfo=timezone.get_current_timezone())
