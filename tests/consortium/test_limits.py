"""What one may ask of the API: so often, so much, and as JSON."""

import logging

import pytest
from django.core.cache import caches
from django.urls import get_resolver, reverse

from consortium import limits

from ..matrix.addresses import walk
from .test_api import LISTS
from .tokens import headers, token_of

PATH = "/api/v1/organizations/"


@pytest.fixture(autouse=True)
def one_minute(monkeypatch):
    """The clock stands, so that no minute ends in the middle of a test."""
    monkeypatch.setattr(limits.time, "time", lambda: 1_800_000_015.0)


def test_somebody_has_so_many_requests_a_minute_by_all_tokens_together(client, settings, secretariat, bureau):
    settings.API_THROTTLE_USER = 3
    keys = [token_of(secretariat, name=name)[1] for name in ("one", "two")]
    told = [client.get(PATH, headers=headers(keys[number % 2])) for number in range(5)]
    assert [answer.status_code for answer in told] == [200, 200, 200, 429, 429]
    assert (told[3].headers["Retry-After"], "45" in told[3].json()["detail"]) == ("45", True)
    assert "请求" in told[3].json()["detail"]
    assert client.get("/api/v1/me/", headers=headers(keys[0])).status_code == 429
    assert client.get(PATH, headers=headers(token_of(bureau)[1])).status_code == 200


def test_a_new_minute_begins_anew(api_for, settings, secretariat, monkeypatch):
    settings.API_THROTTLE_USER = 1
    assert [api_for(secretariat).get(PATH).status_code for _time in range(2)] == [200, 429]
    monkeypatch.setattr(limits.time, "time", lambda: 1_800_000_060.0)
    assert api_for(secretariat).get(PATH).status_code == 200


def test_whoever_has_not_signed_in_has_few_and_keeps_nobody_else_out(client, settings, secretariat):
    settings.API_THROTTLE_ANON = 2
    wrong = {"Authorization": "Token cjlht_wrong"}
    assert [client.get(PATH, headers=wrong).status_code for _time in range(4)] == [401, 401, 429, 429]
    assert client.get("/api/v1/me/").status_code == 429
    assert client.get(PATH, REMOTE_ADDR="10.0.0.9").status_code == 401
    assert client.get(PATH, headers=headers(token_of(secretariat)[1])).status_code == 200


@pytest.mark.parametrize(("length", "status"), [(limits.LARGEST_BODY, 400), (limits.LARGEST_BODY + 1, 413)])
@pytest.mark.parametrize("path", [PATH, "/api/v1/hours/bulk/", "/api/v1/hours/1/approve/"])
def test_a_body_that_is_too_large_is_413_in_a_sentence(api_for, college_admin, length, status, path):
    body = "[" + " " * (length - 1)
    answer = api_for(college_admin).generic("POST", path, body, content_type="application/json")
    said = {400: "这不是可以读取的 JSON。", 413: "向接口发送的一次请求最多 1 MB，请分开发送。"}[status]
    assert (answer.status_code, answer.json()) == (status, {"detail": said})


WRITTEN = sorted(
    {
        name
        for name, _route, view in walk(get_resolver().url_patterns)
        if "post" in getattr(view, "actions", {}) and not name.endswith("-list")
    }
)


@pytest.mark.parametrize("name", [*LISTS, *WRITTEN])
def test_the_api_takes_json_only(name, client_for, secretariat):
    """Every address that takes a POST, also those whose act needs no body."""
    path = reverse(name) if name.endswith(("-list", "-bulk")) else reverse(name, args=[1])
    client = client_for(secretariat)
    sent = [client.post(path, {"a": "b"}).status_code, client.post(path, "<a/>", content_type="text/xml").status_code]
    assert sent == [415, 415]


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("order", ["name", "-pk", "affiliations__user__password", ""])
def test_no_list_is_ordered_by_what_somebody_names(name, order, api_for, secretariat):
    """A password could be read out letter by letter by the order of the rows."""
    answer = api_for(secretariat).get(reverse(name), {"ordering": order})
    assert (answer.status_code, list(answer.json())) == (400, ["ordering"])


@pytest.mark.parametrize("name", LISTS)
def test_no_list_tells_the_fields_that_somebody_names(name, api_for, secretariat):
    answer = api_for(secretariat).get(reverse(name), {"fields": "id,affiliations__user__password"})
    assert (answer.status_code, list(answer.json())) == (400, ["fields"])


@pytest.fixture
def redis(settings):
    """The counts in the Redis of this run, as two web processes have it; skipped without one."""
    if not settings.REDIS_URL:
        pytest.skip("Redis is not set")
    return with_redis(settings, settings.REDIS_URL)


def with_redis(settings, url: str):
    options = {"serializer": "config.caches.Plain", "socket_connect_timeout": 1, "socket_timeout": 1}
    one = {"BACKEND": "config.caches.SharedCounts", "LOCATION": url, "KEY_PREFIX": "test", "OPTIONS": options}
    settings.CACHES = {"default": one, "other": one}
    return caches


def test_all_web_processes_count_together(redis):
    one, other = redis["default"], redis["other"]
    one.delete("count")
    assert (one.add("count", 0), other.add("count", 0)) == (True, False)
    assert [one.incr("count"), other.incr("count"), one.incr("count")] == [1, 2, 3]
    one.set("moments", [1.5, 2.5])
    assert other.get("moments") == [1.5, 2.5]
    for key in ("count", "moments"):
        one.delete(key)


def test_what_is_kept_in_redis_is_no_pickle(redis):
    with pytest.raises(TypeError):
        redis["default"].set("thing", object())


def test_without_redis_the_api_goes_on(settings, api_for, secretariat, caplog):
    with_redis(settings, "redis://127.0.0.1:1/0")
    settings.API_THROTTLE_USER = 1
    with caplog.at_level(logging.WARNING):
        assert [api_for(secretariat).get(PATH).status_code for _time in range(3)] == [200] * 3
    assert "limits are not counted" in caplog.text


def test_without_redis_people_sign_in(settings, client, secretariat):
    with_redis(settings, "redis://127.0.0.1:1/0")
    answer = client.post("/accounts/login/", {"login": secretariat.username, "password": "a-long-password"})
    assert answer.status_code == 302


def test_a_caches_clear_does_not_empty_the_brokers_queue(settings):
    with pytest.raises(NotImplementedError):
        with_redis(settings, "redis://127.0.0.1:1/0")["default"].clear()
