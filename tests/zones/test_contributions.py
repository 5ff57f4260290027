"""What enterprises give and employ on the one page; the reference amount of the credit on each side of its edge."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from zones.ledger import ledger
from zones.models import Contribution, CultivationListing, Hire, SurchargeYear
from zones.services import save_listing, save_surcharges, verify
from zones.tax_credit import tax_credit
from zones.typesetting import printed

from .answers import errors, url

A_DAY = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def verified(make_record, make_user, college, consortium):
    admin = make_user("second_admin", "college_admin", college, consortium, "示例第二管理员")

    def make(model, **fields):
        record = make_record(model, **fields)
        verify(record, by=admin, now=timezone.now())
        return record

    return make


@pytest.fixture
def listed(consortium, enterprise, secretariat):
    listing = CultivationListing(
        consortium=consortium, enterprise=enterprise, listed_on=date(2024, 6, 1), source="冀发改〔2024〕1号"
    )
    return save_listing(listing, by=secretariat)


@pytest.fixture
def owe(consortium, enterprise, partner):
    def make(year: int, due: str):
        row = SurchargeYear(consortium=consortium, enterprise=enterprise, year=year, due=Decimal(due), source="申报表")
        return save_surcharges(row, by=partner)

    return make


def test_the_page_names_verified_contributions_by_kind_and_students_employed(
    verified, make_record, enterprise, rival_enterprise, partner
):
    verified(Contribution, title="加工中心", amount=Decimal("300000.10"))
    verified(Contribution, title="量具", amount=Decimal("0.05"))
    verified(Contribution, title="去年的", date=date(2025, 12, 31))
    verified(Contribution, title="对手的", enterprise=rival_enterprise)
    make_record(Contribution, title="待核验")
    verified(Contribution, title="岗位", kind="practice_place", amount=None, quantity=12)
    verified(Hire)
    found = ledger(enterprise, 2026, partner)
    assert [(line.label, line.what, line.amount) for line in found.gave] == [
        ("Equipment put in", "2 entries", Decimal("300000.15")),
        ("Places of practice in the enterprise", "12 places", None),
    ]
    assert found.gave_total == Decimal("300000.15")
    assert [(line.label, line.what, line.amount) for line in found.received] == [
        ("Students employed", "1 student", None)
    ]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"amount": None}, {"amount": ["Say what equipment or a donation is worth."]}),
        ({"kind": "training_place", "amount": None}, {"quantity": ["Say how many places there are."]}),
        (
            {"kind": "training_place", "amount": None, "quantity": 3, "qualifies": True},
            {"amount": ["What counts as investment needs a value."]},
        ),
        ({"amount": Decimal(0)}, {"amount": ["This must be more than 0."]}),
    ],
)
def test_a_contribution_says_what_it_is_worth_or_how_many_places_there_are(make_record, fields, said):
    assert errors(lambda: make_record(Contribution, **fields)) == said


def test_whom_an_enterprise_employs_has_had_a_place_in_the_zone(make_record, make_student):
    stranger = make_student("nowhere")
    assert list(errors(lambda: make_record(Hire, student=stranger))) == ["student"]


def test_names_of_students_employed_are_masked_for_whoever_must_not_know_them(
    make_record, partner, mentor, college_admin, client_for
):
    hire = make_record(Hire)
    name = hire.student.name
    seen = {
        user.username: client_for(user).get(url("hire_detail", hire.pk)).content.decode().count(name)
        for user in (college_admin, partner)
    }
    assert seen == {college_admin.username: 1, partner.username: 0}
    assert client_for(mentor).get(url("hire_detail", hire.pk)).status_code == 404


def test_the_reference_amount_is_the_smaller_of_what_is_at_hand_and_what_is_due(
    verified, listed, owe, enterprise, partner
):
    """2024: 30 % of 100,000.10, less than due. 2025: more than due, the rest is carried. 2026: it is used up."""
    verified(Contribution, title="一", date=date(2024, 6, 1), amount=Decimal("100000.10"), qualifies=True)
    verified(Contribution, title="名单之前", date=date(2024, 5, 31), amount=Decimal(7), qualifies=True)
    verified(Contribution, title="不计入", date=date(2025, 3, 1), amount=Decimal(7))
    verified(Contribution, title="二", date=date(2025, 3, 1), amount=Decimal(200000), qualifies=True)
    for year, due in ((2024, "30000.04"), (2025, "50000"), (2026, "9999.99")):
        owe(year, due)
    found = tax_credit(enterprise, 2026, partner)
    assert [(row.year, row.carried, row.earned, row.reference, row.left) for row in found.years] == [
        (2024, Decimal(0), Decimal("30000.03"), Decimal("30000.03"), Decimal(0)),
        (2025, Decimal(0), Decimal(60000), Decimal(50000), Decimal(10000)),
        (2026, Decimal(10000), Decimal(0), Decimal("9999.99"), Decimal("0.01")),
    ]


def test_without_the_surcharges_of_a_year_nothing_after_it_is_computed(verified, listed, owe, enterprise, partner):
    verified(Contribution, date=date(2024, 6, 1), qualifies=True)
    owe(2024, "10000")
    owe(2026, "10000")
    found = tax_credit(enterprise, 2026, partner)
    assert [(row.reference, row.left) for row in found.years] == [
        (Decimal(10000), Decimal(80000)), (None, None), (None, None)
    ]  # fmt: skip


def test_off_the_list_there_is_no_credit(consortium, listed, owe, enterprise, secretariat):
    listed.removed_on = date(2025, 2, 1)
    save_listing(listed, by=secretariat)
    assert [row.year for row in tax_credit(enterprise, 2026, secretariat).years] == [2024, 2025]


def test_tax_matters_are_for_the_enterprise_and_the_offices(
    listed, enterprise, partner, college_admin, rival_partner, bureau, client_for
):
    pages = {user: client_for(user).get(url("enterprise_ledger", enterprise.pk)) for user in (partner, bureau)}
    assert [page.content.decode().count("not a tax ruling") for page in pages.values()] == [1, 1]
    assert client_for(college_admin).get(url("enterprise_ledger", enterprise.pk)).context["credit"] is None
    assert client_for(rival_partner).get(url("enterprise_ledger", enterprise.pk)).status_code == 404
    assert client_for(college_admin).get(url("surcharge_create", enterprise.pk)).status_code == 403
    assert client_for(partner).get(url("listing_create", enterprise.pk)).status_code == 403


def test_the_surcharges_are_entered_and_put_right_on_pages(listed, enterprise, partner, client_for):
    client = client_for(partner)
    sent = {"year": "2025", "due": "5000", "source": "申报表"}
    assert client.post(url("surcharge_create", enterprise.pk), sent).status_code == 302
    row = SurchargeYear.objects.get()
    again = client.post(url("surcharge_create", enterprise.pk), sent)
    assert again.context["form"].errors == {"year": ["The surcharges of this year are entered already."]}
    client.post(url("surcharge_update", row.pk), {"year": "2020", "due": "6000.50", "source": "更正申报"})
    row.refresh_from_db()
    assert (row.year, row.due) == (2025, Decimal("6000.50"))


def test_the_paper_has_the_credit_beside_both_sides(verified, listed, owe, enterprise, partner):
    verified(Contribution, date=date(2024, 6, 1), qualifies=True)
    owe(2024, "1000.5")
    words = printed(enterprise, 2024, partner, timezone.now())
    assert words["credit"] == [["2024", "0.00", "300,000.00", "90,000.00", "1,000.50", "1,000.50", "88,999.50"]]
    assert words["gave"] == [{"label": "投入设备", "what": "1 条", "amount": "300,000.00"}]
