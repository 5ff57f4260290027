"""API tokens: shown once, kept hashed, for some things, for some time, and gone with the next request."""

import datetime
import hashlib
import importlib

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from config.urls import router
from consortium.authentication import WRITES
from consortium.models import ApiToken, HistoryEntry, User
from consortium.services import Refused
from consortium.services.tokens import hash_of, revoke_token

from .tokens import headers, token_of

pytestmark = pytest.mark.django_db
NOW = timezone.now()
ALL = ApiToken.Scope.values
PAGE = "/consortium/profile/tokens/"


def status(client, key: str, path: str = "/api/v1/organizations/") -> int:
    return client.get(path, headers=headers(key)).status_code


def test_a_token_is_shown_once_and_its_key_is_kept_nowhere(client, client_for, partner):
    pages = client_for(partner)
    answer = pages.post(PAGE, {"name": "工时系统", "scopes": ["read", "hours"], "days": 90})
    token, key = answer.context["made"]
    assert (answer.content.decode().count(f">{key}<"), answer.headers["Cache-Control"]) == (1, "no-store, private")
    assert pages.get(PAGE).content.decode().count(key) == 0
    assert (token.secret_hash, token.scopes) == (hashlib.sha256(key.encode()).hexdigest(), ["read", "hours"])
    assert (token.made_by, token.expires_at - token.made_at) == (partner, datetime.timedelta(90))
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM consortium_apitoken")
        assert key not in str(cursor.fetchall())
    row = HistoryEntry.objects.of(partner).get()
    assert (row.what, row.new.startswith(f"工时系统 ({key[:12]}…): ")) == ("API token made", True)
    assert "; ".join(token.scope_labels) in row.new
    assert status(client, key) == 200


@pytest.mark.parametrize(
    ("sent", "wrong"),
    [
        ({"name": "", "scopes": ["read"], "days": 1}, "name"),
        ({"name": "x", "days": 1}, "scopes"),
        ({"name": "x", "scopes": ["everything"], "days": 1}, "scopes"),
        ({"name": "x", "scopes": ["read"], "days": 366}, "days"),
        ({"name": "x", "scopes": ["read"], "days": 0}, "days"),
    ],
)
def test_a_form_that_asks_for_too_much_makes_nothing(client_for, partner, sent, wrong):
    answer = client_for(partner).post(PAGE, sent)
    assert (list(answer.context["form"].errors), ApiToken.objects.count()) == ([wrong], 0)


def test_a_name_is_used_once_and_free_again_after_the_end(client_for, partner):
    first, _key = token_of(partner, name="接口")
    answer = client_for(partner).post(PAGE, {"name": "接口", "scopes": ["read"], "days": 1})
    assert (len(answer.context["form"].errors), ApiToken.objects.count()) == (1, 1)
    revoke_token(first, by=partner, now=NOW)
    token_of(partner, name="接口")
    ApiToken.objects.update(made_at=NOW - datetime.timedelta(9), expires_at=NOW - datetime.timedelta(1))
    token_of(partner, name="接口")
    assert ApiToken.objects.count() == 3


def test_nobody_has_countless_tokens(partner):
    for number in range(ApiToken.MOST):
        token_of(partner, name=f"t{number}")
    with pytest.raises(Refused, match="20"):
        token_of(partner, name="one more")


def test_a_token_of_over_a_year_is_refused_by_the_service(partner):
    with pytest.raises(ValidationError):
        token_of(partner, days=366)


# --- the very next request --------------------------------------------------------------------------------------------
def revoked(client_for, user, token):
    page = f"{PAGE}{token.pk}/revoke/"
    assert client_for(user).get(page).status_code == 200  # asks only
    assert ApiToken.objects.get(pk=token.pk).revoked_at is None
    client_for(user).post(page)


def role_ended(client_for, user, token):
    user.affiliations.update(ended_on=timezone.localdate())


def disabled(client_for, user, token):
    User.objects.filter(pk=user.pk).update(is_active=False)


def expired(client_for, user, token):
    ApiToken.objects.update(made_at=NOW - datetime.timedelta(9), expires_at=timezone.now())


@pytest.mark.parametrize(
    ("end", "answer"), [(revoked, 401), (role_ended, 403), (disabled, 401), (expired, 401)], ids=lambda x: str(x)
)
def test_the_next_request_is_refused(client, client_for, partner, mentor, end, answer):
    """The control is another's token, which goes on working, and the same token before."""
    (token, key), (_other, control) = token_of(partner), token_of(mentor)
    paths = ["/api/v1/organizations/", f"/api/v1/organizations/{partner.affiliation.organization_id}/"]
    assert [status(client, one, path) for path in paths for one in (key, control)] == [200] * 4
    end(client_for, partner, token)
    written = client.post("/api/v1/hours/", {}, content_type="application/json", headers=headers(key))
    assert [status(client, key, path) for path in paths] + [written.status_code] == [answer] * 3
    if end is not expired:
        assert status(client, control) == 200


