"""The ten joint works of a school and an enterprise are computed from records, each of which opens."""

from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from consortium.joint_works import cooperations
from consortium.models import Agreement, AgreementParty, AgreementWork, JointWork
from zones.models import TechnicalService, Zone, ZonePartner


@pytest.fixture
def agree(consortium):
    def agree(school, enterprise, *works, status="signed", title="订单班协议"):
        row = Agreement.objects.create(
            consortium=consortium, title=title, type="order_class", starts_on=date(2020, 1, 1),
            ends_on=date(2099, 1, 1), status=status, signed_on=None if status == "draft" else date(2020, 1, 1),
        )  # fmt: skip
        for number, member in enumerate((school, enterprise), start=1):
            AgreementParty.objects.create(agreement=row, number=number, organization=member)
        AgreementWork.objects.bulk_create(AgreementWork(agreement=row, work=work) for work in works)
        return row

    return agree


def shown(user) -> dict:
    return {
        (row.school.name, row.enterprise.name): {
            work.value: [cover.label for cover in found] for work, found in row.works if found
        }
        for row in cooperations(user)
    }


def test_a_signed_agreement_covers_what_it_names_and_a_draft_nothing(
    agree, secretariat, college, enterprise, rival_enterprise
):
    agree(college, enterprise, "admission", "assessment")
    agree(college, enterprise, "courses", status="terminated", title="已终止的协议")
    agree(college, rival_enterprise, "courses", status="draft")
    assert shown(secretariat) == {
        ("示例职业技术学院", "示例企业一"): {"admission": ["订单班协议"], "assessment": ["订单班协议"]}
    }


def test_a_zone_covers_a_base_and_its_verified_records_the_rest(zone, secretariat, college, enterprise, college_admin):
    service = {
        "zone": zone, "enterprise": enterprise, "title": "阀体工艺改进",
        "date": date(2026, 3, 1), "contract_amount": 10,
        "recorded_by": college_admin, "organization": college, "recorded_at": timezone.now(),
    }  # fmt: skip
    TechnicalService.objects.create(**service)
    assert shown(secretariat) == {("示例职业技术学院", "示例企业一"): {"base": ["数控加工产教特区"]}}
    TechnicalService.objects.update(status="verified", decided_by=secretariat, decided_at=timezone.now())
    assert shown(secretariat)[("示例职业技术学院", "示例企业一")] == {
        "base": ["数控加工产教特区"],
        "research": ["阀体工艺改进"],
    }


def test_an_enterprise_sees_its_own_pairs_only(agree, partner, rival_partner, college, enterprise, client_for):
    agree(college, enterprise, *JointWork.values)
    assert [len(found) for found in shown(partner).values()] == [10]
    assert shown(rival_partner) == {}
    asked = f"{reverse('consortium:joint_work_list')}?school={college.pk}&enterprise={enterprise.pk}"
    assert [client_for(user).get(asked).status_code for user in (partner, rival_partner)] == [200, 404]


@pytest.mark.parametrize("count", [1, 3])
def test_the_pairs_need_the_same_queries_however_many_there_are(
    agree, secretariat, college, department, consortium, make_organization, count, client_for, django_assert_num_queries
):
    for number in range(count):
        member = make_organization(f"示例企业{number}", "enterprise", consortium)
        agree(college, member, "courses", title=f"协议{number}")
        row = Zone.objects.create(
            consortium=consortium, college=college, department=department, code=f"z{number}", name=f"特区{number}",
            form=Zone.Form.CONTRACT_PROCESSING, established_on=date(2019, 9, 16),
        )  # fmt: skip
        ZonePartner.objects.create(zone=row, enterprise=member, since=date(2019, 9, 16))
    client, address = client_for(secretariat), reverse("consortium:joint_work_list")
    client.get(address)
    with django_assert_num_queries(12):
        client.get(address)


def test_the_pairs_that_are_shown_come_as_an_excel_file(
    agree, client_for, secretariat, college, college2, enterprise, rival_enterprise
):
    agree(college, enterprise, "admission", "courses")
    agree(college2, rival_enterprise, "courses", title="=1+1")
    response = client_for(secretariat).get(reverse("consortium:joint_work_list"), {"export": "xlsx"})
    head, *rows = load_workbook(BytesIO(response.content)).active.iter_rows(values_only=True)
    assert (len(head), [row[:5] for row in rows]) == (
        13,
        [
            (college.name, enterprise.name, 2, "订单班协议", None),
            (college2.name, rival_enterprise.name, 1, None, None),
        ],
    )
    assert rows[1][5] == "=1+1"
    only = client_for(secretariat).get(
        reverse("consortium:joint_work_list"), {"export": "xlsx", "school": college.pk, "q": "企业"}
    )
    assert load_workbook(BytesIO(only.content)).active.max_row == 2
