"""What ``visible_to`` shows and what the table of permissions says are the same, for everybody."""

import pytest
from django.apps import apps

from consortium.models import User
from consortium.permissions import PERMISSIONS, may
from consortium.things import THINGS

pytestmark = pytest.mark.django_db


def manager_of(thing: str):
    return apps.get_model(THINGS[thing])._default_manager


SEEN = [thing for thing in THINGS if f"{thing}.see" in PERMISSIONS and hasattr(manager_of(thing), "visible_to")]


@pytest.mark.parametrize("thing", SEEN)
def test_everybody_sees_what_the_table_says(world, thing):
    manager = manager_of(thing)
    rows = list(manager.all())
    wrong, shown = [], set()
    for name, person in world.people.items():
        user = User.objects.get(pk=person.pk)
        told = {row for row in rows if may(user, f"{thing}.see", row)}
        found = list(manager.visible_to(user))
        shown |= set(found)
        assert len(found) == len(set(found)), f"{name} sees a row twice"
        wrong += [f"{name} is shown {row}" for row in set(found) - told]
        wrong += [f"{name} is not shown {row}" for row in told - set(found)]
    assert wrong == []
    assert shown, "nobody sees any: the world has none of these"


@pytest.mark.parametrize("thing", SEEN)
def test_nobody_sees_what_belongs_to_another_consortium(world, thing):
    foreign = world.records["foreign"].get("picture" if thing == "attachment" else thing)
    assert foreign is not None, f"tests/matrix/world makes no {thing} of another consortium"
    manager = manager_of(thing)
    seers = [
        name
        for name, person in world.people.items()
        if name != "outsider" and manager.visible_to(person).filter(pk=foreign.pk).exists()
    ]
    assert seers == []
