"""What becomes of a report whose disk or database fails in the middle."""

from contextlib import closing

import psycopg2
import pytest
from django.db import connection, connections
from django.utils import timezone

from evaluation.models import AnnualReport
from evaluation.services import reports

from ...browser.conftest import free_port
from ...own_postgresql import own_postgresql
from ...small_disk import small_disk


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
