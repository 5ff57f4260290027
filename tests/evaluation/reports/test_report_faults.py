"""What becomes of a report whose disk or database fails in the middle."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

import psycopg2
import pytest
from django.db import connection, connections
from django.utils import timezone

from evaluation.models import AnnualReport
from evaluation.services import reports

from ...browser.conftest import free_port
from ...own_postgresql import own_postgresql
from ...small_disk import small_disk
from .conftest import YEAR
from .workers import SCHEDULER, WORKER, eventually


def test_a_report_that_finds_no_room_says_so_and_is_made_when_there_is(report, secretariat, tmp_path, settings):
    with small_disk(tmp_path / "small", 60) as disk:
        settings.MEDIA_ROOT = disk.path
        assert not reports.make(report)
        kept = AnnualReport.objects.get()
        assert (kept.status, kept.error) == ("failed", "The file could not be stored: the disk is full.")
        assert [path.suffix for path in disk.files()] != [".part"]
        assert (kept.file.name, kept.copies.count()) == ("", 0)
        disk.grow(10_000)
        reports.retry(kept, by=secretariat, now=timezone.now())
        assert reports.make(kept)
        assert (AnnualReport.objects.get().status, list(reports.verify_reports())) == ("done", [])


@pytest.fixture
def visitor(client_for, secretariat) -> dict[str, str]:
    return {"Cookie": f"sessionid={client_for(secretariat).cookies['sessionid'].value}"}


@pytest.fixture
def postgresql(orders, visitor, environment, settings):
    """A server of the test's own, with the orders, which the test and all that it starts use."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no connections to end")
    original = connections["default"]
    with own_postgresql(free_port(), original.settings_dict) as server:
        environment |= {"DATABASE_URL": server.address, "DEBUG": "yes", "SECRET_KEY": settings.SECRET_KEY}
        place = {"HOST": "127.0.0.1", "PORT": str(server.port), "USER": "postgres", "NAME": server.name}
        connections["default"] = type(original)({**original.settings_dict, **place}, "default")
        yield server
        connections["default"].close()
        connections["default"] = original


@contextmanager
def in_the_middle(server, tmp_path) -> Iterator[int]:
    """The report that is being made now, on which its worker waits; all connections may be ended inside."""
    running = AnnualReport.objects.filter(status="running").values_list("pk", flat=True)
    operator = psycopg2.connect(server.address)
    try:
        with operator.cursor() as cursor:
            found: list[int] = []
            while not found:
                eventually(running.exists, tmp_path)
                cursor.execute("SELECT id FROM evaluation_annualreport WHERE status = 'running' LIMIT 1 FOR UPDATE")
                found = [pk for (pk,) in cursor.fetchall()]
            waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            eventually(lambda: asked(server, waits), tmp_path)
            yield found[0]
    finally:
        operator.close()
        connection.close()  # the next read of the test connects anew


def asked(server, query: str) -> int:
    with closing(psycopg2.connect(server.address)) as operator, operator.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


END_ALL = (
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = 'copy' AND pid <> pg_backend_pid()"
)


@pytest.mark.django_db(transaction=True)
def test_a_report_whose_connection_ends_while_it_gathers_is_not_failed_but_made_again(orders, postgresql):
    ended: list[int] = []

    def end_once(execute, sql, params, many, context):
        if connection.in_atomic_block and "REPEATABLE READ" not in sql and "zones_hour" in sql and not ended:
            ended.append(asked(postgresql, END_ALL))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(end_once):
        assert not reports.make(orders[0])
    connection.close()
    report = AnnualReport.objects.get(pk=orders[0].pk)
    assert (len(ended), report.status, report.error) == (1, "running", "")
    AnnualReport.objects.filter(pk=report.pk).update(lease_until=timezone.now())
    report.refresh_from_db()
    assert reports.make(report)
    assert (report.status, report.attempt) == ("done", 2)


def answer_of(url: str, head: dict[str, str]) -> tuple[int, str | None]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=head), timeout=60) as answer:
            return answer.status, answer.headers["Retry-After"]
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers["Retry-After"]


@pytest.mark.django_db(transaction=True)
def test_connections_are_ended_and_postgresql_is_restarted_under_work(orders, postgresql, visitor, run, tmp_path):
    """What was being made is taken up again, once and whole; pages say that the database is away, and go on."""
    rows, port = AnnualReport.objects, free_port()
    url = f"http://127.0.0.1:{port}"
    web = run("-m", "gunicorn", "--config", "config/gunicorn.py", "--bind", f"127.0.0.1:{port}", "config.wsgi")
    others = [run(*SCHEDULER), run(*WORKER)]

    def is_up() -> bool:
        with suppress(OSError):
            return answer_of(f"{url}/consortium/", visitor) == (200, None)
        return False

    eventually(is_up, tmp_path)
    with in_the_middle(postgresql, tmp_path) as first:
        asked(postgresql, END_ALL)
    after = [answer_of(f"{url}/consortium/", visitor) for _time in range(20)]
    assert after[-1] == (200, None)
    assert set(after) <= {(200, None), (503, "30")}
    eventually(lambda: rows.get(pk=first).status == "done", tmp_path)

    reports.queue_reports([order.zone for order in orders], YEAR - 1, by=None, now=timezone.now())
    with in_the_middle(postgresql, tmp_path) as second:
        postgresql.stop()
        assert {answer_of(f"{url}/consortium/", visitor) for _time in range(6)} == {(503, "30")}
        assert answer_of(f"{url}/healthz", {}) == (200, None)
        postgresql.start()
    eventually(is_up, tmp_path)
    eventually(lambda: not rows.exclude(status="done").exists(), tmp_path)
    assert [rows.get(pk=pk).attempt for pk in (first, second)] == [2, 2]
    assert rows.count() == 2 * len(orders)
    assert list(reports.verify_reports()) == []
    assert [process.poll() for process in (web, *others)] == [None] * 3


WITHOUT = """
from celery.signals import task_postrun, task_prerun
from config.celery import let_go_of_ended_connections
for signal in (task_prerun, task_postrun):
    signal.disconnect(let_go_of_ended_connections)
"""


@pytest.mark.django_db(transaction=True)
def test_control_where_ended_connections_are_kept_every_job_fails_at_them(orders, postgresql, run, tmp_path):
    """If this fails the library has mended it, and ``config.celery`` need not do it."""
    (tmp_path / "without.py").write_text(WITHOUT)
    run(*SCHEDULER), run(*WORKER, "--include", "without", "--concurrency", "1")  # its child reads it too
    eventually(lambda: not AnnualReport.objects.exclude(status="done").exists(), tmp_path)
    asked(postgresql, END_ALL)  # while its child is idle
    connection.close()
    log = tmp_path / "1.log"
    eventually(lambda: log.read_text().count("raised unexpected") > 5, tmp_path)
