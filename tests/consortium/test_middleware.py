"""What every answer carries."""

from contextlib import closing

import pytest
from django.urls import reverse


@pytest.mark.parametrize("address", ["/", "/accounts/login/", "/consortium/members/?export=xlsx", "/nowhere/"])
def test_no_page_is_kept_by_a_browser_or_a_proxy(client_for, secretariat, address):
    answer = client_for(secretariat).get(address)
    assert "no-store" in answer.headers["Cache-Control"]


def test_no_answer_of_the_api_is_kept(api_for, secretariat):
    assert "no-store" in api_for(secretariat).get(reverse("memberships-list")).headers["Cache-Control"]


def test_who_is_not_signed_in_leaves_nothing_behind_either(client, db):
    assert "no-store" in client.get(reverse("account_login")).headers["Cache-Control"]


def test_what_is_the_same_for_everybody_may_be_kept(client, db):
    with closing(client.get("/static/css/app.css")) as answer:
        assert "no-store" not in answer.headers["Cache-Control"]
