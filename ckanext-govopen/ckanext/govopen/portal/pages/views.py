"""The public pages that are no dataset: home, search, directory, departments, figures, and what explains them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

from flask import Response

import ckan.plugins.toolkit as tk

from ckanext.govopen import codes
from ckanext.govopen.face import lang
from ckanext.govopen.portal.pages import dataset, helpers, store, summary, texts
from ckanext.govopen.portal.pages.blueprint import portal
from ckanext.govopen.portal.search import engine
from ckanext.govopen.portal.settings import public_api_url
from ckanext.govopen.releases.tabular import csv_head, csv_lines

__all__ = ["dataset", "portal"]

FOUR_BASES = ("population", "legal_person", "geography", "macro_economy")
PAGE = 20
LISTS = {
    "theme": "themes",
    "open_type": "open_types",
    "grade": "grades",
    "region": "regions",
    "update_cycle": "update_cycles",
    "format": "formats",
    "high_value": "high_value",
    "base_library": "base_libraries",
}


def _coded(name: str, counts: dict[str, int], only: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """The codes of a list with their counts, in the list's order; without `only` empty ones are left out."""
    listed = [code for code in codes.load(name).codes if (code in only if only else counts.get(code))]
    return [{"code": c, "icon": c, "label": texts.label(name, c, lang()), "count": counts.get(c, 0)} for c in listed]


def _titled(row: dict[str, Any]) -> str:
    return texts.said({"t": row["title"], "t_en": row["title_en"]}, "t", lang())


_share: list[float] = []


def _on_time() -> int:
    """The share of entries with a rhythm that are not overdue; counted at most twice a minute in each worker."""
    if _share and time.monotonic() - _share[0] < 30:
        return int(_share[1])
    timed = [card for card in map(summary.card, store.all_entries()) if card["due"]]
    kept = sum(card["due"].state != "late" for card in timed)
    _share[:] = [time.monotonic(), round(100 * kept / len(timed)) if timed else 100]
    return int(_share[1])


@portal.get("/")
def home() -> str:
    """Search first, then what there is."""
    figures = store.figures()
    shown = [summary.card(row) for row in store.listing({}, limit=6)[0]]
    extra = {
        "figures": {
            "open": figures.get("open_data", 0),
            "rows": figures.get("row_total", 0),
            "departments": figures.get("departments", 0),
            "entries": figures.get("entries", 0),
            "on_time": _on_time(),
        },
        "themes": _coded("themes", store.counts("theme")),
        "high_value": _coded("high_value", store.counts("high_value"), codes.load("high_value").codes),
        "bases": _coded("base_libraries", store.counts("base_library"), FOUR_BASES),
        "newest": shown,
        "departments": [{"name": d["name"], "title": _titled(d), "count": d["n"]} for d in store.departments()[:16]],
        "examples": [card["title"] for card in shown[:3]],
    }
    return tk.render("portal/home.html", extra)


def _page_number() -> int:
    given = tk.request.args.get("page", "1")
    return min(max(int(given), 1), 5000) if given.isdigit() and len(given) < 6 else 1


def _facet(name: str, counts: dict[str, int], picked: str) -> dict[str, Any]:
    titles = {d["name"]: _titled(d) for d in store.departments()} if name == "provider" else {}
    values = []
    for code, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
        label = titles.get(code, code) if name == "provider" else texts.label(LISTS[name], code, lang())
        if name == "region" and label == code and code != picked:
            continue  # A number that the code list does not know tells a visitor nothing.
        url = helpers.page_url(**{name: None if code == picked else code, "page": None})
        values.append({"code": code, "label": label, "count": count, "url": url, "on": code == picked})
    return {"name": name, "values": values, "on": bool(picked)}


