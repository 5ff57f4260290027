"""Processes that tests start, looked at from outside: Linux says it under /proc."""

from pathlib import Path


def children(pid: int) -> set[int]:
    """The processes in which the worker ``pid`` makes things, each a fresh interpreter.

    Of all its threads: one of them replaces those that have gone.
    """
    lists = Path(f"/proc/{pid}/task").glob("*/children")
    pids = {int(pid) for one in lists for pid in one.read_text().split()}
    return {pid for pid in pids if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()}
