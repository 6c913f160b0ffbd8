"""The dataset page's contents: one entry with what may be read of it, decided by the one decision that every door asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ckanext.govopen.face import lang, now, today
from ckanext.govopen.portal.access.decide import Closed, Closure, Decision, Product, decide
from ckanext.govopen.portal.access.decide import shut as shut_by
from ckanext.govopen.portal.pages import store, summary, texts
from ckanext.govopen.portal.settings import public_api_url

__all__ = ["load", "shut"]

FORMATS = ("xlsx", "csv", "json", "parquet")


def load(key: str) -> dict[str, Any] | None:
    """Everything the page says about an entry; None when there is none. `closed` holds the notice when it is shut."""
    found = store.entry(key)
    if found is None:
        return None
    speech, body = lang(), found["body"]
    closed = Closed.of(
        Closure(id=str(n), scope=c["scope"], target=c["target"], code=c["code"], notice=c["notice"], at=c["at"])
        for n, c in enumerate(found["closures"])
    )
    products = [_product(found, product, closed, speech) for product in found["products"]]
    open_ones = [product for product in products if product["open"]]
    main = open_ones[0] if open_ones else None
    last = main["released"] if main else None
    organisation = found["organisation"] or {}
    return {
        "id": found["entry_id"],
        "name": found["name"],
        "body": body,
        "title": texts.said(body, "title", speech),
        "notes": texts.said(body, "notes", speech),
        "provider": texts.said(organisation, "title", speech),
        "provider_name": organisation.get("name"),
        "open_type": body.get("open_type") or ("closed" if body.get("closed_ground") else ""),
        "ground": texts.ground_of(body, speech),
        "ground_code": body.get("closed_ground"),
        "row_meaning": texts.said(body, "row_meaning", speech),
        "caveats": texts.worth(texts.said(body, "caveats", speech)),
        "known_problems": texts.worth(texts.said(body, "known_problems", speech)),
        "products": products,
        "open": open_ones,
        "conditional": [p for p in products if p["decision"].code == "access.no_grant"],
        "shut": [p for p in products if p["decision"].code == "release.closed"],
        "refusals": _refusals(found, speech),
        "columns": texts.columns(body),
        "modified": (last or summary.day_of(body.get("modified_data")) or summary.day_of(found["modified_at"])),
        "due": texts.due(str(body.get("update_cycle") or ""), last, body.get("next_due"), today()) if last else None,
        "closed": _shut(found, closed, products),
        "region": body.get("region") or organisation.get("region"),
    }


def _product(found: Mapping[str, Any], product: Mapping[str, Any], closed: Closed, speech: str) -> dict[str, Any]:
    releases = [r for r in found["releases"] if r["product_id"] == product["product_id"]]
    current = next((r for r in releases if r["current"]), None)
    asked = Product(
        product_id=product["product_id"],
        entry_id=found["entry_id"],
        audience=product["audience"],
        entry_state=found["state"],
    )
    decision = decide(asked, closed, current["digest"] if current else None, None, now())
    manifest: Mapping[str, Any] = current["manifest"] if current and decision.allow else {}
    evidence = manifest.get("evidence") or {}
    base = f"{public_api_url()}/products/{product['product_id']}"
    return {
        "id": product["product_id"],
        "kind": product["kind"],
        "audience": product["audience"],
        "route": product["body"].get("route") or "",
        "title": texts.spoken(product["body"].get("title"), speech),
        "decision": decision,
        "open": decision.allow,
        "release": current if decision.allow else None,
        "digest": current["digest"] if current and decision.allow else "",
        "row_count": current["row_count"] if current and decision.allow else None,
        "released": summary.day_of(current["published_at"]) if current else None,
        "fields": ((manifest or product["body"]).get("schema") or {}).get("fields") or [],
        "evidence": evidence,
        "quality": summary.quality_of(evidence.get("quality")) if evidence else None,
        "link": manifest.get("link"),
        "parts": manifest.get("parts") or [],
        "files": _files(product, current if decision.allow else None, base),
        "api": f"{base}/rows",
        "base": base,
        "releases": [_version(r, closed, found, product, base) for r in releases] if decision.allow else [],
        "notice": texts.spoken(decision.notice, speech),
    }


def _files(product: Mapping[str, Any], release: Mapping[str, Any] | None, base: str) -> list[dict[str, Any]]:
    """What can be taken: prepared renditions with their sizes; formats not yet prepared are made while one waits."""
    if release is None:
        return []
    made = release["renditions"] or {}
    if product["kind"] in ("table", "cube"):
        files = []
        for form in FORMATS:
            known = made.get(form) or {}
            if known.get("skipped") or known.get("refused"):
                continue
            files.append(
                {
                    "format": form,
                    "url": f"{base}/download?format={form}",
                    "bytes": known.get("unpacked") or known.get("bytes"),
                }
            )
        return files
    if product["kind"] == "file":
        parts = release["manifest"].get("parts") or []
        name = parts[0]["name"] if parts else ""
        size = sum(int(part.get("bytes") or 0) for part in parts)
        return [{"format": name.rpartition(".")[2] or "file", "url": f"{base}/download?format=original", "bytes": size}]
    return []


def _version(
    release: Mapping[str, Any], closed: Closed, found: Mapping[str, Any], product: Mapping[str, Any], base: str
) -> dict[str, Any]:
    shut = closed.find(found["entry_id"], product["product_id"], release["digest"]) is not None
    return {
        "number": release["number"],
        "digest": release["digest"],
        "rows": release["row_count"],
        "day": summary.day_of(release["published_at"]),
        "current": release["current"],
        "closed": shut,
        "url": "" if shut else f"{base}/releases/{release['number']}/download?format=csv",
        "approval": (release["manifest"].get("approval") or {}).get("request_number"),
    }


def _refusals(found: Mapping[str, Any], speech: str) -> list[dict[str, Any]]:
    """Routes that the rules refuse, each with its ground in both languages."""
    from ckanext.govopen import codes

    seen, made = set(), []
    given = [r for p in found["products"] for r in p["body"].get("refusals") or []]
    for refusal in [*given, *(found["body"].get("refusals") or [])]:
        code, route = str(refusal.get("code") or ""), str(refusal.get("route") or "")
        if (code, route) in seen:
            continue
        seen.add((code, route))
        zh, en = codes.reason(code, "zh_Hans_CN"), codes.reason(code, "en")
        ground = refusal.get("ground")
        made.append(
            {
                "code": code,
                "route": route,
                "zh": texts.spoken(ground, "zh") or zh.title,
                "en": texts.spoken(ground, "en") if isinstance(ground, Mapping) else en.title,
                "title": zh.title if not speech.startswith("en") else en.title,
            }
        )
    return made


def _shut(found: Mapping[str, Any], closed: Closed, products: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The notice when the whole entry is shut: itself, or every product it has."""
    own = shut_by(closed, found["entry_id"], found["state"])
    if own is not None:
        return {"notice": own.notice, "at": own.at or found["modified_at"], "code": own.code}
    gone = [p for p in products if p["decision"].code == "release.closed"]
    if products and len(gone) == len(products):
        decision: Decision = gone[0]["decision"]
        at = next((c["at"] for c in found["closures"]), None)
        return {"notice": decision.notice, "at": at, "code": decision.code}
    return None


def shut(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The notice of a closed entry in both languages."""
    notice = entry["closed"]["notice"] or {}
    return {
        "zh": texts.spoken(notice, "zh") or "该数据已停止提供。",
        "en": texts.spoken(notice, "en")
        if isinstance(notice, Mapping) and notice.get("en")
        else "These data are no longer provided.",
        "at": summary.day_of(entry["closed"]["at"]),
        "code": entry["closed"]["code"],
    }
