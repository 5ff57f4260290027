"""Nobody guesses a password, and nobody keeps another out by guessing."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from consortium.models import HistoryEntry, PasswordTries
from consortium.services import Refused, sign_ins
from tests.together import at_once

GOOD, BAD = "right-horse-battery", "wrong-horse-battery"
TOO_MANY = "Too many wrong passwords."


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def somebody(secretariat):
    secretariat.set_password(GOOD)
    secretariat.email = "office@example.cn"
    secretariat.save()
    return secretariat


def sign_in(client: Client, name: str, password: str, **more) -> str:
    """What became of it: "in", or the page's text."""
    answer = client.post("/accounts/login/", {"login": name, "password": password}, **more)
    return "in" if answer.status_code == 302 else answer.content.decode()


def error_of(page: str) -> str:
    return page.partition('id="sign_in_error">')[2].partition("</div>")[0].strip()


def test_after_five_wrong_passwords_the_right_one_is_not_tried(somebody):
    said = [error_of(sign_in(Client(), somebody.username, BAD)) for _try in range(5)]
    assert len(set(said)) == 1 and TOO_MANY not in said[0]
    assert TOO_MANY in sign_in(Client(), somebody.username, GOOD)
    assert TOO_MANY in sign_in(Client(), somebody.username.upper(), GOOD)  # signing in knows no case


def test_a_name_that_nobody_has_is_answered_alike(somebody):
    known, unknown = [
        [error_of(sign_in(Client(), name, BAD)) for _try in range(7)] for name in (somebody.username, "nobody-at-all")
    ]
    assert known == unknown
    assert TOO_MANY in known[5]


def test_a_browser_that_is_known_stays_open_and_has_five_of_its_own(somebody):
    known = Client()
    assert sign_in(known, somebody.username, GOOD) == "in"
    known.post("/accounts/logout/")
    for _try in range(6):
        sign_in(Client(), somebody.username, BAD)
    assert TOO_MANY in sign_in(Client(), somebody.username, GOOD)
    assert sign_in(known, somebody.username, GOOD) == "in"
    known.post("/accounts/logout/")
    for _try in range(5):
        assert TOO_MANY not in sign_in(known, somebody.username, BAD)
    assert TOO_MANY in sign_in(known, somebody.username, GOOD)


def test_a_browser_is_known_for_the_name_that_signed_in_there(somebody, bureau):
    bureau.set_password(GOOD)
    bureau.save()
    rival = Client()
    assert sign_in(rival, bureau.username, GOOD) == "in"
    rival.post("/accounts/logout/")
    for _try in range(5):
        sign_in(rival, somebody.username, BAD)
    assert TOO_MANY in sign_in(rival, somebody.username, BAD)
    forged = Client()
    forged.cookies["device"] = f"{sign_ins.name_key(somebody.username)}.mine:1uPbBk:{'x' * 43}"
    assert TOO_MANY in sign_in(forged, somebody.username, GOOD)


def test_a_new_password_by_a_link_opens_where_it_was_set(somebody, mailoutbox):
    for _try in range(6):
        sign_in(Client(), somebody.username, BAD)
    client = Client()
    client.post("/accounts/password/reset/", {"email": somebody.email})
    link = next(word for word in mailoutbox[0].body.split() if "/password/reset/key/" in word)
    form = client.get(link, follow=True).request["PATH_INFO"]
    client.post(form, {"password1": GOOD + "2", "password2": GOOD + "2"})
    assert TOO_MANY in sign_in(Client(), somebody.username, GOOD + "2")
    assert sign_in(client, somebody.username, GOOD + "2") == "in"


def test_the_pause_ends_and_what_is_refused_does_not_prolong_it(somebody):
    now = timezone.now()
    for minute in range(5):
        reserve(somebody.username, now + timedelta(minutes=minute))
    for minute in (5, 12, 18):
        with pytest.raises(Refused, match=TOO_MANY):
            reserve(somebody.username, now + timedelta(minutes=minute))
    for second in range(5):
        reserve(somebody.username, now + timedelta(minutes=19, seconds=second))
    with pytest.raises(Refused, match=TOO_MANY):
        reserve(somebody.username, now + timedelta(minutes=20))


def reserve(name: str, now, address: str | None = None) -> None:
    sign_ins.reserve(name, device="", address=address, now=now)


def test_an_address_has_a_hundred_and_a_locked_name_does_not_use_them_up(db):
    now = timezone.now()
    for _try in range(20):
        try:
            reserve("one-name", now, "10.0.0.7")
        except Refused:
            continue
    for number in range(95):
        reserve(f"name-{number}", now, "10.0.0.7")
    with pytest.raises(Refused, match=TOO_MANY):
        reserve("name-95", now, "10.0.0.7")
    reserve("name-95", now, "10.0.0.8")


def test_history_tells_whoever_has_the_name(somebody):
    client = Client()
    sign_in(client, somebody.username, BAD, REMOTE_ADDR="10.0.0.7")
    sign_in(client, somebody.username, GOOD)
    rows = HistoryEntry.objects.of(somebody).order_by("pk").values_list("what", "actor", "address")
    assert list(rows) == [("wrong password", None, "10.0.0.7"), ("signed in", somebody.pk, "127.0.0.1")]
    assert not HistoryEntry.objects.filter(new__contains=BAD).exists()


def test_what_was_typed_as_a_name_is_not_kept(db):
    sign_in(Client(), "my-secret-by-mistake", BAD)
    assert [len(row.key) for row in PasswordTries.objects.all()] == [64, 64]
    assert not HistoryEntry.objects.exists()


def test_old_counts_are_removed(somebody):
    reserve("long-ago", timezone.now() - timedelta(hours=1))
    sign_in(Client(), somebody.username, BAD)
    assert not PasswordTries.objects.filter(key=sign_ins.name_key("long-ago")).exists()


def test_operators_come_in_by_the_same_door(client, db):
    assert client.get("/admin/login/").url == "/accounts/login/?next=%2Fadmin%2Flogin%2F"
    assert client.post("/admin/login/", {"username": "x", "password": "y"}).status_code == 302
    assert not PasswordTries.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite in memory has one connection")
@pytest.mark.parametrize(("guarded", "most"), [(True, 5), (False, 20)], ids=["guarded", "control"])
def test_of_twenty_tries_at_once_five_are_made(guarded, most):
    """The control reads first and counts afterwards, as limits in a cache do: it lets all of them through."""
    key, now = sign_ins.name_key("somebody"), timezone.now()
    PasswordTries.objects.create(key=key, tries=0, last_at=now)
    made = []

    def ask_then_count() -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT tries FROM consortium_passwordtries WHERE key = %s", [key])
            free = cursor.fetchone()[0] < 5
            cursor.execute("SELECT pg_sleep(0.2)")
            cursor.execute("UPDATE consortium_passwordtries SET tries = tries + 1 WHERE key = %s", [key])
        return free

    def try_it() -> None:
        after = now - sign_ins.PAUSE
        if PasswordTries.objects.reserve(key, most=5, after=after, now=now) if guarded else ask_then_count():
            made.append(1)

    at_once(*[try_it] * 20)
    assert len(made) == most
