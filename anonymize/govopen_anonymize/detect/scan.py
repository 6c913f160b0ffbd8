# SPDX-License-Identifier: Apache-2.0
"""Scan a table: every distinct value once, columns by value, then what only the table as a whole shows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

import pyarrow as pa

from ..divisions import forget
from ..errors import AnonymizeError, Internal
from .cells import identifiers
from .column import Facts, facts
from .context import contextual, settle, subject
from .finding import Finding
from .statistics import statistical

__all__ = ["scan"]

# Column kinds that explain a column whole; where one stands, weaker guesses about the same column fall away.
WHOLE = 0.5
WORDS = ("person_name", "address")


def scan(table: pa.Table, *, headers: Mapping[str, str] | None = None, today: dt.date | None = None) -> list[Finding]:
    """Find personal and organisational data in `table`.

    `headers` gives a label or description per column; it raises confidence and never decides alone where values speak.
    """
    try:
        return _scan(table, headers or {}, today or dt.datetime.now(tz=dt.UTC).date())
    except AnonymizeError:
        raise
    except Exception as error:  # noqa: BLE001 - the border: nothing of the library's text may pass
        raise Internal(kind=type(error).__name__) from None
    finally:
        forget()


def _scan(table: pa.Table, headers: Mapping[str, str], today: dt.date) -> list[Finding]:
    columns = [facts(name, table.column(i), headers.get(name, "")) for i, name in enumerate(table.column_names)]
    findings: list[Finding] = []
    for column in columns:
        findings += _one(column)
    about = subject(columns, findings)
    findings += contextual(columns, findings, about, today)
    order = {name: i for i, name in enumerate(table.column_names)}
    return sorted(settle(columns, findings, about), key=lambda f: (order[f.column], -f.share, -f.confidence, f.kind))


def _one(column: Facts) -> Iterable[Finding]:
    """Findings of one column; what fills the column as an identifier leaves no room for guesses by statistics."""
    found = list(identifiers(column))
    if any(f.share >= WHOLE and f.kind not in WORDS for f in found):
        return found
    guesses = list(statistical(column))
    best: dict[str, Finding] = {}
    for guess in guesses:
        rival = best.get(guess.column)
        if rival is None or (guess.confidence * guess.share) > (rival.confidence * rival.share):
            best[guess.column] = guess
    return [f for f in found if f.kind not in {g.kind for g in best.values()}] + list(best.values())
