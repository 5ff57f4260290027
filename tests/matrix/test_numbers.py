"""Beside the path: in filters, bodies, choices, texts and exports, what one does not see is as if it were not there."""

import re
import zipfile
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.apps import apps
from django.db.models import Model
from django.forms.models import ModelChoiceField
from django.http import HttpResponse
from django.urls import get_resolver
from django_filters import ModelChoiceFilter

from consortium.conditions import PARENTS
from consortium.models import User
from consortium.permissions import may
from consortium.things import THINGS

from .addresses import Address, addresses, ask, told, walk
from .test_matrix import english, people, undone
from .world import NOWHERE, SIDES

__all__ = ["english", "people"]  # fixtures
pytestmark = pytest.mark.django_db
ADDRESSES = addresses()
READ = [address for address in ADDRESSES if "GET" in address.methods]
VIEWS = {name: view for name, _route, view in walk(get_resolver().url_patterns)}
THING_OF = {label: thing for thing, label in THINGS.items()}
WORD = re.compile(r"[\w.]+~\w+")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.+]+")
NUMBER = re.compile(r'(?<=["=: ])\d+(?=["&; <])|(?<=\\")\d+(?=\\")')


def names(address: Address) -> str:
    return address.name


def sees(user: User, record: Model) -> bool:
    """By the table; a person is known to whom a role of that person is visible."""
    if isinstance(record, User):
        return any(may(user, "affiliation.see", role) for role in record.affiliations.all())
    return may(user, f"{THING_OF[record._meta.label]}.see", record)


@pytest.fixture(scope="module")
def known(world):
    """For each person what is named to that person: the records that are seen, and what they hang from."""
    rows = [(thing, row) for thing, label in THINGS.items() for row in apps.get_model(label)._default_manager.all()]
    found = {}
    for name, person in world.people.items():
        seen = [row for thing, row in rows if may(person, f"{thing}.see", row)]
        found[name] = {above for row in seen for above in upward(row)}
    return found


@pytest.fixture(scope="module")
def forbidden(world, known):
    """For each person the words that stand only in records that are not named to that person."""
    # names of people stand on all their work, and history and notices repeat what all the others say
    repeating = ("person", "history", "notice")
    models = [apps.get_model(label) for thing, label in THINGS.items() if thing not in repeating]
    everything = {word for model in models for row in model._default_manager.all() for word in words(row)}
    return {name: everything - {word for row in rows for word in words(row)} for name, rows in known.items()}


def upward(row: Model) -> list[Model]:
    """The record and what it hangs from: an entry of hours names its project and its zone."""
    found = [row]
    for _level in range(2):
        found += [
            above
            for one in found
            for key in (*PARENTS, "enterprise", "outcome", "student")
            if (above := getattr(one, key, None)) and above not in found
        ]
    return found


def words(row: Model) -> set[str]:
    values = [getattr(row, field.attname) for field in row._meta.concrete_fields]
    return {word for value in values if isinstance(value, str) for word in WORD.findall(value)}


def text_of(response: HttpResponse) -> str:
    """What can be read in an answer, in the cells of an Excel file too."""
    if not response.read.startswith(b"PK"):
        return response.read.decode("utf-8", "replace")
    with zipfile.ZipFile(BytesIO(response.read)) as book:
        return "".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())


def choices_of(response: HttpResponse) -> dict[str, Any]:
    """The rows that the forms and filters of a page offer, by field."""
    found: dict[str, Any] = {}
    for layer in response.context or []:
        for value in layer.flatten().values() if hasattr(layer, "flatten") else dict(layer).values():
            form = value.form if hasattr(value, "filters") else value
            for name, field in form.fields.items() if isinstance(form, forms.BaseForm) else []:
                if isinstance(field, ModelChoiceField) and field.queryset.model._meta.label in THING_OF:
                    found[name] = field.queryset
    return found


