"""The registers of a zone: what may stand in them, who verifies, who sees what, and what they add up to."""

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from consortium.models import Affiliation, HistoryEntry
from consortium.services import Refused
from zones.facts import register_cards
from zones.models import (
    REGISTERS,
    Fund,
    PartTimeTeacher,
    ResearchProject,
    StaffTraining,
    TeacherPlacement,
    TeachingResource,
    TechnicalService,
    Verified,
    Zone,
)
from zones.services import reject, reopen, save_record, verify

THINGS = [model.THING for model in REGISTERS]
A_DAY = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def second_admin(make_user, college, consortium):
    return make_user("second_admin", Affiliation.Role.COLLEGE_ADMIN, college, consortium, "示例第二管理员")


@pytest.fixture
def make_record(zone, enterprise, mentor, college_mentor, college_admin, now):
    """A sound record of the register, named after the zone's first enterprise unless told otherwise."""
    sound = {
        TeachingResource: {"kind": "case", "title": "轴承座加工案例", "date": A_DAY},
        TechnicalService: {
            "title": "减速器工艺改进",
            "date": A_DAY,
            "contract_amount": Decimal(60000),
            "amount_received": Decimal("43200.50"),
            "value_created": Decimal(300000),
        },
        ResearchProject: {
            "title": "特区机制研究",
            "kind": "vertical",
            "level": "provincial",
            "date": A_DAY,
            "funding": Decimal(20000),
        },
        StaffTraining: {"title": "数控操作培训", "date": A_DAY, "people": 12, "hours": Decimal("7.5")},
        TeacherPlacement: {"post": "工艺员", "date": A_DAY, "ends_on": A_DAY + timedelta(days=29), "days": 30},
        PartTimeTeacher: {"course": "夹具设计", "date": A_DAY, "hours": Decimal(32)},
        Fund: {
            "title": "夹具采购",
            "purpose": "equipment",
            "source": "enterprise",
            "date": A_DAY,
            "budget": Decimal(80000),
            "spent": Decimal(66000),
        },
    }

    def make(model, by=college_admin, **fields):
        people = {TeacherPlacement: college_mentor, PartTimeTeacher: mentor}
        named = {"teacher": people[model]} if model in people else {}
        values = {"zone": zone, "enterprise": enterprise} | named | sound[model] | fields
        return save_record(model(**values), by=by, now=now)

    return make


def errors(act) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as caught:
        act()
    return caught.value.message_dict


def url(name: str, *args) -> str:
    return reverse(f"zones:{name}", args=args)


def sheet(answer) -> list[tuple]:
    return list(load_workbook(BytesIO(answer.content)).active.values)


@pytest.mark.parametrize("model", REGISTERS, ids=THINGS)
def test_a_record_is_verified_by_somebody_else_and_is_locked_then(model, make_record, college_admin, second_admin, now):
    record = make_record(model)
    assert (record.status, record.organization, record.recorded_by) == (
        "recorded",
        college_admin.affiliation.organization,
        college_admin,
    )
    with pytest.raises(Refused, match="Nobody verifies what they have recorded themselves"):
        verify(record, by=college_admin, now=now)
    verify(record, by=second_admin, now=now)
    record.note = "改了"
    with pytest.raises(Refused, match="This is verified"):
        save_record(record, by=college_admin, now=now)
    stored = model.objects.get()
    assert (stored.status, stored.decided_by, stored.decided_at, stored.note) == ("verified", second_admin, now, "")
    rows = HistoryEntry.objects.about(record).order_by("pk").values_list("what", "old", "new")
    assert [row[0] for row in rows] == ["created", "status"] and rows[1][1:] == ("recorded", "verified")


