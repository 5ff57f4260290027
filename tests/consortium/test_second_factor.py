"""The second step of signing in: nobody comes in with the password alone, and a lost telephone locks nobody out."""

import re
from datetime import date, timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from consortium.models import Affiliation, HistoryEntry, Invitation, PasswordTries, User
from consortium.services import sign_ins
from consortium.services.people import invite
from consortium.services.person_file import person_file
from consortium.services.personal import erase_user
from consortium.services.second_factors import state_of
from consortium.services.tokens import make_token
from tests.together import at_once

GOOD = "right-horse-battery"
SETUP, CODE = "/accounts/2fa/", "/accounts/2fa/authenticate/"
WRONG, TOO_MANY = "This code is wrong or was used before.", "Too many wrong codes or passkeys."


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"
    cache.clear()  # the library's own memory of used codes; it is each process's own, and ours must do without


@pytest.fixture
def somebody(secretariat):
    secretariat.set_password(GOOD)
    secretariat.email = "office@example.cn"
    secretariat.save()
    return secretariat


class App:
    """An authenticator app; each call shows the code of a later half minute."""

    def __init__(self, secret: str, monkeypatch) -> None:
        self.secret, self.monkeypatch, self.steps = secret, monkeypatch, 0

    def code(self) -> str:
        self.steps += 1
        base = int(timezone.now().timestamp()) // 30 + self.steps * 5
        self.monkeypatch.setattr(totp, "yield_hotp_counters_from_time", lambda: iter([base - 1, base, base + 1]))
        return totp.format_hotp_value(totp.hotp_value(self.secret, base))


@pytest.fixture
def set_up(django_capture_on_commit_callbacks, monkeypatch):
    """Switch the app on as a person does it; gives the app and what the last page shows."""

    def do(client: Client, password: str = GOOD) -> tuple[App, str]:
        again = client.get("/accounts/2fa/totp/activate/")
        assert again.url.startswith("/accounts/reauthenticate/")
        client.post(again.url, {"password": password})
        page = client.get("/accounts/2fa/totp/activate/").content.decode()
        app = App(re.search(r'<code class="hash">(\w+)</code>', page)[1], monkeypatch)
        with django_capture_on_commit_callbacks(execute=True):
            answer = client.post("/accounts/2fa/totp/activate/", {"code": app.code()})
        assert answer.url == "/accounts/2fa/recovery-codes/"
        return app, client.get(answer.url).content.decode()

    return do


@pytest.fixture
def protected(somebody, set_up):
    """Somebody with a second step, the app and the recovery codes."""
    client = Client()
    sign_in(client, somebody)
    app, page = set_up(client)
    return somebody, app, re.findall(r"<code>(\d{8})</code>", page)


def sign_in(client: Client, user, password: str = GOOD):
    return client.post("/accounts/login/", {"login": user.username, "password": password})


def is_in(client: Client) -> bool:
    return client.get("/consortium/profile/").status_code == 200


def give(client: Client, code: str) -> str:
    """What became of the code: "in", or the page's text."""
    answer = client.post(CODE, {"code": code})
    return "in" if answer.status_code == 302 else answer.content.decode()


def acts_of(user) -> list[str]:
    return list(HistoryEntry.objects.of(user).order_by("pk").values_list("what", flat=True))


def test_the_password_alone_does_not_open_and_the_code_does(protected):
    user, app, _codes = protected
    client = Client()
    assert sign_in(client, user).url == CODE
    assert not is_in(client)
    assert give(client, app.code()) == "in"
    assert is_in(client)


def test_without_a_second_step_the_password_opens_as_before(somebody):
    client = Client()
    assert sign_in(client, somebody).url == "/"
    assert is_in(client)


@pytest.mark.parametrize("code", ["000000", "", "x" * 5000, "１２３４５６", "' OR 1=1", "12345\x00"])
def test_a_wrong_code_is_refused_in_a_sentence(protected, code):
    user, _app, _codes = protected
    client = Client()
    sign_in(client, user)
    assert 'class="invalid-feedback"' in give(client, code)
    assert not is_in(client)


