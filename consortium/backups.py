"""Backup and restore: the database and the files that people handed in, in one folder that can be checked by itself.

The folder holds ``database`` (on SQLite the file itself, on PostgreSQL a dump of pg_dump's custom form), ``files/…`` as
they lie in MEDIA_ROOT, and ``manifest.json``: what was counted in which table, which migrations it stands on, and the
SHA-256 of each file as it lies in the folder. For recipients of age every file but the manifest is encrypted.
"""

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pyrage
from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils.translation import gettext as _

from .filestore import INCOMING
from .services.changes import Refused

MANIFEST, DATABASE, FILES, SEALED = "manifest.json", "database", "files", ".age"
FORM = 1  # of the folder; a later program that lays it out otherwise counts on


def back_up(folder: Path, *, recipients: list[str], now: datetime) -> dict[str, Any]:
    """Write a backup into ``folder``, which must not be there yet, and return its manifest.

    The database is read at one moment and the files after it; bytes come before the row that names them, so none is
    missing.
    ``recipients`` are public keys of age. Raises Refused; then nothing is left behind.
    """
    if folder.exists():
        raise Refused(_("%(folder)s is there already. Name a folder that is not.") % {"folder": folder})
    seal = _sealer(recipients)
    with _beside(folder) as partial:
        counts = _dump(partial / DATABASE)
        _copy_files(Path(settings.MEDIA_ROOT), partial / FILES)
        for path in list(_files_in(partial)):
            seal(path)
        manifest = {
            "form": FORM,
            "made_at": now.isoformat(timespec="seconds"),
            "database": connection.vendor,
            "sealed": bool(recipients),
            "migrations": sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations()),
            "counts": counts,
            "files": {
                path.relative_to(partial).as_posix(): {"size": path.stat().st_size, "sha256": _hash_of(path)}
                for path in _files_in(partial)
            },
        }
        (partial / MANIFEST).write_text(json.dumps(manifest, indent=1, sort_keys=True), encoding="utf-8")
        os.rename(partial, folder)
    return manifest


def restore(folder: Path, *, identity: str = "") -> dict[str, Any]:
    """Bring a backup into an empty database and an empty MEDIA_ROOT, and return its manifest.

    Every file is compared with the manifest before anything is written, every table is counted after. ``identity`` is
    the secret key of age when the backup is encrypted. Raises Refused before anything is written, or at the end when a
    table counts otherwise.
    """
    manifest = checked(folder)
    _refuse_what_does_not_fit(manifest, identity)
    media = Path(settings.MEDIA_ROOT)
    with _beside(media) as partial:
        for name in sorted(manifest["files"]):
            target = partial / name.removesuffix(SEALED)
            target.parent.mkdir(parents=True, exist_ok=True)
            _unsealed(folder / name, target, identity)
        (partial / FILES).mkdir(exist_ok=True)
        _load(partial / DATABASE, manifest["counts"])
        media.parent.mkdir(parents=True, exist_ok=True)
        os.rename(partial / FILES, media)
    return manifest


