"""One delivery at work: what earlier stages wrote of it, and how a route is built and measured from its sealed table.

Stages of the pipeline and grants of licensees build and measure by the same two functions.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

import ckan.plugins.toolkit as tk

from ckanext.govopen.desk.catalogue import entry as catalogue
from ckanext.govopen.desk.catalogue.working import columns as described_columns
from ckanext.govopen.desk.jobs import sql
from ckanext.govopen.desk.rules.decision import Route
from ckanext.govopen.desk.rules.table import RuleSet
from ckanext.govopen.desk.secrets import Secrets
from ckanext.govopen.desk.vault import build, linkage, meter
from ckanext.govopen.desk.vault.profile import stays_text
from ckanext.govopen.desk.vault.scrub import border
from ckanext.govopen.desk.vault.sealed import Vault
from ckanext.govopen.releases.canonical import bare

__all__ = ["Delivery", "built_for", "delivered_at", "measured_for", "parts_of", "published", "words_of"]


class Delivery:
    """One delivery at work: its row, its table once read, the rules, and what earlier stages wrote."""

    def __init__(self, row: Mapping[str, Any], vault: Vault, secrets: Secrets, rules: RuleSet, today: dt.date) -> None:
        self.row, self.vault, self.secrets, self.rules, self.today = row, vault, secrets, rules, today
        self.descriptor: Mapping[str, Any] = row["descriptor"]
        self.kind = str(row["kind"])
        self._table: pa.Table | None = None
        self._package: dict[str, Any] | None = None

    @property
    def id(self) -> str:
        """The delivery's id."""
        return str(self.row["id"])

    @property
    def table(self) -> pa.Table:
        """The delivered table, all text, read from its sealed object."""
        if self._table is None:
            with border("reading"), self.vault.open(self.row["object"]) as stream:
                self._table = pq.read_table(stream)
        return self._table

    @property
    def package(self) -> dict[str, Any]:
        """The working entry as it stands now, with what officers mended."""
        if self._package is None:
            user = tk.get_action("get_site_user")({"ignore_auth": True, "defer_commit": True}, {})
            context = {"user": user["name"], "ignore_auth": True}
            self._package = dict(tk.get_action("package_show")(context, {"id": self.row["entry_id"]}))
        return self._package

    @property
    def profile(self) -> dict[str, Any] | None:
        """The profile that the first stage wrote; files and links have none."""
        return sql.scalar("select body from profile where delivery_id = cast(:id as uuid)", id=self.id)

    @property
    def revision(self) -> dict[str, Any]:
        """What of the working entry would be frozen."""
        return dict(catalogue.revision_body(self.package))

    @property
    def gaps(self) -> list[dict[str, str]]:
        """Descriptions that are missing."""
        return [{"code": gap.code, "field": gap.field} for gap in catalogue.incomplete(self.revision)]

    @property
    def descriptions(self) -> dict[str, dict[str, Any]]:
        """The words of each column: as delivered, with what officers mended over them."""
        words = {str(field.get("name_en")): words_of(field) for field in self.descriptor.get("fields") or ()}
        for column in described_columns(self.package):
            words.setdefault(str(column.get("name")), {}).update({k: v for k, v in column.items() if v})
        return words

    def current_plan(self) -> dict[str, Any] | None:
        """The plan of this delivery that was made last."""
        return sql.one(
            "select id, body, digest from plan where delivery_id = cast(:id as uuid) order by created_at desc limit 1",
            id=self.id,
        )


def words_of(field: Mapping[str, Any]) -> dict[str, Any]:
    """What a descriptor says of a column."""
    said = field.get("description") or {}
    label = field.get("label") or {}
    return {
        "name_zh": field.get("name_zh") or label.get("zh_Hans_CN", ""),
        "name_en": label.get("en") or field.get("name_en", ""),
        "description_zh": said.get("zh_Hans_CN", "") if isinstance(said, Mapping) else str(said),
        "description_en": said.get("en", "") if isinstance(said, Mapping) else "",
        "unit": field.get("unit") or "",
        "codelist": field.get("codelist") or "",
    }


