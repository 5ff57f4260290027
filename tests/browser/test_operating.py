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
