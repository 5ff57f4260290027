"""What enterprises give beside their hours and which students they employ; agreed rates, seconded people, one
enterprise on the cultivation list."""

from datetime import date
from decimal import Decimal
from itertools import count

from consortium.models import Organization
from zones.models import Contribution, CultivationListing, Enrollment, Hire, HourlyRate, SecondedPerson, SurchargeYear
from zones.services import (
    end_seconded,
    save_hourly_rate,
    save_listing,
    save_seconded,
    save_surcharges,
)

from .members import LEAD_ENTERPRISE, People, numeral
from .outcomes import Desk
from .zones import PLANS, Ground

RATES = [("", "80"), ("mentoring", "120"), ("research_development", "150")]
GIVEN: list[
    tuple[int, str, str, str | None, int | None, bool]
] = [  # month, kind, what, yuan, pieces, counts as investment in vocational education
    (3, "equipment", "数控教学用加工中心", "286000", 1, True),
    (4, "practice_place", "学员跟岗实践岗位", None, 12, False),
    (5, "donation", "刀具与量具", "18600.50", 240, False),
    (7, "training_place", "教师暑期实践岗位", None, 3, False),
    (9, "equipment", "实训区工位改造", "93500", None, True),
]
SECONDED = ["特区办公室副主任", "实训现场主管"]  # of the college, of the enterprise


def load(people: People, ground: Ground, desk: Desk, today: date) -> None:
    """Two years of contributions of every zone's first partner; the leading enterprise has been on the list for two."""
    office, college = people.users["secretariat"], people.users["college"]
    lead = people.organizations[LEAD_ENTERPRISE]
    of = {"consortium": people.consortium, "enterprise": lead}
    rates_of = {people.organizations[name] for plan in PLANS for name in plan.partners[:1]}
    for enterprise in sorted(rates_of, key=lambda row: row.pk):
        for activity, amount in RATES:
            rate = HourlyRate(consortium=people.consortium, enterprise=enterprise, activity=activity)
            rate.amount, rate.starts_on = Decimal(amount), date(today.year - 1, 1, 1)
            save_hourly_rate(rate, by=office)
    numbers = count(1)
    for plan in PLANS:
        zone, enterprise = ground.zones[plan.code], people.organizations[plan.partners[0]]
        for year in (today.year - 1, today.year):
            for month, kind, title, worth, pieces, qualifies in GIVEN:
                day = date(year, month, 16)
                if day <= today:
                    desk.record(
                        Contribution(
                            zone=zone,
                            enterprise=enterprise,
                            kind=kind,
                            title=f"{title}（{plan.major}，{year}）",
                            date=day,
                            amount=Decimal(worth) if worth else None,
                            quantity=pieces,
                            qualifies=qualifies,
                        )  # fmt: skip
                    )
        _hire(ground, desk, plan.code, enterprise, min(date(today.year, 6, 28), today))
        for number, post in enumerate(SECONDED):
            sender = [zone.college, enterprise][number]
            person = SecondedPerson(zone=zone, name=f"示例派驻{numeral(next(numbers))}", organization=sender, post=post)
            person.since = people.since
            save_seconded(person, by=college)
            if plan.code == "mould" and number:
                end_seconded(person, on=min(date(today.year, 3, 31), today), reason="任期届满，返回企业。", by=college)
    listed = CultivationListing(
        **of, listed_on=date(today.year - 1, 1, 10), source="示例省产教融合型企业建设培育名单（第三批）"
    )
    save_listing(listed, by=office)
    for year, due in ((today.year - 1, "98000"), (today.year, "126500.80")):
        row = SurchargeYear(**of, year=year, due=Decimal(due), source="教育费附加、地方教育附加申报表")
        save_surcharges(row, by=people.users["partner"])


def _hire(ground: Ground, desk: Desk, code: str, enterprise: Organization, day: date) -> None:
    """Three students of the zone's oldest class."""
    places = Enrollment.objects.filter(innovation_class__zone=ground.zones[code]).select_related("student")
    for place in places.order_by("innovation_class__year", "student__number")[:3]:
        desk.record(
            Hire(zone=ground.zones[code], student=place.student, enterprise=enterprise, post="设备操作与调试", date=day)
        )
