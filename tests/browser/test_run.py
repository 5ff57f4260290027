"""A run of annual reports is watched, its worker is killed twice, and it ends whole: one new version of each report."""

import os
import re
import signal
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser
PATIENCE = 150  # seconds: a killed report waits for the end of its lease, and a busy machine is slow
MADE = re.compile(r"已完成 (\d+)/(\d+) 份")
BUSY = re.compile(r"正在生成 (\d+) 份")
NUMBER = re.compile(r"· (20\d\d-[\w-]+-\d\d)</small>")


def eventually(holds, what: str):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if answer := holds():
            return answer
        time.sleep(0.02)
    pytest.fail(what)


def children(worker) -> list[int]:
    """The processes in which the worker makes things."""
    pids = Path(f"/proc/{worker.pid}/task/{worker.pid}/children").read_text().split()
    return [int(pid) for pid in pids if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]


@pytest.mark.parametrize("width", [1280], ids=["desk"])
def test_a_run_ends_whole_though_its_worker_is_killed_twice(program, visit, shoot, width):
    page = visit("secretariat")
    program.stop("worker")
    page.goto("/reports/new/")
    page.get_by_label("联合体总报告").check()
    wanted = page.locator("input[name=zones]:checked").count() + 1
    page.click("main button:has-text('生成年报')")
    page.wait_for_url(re.compile(r"/reports/runs/\d+/$"))
    address = page.url
    shoot(page, "run-ordered")

    def seen() -> str:
        return page.request.get(address).text()

    def is_busy() -> bool:
        busy = BUSY.search(seen())
        return bool(busy and int(busy[1]))

    program.start("worker", "celery", "-A", "config", "worker", "--loglevel", "INFO")
    eventually(is_busy, "no report was begun")
    for pid in children(program.processes["worker"]):
        os.kill(pid, signal.SIGKILL)
    shoot(page, "run-child-killed")
    eventually(is_busy, "no report was begun after the children were killed")
    page.goto("about:blank")  # a page that asks a server that is gone says so in its console
    for name in ("worker", "scheduler", "web"):
        process = program.processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    program.start_web()
    made, of = map(int, MADE.search(seen()).groups())
    assert (of, made < wanted) == (wanted, True)
    page.goto(address)
    program.start_worker()
    page.get_by_text(f"已完成 {wanted}/{wanted} 份").wait_for(timeout=PATIENCE * 1000)  # the page asks for itself
    page.get_by_text("下载全部文件").wait_for(timeout=PATIENCE * 1000)
    shoot(page, "run-done")
    numbers = NUMBER.findall(seen())
    assert (len(numbers), len({number[:-3] for number in numbers})) == (wanted, wanted)
    listed = NUMBER.findall(page.request.get("/reports/?year=" + numbers[0][:4]).text())
    newest = {number[:-3]: max(other for other in listed if other[:-3] == number[:-3]) for number in numbers}
    assert (sorted(newest.values()), len(listed)) == (sorted(numbers), len(set(listed)))
