"""Invitations: who may send which, and that a link works once, in time, and for its addressee only."""

import hashlib
import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from consortium.models import Affiliation, HistoryEntry, Invitation, Notice, User
from consortium.services import Refused
from consortium.services.people import accept, find_invitation, invite, join, send_again, withdraw

NEW = reverse("consortium:invitation_create")
ADDRESS = "new.person@example.invalid"


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.LANGUAGE_CODE = "en"
    cache.clear()  # the limits of tries


@pytest.fixture
def invited(enterprise):
    """A function that has somebody invite an address, and gives the invitation with its secret."""

    def make(by: User, *, email: str = ADDRESS, role: str = "mentor", organization=enterprise, days: int = 7):
        invitation = Invitation(name="示例新人", email=email, organization=organization, role=role)
        invite(invitation, days=days, by=by)
        return invitation

    return make


def link_of(invitation: Invitation) -> str:
    return reverse("consortium:invitation_accept", args=[invitation.secret])


def body(organization, role="mentor", **more) -> dict:
    return {"name": "示例新人", "email": ADDRESS, "organization": organization.pk, "role": role, "days": 7} | more


JOINING = {
    "name": "示例新人",
    "username": "xinren",
    "password1": "a-long-password-of-mine",
    "password2": "a-long-password-of-mine",
}


# --- sending ----------------------------------------------------------------------------------------------------------
def test_an_invitation_is_mailed_shown_once_and_kept_as_a_hash_only(client_for, secretariat, enterprise):
    page = client_for(secretariat).post(NEW, body(enterprise, "partner"))
    assert page.status_code == 200
    (link,) = set(re.findall(r"http://testserver/consortium/invitations/accept/([\w-]+)/", page.content.decode()))
    (sent,) = mail.outbox
    assert (sent.to, sent.body.count(f"/accept/{link}/")) == ([ADDRESS], 1)
    invitation = Invitation.objects.get()
    assert invitation.secret_hash == hashlib.sha256(link.encode()).hexdigest()
    assert len(link) == 43  # 32 bytes
    assert (invitation.expires_at - invitation.invited_at, invitation.invited_by) == (timedelta(days=7), secretariat)
    values = [str(value) for row in HistoryEntry.objects.values() for value in row.values()]
    assert [value for value in values if link in value] == []
    assert "no-store" in page.headers["Cache-Control"]


