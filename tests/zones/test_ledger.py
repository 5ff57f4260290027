"""The enterprise's one page: what counts on either side, who sees it, and that each line leads to its own rows."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from pypdfium2 import PdfDocument

from consortium.models import HistoryEntry
from zones.ledger import ledger
from zones.models import Fund, HourEntry, HourlyRate, StaffTraining, TechnicalService
from zones.services import save_hourly_rate, save_record, verify
from zones.typesetting import printed


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


@pytest.mark.parametrize("rates", [1, 4])
def test_the_page_takes_as_many_queries_with_one_rate_as_with_four(
    client_for, partner, college_admin, enterprise, records, approved, agree, rates, django_assert_max_num_queries
):
    for month in range(1, 1 + rates):
        agree("80", f"2026-0{month}-01", f"2026-0{month}-28")
    for most, user in ((16, partner), (18, college_admin)):
        client = client_for(user)
        with django_assert_max_num_queries(most):
            client.get(reverse("zones:enterprise_ledger", args=[enterprise.pk]), {"year": 2026})


# --- agreed hourly rates ----------------------------------------------------------------------------------------------
@pytest.fixture
def agree(enterprise, consortium, secretariat):
    def agree(amount, starts_on, ends_on=None, **fields):
        days = {"starts_on": date.fromisoformat(starts_on), "ends_on": ends_on and date.fromisoformat(ends_on)}
        rate = HourlyRate(
            **{"enterprise": enterprise, "consortium": consortium, "amount": Decimal(amount), **days, **fields}
        )
        return save_hourly_rate(rate, by=secretariat)

    return agree


@pytest.fixture
def worked(entry_of, project, mentor):
    def worked(day, hours="2", **fields):
        entry = entry_of(
            project, mentor, date=date.fromisoformat(day), hours=Decimal(hours), status="approved", **fields
        )
        entry.organization = mentor.affiliation.organization
        entry.save()

    return worked


def amounts(found):
    return [(line.what.split(" hours")[0], line.amount) for line in found.gave]


def test_the_rate_of_the_day_counts_and_both_its_ends_belong_to_it(enterprise, partner, agree, worked):
    agree("80", "2025-03-01", "2025-03-31")
    agree("100", "2025-05-01")
    for day, hours in (("2025-02-28", "1"), ("2025-03-01", "2"), ("2025-03-31", "3"), ("2025-04-01", "4")):
        worked(day, hours)
    worked("2025-04-30", "5")
    worked("2025-05-01", "6")
    found = ledger(enterprise, 2025, partner)
    assert amounts(found) == [("1", None), ("5", Decimal(400)), ("9", None), ("6", Decimal(600))]
    assert found.gave_total == Decimal("1000.00")


def test_the_rate_of_an_activity_goes_before_the_one_for_all(enterprise, partner, agree, worked):
    agree("80", "2025-01-01")
    agree("200", "2025-03-01", "2025-03-31", activity="teaching")
    worked("2025-03-31", activity="teaching")
    worked("2025-04-01", activity="teaching")
    worked("2025-03-31")
    found = ledger(enterprise, 2025, partner)
    assert sorted(line.amount for line in found.gave) == [Decimal(160), Decimal(160), Decimal(400)]


def test_the_sum_is_rounded_half_up_once_and_not_line_by_line(enterprise, partner, agree, worked):
    agree("0.01", "2025-01-01", "2025-01-31")
    agree("0.01", "2025-02-01")
    worked("2025-01-31", "0.25")
    assert ledger(enterprise, 2025, partner).gave_total == Decimal("0.00")
    worked("2025-02-01", "0.25")
    assert ledger(enterprise, 2025, partner).gave_total == Decimal("0.01")


def test_a_line_with_a_price_leads_to_exactly_its_hours(client_for, enterprise, partner, agree, worked):
    agree("80", "2025-03-01", "2025-03-31")
    for day in ("2025-02-28", "2025-03-01", "2025-03-31", "2025-04-01"):
        worked(day)
    lines = ledger(enterprise, 2025, partner).gave
    client = client_for(partner)
    days = [sorted(str(entry.date) for entry in client.get(line.url).context["page"]) for line in lines]
    assert days == [["2025-02-28"], ["2025-03-01", "2025-03-31"], ["2025-04-01"]]


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "field"),
    [
        ("2025-02-01", "2025-02-28", None),
        ("2025-02-01", "2025-03-01", "starts_on"),
        ("2025-03-31", None, "starts_on"),
        ("2025-04-01", None, None),
        ("2025-01-01", None, "starts_on"),
        ("2025-04-02", "2025-04-01", "ends_on"),
    ],
)
def test_no_day_has_two_rates_of_the_same_activity(agree, starts_on, ends_on, field):
    agree("80", "2025-03-01", "2025-03-31")
    agree("80", "2025-03-01", activity="teaching")
    if field is None:
        agree("90", starts_on, ends_on)
        return
    with pytest.raises(ValidationError) as error:
        agree("90", starts_on, ends_on)
    assert list(error.value.error_dict) == [field]


def test_a_college_agrees_changes_and_ends_a_rate_and_each_step_is_remembered(
    client_for, college_admin, zone, enterprise
):
    client, page = client_for(college_admin), reverse("zones:enterprise_ledger", args=[enterprise.pk])
    typed = {"activity": "", "amount": "80.50", "starts_on": "2025-03-01", "ends_on": ""}
    assert client.post(reverse("zones:hourly_rate_create", args=[enterprise.pk]), typed).url == page
    rate = HourlyRate.objects.get()
    again = client.post(reverse("zones:hourly_rate_create", args=[enterprise.pk]), typed)
    assert "There is a rate from 2025-03-01 on until further notice." in again.content.decode()
    ended = {**typed, "ends_on": "2025-12-31"}
    assert client.post(reverse("zones:hourly_rate_update", args=[rate.pk]), ended).url == page
    assert HourlyRate.objects.get().ends_on == date(2025, 12, 31)
    assert [entry.what for entry in HistoryEntry.objects.of(rate)] == ["ends_on", "created"]
    assert "80.50" in client.get(page).content.decode()


def test_who_agrees_a_rate(
    client_for, zone, enterprise, secretariat, college_admin, other_college_admin, partner, bureau, rival_partner
):
    address = reverse("zones:hourly_rate_create", args=[enterprise.pk])
    people = [secretariat, college_admin, other_college_admin, partner, bureau, rival_partner]
    assert [client_for(user).get(address).status_code for user in people] == [200, 200, 403, 403, 403, 404]


def test_an_enterprise_reads_its_own_rates_and_no_rivals(agree, enterprise, rival_enterprise, partner, rival_partner):
    own, rivals = agree("80", "2025-01-01"), agree("90", "2025-01-01", enterprise=rival_enterprise)
    seen = [list(HourlyRate.objects.visible_to(user)) for user in (partner, rival_partner)]
    assert seen == [[own], [rivals]]


# --- on paper ---------------------------------------------------------------------------------------------------------
def test_the_document_holds_the_figures_of_the_page(client_for, enterprise, partner, records, agree, worked):
    agree("80.50", "2026-01-01")
    worked("2026-03-02", "2.25")
    client = client_for(partner)
    answer = client.get(reverse("zones:enterprise_ledger_pdf", args=[enterprise.pk]), {"year": 2026})
    assert answer.headers["Content-Type"] == "application/pdf"
    pages = [page.get_textpage().get_text_range() for page in PdfDocument(answer.content)]
    words = printed(enterprise, 2026, partner, timezone.now())
    assert [line["amount"] for line in words["gave"]] == ["181.13", "66,000.25", "43,200.50"]
    assert (words["gave_total"], words["received_total"]) == ("109,381.88", "300,000.00")
    shown = "".join("".join(pages).split())
    wanted = [enterprise.credit_code, "181.13", "109,381.88", "300,000.00", "未约价", words["sha256"]]
    assert [word for word in wanted if word not in shown] == []
    assert len(pages) == 1


def test_the_checksum_is_of_the_figures_and_not_of_the_day(enterprise, partner, agree, worked):
    def checksum(year=2025, day=None):
        return printed(enterprise, year, partner, day or timezone.now())["sha256"]

    worked("2025-03-02")
    before = checksum()
    assert checksum(day=timezone.now() + timedelta(days=9)) == before
    agree("0.01", "2025-03-02")
    assert checksum() != before


def test_a_college_hands_out_only_its_own_zones_and_says_so(enterprise, other_college_admin, records):
    words = printed(enterprise, 2026, other_college_admin, timezone.now())
    assert words["scope"] == f"仅{other_college_admin.affiliation.organization}的产教特区"
    assert (words["gave"], words["received"]) == ([], [])
