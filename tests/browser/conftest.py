"""The program as people run it, with its own database, web server, worker and scheduler, and a browser before it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCREENSHOTS = Path(__file__).parent / "screenshots"
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


def absent(what: str) -> None:
    """Skip by name, or fail when everything is required."""
    if os.environ.get("REQUIRE_ALL") == "1":
        pytest.fail(f"{what} is absent and REQUIRE_ALL is set")
    pytest.skip(f"{what} is absent")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@dataclass
class Program:
    """The running program: where it is, and its processes by name."""

    folder: Path
    env: dict[str, str]
    port: int = field(default_factory=free_port)
    processes: dict[str, subprocess.Popen] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def manage(self, *command: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *command], cwd=ROOT, env=self.env, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self, name: str, *command: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", *command], cwd=ROOT, env=self.env, stdout=log, stderr=log, start_new_session=True
            )

    def stop(self, name: str) -> None:
        """End a process that we started. It ends those that it started; when it does not, all are killed."""
        process = self.processes.pop(name)
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def start_web(self, processes: int = 2, *flags: str) -> None:
        how = ["--config", "config/gunicorn.py", "--bind", f"127.0.0.1:{self.port}", "--workers", str(processes)]
        self.start("web", "gunicorn", *how, *flags, "config.wsgi")
        for _attempt in range(120):
            try:
                urllib.request.urlopen(f"{self.url}/healthz", timeout=2)
                return
            except OSError:
                time.sleep(0.25)
        pytest.fail((self.folder / "web.log").read_text(encoding="utf-8"))

    def start_worker(self) -> None:
        self.start("worker", "celery", "-A", "config", "worker", "--loglevel", "INFO")
        self.start("scheduler", "celery", "-A", "config", "beat", "--loglevel", "WARNING")


def own_database(folder: Path, suffix: str = "browser") -> Iterator[str]:
    """The address of an empty database for the program: a file, or beside the PostgreSQL that the tests use."""
    address = os.environ.get("DATABASE_URL", "")
    if not address.startswith("postgres"):
        yield f"sqlite:///{folder / 'db.sqlite3'}"
        return
    import psycopg2

    parts = urlsplit(address)
    name = f"{parts.path.strip('/')}_{suffix}"
    connection = psycopg2.connect(address)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {name}")
    yield urlunsplit(parts._replace(path=f"/{name}"))
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    connection.close()


@pytest.fixture(scope="session")
def program(tmp_path_factory) -> Iterator[Program]:
    """The demonstration, loaded and served with a worker and the scheduler beside it."""
    folder = tmp_path_factory.mktemp("program")
    databases = own_database(folder)
    env = os.environ | {
        "DEBUG": "yes",
        "VAR_DIR": str(folder),
        "MEDIA_ROOT": str(folder / "media"),
        "DATABASE_URL": next(databases),
        "PYTHONWARNINGS": "default",
        "REPORT_LEASE_SECONDS": "10",
        "REPORT_DRAIN_SECONDS": "2",
    }
    running = Program(folder, env)
    running.manage("migrate", "--verbosity", "0")
    running.manage("load_demo")
    running.start_web()
    running.start_worker()
    yield running
    for name in list(running.processes):
        running.stop(name)
    next(databases, None)


@pytest.fixture(scope="session")
def chromium():
    if not CHROMIUM:
        absent("Chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(params=[1280, 390], ids=["desk", "phone"])
def width(request) -> int:
    return request.param


def is_fault(message) -> bool:
    """An error of the console, but that an answer was 409: the page says why something else stands there meanwhile."""
    return message.type == "error" and "409 (Conflict)" not in message.text


@pytest.fixture
def visit(chromium, program, width, request):
    """A function that signs somebody in and gives the page; a console error or a refused script fails the test."""
    faults: list[str] = []
    contexts = []

    def make(username: str | None = None, dark: bool = False, is_mobile: bool = False, at: int = width):
        """``at``: the width of the window where it is another than that of the test."""
        from consortium.demo import PASSWORD

        context = chromium.new_context(
            base_url=program.url,
            viewport={"width": at, "height": 900},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            has_touch=at < 768,
            is_mobile=is_mobile,
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",  # no colour is half on its way when it is measured
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("console", lambda message: faults.append(message.text) if is_fault(message) else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        if username:
            page.goto("/accounts/login/")
            page.fill("[name=login]", username)
            page.fill("[name=password]", PASSWORD)
            with page.expect_navigation():
                page.press("[name=password]", "Enter")
        return page

    yield make
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture
def shoot(width):
    """Save the whole page as a picture for people to look at, when they ask for it: SCREENSHOTS=yes."""

    def save(page, name: str) -> None:
        if os.environ.get("SCREENSHOTS"):
            SCREENSHOTS.mkdir(exist_ok=True)
            page.screenshot(path=SCREENSHOTS / f"{name}-{width}.png", full_page=True)

    return save
