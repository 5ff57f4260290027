"""Several roles of one person, their end, the list of people, and what people set for themselves."""

import datetime
import io

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from consortium.models import Affiliation, HistoryEntry, Invitation, Notice, PersonalDataAccess, User
from consortium.services import Refused
from consortium.services.people import act_as, add_role, end_role, invite

from .tokens import headers, token_of

LIST, PROFILE = reverse("consortium:person_list"), reverse("consortium:profile")
TODAY = datetime.date(2026, 3, 2)


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def give(consortium):
    """A function that gives somebody a further role."""

    def make(user: User, role: str, organization) -> Affiliation:
        return Affiliation.objects.create(
            user=user, organization=organization, consortium=consortium, role=role, started_on=TODAY
        )

    return make


def again(user: User) -> User:
    """The person as the next request finds them."""
    return User.objects.get(pk=user.pk)


def of_token(user: User) -> dict:
    return headers(token_of(user)[1])


# --- switching --------------------------------------------------------------------------------------------------------
def test_one_switches_the_role_in_the_menu_and_it_stands_in_the_history(client_for, partner, college, give):
    second = give(partner, "mentor", college)
    client = client_for(partner)
    assert client.get(PROFILE).content.decode().count(f'name="affiliation" value="{second.pk}"') == 2  # menu, profile
    assert client.post(reverse("consortium:acting"), {"affiliation": second.pk}).url == "/"
    assert again(partner).affiliation == second
    row = HistoryEntry.objects.of(partner).get()
    assert (row.what, row.actor, row.acting_as.role) == ("acting", partner, "partner")
    client.post(reverse("consortium:acting"), {"affiliation": second.pk})
    assert HistoryEntry.objects.of(partner).count() == 1


def test_rights_are_those_of_the_acting_role_on_pages_and_by_token_never_the_union(
    client, client_for, secretariat, enterprise, rival_enterprise, give
):
    token, pages = of_token(secretariat), client_for(secretariat)
    new, members = reverse("consortium:organization_create"), "/api/v1/organizations/"

    def answers() -> tuple:
        seen = client.get(members, headers=token).json()["results"]
        refused = client.post(members, {}, content_type="application/json", headers=token).status_code
        return pages.get(new).status_code, len(seen), refused

    assert answers() == (200, 3, 400)
    second = give(secretariat, "partner", enterprise)
    assert answers() == (200, 3, 400)
    act_as(second, by=again(secretariat))
    assert answers() == (403, 2, 403)  # the rival is out of sight
    act_as(secretariat.affiliation, by=again(secretariat))
    assert answers() == (200, 3, 400)


@pytest.mark.parametrize("sent", ["foreign", "ended", "nothing", "none"])
def test_nobody_acts_as_somebody_else_or_as_what_has_ended(client_for, partner, rival_partner, college, give, sent):
    ended = give(partner, "mentor", college)
    Affiliation.objects.filter(pk=ended.pk).update(ended_on=TODAY)
    values = {"foreign": rival_partner.affiliation.pk, "ended": ended.pk, "nothing": 10**9, "none": "x"}
    answer = client_for(partner).post(reverse("consortium:acting"), {"affiliation": values[sent]}, follow=True)
    assert [str(message) for message in answer.context["messages"]] == ["You do not have this role now."]
    assert again(partner).acting is None
    with pytest.raises(Refused, match="You do not have this role now."):
        act_as(rival_partner.affiliation, by=again(partner))


def test_when_the_acting_role_ends_the_oldest_that_is_left_acts(partner, secretariat, college, give):
    second = give(partner, "mentor", college)
    act_as(second, by=again(partner))
    end_role(second, by=secretariat, reason="left the college")
    assert again(partner).affiliation.role == "partner"


# --- giving and ending ------------------------------------------------------------------------------------------------
def test_the_secretariat_gives_somebody_known_a_further_role(client_for, secretariat, partner, college):
    page = reverse("consortium:affiliation_create", args=[partner.pk])
    client_for(secretariat).post(page, {"organization": college.pk, "role": "mentor"})
    given = partner.affiliations.get(role="mentor")
    assert (given.organization, given.started_on, given.ended_on) == (college, timezone.localdate(), None)
    assert [row.what for row in HistoryEntry.objects.of(given)] == ["created"]
    assert Notice.objects.get(user=partner).text == "You have a new role: Mentor at 示例职业技术学院."
    twice = client_for(secretariat).post(page, {"organization": college.pk, "role": "mentor"})
    assert twice.context["form"].non_field_errors() == ["This person has this role there already."]