@pytest.mark.parametrize("ours", [True, False], ids=["our form", "the library's own, which the test must catch"])
def test_a_code_works_once_over_all_processes(protected, settings, ours):
    user, app, _codes = protected
    if not ours:
        settings.MFA_FORMS = {}
    code = app.code()
    first, second = Client(), Client()
    for client in (first, second):
        sign_in(client, user)
    assert give(first, code) == "in"
    cache.clear()  # as another web process, which has not seen it
    said = give(second, f" {code[:3]} {code[3:]}")
    assert (WRONG in said, is_in(second)) == (ours, not ours)


def test_the_code_that_switched_it_on_does_not_sign_in(somebody, set_up):
    client, rival = Client(), Client()
    sign_in(client, somebody)
    app, _page = set_up(client)
    cache.clear()
    app.steps -= 1
    sign_in(rival, somebody)
    assert WRONG in give(rival, app.code())


def test_five_wrong_codes_are_looked_at_and_then_not_even_the_right_one(protected):
    user, app, _codes = protected
    client = Client()
    sign_in(client, user)
    for _try in range(5):
        assert WRONG in give(client, "000000")
    assert TOO_MANY in give(client, app.code())
    other = Client()
    sign_in(other, user)  # the password is known, and still it is one count
    assert TOO_MANY in give(other, app.code())
    PasswordTries.objects.update(last_at=timezone.now() - timedelta(minutes=16))
    assert give(other, app.code()) == "in"


def test_others_tries_do_not_keep_the_owner_out_of_a_known_browser(protected):
    user, app, _codes = protected
    known = Client()
    sign_in(known, user)
    assert give(known, app.code()) == "in"
    known.post("/accounts/logout/")
    rival = Client()
    sign_in(rival, user)
    for _try in range(6):
        said = give(rival, "000000")
    assert TOO_MANY in said
    sign_in(known, user)
    assert give(known, app.code()) == "in"


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite in memory has one connection")
def test_of_twenty_tries_at_once_five_codes_are_looked_at_and_one_use_counts(somebody):
    now, used = timezone.now(), []
    said = at_once(*[lambda: sign_ins.reserve_code(somebody, device="", now=now)] * 20)
    assert (said.count(""), sum(TOO_MANY in one for one in said)) == (5, 15)
    at_once(*[lambda: used.append(sign_ins.use_code(somebody, "123456", now=now))] * 20)
    assert (len(used), sum(used)) == (20, 1)


def test_a_recovery_code_works_once(protected):
    user, _app, codes = protected
    assert len(codes) == 10
    first, second = Client(), Client()
    for client in (first, second):
        sign_in(client, user)
    assert give(first, codes[0]) == "in"
    assert WRONG in give(second, codes[0])
    assert state_of(user).codes_left == 9
    assert "9 recovery codes left" in first.get("/consortium/profile/").content.decode()


def test_the_database_holds_no_secret_that_gives_codes(protected):
    _user, app, _codes = protected
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert app.secret not in kept
    assert totp.TOTP(Authenticator.objects.get(type="totp")).validate_code(app.code())


def test_the_persons_own_file_has_no_secret_and_an_erasure_leaves_none(protected, bureau):
    user, _app, _codes = protected
    section = next(part for part in person_file(user) if part.name == "mfa.Authenticator")
    assert [set(row) for row in section.read()] == [{"created_at", "last_used_at"}] * 2
    user.affiliations.update(ended_on=date(2020, 1, 1))
    erase_user(User.objects.get(pk=user.pk), by=bureau, reason="本人书面申请注销")
    assert not Authenticator.objects.exists()


def test_with_another_secret_key_no_code_fits_and_the_operator_resets(protected, settings):
    user, app, codes = protected
    settings.SECRET_KEY = "another" * 10
    client = Client()
    sign_in(client, user)
    assert WRONG in give(client, app.code())
    assert WRONG in give(client, codes[0])
    call_command("reset_second_factor", user.username)
    assert sign_in(Client(), user).url == "/"


