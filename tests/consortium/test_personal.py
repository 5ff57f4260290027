"""The register of personal data, the looks at it, a person's own file, and erasure."""

import json
from datetime import date, timedelta
from io import BytesIO

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from consortium import personal
from consortium.models import Affiliation, HistoryEntry, Invitation, Notice, PersonalDataAccess, User
from consortium.personal import MAIL, PHONE, REGISTER, SURNAME, TAIL, YEAR
from consortium.services import Refused, create, record, save_changes
from consortium.services.people import add_role
from consortium.services.personal import erase_user, reveal, years_later

from .not_personal import NOT_PERSONAL
from .tokens import token_of

TEXTS = (
    models.CharField, models.TextField, models.DateField, models.FileField, models.GenericIPAddressField,
    models.JSONField,
)  # fmt: skip
PEOPLE = {"consortium.User", "zones.Student", "zones.Mentor"}
NAME, MAIL_ADDRESS = "欧阳待删", "ouyang.daishan@example.invalid"


# --- the register -----------------------------------------------------------------------------------------------------
def own_models():
    return [
        model
        for name in ("consortium", "zones", "tasks", "evaluation")
        for model in apps.get_app_config(name).get_models()
    ]


def to_decide(model) -> set[str]:
    """The fields that may hold personal data: texts, days, files, addresses; of people every field."""
    return {
        field.name
        for field in model._meta.fields
        if not field.is_relation and not field.primary_key and (isinstance(field, TEXTS) or model._meta.label in PEOPLE)
    }


@pytest.mark.parametrize("model", own_models(), ids=lambda model: model._meta.label)
def test_somebody_has_decided_of_every_field_whether_it_is_personal(model):
    registered = set(REGISTER[model].fields) if model in REGISTER else set()
    assert to_decide(model) - registered == set(NOT_PERSONAL.get(model._meta.label, "").split())


def test_no_field_is_both_personal_and_not():
    both = [
        model._meta.label
        for model in REGISTER
        if set(REGISTER[model].fields) & set(NOT_PERSONAL.get(model._meta.label, "").split())
    ]
    assert both == []


def test_masks_keep_what_their_words_say():
    assert [SURNAME("张三丰"), SURNAME(""), TAIL("2024001"), TAIL("12")] == ["张*", "", "***001", "***"]
    assert [YEAR(date(2006, 3, 1)), MAIL("zhang@a.cn")] == ["2006", "z***@a.cn"]
    assert [PHONE("13812345678"), PHONE("2168701"), PHONE("")] == ["138****5678", "****01", ""]


def test_everybody_reads_the_register(client_for, partner):
    page = client_for(partner).get(reverse("consortium:personal_register"))
    fields = [label for _title, rows in page.context["tables"] for label, _field in rows]
    assert len(fields) == sum(len(entry.fields) for entry in REGISTER.values())


# --- looking ----------------------------------------------------------------------------------------------------------
@pytest.fixture
def telephone(college):
    college.contact_name, college.contact_phone = "示例联系人", "13812345678"
    college.save()
    return college.contact_phone


def test_another_members_telephone_is_masked_on_its_page_and_by_the_api(
    client_for, api_for, partner, college, telephone
):
    page = client_for(partner).get(reverse("consortium:organization_detail", args=[college.pk])).content.decode()
    answer = api_for(partner).get(f"/api/v1/organizations/{college.pk}/").json()
    assert (telephone in page, "138****5678" in page, answer["contact_phone"]) == (False, True, "138****5678")


def test_the_member_and_the_secretariat_see_the_telephone(client_for, college_admin, secretariat, college, telephone):
    url = reverse("consortium:organization_detail", args=[college.pk])
    assert [telephone in client_for(user).get(url).content.decode() for user in (college_admin, secretariat)] == [
        True,
        True,
    ]


def test_a_reason_shows_the_telephone_once_and_is_recorded(client_for, partner, college, telephone):
    client, url = client_for(partner), reverse("consortium:organization_reveal", args=[college.pk])
    asked = client.get(url)
    shown = client.post(url, {"reason": "约定共建实训设备的时间"})
    again = client.get(url)
    assert [telephone in page.content.decode() for page in (asked, shown, again)] == [False, True, False]
    assert "no-store" in shown["Cache-Control"]
    access = PersonalDataAccess.objects.get()
    assert (access.record, access.kind, access.fields) == (college, "reveal", ["contact_phone"])
    assert (access.by, access.acting_as, access.reason) == (partner, partner.affiliation, "约定共建实训设备的时间")


