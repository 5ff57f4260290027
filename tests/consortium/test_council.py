"""The council: seats, the call, papers, opinions, quorum, votes, minutes, resolutions."""

from datetime import date, datetime, timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from docx import Document

from consortium.minutes import minutes_docx, minutes_pdf
from consortium.models import (
    AgendaItem,
    Council,
    CouncilSeat,
    HistoryEntry,
    Meeting,
    Notice,
    Opinion,
    Organization,
    Resolution,
    SeatDelegate,
)
from consortium.readiness import readiness
from consortium.services import Refused, agenda, councils, meetings
from consortium.services.files import attach

from . import files

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 3, 2)
HELD = datetime(2026, 3, 20, 14, 30, tzinfo=SHANGHAI)
Status, Item = Meeting.Status, AgendaItem.Status
TERMS = {"cost_share": "各半", "ip_ownership": "共有", "signing_unit": "示例企业一"}


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"
    with translation.override("en"):
        yield


def noon(day: date = DAY) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=SHANGHAI)


@pytest.fixture
def council(consortium, secretariat):
    return councils.add_council(
        Council(number=1, starts_on=date(2025, 1, 1), ends_on=date(2027, 12, 31)), by=secretariat
    )


@pytest.fixture
def seat(council, secretariat):
    def seat(organization, side, user=None, is_chair=False):
        row = CouncilSeat(council=council, organization=organization, side=side, is_chair=is_chair)
        row = councils.add_seat(row, by=secretariat, today=DAY)
        name = user.name if user else f"{organization}代表"
        delegate = SeatDelegate(seat=row, name=name, user=user, started_on=date(2025, 1, 1))
        councils.add_delegate(delegate, by=secretariat, today=DAY)
        return row

    return seat


@pytest.fixture
def seats(seat, college, enterprise, bureau_organization, institute, college_admin, partner):
    """Four sides; the college has the chair, two delegates sign in."""
    return {
        "school": seat(college, "school", college_admin, is_chair=True),
        "enterprise": seat(enterprise, "enterprise", partner),
        "government": seat(bureau_organization, "government"),
        "institute": seat(institute, "institute"),
    }


@pytest.fixture
def meeting(council, seats, secretariat):
    return meetings.add_meeting(Meeting(council=council, held_at=HELD, place="第一会议室"), by=secretariat)


@pytest.fixture
def add(meeting, secretariat):
    def add(title="共建实训中心", rule="simple", kind="decision", **more):
        item = AgendaItem(meeting=meeting, title=title, kind=kind, rule=rule, **more)
        return meetings.save_item(item, by=secretariat)

    return add


@pytest.fixture
def called(meeting, add, seats, secretariat):
    """With one decision that an enterprise proposes, whose paper is there."""
    item = add(proposed_by=seats["enterprise"], on_contract=True, **TERMS)
    attach(item, files.upload("方案.pdf", files.pdf()), by=secretariat, now=noon(), note="")
    meetings.call_meeting(meeting, by=secretariat, now=noon())
    return item


@pytest.fixture
def in_session(called, meeting, seats, secretariat):
    present = [seats[side].pk for side in ("school", "enterprise", "government")]
    meetings.set_present(meeting, present, by=secretariat)
    meetings.open_session(meeting, by=secretariat, now=HELD)
    return called


def vote(item, seats, secretariat, **choices):
    for side, choice in choices.items():
        agenda.cast_vote(item, seats[side], choice, by=secretariat, by_hand=True, now=HELD)


def fresh(row):
    return type(row).objects.get(pk=row.pk)


# --- seats ------------------------------------------------------------------------------------------------------------
def test_a_seat_is_held_by_a_member_on_its_own_side(council, enterprise, make_organization, secretariat):
    row = CouncilSeat(council=council, organization=enterprise, side="school")
    with pytest.raises(ValidationError, match="does not sit on this side"):
        councils.add_seat(row, by=secretariat, today=DAY)
    stranger = make_organization("外单位", Organization.Kind.ENTERPRISE)
    row = CouncilSeat(council=council, organization=stranger, side="enterprise")
    with pytest.raises(ValidationError, match="Only a member of the consortium holds a seat"):
        councils.add_seat(row, by=secretariat, today=DAY)


def test_there_is_one_chair_and_terms_do_not_overlap(council, seats, secretariat):
    seats["enterprise"].is_chair = True
    with pytest.raises(ValidationError, match="Another seat has the chair"):
        councils.change_seat(seats["enterprise"], by=secretariat)
    later = Council(number=2, starts_on=date(2027, 12, 31), ends_on=date(2029, 1, 1))
    with pytest.raises(ValidationError, match="Another term is in office then"):
        councils.add_council(later, by=secretariat)


