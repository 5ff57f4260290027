"""Real workers in their own processes, over the real broker, killed where it hurts."""

import hashlib
import os
import signal
import time

import pytest
import redis
from django.db import connection

from consortium.models import HistoryEntry
from evaluation.models import AnnualReport
from evaluation.services import reports

from ...processes import children
from .conftest import YEAR
from .workers import PATIENCE, SCHEDULER, WORKER, eventually, held, kill

pytestmark = pytest.mark.django_db(transaction=True)
# seconds that the broker is away: a minute as is promised, on one of the two databases
AWAY = 60 if connection.vendor == "postgresql" else 8


def test_a_worker_killed_in_the_middle_leaves_one_finished_report(orders, run, tmp_path, settings):
    rows = AnnualReport.objects
    run(*SCHEDULER)
    worker = run(*WORKER)

    with held(tmp_path) as victim:
        kill(worker)
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


def test_a_child_killed_in_the_middle_is_replaced_and_the_report_is_made_once(orders, run, tmp_path):
    rows = AnnualReport.objects
    run(*SCHEDULER)
    worker = run(*WORKER)

    with held(tmp_path) as victim:
        for pid in children(worker.pid):
            os.kill(pid, signal.SIGKILL)
    eventually(lambda: not rows.exclude(status="done").exists(), tmp_path)
    assert (worker.poll(), rows.get(pk=victim.pk).attempt) == (None, 2)
    assert sorted(rows.values_list("zone", "version")) == sorted((order.zone_id, 1) for order in orders)


OF_THE_LIBRARY = """
from kombu.transport import TRANSPORT_ALIASES
from config.celery import app
TRANSPORT_ALIASES["redis"] = "kombu.transport.redis:Transport"
"""


def test_a_broker_that_is_emptied_and_away_loses_no_order(orders, broker, run, environment, tmp_path, now):
    """It goes in the middle of a job, which cannot say then that it has ended. What is ordered while it is away is made
    when it is back, by the worker and scheduler that were there before."""
    start, end = broker
    rows, zones = AnnualReport.objects, [order.zone for order in orders]
    scheduler, worker = run(*SCHEDULER), run(*WORKER)
    eventually(lambda: rows.filter(status="done").exists(), tmp_path)
    redis.Redis.from_url(environment["REDIS_URL"]).flushall()
    eventually(lambda: not rows.exclude(status="done").exists(), tmp_path)

    reports.queue_reports(zones, YEAR - 1, by=None, now=now)
    with held(tmp_path):
        end()
        eventually(lambda: "Connection to broker lost" in (tmp_path / "1.log").read_text(), tmp_path)
    eventually(lambda: not rows.exclude(status="done").exists(), tmp_path)  # what the worker had taken it ends
    reports.queue_reports(zones, YEAR - 2, by=None, now=now)
    time.sleep(AWAY)
    assert set(rows.filter(year=YEAR - 2).values_list("status", "attempt")) == {("queued", 0)}
    start()
    eventually(lambda: not rows.exclude(status="done").exists(), tmp_path)
    assert (scheduler.poll(), worker.poll()) == (None, None)
    assert set(rows.values_list("version", "attempt")) == {(1, 1)}
    assert rows.count() == 3 * len(orders)


def test_control_with_the_librarys_transport_the_worker_ends_when_the_broker_goes(orders, broker, run, tmp_path):
    """If this fails the library has mended it, and ``config.redis_broker`` can go."""
    (tmp_path / "of_the_library.py").write_text(OF_THE_LIBRARY)
    worker = run(*("of_the_library" if word == "config" else word for word in WORKER))
    with held(tmp_path):
        broker[1]()
        eventually(lambda: "Unrecoverable error" in (tmp_path / "0.log").read_text(), tmp_path)
    assert worker.wait(PATIENCE) != 0
