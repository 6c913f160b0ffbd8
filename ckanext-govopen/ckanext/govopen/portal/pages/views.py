"""The public pages: a thin blueprint over what the projection holds."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.govopen import codes
from ckanext.govopen.face import blueprint, lang
from ckanext.govopen.portal.pages import store, summary, texts

__all__ = ["portal"]

portal = blueprint("govopen_portal", __name__)
FOUR_BASES = ("population", "legal_person", "geography", "macro_economy")


def _coded(name: str, counts: dict[str, int], only: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """The codes of a list with their counts, in the list's order; without `only` empty ones are left out."""
    listed = [code for code in codes.load(name).codes if (code in only if only else counts.get(code))]
    return [{"code": c, "icon": c, "label": texts.label(name, c, lang()), "count": counts.get(c, 0)} for c in listed]


@portal.get("/")
def home() -> str:
    """Search first, then what there is."""
    figures = store.figures()
    newest, _total = store.listing({}, limit=6)
    shown = [summary.card(row) for row in newest]
    timed = [card for card in (summary.card(row) for row in store.listing({}, limit=500)[0]) if card["due"]]
    kept = sum(card["due"].state != "late" for card in timed)
    departments = [
        {"name": d["name"], "title": texts.said({"t": d["title"], "t_en": d["title_en"]}, "t", lang()), "count": d["n"]}
        for d in store.departments()[:16]
    ]
    extra = {
        "figures": {
            "open": figures.get("open_data", 0),
            "rows": figures.get("row_total", 0),
            "departments": figures.get("departments", 0),
            "entries": figures.get("entries", 0),
            "on_time": round(100 * kept / len(timed)) if timed else 100,
        },
        "themes": _coded("themes", store.counts("theme")),
        "high_value": _coded("high_value", store.counts("high_value"), codes.load("high_value").codes),
        "bases": _coded("base_libraries", store.counts("base_library"), FOUR_BASES),
        "newest": shown,
        "departments": departments,
        "examples": [card["title"] for card in shown[:3]],
    }
    return tk.render("portal/home.html", extra)
