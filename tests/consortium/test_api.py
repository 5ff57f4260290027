"""What the API answers to what nobody should send."""

import pytest
from django.utils import translation

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
