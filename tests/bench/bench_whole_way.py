"""The whole way, timed: hub to judged candidates to the open side, with the peak of all processes' memory.

Run it as `python tests/bench/bench_whole_way.py [--rows 100000]`; it brings up a home of its own in a temporary folder,
needs no other program, and prints a table. Memory is the sum of the proportional set sizes (PSS) of every process of the
home, sampled twice a second.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import threading
import time
from pathlib import Path

import psutil
import psycopg
from rich.console import Console
from rich.table import Table

from govopen_stack.api import Home
from govopen_stack.demo import run
from govopen_stack.process import marked


class Memory(threading.Thread):
    """Samples the sum of PSS of a home's processes until stopped; `peak` in bytes."""

    def __init__(self, home: Path) -> None:
        super().__init__(daemon=True)
        self.home, self.peak, self.ended = home, 0, threading.Event()

    def run(self) -> None:
        while not self.ended.wait(0.5):
            total = 0
            for process in marked(self.home):
                try:
                    total += process.memory_full_info().pss
                except (psutil.Error, OSError):
                    continue
            self.peak = max(self.peak, total)


def main() -> None:
    """Measure once and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, default=100_000)
    asked.add_argument("--seed", type=int, default=1)
    options = asked.parse_args()
    console = Console()
    folder = Path(tempfile.mkdtemp(prefix="govopen-bench-"))
    place = Home(folder)
    memory = Memory(place.path)
    memory.start()
    try:
        start = time.monotonic()
        place.start(hub_rows=options.rows, hub_seed=options.seed)
        up = time.monotonic() - start
        start = time.monotonic()
        run(folder, rows=options.rows, console=console)
        whole = time.monotonic() - start
        status = place.status()
        with psycopg.connect(status["desk_database_url"]) as db:
            entries, rows = db.execute(
                "select count(*), coalesce(sum(rows), 0) from delivery where stage = 'judged'"
            ).fetchone()
            way = db.execute(
                "select extract(epoch from max(e.measured_at) - min(d.received_at)) from evidence e "
                "join release r on r.id = e.release_id join delivery d on d.id = r.delivery_id where r.number = 1"
            ).fetchone()[0]
            published = db.execute("select count(*) from pointer").fetchone()[0]
    finally:
        place.stop()
        memory.ended.set()
        shutil.rmtree(folder, ignore_errors=True)
    table = Table(title=f"whole way, {options.rows} rows in each personal table")
    table.add_column("figure")
    table.add_column("value", justify="right")
    for name, value in (
        ("services up, s", f"{up:.1f}"),
        ("demo from an empty home, s", f"{whole:.1f}"),
        ("deliveries judged", f"{entries}"),
        ("catalogue entries judged per second", f"{entries / float(way):.2f}"),
        ("source rows judged per second", f"{float(rows) / float(way):,.0f}"),
        ("products published", f"{published}"),
        ("peak sum of PSS, GiB", f"{memory.peak / 2**30:.2f}"),
    ):
        table.add_row(name, value)
    console.print(table)


if __name__ == "__main__":
    main()
