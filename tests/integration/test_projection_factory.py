"""Bundles for tests of the open side, made as the desk makes them, without a desk; its own tests stand at the end."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml

from ckanext.govopen.releases.bundle import read_bundle, write_bundle
from ckanext.govopen.releases.canonical import digest
from ckanext.govopen.releases.manifest import release_digest, release_manifest
from ckanext.govopen.releases.parts import release_type, write_part
from ckanext.govopen.releases.signature import public_key_text

HERE = Path(__file__).parent
SEED = "11" * 32
SPACE = uuid.UUID("6f1d7f0e-7a0e-4a43-9d8b-0d8a4d0c9a11")


def ident(*words: str) -> str:
    """A stable id for a name."""
    return str(uuid.uuid5(SPACE, "/".join(words)))


def organisation(title: str, english: str = "") -> dict[str, Any]:
    """A department as bundles name it."""
    return {
        "name": "org-" + ident("org", title)[:8],
        "title": title,
        "title_en": english,
        "region": "330100",
        "uscc": "113301000000000000",
        "level": "city",
    }


class Maker:
    """Numbers bundles and counts epochs, as one desk would."""

    def __init__(self, folder: Path, seed: str = SEED, first: int = 1) -> None:
        self.folder, self.seed, self.number = folder, seed, first - 1
        self.public_key = public_key_text(seed)
        self.epochs: dict[str, int] = {}

    def write(self, kind: str, parts: Mapping[str, bytes] | None = None, **manifest: Any) -> Path:
        """Write the next bundle."""
        self.number += 1
        given = {
            "number": self.number,
            "kind": kind,
            "created_at": dt.datetime.now(dt.UTC).isoformat(),
            "parts": [{"digest": name, "bytes": len(data)} for name, data in (parts or {}).items()],
            **manifest,
        }
        return write_bundle(self.folder, given, parts or {}, self.seed)

    def entry(
        self, name: str, body: Mapping[str, Any], org: Mapping[str, Any], state: str = "open", **more: Any
    ) -> dict[str, Any]:
        """The entry part of a bundle, one epoch on."""
        before = self.epochs.get(name, 0)
        self.epochs[name] = before + 1
        made = {
            "id": ident("entry", name),
            "name": name,
            "expected_epoch": before,
            "epoch": before + 1,
            "state": state,
            "revision": {"digest": digest(dict(body)), "body": dict(body)},
            "organisation": dict(org),
            "published_at": dt.datetime.now(dt.UTC).isoformat(),
        }
        return {**made, **more}

    def publish(
        self,
        name: str,
        body: Mapping[str, Any],
        org: Mapping[str, Any],
        tables: Sequence[tuple[str, pa.Table, str, Mapping[str, Any]]],
        *,
        audience: Mapping[str, str] | None = None,
        refusals: Sequence[Mapping[str, Any]] = (),
        number: int | None = None,
    ) -> Path:
        """Publish one entry: `tables` are (route, rows, Chinese title, evidence); a licensee's route gets no release."""
        products, releases, pointers, parts = [], [], [], {}
        fields = {f["name"]: f for f in json.loads(body.get("govopen_fields") or "[]")}
        for position, (route, table, title, evidence) in enumerate(tables):
            product = ident("product", name, route)
            who = (audience or {}).get(route, "licensee" if route.endswith("licensee") else "public")
            kind = "cube" if route.startswith("cube") else "table"
            products.append(
                {
                    "id": product,
                    "position": position,
                    "kind": kind,
                    "audience": who,
                    "route": route,
                    "title": {"zh": title, "en": route},
                    "refusals": list(refusals) if position == 0 else [],
                }
            )
            if who != "public":
                continue
            data, ref = write_part(table, f"{name}.parquet")
            schema = [
                {**fields.get(f.name, {}), "name": f.name, "type": release_type(write_type(f.type))}
                for f in table.schema
            ]
            keys = ("name", "type", "name_zh", "name_en", "description_zh", "description_en", "unit", "codelist")
            manifest = release_manifest(
                product_id=product,
                number=number or self.epochs.get(name, 0) + 1,
                kind=kind,
                fields=[{k: v for k, v in f.items() if k in keys and v} for f in schema],
                parts=[ref.to_dict()],
                evidence=dict(evidence),
                built_at=dt.datetime.now(dt.UTC).isoformat(),
            )
            made = dict(manifest)
            made["digest"] = release_digest(manifest)
            made["approval"] = {
                "maker": "approver",
                "at": dt.datetime.now(dt.UTC).isoformat(),
                "request_number": self.number + 1,
            }
            releases.append(made)
            pointers.append({"product_id": product, "grant_id": "", "digest": made["digest"]})
            parts[ref.digest] = data
        entry = self.entry(name, body, org)
        return self.write("publish", parts, entry=entry, products=products, releases=releases, pointers=pointers)

    def catalogue(self, name: str, body: Mapping[str, Any], org: Mapping[str, Any]) -> Path:
        """Publish an entry without data."""
        return self.write("catalogue", entry=self.entry(name, body, org, state="catalogue"))

    def close(self, scope: str, target: str, *, lifted: bool = False, notice: str = "应提供方要求停止提供。") -> Path:
        """Close an entry, a product or a release, or lift that again."""
        at = dt.datetime.now(dt.UTC).isoformat()
        closure = {
            "id": ident("closure", scope, target),
            "scope": scope,
            "target": target,
            "code": "release.closed",
            "notice": {"zh": notice, "en": "Withdrawn at the provider's request."},
            "at": at,
            "lifted_at": at if lifted else None,
        }
        return self.write("closure", closures=[closure])


def write_type(kind: pa.DataType) -> pa.DataType:
    """What a type becomes when a part is written."""
    if pa.types.is_integer(kind):
        return pa.int64()
    return pa.float64() if pa.types.is_floating(kind) else kind


def described(*columns: tuple[str, str, str]) -> str:
    """Columns as a frozen body keeps them: (name, Chinese name, meaning)."""
    return json.dumps(
        [
            {"name": n, "name_zh": zh, "name_en": n, "description_zh": why, "description_en": "", "type": "string"}
            for n, zh, why in columns
        ],
        ensure_ascii=False,
    )


def corpus() -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """The entries that judged queries are asked of: body and department by name."""
    given = yaml.safe_load((HERE / "test_search_corpus.yaml").read_text(encoding="utf-8"))["entries"]
    made = {}
    for name, (title, org, theme, open_type, notes, columns) in given.items():
        body = {
            "title": title,
            "notes": notes,
            "theme": theme,
            "open_type": open_type,
            "update_cycle": "monthly",
            "region": "330100",
            "grade": "L1",
            "govopen_fields": described(*((c, c, "") for c in columns)),
        }
        if open_type == "closed":
            body |= {"closed_ground": "personal", "closed_ground_text": "含自然人信息。"}
        made[name] = (body, organisation(org))
    return made


def test_a_made_bundle_reads_back(tmp_path: Path) -> None:
    """The factory writes what the desk writes: a signed bundle whose digests hold."""
    maker = Maker(tmp_path)
    table = pa.table({"店名": ["甲", "乙"], "行数": [1, 2]})
    body = {"title": "药店", "notes": "…", "govopen_fields": described(("店名", "店名", "招牌"), ("行数", "行数", ""))}
    path = maker.publish("shops", body, organisation("市局"), [("table", table, "明细", {"claim": "none"})])
    bundle = read_bundle(path, maker.public_key)
    assert bundle.manifest["releases"][0]["row_count"] == 2
    assert bundle.manifest["releases"][0]["schema"]["fields"][0]["name_zh"] == "店名"
