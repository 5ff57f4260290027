"""A PostgreSQL of a test's own, which it may restart: beside the one that all tests share, with a copy of its data."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
SETTINGS = "-c fsync=off -c listen_addresses=127.0.0.1 -c unix_socket_directories="


class OwnPostgresql:
    def __init__(self, folder: Path, port: int, name: str) -> None:
        self.folder, self.port, self.name = folder, port, name

    @property
    def address(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/{self.name}"

    def run(self, program: str, *arguments: str) -> None:
        """As the user that PostgreSQL asks for: it does not run as root."""
        who: dict[str, Any] = {} if os.geteuid() else {"user": "postgres", "group": "postgres", "extra_groups": []}
        command = [str(BINARIES[-1] / program), *arguments]
        subprocess.run(command, cwd="/", check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **who)

    def start(self) -> None:
        log = ["--log", str(self.folder / "log"), "--options", f"-p {self.port} {SETTINGS}"]
        self.run("pg_ctl", "start", "--wait", "--pgdata", str(self.folder / "data"), *log)

    def stop(self, how: str = "fast") -> None:
        self.run("pg_ctl", "stop", "--wait", "--mode", how, "--pgdata", str(self.folder / "data"))


@contextmanager
def own_postgresql(port: int, original: dict[str, Any]) -> Iterator[OwnPostgresql]:
    """Running, with what the database of these settings has been told for good."""
    if not BINARIES:
        pytest.skip("initdb and pg_ctl are absent")
    folder = Path(tempfile.mkdtemp(prefix="own-postgresql-"))
    server = OwnPostgresql(folder, port, "copy")
    try:
        if not os.geteuid():
            shutil.chown(folder, "postgres", "postgres")
        server.run("initdb", "--no-sync", "--auth", "trust", "--username", "postgres", "--pgdata", str(folder / "data"))
        server.start()
        server.run("createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "postgres", "copy")
        there = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format_map(original)
        dump = subprocess.run(
            [BINARIES[-1] / "pg_dump", "--no-owner", "--no-privileges", there], check=True, capture_output=True
        )
        into = [BINARIES[-1] / "psql", "-qX", "-v", "ON_ERROR_STOP=1", server.address]
        subprocess.run(into, input=dump.stdout, check=True, stdout=subprocess.DEVNULL)
        yield server
    finally:
        if (folder / "data" / "postmaster.pid").exists():
            server.stop("immediate")
        shutil.rmtree(folder)
