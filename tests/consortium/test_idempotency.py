"""A program that sends a request again with the same Idempotency-Key is answered again, and nothing is done twice."""

from datetime import date, timedelta
from threading import Barrier

import pytest
from django.conf import settings as configured
from django.db import connection
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator

from config.celery import app
from consortium.models import Affiliation, Agreement, HistoryEntry, KeptAnswer, User
from consortium.services import answers
from consortium.services.personal import erase_user

from ..together import at_once
from .tokens import headers, token_of

pytestmark = pytest.mark.django_db
PATH = "/api/v1/agreements/"
KEY = "order-2026-0001"
ANOTHER = "This Idempotency-Key was used for another request. Choose a new one for this."


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def wanted(college, enterprise):
    """The body of a new agreement; nothing but the key keeps it from being made twice."""
    parties = [college.pk, enterprise.pk]
    return {"title": "联合培养协议", "type": "order_class", "starts_on": "2026-09-01"} | {
        "ends_on": "2027-08-31", "number": "", "organizations": parties,
    }  # fmt: skip


@pytest.fixture
def post(api_for, secretariat, wanted):
    """Send the agreement with a key; what is named changes the body."""

    def send(key: str | None = KEY, path: str = PATH, user=secretariat, **changed):
        sent = {} if key is None else {"Idempotency-Key": key}
        return api_for(user).post(path, {**wanted, **changed}, headers=sent)

    return send


def test_the_same_request_is_answered_again_and_done_once(post):
    first, second = post(), post()
    assert (first.status_code, first.headers.get("Idempotent-Replayed")) == (201, None)
    assert (second.status_code, second.headers.get("Idempotent-Replayed")) == (201, "true")
    assert (second.content, second.headers["Content-Type"]) == (first.content, first.headers["Content-Type"])
    assert (Agreement.objects.count(), KeptAnswer.objects.count()) == (1, 1)


def test_without_a_key_and_with_another_one_it_is_done_again(post):
    for key in (None, None, KEY, "another"):
        assert post(key).status_code == 201
    assert (Agreement.objects.count(), KeptAnswer.objects.count()) == (4, 2)


def test_one_key_for_another_body_or_address_is_422(post):
    first = post().json()
    for answer in (post(title="别的协议"), post(path=f"{PATH}{first['id']}/submit/"), post(path=f"{PATH}?a=b")):
        assert (answer.status_code, answer.json()) == (422, {"detail": ANOTHER})
    assert (Agreement.objects.count(), KeptAnswer.objects.count()) == (1, 1)


def test_the_sentence_of_422_is_chinese(post, settings):
    settings.LANGUAGE_CODE = "zh-hans"
    post()
    assert post(title="别的协议").json() == {"detail": "这个 Idempotency-Key 已用于另一个请求，请换一个新的。"}


def test_a_key_is_its_senders_own(post, other_college_admin):
    assert post().status_code == 201
    assert "Idempotent-Replayed" not in post(user=other_college_admin).headers
    assert set(KeptAnswer.objects.values_list("user", flat=True)) > {other_college_admin.pk}


def test_a_refusal_and_a_bad_value_are_kept_too(post, api_for, secretariat):
    assert [post(title="").status_code, post(title="").headers.get("Idempotent-Replayed")] == [400, "true"]
    number = post("second").json()["id"]
    path = f"{PATH}{number}/submit/"
    told = [api_for(secretariat).post(path, headers={"Idempotency-Key": key}) for key in ("third", "4th", "4th")]
    assert [answer.status_code for answer in told] == [200, 409, 409]
    assert told[1].content == told[2].content
    assert told[2].headers["Idempotent-Replayed"] == "true"


def test_an_answer_without_words_is_kept_too(api_for, secretariat):
    path = "/api/v1/hours/1/"
    row, _is_new = answers.reserve(secretariat, KEY, _hash(secretariat, "DELETE", path), now=timezone.now())
    answers.keep(row, status=204, headers={}, body="")
    answer = api_for(secretariat).delete(path, headers={"Idempotency-Key": KEY})
    assert (answer.status_code, answer.content, answer.headers.get("Content-Type")) == (204, b"", None)


def _hash(user, method: str, path: str, body: bytes = b"") -> str:
    return answers.hash_of(method, path, user.affiliation.pk, body)


def test_a_fault_is_not_kept_and_leaves_nothing(post, monkeypatch):
    """The disk is full when the last thing is written, so to say."""

    def fail(*args, **kwargs):
        raise OSError("no space left")

    with monkeypatch.context() as broken:
        broken.setattr(answers, "keep", fail)
        with pytest.raises(OSError, match="no space"):
            post()
    assert (Agreement.objects.count(), KeptAnswer.objects.count()) == (0, 0)
    assert (post().status_code, Agreement.objects.count()) == (201, 1)


