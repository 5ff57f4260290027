"""Signing in by OpenID Connect, with a real provider: a process that answers on a port of this machine."""

import base64
import hashlib
import html
import json
import re
import socket
import subprocess
import sys
import time
from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

import jwt
import pytest
import requests
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from consortium.models import Affiliation, HistoryEntry, User
from consortium.oidc import Flow
from consortium.services import Refused
from consortium.services.oidc import is_linked, unlink
from consortium.services.personal import erase_user

from .attachments import said

PASSWORD = "a-long-password"
SIGN_IN, LINK, UNLINK, BACK = (f"/accounts/oidc/{part}" for part in ("", "link/", "unlink/", "callback/"))
NAME = "City sign-in"
UNSURE = f"{NAME} could not confirm who you are. Try again; your password works as before."


@pytest.fixture(scope="module")
def provider():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    for _try in range(300):
        try:
            requests.get(f"{address}/.well-known/openid-configuration", timeout=1)
            break
        except requests.RequestException:
            time.sleep(0.1)
    yield address
    process.kill()
    process.wait()


@pytest.fixture(autouse=True)
def configured(settings, provider, db):
    settings.LANGUAGE_CODE = "en"
    settings.OIDC_ISSUER, settings.OIDC_NAME = provider, NAME
    settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = "consortium", "secret-of-the-client"


def leave(client: Client, **sent: str) -> str:
    """Where the page leads, which goes on by itself."""
    return leads_to(client.post(SIGN_IN, sent))


def leave_to_link(client: Client) -> str:
    """As from the page of the profile: one says again who one is, then the page goes on to the provider."""
    again = client.post(LINK)
    assert again.url.startswith("/accounts/reauthenticate/")
    page = client.post(again.url, {"password": PASSWORD})
    return leads_to(page)


def leads_to(page) -> str:
    assert page.status_code == 200
    found = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', page.content.decode())
    return html.unescape(found[1])


def authorize(there: str, subject: str, action: str = "accept") -> str:
    """The person signs in over there; the address at which the browser comes back here."""
    answer = requests.post(there, {"sub": subject, "action": action}, allow_redirects=False, timeout=10)
    assert answer.status_code == 302
    return answer.headers["Location"].removeprefix("http://testserver")


def with_parameters(address: str, **changed: str) -> str:
    parts = urlsplit(address)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()} | changed
    return urlunsplit(parts._replace(query=urlencode(query)))


def come_in(client: Client, subject: str, **sent: str):
    return client.get(authorize(leave(client, **sent), subject))


def is_in(client: Client) -> bool:
    return client.get("/consortium/profile/").status_code == 200


def by_password(user: User) -> Client:
    client = Client()
    assert client.post("/accounts/login/", {"login": user.username, "password": PASSWORD}).status_code == 302
    return client


@pytest.fixture
def linked(partner):
    """The partner, who has linked the account as a person does it."""
    client = by_password(partner)
    answer = client.get(authorize(leave_to_link(client), "sub-of-partner"), follow=True)
    assert said(answer) == [f"Linked. From now on you can sign in by {NAME}."]
    return partner


def acts(user: User) -> list[str]:
    return list(HistoryEntry.objects.about(user).order_by("pk").values_list("what", flat=True))


# --- in by it ---------------------------------------------------------------------------------------------------------
def test_whoever_has_linked_comes_in_and_history_says_so(linked):
    client = Client()
    assert come_in(client, "sub-of-partner").url == "/"
    assert int(client.session["_auth_user_id"]) == linked.pk and is_in(client)
    assert acts(linked) == ["signed in", "oidc linked", "signed in by oidc"]


def test_nothing_but_the_subject_is_kept(linked):
    come_in(Client(), "sub-of-partner")
    account = SocialAccount.objects.get()
    assert (account.user, account.uid, account.extra_data) == (linked, "sub-of-partner", {})
    assert not SocialToken.objects.exists() and not SocialApp.objects.exists()


def test_one_goes_on_where_one_wanted_to_and_never_elsewhere(linked):
    assert come_in(Client(), "sub-of-partner", next="/zones/").url == "/zones/"
    for elsewhere in ("https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"):
        assert come_in(Client(), "sub-of-partner", next=elsewhere).url == "/"


