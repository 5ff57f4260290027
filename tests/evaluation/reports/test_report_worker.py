"""Real workers in their own processes, over the real broker, killed where it hurts."""

import contextlib
import hashlib
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
import redis
from django.conf import settings as configured
from django.db import connection, connections, transaction

from consortium.models import HistoryEntry
from evaluation.models import AnnualReport
from evaluation.services import reports

from .conftest import YEAR

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(configured.BASE_DIR)
PATIENCE = 90  # seconds; a busy machine is slow, a hanging test is worse
LEASE = 4
AWAY = 8  # seconds that the broker is away


@pytest.fixture
def orders(make_zone, now) -> list[AnnualReport]:
    zones = [make_zone(f"zone-{number}", f"第{number}产教特区") for number in range(6)]
    return reports.queue_reports(zones, YEAR, by=None, now=now)


@pytest.fixture
def shared_database(orders, tmp_path):
    """The test's database where other processes can open it: SQLite's lives in memory and moves into a file."""
    original = connections["default"]
    if original.vendor == "postgresql":
        yield original.settings_dict
        return
    path = tmp_path / "shared.sqlite3"
    original.ensure_connection()
    copy = sqlite3.connect(path)
    original.connection.backup(copy)
    copy.close()
    connections["default"] = type(original)({**original.settings_dict, "NAME": str(path)}, "default")
    yield connections["default"].settings_dict
    connections["default"].close()
    connections["default"] = original


@pytest.fixture
def environment(shared_database, tmp_path, settings) -> dict[str, str]:
    address = f"sqlite:///{shared_database['NAME']}"
    if connection.vendor == "postgresql":
        address = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format_map(shared_database)
    return {
        **os.environ,
        "DATABASE_URL": address,
        "REDIS_URL": re.sub(r"(:\d+)/?\d*$", r"\1/9", configured.REDIS_URL),  # not where others work
        "MEDIA_ROOT": str(settings.MEDIA_ROOT),
        "VAR_DIR": str(tmp_path / "var"),
        "SECRET_KEY": "of-the-test",
        "REPORT_LEASE_SECONDS": str(LEASE),
        "REPORT_DRAIN_SECONDS": "1",
        "LANGUAGE_CODE": "zh-hans",
    }


@pytest.fixture
def run(environment, tmp_path):
    """Start ``python -m ...`` with its children in a group of its own; whatever still runs is killed at the end."""
    started = []

    def run(*arguments: str) -> subprocess.Popen:
        with (tmp_path / f"{len(started)}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, *arguments], cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
            )
        started.append(process)
        return process

    yield run
    for process in started:
        kill(process)


def kill(process: subprocess.Popen) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


WORKER = ("-m", "celery", "-A", "config", "worker", "--loglevel", "INFO")
SCHEDULER = ("-m", "celery", "-A", "config", "beat")