def test_a_mail_server_that_is_away_loses_no_invitation(client_for, secretariat, enterprise, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    page = client_for(secretariat).post(NEW, body(enterprise))
    assert (page.status_code, page.context["mailed"], Invitation.objects.count()) == (200, False, 1)
    assert page.content.decode().count("could not be sent") == 1


@pytest.mark.parametrize("days", ["0", "31", "-1", "x", ""])
def test_an_invitation_holds_for_one_to_thirty_days(client_for, secretariat, enterprise, days):
    page = client_for(secretariat).post(NEW, body(enterprise, days=days))
    assert (list(page.context["form"].errors), Invitation.objects.count()) == (["days"], 0)


@pytest.mark.parametrize(
    ("who", "offered"),
    [
        ("secretariat", {"secretariat", "college_admin", "partner", "mentor", "bureau", "expert", "auditor"}),
        ("college_admin", {"college_admin", "mentor"}),
        ("partner", {"partner", "mentor"}),
    ],
)
def test_the_form_offers_what_the_inviter_may_give(request, client_for, college, rival_enterprise, who, offered):
    user = request.getfixturevalue(who)
    form = client_for(user).get(NEW).context["form"]
    assert {value for value, _label in form.fields["role"].choices} - {""} == offered
    own = {user.affiliation.organization}
    everything = own | {college, rival_enterprise}
    assert set(form.fields["organization"].queryset) == (everything if who == "secretariat" else own)


@pytest.mark.parametrize("role", ["secretariat", "college_admin", "bureau", "expert", "auditor"])
def test_a_partner_gives_no_other_role_even_with_a_forged_form(client_for, partner, enterprise, role):
    page = client_for(partner).post(NEW, body(enterprise, role))
    assert (list(page.context["form"].errors), Invitation.objects.count()) == (["role"], 0)
    with pytest.raises(Refused, match="You may not give this role there."):
        invite(Invitation(**_fields(enterprise, role)), days=7, by=partner)


def test_nobody_invites_into_a_foreign_organization_and_it_answers_as_one_that_does_not_exist(
    client_for, partner, college_admin, rival_enterprise, college2
):
    for user, foreign in ((partner, rival_enterprise), (college_admin, college2)):
        there = client_for(user).post(NEW, body(foreign))
        nowhere = client_for(user).post(NEW, body(foreign) | {"organization": 10**9})
        assert there.context["form"].errors == nowhere.context["form"].errors
        assert list(there.context["form"].errors) == ["organization"]
        with pytest.raises(Refused, match="You may not give this role there."):
            invite(Invitation(**_fields(foreign, "mentor")), days=7, by=user)
    assert Invitation.objects.count() == 0


def _fields(organization, role) -> dict:
    return {"name": "示例新人", "email": ADDRESS, "organization": organization, "role": role}


@pytest.mark.parametrize("who", ["mentor", "bureau", "expert", "auditor"])
def test_others_invite_nobody(request, client_for, enterprise, who):
    client = client_for(request.getfixturevalue(who))
    assert (client.get(NEW).status_code, client.post(NEW, body(enterprise)).status_code) == (403, 403)
    assert Invitation.objects.count() == 0


@pytest.mark.parametrize(("role", "fits"), [("partner", False), ("bureau", False), ("college_admin", True)])
def test_a_role_fits_the_kind_of_its_organization(client_for, secretariat, college, role, fits):
    client_for(secretariat).post(NEW, body(college, role))
    assert Invitation.objects.count() == fits


def test_an_address_has_one_pending_invitation_to_a_role(client_for, secretariat, invited, enterprise):
    first = invited(secretariat)
    page = client_for(secretariat).post(NEW, body(enterprise, email=ADDRESS.upper()))
    assert page.context["form"].non_field_errors() == [
        "This address is invited to this role already. Send that invitation again, or withdraw it."
    ]
    withdraw(first, by=secretariat)
    client_for(secretariat).post(NEW, body(enterprise))
    assert [row.status for row in Invitation.objects.order_by("pk")] == ["withdrawn", "open"]


def test_whoever_has_the_role_is_not_invited_to_it(client_for, secretariat, mentor, enterprise):
    page = client_for(secretariat).post(NEW, body(enterprise, email=mentor.email.upper()))
    assert page.context["form"].non_field_errors() == ["Whoever has this address has this role there already."]


def test_an_organization_that_has_left_is_not_offered(client_for, secretariat, enterprise):
    enterprise.memberships.update(left_on=timezone.localdate())
    page = client_for(secretariat).post(NEW, body(enterprise))
    assert (list(page.context["form"].errors), Invitation.objects.count()) == (["organization"], 0)


# --- coming in --------------------------------------------------------------------------------------------------------
def test_somebody_new_gets_an_account_with_the_invited_address_and_is_signed_in(invited, secretariat, enterprise):
    invitation = invited(secretariat, role="partner")
    client = Client()
    form = client.get(link_of(invitation)).context["form"]
    assert form.initial["name"] == "示例新人"
    answer = client.post(link_of(invitation), JOINING | {"email": "another@example.invalid"})
    assert (answer.status_code, answer.url) == (302, "/")
    user = User.objects.get(username="xinren")
    assert (user.email, user.name, user.is_staff) == (ADDRESS, "示例新人", False)
    assert [(row.role, row.organization, row.started_on) for row in user.affiliations.all()] == [
        ("partner", enterprise, timezone.localdate())
    ]
    assert client.get("/api/v1/me/").json()["username"] == "xinren"
    assert Notice.objects.get(user=secretariat).text == "示例新人 has accepted your invitation."
    acts = [(row.what, row.actor) for row in HistoryEntry.objects.of(invitation).order_by("pk")]
    assert acts == [("created", secretariat), ("Invitation accepted", user)]


def test_an_invitation_works_once(invited, secretariat):
    invitation = invited(secretariat)
    Client().post(link_of(invitation), JOINING)
    again = Client().post(link_of(invitation), JOINING | {"username": "another"})
    assert (again.status_code, User.objects.filter(email=ADDRESS).count()) == (404, 1)


def test_a_link_that_is_unknown_used_withdrawn_or_too_old_is_all_the_same_to_a_stranger(
    invited, secretariat, enterprise
):
    used, late, dead, left = (invited(secretariat, email=f"{name}@example.invalid") for name in "abcd")
    join(User(username="a", name="甲"), find_invitation(used.secret), password="a-long-password")
    Invitation.objects.filter(pk=late.pk).update(expires_at=timezone.now())
    withdraw(dead, by=secretariat)
    enterprise.memberships.update(left_on=timezone.localdate())
    secrets = [used.secret, late.secret, dead.secret, left.secret, "x" * 43, "1", "无"]
    answers = [Client().get(reverse("consortium:invitation_accept", args=[secret])) for secret in secrets]
    assert [answer.status_code for answer in answers] == [404] * 7
    token = re.compile(rb'name="csrfmiddlewaretoken" value="\w+"|/accept/[^/"]+/|next" value="[^"]+"')
    assert len({token.sub(b"", answer.content) for answer in answers}) == 1
    posted = [Client().post(reverse("consortium:invitation_accept", args=[secret]), JOINING) for secret in secrets]
    assert [answer.status_code for answer in posted] == [404] * 7
    assert User.objects.filter(username="xinren").count() == 0


def test_opening_a_link_changes_nothing(invited, secretariat):
    invitation = invited(secretariat)
    before = (User.objects.count(), HistoryEntry.objects.count())
    assert [Client().get(link_of(invitation)).status_code for _time in range(3)] == [200] * 3
    assert (User.objects.count(), HistoryEntry.objects.count()) == before
    assert Invitation.objects.get().status == "open"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"username": "SECRETARIAT"}, "username"),
        ({"username": "two words"}, "username"),
        ({"username": ""}, "username"),
        ({"name": ""}, "name"),
        ({"password2": "another-long-password"}, "password2"),
        ({"password1": "short", "password2": "short"}, "password2"),
        ({"password1": "xinren1234", "password2": "xinren1234"}, "password2"),
    ],
)
def test_a_wrong_entry_is_said_beside_its_field_and_the_link_still_works(invited, secretariat, wrong, field):
    invitation = invited(secretariat)
    page = Client().post(link_of(invitation), JOINING | wrong)
    assert (page.status_code, list(page.context["form"].errors)) == (200, [field])
    assert Client().post(link_of(invitation), JOINING).status_code == 302


