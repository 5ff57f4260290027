"""What is refused to somebody who is known stands in the history, once, without a secret, and never fills it."""

import datetime
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, connections, transaction
from django.test import Client, RequestFactory
from django.urls import resolve
from django.utils import timezone
from rest_framework.test import APIClient

from consortium.middleware import _place_of
from consortium.models import HistoryEntry, Organization
from consortium.services import refusals
from consortium.services.refusals import note_refusal
from consortium.services.tokens import revoke_token
from consortium.views import history

from .tokens import headers, token_of

pytestmark = pytest.mark.django_db


def refused() -> list[tuple]:
    rows = HistoryEntry.objects.filter(what="refused").order_by("pk")
    return [(row.record, row.actor, row.acting_as, row.consortium, row.address, row.old, row.new) for row in rows]


def test_a_page_that_is_refused_by_role_is_remembered_once_an_hour_for_each_kind_of_address(client_for, partner):
    client = client_for(partner)
    assert client.get("/consortium/history/?q=13800000000").status_code == 403
    assert client.get("/consortium/history/?q=13800000001").status_code == 403
    assert client.post("/consortium/member-imports/new/").status_code == 403
    acting = partner.affiliation
    assert refused() == [
        (partner, partner, acting, acting.consortium, "127.0.0.1", "", "GET /consortium/history/"),
        (partner, partner, acting, acting.consortium, "127.0.0.1", "", "POST /consortium/member-imports/new/"),
    ]


def test_the_api_too_by_scope_and_by_role(partner):
    client = APIClient()
    _token, reads = token_of(partner, "read", name="读")
    assert client.post("/api/v1/hours/", {}, headers=headers(reads)).status_code == 403
    _token, all_of_it = token_of(partner, name="全部")
    assert client.post("/api/v1/zones/", {}, headers=headers(all_of_it)).status_code == 403
    assert [(row[1], row[-1]) for row in refused()] == [
        (partner, "POST /api/v1/hours/"),
        (partner, "POST /api/v1/zones/"),
    ]


def test_a_form_without_its_token_is_remembered_on_pages_and_in_the_api(partner):
    client = Client(enforce_csrf_checks=True)
    client.force_login(partner)
    assert client.post("/consortium/profile/").status_code == 403
    assert client.post("/api/v1/hours/", "{}", content_type="application/json").status_code == 403
    assert [(row[1], row[-1]) for row in refused()] == [
        (partner, "POST /consortium/profile/"),
        (partner, "POST /api/v1/hours/"),
    ]


def test_a_token_that_was_revoked_is_remembered_of_its_person_whom_nobody_proved_to_be(partner):
    token, key = token_of(partner)
    revoke_token(token, by=partner, now=timezone.now())
    assert APIClient().get("/api/v1/zones/", headers=headers(key)).status_code == 401
    assert APIClient().get("/api/v1/zones/", headers=headers("cjlht_of-nobody")).status_code == 401
    consortium = partner.affiliation.consortium
    assert refused() == [(partner, None, None, consortium, "127.0.0.1", "", "GET /api/v1/zones/")]


def test_what_is_not_seen_what_is_not_signed_and_what_is_allowed_leave_nothing(client_for, partner, client):
    assert client_for(partner).get("/zones/987654321/").status_code == 404
    assert client_for(partner).get("/").status_code == 200
    assert APIClient().get("/api/v1/zones/").status_code == 401
    assert client.get("/consortium/history/").status_code == 302
    assert refused() == []


def test_a_secret_in_an_address_is_not_remembered(rf: RequestFactory):
    request = rf.get("/consortium/invitations/accept/a-secret/")
    request.resolver_match = resolve(request.path)
    assert _place_of(request) == "/consortium/invitations/accept/<str:secret>/"
    request = rf.get("/zones/17/")
    request.resolver_match = resolve(request.path)
    assert _place_of(request) == "/zones/17/"


def test_a_hostile_client_cannot_fill_the_history(partner, monkeypatch):
    monkeypatch.setattr(refusals, "MOST", 3)
    now = timezone.now()
    for number in range(9):
        note_refusal(partner, asked=f"GET /zones/{number}/", by=partner, now=now)
    for letter in "abcdef":
        note_refusal(partner, asked=f"GET /{letter}/{'x' * 999}", by=partner, now=now)
    assert [row[-1][:8] for row in refused()] == ["GET /zon", "GET /a/x", "GET /b/x"]
    assert max(len(row[-1]) for row in refused()) == refusals.LONGEST
    note_refusal(partner, asked="GET /zones/0/", by=partner, now=now + datetime.timedelta(hours=2))
    assert len(refused()) == 4


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite in memory has one connection")
def test_of_twenty_at_once_one_is_remembered(partner):
    def note(_number: int) -> None:
        try:
            note_refusal(partner, asked="GET /zones/7/", by=None, now=timezone.now())
        finally:
            connections.close_all()

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(note, range(20)))
    assert len(refused()) == 1


def test_the_history_shows_and_finds_them(client_for, partner, secretariat):
    client_for(partner).get("/consortium/history/")
    answer = client_for(secretariat).get("/consortium/history/?what=refused")
    assert [row.new for row in answer.context["page"]] == ["GET /consortium/history/"]
    assert "请求被拒" in answer.content.decode()


def test_what_the_request_took_back_does_not_take_the_row_back(client_for, partner, monkeypatch):
    """The view's own transaction is over when the row is written."""

    def half_done(*_args):
        with transaction.atomic():
            Organization.objects.update(name="~")
            raise PermissionDenied

    monkeypatch.setattr(history, "require", half_done)
    assert client_for(partner).get("/consortium/history/").status_code == 403
    assert not Organization.objects.filter(name="~").exists()
    assert len(refused()) == 1