@pytest.mark.parametrize("reason", ["", "    ", "看看", "  a b  "])
def test_without_a_reason_nothing_is_shown_or_recorded(client_for, partner, college, telephone, reason):
    page = client_for(partner).post(reverse("consortium:organization_reveal", args=[college.pk]), {"reason": reason})
    assert (telephone in page.content.decode(), PersonalDataAccess.objects.count()) == (False, 0)


def test_the_service_too_wants_a_reason(partner, college, telephone):
    with pytest.raises(ValidationError):
        reveal(college, fields=["contact_phone"], by=partner, reason="  abc ")


def test_a_rivals_telephone_does_not_exist_for_an_enterprise(client_for, partner, rival_enterprise):
    url = reverse("consortium:organization_reveal", args=[rival_enterprise.pk])
    assert client_for(partner).post(url, {"reason": "想知道对方的电话"}).status_code == 404


def test_a_record_is_kept_for_three_years_to_the_day():
    zone = timezone.get_current_timezone()
    assert years_later(timezone.datetime(2026, 5, 6, 23, 30, tzinfo=zone)) == date(2029, 5, 6)
    assert years_later(timezone.datetime(2028, 2, 29, 9, 0, tzinfo=zone)) == date(2031, 3, 1)


# --- the list of looks ------------------------------------------------------------------------------------------------
@pytest.fixture
def looks(college, partner, college_admin, bureau, telephone, rival_enterprise):
    for user in (partner, college_admin, bureau):
        reveal(college, fields=["contact_phone"], by=user, reason=f"理由 {user.username}")


@pytest.mark.parametrize(
    ("who", "expected"),
    [("secretariat", 3), ("auditor", 3), ("partner", 1), ("college_admin", 1), ("rival_partner", 0), ("outsider", 0)],
)
def test_the_office_sees_all_looks_and_others_their_own_organizations(request, client_for, looks, who, expected):
    user = request.getfixturevalue(who)
    page = client_for(user).get(reverse("consortium:access_list"))
    assert page.context["count"] == expected