def test_somebody_with_an_account_signs_in_says_yes_and_gets_a_second_role(
    invited, secretariat, partner, college, client_for
):
    invitation = invited(secretariat, email=partner.email.upper(), role="mentor", organization=college)
    page = Client().get(link_of(invitation))
    assert page.content.decode().count(f"/accounts/login/?next={link_of(invitation)}") == 1
    assert Client().post(link_of(invitation), JOINING).status_code == 200
    assert User.objects.filter(username="xinren").count() == 0
    client = client_for(partner)
    assert client.get(link_of(invitation)).status_code == 200
    assert client.post(link_of(invitation)).url == reverse("consortium:profile")
    assert [(row.role, row.organization) for row in User.objects.get(pk=partner.pk).roles] == [
        ("partner", partner.affiliation.organization), ("mentor", college),
    ]  # fmt: skip
    assert User.objects.get(pk=partner.pk).affiliation.role == "partner"


def test_another_person_who_is_signed_in_is_refused(invited, secretariat, partner, client_for):
    invitation = invited(secretariat)
    client = client_for(partner)
    for answer in (client.get(link_of(invitation)), client.post(link_of(invitation), JOINING)):
        assert answer.status_code == 403
        assert answer.content.decode().count("This invitation is for somebody else") == 2  # title and heading
        assert answer.content.decode().count(ADDRESS) == 0
    assert Invitation.objects.get().status == "open"
    with pytest.raises(Refused, match="This invitation is for somebody else."):
        accept(find_invitation(invitation.secret), by=partner)


