import datetime

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from consortium.models import Affiliation, HistoryEntry, Membership, User
from consortium.permissions import may
from consortium.personal import name_of
from consortium.templatetags.people import device

TODAY = datetime.date(2026, 3, 2)


def test_a_person_acts_as_the_oldest_role_in_force_unless_another_is_chosen(partner, college, consortium):
    second = Affiliation.objects.create(
        user=partner, organization=college, consortium=consortium, role="expert", started_on=TODAY
    )
    assert User.objects.get(pk=partner.pk).affiliation.role == "partner"
    User.objects.filter(pk=partner.pk).update(acting=second)
    assert User.objects.get(pk=partner.pk).affiliation == second


def test_rights_are_those_of_the_acting_role_and_not_the_union(secretariat, enterprise, consortium):
    other = Affiliation.objects.create(
        user=secretariat, organization=enterprise, consortium=consortium, role="partner", started_on=TODAY
    )
    User.objects.filter(pk=secretariat.pk).update(acting=other)
    assert may(User.objects.get(pk=secretariat.pk), "organization.add") is False


def test_a_role_that_ends_stops_with_the_next_request(client_for, secretariat):
    client = client_for(secretariat)
    page = reverse("consortium:organization_create")
    assert client.get(page).status_code == 200
    secretariat.affiliations.update(ended_on=TODAY)
    assert client.get(page).status_code == 403


def test_an_organization_that_left_takes_its_people_along(enterprise, partner):
    assert User.objects.get(pk=partner.pk).affiliation.organization == enterprise
    enterprise.memberships.update(left_on=TODAY)
    assert User.objects.get(pk=partner.pk).affiliation is None


def test_a_role_needs_membership_in_the_same_consortium(partner, other_consortium):
    partner.affiliations.update(consortium=other_consortium)
    assert User.objects.get(pk=partner.pk).affiliation is None


def test_an_organization_of_two_consortia_gives_its_people_one_role(partner, enterprise, consortium, other_consortium):
    Membership.objects.create(consortium=other_consortium, organization=enterprise, joined_on=TODAY)
    assert [row.user for row in Affiliation.objects.in_force()] == [partner]
    enterprise.memberships.filter(consortium=consortium).update(left_on=TODAY)
    assert [row.user for row in Affiliation.objects.in_force()] == []


def test_a_user_signs_in_and_out_by_name_and_password(client, partner):
    signed_in = client.post(reverse("account_login"), {"login": "partner", "password": "a-long-password"})
    assert (signed_in.status_code, signed_in.url) == (302, "/")
    assert client.get("/api/v1/me/").json()["username"] == "partner"
    client.post(reverse("account_logout"))
    assert client.get("/api/v1/me/").status_code in (401, 403)


def test_nobody_signs_up_by_themselves(client, db):
    client.post(reverse("account_signup"), {"username": "me", "password1": "a-long-one", "password2": "a-long-one"})
    assert User.objects.count() == 0


def test_a_wrong_password_is_answered_in_one_sentence(client, partner):
    response = client.post(reverse("account_login"), {"login": "partner", "password": "wrong"})
    assert len(response.context["form"].non_field_errors()) == 1
    assert "_auth_user_id" not in client.session


def test_the_language_is_switched(client_for, partner):
    client = client_for(partner)
    page = reverse("consortium:organization_list")
    assert client.get(page).headers["Content-Language"] == "zh-hans"
    client.post(reverse("set_language"), {"language": "en", "next": page})
    assert client.get(page).headers["Content-Language"] == "en"


def test_me_names_the_affiliations_and_the_acting_one(api_for, partner, enterprise):
    assert api_for(partner).get("/api/v1/me/").json() == {
        "id": partner.pk,
        "username": "partner",
        "name": "示例企业人员",
        "email": "partner@example.invalid",
        "affiliations": [
            {
                "id": partner.affiliation.pk,
                "organization": enterprise.pk,
                "organization_name": "示例企业一",
                "consortium": "xingtai",
                "role": "partner",
                "started_on": "2019-04-01",
                "ended_on": None,
                "acting": True,
            }
        ],
    }


def test_a_token_signs_in_and_a_new_one_replaces_it(client, partner, capsys):
    def answer(token):
        return client.get("/api/v1/me/", headers={"Authorization": f"Token {token}"}).status_code

    call_command("create_token", "partner")
    first = capsys.readouterr().out.strip()
    assert answer(first) == 200
    call_command("create_token", "partner")
    second = capsys.readouterr().out.strip()
    assert (answer(first), answer(second)) == (401, 200)


def test_a_role_given_by_the_operator_stands_in_the_persons_history(admin_client, admin_user, partner, college):
    page = reverse("admin:consortium_user_change", args=[partner.pk])
    form = admin_client.get(page).context["inline_admin_formsets"][0].formset
    sent = {f"{form.prefix}-{name}": value for name, value in form.management_form.initial.items()}
    sent |= {f"{form.prefix}-0-{field.name}": field.value() or "" for field in form.forms[0]}
    row = f"{form.prefix}-1-"
    sent |= {f"{form.prefix}-TOTAL_FORMS": 2, f"{row}user": partner.pk, f"{row}organization": college.pk}
    sent |= {f"{row}consortium": partner.affiliation.consortium_id, f"{row}role": "expert", f"{row}started_on": TODAY}
    sent |= {"username": "partner", "name": partner.name, "is_active": "on", "acting": "", "email": partner.email}
    answer = admin_client.post(page, sent)
    assert answer.status_code == 302, answer.context["errors"]
    row = HistoryEntry.objects.of(partner).get()
    given = Affiliation.objects.get(user=partner, role="expert")
    assert (row.actor, row.what, row.new) == (admin_user, "affiliations", name_of(given))


def test_a_whole_office_signs_in_from_one_address(make_user, college, consortium):
    make_user("clerk", "college_admin", college, consortium)
    answers = {
        Client().post(reverse("account_login"), {"login": "clerk", "password": "a-long-password"}).status_code
        for _person in range(40)
    }
    assert answers == {302}


def test_one_sees_where_one_is_signed_in_and_signs_out_everywhere_else(partner, settings):
    settings.LANGUAGE_CODE = "en"
    here, elsewhere = Client(), Client()
    for client in (here, elsewhere):
        client.post(reverse("account_login"), {"login": "partner", "password": "a-long-password"})
    html = here.get(reverse("usersessions_list")).content.decode()
    assert (html.count("Unknown device"), html.count("This device")) == (2, 1)
    here.post(reverse("usersessions_list"))
    assert here.get("/api/v1/me/").status_code == 200
    assert elsewhere.get("/api/v1/me/").status_code in (401, 403)


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64) Chrome/109 Safari/537.36", "Windows computer · Chrome"),
        ("Mozilla/5.0 (Linux; Android 13) Chrome/107 MicroMessenger/8.0.47", "Android phone · WeChat"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17 like Mac OS X) Version/17 Safari/604", "iPhone · Safari"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/120 Safari/537 Edg/120", "Windows computer · Edge"),
        ("curl/8", "Unknown device"),
    ],
)  # fmt: skip
def test_a_device_is_named_for_people(user_agent, name):
    with override("en"):
        assert device(user_agent) == name
