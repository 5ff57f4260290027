"""Processes that tests start, looked at from outside: Linux says it under /proc."""

import os
from pathlib import Path


def children(pid: int, named: bytes = b"spawn_main") -> set[int]:
    """The children of ``pid`` with this word in their command; as it is, those in which a Celery worker makes things.

    Of all its threads: one of them replaces those that have gone.
    """
    lists = Path(f"/proc/{pid}/task").glob("*/children")
    pids = {int(pid) for one in lists for pid in one.read_text().split()}
    return {pid for pid in pids if named in Path(f"/proc/{pid}/cmdline").read_bytes()}


def peak(pid: int) -> int:
    """The most memory that it has held, in megabytes; writing 5 to its ``clear_refs`` lets it begin anew."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) >> 10


def seconds_used(pid: int) -> float:
    """Of the processor, by all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