def test_an_account_without_an_address_is_nobodys(invited, secretariat, partner, client_for):
    User.objects.filter(pk=partner.pk).update(email="")
    assert client_for(partner).get(link_of(invited(secretariat))).status_code == 403


def test_an_account_that_is_switched_off_does_not_come_in_by_the_back_door(invited, secretariat, partner, college):
    User.objects.filter(pk=partner.pk).update(is_active=False)
    invitation = invited(secretariat, email=partner.email, role="mentor", organization=college)
    assert [Client().get(link_of(invitation)).status_code, Client().post(link_of(invitation), JOINING).status_code] == [
        403, 403,
    ]  # fmt: skip
    assert User.objects.filter(username="xinren").count() == 0


def test_the_addressee_is_told_what_is_wrong_with_the_link(invited, secretariat, partner, college, client_for):
    invitation = invited(secretariat, email=partner.email, role="mentor", organization=college)
    withdraw(invitation, by=secretariat)
    page = client_for(partner).get(link_of(invitation))
    assert (page.status_code, page.context["sentence"]) == (404, "This invitation was withdrawn.")


def test_each_thing_that_voids_an_invitation_has_its_sentence(invited, secretariat, partner, mentor, enterprise):
    def sentence(invitation) -> str:
        with pytest.raises(Refused) as refused:
            join(User(username="xinren", name="新"), find_invitation(invitation.secret), password="a-long-password")
        assert User.objects.filter(username="xinren").count() == 0
        return str(refused.value)

    late, dead, twice, orphan = (invited(partner, email=f"{name}@example.invalid") for name in "abcd")
    Invitation.objects.filter(pk=late.pk).update(expires_at=timezone.now())
    withdraw(dead, by=partner)
    join(User(username="c", name="丙"), find_invitation(twice.secret), password="a-long-password")
    User.objects.filter(username="c").update(email="moved@example.invalid")
    assert [sentence(row) for row in (late, dead, twice)] == [
        "This invitation has expired. Ask for a new one.",
        "This invitation was withdrawn.",
        "This invitation has been accepted already.",
    ]
    partner.affiliations.update(role="mentor")  # who may give no role
    assert sentence(orphan) == "Whoever invited you may no longer do so. Ask the consortium office."
    enterprise.memberships.update(left_on=timezone.localdate())
    assert sentence(orphan) == "示例企业一 is no longer a member."


def test_a_person_who_has_the_role_meanwhile_is_told_so(invited, secretariat, partner, college, consortium):
    invitation = invited(secretariat, email=partner.email, role="mentor", organization=college)
    Affiliation.objects.create(
        user=partner, organization=college, consortium=consortium, role="mentor", started_on="2026-01-05"
    )
    with pytest.raises(Refused, match="You have this role there already."):
        accept(find_invitation(invitation.secret), by=partner)
    assert Invitation.objects.get().status == "open"


def test_too_many_tries_from_one_address_are_stopped(db, settings):
    settings.ACCOUNT_RATE_LIMITS = {"accept_invitation": "3/m/ip"}
    path = reverse("consortium:invitation_accept", args=["x"])
    assert [Client().get(path).status_code for _time in range(5)] == [404, 404, 404, 429, 429]


