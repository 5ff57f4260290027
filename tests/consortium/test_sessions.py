"""When a session ends, and what the next request is answered then."""

import pytest
from django.contrib.auth.hashers import identify_hasher
from django.test import Client

from consortium.middleware import SessionAgeMiddleware as Age

HOME = "/consortium/?q=x"


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


def later(client: Client, minutes: int, *marks: str) -> None:
    """Let so many minutes pass for these marks of the session."""
    session = client.session
    for mark in marks:
        session[mark] -= minutes * 60
    session.save()


@pytest.fixture
def client(client_for, secretariat) -> Client:
    client = client_for(secretariat)
    client.get(HOME)
    return client


def test_a_session_ends_after_a_pause_and_leads_back(client):
    later(client, 29, Age.SEEN, Age.BEGUN)
    assert client.get(HOME).status_code == 200
    later(client, 31, Age.SEEN, Age.BEGUN)
    answer = client.get(HOME)
    assert answer.url == "/accounts/login/?next=/consortium/%3Fq%3Dx"
    assert "after a pause" in client.get(answer.url).content.decode()
    assert client.get(HOME).status_code == 302


def test_a_session_ends_when_it_is_old_however_busy(client):
    for _hour in range(11):
        later(client, 60, Age.BEGUN)
        later(client, 20, Age.SEEN)
        assert client.get(HOME).status_code == 200
    later(client, 62, Age.BEGUN)
    assert "long time" in client.get(HOME, follow=True).content.decode()


def test_the_api_ends_with_the_session(client):
    assert client.get("/api/v1/me/").status_code == 200
    later(client, 31, Age.SEEN)
    assert client.get("/api/v1/me/").status_code == 401


def test_a_session_is_written_once_a_minute(client, django_assert_num_queries):
    before = client.session[Age.SEEN]
    client.get(HOME)
    assert client.session[Age.SEEN] == before
    later(client, 2, Age.SEEN)
    client.get(HOME)
    assert client.session[Age.SEEN] >= before


def test_an_old_hash_becomes_argon2_with_the_next_sign_in(settings, secretariat):
    assert settings.PASSWORD_HASHERS[0].endswith("MD5PasswordHasher")  # what tests use, in place of the program's own
    secretariat.set_password("right-horse-battery")
    secretariat.save()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher", *settings.PASSWORD_HASHERS]
    Client().post("/accounts/login/", {"login": secretariat.username, "password": "right-horse-battery"})
    secretariat.refresh_from_db()
    assert identify_hasher(secretariat.password).algorithm == "argon2"
