"""Logs of a home: bounded files, and following them."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from .layout import Layout

__all__ = ["follow", "rotate", "tail"]

LIMIT = 10 * 1024 * 1024
KEPT = 3


def rotate(layout: Layout) -> None:
    """Move each log that grew too long aside, and keep the last few.

    The file is copied and cut: services hold it open for appending, so they write on at its new start.
    """
    for path in layout.log.glob("*.log"):
        with contextlib.suppress(OSError):
            if path.stat().st_size < LIMIT:
                continue
            for number in range(KEPT - 1, 0, -1):
                older = path.with_suffix(f".log.{number}")
                if older.exists():
                    older.replace(path.with_suffix(f".log.{number + 1}"))
            shutil.copyfile(path, path.with_suffix(".log.1"))
            os.truncate(path, 0)


def tail(path: Path, lines: int) -> list[str]:
    """The last lines of a log."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return list(deque(file, maxlen=lines))
    except FileNotFoundError:
        return []


def follow(paths: dict[str, Path], pause: float = 0.3) -> Iterator[tuple[str, str]]:
    """New lines of these logs as they come, with the name of the service, for ever."""
    places = {name: path.stat().st_size if path.exists() else 0 for name, path in paths.items()}
    while True:
        for name, path in paths.items():
            if not path.exists():
                continue
            if path.stat().st_size < places[name]:
                places[name] = 0
            with path.open(encoding="utf-8", errors="replace") as file:
                file.seek(places[name])
                for line in file:
                    yield name, line
                places[name] = file.tell()
        time.sleep(pause)