def test_a_key_that_never_was_is_answered_like_one_that_is_revoked(client, partner):
    token, key = token_of(partner)
    revoke_token(token, by=partner, now=NOW)
    answers = [client.get("/api/v1/me/", headers=headers(one)) for one in (key, "x" * 40)]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].content == answers[1].content


def test_who_has_no_role_still_learns_who_one_is(client, partner):
    _token, key = token_of(partner)
    partner.affiliations.update(ended_on=timezone.localdate())
    assert client.get("/api/v1/me/", headers=headers(key)).json()["affiliations"] == []


def test_nobody_revokes_anothers_token(client_for, partner, rival_partner):
    token, _key = token_of(partner)
    assert client_for(rival_partner).post(f"{PAGE}{token.pk}/revoke/").status_code == 404
    assert ApiToken.objects.get().revoked_at is None


def test_a_token_is_revoked_once(client_for, partner):
    token, _key = token_of(partner)
    page = reverse("consortium:token_revoke", args=[token.pk])
    assert [client_for(partner).post(page).status_code for _time in range(2)] == [302, 404]
    with pytest.raises(Refused):
        revoke_token(token, by=partner, now=NOW)
    assert [row.what for row in HistoryEntry.objects.of(partner)] == ["API token revoked", "API token made"]


# --- scopes -----------------------------------------------------------------------------------------------------------
def test_every_list_of_the_api_belongs_to_one_scope():
    lists = sorted(prefix for prefix, _viewset, _name in router.registry)
    assert sorted(thing for things in WRITES.values() for thing in things) == lists
    assert set(WRITES) == set(ALL) - {"read"}


@pytest.mark.parametrize(
    ("scope", "reads_hours", "reads_zones", "writes_hours", "writes_zones"),
    [("read", 200, 200, 403, 403), ("hours", 200, 403, 400, 403), ("zones", 403, 200, 403, 400)],
)
def test_a_token_does_what_its_scope_names(
    client, partner, college_admin, scope, reads_hours, reads_zones, writes_hours, writes_zones
):
    """Of people who may: a body that is not filled in is 400 where writing is allowed."""

    def ask(user, path):
        _token, key = token_of(user, scope, name=path)
        sent = client.post(path, {}, content_type="application/json", headers=headers(key))
        return status(client, key, path), sent.status_code

    assert ask(partner, "/api/v1/hours/") == (reads_hours, writes_hours)
    assert ask(college_admin, "/api/v1/zones/") == (reads_zones, writes_zones)


def test_a_token_never_does_more_than_its_person(client, partner):
    _token, key = token_of(partner)
    answer = client.post("/api/v1/zones/", {}, content_type="application/json", headers=headers(key))
    assert answer.status_code == 403


# --- last use, the command, the tokens of before ----------------------------------------------------------------------
def test_the_last_use_is_written_once_a_minute(client, partner):
    token, key = token_of(partner)
    status(client, key)
    first = ApiToken.objects.get().last_used_at
    status(client, key)
    assert (first is None, ApiToken.objects.get().last_used_at) == (False, first)
    ApiToken.objects.update(last_used_at=first - datetime.timedelta(seconds=61))
    status(client, key)
    assert ApiToken.objects.get().last_used_at > first


def test_a_refused_token_is_not_used(client, partner):
    _token, key = token_of(partner)
    User.objects.update(is_active=False)
    status(client, key)
    assert ApiToken.objects.get().last_used_at is None


def test_the_command_makes_a_token_of_the_scopes_it_is_told(client, partner, capsys):
    call_command("create_token", "partner", "--scope", "read", "--scope", "reports", "--days", "7")
    key = capsys.readouterr().out.strip()
    token = ApiToken.objects.get()
    assert (token.scopes, token.made_by, token.secret_hash) == (["read", "reports"], None, hash_of(key))
    assert status(client, key) == 200
    call_command("create_token", "partner", "--name", "another")
    assert ApiToken.objects.live(timezone.now()).count() == 2
    with pytest.raises(CommandError, match="--days"):
        call_command("create_token", "partner", "--days", "400")


def test_a_token_of_the_library_goes_on_working(client, partner):
    fill = importlib.import_module("consortium.migrations.0019_api_tokens_fill")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE authtoken_token (key varchar(40) PRIMARY KEY, created timestamp, user_id bigint)")
        cursor.execute("INSERT INTO authtoken_token VALUES (%s, %s, %s)", ["a" * 40, NOW, partner.pk])
    editor = connection.SchemaEditorClass(connection, atomic=False)  # entered, SQLite's refuses a test's transaction
    fill.take_over(apps, editor)
    fill.drop(apps, editor)
    assert status(client, "a" * 40) == 200
    assert "authtoken_token" not in connection.introspection.table_names()
    fill.take_over(apps, editor)  # a database that never had the library
    assert ApiToken.objects.count() == 1
