"""What an operator sees of the running program: figures over all its processes, and a request followed to its job."""

import json
import re
import time
import urllib.parse
import urllib.request
import uuid
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

pytestmark = pytest.mark.browser


def test_the_figures_are_those_of_both_web_processes(program):
    def answered() -> float:
        with urllib.request.urlopen(f"{program.url}/metrics") as answer:
            lines = answer.read().decode().splitlines()
        return sum(
            float(line.split()[-1])
            for line in lines
            if line.startswith("consortium_requests_total{") and "healthz" in line
        )

    before = answered()
    for _number in range(40):  # each on a connection of its own, so that both processes answer some
        urllib.request.urlopen(f"{program.url}/healthz").close()
    assert [answered() - before for _scrape in range(6)] == [40] * 6


def test_a_request_is_followed_into_the_job_that_it_ordered(program):
    token = program.manage("create_token", "secretariat").split()[-1]
    head = {"Authorization": f"Token {token}", "Content-Type": "application/json", "X-Request-ID": str(uuid.uuid4())}
    zones = urllib.request.Request(f"{program.url}/api/v1/zones/?page_size=1&status=active", headers=head)
    with urllib.request.urlopen(zones) as answer:
        assert answer.headers["X-Request-ID"] == head["X-Request-ID"]
        zone = json.load(answer)["results"][0]["id"]
    order = json.dumps({"year": 2025, "scope": "zone", "zone": zone}).encode()
    urllib.request.urlopen(urllib.request.Request(f"{program.url}/api/v1/reports/", data=order, headers=head)).close()
    log = program.folder / "worker.log"
    for _second in range(60):
        lines = [line for line in log.read_text(encoding="utf-8").splitlines() if head["X-Request-ID"] in line]
        if any("evaluation.make_report" in line and "succeeded" in line for line in lines):
            return
        time.sleep(1)
    pytest.fail("\n".join(lines) or "The number is not in the worker's log.")


def test_of_forty_passwords_at_once_over_two_processes_five_are_tried(program):
    """Which were tried stands in the history; the others are told to wait."""
    name = "expert2"
    find = f"H.objects.filter(what='wrong password', object_id=User.objects.get(username='{name}').pk).count()"
    count = f"from consortium.models import HistoryEntry as H, User; print({find})"

    def try_it(number: int) -> str:
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        page = opener.open(f"{program.url}/accounts/login/").read().decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]
        barrier.wait()
        form = {"login": name, "password": f"guess-number-{number}", "csrfmiddlewaretoken": token}
        return opener.open(f"{program.url}/accounts/login/", urllib.parse.urlencode(form).encode()).read().decode()

    barrier = Barrier(40, timeout=60)
    with ThreadPoolExecutor(40) as pool:
        pages = list(pool.map(try_it, range(40)))
    assert int(program.manage("shell", "-v0", "-c", count)) == 5
    assert sum("错误密码次数过多" in page for page in pages) == 35


def test_a_request_sent_eight_times_at_once_over_two_processes_is_done_once(program):
    """All with one Idempotency-Key; another eight without it are the control."""
    token = program.manage("create_token", "secretariat", "--name", "再试一次").split()[-1]
    head = {"Authorization": f"Token {token}", "Content-Type": "application/json"}

    def ask(path: str, data: bytes | None = None, **more: str) -> tuple[str | None, dict]:
        request = urllib.request.Request(f"{program.url}/api/v1{path}", data=data, headers=head | more)
        with urllib.request.urlopen(request) as answer:
            return answer.headers["Idempotent-Replayed"], json.load(answer)

    def send(title: str, **more: str) -> list[tuple[str | None, dict]]:
        body = {"title": title, "number": "", "type": "order_class", "organizations": members}
        sent = json.dumps({**body, "starts_on": "2026-09-01", "ends_on": "2027-08-31"}).encode()

        def at_once(_number: int) -> tuple[str | None, dict]:
            barrier.wait()
            return ask("/agreements/", sent, **more)

        barrier = Barrier(8, timeout=60)
        with ThreadPoolExecutor(8) as pool:
            return list(pool.map(at_once, range(8)))

    def made(title: str) -> int:
        return [row["title"] for row in ask("/agreements/?page_size=500")[1]["results"]].count(title)

    members = [row["id"] for row in ask("/organizations/?page_size=2")[1]["results"]]
    told = send("一次发送八遍", **{"Idempotency-Key": str(uuid.uuid4())})
    assert sorted(replayed or "" for replayed, _agreement in told) == ["", *["true"] * 7]
    assert (len({agreement["id"] for _replayed, agreement in told}), made("一次发送八遍")) == (1, 1)
    assert (len(send("没有键的八遍")), made("没有键的八遍")) == (8, 8)
    remove = "from consortium.models import Agreement as A; A.objects.filter(title__contains='八遍').delete()"
    program.manage("shell", "-v0", "-c", remove)  # the tests after this one see the demonstration as it was
    assert made("没有键的八遍") == 0


@pytest.mark.parametrize("width", [1280], indirect=True)
def test_whoever_types_is_not_signed_out(program, visit):
    """The page asks for something every five minutes as long as somebody types; without that nothing is asked."""
    page = visit()
    page.clock.install()
    page.goto("/accounts/login/")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.clock.fast_forward("06:00")
    assert not [url for url in asked if url.endswith("healthz")]
    page.type("[name=login]", "a")
    with page.expect_request("**/healthz"):
        page.clock.fast_forward("06:00")
