"""What programs send: each body as the API's own description asks for it, with one number of what is not there.

The description is what outsiders read, so a key that it does not show, or that nobody has said the meaning of, fails.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator
from stdnum.cn.uscc import calc_check_digit

from consortium.models import HistoryEntry
from consortium.permissions import may

from .addresses import Address, addresses, ask, told
from .test_matrix import english, people, undone
from .test_numbers import MOMENT, NUMBER, WORD, forbidden, known, models_of, record_of, unseen

__all__ = ["english", "forbidden", "known", "people"]  # fixtures
pytestmark = pytest.mark.django_db
METHODS = ("POST", "PATCH")
WRITTEN = [address for address in addresses() if address.is_api and set(METHODS) & set(address.methods)]
# whole numbers that are no record's
AMOUNTS = {"college_weight", "enterprise_weight", "number", "percent", "places", "publicity_days", "quarter"}
AMOUNTS |= {"days_ahead", "month", "months", "talk_above", "third_party_weight", "to", "version", "year"}
# what fits, where the kind of the field does not say it
CODE = "91130500999999999"
FITTING = {
    "credit_code": f"{CODE}{calc_check_digit(CODE)}", "month": "2026-01-01", "number": 9, "quarter": 2, "same_as": None,
    "side": "third_party", "year": 2025,
}  # fmt: skip


@pytest.fixture(scope="module")
def description() -> dict[str, Any]:
    return SchemaGenerator().get_schema(request=None, public=True)


def asked_for(description: dict[str, Any], method: str, path: str) -> dict[str, Any]:
    """The schema of the body at this address; empty when it takes none."""
    for template, operations in description["paths"].items():
        if re.fullmatch(re.sub(r"\{\w+\}", r"\\d+", template), path) and method.lower() in operations:
            content = operations[method.lower()].get("requestBody", {}).get("content", {})
            return content.get("application/json", {}).get("schema", {})
    raise AssertionError(f"{method} {path} is not described")


def resolved(description: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    for key in ("allOf", "oneOf"):
        schema = {**schema, **schema[key][0]} if key in schema else schema
    if "$ref" in schema:
        return resolved(description, description["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]])
    return schema


def properties(description: dict[str, Any], schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Name and schema of each field that one sends; of a list, those of one entry."""
    schema = resolved(description, schema)
    if schema.get("type") == "array":
        return properties(description, schema["items"])
    found = schema.get("properties", {})
    return {name: resolved(description, one) for name, one in found.items() if not one.get("readOnly")}


def value(name: str, schema: dict[str, Any], own: dict[str, int]) -> Any:
    """Something that fits the field; a record's number is that of an own one."""
    if is_list(schema):
        return [own[singular(name)]]
    if name in FITTING:
        return FITTING[name]
    if "enum" in schema:
        return schema["enum"][0]
    today = timezone.localdate().isoformat()
    by_format = {"date": today, "decimal": "1.00", "date-time": f"{today}T08:00:00+08:00", "email": "a@example.org"}
    by_type = {"integer": own.get(name, max(schema.get("minimum", 1), 1)), "boolean": True, "string": "x1"}
    return by_format.get(schema.get("format", "")) or by_type.get(schema.get("type", ""), [])


def is_list(schema: dict[str, Any]) -> bool:
    """Whether the field takes several numbers."""
    return schema.get("type") == "array" and schema["items"].get("type") == "integer"


def singular(name: str) -> str:
    return name.removesuffix("s")


def keys_of(fields: dict[str, dict[str, Any]]) -> Iterator[str]:
    yield from (name for name, schema in fields.items() if is_list(schema) or schema.get("type") == "integer")


def sent(client: Any, method: str, path: str, body: Any) -> tuple[int, str, int]:
    """Status and text of the answer, without numbers and moments, and how many rows of history it wrote."""
    with undone():
        head = HistoryEntry.objects.count()
        status, text = told(ask(client, method, path, body, is_api=True), path)
        written = HistoryEntry.objects.count() - head
    return status, NUMBER.sub("N", MOMENT.sub("T", text)), written


@pytest.mark.parametrize("address", WRITTEN, ids=lambda address: address.name)
def test_a_body_answers_what_is_foreign_like_what_is_nowhere(world, people, forbidden, description, address: Address):
    models = models_of(world)
    own = {name: record_of(world, model, "own").pk for name, model in models.items()}
    own |= {"enterprise": world.records["own"]["partnership"].enterprise_id, "person": world.people["partner"].pk}
    here = {place: world.records["own"][thing] for place, thing in address.places}
    path = address.path(**{place: record.pk for place, record in here.items()})
    wrong = []
    for method in set(METHODS) & set(address.methods):
        schema = asked_for(description, method, path)
        fields = properties(description, schema)
        keys = {key: key if key in models else singular(key) for key in keys_of(fields) if key not in AMOUNTS}
        assert sorted(set(keys.values()) - set(models)) == [], "what are these numbers?"
        whole = {name: value(name, one, own) for name, one in fields.items()}
        for name, (user, client) in people.items():
            record = next(iter(here.values()), None)
            if name in ("nobody", "outsider") or not may(user, address.act(method), record):
                continue
            for key, thing in keys.items():
                bodies: list[Any] = []
                for other in unseen(world, user, models[thing]):
                    body = {**whole, key: [other] if is_list(fields[key]) else other}
                    bodies.append([body] if schema.get("type") == "array" else body)
                answers = [sent(client, method, path, body) for body in bodies]
                if len(set(answers)) > 1:
                    wrong.append(f"{method} tells {name} that a foreign {key} is there")
                if any(written for _status, _text, written in answers):
                    wrong.append(f"{method} writes for {name} with a foreign {key}")
                for _status, text, _written in answers:
                    found = forbidden[name].intersection(WORD.findall(text))
                    wrong += [f"{method} names {word} to {name}" for word in found]
    assert "\n".join(wrong) == ""
