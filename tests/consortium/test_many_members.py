"""Ten thousand members and two thousand agreements: every list, the health page and the council ask few questions."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from consortium.models import (
    Agreement,
    AgreementParty,
    AgreementWork,
    Council,
    CouncilSeat,
    JointWork,
    Membership,
    Organization,
)
from consortium.services.bulk import insert_many
from tests.conftest import credit_code

MEMBERS, AGREEMENTS, SEATS = 10_000, 2_000, 60
LISTS = [
    "organization_list", "health", "agreement_list", "duty_list", "joint_work_list", "platform_list", "joining_list",
    "meeting_list", "agenda_item_list", "opinion_list", "resolution_list", "person_list",
    "member_import_list",
]  # fmt: skip
MOST = 15  # queries, the bound for lists of this size


@pytest.fixture
def many(consortium, college, college2):
    """Every third member is a partner of an agreement with one of two colleges; sixty sit in the council."""
    kinds = [kind.value for kind in Organization.Kind]
    members = [
        Organization(
            name=f"示例单位{number}精密机械有限公司",
            kind="enterprise" if number % 10 else kinds[number // 10 % len(kinds)],
            credit_code=credit_code(500_000 + number),
        )
        for number in range(MEMBERS)
    ]
    insert_many(members)
    insert_many([Membership(consortium=consortium, organization=row, joined_on=date(2024, 1, 1)) for row in members])
    agreements = [
        Agreement(
            consortium=consortium, title=f"示例协议{number}", type="order_class", starts_on=date(2024, 1, 1),
            ends_on=date(2027, 1 + number % 12, 1), status="signed", signed_on=date(2024, 1, 1),
        )
        for number in range(AGREEMENTS)
    ]  # fmt: skip
    insert_many(agreements)
    enterprises = [row for row in members if row.kind == "enterprise"]
    insert_many(
        [
            AgreementParty(agreement=row, number=place, organization=member)
            for number, row in enumerate(agreements)
            for place, member in enumerate(((college, college2)[number % 2], enterprises[number * 3]), start=1)
        ]
    )
    works = list(JointWork)
    insert_many([AgreementWork(agreement=row, work=works[row.pk % 10]) for row in agreements])
    council = Council.objects.create(
        consortium=consortium, number=1, starts_on=date(2024, 1, 1), ends_on=date(2099, 1, 1)
    )
    sides = list(CouncilSeat.Side)
    insert_many(
        [
            CouncilSeat(council=council, number=number, organization=row, side=sides[number % len(sides)])
            for number, row in enumerate(members[:SEATS], start=1)
        ]
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as the database does by itself after so many rows
    return council


def test_every_list_the_health_page_and_the_council_ask_at_most_fifteen_questions(
    many, client_for, secretariat, bureau, college_admin
):
    found = {}
    for user in (secretariat, bureau, college_admin):
        client = client_for(user)
        client.get(reverse("consortium:profile"))
        for name in [*LISTS, many.get_absolute_url()]:
            address = name if name.startswith("/") else reverse(f"consortium:{name}")
            with CaptureQueriesContext(connection) as sent:
                response = client.get(address, follow=True)
            if response.status_code == 200:
                found[user.username, address] = len(sent)
    assert {place: count for place, count in found.items() if count > MOST} == {}
    assert len(found) > 2 * len(LISTS)
