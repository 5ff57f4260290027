"""Members from Excel, found as one types, shown when nearly called the same, let in by a decision."""

import io
from datetime import date

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone, translation
from openpyxl import Workbook, load_workbook

from consortium.models import Contact, HistoryEntry, Joining, MemberImport, Membership, Organization
from consortium.services import Refused
from consortium.services.duplicates import near
from consortium.services.member_imports import accept_members, check_members
from consortium.services.members import admit, create_organization, save_joining, turn_down
from tests.conftest import credit_code

NAMES = "东西南北中高平顺隆通达鑫恒泰宏远"


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"
    with translation.override("en"):
        yield


def heads() -> list[str]:
    from consortium.services.member_plan import LABELS

    with translation.override("zh-hans"):
        return [str(label) for name, label in LABELS.items() if not name.startswith("contact")]


def rows(count: int) -> list[list]:
    return [
        [
            f"{NAMES[number % 16]}{NAMES[number // 16 % 16]}{number}机械有限公司", credit_code(1000 + number), "企业",
            "C34 通用设备制造业", "小型", "", "否", date(2024, 3, 1), None, "", "订单班" if number % 2 else "",
        ]
        for number in range(count)
    ]  # fmt: skip


def hand_in(found: list[list], by) -> MemberImport:
    book = Workbook()
    book.active.append(heads())
    for row in found:
        book.active.append(row)
    data = io.BytesIO()
    book.save(data)
    return check_members(ContentFile(data.getvalue(), name="成员.xlsx"), by=by, now=timezone.now())


def test_300_members_with_12_faults_show_all_12_write_nothing_and_mended_write_all(secretariat, enterprise):
    found, before = rows(300), Organization.objects.count()
    good = {}
    faults = {
        (5, 0): "", (17, 1): credit_code(9)[:-1] + "I", (30, 1): found[3][1], (44, 2): "工厂", (61, 3): "Z99",
        (80, 4): "巨型", (99, 5): "不存在的园区", (120, 6): "也许", (150, 7): "", (177, 8): date(2020, 1, 1),
        (201, 9): "自愿退出", (250, 0): found[12][0],
    }  # fmt: skip
    for (row, column), value in faults.items():
        good[row, column], found[row][column] = found[row][column], value
    order = hand_in(found, secretariat)
    said = [(fault["row"], fault["column"]) for fault in order.result["faults"]]
    assert order.status == "refused"
    # the reason for leaving wants its day, which is the cell beside it
    expected = [(row + 2, "ABCDEFGHIJK"[8 if column == 9 else column]) for row, column in faults]
    assert said == sorted(expected)
    assert (Organization.objects.count(), Membership.objects.count()) == (before, before)
    for (row, column), value in good.items():
        found[row][column] = value
    order = hand_in(found, secretariat)
    assert (order.status, len(order.result["new"])) == ("checked", 300)
    accept_members(order, by=secretariat)
    assert Organization.objects.count() == before + 300
    one = Organization.objects.get(credit_code=found[7][1])
    membership = one.memberships.get()
    assert (one.kind, one.industry, one.size) == ("enterprise", "C34", "small")
    assert (membership.joined_on, membership.tags) == (date(2024, 3, 1), "订单班")
    assert HistoryEntry.objects.about(one, membership).filter(what="created").count() == 2


def test_the_exported_list_imports_again_unchanged(client_for, secretariat, enterprise, institute, settings):
    settings.LANGUAGE_CODE = "zh-hans"
    accept_members(hand_in(rows(5), secretariat), by=secretariat)
    data = client_for(secretariat).get(reverse("consortium:organization_list") + "?export=xlsx").content
    with translation.override("zh-hans"):
        order = check_members(ContentFile(data, name="成员单位.xlsx"), by=secretariat, now=timezone.now())
    members = Membership.objects.count()
    assert order.result["faults"] == []
    assert (order.result["new"], order.result["changed"], order.result["unchanged"]) == ([], [], members)


def test_a_changed_cell_changes_the_member_and_nothing_else(secretariat):
    found = rows(3)
    accept_members(hand_in(found, secretariat), by=secretariat)
    found[1][4] = "中型"
    order = hand_in(found, secretariat)
    assert [(one["row"], one["what"]) for one in order.result["changed"]] == [(3, [["Size", "Small", "Medium"]])]
    accept_members(order, by=secretariat)
    row = Organization.objects.get(credit_code=found[1][1])
    assert [(one.what, one.old, one.new) for one in HistoryEntry.objects.about(row)][0] == ("size", "small", "medium")


def test_a_file_that_was_overtaken_writes_nothing(secretariat):
    order = hand_in(rows(2), secretariat)
    create_organization(Organization(name="别的单位", kind="enterprise", credit_code=credit_code(1001)), by=secretariat)
    before = Organization.objects.count()
    with pytest.raises(Refused, match="nothing was written"):
        accept_members(order, by=secretariat)
    assert Organization.objects.count() == before


