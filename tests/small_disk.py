"""A disk that is really full: a file system in memory of a few kilobytes, which the test mounts."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


class SmallDisk:
    def __init__(self, path: Path) -> None:
        self.path = path

    def grow(self, kilobytes: int) -> None:
        _mount("-o", f"remount,size={kilobytes}k", str(self.path))

    def files(self) -> list[Path]:
        return [path for path in sorted(self.path.rglob("*")) if path.is_file()]


@contextmanager
def small_disk(path: Path, kilobytes: int) -> Iterator[SmallDisk]:
    """Skips the test where nobody may mount: that asks for root, and for a container that lets root do it."""
    path.mkdir()
    if os.geteuid():
        pytest.skip("only root mounts a small disk")
    if sentence := _mount("-t", "tmpfs", "-o", f"size={kilobytes}k", "none", str(path)):
        pytest.skip(f"no small disk can be mounted here: {sentence}")
    try:
        yield SmallDisk(path)
    finally:
        subprocess.run(["umount", "--lazy", str(path)], check=True)


def _mount(*options: str) -> str:
    """What it complains of."""
    return subprocess.run(["mount", *options], capture_output=True, text=True).stderr.strip()
