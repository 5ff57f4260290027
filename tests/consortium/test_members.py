import io

import pytest
from django.contrib.messages.storage.fallback import FallbackStorage
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from openpyxl import load_workbook

from consortium.middleware import RefusalMiddleware
from consortium.models import Department, HistoryEntry, Membership, Organization
from consortium.models.members import check_credit_code
from consortium.services import Refused, alone, record, save_changes
from tests.conftest import LONG_AGO, credit_code


def test_a_credit_code_whose_check_digit_fits_is_taken():
    assert check_credit_code(credit_code(7)) is None


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (credit_code(7)[:-1] + "1", "The check digit of this credit code does not fit. Compare it with the licence."),
        ("9113050000000000", "A credit code has 18 digits and capital letters, without I, O, S, V and Z."),
        ("I1130500000000007X", "A credit code has 18 digits and capital letters, without I, O, S, V and Z."),
        (f" {credit_code(7)}", "A credit code has 18 digits and capital letters, without I, O, S, V and Z."),
    ],
)  # fmt: skip
def test_a_wrong_credit_code_is_refused_in_one_sentence(code, sentence, settings):
    settings.LANGUAGE_CODE = "en"
    with pytest.raises(ValidationError) as refused:
        check_credit_code(code)
    assert refused.value.messages == [sentence]


def member(code: str, **more) -> dict:
    return {"name": "示例企业九", "credit_code": code, "kind": "enterprise", "joined_on": "2026-01-05"} | more


def test_the_secretariat_registers_a_member_with_its_history(client_for, secretariat, consortium):
    response = client_for(secretariat).post(reverse("consortium:organization_create"), member(credit_code(900)))
    organization = Organization.objects.get(credit_code=credit_code(900))
    assert response.url == reverse("consortium:organization_detail", args=[organization.pk])
    assert Membership.objects.filter(organization=organization, consortium=consortium).count() == 1
    assert [(row.what, row.actor) for row in HistoryEntry.objects.of(organization)] == [("created", secretariat)]


def test_a_wrong_check_digit_stands_beside_its_field_and_nothing_is_written(client_for, secretariat):
    before = Organization.objects.count()
    wrong = credit_code(900)[:-1] + ("1" if credit_code(900)[-1] != "1" else "2")
    response = client_for(secretariat).post(reverse("consortium:organization_create"), member(wrong))
    assert list(response.context["form"].errors) == ["credit_code"]
    assert Organization.objects.count() == before


def test_the_api_says_the_same_sentence_under_the_field(api_for, client_for, secretariat):
    wrong = credit_code(900)[:-1] + ("1" if credit_code(900)[-1] != "1" else "2")
    page = client_for(secretariat).post(reverse("consortium:organization_create"), member(wrong))
    answer = api_for(secretariat).post("/api/v1/organizations/", member(wrong))
    assert answer.status_code == 400
    assert answer.json() == {"credit_code": page.context["form"].errors["credit_code"]}


def test_a_code_registered_twice_is_refused(client_for, secretariat, enterprise):
    data = member(enterprise.credit_code)
    response = client_for(secretariat).post(reverse("consortium:organization_create"), data)
    assert list(response.context["form"].errors) == ["credit_code"]


def test_only_the_secretariat_registers_members(client_for, api_for, college_admin):
    assert client_for(college_admin).get(reverse("consortium:organization_create")).status_code == 403
    assert api_for(college_admin).post("/api/v1/organizations/", member(credit_code(900))).status_code == 403


def test_a_real_change_leaves_one_row_of_history_and_none_leaves_none(client_for, secretariat, enterprise):
    page = reverse("consortium:organization_update", args=[enterprise.pk])
    same = {"name": enterprise.name, "credit_code": enterprise.credit_code, "kind": "enterprise", "joined_on": LONG_AGO}
    client_for(secretariat).post(page, same)
    assert HistoryEntry.objects.of(enterprise).count() == 0
    client_for(secretariat).post(page, same | {"name": "示例企业一（更名）"})
    row = HistoryEntry.objects.of(enterprise).get()
    assert (row.what, row.old, row.new, row.actor) == ("name", "示例企业一", "示例企业一（更名）", secretariat)