def test_looks_are_filtered_and_exported_as_filtered(client_for, secretariat, looks, enterprise):
    url = reverse("consortium:access_list") + f"?organization={enterprise.pk}"
    client = client_for(secretariat)
    sheet = load_workbook(BytesIO(client.get(url + "&export=xlsx").content)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert [client.get(url).context["count"], len(rows), rows[1][6]] == [1, 2, "理由 partner"]


@pytest.mark.parametrize("times", [1, 3])
def test_the_list_of_looks_needs_the_same_queries_however_long(
    client_for, django_assert_num_queries, secretariat, partner, college, telephone, times
):
    for number in range(times):
        reveal(college, fields=["contact_phone"], by=partner, reason=f"第 {number} 次需要联系")
    client, url = client_for(secretariat), reverse("consortium:access_list")
    client.get(url)
    with django_assert_num_queries(8):
        client.get(url)


# --- history ----------------------------------------------------------------------------------------------------------
def test_history_keeps_personal_values_masked(secretariat, college, telephone):
    save_changes(college, by=secretariat, contact_phone="13987654321", contact_name="另一位")
    rows = HistoryEntry.objects.about(college).values_list("what", "old", "new")
    assert set(rows) == {("contact_phone", "138****5678", "139****4321"), ("contact_name", "示*", "另*")}


def test_history_names_people_by_their_masked_name(secretariat, college, partner):
    record(college, by=secretariat, what="head", new=partner)
    assert HistoryEntry.objects.about(college).get().new == f"示*（{partner.pk}）"


def test_a_role_is_remembered_without_the_persons_name(secretariat, partner, enterprise, consortium):
    role = Affiliation(
        user=partner, organization=enterprise, consortium=consortium, role="mentor", started_on=date(2026, 1, 1)
    )
    create(role, by=secretariat)
    assert partner.name not in HistoryEntry.objects.about(role).get().new


# --- one's own file ---------------------------------------------------------------------------------------------------
def test_a_person_takes_away_what_names_the_person(client_for, partner, college, telephone):
    reveal(college, fields=["contact_phone"], by=partner, reason="约定共建实训设备的时间")
    answer = client_for(partner).get(reverse("consortium:profile_file", args=["json"]))
    data = json.loads(answer.getvalue())
    assert list(data) == ["consortium.User", "consortium.Affiliation", "consortium.PersonalDataAccess"]
    assert data["consortium.User"][0]["email"] == partner.email
    assert data["consortium.PersonalDataAccess"][0]["reason"] == "约定共建实训设备的时间"
    assert answer["Content-Disposition"].startswith("attachment")


def test_the_own_file_holds_no_secrets_and_nobody_elses_address(client_for, secretariat, enterprise, consortium):
    token, key = token_of(secretariat)
    Invitation.objects.create(
        consortium=consortium, organization=enterprise, role="mentor", email="guest@example.invalid", name="受邀的人",
        secret_hash="f" * 64, invited_by=secretariat, invited_at=timezone.now(), expires_at=timezone.now(),
    )  # fmt: skip
    text = client_for(secretariat).get(reverse("consortium:profile_file", args=["json"])).getvalue().decode()
    invitation = json.loads(text)["consortium.Invitation"][0]
    assert (invitation["email"], invitation["name"]) == ("g***@example.invalid", "受*")
    secrets = [secretariat.password, key, token.secret_hash, "f" * 64, "受邀的人"]
    assert [secret in text for secret in secrets] == [False] * 5


def test_the_own_file_opens_in_excel_with_a_sheet_for_each_table(client_for, partner):
    answer = client_for(partner).get(reverse("consortium:profile_file", args=["xlsx"]))
    book = load_workbook(BytesIO(answer.getvalue()))
    assert [len(list(sheet.iter_rows())) for sheet in book] == [2, 2]


def test_there_is_no_other_kind_of_file(client_for, partner):
    assert client_for(partner).get(reverse("consortium:profile_file", args=["exe"])).status_code == 404


# --- erasure ----------------------------------------------------------------------------------------------------------
@pytest.fixture
def leaver(make_user, enterprise, consortium, secretariat):
    """Somebody who worked, was written about, and has left."""
    user = make_user("ouyang", "mentor", enterprise, consortium, NAME)
    save_changes(user, by=secretariat, email=MAIL_ADDRESS)
    yesterday = timezone.localdate() - timedelta(days=1)
    role = user.affiliations.get()
    record(enterprise, by=secretariat, what="people", new=user)
    record(role, by=secretariat, what="created", new=role)
    save_changes(role, by=secretariat, ended_on=yesterday)
    Notice.objects.create(
        user=secretariat,
        acting_as=secretariat.affiliation,
        kind="hours",
        text=f"{NAME} 提交了工时",
        url="/",
        at=timezone.now(),
    )
    Notice.objects.create(user=user, acting_as=role, kind="hours", text="退回", url="/", at=timezone.now())
    Invitation.objects.create(
        consortium=consortium, organization=enterprise, role="mentor", email=MAIL_ADDRESS, name=NAME,
        secret_hash="a" * 64, invited_by=secretariat, invited_at=timezone.now(), expires_at=timezone.now(),
        accepted_by=user, accepted_at=timezone.now(),
    )  # fmt: skip
    EmailAddress.objects.create(user=user, email=MAIL_ADDRESS, primary=True)
    token_of(user)
    LogEntry.objects.create(
        user=secretariat, content_type=ContentType.objects.get_for_model(User), object_id=user.pk, object_repr=NAME,
        action_flag=CHANGE, change_message=json.dumps([{"added": {"object": f"{NAME} · 导师"}}]),
    )  # fmt: skip
    return User.objects.get(pk=user.pk)


def everywhere(text: str) -> list[str]:
    """The columns of all tables in which ``text`` stands, plain or as JSON writes it: as the database itself says."""
    found, escaped = [], json.dumps(text)[1:-1].replace("\\", "\\\\")
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}" LIMIT 0')
            for name in [column[0] for column in cursor.description]:
                here = f"CAST(\"{name}\" AS text) LIKE %s ESCAPE '\\'"
                sql = f'SELECT count(*) FROM "{table}" WHERE {here} OR {here}'
                cursor.execute(sql, [f"%{text}%", f"%{escaped}%"])
                if cursor.fetchone()[0]:
                    found.append(f"{table}.{name}")
    return found


