"""What reading a table did to it: the load report that later proves fidelity, and the table itself."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["LoadReport", "Note", "TableRead"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One harmless remark: a kind, where, how many; never a cell."""

    kind: str
    row: int | None = None
    field: str | None = None
    count: int | None = None


@dataclass(slots=True, kw_only=True)
class LoadReport:
    """How a file was read; rows count data rows, from one."""

    rows: int = 0
    columns: int = 0
    encoding: str = ""
    bom: bool = False
    delimiter: str = ""
    ragged_rows: int = 0
    nul_bytes: int = 0
    quoted_line_breaks: int = 0
    sheet: str | None = None
    header_row: int | None = None
    notes: list[Note] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """Give the report as JSON would have it."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRead:
    """A table of strings exactly as delivered (empty cells are nulls) and the report of its reading."""

    table: pa.Table
    report: LoadReport
