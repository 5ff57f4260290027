"""The web server: ``gunicorn --config config/gunicorn.py config.wsgi``.

Threads keep their database connections, which costs a third to a ninth of opening one for each request; two processes
use two cores, and eight threads each wait for the database beside one another.
"""

import os
import shutil
import tempfile
from typing import Any

bind = f"127.0.0.1:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers, threads = 2, 8
graceful_timeout = 30  # seconds that a request under way has after SIGTERM

# One folder for the figures of all worker processes, new with each start; it must be known before the library is read.
figures = os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="consortium-metrics-")


def child_exit(server: Any, worker: Any) -> None:
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)


def on_exit(server: Any) -> None:
    shutil.rmtree(figures, ignore_errors=True)