def checked(folder: Path) -> dict[str, Any]:
    """The manifest of a backup whose files are all there and as they were written.

    Raises Refused naming those that are not.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise Refused(_("%(folder)s holds no backup.") % {"folder": folder}) from None
    if manifest.get("form") != FORM:
        raise Refused(_("This backup has a form that this program does not read."))
    there = {path.relative_to(folder).as_posix() for path in _files_in(folder)} - {MANIFEST}
    faults = sorted(there ^ set(manifest["files"]))
    faults += [name for name in sorted(there & set(manifest["files"])) if not _is_whole(folder, name, manifest)]
    if faults:
        raise Refused(_("The backup is damaged: %(names)s") % {"names": ", ".join(faults[:20])})
    return manifest


def _is_whole(folder: Path, name: str, manifest: dict[str, Any]) -> bool:
    return _hash_of(folder / name) == manifest["files"][name]["sha256"]


def _refuse_what_does_not_fit(manifest: dict[str, Any], identity: str) -> None:
    media = Path(settings.MEDIA_ROOT)
    if manifest["database"] != connection.vendor:
        raise Refused(
            _("The backup is of %(theirs)s, this database is %(ours)s.")
            % {"theirs": manifest["database"], "ours": connection.vendor}
        )
    if connection.introspection.table_names():
        raise Refused(_("The database is not empty. Restore into a new one."))
    if media.exists() and any(media.iterdir()):
        raise Refused(_("%(folder)s is not empty. Restore into a new folder.") % {"folder": media})
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    if newer := sorted(set(manifest["migrations"]) - known):
        raise Refused(_("The backup was made by a newer program: %(names)s") % {"names": ", ".join(newer[:5])})
    if manifest["sealed"] and not identity:
        raise Refused(_("The backup is encrypted: name the file with the secret key of age."))


@contextmanager
def _beside(folder: Path) -> Iterator[Path]:
    """A folder to be filled beside ``folder``; it goes when the work is done or fails."""
    partial = folder.with_name(f"{folder.name}.partial")
    try:
        partial.mkdir(parents=True)
    except FileExistsError:
        raise Refused(
            _("%(folder)s is there: either the same is being done just now, or it was cut off and can be removed.")
            % {"folder": partial}
        ) from None
    try:
        yield partial
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _files_in(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def _copy_files(source: Path, target: Path) -> None:
    """All files but those that are just being handed in."""
    target.mkdir()
    for path in _files_in(source):
        if path.parent.name == INCOMING:
            continue
        copy = target / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)


def _hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# --- age --------------------------------------------------------------------------------------------------------------
def _sealer(recipients: list[str]) -> Callable[[Path], None]:
    """What turns a file into its encrypted one. Raises Refused for what is no public key."""
    try:
        keys = [pyrage.x25519.Recipient.from_str(recipient) for recipient in recipients]
    except pyrage.RecipientError:
        raise Refused(_("This is no public key of age (age1…).")) from None

    def seal(path: Path) -> None:
        if keys:
            pyrage.encrypt_file(str(path), f"{path}{SEALED}", keys)
            path.unlink()

    return seal


def _unsealed(source: Path, target: Path, identity: str) -> None:
    if source.suffix != SEALED:
        shutil.copyfile(source, target)
        return
    try:
        pyrage.decrypt_file(str(source), str(target), [pyrage.x25519.Identity.from_str(identity)])
    except (pyrage.IdentityError, pyrage.DecryptError):
        raise Refused(_("The backup does not open with this secret key.")) from None


# --- the database -----------------------------------------------------------------------------------------------------
def _dump(target: Path) -> dict[str, int]:
    """Write the database as it is at one moment; how many rows each table has at that moment."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(target)])
        return _counts_of(target)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()
        _postgresql("pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={target}")
        return _counts()


def _load(source: Path, counts: dict[str, int]) -> None:
    """Fill the empty database from what ``_dump`` wrote. Raises Refused when a table has other rows than ``counts``."""
    if connection.vendor == "sqlite":
        if _counts_of(source) != counts:
            raise Refused(_("The restored tables have other rows than the manifest says."))
        connection.close()
        os.replace(source, settings.DATABASES["default"]["NAME"])
        return
    _postgresql("pg_restore", "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error", str(source))
    if _counts() != counts:
        raise Refused(_("The restored tables have other rows than the manifest says."))


def _counts() -> dict[str, int]:
    with connection.cursor() as cursor:
        counts = {}
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")  # nosec B608  # quoted name of a table that is there
            counts[table] = cursor.fetchone()[0]
        return counts


def _counts_of(file: Path) -> dict[str, int]:
    names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    with closing(sqlite3.connect(file)) as database:
        tables = [name for (name,) in database.execute(names)]
        count = 'SELECT count(*) FROM "{}"'  # names as the file's own list has them
        return {table: database.execute(count.format(table)).fetchone()[0] for table in tables}


def _postgresql(program: str, *arguments: str) -> None:
    """Run a program of PostgreSQL on our database; the password goes by the environment, where others do not see it."""
    database = settings.DATABASES["default"]
    named = {"PGDATABASE": "NAME", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGHOST": "HOST", "PGPORT": "PORT"}
    env = os.environ | {name: str(database[key]) for name, key in named.items() if database.get(key)}
    if program == "pg_restore":
        arguments = (f"--dbname={database['NAME']}", *arguments)
    try:
        done = subprocess.run([program, *arguments], env=env, capture_output=True, text=True)  # nosec B603  # no shell
    except FileNotFoundError:
        raise Refused(
            _("%(program)s is needed: install PostgreSQL's client programs.") % {"program": program}
        ) from None
    if done.returncode:
        raise Refused(f"{program}: {done.stderr.strip()}")