def test_a_role_is_given_only_where_it_fits_and_by_whom_the_table_lets(
    client_for, api_for, secretariat, college_admin, partner, college, enterprise
):
    page = reverse("consortium:affiliation_create", args=[partner.pk])
    wrong = client_for(secretariat).post(page, {"organization": college.pk, "role": "partner"})
    assert wrong.context["form"].non_field_errors() == [
        "“Partner enterprise” is no role in “示例职业技术学院”: Higher vocational college."
    ]
    colleague = reverse("consortium:affiliation_create", args=[college_admin.pk])
    assert client_for(college_admin).post(colleague, {"organization": college.pk, "role": "mentor"}).status_code == 403
    assert client_for(college_admin).post(page, {"organization": college.pk, "role": "mentor"}).status_code == 404
    assert partner.affiliations.count() == 1


def test_no_role_is_given_in_an_organization_that_has_left(secretariat, partner, college2, consortium):
    college2.memberships.update(left_on=TODAY)
    with pytest.raises(Refused, match="示例职教中心 is no longer a member."):
        add_role(Affiliation(user=partner, organization=college2, role="mentor"), by=secretariat)


def test_a_role_is_ended_with_a_reason_and_what_its_holder_invited_is_withdrawn(client_for, secretariat, partner):
    own = partner.affiliation
    invitation = Invitation(name="新", email="new@example.invalid", organization=own.organization, role="mentor")
    invite(invitation, days=7, by=partner)
    page = reverse("consortium:affiliation_end", args=[own.pk])
    client = client_for(secretariat)
    assert client.get(page).context["going"] == [
        "Access in open sessions and by API token",
        "Invitation of 新 is withdrawn",
    ]
    assert list(client.post(page, {"reason": ""}).context["form"].errors) == ["reason"]
    client.post(page, {"reason": "has left the enterprise"})
    own.refresh_from_db()
    row = HistoryEntry.objects.of(own).get()
    assert (own.ended_on, row.reason, row.actor) == (timezone.localdate(), "has left the enterprise", secretariat)
    assert Invitation.objects.get().status == "withdrawn"
    again_ = client.post(page, {"reason": "has left the enterprise"})
    assert again_.context["form"].non_field_errors() == ["This role has ended already."]


def test_an_administrator_ends_what_it_may_give_and_nothing_else(
    client_for, college_admin, college_mentor, secretariat, partner, other_college_admin
):
    def answer(by: User, affiliation: Affiliation) -> int:
        page = reverse("consortium:affiliation_end", args=[affiliation.pk])
        return client_for(by).post(page, {"reason": "has left us"}).status_code

    assert answer(college_admin, secretariat.affiliation) == 403  # of the same college
    assert answer(college_admin, partner.affiliation) == 403
    assert answer(partner, college_admin.affiliation) == 403
    assert answer(college_admin, college_mentor.affiliation) == 302
    assert Affiliation.objects.ended().get() == college_mentor.affiliation


def test_the_last_secretariat_cannot_end(client_for, secretariat, make_user, college, consortium):
    with pytest.raises(Refused, match="This is the last secretariat of the consortium."):
        end_role(secretariat.affiliation, by=secretariat, reason="tired of it")
    second = make_user("second", "secretariat", college, consortium)
    end_role(secretariat.affiliation, by=secretariat, reason="tired of it")
    with pytest.raises(Refused, match="This is the last secretariat of the consortium."):
        end_role(second.affiliation, by=second, reason="tired of it")


def test_a_secretariat_of_another_consortium_does_not_count(secretariat, make_user, outsider, other_consortium):
    make_user("second", "secretariat", outsider.affiliation.organization, other_consortium)
    with pytest.raises(Refused, match="This is the last secretariat of the consortium."):
        end_role(secretariat.affiliation, by=secretariat, reason="tired of it")


def test_a_role_that_has_not_begun_ends_without_ever_working(secretariat, partner):
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    partner.affiliations.update(started_on=tomorrow)
    end_role(partner.affiliations.get(), by=secretariat, reason="was a mistake")
    assert partner.affiliations.get().ended_on == tomorrow
    assert list(Affiliation.objects.in_force(tomorrow).filter(user=partner)) == []


