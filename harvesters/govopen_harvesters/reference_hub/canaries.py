"""What was planted in the personal tables, for the hunt: full numbers, phones, rare names, whole addresses."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from govopen_harvesters.reference_hub.entry import Entry, Table
from govopen_harvesters.reference_hub.people import planted
from govopen_harvesters.reference_hub.places import RARE

__all__ = ["canaries", "keep", "planted_in"]

_FILE = "canaries.json"
_SHORTEST, _LONG = 3, 10


def canaries(home: Path) -> list[str]:
    """List the planted values of a seeded home; none of them may be found outside the vault and this home."""
    return list(json.loads((Path(home) / _FILE).read_text(encoding="utf-8")))


def keep(home: Path, values: Iterable[str]) -> None:
    """Write the list into the hub's own home."""
    (home / _FILE).write_text(json.dumps(sorted(set(values)), ensure_ascii=False), encoding="utf-8")


def planted_in(entry: Entry, table: Table) -> list[str]:
    """Collect an entry's planted values: those of its traceable rows, where a value is long enough to be one."""
    found: list[str] = []
    for name in entry.canary_columns:
        values = table[name]
        texts = (str(values[row]) for row in planted(len(values)))
        found += [text for text in texts if _traceable(text)]
    return found


def _traceable(text: str) -> bool:
    """Say whether finding the text elsewhere would prove a leak: long ones do, names only with rare characters."""
    if len(text) >= _LONG:
        return True
    return len(text) >= _SHORTEST and any(char in RARE for char in text)