@pytest.mark.parametrize("key", ["", "x" * 65, "two words", "键"])
def test_a_key_that_is_none_is_refused(post, key):
    answer = post(key.encode().decode("latin-1"))
    assert (answer.status_code, answer.json()) == (
        400, {"detail": "An Idempotency-Key has 1 to 64 visible characters of ASCII."},
    )  # fmt: skip
    assert Agreement.objects.count() == 0
    assert post("x" * 64).status_code == 201


def test_reading_takes_no_notice_of_a_key(api_for, secretariat):
    api = api_for(secretariat)
    assert [api.get(PATH, headers={"Idempotency-Key": KEY}).status_code for _time in range(2)] == [200, 200]
    assert not KeptAnswer.objects.exists()


def test_a_form_is_refused_with_a_key_as_without(client_for, secretariat):
    client = client_for(secretariat)
    for sent in ({}, {"Idempotency-Key": KEY}):
        assert client.post(PATH, {"title": "x"}, headers=sent).status_code == 415


def test_an_answer_is_not_given_to_a_role_that_was_not_told_it(post, secretariat):
    post()
    Affiliation.objects.filter(user=secretariat).update(ended_on=date(2020, 1, 1))
    again = post(user=type(secretariat).objects.get(pk=secretariat.pk))
    assert (again.status_code, again.json()) == (422, {"detail": ANOTHER})


def test_a_token_out_of_scope_is_told_nothing(client, secretariat, wanted):
    _token, wide = token_of(secretariat)
    _token, narrow = token_of(secretariat, "hours", name="narrow")
    told = [
        client.post(PATH, wanted, content_type="application/json", headers={**headers(key), "Idempotency-Key": KEY})
        for key in (wide, narrow)
    ]
    assert [answer.status_code for answer in told] == [201, 403]


def test_who_is_erased_stands_in_no_kept_answer(post, secretariat, bureau, other_college_admin):
    assert post(title=f"与{bureau.name}的协议").json()["title"] == "与示例局人员的协议"
    post(user=other_college_admin)
    for leaver in (bureau, other_college_admin):
        Affiliation.objects.filter(user=leaver).update(ended_on=date(2020, 1, 1))
        erase_user(User.objects.get(pk=leaver.pk), by=secretariat, reason="本人书面申请注销")
    row = KeptAnswer.objects.get()
    assert (row.user, "示例局人员" in row.body) == (secretariat, False)
    assert f"与Erased user {bureau.pk}的协议" in row.body


def test_after_a_day_a_key_is_free_and_its_answer_removed(post, secretariat):
    post()
    now = timezone.now()
    assert answers.remove_old_answers(now + timedelta(hours=23)) == 0
    KeptAnswer.objects.update(at=now - timedelta(hours=24))
    assert (post(title="别的协议").status_code, KeptAnswer.objects.count()) == (201, 1)
    assert answers.remove_old_answers(now + timedelta(hours=25)) == 1
    assert not KeptAnswer.objects.exists()
    assert "consortium.remove_old_answers" in {job["task"] for job in configured.CELERY_BEAT_SCHEDULE.values()}
    app.loader.import_default_modules()
    app.tasks["consortium.remove_old_answers"]()


def test_the_description_names_the_header_wherever_something_is_written():
    paths = SchemaGenerator().get_schema(request=None, public=True)["paths"]
    named = {
        (method in ("get", "head"), any(one["name"] == "Idempotency-Key" for one in operation.get("parameters", [])))
        for operations in paths.values()
        for method, operation in operations.items()
    }
    assert named == {(True, False), (False, True)}


threads = pytest.mark.skipif(connection.vendor != "postgresql", reason="one writer at a time lets nobody in between")


@threads
@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_is_done_and_both_are_answered_alike(post):
    told = []
    assert at_once(*[lambda: told.append(post())] * 4) == [""] * 4
    assert {(answer.status_code, answer.content) for answer in told} == {(201, told[0].content)}
    assert sorted(answer.headers.get("Idempotent-Replayed", "") for answer in told) == ["", "true", "true", "true"]
    assert (Agreement.objects.count(), KeptAnswer.objects.count()) == (1, 1)
    assert HistoryEntry.objects.filter(what="created").count() == 1


@threads
@pytest.mark.django_db(transaction=True)
def test_of_two_bodies_at_once_under_one_key_one_is_done(post):
    told = []
    at_once(lambda: told.append(post().status_code), lambda: told.append(post(title="别的协议").status_code))
    assert (sorted(told), Agreement.objects.count()) == ([201, 422], 1)


@threads
@pytest.mark.django_db(transaction=True)
def test_without_a_row_reserved_first_it_would_be_done_twice(post, secretariat):
    """The control: who looks for a kept answer, then works, then keeps it."""
    barrier = Barrier(2, timeout=10)

    def late():
        known = KeptAnswer.objects.of(secretariat, KEY).exists()
        barrier.wait()  # both have looked
        if not known:
            assert post(None).status_code == 201

    assert at_once(late, late) == ["", ""]
    assert Agreement.objects.count() == 2