def test_a_person_is_not_given_the_same_role_twice_even_by_the_operator(partner, give, enterprise):
    with pytest.raises(IntegrityError), transaction.atomic():
        give(partner, "partner", enterprise)
    partner.affiliations.update(ended_on=TODAY)
    give(partner, "partner", enterprise)
    assert partner.affiliations.count() == 2


# --- the list and the page --------------------------------------------------------------------------------------------
def shown(client: Client, **asked) -> set[tuple[str, str]]:
    return {(row.user.username, row.role) for row in client.get(LIST, asked).context["page"]}


def test_the_secretariat_sees_everybody_of_the_consortium_and_others_their_own_people(
    client_for, secretariat, college_admin, college_mentor, partner, mentor, rival_partner, outsider, auditor
):
    everybody = {
        ("secretariat", "secretariat"), ("college_admin", "college_admin"), ("college_mentor", "mentor"),
        ("partner", "partner"), ("mentor", "mentor"), ("rival_partner", "partner"), ("auditor", "auditor"),
    }  # fmt: skip
    assert shown(client_for(secretariat)) == shown(client_for(auditor)) == everybody
    assert shown(client_for(college_admin)) == {row for row in everybody if row[0] in {
        "secretariat", "college_admin", "college_mentor",
    }}  # fmt: skip
    assert shown(client_for(partner)) == {("partner", "partner"), ("mentor", "mentor")}


@pytest.mark.parametrize("who", ["mentor", "bureau", "expert"])
def test_others_have_no_list_of_people(request, client_for, who):
    assert client_for(request.getfixturevalue(who)).get(LIST).status_code == 403


def test_people_are_found_by_name_sign_in_name_organization_role_state_and_sleep(
    client_for, secretariat, partner, rival_partner, rival_enterprise
):
    client = client_for(secretariat)
    User.objects.filter(pk=partner.pk).update(last_login=timezone.now() - datetime.timedelta(days=91))
    rival_partner.affiliations.update(ended_on=TODAY)
    one, two, three = ("secretariat", "secretariat"), ("partner", "partner"), ("rival_partner", "partner")
    assert shown(client, q="示例企业人员") == {two}
    assert shown(client, q="rival_") == {three}
    assert shown(client, q="示例企业二") == {three}
    assert shown(client, role="partner") == {two, three}
    assert shown(client, organization=rival_enterprise.pk) == {three}
    assert shown(client, state="in_force") == {one, two}
    assert shown(client, state="ended") == {three}
    assert shown(client, dormant="true") == {two, three}  # not for 90 days, never
    assert shown(client, dormant="false") == {one}


def test_a_masked_sign_in_name_is_not_found_by_guessing(client_for, college_admin, college_mentor):
    client = client_for(college_admin)
    assert shown(client, q="college_men") == set()
    assert shown(client, q="示例学院导师") == {("college_mentor", "mentor")}
    assert client.get(LIST).content.decode().count("college_mentor") == 0


def test_the_page_of_a_person_is_for_those_who_see_the_person(
    client_for, secretariat, partner, mentor, rival_partner, outsider, college_admin
):
    page = reverse("consortium:person_detail", args=[mentor.pk])
    answers = {user.username: client_for(user).get(page).status_code for user in (
        secretariat, partner, mentor, rival_partner, outsider, college_admin,
    )}  # fmt: skip
    assert answers == {
        "secretariat": 200, "partner": 200, "mentor": 404, "rival_partner": 404, "outsider": 404, "college_admin": 404,
    }  # fmt: skip


def test_the_page_shows_the_roles_of_now_and_before_and_not_those_at_a_rival(
    client_for, secretariat, partner, mentor, rival_enterprise, college, give
):
    give(mentor, "mentor", rival_enterprise)
    Affiliation.objects.filter(pk=give(mentor, "expert", college).pk).update(ended_on=TODAY)
    Client().post(reverse("account_login"), {"login": "mentor", "password": "a-long-password"})
    page = reverse("consortium:person_detail", args=[mentor.pk])

    def roles(by: User) -> tuple:
        context = client_for(by).get(page).context
        now = [(row["affiliation"].role, row["affiliation"].organization.name) for row in context["now"]]
        return now, [row.role for row in context["earlier"]], context["sessions"]

    assert roles(secretariat) == ([("mentor", "示例企业一"), ("mentor", "示例企业二")], ["expert"], 1)
    assert roles(partner) == ([("mentor", "示例企业一")], ["expert"], 1)


