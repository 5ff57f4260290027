"""SIGTERM: what is under way ends with its right answer, what comes later is not taken."""

import json
import sqlite3
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from .conftest import Program

pytestmark = pytest.mark.browser

TITLE = "停机时正在登记的协议"


@contextmanager
def agreements_held(address: str) -> Iterator[None]:
    """As long as this lasts nobody can write an agreement; all else, on PostgreSQL, goes on."""
    if address.startswith("sqlite"):
        database = sqlite3.connect(address.removeprefix("sqlite:///"), isolation_level=None)
        database.execute("BEGIN IMMEDIATE")
    else:
        import psycopg2

        database = psycopg2.connect(address)
        database.cursor().execute("LOCK TABLE consortium_agreement IN EXCLUSIVE MODE")
    try:
        yield
    finally:
        database.rollback()
        database.close()


@pytest.fixture
def asked(program):
    """A function that asks the API as the secretariat, and the body of an agreement to send."""
    token = program.manage("create_token", "secretariat", "--name", "停机").split()[-1]
    head = {"Authorization": f"Token {token}", "Content-Type": "application/json"}

    def ask(url: str, data: bytes | None = None) -> dict:
        with urllib.request.urlopen(urllib.request.Request(url, data=data, headers=head), timeout=60) as answer:
            return json.load(answer)

    members = [row["id"] for row in ask(f"{program.url}/api/v1/organizations/?page_size=2")["results"]]
    body = {"title": TITLE, "number": "", "type": "order_class", "organizations": members}
    yield ask, json.dumps({**body, "starts_on": "2026-09-01", "ends_on": "2027-08-31"}).encode()
    remove = f"from consortium.models import Agreement as A; A.objects.filter(title='{TITLE}').delete()"
    program.manage("shell", "-v0", "-c", remove)  # the tests after this one see the demonstration as it was


def interrupted(program, tmp_path, asked, *flags: str) -> tuple[Future, int]:
    """An agreement is sent to a web server of its own, which gets SIGTERM while it waits for the database.

    Returns the answer and the status with which the server ended.
    """
    ask, body = asked
    server = Program(tmp_path, program.env)
    server.start_web(1, *flags)
    try:
        with ThreadPoolExecutor(1) as pool:
            with agreements_held(program.env["DATABASE_URL"]):
                answer = pool.submit(ask, f"{server.url}/api/v1/agreements/", body)
                time.sleep(2)
                assert not answer.done()
                server.processes["web"].terminate()
                deadline = time.monotonic() + 10
                while answers(server) and time.monotonic() < deadline:
                    time.sleep(0.1)
                assert not answers(server)
            answer.exception(60)
        return answer, server.processes["web"].wait(30)
    finally:
        server.stop("web")


def answers(server: Program) -> bool:
    try:
        urllib.request.urlopen(f"{server.url}/healthz", timeout=2).close()
    except OSError:
        return False
    return True


def kept(program, asked) -> int:
    ask, _body = asked
    return [row["title"] for row in ask(f"{program.url}/api/v1/agreements/?page_size=500")["results"]].count(TITLE)


def test_a_request_under_way_is_answered(program, tmp_path, asked):
    answer, status = interrupted(program, tmp_path, asked)
    assert (answer.result()["title"], status, kept(program, asked)) == (TITLE, 0, 1)


def test_without_time_to_end_it_is_cut_off(program, tmp_path, asked):
    """The control: with a second of grace the one who sent gets no answer, and nothing is half written."""
    answer, _status = interrupted(program, tmp_path, asked, "--graceful-timeout", "1")
    assert isinstance(answer.exception(), OSError)
    assert kept(program, asked) == 0
