"""发布清单: what a release is made of, and the one digest that approvals, pointers and bundles name.

The release digest is taken over what a reader gets (kind, schema, row count, parts, link) and nothing else: the same
rows built twice are the same release, whoever asked for them and whenever that was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, TypedDict, cast
from urllib.parse import urlsplit

from ckanext.govopen.releases.canonical import digest, is_digest
from ckanext.govopen.releases.errors import ManifestMalformed

__all__ = [
    "FORMAT",
    "KINDS",
    "TYPES",
    "Field",
    "Part",
    "ReleaseManifest",
    "check_manifest",
    "release_digest",
    "release_manifest",
]

FORMAT = "govopen-release/1"
LONGEST_LINK = 2000
KINDS = frozenset({"table", "cube", "file", "link"})
TYPES = frozenset({"string", "integer", "number", "date", "datetime", "boolean"})
_DIGESTED = ("kind", "schema", "row_count", "parts", "link")


class Field(TypedDict, total=False):
    """字段: one column as its readers know it."""

    name: str
    type: str
    name_zh: str
    name_en: str
    description_zh: str
    description_en: str
    unit: str
    codelist: str


class Part(TypedDict):
    """数据分片: a run of rows, or one file, addressed by its content."""

    digest: str
    rows: int
    bytes: int
    media_type: str
    name: str


class ReleaseManifest(TypedDict):
    """A release manifest as it is stored, signed and published."""

    format: str
    product_id: str
    number: int
    grant_id: str
    kind: str
    schema: dict[str, list[Field]]
    row_count: int
    parts: list[Part]
    link: str | None
    recipe_digest: str
    plan_digest: str
    rule_set: str
    source: dict[str, Any]
    evidence: dict[str, Any]
    built_at: str
    digest: NotRequired[str]
    approval: NotRequired[dict[str, Any]]


def release_digest(manifest: Mapping[str, Any]) -> str:
    """The digest that names a release for machines."""
    return digest({key: manifest.get(key) for key in _DIGESTED})


def release_manifest(
    *,
    product_id: str,
    number: int,
    kind: str,
    fields: Sequence[Mapping[str, Any]] = (),
    parts: Sequence[Mapping[str, Any]] = (),
    link: str | None = None,
    grant_id: str = "",
    recipe_digest: str = "",
    plan_digest: str = "",
    rule_set: str = "",
    source: Mapping[str, Any] | None = None,
    evidence: Mapping[str, Any] | None = None,
    built_at: str = "",
) -> ReleaseManifest:
    """A checked manifest; its row count is the sum over its parts."""
    made: dict[str, Any] = {
        "format": FORMAT,
        "product_id": product_id,
        "number": number,
        "grant_id": grant_id,
        "kind": kind,
        "schema": {"fields": [dict(field) for field in fields]},
        "row_count": sum(int(part["rows"]) for part in parts),
        "parts": [dict(part) for part in parts],
        "link": link,
        "recipe_digest": recipe_digest,
        "plan_digest": plan_digest,
        "rule_set": rule_set,
        "source": dict(source or {}),
        "evidence": dict(evidence or {}),
        "built_at": built_at,
    }
    return check_manifest(made)


def check_manifest(value: Mapping[str, Any]) -> ReleaseManifest:
    """The same manifest, or ManifestMalformed with the first thing that is wrong with it."""
    _must(value.get("format") == FORMAT, "format", f"is not {FORMAT}")
    _must(value.get("kind") in KINDS, "kind", "is unknown")
    _must(_text(value.get("product_id")), "product_id", "is missing")
    _must(_count(value.get("number")), "number", "is no count")
    _must(isinstance(value.get("grant_id"), str), "grant_id", "is no text")
    _check_schema(value.get("schema"))
    _check_parts(value.get("parts"), value.get("row_count"))
    if value["kind"] in {"table", "cube"}:
        _must(bool(value["schema"]["fields"]), "schema", "has no field")
    if value["kind"] == "link":
        _must(_text(value.get("link")), "link", "is missing")
        _must(_leads_out(value["link"]), "link", "is no web address")
    return cast("ReleaseManifest", value)


def _check_schema(schema: Any) -> None:
    _must(isinstance(schema, Mapping) and isinstance(schema.get("fields"), list), "schema", "has no list of fields")
    seen: set[str] = set()
    for field in schema["fields"]:
        _must(isinstance(field, Mapping) and _text(field.get("name")), "schema", "has a field without a name")
        name = field["name"]
        _must(name not in seen and name != "_id", "schema", f"names the field {name} twice or in a reserved way")
        _must(field.get("type") in TYPES, "schema", f"gives the field {name} an unknown type")
        seen.add(name)


def _check_parts(parts: Any, row_count: Any) -> None:
    _must(isinstance(parts, list), "parts", "is no list")
    for part in parts:
        _must(isinstance(part, Mapping) and is_digest(part.get("digest")), "parts", "has a part without a digest")
        _must(_count(part.get("rows")) and _count(part.get("bytes")), "parts", "has a part without counts")
        _must(isinstance(part.get("media_type"), str), "parts", "has a part without a media type")
        _must(isinstance(part.get("name"), str), "parts", "has a part without a name")
    _must(_count(row_count) and row_count == sum(part["rows"] for part in parts), "row_count", "differs from the parts")


def _text(value: Any) -> bool:
    return isinstance(value, str) and bool(value) and "\x00" not in value


def _leads_out(link: str) -> bool:
    """Whether an address is one that a page may show as a link: the web's, with a host, without a password in it."""
    try:
        parts = urlsplit(link)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return False
    sound = link.isprintable() and not set(link) & set(' \\<>"') and len(link) <= LONGEST_LINK
    return sound and parts.scheme in {"http", "https"} and bool(host) and parts.username is None


def _count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _must(holds: bool, key: str, problem: str) -> None:
    if not holds:
        raise ManifestMalformed(subject=key, problem=problem)