def test_a_new_password_by_a_link_does_not_get_round_it(protected, mailoutbox):
    user, app, _codes = protected
    client = Client()
    client.post("/accounts/password/reset/", {"email": user.email})
    link = next(word for word in mailoutbox[0].body.split() if "/password/reset/key/" in word)
    form = client.get(link, follow=True).request["PATH_INFO"]
    client.post(form, {"password1": GOOD + "2", "password2": GOOD + "2"})
    assert not is_in(client)
    assert sign_in(client, user, GOOD + "2").url == CODE
    assert not is_in(client)
    assert give(client, app.code()) == "in"


def test_an_invitation_does_not_get_round_it(protected, college):
    """Whoever has an account says yes to a second role when signed in; the link itself signs in nobody who has one."""
    user, _app, _codes = protected
    invitation = Invitation(organization=college, role="college_admin", email=user.email, name=user.name)
    invite(invitation, days=7, by=user)
    client, link = Client(), f"/consortium/invitations/accept/{invitation.secret}/"
    client.post(link, {"username": "me", "name": "x", "password1": GOOD, "password2": GOOD})
    assert not is_in(client)
    client.post(f"/accounts/login/?next={link}", {"login": user.username, "password": GOOD, "next": link})
    client.post(link)
    assert not is_in(client)
    assert user.affiliations.count() == 1


def test_the_operators_door_asks_for_it_too(protected):
    user, app, _codes = protected
    user.is_staff = user.is_superuser = True
    user.save()
    client = Client()
    assert client.get("/admin/", follow=True).redirect_chain[-1][0].startswith("/accounts/login/")
    client.post("/accounts/login/?next=/admin/", {"login": user.username, "password": GOOD, "next": "/admin/"})
    assert client.post("/admin/login/", {"username": user.username, "password": GOOD}).status_code == 302
    assert client.get("/admin/").status_code == 302
    answer = client.post(CODE, {"code": app.code()})
    assert answer.url == "/admin/"
    assert client.get("/admin/").status_code == 200
    assert client.get("/admin/mfa/authenticator/").status_code == 404


def test_whoever_comes_for_the_code_without_a_password_is_sent_to_sign_in(db):
    assert Client().get(CODE).url == "/accounts/login/"


def test_switching_off_asks_who_it_is_and_ends_the_recovery_codes(protected, django_capture_on_commit_callbacks):
    user, app, _codes = protected
    client = Client()
    sign_in(client, user)
    give(client, app.code())
    again = client.post("/accounts/2fa/totp/deactivate/")
    assert again.url.startswith("/accounts/reauthenticate/")
    assert Authenticator.objects.count() == 2
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/accounts/2fa/reauthenticate/?next=/accounts/2fa/", {"code": app.code()})
        client.post("/accounts/2fa/totp/deactivate/")
    assert Authenticator.objects.count() == 0
    assert sign_in(Client(), user).url == "/"


def test_the_history_says_what_was_switched_and_tried(protected, django_capture_on_commit_callbacks):
    user, app, codes = protected
    client = Client()
    sign_in(client, user)
    give(client, "000000")
    give(client, codes[0])
    client.post("/accounts/reauthenticate/", {"password": GOOD})
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/accounts/2fa/recovery-codes/generate/")
    client.post("/accounts/2fa/totp/deactivate/")
    assert acts_of(user) == [
        "signed in", "totp added", "recovery_codes added", "wrong code", "recovery_codes used", "signed in",
        "recovery_codes reset", "totp removed", "recovery_codes removed",
    ]  # fmt: skip


# --- roles that must have one -----------------------------------------------------------------------------------------


def test_the_setting_knows_every_role(settings):
    assert [*Affiliation.Role.values, "operator"] == settings.MFA_ROLES


@pytest.fixture
def required(settings):
    settings.MFA_REQUIRED_ROLES = frozenset({"secretariat", "operator"})


