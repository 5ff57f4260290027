"""The enterprise's one page: what counts on either side, who sees it, and that each line leads to its own rows."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from zones.ledger import ledger
from zones.models import Fund, HourEntry, StaffTraining, TechnicalService
from zones.services import save_record, verify


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def second_admin(make_user, college, consortium):
    return make_user("second_admin", "college_admin", college, consortium, "示例第二管理员")


@pytest.fixture
def records(zone, enterprise, rival_enterprise, college_admin, second_admin):
    """Verified rows of both enterprises, one of the year before, and one still to be verified."""

    def make(model, day=date(2026, 3, 2), to_verify=False, **fields):
        row = save_record(model(**{"zone": zone, "date": day, **fields}), by=college_admin, now=timezone.now())
        if not to_verify:
            verify(row, by=second_admin, now=timezone.now(), stamp=row.stamp)

    fund = {"purpose": "equipment", "budget": Decimal(80000)}
    paid = {"contract_amount": Decimal(60000), "amount_received": Decimal("43200.50"), "value_created": Decimal(300000)}
    make(Fund, title="夹具", source="enterprise", enterprise=enterprise, spent=Decimal("66000.25"), **fund)
    make(Fund, title="政府经费", source="government", spent=Decimal(7), **fund)
    make(
        Fund, title="去年", source="enterprise", enterprise=enterprise, spent=Decimal(5), day=date(2025, 12, 31), **fund
    )
    make(Fund, title="待核", source="enterprise", enterprise=enterprise, spent=Decimal(3), to_verify=True, **fund)
    make(TechnicalService, title="工艺改进", enterprise=enterprise, **paid)
    make(TechnicalService, title="对手的合同", enterprise=rival_enterprise, **paid)
    make(StaffTraining, title="数控培训", enterprise=enterprise, people=12, hours=Decimal("7.5"))


def test_money_counts_once_it_is_verified_in_its_year_and_paid_by_the_enterprise(enterprise, partner, records):
    found = ledger(enterprise, 2026, partner)
    assert [(line.label, line.amount) for line in found.gave] == [
        ("Funds of the enterprise, spent", Decimal("66000.25")),
        ("Paid for technical services", Decimal("43200.50")),
    ]
    assert [(line.label, line.what, line.amount) for line in found.received] == [
        ("Value created by technical services", "1 entry", Decimal(300000)),
        ("Staff trainings", "12 people, 90 people × hours", None),
    ]
    assert (found.gave_total, found.received_total) == (Decimal("109200.75"), Decimal(300000))


def test_approved_hours_of_its_own_people_stand_there_without_a_price(enterprise, partner, approved, rival_entry):
    found = ledger(enterprise, approved.date.year, partner)
    assert found.hours == {approved.activity: approved.hours}
    assert [line.amount for line in found.gave] == [None]
    assert found.gave_total == 0


def test_a_line_of_hours_leads_to_exactly_its_rows(client_for, enterprise, partner, approved):
    line = ledger(enterprise, approved.date.year, partner).gave[0]
    page = client_for(partner).get(line.url).context["page"]
    assert list(page) == [approved]
    assert HourEntry.objects.count() == 1


def test_another_college_sees_nothing_of_what_happened_elsewhere(enterprise, other_college_admin, records, approved):
    found = ledger(enterprise, 2026, other_college_admin)
    assert (found.gave, found.received) == ([], [])


def test_who_opens_the_page(client_for, enterprise, partner, rival_partner, college_admin, bureau, mentor, outsider):
    address = reverse("zones:enterprise_ledger", args=[enterprise.pk])
    people = [partner, college_admin, bureau, mentor, rival_partner, outsider]
    assert [client_for(user).get(address).status_code for user in people] == [200, 200, 200, 403, 404, 404]


@pytest.mark.parametrize("year", ["", "1999", "abc", "９", "²", "99999999999999999999", "-1"])
def test_a_year_that_is_none_shows_this_one(client_for, partner, enterprise, year, today):
    address = reverse("zones:enterprise_ledger", args=[enterprise.pk])
    assert client_for(partner).get(address, {"year": year}).context["year"] == today.year


def test_the_page_takes_twelve_queries_at_most(
    client_for, partner, enterprise, records, approved, django_assert_max_num_queries
):
    client = client_for(partner)
    with django_assert_max_num_queries(12):
        client.get(reverse("zones:enterprise_ledger", args=[enterprise.pk]), {"year": 2026})