def test_nobody_signs_up_by_it(linked):
    client, people = Client(), User.objects.count()
    answer = client.get(authorize(leave(client), "sub-of-nobody"), follow=True)
    assert said(answer) == [
        "No account here is linked to this identity. Sign in with your password first, "
        "then link it on the page of your profile."
    ]
    assert (is_in(client), User.objects.count(), SocialAccount.objects.count()) == (False, people, 1)


def test_an_address_that_is_somebodys_here_opens_nothing(secretariat):
    """The provider says that this person has the secretariat's address; who may choose one there is not known here."""
    client = Client()
    come_in(client, secretariat.email)  # this provider calls people by their address, and says it as their e-mail
    assert not is_in(client) and not SocialAccount.objects.exists()


def test_a_disabled_person_does_not_come_in(linked):
    User.objects.filter(pk=linked.pk).update(is_active=False)
    client = Client()
    assert come_in(client, "sub-of-partner").url == "/accounts/inactive/"
    assert not is_in(client)


def test_whose_role_has_ended_has_no_rights(linked):
    Affiliation.objects.filter(user=linked).update(ended_on=timezone.localdate() - timedelta(days=1))
    client = Client()
    come_in(client, "sub-of-partner")
    assert is_in(client)
    assert client.get("/zones/hours/week/").status_code == 403


# --- the second step, the locks ---------------------------------------------------------------------------------------
def test_the_second_step_is_asked_for(linked):
    totp.TOTP.activate(linked, totp.generate_totp_secret())
    RecoveryCodes.activate(linked)
    client = Client()
    assert come_in(client, "sub-of-partner").url.startswith("/accounts/2fa/authenticate/")
    assert not is_in(client)
    code = linked.authenticator_set.get(type="recovery_codes").wrap().get_unused_codes()[0]
    client.post("/accounts/2fa/authenticate/", {"code": code})
    assert is_in(client)
    assert acts(linked)[-2:] == ["recovery_codes used", "signed in by oidc"]


def test_whose_role_asks_for_a_second_step_must_set_it_up(linked, settings):
    settings.MFA_REQUIRED_ROLES = frozenset({"partner"})
    client = Client()
    come_in(client, "sub-of-partner")
    assert client.get("/consortium/profile/").url == "/accounts/2fa/"


def test_the_lock_of_a_name_is_neither_lifted_nor_in_the_way(linked):
    stranger = Client()
    for _try in range(6):
        answer = stranger.post("/accounts/login/", {"login": linked.username, "password": "wrong-wrong"})
    assert "Too many wrong passwords" in answer.content.decode()
    come_in(Client(), "sub-of-partner")
    answer = stranger.post("/accounts/login/", {"login": linked.username, "password": PASSWORD})
    assert "Too many wrong passwords" in answer.content.decode()
    assert acts(linked)[-1] == "signed in by oidc"


# --- linking ----------------------------------------------------------------------------------------------------------
def test_linking_asks_again_who_one_is(partner):
    """Also of who has just signed in: the computer may be another's by now."""
    client = by_password(partner)
    for address in (LINK, UNLINK):
        again = client.post(address)
        assert again.url.startswith("/accounts/reauthenticate/")
        assert client.post(again.url, {"password": "wrong-wrong"}).status_code == 200
    assert not SocialAccount.objects.exists()


def test_nobody_links_without_being_signed_in():
    assert Client().post(LINK).url.startswith("/accounts/login/")
    assert Client().post(UNLINK).url.startswith("/accounts/login/")


def test_who_signs_in_meanwhile_does_not_get_the_link(partner, secretariat):
    client = by_password(partner)
    back = authorize(leave_to_link(client), "sub-of-partner")
    client.post("/accounts/logout/")
    client.post("/accounts/login/", {"login": secretariat.username, "password": PASSWORD})
    assert said(client.get(back, follow=True))[-1] == UNSURE
    assert not SocialAccount.objects.exists()


def test_one_identity_one_account(linked, secretariat):
    client = by_password(secretariat)
    answer = client.get(authorize(leave_to_link(client), "sub-of-partner"), follow=True)
    assert said(answer) == ["This identity is linked to another account here. Tell the consortium office."]
    client = by_password(linked)
    answer = client.get(authorize(leave_to_link(client), "sub-of-another"), follow=True)
    assert said(answer) == ["Your account is linked to another identity. Undo that first."]
    assert SocialAccount.objects.count() == 1


