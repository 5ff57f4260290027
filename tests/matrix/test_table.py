"""The table of permissions and the table of addresses name everything that there is, and nothing else."""

from collections.abc import Iterator

from django.apps import apps
from django.urls import URLPattern, get_resolver

from consortium.permissions import PERMISSIONS
from consortium.routes import OPERATOR, OWN, PUBLIC, ROUTES
from consortium.things import ACTS, THINGS

OURS = ["consortium", "zones", "tasks", "evaluation"]


def url_names(patterns=None, namespace: str = "") -> Iterator[str]:
    """The name of every address; Django's administration is one."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}"
        elif pattern.namespace == "admin":
            yield "admin"
        else:
            yield from url_names(
                pattern.url_patterns, f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            )


def acts_of(route: str) -> list[str]:
    asked = ROUTES[route]
    return list(asked.values()) if isinstance(asked, dict) else [asked]


def test_every_address_stands_in_the_table_of_routes():
    assert sorted(set(url_names()) - set(ROUTES)) == []


def test_every_line_of_the_table_of_routes_is_an_address():
    assert sorted(set(ROUTES) - set(url_names())) == []


def test_every_act_that_an_address_asks_is_a_row():
    asked = {act for route in ROUTES for act in acts_of(route)} - {PUBLIC, OWN, OPERATOR}
    assert sorted(asked - set(PERMISSIONS)) == []


def test_every_row_is_about_a_thing_and_an_act_with_names_for_people():
    pairs = [row.split(".") for row in PERMISSIONS]
    assert [pair for pair in pairs if pair[0] not in THINGS or pair[1] not in ACTS] == []


def test_every_thing_that_one_reads_as_somebody_says_who_sees_it():
    scoped = {
        model._meta.label
        for model in apps.get_models()
        if model._meta.app_label in OURS and hasattr(model._default_manager, "visible_to")
    }
    said = {label for thing, label in THINGS.items() if f"{thing}.see" in PERMISSIONS}
    assert sorted(scoped - said) == []
