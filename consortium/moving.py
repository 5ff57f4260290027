"""From SQLite to PostgreSQL: every row of every table, and a proof that both sides hold the same.

The proof is a SHA-256 per table over its rows in the order of their keys, as the program reads them: once of what was
read from SQLite, once of what PostgreSQL gives back before the commit.
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.management.color import no_style
from django.db import Error, connection, connections, models, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.db.models.functions import Collate
from django.utils.translation import gettext as _
from psycopg2.extras import execute_values

from .services.changes import Refused

OLD = "moving_from"  # the SQLite file's name among Django's connections
BATCH = 1000
MADE_BY_MIGRATE = ["auth_permission", "django_content_type"]  # in this order, for the first names the second


@dataclass(frozen=True)
class Proof:
    """How many rows a table has, and their SHA-256, on either side."""

    table: str
    old: tuple[int, str]
    new: tuple[int, str]


def move(file: Path) -> list[Proof]:
    """Copy the SQLite database ``file`` into this empty, migrated PostgreSQL database.

    Raises Refused, and then nothing was written: for a database that is not empty or stands on other migrations, for
    a row that PostgreSQL does not take, and when a table differs after the copy.
    """
    if connection.vendor != "postgresql":
        raise Refused(_("DATABASE_URL must name the PostgreSQL database to move into."))
    if not file.is_file():
        raise Refused(_("%(file)s is not there.") % {"file": file})
    kinds = [kind for kind in apps.get_models(include_auto_created=True) if kind._meta.managed and not kind._meta.proxy]
    with _opened(file), transaction.atomic(using=OLD), transaction.atomic():
        _refuse_what_does_not_fit(kinds)
        try:
            with _triggers_aside(), connection.cursor() as cursor:
                for table in MADE_BY_MIGRATE:
                    cursor.execute(f"DELETE FROM {table}")  # nosec B608  # names of ours
                old = {kind: _copied(kind) for kind in kinds}
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                for statement in connection.ops.sequence_reset_sql(no_style(), kinds):
                    cursor.execute(statement)
        except (Error, ValueError) as error:
            raise Refused(_("PostgreSQL does not take this: %(why)s") % {"why": error}) from error
        proofs = [Proof(kind._meta.db_table, old[kind], _hashed(kind, "default")) for kind in kinds]
        if differing := [proof.table for proof in proofs if proof.old != proof.new]:
            raise Refused(_("After the copy these tables differ: %(tables)s") % {"tables": ", ".join(differing)})
    ContentType.objects.clear_cache()
    return proofs


@contextmanager
def _opened(file: Path) -> Iterator[None]:
    ours = connections.settings["default"]
    options = {"transaction_mode": "IMMEDIATE", "timeout": 20}  # nobody writes to the old one meanwhile
    connections.settings[OLD] = ours | {
        "ENGINE": "django.db.backends.sqlite3", "NAME": str(file), "OPTIONS": options, "CONN_MAX_AGE": 0,
    }  # fmt: skip
    try:
        yield
    finally:
        connections[OLD].close()
        del connections[OLD]
        del connections.settings[OLD]


def _refuse_what_does_not_fit(kinds: list[type[models.Model]]) -> None:
    applied = [set(MigrationRecorder(connections[name]).applied_migrations()) for name in (OLD, "default")]
    if applied[0] != applied[1]:
        raise Refused(_("Both databases must stand on the same migrations: run migrate on each with this program."))
    known = {kind._meta.db_table for kind in kinds} | {"django_migrations"}
    if unknown := sorted(set(connections[OLD].introspection.table_names()) - known):
        raise Refused(_("The old database has tables that are not ours: %(names)s") % {"names": ", ".join(unknown)})
    tables = [kind for kind in kinds if kind._meta.db_table not in MADE_BY_MIGRATE]
    if full := [kind._meta.db_table for kind in tables if kind._base_manager.using("default").exists()]:
        raise Refused(_("The database is not empty: %(names)s") % {"names": ", ".join(full[:5])})


@contextmanager
def _triggers_aside() -> Iterator[None]:
    """The guards and the chain of history stand aside: rows come as they were, with the chain that they have."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, quote_ident(tgname) FROM pg_trigger"
            " JOIN pg_class ON tgrelid = pg_class.oid"
            " WHERE NOT tgisinternal AND tgenabled = 'O' AND relnamespace = current_schema()::regnamespace"
        )
        triggers = cursor.fetchall()
        for table, name in triggers:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {name}")
        yield
        for table, name in triggers:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {name}")


def _rows(kind: type[models.Model], using: str) -> Iterator[tuple[Any, ...]]:
    key: Any = "pk"
    if isinstance(kind._meta.pk, models.CharField):
        key = Collate("pk", "C" if using == "default" else "BINARY")
    names = [field.attname for field in kind._meta.concrete_fields]
    return kind._base_manager.using(using).order_by(key).values_list(*names).iterator(BATCH)


def _copied(kind: type[models.Model]) -> tuple[int, str]:
    fields, digest, count = kind._meta.concrete_fields, hashlib.sha256(), 0
    name = connection.ops.quote_name
    columns = ", ".join(name(str(field.column)) for field in fields)
    insert = f"INSERT INTO {name(kind._meta.db_table)} ({columns}) VALUES %s"  # nosec B608  # names of ours
    rows = _rows(kind, OLD)
    with connection.cursor() as cursor:
        while batch := list(islice(rows, BATCH)):
            for row in batch:
                digest.update(_line(row))
            count += len(batch)
            prepared = [
                [field.get_db_prep_save(value, connection) for field, value in zip(fields, row, strict=True)]
                for row in batch
            ]
            execute_values(cursor.cursor, insert, prepared, page_size=BATCH)
    return count, digest.hexdigest()


def _hashed(kind: type[models.Model], using: str) -> tuple[int, str]:
    digest, count = hashlib.sha256(), 0
    for row in _rows(kind, using):
        digest.update(_line(row))
        count += 1
    return count, digest.hexdigest()


def _line(row: tuple[Any, ...]) -> bytes:
    return json.dumps(row, default=str, sort_keys=True, ensure_ascii=False).encode() + b"\n"
