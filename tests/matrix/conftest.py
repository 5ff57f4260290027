import pytest
from django.db import transaction

from .world import build


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """Built once for all tests of a module, and undone after them; each request is undone at once."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)
