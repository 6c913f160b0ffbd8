"""All entries of the reference hub, in the order of its catalogue."""

from __future__ import annotations

from govopen_harvesters.reference_hub import cases, closed, harmless, personal, real, registers
from govopen_harvesters.reference_hub.entry import Entry

__all__ = ["entries"]


def entries(rows: int) -> list[Entry]:
    """List the entries; `rows` is the length of each big table with personal fields."""
    return [
        *real.ENTRIES,
        *registers.ENTRIES,
        *harmless.ENTRIES,
        *personal.entries(rows),
        *closed.ENTRIES,
        *cases.ENTRIES,
    ]
