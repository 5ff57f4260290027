"""What the API says of itself, tried by schemathesis: thousands of requests that fit the description, and that do not.

Each is sent by two partners who are rivals, about their own record, each other's and another consortium's, and by
somebody who may do what is asked. No answer is a fault, none is other than described, none tells of what its person
does not see, and nothing of that changes. The cases are the same in every run.
"""

import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import schemathesis
from django.apps import apps
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connection, transaction
from django.db.models import Model
from django.urls import resolve
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks

from consortium.idempotency import HEADER
from consortium.models import ApiToken, User
from consortium.permissions import PERMISSIONS, may
from consortium.services.tokens import make_token
from consortium.things import THINGS
from zones.api import HourEntryViewSet, ZoneViewSet
from zones.models import HourEntry, Zone

from .addresses import Address, addresses
from .test_matrix import english, undone
from .test_numbers import WORD, sees, upward, words
from .world import NOWHERE, SIDES

__all__ = ["english"]  # a fixture
pytestmark = pytest.mark.django_db
CASES = 2  # of each mode for one operation
FEWEST = 2000
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]
RULES = settings(
    max_examples=CASES, derandomize=True, database=None, deadline=None, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
CHANGES = ("INSERT", "UPDATE", "DELETE")


class Person:
    """One person with a token for everything, what a rival does not see, and what was found wrong."""

    def __init__(self, user: User, side: str, rows: Collection[Model]) -> None:
        self.user, self.side, self.asked, self.wrong = user, side, 0, set[str]()
        _token, key = make_token(
            user, name=f"schema {bool(rows)}", scopes=ApiToken.Scope.values, days=1, by=None, now=timezone.now()
        )
        self.headers = {"Authorization": f"Token {key}", "Accept-Language": "en"}
        seen = {row for row in rows if sees(user, row)}
        self.unseen = [row for row in rows if row not in seen]
        named = {word for row in seen for above in upward(row) for word in words(row) | words(above)}
        # names of people stand on all their work, and history and notices repeat what all the others say
        telling = [row for row in self.unseen if row._meta.model_name not in ("user", "historyentry", "notice")]
        self.secrets = {word for row in telling for word in words(row)} - named

    def ask(self, case: Any) -> Any:
        """The answer, looked at as every answer is. What the request did stays within the caller's transaction."""
        with transaction.atomic(), noting_changes() as changes:
            response = case.call(headers=self.headers)
            transaction.set_rollback(response.status_code >= 500)
        self.asked += 1
        try:
            case.validate_response(response, checks=CHECKS)
        except FailureGroup as faults:
            for fault in faults.exceptions:
                self.note(case, f"{response.status_code} {' '.join(str(fault).split())[:160]}")
        for word in self.secrets.intersection(WORD.findall(response.text)):
            self.note(case, f"tells of {word}")
        for model in {type(row) for row in self.unseen if any(f'"{row._meta.db_table}"' in sql for sql in changes)}:
            kept = {row.pk: values(row) for row in self.unseen if type(row) is model}
            found = {row.pk: values(row) for row in model._default_manager.filter(pk__in=kept)}
            if found != kept:
                self.note(case, f"changes {model._meta.label}")
        return response

    def note(self, case: Any, what: str) -> None:
        sent = f"{case.path_parameters} {case.query} {case.body!r:.200}"
        self.wrong.add(f"{case.operation.label} by {self.user.name}: {what} ({sent})")


@contextmanager
def noting_changes() -> Iterator[list[str]]:
    """The statements that write, but for a token's last use."""
    found: list[str] = []

    def note(execute: Any, sql: str, *more: Any) -> Any:
        if sql.startswith(CHANGES) and '"consortium_apitoken"' not in sql:
            found.append(sql)
        return execute(sql, *more)

    with connection.execute_wrapper(note):
        yield found


def values(row: Any) -> tuple[Any, ...]:
    return tuple(getattr(row, field.attname) for field in row._meta.concrete_fields)


@pytest.fixture(autouse=True)
def one_connection():
    """Each request would end by closing the connection, in which the world stands uncommitted."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture(scope="module")
def api():
    description = SchemaGenerator().get_schema(request=None, public=True)
    schema = schemathesis.openapi.from_dict(json.loads(json.dumps(description, default=str)))
    schema.app = get_wsgi_application()
    by_name = {address.name: address for address in addresses() if address.is_api}
    found = [result.ok() for result in schema.get_all_operations()]
    return [(one, by_name[resolve(one.path.replace("{id}", "1")).view_name]) for one in found if one.path != ME]


ME = "/api/v1/me/"


@pytest.fixture(scope="module")
def people(world):
    """Two rivals, and one of each other role."""
    with transaction.atomic():
        rival = User.objects.get(name="partner~neighbour")
        rows = [row for label in THINGS.values() for row in apps.get_model(label)._default_manager.all()]
        able = {name: Person(user, "own", []) for name, user in world.people.items() if user.affiliation}
        yield {
            **able,
            "partner": Person(world.people["partner"], "own", rows),
            "rival": Person(rival, "neighbour", rows),
        }
        transaction.set_rollback(True)


def cases_of(operation: Any) -> list[Any]:
    """Some that fit the description and, where something but the record is sent, some that do not."""
    found: list[Any] = []
    modes = [GenerationMode.POSITIVE]
    if operation.body or operation.query:
        modes.append(GenerationMode.NEGATIVE)
    for mode in modes:
        fixed = {"id": NOWHERE} if "{id}" in operation.path else None
        strategy = operation.as_strategy(generation_mode=mode, path_parameters=fixed)
        given(strategy)(RULES(lambda case: found.append(case)))()  # it looks into the function
    return found


def about(case: Any, number: int | None) -> Any:
    """The same request about another record. Of one key for two requests test_idempotency tells."""
    headers = {name: value for name, value in case.headers.items() if name != HEADER}
    return case.operation.Case(
        path_parameters={} if number is None else {"id": number}, headers=headers, query=case.query, body=case.body,
        media_type=case.media_type,
    )  # fmt: skip


def try_operation(world: Any, people: dict[str, Person], operation: Any, address: Address) -> None:
    """All cases of one operation, as the two rivals about everybody's record and as somebody who may do it."""
    act = address.act(operation.method.upper())
    askers = dict.fromkeys(("partner", "rival", able_to(people, act)))
    for case in cases_of(operation):
        for name in askers:
            person = people[name]
            for side in SIDES if address.places else [person.side]:
                record = world.records[side][address.places[0][1]] if address.places else None
                if name not in ("partner", "rival") and side != person.side:
                    continue
                with undone():
                    one = about(case, record.pk if record else None)
                    response = person.ask(one)
                if record and not may(person.user, f"{address.thing}.see", record):
                    with undone():
                        nowhere = person.ask(about(case, NOWHERE)) if response.status_code not in (403, 404) else None
                    if nowhere and (nowhere.status_code, nowhere.text) != (response.status_code, response.text):
                        person.note(one, f"{response.status_code} for what is not seen")


def able_to(people: dict[str, Person], act: str) -> str:
    """Somebody whose role may do it to some record."""
    return next(name for name, one in people.items() if one.user.affiliation.role in PERMISSIONS[act])


def found_wrong(people: dict[str, Person]) -> list[str]:
    found = sorted(line for person in people.values() for line in person.wrong)
    for person in people.values():
        person.wrong.clear()
    return found


def test_two_thousand_requests_of_rivals_are_answered_as_described_and_reach_nothing_foreign(world, people, api):
    for operation, address in api:
        try_operation(world, people, operation, address)
    assert "\n".join(found_wrong(people)) == ""
    assert sum(person.asked for person in people.values()) >= FEWEST
    assert min(people[name].asked for name in ("partner", "rival")) >= FEWEST / 4


def hours(api: Any) -> list[tuple[Any, Address]]:
    return [(operation, address) for operation, address in api if operation.path == "/api/v1/hours/{id}/"]


def test_a_list_that_forgets_whose_records_they_are_is_found(world, people, api, monkeypatch):
    monkeypatch.setattr(HourEntryViewSet, "get_queryset", lambda view: HourEntry.objects.for_list())
    for operation, address in hours(api):
        try_operation(world, people, operation, address)
    found = found_wrong(people)
    assert any("GET /api/v1/hours/{id}/ by partner~own: 200 for what is not seen" in line for line in found)
    assert any("GET /api/v1/hours/{id}/ by partner~own: tells of" in line for line in found)


def test_a_fault_and_a_change_of_what_is_not_seen_are_found(world, people, api, monkeypatch):
    def faulty(view, rows):
        Zone.objects.update(name="~")
        raise ValueError(rows)

    monkeypatch.setattr(HourEntryViewSet, "prepare", faulty)
    monkeypatch.setattr(ZoneViewSet, "prepare", lambda view, rows: rows if Zone.objects.update(name="~") else rows)
    zone = [(operation, address) for operation, address in api if operation.path == "/api/v1/zones/{id}/"]
    for operation, address in [*hours(api), *zone]:
        try_operation(world, people, operation, address)
    found = found_wrong(people)
    assert any("GET /api/v1/hours/{id}/ by partner~own: 500 Server error" in line for line in found)
    assert any("GET /api/v1/zones/{id}/ by partner~own: changes zones.Zone" in line for line in found)