def test_a_link_undone_opens_nothing(linked):
    client = by_password(linked)
    again = client.post(UNLINK)
    assert said(client.post(again.url, {"password": PASSWORD}, follow=True)) == [f"The link to {NAME} is undone."]
    other = Client()
    come_in(other, "sub-of-partner")
    assert not is_in(other)
    assert acts(linked)[-1] == "oidc unlinked"


def test_who_has_no_password_keeps_the_link(linked):
    """Without it nothing would let the person in."""
    client = Client()
    come_in(client, "sub-of-partner")
    linked.set_unusable_password()
    linked.save()
    with pytest.raises(Refused, match="Set a password first"):
        unlink(linked)
    assert is_linked(linked)


def test_another_issuer_is_somebody_else(linked, settings):
    SocialAccount.objects.update(provider="https://old.example.cn")
    client = Client()
    come_in(client, "sub-of-partner")
    assert not is_in(client)


def test_whoever_is_erased_has_no_link(linked, secretariat):
    Affiliation.objects.filter(user=linked).update(ended_on=timezone.localdate() - timedelta(days=1))
    erase_user(linked, by=secretariat, reason="asked for it")
    assert not SocialAccount.objects.exists()


# --- what does not come from there ------------------------------------------------------------------------------------
def test_a_state_that_is_not_of_this_browser_opens_nothing(linked):
    """Somebody makes another's browser come back with an answer of the own identity, or of a stolen one."""
    back = authorize(leave(Client()), "sub-of-partner")
    for address in (back, with_parameters(back, state="x" * 16), BACK, f"{BACK}?code=x"):
        client = Client()
        assert said(client.get(address, follow=True)) == [UNSURE]
        assert not is_in(client)


def test_an_answer_works_once(linked):
    client = Client()
    back = authorize(leave(client), "sub-of-partner")
    client.get(back)
    client.post("/accounts/logout/")
    assert said(client.get(back, follow=True))[-1] == UNSURE
    assert not is_in(client)


def test_an_answer_to_another_request_opens_nothing(linked):
    """The answer of another sign-in put into this one; untouched it opens (above)."""
    client = Client()
    there = leave(client)
    other = parse_qs(urlsplit(leave(Client())).query)["nonce"][0]
    back = authorize(with_parameters(there, nonce=other), "sub-of-partner")
    assert said(client.get(back, follow=True)) == [UNSURE]
    assert not is_in(client)


def test_what_is_asked_there_is_bound_to_this_browser_and_asks_for_no_more_than_who_it_is():
    """PKCE: a provider that checks it gives nothing for a code without the verifier, which never leaves the session."""
    client = Client()
    asked = {name: values[0] for name, values in parse_qs(urlsplit(leave(client)).query).items()}
    (state, *_rest) = client.session["socialaccount_states"][asked["state"]]
    digest = hashlib.sha256(state["pkce_code_verifier"].encode()).digest()
    assert asked["code_challenge"] == base64.urlsafe_b64encode(digest).decode().rstrip("=")
    assert (asked["code_challenge_method"], asked["scope"], asked["response_type"]) == ("S256", "openid", "code")
    assert state["pkce_code_verifier"] not in asked.values()


def test_no_address_adds_to_what_is_asked_there():
    there = leads_to(Client().post(f"{SIGN_IN}?scope=admin&auth_params=prompt%3Dnone&process=connect"))
    asked = parse_qs(urlsplit(there).query)
    assert (asked["scope"], "prompt" in asked) == (["openid"], False)


@pytest.fixture
def token(provider, rf):
    """An ID token of this provider, what is in it, and how the program reads one."""
    client = Client()
    there = leave(client)
    query = {name: values[0] for name, values in parse_qs(urlsplit(there).query).items()}
    code = parse_qs(urlsplit(authorize(there, "sub-of-partner")).query)["code"][0]
    (state, *_rest) = client.session["socialaccount_states"][query["state"]]
    sent = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": query["redirect_uri"],
        "client_id": "consortium", "client_secret": "secret-of-the-client",
        "code_verifier": state["pkce_code_verifier"],
    }  # fmt: skip
    text = requests.post(f"{provider}/oauth2/token", sent, timeout=10).json()["id_token"]
    flow = Flow(rf.get("/"))
    flow.state = {"nonce": query["nonce"]}

    def read(text: str) -> str:
        return flow.complete_login(flow.request, flow.get_provider().app, None, response={"id_token": text}).account.uid

    return text, jwt.decode(text, options={"verify_signature": False}), read


