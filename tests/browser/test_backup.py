"""Backup and restore of the running program: what was destroyed is back, and what is damaged never gets in."""

import json
import shutil
from pathlib import Path

import pyrage
import pytest

from .conftest import Program, own_database

pytestmark = pytest.mark.browser


def hashes_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def elsewhere(program, tmp_path):
    """The program in another place: an empty database and no files."""
    databases = own_database(tmp_path, "restored")
    places = {"VAR_DIR": str(tmp_path), "MEDIA_ROOT": str(tmp_path / "media"), "DATABASE_URL": next(databases)}
    yield Program(tmp_path, program.env | places)
    next(databases, None)


@pytest.fixture(scope="module")
def backup(program, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("backup") / "first"
    program.manage("backup", str(folder))
    return folder


def refused(place: Program, *command: str) -> str:
    """What the program says when it refuses; that it does."""
    with pytest.raises(AssertionError) as failure:
        place.manage(*command)
    return str(failure.value)


def test_what_was_destroyed_is_back(program, backup, elsewhere):
    head = "from consortium.services.history import newest_link; print(newest_link())"
    elsewhere.manage("restore", str(backup))  # with verify: results, reports, files and the chain of history
    assert hashes_of(Path(elsewhere.env["MEDIA_ROOT"])) == hashes_of(backup / "files")
    noted = elsewhere.manage("shell", "-v0", "-c", head).strip()
    program.manage("verify", "--head", noted)  # the place it came from knows this head
    guarded = "from consortium.models import HistoryEntry as H; from django.db import connection as c; "
    assert "only added to" in refused(
        elsewhere, "shell", "-v0", "-c", f"{guarded}c.cursor().execute('DELETE FROM consortium_historyentry')"
    )
    refused(elsewhere, "restore", str(backup))  # it is not empty now


@pytest.mark.parametrize("harm", ["changed", "missing", "more"])
def test_a_damaged_backup_is_named_and_nothing_is_written(backup, elsewhere, tmp_path, harm):
    folder = tmp_path / "damaged"
    shutil.copytree(backup, folder)
    victim = next(path for path in sorted((folder / "files").rglob("*")) if path.is_file())
    if harm == "changed":
        victim.write_bytes(victim.read_bytes() + b" ")
    elif harm == "missing":
        victim.unlink()
    else:
        victim.with_name("more").write_bytes(b"more")
    assert victim.with_name("more" if harm == "more" else victim.name).name in refused(
        elsewhere, "restore", str(folder)
    )
    assert not Path(elsewhere.env["MEDIA_ROOT"]).exists()
    if harm == "changed":
        elsewhere.manage("restore", str(backup))  # the place is as empty as it was


def test_an_encrypted_backup_opens_with_its_key_only(program, elsewhere, tmp_path):
    ours, theirs = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    folder, keys = tmp_path / "sealed", {}
    for name, key in {"ours": ours, "theirs": theirs}.items():
        keys[name] = tmp_path / name
        keys[name].write_text(f"# created today\n{key}\n")
    program.manage("backup", str(folder), "--recipient", str(ours.to_public()))
    names = json.loads((folder / "manifest.json").read_text())["files"]
    assert {Path(name).suffix for name in names} == {".age"}
    refused(elsewhere, "restore", str(folder))
    refused(elsewhere, "restore", str(folder), "--identity", str(keys["theirs"]))
    assert not Path(elsewhere.env["MEDIA_ROOT"]).exists()
    elsewhere.manage("restore", str(folder), "--identity", str(keys["ours"]))


def test_a_backup_that_is_refused_leaves_nothing(program, backup, tmp_path):
    before = hashes_of(backup)
    refused(program, "backup", str(backup))
    assert hashes_of(backup) == before
    refused(program, "backup", str(tmp_path / "new"), "--recipient", "age1nonsense")
    assert list(tmp_path.iterdir()) == []