def test_a_new_delegate_ends_the_one_before_at_once(seats, meeting, add, partner, secretariat, client_for):
    add()
    meetings.call_meeting(meeting, by=secretariat, now=noon())
    client = client_for(partner)
    assert client.get(meeting.get_absolute_url()).status_code == 200
    new = SeatDelegate(seat=seats["enterprise"], name="新代表", started_on=date(2026, 3, 1))
    councils.add_delegate(new, by=secretariat, today=DAY)
    assert list(seats["enterprise"].delegates.values_list("name", "ended_on").order_by("pk")) == [
        (partner.name, date(2026, 3, 1)),
        ("新代表", None),
    ]
    assert client.get(meeting.get_absolute_url()).status_code == 404


# --- the call ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("lacking", list(TERMS))
@pytest.mark.parametrize("concern", ["on_money", "on_ip", "on_contract"])
def test_an_item_on_money_ip_or_a_contract_is_not_called_without_each_of_its_terms(
    meeting, add, secretariat, lacking, concern
):
    item = add(**{concern: True}, **{name: text for name, text in TERMS.items() if name != lacking})
    label = AgendaItem._meta.get_field(lacking).verbose_name
    with pytest.raises(Refused, match=f"Item 1 “共建实训中心” does not say: {label}\\."):
        meetings.call_meeting(meeting, by=secretariat, now=noon())
    assert fresh(meeting).status == Status.DRAFT
    setattr(item, lacking, TERMS[lacking])
    meetings.save_item(item, by=secretariat)
    meetings.call_meeting(meeting, by=secretariat, now=noon())
    assert fresh(meeting).status == Status.CALLED


def test_the_call_names_the_seats_and_tells_those_who_sign_in(called, meeting):
    assert list(meeting.called.values_list("seat__organization__name", "delegate")) == [
        ("示例职业技术学院", "示例院校管理员"),
        ("示例企业一", meeting.called.get(seat__side="enterprise").delegate),
        ("示例教育局", "示例教育局代表"),
        ("示例研究院", "示例研究院代表"),
    ]
    assert sorted(Notice.objects.values_list("user__username", "kind")) == [
        ("college_admin", "meeting_called"),
        ("partner", "meeting_called"),
    ]


def test_nobody_is_called_to_an_empty_agenda_or_past_seats_without_a_delegate(meeting, add, seats, secretariat):
    with pytest.raises(Refused, match="The agenda is empty"):
        meetings.call_meeting(meeting, by=secretariat, now=noon())
    add()
    councils.end_delegate(seats["institute"].delegates.get(), ended_on=DAY, by=secretariat, today=DAY)
    with pytest.raises(Refused, match="Nobody is named as delegate of: 示例研究院"):
        meetings.call_meeting(meeting, by=secretariat, now=noon())


# --- papers -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("day", "late"), [(13, False), (14, True)])
def test_papers_are_sent_seven_days_ahead_or_with_a_reason(called, meeting, secretariat, day, late):
    now = noon(date(2026, 3, day))
    if late:
        with pytest.raises(ValidationError, match="Papers were due on"):
            meetings.send_papers(meeting, reason=" ", by=secretariat, now=now)
        assert fresh(called).papers_sent_at is None
    meetings.send_papers(meeting, reason="等待报价", by=secretariat, now=now)
    assert (fresh(called).papers_sent_at, fresh(called).late_reason) == (now, "等待报价" if late else "")


def test_sent_papers_are_closed_and_recalled_papers_are_read_anew(called, meeting, seats, partner, secretariat):
    meetings.send_papers(meeting, reason="", by=secretariat, now=noon())
    assert meetings.confirm_papers(meeting, seats["enterprise"], by=partner, now=noon()) == 1
    assert meetings.confirm_papers(meeting, seats["enterprise"], by=partner, now=noon()) == 0
    assert readiness(fresh(meeting), secretariat).read == 1
    with pytest.raises(Refused, match="Recall them before you change them"):
        attach(fresh(called), files.upload("二.pdf", files.pdf(2)), by=secretariat, now=noon(), note="")
    meetings.recall_papers(called, reason="附件有误", by=secretariat)
    assert readiness(fresh(meeting), secretariat).read == 0
    attach(fresh(called), files.upload("二.pdf", files.pdf(2)), by=secretariat, now=noon(), note="")