def test_the_database_itself_keeps_the_four_eyes(make_record, college_admin):
    record = make_record(StaffTraining)
    for fields in ({"decided_by": college_admin}, {"decided_by": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            StaffTraining.objects.filter(pk=record.pk).update(status="verified", **fields)


def test_whoever_changes_a_record_has_recorded_it_and_the_first_may_verify(
    make_record, college_admin, second_admin, now
):
    record = make_record(StaffTraining)
    record.people = 15
    record = save_record(record, by=second_admin, now=now)
    with pytest.raises(Refused):
        verify(record, by=second_admin, now=now)
    verify(record, by=college_admin, now=now)
    assert (record.recorded_by, record.decided_by) == (second_admin, college_admin)


def test_what_changed_since_it_was_read_is_not_verified(make_record, college_admin, second_admin, now):
    record = make_record(Fund)
    read = record.stamp
    record.spent = Decimal(79000)
    save_record(record, by=college_admin, now=now + timedelta(minutes=1))
    with pytest.raises(Refused, match="changed since you read it"):
        verify(record, by=second_admin, now=now, stamp=read)
    assert Fund.objects.get().status == "recorded"


def test_a_rejected_record_is_put_right_and_waits_again(make_record, college_admin, second_admin, now):
    record = make_record(TechnicalService)
    assert errors(lambda: reject(record, reason=" ", by=second_admin, now=now)) == {
        "reason": ["Say why it is rejected."]
    }
    reject(record, reason="缺到款凭证", by=second_admin, now=now)
    assert (record.status, record.reject_reason) == ("rejected", "缺到款凭证")
    with pytest.raises(Refused):
        verify(record, by=second_admin, now=now)
    record.amount_received = Decimal(40000)
    stored = save_record(record, by=college_admin, now=now)
    assert (stored.status, stored.reject_reason, stored.decided_by) == ("recorded", "", None)


def test_a_verified_record_is_opened_again_only_with_a_reason(make_record, college_admin, second_admin, now):
    record = make_record(Fund)
    verify(record, by=second_admin, now=now)
    assert errors(lambda: reopen(record, reason="", by=second_admin)) == {"reason": ["Say why it is opened again."]}
    reopen(record, reason="金额录错", by=second_admin)
    assert (record.status, record.decided_by, record.decided_at) == ("recorded", None, None)
    assert HistoryEntry.objects.about(record).order_by("-pk").first().reason == "金额录错"


@pytest.mark.parametrize(
    ("model", "fields", "found"),
    [
        (TeachingResource, {"quantity": 0}, {"quantity": ["This must be more than 0."]}),
        (
            TechnicalService,
            {"amount_received": Decimal("60000.01")},
            {"amount_received": ["More cannot be received than the contract amounts to."]},
        ),
        (TechnicalService, {"value_created": Decimal(-1)}, {"value_created": ["This cannot be less than 0."]}),
        (ResearchProject, {"level": ""}, {"level": ["Say at which level it was granted."]}),
        (
            ResearchProject,
            {"kind": "horizontal", "enterprise": None},
            {"enterprise": ["Say which enterprise commissioned it."]},
        ),
        (
            ResearchProject,
            {"ends_on": A_DAY - timedelta(days=1)},
            {"ends_on": ["The last day cannot be before the first."]},
        ),
        (StaffTraining, {"people": 0}, {"people": ["This must be more than 0."]}),
        (StaffTraining, {"date": date(2999, 1, 1)}, {"date": ["This day is still to come."]}),
        (TeacherPlacement, {"days": 31}, {"days": ["From the first to the last day there are only 30."]}),
        (PartTimeTeacher, {"hours": Decimal(0)}, {"hours": ["This must be more than 0."]}),
        (Fund, {"enterprise": None}, {"enterprise": ["Say which enterprise gave the money."]}),
        (
            Fund,
            {"source": "college"},
            {"enterprise": ["An enterprise is named only when the money comes from it."]},
        ),
        (Fund, {"budget": Decimal(0)}, {"budget": ["This must be more than 0."]}),
    ],
)
def test_each_rule_says_its_sentence_at_its_field(model, fields, found, make_record):
    assert errors(lambda: make_record(model, **fields)) == found


def test_edges_that_just_hold(make_record):
    make_record(TechnicalService, amount_received=Decimal(60000))
    make_record(TechnicalService, title="公益服务", contract_amount=0, amount_received=0, value_created=0)
    make_record(TeacherPlacement, ends_on=A_DAY, days=1)
    make_record(PartTimeTeacher, ends_on=date(2999, 1, 1))
    make_record(Fund, spent=Decimal(90000))


def test_the_same_thing_is_not_recorded_twice(make_record):
    make_record(TechnicalService, contract_number="HT-1")
    make_record(TechnicalService, title="无编号")
    make_record(TechnicalService, title="也无编号")
    assert errors(lambda: make_record(TechnicalService, title="另一个", contract_number="HT-1")) == {
        "contract_number": ["This contract is recorded already."]
    }
    make_record(TeachingResource)
    assert list(errors(lambda: make_record(TeachingResource))) == ["title"]


def test_a_teachers_days_are_counted_once(make_record, make_user, college, consortium, second_admin, now):
    first = make_record(TeacherPlacement)
    again = {"date": A_DAY + timedelta(days=29), "ends_on": A_DAY + timedelta(days=40), "days": 5}
    assert errors(lambda: make_record(TeacherPlacement, **again)) == {
        "date": ["These days overlap with 2026-03-02 to 2026-03-31, recorded for 示例企业一."]
    }
    make_record(TeacherPlacement, **again | {"date": A_DAY + timedelta(days=30)})
    other = make_user("other_teacher", Affiliation.Role.MENTOR, college, consortium)
    make_record(TeacherPlacement, **again, teacher=other)
    reject(first, reason="未去", by=second_admin, now=now)
    make_record(TeacherPlacement, ends_on=A_DAY, days=1)


def test_people_and_enterprises_belong_where_the_record_says(
    make_record, mentor, college_mentor, make_organization, consortium
):
    assert list(errors(lambda: make_record(TeacherPlacement, teacher=mentor))) == ["teacher"]
    assert list(errors(lambda: make_record(PartTimeTeacher, teacher=college_mentor))) == ["teacher"]
    stranger = make_organization("示例企业九", "enterprise", consortium)
    assert errors(lambda: make_record(StaffTraining, enterprise=stranger)) == {
        "enterprise": ["Choose an enterprise that is a partner of the zone."]
    }


@pytest.mark.parametrize("model", REGISTERS, ids=THINGS)
def test_an_enterprise_sees_what_names_it_and_never_a_rivals(
    model,
    make_record,
    rival_enterprise,
    rival_partner,
    partner,
    mentor,
    expert,
    outsider,
    other_college_admin,
    client_for,
):
    more = {"teacher": rival_partner} if model is PartTimeTeacher else {}
    record = make_record(model, enterprise=rival_enterprise, **more)
    for user in (partner, mentor, expert, outsider, other_college_admin):
        client = client_for(user)
        assert client.get(url(f"{model.THING}_detail", record.pk)).status_code == 404
        assert client.get(url(f"{model.THING}_update", record.pk)).status_code == 404
        assert client.post(url(f"{model.THING}_verify", record.pk)).status_code == 404
        assert sheet(client.get(url(f"{model.THING}_list") + "?export=xlsx"))[1:] == []
    page = client_for(rival_partner).get(url(f"{model.THING}_detail", record.pk))
    assert page.status_code == 200


def test_a_partner_records_what_names_its_own_enterprise(partner, zone, enterprise, rival_enterprise, client_for):
    client = client_for(partner)
    sent = {
        "zone": zone.pk,
        "enterprise": rival_enterprise.pk,
        "title": "夹具改进",
        "date": "2026-03-02",
        "contract_amount": "1000",
        "amount_received": "0",
        "value_created": "0",
    }
    answer = client.post(url("technical_service_create"), sent)
    record = TechnicalService.objects.get()
    assert answer.url == record.get_absolute_url()
    assert (record.enterprise, record.organization, record.status) == (enterprise, enterprise, "recorded")
    refused = [thing for thing in THINGS if client.get(url(f"{thing}_create")).status_code == 403]
    assert refused == [thing for thing in THINGS if thing not in ("technical_service", "part_time_teacher")]
    assert client.get(url("technical_service_reject", record.pk)).status_code == 403


def test_a_partner_does_not_change_what_the_college_recorded(make_record, partner, client_for):
    record = make_record(TechnicalService)
    client = client_for(partner)
    assert client.get(url("technical_service_detail", record.pk)).status_code == 200
    assert client.get(url("technical_service_update", record.pk)).status_code == 403
    assert client.post(url("technical_service_verify", record.pk)).status_code == 403


def test_a_college_mentor_records_and_the_administrator_verifies(college_mentor, college_admin, zone, client_for):
    sent = {"zone": zone.pk, "kind": "case", "title": "案例", "date": "2026-03-02", "quantity": "2"}
    client_for(college_mentor).post(url("teaching_resource_create"), sent)
    record = TeachingResource.objects.get()
    assert client_for(college_mentor).post(url("teaching_resource_verify", record.pk)).status_code == 403
    client = client_for(college_admin)
    page = client.get(record.get_absolute_url()).content.decode()
    assert record.stamp in page
    assert (
        client.post(url("teaching_resource_verify", record.pk), {"stamp": record.stamp}).url
        == record.get_absolute_url()
    )
    record.refresh_from_db()
    assert (record.status, record.decided_by) == ("verified", college_admin)


def test_the_page_says_that_somebody_else_has_to_verify(make_record, college_admin, client_for):
    record = make_record(Fund)
    client = client_for(college_admin)
    page = client.get(record.get_absolute_url())
    assert (page.context["can_verify"], page.context["needs_another"]) == (False, True)
    assert "another administrator of the college verifies it" in page.content.decode()
    assert client.post(url("fund_verify", record.pk)).status_code == 403


def test_rejecting_asks_why_and_the_reason_stands_on_the_page(make_record, second_admin, client_for):
    record = make_record(Fund)
    client = client_for(second_admin)
    assert client.post(url("fund_reject", record.pk), {"reason": ""}).status_code == 200
    client.post(url("fund_reject", record.pk), {"reason": "缺批复文件"})
    page = client.get(record.get_absolute_url())
    assert "Rejected by 示例第二管理员: 缺批复文件" in page.content.decode()


def test_a_list_sums_what_it_shows_on_the_page_and_the_file_has_its_rows(make_record, college_admin, client_for):
    make_record(TechnicalService)
    make_record(TechnicalService, title="第二份", amount_received=Decimal("0.25"))
    make_record(TechnicalService, title="去年的", date=date(2025, 12, 31), amount_received=Decimal(9))
    client = client_for(college_admin)
    page = client.get(url("technical_service_list") + "?year=2026")
    assert page.context["sums"] == {
        "contract_amount": Decimal(120000),
        "amount_received": Decimal("43200.75"),
        "value_created": Decimal(600000),
    }
    assert "43,200.75" in page.content.decode()
    rows = sheet(client.get(url("technical_service_list") + "?year=2026&export=xlsx"))
    assert sorted((row[0], row[4]) for row in rows[1:]) == [("减速器工艺改进", 43200.5), ("第二份", 0.25)]


def test_people_times_hours_and_days_a_head_are_exact(
    make_record, make_user, college, consortium, college_admin, client_for
):
    make_record(StaffTraining)
    make_record(StaffTraining, title="第二期", people=3, hours=Decimal("0.5"))
    assert StaffTraining.objects.all().sums() == {"people": 15, "person_hours": Decimal("91.5")}
    make_record(TeacherPlacement, days=20)
    make_record(TeacherPlacement, days=25, teacher=make_user("t2", Affiliation.Role.MENTOR, college, consortium))
    last_year = {"date": date(2025, 7, 1), "ends_on": date(2025, 7, 20), "days": 15}
    make_record(TeacherPlacement, **last_year)
    make_record(TeacherPlacement, date=date(2026, 5, 1), ends_on=date(2026, 5, 20), days=10)
    page = client_for(college_admin).get(url("teacher_placement_list") + "?year=2026").context
    assert (page["per_head"], page["reached"], page["target_days"]) == (Decimal("27.5"), 1, 30)
    assert client_for(college_admin).get(url("teacher_placement_list")).context["per_head"] is None


def test_an_empty_register_has_no_figures_to_divide(zone, college_admin, client_for):
    for thing in THINGS:
        page = client_for(college_admin).get(url(f"{thing}_list"))
        assert (page.status_code, page.context["per_head"], page.context["share_spent"]) == (200, None, None)


def test_the_cards_count_only_what_is_verified_this_year(
    make_record, zone, make_zone, second_admin, college_admin, now
):
    verify(make_record(TechnicalService), by=second_admin, now=now)
    make_record(TechnicalService, title="待核实", amount_received=Decimal(1))
    verify(make_record(TechnicalService, title="去年", date=date(2025, 3, 1)), by=second_admin, now=now)
    verify(make_record(StaffTraining), by=second_admin, now=now)
    cards = {card["thing"]: card for card in register_cards(college_admin, 2026, zone)}
    service = cards["technical_service"]
    assert (service["value"], service["rows"], service["waiting"]) == (Decimal("43200.50"), 1, 1)
    assert service["url"] == f"/zones/technical-services/?year=2026&zone={zone.pk}&status=verified"
    assert cards["staff_training"]["value"] == Decimal(90)
    assert [card["value"] for card in register_cards(college_admin, 2026, make_zone("other"))] == [0] * 8


def test_the_cards_of_an_enterprise_hold_nothing_of_a_rivals(
    make_record, rival_enterprise, partner, second_admin, zone, now
):
    verify(make_record(TechnicalService, enterprise=rival_enterprise), by=second_admin, now=now)
    assert {card["thing"]: card["value"] for card in register_cards(partner, 2026, zone)}["technical_service"] == 0


def test_the_cards_take_one_query(make_record, zone, college_admin, django_assert_num_queries):
    make_record(Fund)
    college_admin.affiliation  # noqa: B018  read before, as by every page
    with django_assert_num_queries(1):
        register_cards(college_admin, 2026, zone)


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("thing", THINGS)
def test_a_list_takes_a_constant_number_of_queries(
    thing, rows, make_record, make_user, college, consortium, college_admin, client_for, django_assert_num_queries
):
    model = next(model for model in REGISTERS if thing == model.THING)
    for number in range(rows):
        own = {"title": f"第{number}个"} if hasattr(model, "title") else {}
        if model is PartTimeTeacher:
            own = {"course": f"课{number}"}
        if model is TeacherPlacement:
            own = {"teacher": make_user(f"t{number}", Affiliation.Role.MENTOR, college, consortium)}
        make_record(model, **own)
    client = client_for(college_admin)
    with django_assert_num_queries(QUERIES[thing]):
        client.get(url(f"{thing}_list"))


QUERIES = dict.fromkeys(THINGS, 9) | {"teaching_resource": 8}


def test_every_role_opens_every_list_and_the_overview(make_record, client_for, request):
    for model in REGISTERS:
        make_record(model)
    for role in ("secretariat", "college_admin", "partner", "mentor", "bureau", "expert", "auditor", "outsider"):
        client = client_for(request.getfixturevalue(role))
        assert {client.get(url(f"{thing}_list")).status_code for thing in THINGS} == {200}


def test_nothing_of_the_form_moves_a_record_to_another_zone(
    make_record, make_zone, college_admin, enterprise, client_for
):
    record = make_record(Fund)
    other = make_zone("other")
    sent = {
        "zone": other.pk, "title": "夹具采购", "purpose": "equipment", "source": "enterprise",
        "enterprise": enterprise.pk, "date": "2026-03-02", "budget": "80000", "spent": "70000",
    }  # fmt: skip
    client_for(college_admin).post(url("fund_update", record.pk), sent)
    record = Fund.objects.get()
    assert (record.zone_id == other.pk, record.spent) == (False, Decimal(70000))
    record.zone = Zone.objects.get(pk=other.pk)
    assert errors(lambda: save_record(record, by=college_admin, now=timezone.now())) == {
        "zone": ["This cannot be changed any more."]
    }


def test_sums_in_the_database_are_the_same_on_both(make_record):
    assert connection.vendor in ("sqlite", "postgresql")
    for number in range(10):
        make_record(Fund, title=f"第{number}项", budget=Decimal("0.10"), spent=Decimal("0.10"))
    assert Fund.objects.filter(status=Verified.Status.RECORDED).sums() == {
        "budget": Decimal("1.00"),
        "spent": Decimal("1.00"),
    }
