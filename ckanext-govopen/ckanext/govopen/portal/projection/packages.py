"""An entry as a CKAN package: what CKAN's own API and its index show, written by the projector alone.

Pages never need it; a package that CKAN's validation refuses therefore costs a line in the log, not the publication.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

import ckan.plugins.toolkit as tk
from ckan import model

from ckanext.govopen.portal.auth import PROJECTOR
from ckanext.govopen.portal.pages import texts
from ckanext.govopen.portal.settings import public_api_url

__all__ = ["context", "ensure_organisation", "package_of", "write_package"]

DEFERRED = {"defer_commit": True, "return_id_only": True}
"""Both together, always: `package_update` with the first alone rolls the change back without a word."""
_TAG = re.compile(r"[^\w\s.\-]", re.UNICODE)
_ELSEWHERE = frozenset({"name", "owner_org", "tag_string"})


@cache
def _fields() -> frozenset[str]:
    text = files("govopen_schemas").joinpath("catalogue", "dataset.yaml").read_text(encoding="utf-8")
    return frozenset(f["field_name"] for f in yaml.safe_load(text)["dataset_fields"]) - _ELSEWHERE


def context(**more: Any) -> dict[str, Any]:
    """The projector's context; auth is the database role's business here, not a chained function's."""
    return {"user": PROJECTOR, "ignore_auth": True, "model": model, "session": model.Session, **more}


def ensure_organisation(organisation: Mapping[str, Any]) -> str | None:
    """The id of the department's CKAN organisation, made or renamed if need be; committed by itself."""
    name = str(organisation.get("name") or "")
    if not name:
        return None
    title = str(organisation.get("title") or name)
    group = model.Group.get(name)
    if group is None:
        made = tk.get_action("organization_create")(context(), {"name": name, "title": title})
        return str(made["id"])
    if group.title != title or group.state != "active":
        group.title, group.state = title, "active"
        model.Session.commit()
    return str(group.id)


def package_of(
    entry: Mapping[str, Any], owner: str | None, products: Sequence[Mapping[str, Any]], current: Mapping[str, Any]
) -> dict[str, Any]:
    """The package dict of an entry; `current` holds the release manifest of each product that has one."""
    body = entry["body"]
    package: dict[str, Any] = {}
    for key in _fields():
        value = body.get(key)
        if value in (None, ""):
            continue
        package[key] = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if entry.get("published_at") and not package.get("issued"):
        package["issued"] = str(entry["published_at"])[:10]
    tags = body.get("tags") or []
    names = [tag.get("name") if isinstance(tag, Mapping) else tag for tag in tags] if isinstance(tags, list) else []
    package |= {
        "id": entry["entry_id"],
        "name": entry["name"],
        "type": "dataset",
        "state": "active",
        "private": False,
        "owner_org": owner,
        "title": package.get("title") or entry["name"],
        "notes": package.get("notes") or package.get("title") or entry["name"],
        "tags": [{"name": clean} for name in names if len(clean := _TAG.sub(" ", str(name)).strip()[:100]) > 1],
        "resources": [_resource(product, current.get(product["product_id"])) for product in products],
    }
    return package


def _resource(product: Mapping[str, Any], release: Mapping[str, Any] | None) -> dict[str, Any]:
    body, kind = product["body"], product["kind"]
    base = f"{public_api_url()}/products/{product['product_id']}"
    formats = {"table": "CSV", "cube": "CSV", "link": "API"}
    url = str((release or {}).get("link") or base) if kind == "link" else f"{base}/download"
    if kind in ("table", "cube"):
        url += "?format=csv"
    elif kind == "file":
        url += "?format=original"
    name = ((release or {}).get("parts") or [{}])[0].get("name") or ""
    resource = {
        "id": product["product_id"],
        "name": texts.spoken(body.get("title"), "zh") or kind,
        "name_en": texts.spoken(body.get("title"), "en"),
        "format": formats.get(kind) or (name.rpartition(".")[2].upper() or "FILE"),
        "url": url,
        "product_kind": kind,
        "route": str(body.get("route") or ""),
        "audience": product["audience"],
        "open_type": "unconditional" if product["audience"] == "public" else "conditional",
    }
    if release:
        resource |= {
            "release_number": str(release["number"]),
            "release_digest": release["digest"],
            "release_rows": str(release["row_count"]),
        }
    return resource


def write_package(package: Mapping[str, Any]) -> None:
    """Create or replace the package without a commit and without Solr; ValidationError rolls the session back."""
    exists = model.Package.get(package["id"]) is not None
    tk.get_action("package_update" if exists else "package_create")(context(**DEFERRED), dict(package))
