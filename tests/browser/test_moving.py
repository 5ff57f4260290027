"""From SQLite to PostgreSQL: every row comes over and is proven equal, or nothing does."""

import os
import re
import shutil
import sqlite3
from datetime import date
from pathlib import Path

import pytest
from django.db import connection

from consortium.models import Affiliation, Consortium, HistoryEntry, Membership, Organization, User
from consortium.services.history import newest_link, record

from .conftest import Program, own_database

pytestmark = [
    pytest.mark.browser,  # among the slow ones: two databases are migrated from nothing
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite is what is left behind"),
]

PATIENT = "一二三\U00020bb7'\\ \"{}"  # what a careless copy would change


def make() -> None:
    """A consortium with a college and a secretary, and what was done to them."""
    place = Consortium.objects.create(code="old", name="旧址产教联合体")
    college = Organization.objects.create(name=PATIENT, kind=Organization.Kind.HIGHER_VOCATIONAL)
    Membership.objects.create(consortium=place, organization=college, joined_on=date(2019, 4, 1), is_lead=True)
    user = User.objects.create_user("old", "old@example.invalid", "not-a-demo-password", name="示例秘书")
    Affiliation.objects.create(
        user=user, organization=college, consortium=place, role="secretariat", started_on=date(2019, 4, 1)
    )
    for number in range(3):
        record(college, by=user, what="name", old=str(number), new=PATIENT)


def seen() -> None:
    """Print the head of the history, its length, and what stands in the odd name."""
    print(newest_link(), HistoryEntry.objects.count(), ascii(Organization.objects.get().name))


SEE = "from tests.browser.test_moving import seen; seen()"


def env_of(folder: Path, address: str) -> dict[str, str]:
    folder.mkdir(exist_ok=True)
    places = {"VAR_DIR": str(folder), "MEDIA_ROOT": str(folder / "media"), "DATABASE_URL": address}
    return os.environ | places | {"DEBUG": "yes"}


@pytest.fixture(scope="module")
def old(tmp_path_factory) -> Path:
    """An SQLite file in which somebody has worked."""
    folder = tmp_path_factory.mktemp("old")
    program = Program(folder, env_of(folder, f"sqlite:///{folder / 'old.sqlite3'}"))
    program.manage("migrate", "-v0")
    program.manage("shell", "-v0", "-c", "from tests.browser.test_moving import make; make()")
    return folder / "old.sqlite3"


@pytest.fixture(scope="module")
def new(tmp_path_factory):
    """An empty, migrated PostgreSQL database. What is refused leaves it so, for the next."""
    folder = tmp_path_factory.mktemp("new")
    databases = own_database(folder, "moved")
    program = Program(folder, env_of(folder, next(databases)))
    program.manage("migrate", "-v0")
    yield program
    next(databases, None)


def refused(program: Program, file: Path) -> str:
    with pytest.raises(AssertionError) as failure:
        program.manage("move_to_postgresql", str(file))
    return str(failure.value)


def count_of(program: Program, model: str) -> str:
    return program.manage(
        "shell", "-v0", "-c", f"from consortium.models import *; print({model}.objects.count())"
    ).strip()


def copied(old: Path, to: Path, statement: str) -> Path:
    """The old database with one thing in it changed by hand."""
    shutil.copy(old, to)
    with sqlite3.connect(to) as database:
        database.execute(statement)
    return to


def test_what_is_no_database_or_another_programs_is_refused(old, new, tmp_path):
    assert "missing.sqlite3" in refused(new, tmp_path / "missing.sqlite3")
    strange = copied(old, tmp_path / "strange.sqlite3", "CREATE TABLE of_another_program (id integer)")
    assert "of_another_program" in refused(new, strange)
    behind = copied(old, tmp_path / "behind.sqlite3", "DELETE FROM django_migrations WHERE app = 'tasks'")
    assert "migrate" in refused(new, behind)


def test_a_row_that_does_not_fit_takes_all_others_back(old, new, tmp_path):
    """SQLite keeps what PostgreSQL refuses: a role whose person is nowhere."""
    torn = copied(old, tmp_path / "torn.sqlite3", "UPDATE consortium_affiliation SET user_id = 999")
    assert "999" in refused(new, torn)
    assert [count_of(new, model) for model in ("Organization", "User", "HistoryEntry")] == ["0", "0", "0"]


def test_every_table_comes_over_and_is_proven_equal(old, new):
    said = new.manage("move_to_postgresql", str(old))
    hashes: dict[str, set[tuple[str, str]]] = {}
    for table, side, count, sha256 in re.findall(r"^(\w+) +(SQLite|PostgreSQL) +(\d+) ([0-9a-f]{64})$", said, re.M):
        hashes.setdefault(table, set()).add((count, sha256))
        assert side
    assert {table for table, both in hashes.items() if len(both) != 1} == set()
    assert {table: int(next(iter(both))[0]) for table, both in hashes.items()}["consortium_historyentry"] == 3
    before = Program(old.parent, env_of(old.parent, f"sqlite:///{old}"))
    assert new.manage("shell", "-v0", "-c", SEE) == before.manage("shell", "-v0", "-c", SEE)
    # the guards stand again, the keys go on, and a second time is refused
    erase = "from django.db import connection as c; c.cursor().execute('DELETE FROM consortium_historyentry')"
    with pytest.raises(AssertionError, match="only added to"):
        new.manage("shell", "-v0", "-c", erase)
    more = "from consortium.models import *; print(Consortium.objects.create(code='new', name='新').pk)"
    assert int(new.manage("shell", "-v0", "-c", more)) == 2
    assert "consortium_" in refused(new, old)