def eventually(holds, tmp_path: Path):
    """The first true answer of ``holds``; with the processes' logs when there is none in time."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if answer := holds():
            return answer
        time.sleep(0.01)
    pytest.fail("\n".join(path.read_text() for path in sorted(tmp_path.glob("*.log"))))


def test_a_worker_killed_in_the_middle_leaves_one_finished_report(orders, run, tmp_path, settings):
    rows = AnnualReport.objects
    run(*SCHEDULER)
    worker = run(*WORKER)

    def kill_in_the_middle() -> AnnualReport | None:
        if not rows.filter(status="running").exists():
            return None
        with transaction.atomic():  # while the row is held, the worker cannot get past its next step
            held = rows.select_for_update(of=("self",)).filter(status="running").first()
            if held:
                kill(worker)
            return held

    victim = eventually(kill_in_the_middle, tmp_path)
    assert (rows.get(pk=victim.pk).status, rows.get(pk=victim.pk).attempt) == ("running", 1)
    run(*WORKER)
    eventually(lambda: not rows.exclude(status="done").exists(), tmp_path)

    assert rows.get(pk=victim.pk).attempt == 2
    assert sorted(rows.values_list("zone", "version")) == sorted((order.zone_id, 1) for order in orders)
    for report in rows.all():
        moves = HistoryEntry.objects.of(report).filter(what="status").order_by("pk")
        assert list(moves.values_list("old", "new")) == [("queued", "running"), ("running", "done")]
        assert hashlib.sha256((settings.MEDIA_ROOT / report.file.name).read_bytes()).hexdigest() == report.sha256


def test_reports_queued_while_no_worker_runs_are_made_when_one_starts(orders, run, tmp_path):
    """No scheduler here: the worker looks for itself when it begins. The command waits for it and ends well."""
    rows = AnnualReport.objects
    command = run("manage.py", "make_reports", "--year", str(YEAR), "--wait", "--timeout", str(PATIENCE))
    eventually(lambda: "2025-ZONE-5-01" in (tmp_path / "0.log").read_text(), tmp_path)
    assert set(rows.values_list("status", "attempt")) == {("queued", 0)}
    run(*WORKER)
    assert command.wait(PATIENCE) == 0
    assert set(rows.values_list("status", "version")) == {("done", 1)}


def children(worker: subprocess.Popen) -> list[int]:
    """The processes in which the worker makes things, each a fresh interpreter."""
    pids = Path(f"/proc/{worker.pid}/task/{worker.pid}/children").read_text().split()
    return [int(pid) for pid in pids if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def test_a_child_killed_in_the_middle_is_replaced_and_the_report_is_made_once(orders, run, tmp_path):
    rows = AnnualReport.objects
    run(*SCHEDULER)
    worker = run(*WORKER)

    def kill_in_the_middle() -> AnnualReport | None:
        if not rows.filter(status="running").exists():
            return None
        with transaction.atomic():  # while the row is held, the child cannot get past its next step
            held = rows.select_for_update(of=("self",)).filter(status="running").first()
            if held:
                for pid in children(worker):
                    os.kill(pid, signal.SIGKILL)
            return held

    victim = eventually(kill_in_the_middle, tmp_path)
    eventually(lambda: not rows.exclude(status="done").exists(), tmp_path)
    assert (worker.poll(), rows.get(pk=victim.pk).attempt) == (None, 2)
    assert sorted(rows.values_list("zone", "version")) == sorted((order.zone_id, 1) for order in orders)


@pytest.fixture
def broker(environment, tmp_path):
    """A Redis of the test's own: a function that starts it, empty, and one that ends it."""
    server = shutil.which("redis-server")
    if server is None:
        if os.environ.get("REQUIRE_ALL") == "1":
            pytest.fail("redis-server is absent and REQUIRE_ALL is set")
        pytest.skip("redis-server is absent")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    environment["REDIS_URL"] = f"redis://127.0.0.1:{port}/0"
    running: list[subprocess.Popen] = []

    def start() -> None:
        about = ["--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no", "--dir", str(tmp_path)]
        running.append(subprocess.Popen([server, *about], stdout=subprocess.DEVNULL))

    def end() -> None:
        for process in running:
            process.kill()
            process.wait()
        running.clear()

    start()
    yield start, end
    end()


def test_a_broker_that_is_emptied_and_away_loses_no_order(orders, broker, run, environment, tmp_path, now):
    """What is ordered while it is away is made when it is back. Kombu's worker may end when its broker goes in the
    middle of an acknowledgement; it is started again here, as systemd does."""
    start, end = broker
    rows = AnnualReport.objects
    kept = {command: run(*command) for command in (SCHEDULER, WORKER)}

    def done(count: int) -> bool:
        for command, process in kept.items():
            if process.poll() is not None:
                kept[command] = run(*command)
        return rows.filter(status="done").count() == count

    eventually(lambda: rows.filter(status="done").exists(), tmp_path)
    redis.Redis.from_url(environment["REDIS_URL"]).flushall()
    eventually(lambda: done(len(orders)), tmp_path)
    end()
    reports.queue_reports([order.zone for order in orders], YEAR - 1, by=None, now=now)
    time.sleep(AWAY)
    assert set(rows.filter(year=YEAR - 1).values_list("status", "attempt")) == {("queued", 0)}
    start()
    eventually(lambda: done(2 * len(orders)), tmp_path)
    assert set(rows.values_list("version", "status")) == {(1, "done")}
