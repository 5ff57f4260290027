"""The database goes away under the running program and comes back: two web processes, and an operator's commands."""

import json
import os
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
import pytest
from django.db import DatabaseError, connection

from consortium.outage import is_full, is_outage

from ..browser.conftest import Program
from .tokens import headers, token_of

on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no connections to end")
WITH = "from config.settings import *\n"
WITHOUT = """
from config.settings import *
MIDDLEWARE = [name for name in MIDDLEWARE if name != "consortium.outage.OutageMiddleware"]
"""


@pytest.fixture
def program(tmp_path, settings):
    """Starts the web on a database, as it is or by the text of other settings."""
    started = []

    def start(address: str, text: str = WITH) -> Program:
        env = {
            **os.environ,
            "DATABASE_URL": address,
            "MEDIA_ROOT": str(settings.MEDIA_ROOT),
            "VAR_DIR": str(tmp_path / "var"),
            "SECRET_KEY": settings.SECRET_KEY,
            "LANGUAGE_CODE": "zh-hans",
            "DJANGO_SETTINGS_MODULE": "of_the_test",
            "PYTHONPATH": str(tmp_path),
        }
        manifest = "\nSTORAGES['staticfiles']['BACKEND'] = 'django.contrib.staticfiles.storage.StaticFilesStorage'\n"
        (tmp_path / "of_the_test.py").write_text(text + manifest)
        web = Program(tmp_path, env)
        started.append(web)
        web.start_web(processes=2)
        return web

    yield start
    for web in started:
        web.stop("web")


def ask(web: Program, path: str, **head: str) -> tuple[int, str | None, str]:
    request = urllib.request.Request(f"{web.url}{path}", headers=head)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.headers["Retry-After"], answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers["Retry-After"], error.read().decode()


@contextmanager
def away() -> Iterator[None]:
    """The test's database takes no connection, and those that it had are ended."""
    at = connection.settings_dict
    connection.close()
    operator = psycopg2.connect(
        dbname="postgres", user=at["USER"], password=at["PASSWORD"], host=at["HOST"], port=at["PORT"]
    )
    operator.autocommit = True
    try:
        with operator.cursor() as cursor:
            cursor.execute(f"ALTER DATABASE {at['NAME']} ALLOW_CONNECTIONS false")
            end = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = %s"
            cursor.execute(end, [at["NAME"]])
            assert cursor.fetchone()[0] > 0  # those of the web
        yield
    finally:
        with operator.cursor() as cursor:
            cursor.execute(f"ALTER DATABASE {at['NAME']} ALLOW_CONNECTIONS true")
        operator.close()


@pytest.fixture
def signed_in(secretariat, client_for) -> dict[str, str]:
    return {"Cookie": f"sessionid={client_for(secretariat).cookies['sessionid'].value}"}


@pytest.fixture
def address() -> str:
    return "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format_map(connection.settings_dict)


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_while_the_database_is_away_all_say_so_and_then_go_on(program, address, secretariat, signed_in):
    token = headers(token_of(secretariat)[1])
    web = program(address)
    asked = [("/", signed_in), ("/consortium/", signed_in), ("/api/v1/organizations/", token)]
    before = [[ask(web, path, **head)[0] for path, head in asked] for _time in range(6)]  # both processes connect
    assert before == [[200] * 3] * 6
    with away():
        for _time in range(6):
            for path, head in asked:
                status, again, text = ask(web, path, **head)
                assert (path, status, again) == (path, 503, "30")
                said = json.loads(text)["detail"] if path.startswith("/api/") else text
                assert "数据库暂时连接不上" in said
        assert ask(web, "/healthz")[0] == 200
        status, _again, ready = ask(web, "/readyz")
        assert (status, json.loads(ready)["database"]) == (503, False)
        assert ask(web, "/metrics")[0] == 200
    after = [[ask(web, path, **head)[0] for path, head in asked] for _time in range(6)]
    assert after == [[200] * 3] * 6


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_without_the_middleware_it_is_a_fault(program, address, signed_in):
    web = program(address, WITHOUT)
    assert ask(web, "/", **signed_in)[0] == 200
    with away():
        assert ask(web, "/", **signed_in)[:2] == (500, None)


@pytest.mark.parametrize("debug", [False, True])
def test_a_file_that_cannot_be_opened_is_an_outage_too(program, tmp_path, debug):
    web = program(f"sqlite:///{tmp_path}/nowhere/db.sqlite3", f"{WITH}DEBUG = {debug}")
    status, again, text = ask(web, "/", Cookie="sessionid=of-somebody")
    assert (status, again, "数据库暂时连接不上" in text) == (503, "30", True)
    assert ask(web, "/api/v1/zones/", Authorization="Token x")[:2] == (503, "30")
    assert ask(web, "/healthz")[0] == 200


@on_postgresql
@pytest.mark.parametrize(
    ("code", "outage"),
    [
        ("08006", True), ("57P01", True), ("57P03", True), ("53300", True),
        ("55P03", False), ("40P01", False), ("57014", False), ("53100", False), ("23505", False),
    ],
)  # fmt: skip
def test_a_lock_or_a_full_disk_is_no_outage(db, code, outage):
    with connection.cursor() as cursor, pytest.raises(DatabaseError) as caught:
        cursor.execute(f"DO $$BEGIN RAISE SQLSTATE '{code}'; END$$")
    assert (is_outage(caught.value), is_full(caught.value)) == (outage, code == "53100")