def test_an_erased_person_stands_nowhere_in_the_database(leaver, secretariat):
    assert {"consortium_user.name", "consortium_notice.text", "django_admin_log.change_message"} <= set(
        everywhere(NAME)
    )
    erase_user(leaver, by=secretariat, reason="本人书面申请注销")
    assert [everywhere(NAME), everywhere("ouyang"), everywhere("aishan@")] == [[], [], []]


def test_what_the_law_keeps_stays_under_a_pseudonym(leaver, secretariat, enterprise):
    before = HistoryEntry.objects.count()
    erase_user(leaver, by=secretariat, reason="本人书面申请注销")
    person = User.objects.get(pk=leaver.pk)
    assert (person.name, person.email, person.is_active) == (f"已注销用户 {person.pk}", "", False)
    assert person.has_usable_password() is False
    assert (HistoryEntry.objects.count(), person.affiliations.count()) == (before + 1, 1)
    assert HistoryEntry.objects.about(person).latest("pk").reason == "本人书面申请注销"
    assert (person.api_tokens.count(), UserSession.objects.count(), Notice.objects.filter(user=person).count()) == (
        0,
        0,
        0,
    )


def test_an_open_session_ends_with_the_erasure(client, make_user, enterprise, consortium, secretariat):
    user = make_user("visitor", "mentor", enterprise, consortium, "来访的人")
    client.post(reverse("account_login"), {"login": "visitor", "password": "a-long-password"})
    assert (Session.objects.count(), UserSession.objects.filter(user=user).count()) == (1, 1)
    user.affiliations.update(ended_on=date(2020, 1, 1))
    erase_user(user, by=secretariat, reason="本人书面申请注销")
    assert (Session.objects.count(), UserSession.objects.count()) == (0, 0)
    assert client.get(reverse("consortium:profile_data")).status_code == 302


def test_nobody_is_erased_who_operates_the_system_or_has_a_role(client_for, partner, secretariat):
    partner.is_staff = True
    partner.save()
    with pytest.raises(Refused) as refusal:
        erase_user(partner, by=secretariat, reason="本人书面申请注销")
    sentences = ["此人是系统运维人员。", "在示例企业一的“合作企业”角色仍然有效。"]
    page = client_for(secretariat).get(reverse("consortium:person_erase", args=[partner.pk]))
    assert [str(refusal.value).split(" "), page.context["hindrances"]] == [sentences, sentences]


def test_only_the_secretariat_erases(client_for, leaver, partner, auditor, college_admin):
    url = reverse("consortium:person_erase", args=[leaver.pk])
    answers = [
        client_for(user).post(url, {"reason": "本人书面申请注销"}).status_code
        for user in (partner, auditor, college_admin)
    ]
    assert (answers, User.objects.get(pk=leaver.pk).name) == ([403, 403, 404], NAME)


def test_nobody_is_erased_twice(leaver, secretariat):
    erase_user(leaver, by=secretariat, reason="本人书面申请注销")
    with pytest.raises(Refused):
        erase_user(leaver, by=secretariat, reason="本人书面申请注销")


def test_who_was_erased_gets_no_role_again(leaver, secretariat, enterprise):
    erase_user(leaver, by=secretariat, reason="本人书面申请注销")
    with pytest.raises(Refused):
        add_role(Affiliation(user=leaver, organization=enterprise, role="mentor"), by=secretariat)
    assert leaver.affiliations.count() == 1


def test_a_refused_write_is_logged_without_its_values(caplog, enterprise, secretariat):
    with pytest.raises((Refused, ValidationError)):
        twin = type(enterprise)(name=NAME, kind="enterprise", credit_code=enterprise.credit_code)
        twin.full_clean = lambda: None  # as if somebody had registered it between the check and the write
        create(twin, by=secretariat)
    assert (len(caplog.records), enterprise.credit_code in caplog.text) == (1, False)


def test_every_entry_of_the_register_is_about_somebody():
    wrong = [
        entry.model._meta.label
        for entry in REGISTER.values()
        if entry.person not in ("", "self") and entry.model._meta.get_field(entry.person).related_model not in REGISTER
    ]
    assert wrong == []
    assert personal.label_of(PersonalDataAccess, "name") == str(User._meta.get_field("name").verbose_name)