@portal.get("/dataset/")
@portal.get("/dataset")
def search() -> str:
    """Find datasets: words, facets, and what is not open beside what is, so that no search ends in nothing."""
    args = tk.request.args
    q = args.get("q", "").strip()[:200]
    filters = {name: args[name] for name in engine.FILTERS if args.get(name)}
    if args.get("organization") and "provider" not in filters:
        filters["provider"] = args["organization"]
    sort, page = args.get("sort", ""), _page_number()
    found = engine.search(q, filters, sort=sort, page=page, limit=PAGE)
    degraded = found is None
    if found is None:
        rows, total = store.listing(filters, q.split(), sort=sort or "new", page=page, limit=PAGE)
        facets = {name: store.counts(name) for name in store.FACETS} if not (q or filters) else {}
    else:
        rows, total, facets = store.by_ids(found.ids), found.total, found.facets
    cards = [summary.card(row) for row in rows]
    _explain(q, rows, cards)
    near = engine.search(q, {}, limit=5, loose=True) if q and not total and not degraded else None
    extra = {
        "q": q,
        "near": [summary.card(row) for row in store.by_ids(near.ids)] if near else [],
        "cards": cards,
        "total": total,
        "page_now": page,
        "last": max(1, -(-total // PAGE)),
        "facets": [
            told
            for n in engine.FILTERS
            if facets.get(n) and (told := _facet(n, facets[n], filters.get(n, "")))["values"]
        ],
        "facet_names": _facet_names(),
        "picked": [
            {"name": n, "label": _label_of(n, v), "url": helpers.page_url(**{n: None, "page": None})}
            for n, v in filters.items()
        ],
        "sort": sort,
        "degraded": degraded,
        "open_count": sum(card["has_data"] for card in cards),
        "hidden": list(filters.items()),
    }
    return tk.render("portal/search.html", extra)


def _label_of(name: str, code: str) -> str:
    if name == "provider":
        return next((_titled(d) for d in store.departments() if d["name"] == code), code)
    return texts.label(LISTS[name], code, lang())


def _facet_names() -> dict[str, str]:
    return {
        "theme": tk._("Theme"),
        "open_type": tk._("Open type"),
        "grade": tk._("Grade"),
        "provider": tk._("Department"),
        "region": tk._("Region"),
        "update_cycle": tk._("Update cycle"),
        "format": tk._("Format"),
        "high_value": tk._("High-value domain"),
        "base_library": tk._("Basic database"),
    }


def _explain(q: str, rows: list[dict[str, Any]], cards: list[dict[str, Any]]) -> None:
    """Name the columns that a hit was found by, when its title does not say it."""
    words = [word for word in q.split() if len(word) > 1]
    if not words or not rows:
        return
    described = store.columns_of([row["entry_id"] for row in rows])
    for card in cards:
        if any(word in card["title"] for word in words):
            continue
        names = [
            c.get("name_zh") or c.get("name") for c in texts.columns({"govopen_fields": described.get(card["id"])})
        ]
        card["match"] = [str(name) for name in names if name and any(w.lower() in str(name).lower() for w in words)][:4]


@portal.get("/high-value")
def high_value() -> str:
    """The five high-value domains with what each holds."""
    groups = []
    for code in codes.load("high_value"):
        rows, total = store.listing({"high_value": code.code}, limit=6)
        groups.append(
            {"code": code.code, "label": code.label(lang()), "count": total, "cards": [summary.card(r) for r in rows]}
        )
    return tk.render("portal/high_value.html", {"groups": groups})


@portal.get("/departments")
def departments() -> str:
    """Every department with how much of its register is open and how fresh it is."""
    rows = [{**d, "title": _titled(d), "day": summary.day_of(d["newest"])} for d in store.departments()]
    return tk.render("portal/departments.html", {"rows": rows})


@portal.get("/developers")
def developers() -> str:
    """How to call the data service."""
    first = next(
        (
            summary.card(row)
            for row in store.listing({"open_type": "unconditional"}, limit=20)[0]
            if row["kind"] in ("table", "cube")
        ),
        None,
    )
    reasons = [codes.reason(code, lang()) for code in dataset.QUERY_CODES]
    return tk.render("portal/developers.html", {"api_root": public_api_url(), "first": first, "errors": reasons})


@portal.get("/about")
def about() -> str:
    """What this place is, and what it does not do."""
    return tk.render(
        "portal/about.html", {"open_types": list(codes.load("open_types")), "grades": list(codes.load("grades"))}
    )


@portal.get("/stats")
def stats() -> str:
    """Figures of the whole portal, each a count of stored rows."""
    extra = {
        "figures": store.figures(),
        "on_time": _on_time(),
        "applied": store.applied(),
        "open_types": _coded("open_types", store.counts("open_type")),
        "themes": _coded("themes", store.counts("theme")),
        "cycles": _coded("update_cycles", store.counts("update_cycle")),
    }
    return tk.render("portal/stats.html", extra)


COLUMNS = "name title provider open_type ground theme update_cycle rows modified url".split()


def _lines() -> Iterator[dict[str, Any]]:
    for row in store.all_entries():
        card = summary.card(row)
        card["url"] = tk.url_for("govopen_portal.dataset", name=card["name"], qualified=True)
        yield {column: card[column] for column in COLUMNS}


@portal.get("/catalogue")
def catalogue() -> str:
    """公共数据开放目录: every entry, open or not, with its ground."""
    page = _page_number()
    rows, total = store.listing({}, sort="title", page=page, limit=100)
    extra = {
        "cards": [summary.card(row) for row in rows],
        "total": total,
        "page_now": page,
        "last": max(1, -(-total // 100)),
    }
    return tk.render("portal/catalogue.html", extra)


@portal.get("/catalogue.csv")
def catalogue_csv() -> Response:
    """The directory as a table, for spreadsheets."""
    body, _ = csv_lines(list(line.values()) for line in _lines())
    headers = {"Content-Disposition": "attachment; filename=catalogue.csv"}
    return Response(csv_head(COLUMNS) + body, content_type="text/csv; charset=utf-8", headers=headers)


@portal.get("/catalogue.json")
def catalogue_json() -> Response:
    """The directory for programs."""
    text = json.dumps({"datasets": list(_lines())}, ensure_ascii=False)
    return Response(text, content_type="application/json; charset=utf-8")
