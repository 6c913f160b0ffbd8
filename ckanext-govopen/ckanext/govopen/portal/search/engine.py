"""Ask Solr, and say plainly when it is away: then lists come from PostgreSQL and the page says so."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pysolr

import ckan.plugins.toolkit as tk
from ckan.lib.search.common import SearchError, make_connection

from ckanext.govopen.portal.search import query

__all__ = ["FILTERS", "Found", "search"]

log = logging.getLogger(__name__)

FILTERS = (*query.FACETS, "base_library")
"""Arguments of the search page that narrow it."""
_NEWEST = "if(termfreq(open_type,'closed'),0,1) desc, modified_dt desc"
"""Who browses looks for data: entries that are closed by law come after all others."""
_SORTS = {"new": _NEWEST, "title": "title_string asc", "rows": "rows_total desc"}


@dataclass(frozen=True, slots=True)
class Found:
    """One page of ids, the total, and how many each facet code has."""

    ids: list[str]
    total: int
    facets: dict[str, dict[str, int]] = field(default_factory=dict)


def _literal(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def search(
    q: str, filters: Mapping[str, str], *, sort: str = "", page: int = 1, limit: int = 20, loose: bool = False
) -> Found | None:
    """Entries that match, best first; None when Solr cannot be asked. `loose`: half of the words are enough."""
    params: dict[str, Any] = query.asked(q)
    if loose and "mm" in params:
        params["mm"] = query.LOOSE
    if "defType" in params:
        params |= query.EXTRA
    facets: list[str] = []
    narrowed = [f"+site_id:{_literal(str(tk.config.get('ckan.site_id')))}", "+state:active", "+dataset_type:dataset"]
    for name in FILTERS:
        if value := filters.get(name):
            narrowed.append(f"{{!tag={name}}}{name}:{_literal(value)}")
            facets.append(f"{{!ex={name}}}{name}")
        else:
            facets.append(name)
    fallback = _NEWEST if params["q"] == "*:*" else "score desc, modified_dt desc"
    try:
        answer = make_connection(decode_dates=False).search(
            **params,
            fq=narrowed,
            fl="id,score",
            rows=limit,
            start=(page - 1) * limit,
            sort=_SORTS.get(sort, fallback),
            facet="true",
            wt="json",
            **{"facet.field": facets, "facet.mincount": 1, "facet.limit": 60},
        )
    except (pysolr.SolrError, SearchError, OSError) as err:
        log.warning("Solr cannot be asked (%s): lists come from the database", type(err).__name__)
        return None
    found = {
        name: dict(zip(v[0::2], v[1::2], strict=True)) for name, v in answer.facets.get("facet_fields", {}).items()
    }
    return Found([doc["id"] for doc in answer.docs], int(answer.hits), found)