def test_a_change_to_another_record_of_the_same_name_is_written_and_remembered(
    secretariat, college, college2, department
):
    Organization.objects.filter(pk=college2.pk).update(name=college.name)
    namesake = Department.objects.create(organization=Organization.objects.get(pk=college2.pk), name="汽车系")
    save_changes(namesake, by=secretariat, organization=college)
    namesake.refresh_from_db()
    assert namesake.organization == college
    (row,) = HistoryEntry.objects.of(namesake)
    assert (row.what, row.old, row.new) == ("organization", college.name, college.name)


def test_a_row_that_somebody_else_wrote_meanwhile_is_refused_and_nothing_is_half_done(enterprise, settings):
    settings.LANGUAGE_CODE = "en"
    with pytest.raises(Refused, match="Somebody else has changed this. Reload and try again."), alone():
        Organization.objects.create(name="示例企业九", credit_code=credit_code(900), kind="enterprise")
        Organization.objects.create(name="示例企业十", credit_code=enterprise.credit_code, kind="enterprise")
    assert list(Organization.objects.all()) == [enterprise]


def test_the_page_of_a_member_remembers_when_it_left(client_for, secretariat, enterprise, settings):
    settings.LANGUAGE_CODE = "en"
    client = client_for(secretariat)
    data = member(enterprise.credit_code, name=enterprise.name, joined_on="2019-04-01", left_on="2026-03-01")
    client.post(reverse("consortium:organization_update", args=[enterprise.pk]), data)
    html = client.get(reverse("consortium:organization_detail", args=[enterprise.pk])).content.decode()
    assert html.count('示例企业一 · 邢台市域产教联合体 · </span><span class="sub">left on</span> March 1, 2026') == 1


def test_a_rival_enterprise_is_not_found_by_page_api_filter_and_export(
    client_for, api_for, partner, rival_partner, enterprise, rival_enterprise, college
):
    client, api = client_for(partner), api_for(partner)
    assert client.get(reverse("consortium:organization_detail", args=[rival_enterprise.pk])).status_code == 404
    assert api.get(f"/api/v1/organizations/{rival_enterprise.pk}/").status_code == 404
    own = {enterprise.pk, college.pk}
    assert {row["id"] for row in api.get("/api/v1/organizations/").json()["results"]} == own
    assert api.get("/api/v1/organizations/", {"q": rival_enterprise.name}).json()["results"] == []
    exported = client.get(reverse("consortium:organization_list"), {"export": "xlsx"}).content
    names = [row[0].value for row in load_workbook(io.BytesIO(exported)).active.iter_rows(min_row=2)]
    assert sorted(names) == sorted([enterprise.name, college.name])


def test_another_consortium_is_not_found(client_for, outsider, enterprise):
    page = reverse("consortium:organization_detail", args=[enterprise.pk])
    assert client_for(outsider).get(page).status_code == 404


def test_an_organization_of_another_consortium_cannot_be_drawn_in_by_its_id(
    api_for, secretariat, make_organization, other_consortium, settings
):
    settings.LANGUAGE_CODE = "en"
    stranger = make_organization("外地企业", "enterprise", other_consortium)
    api, path = api_for(secretariat), "/api/v1/memberships/"
    for pk in (stranger.pk, 10**9):
        answer = api.post(path, {"organization": pk, "joined_on": "2026-01-05"})
        assert (answer.status_code, answer.json()) == (
            400,
            {"organization": [f'Invalid pk "{pk}" - object does not exist.']},
        )
        assert api.get(path, {"organization": pk}).status_code == 404
    assert stranger.memberships.count() == 1


def test_a_new_organization_becomes_a_member_by_api_and_stays_the_same(api_for, secretariat, enterprise, settings):
    settings.LANGUAGE_CODE = "en"
    api = api_for(secretariat)
    new = {"name": "示例企业九", "credit_code": credit_code(900), "kind": "enterprise"}
    pk = api.post("/api/v1/organizations/", new).json()["id"]
    answer = api.post("/api/v1/memberships/", {"organization": pk, "joined_on": "2026-01-05"})
    assert (answer.status_code, answer.json()["organization_name"]) == (201, "示例企业九")
    another = Organization.objects.create(name="示例企业十", credit_code=credit_code(901), kind="enterprise")
    answer = api.patch(f"/api/v1/memberships/{answer.json()['id']}/", {"organization": another.pk})
    assert (answer.status_code, answer.json()) == (409, {"detail": "A membership stays with its organization."})


