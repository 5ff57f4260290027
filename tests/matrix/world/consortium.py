"""Of the consortium: members and their people, agreements, the council, and what lies on desks."""

import datetime

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
    Invitation,
    Joining,
    Meeting,
    MeetingSeat,
    Notice,
    Opinion,
    Organization,
    PersonalDataAccess,
    Platform,
    Resolution,
    SeatDelegate,
)
from zones.models import HourImport

from .maker import LONG_AGO, SIDES, Maker

Role, Kind = Affiliation.Role, Organization.Kind


def members(maker: Maker, side: str, consortium: Consortium) -> None:
    add = maker.world.add
    college = maker.college = maker.organization(f"organization~{side}", Kind.HIGHER_VOCATIONAL, consortium)
    maker.enterprise = maker.organization(f"enterprise~{side}", Kind.ENTERPRISE, consortium)
    maker.staff = {
        "college_admin": maker.person(f"college_admin~{side}", Role.COLLEGE_ADMIN, college, consortium),
        "college_mentor": maker.person(f"college_mentor~{side}", Role.MENTOR, college, consortium),
        "partner": maker.person(f"partner~{side}", Role.PARTNER, maker.enterprise, consortium),
        "mentor": maker.person(f"mentor~{side}", Role.MENTOR, maker.enterprise, consortium),
    }
    add("consortium", side, consortium)
    add("organization", side, college)
    add("department", side, Department.objects.create(organization=college, name=f"department~{side}"))
    add("membership", side, college.memberships.get())
    add("platform", side, Platform.objects.create(
        consortium=consortium, kind="base", name=f"platform~{side}", since=LONG_AGO
    ))  # fmt: skip
    add("contact", side, Contact.objects.create(organization=college, name=f"contact~{side}"))
    body = f"91130500{500_000 + maker.number:09d}"
    add("joining", side, Joining.objects.create(
        consortium=consortium, name=f"joining~{side}", credit_code=body + calc_check_digit(body),
        kind=Kind.ENTERPRISE, applied_on=LONG_AGO,
    ))  # fmt: skip
    add("person", side, maker.staff["partner"])
    add("affiliation", side, maker.staff["partner"].affiliations.get())


def agreements(maker: Maker, side: str, consortium: Consortium) -> None:
    add = maker.world.add
    agreement = add("agreement", side, Agreement.objects.create(
        consortium=consortium, title=f"agreement~{side}", type="order_class", starts_on=LONG_AGO,
        ends_on=maker.today + datetime.timedelta(days=400),
    ))  # fmt: skip
    party = AgreementParty(agreement=agreement, number=1, organization=maker.college, signatory=f"party~{side}")
    party.save()
    add("party", side, party)
    AgreementParty.objects.create(agreement=agreement, number=2, organization=maker.enterprise)
    add("duty", side, Duty.objects.create(
        agreement=agreement, party=party, text=f"duty~{side}", due=maker.today
    ))  # fmt: skip


def council(maker: Maker, side: str, consortium: Consortium) -> None:
    """A council for each side, in which its own college and enterprise sit; and a meeting that is called."""
    add = maker.world.add
    council = add("council", side, Council.objects.create(
        consortium=consortium, number=1 + SIDES.index(side), starts_on=LONG_AGO,
        ends_on=maker.today + datetime.timedelta(days=400),
    ))  # fmt: skip
    seats = []
    for number, (organization, person) in enumerate(
        [(maker.college, "college_admin"), (maker.enterprise, "partner")], start=1
    ):
        seat = CouncilSeat.objects.create(
            council=council, number=number, side=["school", "enterprise"][number - 1], organization=organization,
            is_chair=number == 1,
        )  # fmt: skip
        seats.append(seat)
        add("delegate", side, SeatDelegate.objects.create(
            seat=seat, name=f"delegate~{side}", user=maker.staff[person], started_on=LONG_AGO
        ))  # fmt: skip
    add("seat", side, seats[0])
    meeting = add("meeting", side, Meeting.objects.create(
        council=council, number=1, held_at=maker.now + datetime.timedelta(days=20), place=f"meeting~{side}",
        status="called", called_at=maker.now,
    ))  # fmt: skip
    for seat in seats:
        MeetingSeat.objects.create(meeting=meeting, seat=seat, delegate="…")
    item = add("agenda_item", side, AgendaItem.objects.create(
        meeting=meeting, number=1, title=f"agenda_item~{side}", kind="decision", rule="simple"
    ))  # fmt: skip
    add("opinion", side, Opinion.objects.create(
        item=item, seat=seats[1], kind="objection", text=f"opinion~{side}", by=maker.staff["partner"], at=maker.now
    ))  # fmt: skip
    add("resolution", side, Resolution.objects.create(
        item=item, number=1, text=f"resolution~{side}", organization=maker.college, due=maker.today
    ))  # fmt: skip


def desk(maker: Maker, side: str, consortium: Consortium) -> None:
    """What the office sends and keeps, and what lies on people's desks."""
    add, partner = maker.world.add, maker.staff["partner"]
    add("invitation", side, Invitation.objects.create(
        consortium=consortium, organization=maker.college, role=Role.MENTOR, email=f"invitation.{side}@example.org",
        name=f"invitation~{side}", secret_hash=f"{maker.number:064d}", invited_by=maker.staff["college_admin"],
        invited_at=maker.now, expires_at=maker.now + datetime.timedelta(days=7),
    ))  # fmt: skip
    announcement = Announcement.objects.create(
        consortium=consortium, title=f"announcement~{side}", text="…", by=maker.staff["college_admin"], at=maker.now
    )
    kind = {"own": Kind.ENTERPRISE, "neighbour": Kind.GOVERNMENT, "foreign": Kind.ENTERPRISE}[side]
    AnnouncementAudience.objects.create(announcement=announcement, kind=kind)
    add("announcement", side, announcement)
    add("access", side, PersonalDataAccess.objects.create(
        consortium=consortium, kind="reveal", fields=["phone"], reason=f"access~{side}", record=maker.college,
        by=partner, acting_as=partner.affiliation, at=maker.now, keep_until=maker.today,
    ))  # fmt: skip
    add("hour_import", side, HourImport.objects.create(
        user=partner, acting_as=partner.affiliation, name=f"hour_import~{side}", language="en", status="checked",
        ordered_at=maker.now, result={"new": 0, "changed": 0, "unchanged": 0, "hours": "0"},
    ))  # fmt: skip
    add("export", side, Export.objects.create(
        user=partner, acting_as=partner.affiliation, title=f"export~{side}", address="/zones/", language="en",
        ordered_at=maker.now,
    ))  # fmt: skip
    add("notice", side, Notice.objects.create(
        user=partner, acting_as=partner.affiliation, kind="report", text=f"notice~{side}", url="/", at=maker.now
    ))  # fmt: skip