def test_whoever_must_have_one_is_led_to_it_and_back(required, somebody, set_up):
    client = Client()
    answer = client.post(
        "/accounts/login/?next=/zones/%3Fq%3Dx", {"login": somebody.username, "password": GOOD, "next": "/zones/?q=x"}
    )
    assert client.get(answer.url).url == SETUP
    page = client.get(SETUP).content.decode()
    assert "Your role asks for a second step" in page
    assert 'class="topnav"' not in page
    for closed in ("/", "/consortium/", "/consortium/profile/data/", "/accounts/password/change/", "/admin/"):
        assert client.get(closed).url == SETUP
        assert client.post(closed).url == SETUP
    assert client.get("/tasks/", headers={"HX-Request": "true"}).headers["HX-Redirect"] == SETUP
    client.get(answer.url)
    _app, page = set_up(client)
    assert '<a class="btn btn-primary" href="/zones/?q=x">' in page
    assert client.get("/zones/?q=x").status_code == 200
    assert client.get("/").status_code == 200


def test_whoever_must_have_one_may_sign_out_and_change_the_language(required, somebody):
    client = Client()
    sign_in(client, somebody)
    assert client.post("/language/", {"language": "zh-hans"}).url == "/"
    assert client.post("/accounts/logout/").url == "/accounts/login/"


def test_the_api_says_so_to_a_session_and_works_by_token(required, somebody):
    client = Client()
    sign_in(client, somebody)
    answer = client.get("/api/v1/zones/")
    assert answer.status_code == 403
    assert answer.json() == {
        "detail": "Your role asks for a second step when you sign in. Set it up in the browser first."
    }
    _token, key = make_token(somebody, name="x", scopes=["read"], days=1, by=somebody, now=timezone.now())
    head = {"Authorization": f"Token {key}"}
    assert Client().get("/api/v1/zones/", headers=head).status_code == 200
    assert client.get("/api/v1/zones/", headers=head).status_code == 403  # a session is a session, whatever it brings


def test_other_roles_are_untouched_and_pay_no_query(settings, partner, client_for):
    found = []
    for roles in ({}, {"secretariat"}):
        settings.MFA_REQUIRED_ROLES = frozenset(roles)
        client = client_for(partner)
        client.get("/consortium/profile/")
        found.append(count_queries(client))
    assert found[0] == found[1]


def count_queries(client: Client) -> int:
    with CaptureQueriesContext(connection) as found:
        assert client.get("/consortium/").status_code == 200
    return len(found)


def test_an_operator_without_a_role_must_have_one_too(required, admin_user):
    client = Client()
    client.force_login(admin_user)
    assert client.get("/admin/").url == SETUP


def test_a_session_from_before_the_setting_is_asked_too(settings, somebody):
    client = Client()
    sign_in(client, somebody)
    assert is_in(client)
    settings.MFA_REQUIRED_ROLES = frozenset({"secretariat"})
    assert client.get("/").url == SETUP


def test_whoever_switches_it_off_is_led_back_to_it(required, somebody, set_up):
    client = Client()
    sign_in(client, somebody)
    set_up(client)
    assert client.get("/").status_code == 200
    client.post("/accounts/2fa/totp/deactivate/")
    assert client.get("/").url == SETUP


# --- the lost telephone -----------------------------------------------------------------------------------------------


def test_the_operator_switches_it_off_and_all_are_signed_out(protected, capsys):
    user, app, _codes = protected
    client = Client()
    sign_in(client, user)
    give(client, app.code())
    assert is_in(client)
    call_command("reset_second_factor", user.username)
    assert user.username in capsys.readouterr().out
    assert not is_in(client)
    assert sign_in(Client(), user).url == "/"
    assert acts_of(user)[-2:] == ["second factor reset", "signed in"]


def test_the_operator_is_told_when_there_is_nothing_to_switch_off(somebody):
    with pytest.raises(CommandError, match="has no second step"):
        call_command("reset_second_factor", somebody.username)
    with pytest.raises(CommandError, match="There is no user nobody-at-all"):
        call_command("reset_second_factor", "nobody-at-all")
    assert acts_of(somebody) == []