def delivered_at(work: Delivery) -> str:
    """When the delivery was produced, as the manifest says; else when it came."""
    return str(work.row["manifest"].get("produced_at") or work.row["received_at"].isoformat())


def built_for(
    work: Delivery, route: Route, *, key: bytes, columns: Sequence[str] | None = None, keep_rows: Any = None
) -> build.Built:
    """Build what a route asks for under a pseudonym key; a grant narrows columns and rows."""
    if route.kind == "link":
        return build.build_link(str(work.descriptor.get("link_url") or ""))
    if route.kind == "file":
        report = work.row["load_report"]
        with border("build"):
            return build.build_file(
                work.vault.read(work.row["object"]),
                name=report["file"],
                media_type=report["media_type"],
                vault=work.vault,
            )
    profile = work.profile or {"columns": []}
    with border("build"):
        return build.build_table(
            work.table,
            kind=route.kind,
            recipe=route.recipe,
            declared={column["name"]: column["type"] for column in profile["columns"]},
            as_text=frozenset(column["name"] for column in profile["columns"] if stays_text(column["tags"])),
            descriptions=work.descriptions,
            vault=work.vault,
            key=key,
            columns=columns,
            keep_rows=keep_rows,
        )


def measured_for(
    work: Delivery,
    manifest: Mapping[str, Any],
    route: Route,
    *,
    earlier: Sequence[linkage.Published] = (),
    partial: bool = False,
) -> dict[str, Any]:
    """Measure what was written for a route; `partial` says that a grant let only some rows through."""
    if route.kind in {"file", "link"}:
        return {
            "measured_by": "digest",
            "kind": route.kind,
            "rows_in": 0,
            "rows_out": 0,
            "suppressed": 0,
            "bytes": sum(part["bytes"] for part in manifest["parts"]),
            "rescan": [],
            "checksum": [],
            "quasi_identifiers": [],
            "fidelity": {"rows_equal": True, "leading_zeros_ok": True, "dates_ok": True},
        }
    profile = work.profile or {"columns": [], "rows": 0}
    planned_subject = {"A": "person", "B": "org"}.get(str((work.current_plan() or {})["body"]["category"]), "object")
    source = meter.Source(
        rows=int(manifest["row_count"] if partial else profile["rows"]),
        subject=planned_subject,
        tags={column["name"]: frozenset(column["tags"]) for column in profile["columns"]},
        columns={column["name"]: column for column in profile["columns"]},
        encoding=str((work.row["load_report"] or {}).get("encoding") or ""),
    )
    return meter.measure(
        parts_of(work, manifest),
        kind=route.kind,
        recipe=route.recipe,
        source=source,
        obligations=route.obligations,
        earlier=earlier,
    )


def parts_of(work: Delivery, manifest: Mapping[str, Any]) -> list[bytes]:
    """The parts of a release, opened."""
    return [work.vault.read(f"parts/{bare(part['digest'])}") for part in manifest["parts"]]


def published(work: Delivery, row: Mapping[str, Any]) -> linkage.Published | None:
    """A public release as the linkage check takes it; one whose parts are gone cannot be compared."""
    evidence, plan = row["evidence"] or {}, row["plan"] or {"routes": []}
    route = next((route for route in plan["routes"] if route["route"] == row["route"]), None) or {}
    aggregate = (route.get("recipe") or {}).get("aggregate") or {}
    if row["kind"] not in {"table", "cube"} or (row["kind"] == "table" and not evidence.get("quasi_identifiers")):
        return None
    return linkage.Published(
        digest=row["digest"],
        kind=row["kind"],
        same_product=True,
        parts=parts_of(work, row["manifest"]),
        quasi=tuple(evidence.get("quasi_identifiers") or ()),
        k=evidence.get("k"),
        demanded=(route.get("obligations") or {}).get("k"),
        dimensions=tuple(d.get("name", d.get("column")) for d in aggregate.get("dimensions", ())),
        count=next((m["name"] for m in aggregate.get("measures", ()) if m.get("function") == "count"), ""),
    )