def test_the_template_is_read_by_the_import(client_for, secretariat, settings):
    settings.LANGUAGE_CODE = "zh-hans"
    data = client_for(secretariat).get(reverse("consortium:member_import_template")).content
    book = load_workbook(io.BytesIO(data))
    book.worksheets[0].append([*rows(1)[0], "示例联系人", "03190000000"])
    out = io.BytesIO()
    book.save(out)
    order = check_members(ContentFile(out.getvalue(), name="模板.xlsx"), by=secretariat, now=timezone.now())
    assert (order.status, order.result["faults"]) == ("checked", [])


# --- search -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("typed", ["机电", "河北", "jidian", "hbjd", "jdzy", "HeBei Ji", "91130500000000777"])
def test_a_member_is_found_as_one_types_by_name_pinyin_initials_and_code(client_for, secretariat, consortium, typed):
    row = Organization(name="河北机电职业学院", kind="higher_vocational", credit_code=credit_code(777))
    create_organization(row, by=secretariat)
    Membership.objects.create(consortium=consortium, organization=row, joined_on=date(2024, 1, 1))
    page = client_for(secretariat).get(reverse("consortium:organization_suggest"), {"first": typed})
    assert [one["name"] for one in page.context["found"]] == ["河北机电职业学院"]
    listed = client_for(secretariat).get(reverse("consortium:organization_list"), {"q": typed})
    assert [one.name for one in listed.context["page"]] == ["河北机电职业学院"]


def test_a_rival_is_not_offered(client_for, partner, rival_enterprise, secretariat):
    page = client_for(partner).get(reverse("consortium:organization_suggest"), {"q": rival_enterprise.credit_code})
    assert list(page.context["found"]) == []


# --- nearly the same name ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("志和玻璃有限公司", ["邢台市志和玻璃有限责任公司"]),
        ("志合玻璃有限公司", ["邢台市志和玻璃有限责任公司"]),
        ("恒和玻", []),  # too short to say
        ("回归源艺术陶瓷厂", []),
        ("回归缘艺术玻璃有限公司", ["回归源艺术玻璃有限公司"]),
        ("示例企业十三", []),  # the next of a row is another
    ],
)
def test_names_that_differ_in_place_form_or_one_character_are_near(name, found):
    others = ["邢台市志和玻璃有限责任公司", "回归源艺术玻璃有限公司", "示例企业十二", "佳泰科技有限公司"]
    assert near(name, others) == found


def test_a_namesake_is_shown_before_saving(client_for, secretariat, make_organization, consortium):
    make_organization("回归源艺术玻璃有限公司", "enterprise", consortium)
    body = {
        "name": "回归源艺术玻璃公司", "credit_code": credit_code(901), "kind": "enterprise", "joined_on": "2026-01-05",
    }  # fmt: skip
    client, address = client_for(secretariat), reverse("consortium:organization_create")
    shown = client.post(address, body).content.decode()
    assert "Nearly the same name is registered: 回归源艺术玻璃有限公司." in shown
    assert not Organization.objects.filter(credit_code=credit_code(901)).exists()
    client.post(address, body | {"same_anyway": "on"})
    assert Organization.objects.filter(credit_code=credit_code(901)).exists()


# --- applications and contacts ----------------------------------------------------------------------------------------
@pytest.fixture
def joining(secretariat):
    row = Joining(name="新来企业", credit_code=credit_code(950), kind="enterprise", applied_on=date(2026, 3, 1))
    return save_joining(row, by=secretariat)


def test_an_admitted_applicant_is_a_member_from_the_day_of_the_decision(joining, secretariat):
    decision = {"body": "council", "decided_on": date(2026, 4, 1), "decision": "第6次会议", "by": secretariat}
    membership = admit(joining, **decision, today=date(2026, 4, 2))
    assert (membership.organization.name, membership.joined_on) == ("新来企业", date(2026, 4, 1))
    with pytest.raises(Refused, match="This application is decided"):
        turn_down(joining, **decision, today=date(2026, 4, 2))


def test_the_decision_is_recorded_in_the_browser(client_for, joining, secretariat):
    address = reverse("consortium:joining_decide", args=[joining.pk])
    body = {"admitted": "no", "body": "secretariat", "decided_on": "2026-04-01", "decision": ""}
    client = client_for(secretariat)
    assert "Say why." in client.post(address, body).content.decode()
    client.post(address, body | {"decision": "材料不全"})
    joining.refresh_from_db()
    assert (joining.status, joining.decision, joining.membership) == ("refused", "材料不全", None)


def test_the_telephone_of_a_further_contact_is_masked_for_others(client_for, secretariat, college, partner):
    Contact.objects.create(organization=college, name="示例对接人", phone="13812345678")
    pages = [client_for(user).get(college.get_absolute_url()).content.decode() for user in (secretariat, partner)]
    assert ["13812345678" in page for page in pages] == [True, False]


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_needs_the_same_queries_however_many_there_are(
    client_for, secretariat, count, django_assert_num_queries
):
    accept_members(hand_in(rows(count), secretariat), by=secretariat)
    client, address = client_for(secretariat), reverse("consortium:organization_list")
    client.get(address)
    with django_assert_num_queries(5):
        client.get(address)