def test_the_export_of_people_is_masked_or_asks_for_a_reason(client_for, secretariat, partner):
    client = client_for(secretariat)
    page = client.get(LIST, {"export": "xlsx", "role": "partner"})
    order = page.context["order"]
    masked = client.post(reverse("consortium:export_create"), {"order": order, "masked": "1"})
    assert _rows(masked)[0][:2] == ["示*", "p*"]
    assert PersonalDataAccess.objects.count() == 0
    clear = client.post(reverse("consortium:export_create"), {"order": order, "reason": "yearly review of access"})
    assert _rows(clear)[0][:2] == ["示例企业人员", "partner"]
    assert PersonalDataAccess.objects.get().record == partner


def _rows(answer) -> list[list]:
    return [
        list(row) for row in load_workbook(io.BytesIO(answer.content)).active.iter_rows(min_row=2, values_only=True)
    ]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_needs_a_constant_number_of_queries(
    client_for, secretariat, make_user, enterprise, consortium, django_assert_num_queries, rows
):
    for number in range(rows):
        make_user(f"m{number}", "mentor", enterprise, consortium)
    client = client_for(secretariat)
    with django_assert_num_queries(6):
        client.get(LIST)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_of_a_person_needs_a_constant_number_of_queries(
    client_for, secretariat, partner, college, college2, give, django_assert_num_queries, rows
):
    for organization, role in [(college, "mentor"), (college2, "mentor"), (college2, "expert")][: rows - 1]:
        give(partner, role, organization)
    client = client_for(secretariat)
    with django_assert_num_queries(10):
        client.get(reverse("consortium:person_detail", args=[partner.pk]))


# --- one's own --------------------------------------------------------------------------------------------------------
def test_the_language_of_the_profile_is_that_of_every_sign_in(client_for, partner):
    client = client_for(partner)
    client.post(reverse("consortium:profile_language"), {"language": "zh-hans"})
    assert client.get(PROFILE).headers["Content-Language"] == "zh-hans"
    fresh = Client()
    assert fresh.get(reverse("account_login")).headers["Content-Language"] == "en"
    fresh.post(reverse("account_login"), {"login": "partner", "password": "a-long-password"})
    assert fresh.get(PROFILE).headers["Content-Language"] == "zh-hans"
    row = HistoryEntry.objects.of(partner).exclude(what="signed in").get()
    assert (row.what, row.old, row.new) == ("language", "", "zh-hans")


def test_a_language_that_the_program_does_not_have_is_refused(client_for, partner):
    page = client_for(partner).post(reverse("consortium:profile_language"), {"language": "tlh"})
    assert (list(page.context["form"].errors), again(partner).language) == (["language"], "")


def test_the_profile_opens_for_everybody_even_without_a_role(client_for, partner, auditor):
    partner.affiliations.update(ended_on=TODAY)
    for user in (partner, auditor):
        assert client_for(user).get(PROFILE).status_code == 200


def test_an_account_that_is_switched_off_is_told_whom_to_ask(partner):
    User.objects.filter(pk=partner.pk).update(is_active=False)
    answer = Client().post(reverse("account_login"), {"login": "partner", "password": "a-long-password"}, follow=True)
    assert answer.content.decode().count("ask the consortium office") == 1


def test_who_switches_an_account_off_stands_in_the_persons_history(admin_client, admin_user, partner):
    page = reverse("admin:consortium_user_change", args=[partner.pk])
    form = admin_client.get(page).context["inline_admin_formsets"][0].formset
    sent = {f"{form.prefix}-{name}": value for name, value in form.management_form.initial.items()}
    sent |= {f"{form.prefix}-0-{field.name}": field.value() or "" for field in form.forms[0]}
    sent |= {"username": "partner", "name": partner.name, "acting": "", "email": partner.email, "language": ""}
    answer = admin_client.post(page, sent)
    assert answer.status_code == 302, answer.context["errors"]
    row = HistoryEntry.objects.of(partner).get()
    assert (row.actor, row.what, row.old, row.new) == (admin_user, "is_active", "True", "False")