# --- opinions and votes -----------------------------------------------------------------------------------------------
def test_an_objection_without_an_answer_stops_the_vote(called, meeting, seats, partner, secretariat):
    opinion = Opinion(item=called, seat=seats["enterprise"], kind="objection", text="费用分担过高")
    agenda.add_opinion(opinion, by=partner, now=noon())
    meetings.set_present(meeting, [row.pk for row in seats.values()], by=secretariat)
    meetings.open_session(meeting, by=secretariat, now=HELD)
    with pytest.raises(Refused, match="An objection has no answer yet: 示例企业一"):
        agenda.open_vote(called, by=secretariat)
    agenda.answer_opinion(opinion, outcome="partly", answer="改为三七分担", by=secretariat, now=HELD)
    agenda.open_vote(called, by=secretariat)
    assert fresh(called).status == Item.VOTING
    with pytest.raises(Refused, match="answered or withdrawn"):
        agenda.answer_opinion(opinion, outcome="taken", answer="再改", by=secretariat, now=HELD)
    assert list(Opinion.objects.shares_by_year()) == [{"year": 2026, "total": 1, "answered": 1, "taken": 1}]
    assert list(AgendaItem.objects.shares_by_year()) == [{"year": 2026, "total": 1, "enterprise": 1}]


def test_votes_by_hand_lead_to_who_is_present_when_nobody_is(called, meeting, secretariat, client_for):
    answer = client_for(secretariat).get(reverse("consortium:agenda_item_votes", args=[called.pk]))
    assert (answer.status_code, answer.url) == (302, reverse("consortium:meeting_present", args=[meeting.pk]))


def test_no_meeting_begins_before_its_day_or_without_a_quorum(called, meeting, seats, secretariat):
    meetings.set_present(meeting, [seats["school"].pk, seats["enterprise"].pk], by=secretariat)
    with pytest.raises(Refused, match="The meeting is on"):
        meetings.open_session(meeting, by=secretariat, now=HELD - timedelta(days=1))
    with pytest.raises(Refused, match="No quorum: 2 of 4 seats are present, 3 are needed"):
        meetings.open_session(meeting, by=secretariat, now=HELD)


@pytest.mark.parametrize(
    ("rule", "seats", "needed"),
    [("majority", 4, 3), ("majority", 5, 3), ("two_thirds", 3, 2), ("two_thirds", 4, 3), ("two_thirds", 14, 10)],
)
def test_the_quorum_in_whole_seats(rule, seats, needed):
    assert Meeting(quorum=rule).needed(seats) == needed


@pytest.mark.parametrize(
    ("rule", "votes_for", "present", "passes"),
    [
        ("simple", 2, 4, False), ("simple", 3, 4, True), ("simple", 0, 0, False),
        ("two_thirds", 2, 3, True), ("two_thirds", 6, 10, False), ("two_thirds", 7, 10, True),
        ("unanimous", 3, 3, True), ("unanimous", 2, 3, False), ("unanimous", 0, 0, False),
    ],
)  # fmt: skip
def test_what_passes_by_each_rule_at_its_edge(rule, votes_for, present, passes):
    assert AgendaItem.passes(rule, votes_for, present) is passes


def test_votes_by_seat_are_counted_once_all_who_are_present_have_voted(in_session, seats, partner, secretariat):
    agenda.open_vote(in_session, by=secretariat)
    with pytest.raises(Refused, match="not present: 示例研究院"):
        vote(in_session, seats, secretariat, institute="for")
    agenda.cast_vote(in_session, seats["enterprise"], "against", by=partner, by_hand=False, now=HELD)
    agenda.cast_vote(in_session, seats["enterprise"], "for", by=partner, by_hand=False, now=HELD)
    vote(in_session, seats, secretariat, school="for")
    with pytest.raises(Refused, match="Not voted yet: 示例教育局"):
        agenda.close_vote(in_session, by=secretariat)
    vote(in_session, seats, secretariat, government="abstain")
    agenda.close_vote(in_session, by=secretariat)
    row = fresh(in_session)
    assert (row.status, row.votes_for, row.votes_against, row.abstentions, row.absent) == (Item.PASSED, 2, 0, 1, 1)
    with pytest.raises(Refused, match="not put to the vote now"):
        vote(in_session, seats, secretariat, school="against")


# --- minutes and resolutions ------------------------------------------------------------------------------------------
@pytest.fixture
def passed(in_session, seats, secretariat):
    agenda.open_vote(in_session, by=secretariat)
    vote(in_session, seats, secretariat, school="for", enterprise="for", government="for")
    agenda.close_vote(in_session, by=secretariat)
    return fresh(in_session)


