"""Every address × method × person × whose record: what is answered is what the tables say.

404 for what one does not see, the same whether it belongs to others or is not there at all; 403 with a sentence for
what one sees but may not do; otherwise an answer of the page itself.
"""

import logging
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import translation

from consortium.models import HistoryEntry, User
from consortium.permissions import may

from .addresses import Address, addresses, ask, told
from .world import NOWHERE, SIDES

pytestmark = pytest.mark.django_db
ADDRESSES = addresses()
# The tables are read by Python and the rows by the querysets of test_reading: on PostgreSQL a few ask for everything.
ONLY = {"college_admin", "partner", "outsider"} if connection.vendor == "postgresql" else set()
REFUSALS = ["You may do this only for your own organization", "Only these roles may do this"]
FINE = {200, 201, 202, 204, 302, 400, 409}


@pytest.fixture(scope="module")
def people(world):
    """Everybody with a signed-in client; ``nobody`` has not signed in."""
    found = {"nobody": (None, Client(headers={"Accept-Language": "en"}))}
    for name, person in world.people.items():
        if name == "college_mentor":  # what a mentor of the college reads is tested beside visible_to
            continue
        client = Client(headers={"Accept-Language": "en"}, raise_request_exception=False)
        client.force_login(person)
        found[name] = (User.objects.get(pk=person.pk), client)
    return found


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"
    logging.getLogger("django.request").setLevel(logging.CRITICAL)  # thousands of refusals are what is asked for
    with translation.override("en"):
        yield
    logging.getLogger("django.request").setLevel(logging.NOTSET)


@contextmanager
def undone():
    """What was asked for leaves nothing behind."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def newest_row() -> int:
    return HistoryEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def expected(user, act: str, address: Address, record) -> str:
    if record is None and address.places:
        return "not there"
    if record is not None and not may(user, f"{address.thing}.see", record):
        return "not there"
    if not may(user, act, record):
        return "empty list" if act.endswith(".see") and not address.places else "refused"
    return "done"


def verdict(response) -> str:
    """The answer in one word, or what is wrong with it."""
    status, text = told(response)
    if status == 404:
        return "not there"
    if status == 403 and any(sentence in text for sentence in REFUSALS):
        return "refused"
    if status in FINE and "/accounts/login/" not in response.headers.get("Location", ""):
        return "done"
    return f"{status} {text[:200]}"


def fits(answer: str, wanted: str, response) -> bool:
    if response.status_code == 405:  # this page has no such method, for anybody
        return True
    return answer == wanted or wanted == "empty list" and answer in ("done", "refused")


@pytest.mark.parametrize("address", ADDRESSES, ids=lambda address: address.name)
def test_each_address_answers_everybody_as_the_tables_say(world, people, address):
    wrong, statuses = [], set()
    for method in address.methods:
        act = address.act(method)
        if act.endswith(".see") and method == "POST" and statuses - {405}:
            continue  # a page to be read
        for name, (user, client) in people.items():
            if user is None or ONLY and name not in ONLY:
                continue
            nowhere = None
            for side in ("nowhere", *SIDES) if address.places else ("",):
                if name in ("outsider", "roleless") and side not in ("nowhere", "own"):
                    continue
                here = {thing: world.records.get(side, {}).get(thing) for _place, thing in address.places}
                record = here[address.places[0][1]] if address.places else None
                assert record or side == "nowhere" or not address.places, f"world.py makes no {address.thing} of {side}"
                numbers = {place: here[thing].pk if here[thing] else NOWHERE for place, thing in address.places}
                path = address.path(**numbers) + address.query(world.records.get(side, {}))
                with undone():
                    newest = newest_row()
                    response = ask(client, method, path, is_api=address.is_api)
                    written = list(HistoryEntry.objects.filter(pk__gt=newest).values_list("what", flat=True))
                if response.status_code == 403 and written != ["refused"]:
                    wrong.append(f"{method} {name} {side}: refused, and history has {written}")
                wanted = expected(user, act, address, record)
                answer = verdict(response)
                statuses.add(response.status_code)
                if not fits(answer, wanted, response):
                    wrong.append(f"{method} {name} {side}: {answer} instead of {wanted}")
                if side == "nowhere":
                    nowhere = told(response, path)
                elif wanted == "not there" and told(response, path) != nowhere:
                    wrong.append(f"{method} {name} {side}: another answer than for what is nowhere")
    assert "\n".join(wrong) == ""


@pytest.mark.parametrize("address", ADDRESSES, ids=lambda address: address.name)
def test_nobody_is_told_to_sign_in(world, people, address):
    _nobody, client = people["nobody"]
    numbers = [
        {place: world.records["own"][thing].pk for place, thing in address.places},
        {place: NOWHERE for place, _thing in address.places},
    ]
    for method in address.methods:
        answers = set()
        for given in numbers:
            path = address.path(**given)
            with undone():
                response = ask(client, method, path, is_api=address.is_api)
            assert response.status_code == 401 if address.is_api else response.url.startswith("/accounts/login/")
            answers.add(told(response, path))
        assert len(answers) == 1
