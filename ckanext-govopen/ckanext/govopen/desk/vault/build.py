"""Candidates: a recipe applied (or plain typing where the rules ask for none), written as sealed, content-addressed parts.

The cut between parts is decided by the rows themselves, so a refresh that adds rows writes the parts that changed and
no others. What a recipe could not reach (a model within the suppression limit) is an outcome, not a crash.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from ckanext.govopen.desk.vault.sealed import Vault
from ckanext.govopen.desk.vault.typed import typed
from ckanext.govopen.releases.manifest import release_digest, release_manifest
from ckanext.govopen.releases.parts import file_part, narrow, release_type, write_part
from govopen_anonymize.recipe import Recipe
from govopen_anonymize.run import run

__all__ = ["Built", "build_file", "build_link", "build_table", "cut", "described"]

PART_ROWS, PART_MIN, PART_MAX = 65_536, 50_000, 500_000
KEY_REF = "licensee"


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """候选发布: what a route came to: the manifest's fixed half, and the builder's own report."""

    kind: str
    fields: list[dict[str, Any]]
    parts: list[dict[str, Any]]
    link: str | None = None
    rows_in: int = 0
    report: Mapping[str, Any] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """The digest that names the release."""
        return release_digest(
            {
                "kind": self.kind,
                "schema": {"fields": self.fields},
                "row_count": sum(part["rows"] for part in self.parts),
                "parts": self.parts,
                "link": self.link,
            }
        )

    def manifest(self, **more: Any) -> dict[str, Any]:
        """The whole manifest."""
        made = release_manifest(kind=self.kind, fields=self.fields, parts=self.parts, link=self.link, **more)
        return dict(made)


def cut(table: pa.Table) -> Iterator[pa.Table]:
    """Slices of a table, cut behind rows whose hash says so: the same run of rows is the same slice wherever it stands."""
    rows = table.num_rows
    if rows <= PART_MIN:
        yield table
        return
    hashed = pd.util.hash_pandas_object(table.to_pandas(types_mapper=pd.ArrowDtype), index=False).to_numpy()
    marks = np.flatnonzero(hashed % PART_ROWS < 8) + 1  # One row in 8192 may end a part; the minimum thins them out.
    start = 0
    while start < rows:
        later = marks[(marks >= start + PART_MIN) & (marks <= start + PART_MAX)]
        end = int(later[0]) if len(later) else min(rows, start + PART_MAX)
        if rows - end < PART_MIN // 4:
            end = rows
        yield table.slice(start, end - start)
        start = end


def described(table: pa.Table, descriptions: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The field table of a release: types as they are written, words as the catalogue has them."""
    fields = []
    for column in table.schema:
        words = descriptions.get(column.name, {})
        fields.append(
            {
                "name": column.name,
                "type": release_type(column.type),
                **{
                    name: str(words.get(name) or "")
                    for name in ("name_zh", "name_en", "description_zh", "description_en", "unit", "codelist")
                },
            }
        )
    return fields


def _sealed(table: pa.Table, vault: Vault) -> list[dict[str, Any]]:
    parts = []
    for number, piece in enumerate(cut(table)):
        data, ref = write_part(piece, f"part-{number:05d}.parquet")
        vault.put(f"parts/{ref.digest.removeprefix('sha256:')}", data)
        parts.append(ref.to_dict())
    return parts


def build_table(
    table: pa.Table,
    *,
    kind: str,
    recipe: Mapping[str, Any] | None,
    declared: Mapping[str, str],
    as_text: frozenset[str],
    descriptions: Mapping[str, Mapping[str, Any]],
    vault: Vault,
    key: bytes,
    columns: Sequence[str] | None = None,
    keep_rows: Any = None,
    seed: int = 0,
) -> Built:
    """Build rows or a cube. `columns` and `keep_rows` (a function on the made table) narrow it for one grant.

    The recipe works on text, so that generalisation sees values as delivered; what it keeps is typed afterwards.
    """
    report: Mapping[str, Any] = {}
    kept = declared
    rows_in = table.num_rows
    if recipe is not None:
        checked = Recipe.load(recipe)
        result = run(checked, table, keys={KEY_REF: key}, seed=seed)
        table, report = result.table, result.report.to_dict()
        kept = {
            column.name: declared.get(column.name, "C")
            for column in checked.columns
            if column.operator in {"keep", "round", "top_code"}
        }
    made, _ = typed(table, kept, as_text)
    if keep_rows is not None:
        made = keep_rows(made)
    if columns is not None:
        made = made.select([name for name in made.column_names if name in set(columns)])
    made = narrow(made)
    return Built(
        kind=kind,
        fields=described(made, descriptions),
        parts=_sealed(made, vault),
        rows_in=rows_in,
        report={name: value for name, value in report.items() if name != "before"},
    )


def build_file(data: bytes, *, name: str, media_type: str, vault: Vault) -> Built:
    """A document as it came: one part without rows."""
    ref = file_part(data, media_type, name)
    vault.put(f"parts/{ref.digest.removeprefix('sha256:')}", data)
    return Built(kind="file", fields=[], parts=[ref.to_dict()])


def build_link(url: str) -> Built:
    """A pass-through: nothing is stored but where it leads."""
    return Built(kind="link", fields=[], parts=[], link=url)


def built_now() -> str:
    """The moment of building, for the manifest; it is outside the digest."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
