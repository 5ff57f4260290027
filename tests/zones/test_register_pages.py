"""The registers of a zone: who sees and records what, and what they add up to."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from consortium.models import Affiliation
from zones.facts import register_cards
from zones.models import (
    REGISTERS,
    Fund,
    PartTimeTeacher,
    StaffTraining,
    TeacherPlacement,
    TeachingResource,
    TechnicalService,
    Verified,
    Zone,
)
from zones.services import save_record, verify

from .answers import errors, sheet, url

THINGS = [model.THING for model in REGISTERS]
A_DAY = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


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
    assert refused == [
        thing for thing in THINGS if thing not in ("technical_service", "part_time_teacher", "contribution")
    ]
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
    assert [card["value"] for card in register_cards(college_admin, 2026, make_zone("other"))] == [0] * (
        1 + len(REGISTERS)
    )


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


QUERIES = dict.fromkeys(THINGS, 9) | {"teaching_resource": 8, "hire": 8}


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
