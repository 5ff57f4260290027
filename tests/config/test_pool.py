"""Children of the worker that are killed while they wait are replaced, and the next job is done."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ..processes import children

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60  # seconds
JOBS = """
from pathlib import Path
from celery import Celery
from kombu.transport import TRANSPORT_ALIASES

TRANSPORT_ALIASES["filesystem"] = "config.file_broker:Transport"
HERE = Path(__file__).parent
app = Celery("jobs", broker="filesystem://")
app.conf.update(
    broker_transport_options={
        "data_folder_in": str(HERE), "data_folder_out": str(HERE), "control_folder": str(HERE), "polling_interval": 0.1,
    },
    worker_pool="POOL", worker_pool_start_method="spawn", worker_proc_alive_timeout=PATIENCE,
    worker_concurrency=2, task_ignore_result=True, broker_connection_retry_on_startup=True,
)

@app.task(name="mark")
def mark(name):
    (HERE / name).touch()
"""


@pytest.fixture
def worker(tmp_path):
    """A function that starts one over the file broker; it is killed at the end."""
    started = []

    def start(pool: str) -> subprocess.Popen:
        (tmp_path / "jobs.py").write_text(JOBS.replace("PATIENCE", str(PATIENCE)).replace("POOL", pool))
        with (tmp_path / "worker.log").open("wb") as log:
            started.append(subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "jobs", "worker", "--loglevel", "INFO"],
                cwd=tmp_path, env=environment(tmp_path), stdout=log, stderr=log, start_new_session=True,
            ))  # fmt: skip
        return started[-1]

    yield start
    for process in started:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def environment(folder: Path) -> dict[str, str]:
    return {
        **os.environ, "PYTHONPATH": f"{ROOT}:{folder}", "SECRET_KEY": "of-the-test", "VAR_DIR": str(folder / "var"),
        "REDIS_URL": "",
    }  # fmt: skip


def eventually(holds, folder: Path, patience: float = PATIENCE) -> None:
    end = time.monotonic() + patience
    while not holds():
        assert time.monotonic() < end, (folder / "worker.log").read_text()
        time.sleep(0.05)


def send(folder: Path, name: str) -> None:
    said = f"import jobs; jobs.mark.delay({name!r})"
    subprocess.run([sys.executable, "-c", said], cwd=folder, env=environment(folder), check=True)


def are_waiting(pids: set[int]) -> bool:
    """They have used no processor for two seconds: both are at the pipe."""
    used = [[Path(f"/proc/{pid}/stat").read_text().split()[13:15] for pid in pids]]
    time.sleep(2)
    used.append([Path(f"/proc/{pid}/stat").read_text().split()[13:15] for pid in pids])
    return used[0] == used[1]


def kill_while_they_wait(process: subprocess.Popen, folder: Path) -> None:
    send(folder, "first")
    eventually(lambda: (folder / "first").exists(), folder)
    log = folder / "worker.log"
    eventually(lambda: log.read_text().count("calling self.run()") >= 2, folder)
    before = children(process.pid)
    eventually(lambda: are_waiting(before), folder)
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    eventually(lambda: len(children(process.pid) - before) == 2, folder)


def test_children_killed_while_they_wait_are_replaced_and_the_next_job_is_done(worker, tmp_path):
    process = worker("config.pool:TaskPool")
    kill_while_they_wait(process, tmp_path)
    send(tmp_path, "second")
    eventually(lambda: (tmp_path / "second").exists(), tmp_path)
    assert process.poll() is None
    process.terminate()
    assert process.wait(PATIENCE) == 0
    assert list(tmp_path.glob("*.lock")) == []


def test_control_with_the_librarys_own_pool_the_worker_stands_still(worker, tmp_path):
    """If this fails the library has mended it, and ``config.pool`` can go."""
    process = worker("prefork")
    kill_while_they_wait(process, tmp_path)
    send(tmp_path, "second")
    with pytest.raises(AssertionError):
        eventually(lambda: (tmp_path / "second").exists(), tmp_path, patience=12)
    assert process.poll() is None
