"""The monthly brief: what moved and what is late in a month, for the office, the bureau and auditors."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import translation

from consortium.models import Agreement, AgreementParty, Duty
from evaluation.brief import brief, month_after, month_before, month_of

TODAY = date(2026, 5, 20)


@pytest.fixture
def agreement(consortium, enterprise):
    row = Agreement.objects.create(
        consortium=consortium, title="订单班协议", type="order_class", starts_on=date(2026, 5, 1),
        ends_on=date(2027, 4, 30), status="signed", signed_on=date(2026, 5, 4),
    )  # fmt: skip
    party = AgreementParty.objects.create(agreement=row, number=1, organization=enterprise)
    Duty.objects.create(agreement=row, party=party, text="交付设备", due=date(2026, 5, 10))
    return row


def lines(user, month: date) -> dict[str, list[tuple[str, str]]]:
    with translation.override("en"):
        sections = brief(user, month, TODAY)
    return {section.title: [(line.text, line.detail) for line in section.lines] for section in sections}


def test_what_moved_and_what_is_late_stands_in_its_month(agreement, secretariat):
    may = lines(secretariat, date(2026, 5, 1))
    assert may["What moved"] == [("订单班协议", "Signed: 示例企业一")]
    assert [text for text, _detail in may["What is late"]] == ["交付设备"]
    assert may["What is late"][0][1].endswith("10 days late")
    april = lines(secretariat, date(2026, 4, 1))
    assert (april["What moved"], april["What is late"]) == ([], [])


def test_a_month_is_read_from_the_address_and_none_is_to_come():
    assert [month_of(text, TODAY) for text in ("2026-03", "2026-06", "2026-13", "x", "")] == [
        date(2026, 3, 1), *[date(2026, 5, 1)] * 4,
    ]  # fmt: skip
    assert (month_before(date(2026, 1, 1)), month_after(date(2026, 1, 1))) == (date(2025, 12, 1), date(2026, 2, 1))


def test_the_bureau_reads_page_and_pdf_and_an_enterprise_neither(client_for, agreement, bureau, partner):
    address = reverse("reports:monthly_brief")
    client = client_for(bureau)
    assert "交付设备" in client.get(address).content.decode()
    assert client.get(f"{address}?format=pdf").content[:5] == b"%PDF-"
    assert client_for(partner).get(address).status_code == 403
