"""What the API answers to what nobody should send."""

import re

import pytest
from django.urls import get_resolver, reverse
from django.utils import translation

from ..matrix.addresses import walk

PATH = "/api/v1/organizations/"


@pytest.mark.parametrize(
    "body",
    ["{", "NaN", '{"kind": 1e400}', '{"kind": "\\ud800"}', "[" * 100_000, '{"a":' * 100_000, b"\xff\xfe"],
    ids=["cut off", "not a number", "endless", "half a character", "deep list", "deep object", "not UTF-8"],
)
def test_a_body_that_is_no_json_is_400_in_one_sentence(api_for, secretariat, settings, body):
    settings.LANGUAGE_CODE = "en"
    answer = api_for(secretariat).generic("POST", PATH, body, content_type="application/json")
    assert (answer.status_code, answer.json()) == (400, {"detail": "This is not JSON that can be read."})


def test_what_is_not_there_is_said_in_the_readers_language(api_for, secretariat):
    answers = {}
    for language in ("en", "zh-hans"):
        with translation.override(language):
            answer = api_for(secretariat).get(f"{PATH}0/", headers={"Accept-Language": language})
        answers[language] = (answer.status_code, answer.json()["detail"])
    assert answers == {"en": (404, "Not found."), "zh-hans": (404, "未找到。")}


def test_the_page_of_the_api_holds_nothing_that_the_policy_refuses(client_for, secretariat):
    page = client_for(secretariat).get("/api/docs/")
    assert (page.status_code, page.content.count(b"<style")) == (200, 0)


LISTS = sorted(
    {name for name, _route, _view in walk(get_resolver().url_patterns) if re.fullmatch(r"[a-z-]+-list", name)}
)


@pytest.mark.parametrize("name", LISTS)
def test_a_filter_that_a_list_does_not_have_is_refused(name, api_for, secretariat):
    """A word that is spelt wrongly must not answer everything."""
    api = api_for(secretariat)
    answer = api.get(reverse(name), {"staus": "approved", "page_size": 1})
    assert (answer.status_code, list(answer.json())) == (400, ["staus"])
    assert api.get(reverse(name), {"page_size": 1}).status_code == 200