def test_a_true_token_is_read(token):
    text, _claims, read = token
    assert read(text) == "sub-of-partner"


def test_a_forged_token_is_not(token):
    text, claims, read = token
    kid = jwt.get_unverified_header(text).get("kid")
    head = {"kid": kid} if kid else {}
    own = rsa.generate_private_key(65537, 2048)
    public = own.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    first, middle, last = text.split(".")
    other = base64.urlsafe_b64encode(json.dumps(claims | {"sub": "sub-of-secretariat"}).encode()).decode().rstrip("=")
    for forged in (
        f"{first}.{other}.{last}",
        jwt.encode(claims, own, "RS256", headers=head),
        jwt.encode(claims, base64.b64encode(public), "HS256", headers=head),
        jwt.encode(claims, None, "none", headers=head),
        f"{first}.{middle}.",
        "",
    ):
        with pytest.raises(OAuth2Error):
            read(forged)


def test_a_true_token_for_another_client_or_of_another_issuer_is_not_read(token, settings):
    text, _claims, read = token
    settings.OIDC_CLIENT_ID = "another"
    with pytest.raises(OAuth2Error):
        read(text)
    settings.OIDC_ISSUER += "0"
    assert said(Client().post(SIGN_IN, follow=True))[0].startswith(NAME)


# --- it does not work -------------------------------------------------------------------------------------------------
def test_a_provider_that_is_away_is_said_and_the_password_opens(settings, partner):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))  # bound and not listening: refused
        settings.OIDC_ISSUER = f"http://127.0.0.1:{listener.getsockname()[1]}"
        client = Client()
        page = client.post(SIGN_IN, follow=True)
        assert said(page) == [f"{NAME} does not answer. Your password works as before."]
        assert is_in(by_password(partner))


def test_a_provider_that_goes_away_in_between_is_said(linked, settings):
    client = Client()
    there = leave(client)
    back = authorize(there, "sub-of-partner")
    good, settings.OIDC_ISSUER = settings.OIDC_ISSUER, "http://127.0.0.1:1"
    assert said(client.get(back, follow=True))[0] in {UNSURE, f"{NAME} does not answer. Your password works as before."}
    assert not is_in(client)
    settings.OIDC_ISSUER = good
    assert come_in(client, "sub-of-partner").url == "/"


def test_who_turns_round_over_there_is_told(linked):
    client = Client()
    there = leave(client)
    back = authorize(there, "sub-of-partner", action="deny")
    back = with_parameters(back, state=parse_qs(urlsplit(there).query)["state"][0])  # which this provider forgets
    assert said(client.get(back, follow=True)) == ["You have not signed in there, and nothing was done."]


# --- off --------------------------------------------------------------------------------------------------------------
def test_without_an_issuer_nothing_of_it_is_there(settings, partner, client_for):
    assert f"Sign in by {NAME}" in Client().get("/accounts/login/").content.decode()
    settings.OIDC_ISSUER = ""
    client = client_for(partner)
    answers = [Client().post(SIGN_IN), client.post(LINK), client.post(UNLINK), Client().get(BACK)]
    answers += [Client().get(SIGN_IN), client.get(LINK)]
    assert [answer.status_code for answer in answers] == [404] * 6
    assert SIGN_IN not in Client().get("/accounts/login/").content.decode()
    assert LINK not in client.get(reverse("consortium:profile")).content.decode()


@pytest.mark.parametrize("part", ["", "signup/", "login/cancelled/", "login/error/"])
def test_the_librarys_other_pages_are_not_there(client_for, partner, part):
    for client in (Client(), client_for(partner)):
        assert client.get(f"/accounts/3rdparty/{part}").status_code == 404
    assert Client().get("/accounts/social/signup/").status_code == 404
    assert Client().get("/accounts/oidc/openid_connect/login/").status_code == 404


def test_no_way_in_is_a_get(linked):
    assert [Client().get(address).status_code for address in (SIGN_IN,)] == [405]
    assert by_password(linked).get(LINK).status_code == 405