def test_a_meeting_ends_when_everything_is_said_and_nothing_changes_after_the_approval(
    passed, meeting, college, college_admin, secretariat
):
    meetings.write_minutes(meeting, "=1+1 会议听取汇报。#text(red)[x]", by=secretariat)
    with pytest.raises(Refused, match="nobody is named who does what by when: 1 共建实训中心"):
        meetings.close_session(meeting, by=secretariat, now=HELD)
    resolution = Resolution(item=passed, text="签订共建协议", organization=college, due=date(2026, 6, 30))
    agenda.save_resolution(resolution, by=secretariat)
    meetings.close_session(meeting, by=secretariat, now=HELD)
    with pytest.raises(ValidationError, match="Say how the chair has approved"):
        meetings.approve_minutes(meeting, note="", by=secretariat, now=HELD)
    meetings.approve_minutes(meeting, note="", by=college_admin, now=HELD)
    row = fresh(meeting)
    assert (row.status, row.approved_by) == (Status.APPROVED, college_admin)
    for act in (
        lambda: meetings.write_minutes(row, "别的", by=secretariat),
        lambda: agenda.write_notes(passed, "别的", by=secretariat),
        lambda: agenda.save_resolution(resolution, by=secretariat),
        lambda: agenda.remove_resolution(resolution, by=secretariat),
        lambda: meetings.set_present(row, [], by=secretariat),
        lambda: meetings.return_minutes(row, reason="x", by=secretariat),
    ):
        with pytest.raises(Refused, match="This cannot be done now"):
            act()
    assert HistoryEntry.objects.of(row).filter(what="status").count() == 4
    agenda.report_resolution(
        resolution, done_on=date(2026, 6, 1), note="已签订", by=secretariat, today=date(2026, 6, 2)
    )
    assert list(Resolution.objects.open()) == []


def test_the_minutes_say_the_same_as_pdf_and_docx_and_hold_no_markup(passed, meeting, secretariat):
    meetings.write_minutes(meeting, "=1+1 会议听取汇报。#text(red)[x]", by=secretariat)
    row = fresh(meeting)
    pdf = minutes_pdf(row, HELD)
    assert (pdf[:5], pdf) == (b"%PDF-", minutes_pdf(row, HELD))
    document = Document(BytesIO(minutes_docx(row, HELD)))
    lines = [paragraph.text for paragraph in document.paragraphs]
    assert "=1+1 会议听取汇报。#text(red)[x]" in lines
    assert "结果：已通过。赞成 3 席，反对 0 席，弃权 0 席，缺席 1 席。规则：过半数：赞成超过到会席位的一半。" in lines
    cells = [cell.text for row in document.tables[1].rows for cell in row.cells]
    assert cells[-4:] == ["示例研究院", "科研机构方", "示例研究院代表", "缺席"]


# --- who sees what, pages, API ----------------------------------------------------------------------------------------
def test_a_draft_is_the_offices_and_a_called_meeting_those_who_sit_in_the_council(
    client_for, meeting, add, secretariat, partner, rival_partner
):
    add()
    assert client_for(partner).get(meeting.get_absolute_url()).status_code == 404
    meetings.call_meeting(meeting, by=secretariat, now=noon())
    statuses = [client_for(user).get(meeting.get_absolute_url()).status_code for user in (partner, rival_partner)]
    assert statuses == [200, 404]


@pytest.mark.parametrize("count", [1, 3])
def test_lists_and_the_page_of_a_meeting_need_the_same_queries_however_many_there_are(
    client_for, meeting, add, council, secretariat, count
):
    for number in range(count):
        add(title=f"议题{number}")
    for _number in range(count - 1):
        meetings.add_meeting(Meeting(council=council, held_at=HELD, place="第二会议室"), by=secretariat)
    meetings.call_meeting(meeting, by=secretariat, now=noon())
    client = client_for(secretariat)
    client.get(meeting.get_absolute_url())
    figures = []
    for address in (
        reverse("consortium:meeting_list"),
        reverse("consortium:agenda_item_list"),
        meeting.get_absolute_url(),
        council.get_absolute_url(),
    ):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        figures.append(len(queries))
    assert figures == QUERIES


QUERIES = [5, 5, 11, 12]


def test_the_api_refuses_as_the_pages_do(api_for, meeting, add, seats, secretariat, partner):
    api, other = api_for(secretariat), api_for(partner)
    item = add(on_money=True)

    def act(name, data=None, by=api, of="meetings", pk=meeting.pk):
        return by.post(reverse(f"{of}-{name}", args=[pk]), data or {}, format="json")

    refused = act("call")
    assert (refused.status_code, refused.json()) == (
        409,
        {"detail": "Item 1 “共建实训中心” does not say: cost share、ownership of IP、signing unit."},
    )
    detail = reverse("agenda-items-detail", args=[item.pk])
    assert api.patch(detail, TERMS, format="json").json()["missing"] == []
    assert act("coming", {"coming": "yes"}, by=other).status_code == 404