def test_the_export_holds_exactly_what_is_filtered_and_keeps_text_as_text(client_for, secretariat, enterprise):
    Organization.objects.filter(pk=enterprise.pk).update(name="=1+1")
    data = client_for(secretariat).get(
        reverse("consortium:organization_list"), {"export": "xlsx", "kind": "enterprise"}
    )
    rows = list(load_workbook(io.BytesIO(data.content)).active.iter_rows(min_row=2))
    assert [(row[0].value, row[0].data_type) for row in rows] == [("=1+1", "s")]


def test_a_name_with_a_control_character_does_not_break_the_export(client_for, secretariat, enterprise):
    Organization.objects.filter(pk=enterprise.pk).update(name="示例\x0b企业")
    content = (
        client_for(secretariat)
        .get(reverse("consortium:organization_list"), {"kind": "enterprise", "export": "xlsx"})
        .content
    )
    assert [row[0] for row in load_workbook(io.BytesIO(content)).active.values][1:] == ["示例企业"]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_of_members_needs_a_constant_number_of_queries(
    client_for, secretariat, make_organization, consortium, django_assert_num_queries, rows
):
    for number in range(rows):
        make_organization(f"示例企业{number}", "enterprise", consortium)
    client = client_for(secretariat)
    with django_assert_num_queries(5):  # session, user, affiliation, count, rows
        client.get(reverse("consortium:organization_list"))


@pytest.mark.parametrize("rows", [1, 3])
def test_the_api_of_memberships_needs_a_constant_number_of_queries(
    api_for, secretariat, make_organization, consortium, django_assert_num_queries, rows
):
    for number in range(rows):
        make_organization(f"示例企业{number}", "enterprise", consortium)
    with django_assert_num_queries(2):  # affiliation, rows
        api_for(secretariat).get("/api/v1/memberships/")


def test_a_membership_cannot_end_before_it_begins(enterprise, consortium):
    with pytest.raises(IntegrityError), transaction.atomic():
        enterprise.memberships.update(left_on="2000-01-01")


def test_history_is_only_added_to(enterprise, secretariat):
    record(enterprise, by=secretariat, what="created")
    for act in (HistoryEntry.objects.all().delete, lambda: HistoryEntry.objects.update(what="x")):
        with pytest.raises(TypeError):
            act()


@pytest.mark.parametrize(
    ("came_from", "goes_to"),
    [("http://testserver/consortium/", "http://testserver/consortium/"), ("https://elsewhere.invalid/", "/")],
)
def test_a_refusal_on_a_page_ends_where_the_person_was(rf, came_from, goes_to):
    request = rf.post("/", headers={"Referer": came_from})
    request.session = {}
    request._messages = FallbackStorage(request)
    answer = RefusalMiddleware(None).process_exception(request, Refused("不行。"))
    assert (answer.url, [str(message) for message in request._messages]) == (goes_to, ["不行。"])


def test_the_program_says_that_it_is_alive_and_ready_before_the_first_file(client, db):
    assert client.get("/healthz").json() == {"status": "ok"}
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json()) == (
        200,
        {"status": "ok", "database": True, "migrations": True, "broker": True, "files": True},
    )


def test_the_program_is_not_ready_where_files_cannot_be_kept(client, db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "file" / "media"
    (tmp_path / "file").touch()
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json()["files"]) == (503, False)


def test_a_sort_that_is_none_leaves_the_list_as_it_is(client_for, secretariat, enterprise):
    page = client_for(secretariat).get(reverse("consortium:organization_list"), {"sort": "--name"})
    assert (page.status_code, [column.current for column in page.context["columns"]]) == (200, [""] * 8)


def test_the_export_leaves_out_what_excel_cannot_hold(client_for, secretariat, enterprise):
    Organization.objects.filter(pk=enterprise.pk).update(name="示例\x0b企业\ufffe一")
    asked = {"export": "xlsx", "kind": "enterprise"}
    data = client_for(secretariat).get(reverse("consortium:organization_list"), asked).content
    assert [row[0].value for row in load_workbook(io.BytesIO(data)).active.iter_rows(min_row=2)] == ["示例企业一"]
