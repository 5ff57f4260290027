"""What of outcomes and registers waits for whom, and who hears what became of a record."""

import pytest
from django.urls import reverse

from consortium.inbox import waiting_for
from consortium.models import Notice, User
from zones.inbox import records_in_hand
from zones.models import REGISTERS, Fund, TeachingResource, TechnicalService
from zones.services import reject, save_record, verify


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def waits(today):
    def found(user) -> list[tuple[str, str, str]]:
        items = waiting_for(User.objects.get(pk=user.pk), today)
        return [(item.title, item.detail, item.url) for item in items if item.source == "registers"]

    return found


def told(kind: str) -> list[tuple[str, str, str]]:
    rows = Notice.objects.filter(kind=kind).order_by("user__username")
    return [(row.user.username, row.text, row.url) for row in rows]


def test_each_register_waits_as_one_line_for_whoever_may_verify(
    make_record, waits, college_admin, second_admin, other_college_admin, college_mentor, partner, secretariat
):
    for model in (TeachingResource, Fund, Fund):
        make_record(model)
    make_record(Fund, by=second_admin)
    page = reverse("zones:fund_list") + "?mine=verify"
    resource = ("Verify: Teaching resources", "1 entry waits", reverse("zones:teaching_resource_list") + "?mine=verify")
    assert waits(second_admin) == [resource, ("Verify: Funds", "2 entries wait", page)]
    assert waits(college_admin) == [("Verify: Funds", "1 entry waits", page)]
    assert [waits(user) for user in (other_college_admin, college_mentor, partner, secretariat)] == [[], [], [], []]


def test_the_number_that_waits_is_the_number_of_rows_on_its_list(make_record, waits, client_for, second_admin):
    own = make_record(Fund, by=second_admin)
    others = [make_record(Fund), make_record(Fund)]
    [(_title, detail, url)] = waits(second_admin)
    page = client_for(second_admin).get(url)
    assert (detail, {row.pk for row in page.context["page"]}) == ("2 entries wait", {row.pk for row in others})
    every = client_for(second_admin).get(reverse("zones:fund_list"))
    assert {row.pk for row in every.context["page"]} == {row.pk for row in [own, *others]}


def test_what_is_turned_down_waits_for_its_recorder_until_it_is_put_right(
    make_record, waits, client_for, college_admin, partner, college_mentor, now
):
    service = make_record(TechnicalService, by=partner)
    reject(service, reason="缺到账凭证", by=college_admin, now=now)
    url = reverse("zones:technical_service_list") + "?mine=returned"
    assert waits(partner) == [("Put right: Technical services", "1 entry was rejected", url)]
    assert [row.pk for row in client_for(partner).get(url).context["page"]] == [service.pk]
    assert [waits(user) for user in (college_admin, college_mentor)] == [[], []]
    service.note = "已补"
    save_record(service, by=partner, now=now)
    assert waits(partner) == []
    assert [row[0] for row in waits(college_admin)] == ["Verify: Technical services"]


def test_what_one_has_withdrawn_oneself_waits_for_nobody(make_record, waits, college_admin, second_admin, now):
    reject(make_record(Fund), reason="录重了", by=college_admin, now=now)
    assert (waits(college_admin), waits(second_admin), told("record_returned")) == ([], [], [])


@pytest.mark.parametrize("rows", [1, 3])
def test_what_waits_of_all_registers_is_one_query(make_record, second_admin, today, django_assert_num_queries, rows):
    for model in REGISTERS:
        for number in range(rows if model in (Fund, TechnicalService) else 1):
            make_record(model, note=str(number))
    user = User.objects.get(pk=second_admin.pk)
    assert user.affiliation  # read once a request
    with django_assert_num_queries(1):
        assert len(list(records_in_hand(user, today))) == len(REGISTERS)


def test_whoever_recorded_it_hears_that_it_is_verified(make_record, second_admin, now):
    fund = make_record(Fund)
    verify(fund, by=second_admin, now=now)
    assert told("record_verified") == [("college_admin", "“夹具采购” was verified.", fund.get_absolute_url())]


def test_whoever_recorded_it_hears_why_it_is_turned_down(make_record, second_admin, partner, now):
    service = make_record(TechnicalService, by=partner)
    reject(service, reason="缺到账凭证", by=second_admin, now=now)
    sentence = "“减速器工艺改进” was rejected: 缺到账凭证"
    assert told("record_returned") == [("partner", sentence, service.get_absolute_url())]


def test_whose_role_has_ended_hears_nothing(make_record, second_admin, partner, today, now):
    service = make_record(TechnicalService, by=partner)
    partner.affiliations.update(ended_on=today.replace(year=2020, month=1, day=1))
    verify(service, by=second_admin, now=now)
    assert told("record_verified") == []
