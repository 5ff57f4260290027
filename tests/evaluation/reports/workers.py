"""Real workers in their own processes: how tests start, await and end them."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as configured
from django.db import transaction

from evaluation.models import AnnualReport

ROOT = Path(configured.BASE_DIR)
PATIENCE = 90  # seconds; a busy machine is slow, a hanging test is worse
LEASE = 4
WORKER = ("-m", "celery", "-A", "config", "worker", "--loglevel", "INFO")
SCHEDULER = ("-m", "celery", "-A", "config", "beat")


def kill(process: subprocess.Popen) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def eventually(holds, tmp_path: Path):
    """The first true answer of ``holds``; with the processes' logs when there is none in time."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if answer := holds():
            return answer
        time.sleep(0.01)
    pytest.fail("\n".join(path.read_text() for path in sorted(tmp_path.glob("*.log"))))


@contextlib.contextmanager
def held(tmp_path: Path) -> Iterator[AnnualReport]:
    """A report that is being made, and cannot get past its next step before the end of this."""
    running = AnnualReport.objects.filter(status="running")
    while True:
        eventually(running.exists, tmp_path)
        with transaction.atomic():
            if report := running.select_for_update(of=("self",)).first():
                yield report
                return