def record_of(world, model: type[Model], side: str) -> Model:
    """Such a record of ``side``; of one's own people, the one who runs the college."""
    if model is User and side == "own":
        return world.people["college_admin"]
    return world.records[side][THING_OF[model._meta.label]]


def models_of(world) -> dict[str, type[Model]]:
    """By the name of every key in our models, and of every thing, what kind of record it names."""
    models = {thing: apps.get_model(label) for thing, label in THINGS.items()}
    keys = [field for model in models.values() for field in (*model._meta.fields, *model._meta.many_to_many)]
    models |= {key.name: key.related_model for key in keys if key.is_relation}
    known = set(world.records["own"])
    return {
        name: model
        for name, model in models.items()
        if model and (model is User or THING_OF.get(model._meta.label) in known)
    }


def unseen(world, user: User, model: type[Model]) -> list[int]:
    """Numbers of what is not there for ``user``: another consortium's, a neighbour's, and at last no record's."""
    rows = [record_of(world, model, side) for side in ("foreign", "neighbour")]
    return [row.pk for row in rows if not sees(user, row)] + [NOWHERE]


def alike(people, name: str, method: str, path: str, bodies: list[Any], is_api: bool) -> bool:
    """Whether the bodies, which differ in the numbers of what is not seen, are answered alike."""
    answers = set()
    for body in bodies:
        with undone():
            status, text = told(ask(people[name][1], method, path, body, is_api=is_api), path)
        answers.add((status, NUMBER.sub("N", MOMENT.sub("T", text))))
    return len(answers) == 1


@pytest.mark.parametrize("address", READ, ids=names)
def test_no_page_list_or_file_tells_of_what_one_does_not_see(world, people, known, forbidden, address):
    wrong, tried = [], set()
    for name, (user, client) in people.items():
        if name in ("nobody", "outsider"):
            continue
        for side in SIDES[:2] if address.places else ["own"]:
            records = world.records[side]
            path = address.path(**{place: records[thing].pk for place, thing in address.places}) + address.query(
                records
            )
            if address.places and not may(user, f"{address.thing}.see", records[address.places[0][1]]):
                continue
            with undone():
                response = ask(client, "GET", path)
            answers = [("page", response)]
            if response.status_code == 200 and "filter" in (response.context or {}):
                with undone():
                    answers.append(("file", ask(client, "GET", f"{path}?export=xlsx")))
            for kind, answer in answers:
                found = sorted(forbidden[name].intersection(WORD.findall(text_of(answer))))
                wrong += [f"{name} reads {word} in the {kind} of {side}" for word in found]
            for field, rows in choices_of(response).items():
                offered = [row for row in rows.all()[:100] if row not in known[name] and not sees(user, row)]
                wrong += [f"{name} is offered {row} as {field}" for row in offered]
                bodies = [{field: number} for number in unseen(world, user, rows.model)]
                if address.places or field in tried:  # what is sent to a record's forms is tried in test_bodies
                    continue
                tried.add(field)  # how a wrong choice is answered does not depend on who makes it
                if not alike(people, name, "GET", path, bodies, is_api=False):
                    wrong.append(f"{name} is told that a foreign {field} is there")
    assert "\n".join(wrong) == ""


@pytest.mark.parametrize("address", [address for address in READ if address.is_api and not address.places], ids=names)
def test_a_filter_of_the_api_answers_what_is_foreign_like_what_is_nowhere(world, people, address):
    filterset = getattr(VIEWS[address.name].cls, "filterset_class", None)
    for name in ("secretariat", "partner"):
        user = people[name][0]
        for field, one in filterset.base_filters.items() if filterset else []:
            if not isinstance(one, ModelChoiceFilter):
                continue
            rows = one.extra["queryset"]
            model = (rows(SimpleNamespace(user=user)) if callable(rows) else rows).model
            bodies = [{field: number} for number in unseen(world, user, model)]
            assert alike(people, name, "GET", address.path(), bodies, is_api=True), f"{field} by {name}"
