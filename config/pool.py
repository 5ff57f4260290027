"""The worker's children on the embedded default: one that is killed takes no lock with it.

Over the file broker Celery's children wait at one pipe, in turn by a semaphore. A child that is killed while it waits,
as when memory runs out, never gives it back, and the worker stands still until somebody starts it again. A lock on a
file goes with its holder. (Over Redis each child has a pipe of its own.)
"""

import atexit
import fcntl
import os
from pathlib import Path
from typing import Any

from billiard.pool import Pool
from celery.concurrency import prefork


class FileLock:
    """What the pool asks of a lock, between processes; each opens the file ``path`` for itself."""

    def __init__(self, path: str) -> None:
        self.path, self.place = path, -1

    def __getstate__(self) -> str:
        return self.path

    def __setstate__(self, path: str) -> None:
        self.__init__(path)  # type: ignore[misc]

    def acquire(self, block: bool = True, timeout: float | None = None) -> bool:
        if self.place < 0:
            self.place = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self.place, fcntl.LOCK_EX if block else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def release(self) -> None:
        fcntl.flock(self.place, fcntl.LOCK_UN)

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *error: object) -> None:
        self.release()


class SurvivingPool(Pool):
    def __init__(self, *, folder: Path, **options: Any) -> None:
        self.folder = folder
        super().__init__(**options)

    def _setup_queues(self) -> None:
        super()._setup_queues()
        self._inqueue._rlock = self._lock("in")  # the children's turns to take a job
        self._outqueue._wlock = self._lock("out")  # and to say what became of it

    def _lock(self, which: str) -> FileLock:
        path = self.folder / f"worker-{os.getpid()}-{which}.lock"
        atexit.register(path.unlink, missing_ok=True)
        return FileLock(str(path))


class TaskPool(prefork.TaskPool):
    def BlockingPool(self, **options: Any) -> SurvivingPool:  # in place of the class that is named so
        folder = Path(self.app.conf.broker_transport_options["control_folder"])
        return SurvivingPool(folder=folder, **options)