# --- keeping ----------------------------------------------------------------------------------------------------------
def test_sending_again_makes_a_new_link_and_kills_the_old_one(client_for, invited, secretariat):
    invitation = invited(secretariat)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(days=1))
    page = client_for(secretariat).post(reverse("consortium:invitation_resend", args=[invitation.pk]), {"days": 30})
    (path,) = set(re.findall(r"/consortium/invitations/accept/[\w-]+/", page.content.decode()))
    assert Client().get(link_of(invitation)).status_code == 404
    assert Client().get(path).status_code == 200
    assert [message.to for message in mail.outbox] == [[ADDRESS]]
    assert Invitation.objects.get().expires_at > timezone.now() + timedelta(days=29)


def test_whoever_sends_again_becomes_the_inviter(invited, secretariat, partner):
    invitation = invited(partner)
    partner.affiliations.update(ended_on=timezone.localdate())
    assert Client().get(link_of(invitation)).status_code == 404
    send_again(invitation, days=7, by=secretariat)
    assert Client().get(link_of(invitation)).status_code == 200


def test_an_accepted_invitation_is_neither_withdrawn_nor_sent_again(client_for, invited, secretariat):
    invitation = invited(secretariat)
    join(User(username="xinren", name="新"), find_invitation(invitation.secret), password="a-long-password")
    for act in (lambda: withdraw(invitation, by=secretariat), lambda: send_again(invitation, days=7, by=secretariat)):
        with pytest.raises(Refused, match="This invitation was accepted or withdrawn meanwhile."):
            act()
    assert Invitation.objects.get().status == "accepted"


def test_an_invitation_of_others_is_not_found(client_for, invited, secretariat, rival_enterprise, partner, outsider):
    foreign = invited(secretariat, organization=rival_enterprise)
    names = ["invitation_detail", "invitation_resend", "invitation_withdraw"]
    for user in (partner, outsider):
        client = client_for(user)
        paths = [reverse(f"consortium:{name}", args=[foreign.pk]) for name in names]
        assert [client.post(path, {"days": 7}).status_code for path in paths] == [404, 404, 404]
        assert list(client.get(reverse("consortium:invitation_list")).context["page"]) == []
    assert Invitation.objects.get().status == "open"


def test_a_college_administrator_sees_an_invitation_of_a_role_that_it_may_not_give_and_leaves_it(
    client_for, invited, secretariat, college_admin, college
):
    invitation = invited(secretariat, organization=college, role="secretariat")
    client = client_for(college_admin)
    assert client.get(reverse("consortium:invitation_detail", args=[invitation.pk])).status_code == 200
    assert client.post(reverse("consortium:invitation_withdraw", args=[invitation.pk])).status_code == 403


def test_the_list_is_filtered_by_state(client_for, invited, secretariat):
    rows = {name: invited(secretariat, email=f"{name}@example.invalid") for name in ("open", "late", "dead", "in")}
    Invitation.objects.filter(pk=rows["late"].pk).update(expires_at=timezone.now())
    withdraw(rows["dead"], by=secretariat)
    join(User(username="in", name="入"), find_invitation(rows["in"].secret), password="a-long-password")
    client = client_for(secretariat)

    def shown(state: str) -> set[str]:
        page = client.get(reverse("consortium:invitation_list"), {"state": state}).context["page"]
        return {row.email.split("@")[0] for row in page}

    assert [shown(state) for state in ("open", "expired", "withdrawn", "accepted", "")] == [
        {"open"}, {"late"}, {"dead"}, {"in"}, {"open", "late", "dead", "in"},
    ]  # fmt: skip


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_needs_a_constant_number_of_queries(client_for, invited, secretariat, django_assert_num_queries, rows):
    for number in range(rows):
        invited(secretariat, email=f"{number}@example.invalid")
    client = client_for(secretariat)
    with django_assert_num_queries(6):  # session, user, roles, organizations to choose, count, rows
        client.get(reverse("consortium:invitation_list"))
