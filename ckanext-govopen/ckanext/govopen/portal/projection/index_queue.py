"""Entries that wait to be indexed, drained in batches: Solr may be down for a day, and nothing but search feels it."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pysolr
import sqlalchemy as sa

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib import search
from ckan.lib.search import common
from ckan.lib.search import index as search_index

from ckanext.govopen.portal.projection.packages import context

__all__ = ["drain", "forget_strangers", "queue_all", "waiting"]

log = logging.getLogger(__name__)
BATCH = 50
LONGEST_PAUSE = 60
PATIENCE = 60
"""Seconds a batch may take: pages ask Solr with a short limit, the indexer has time."""


class _Collect:
    """Stands where CKAN's Solr connection stands and keeps the documents, so that a batch is one request."""

    url = "collected"

    def __init__(self) -> None:
        self.docs: list[dict[str, Any]] = []

    def add(self, docs: Sequence[dict[str, Any]], commit: bool = False) -> None:  # noqa: ARG002 - CKAN passes it.
        self.docs += docs


@contextmanager
def _collected() -> Iterator[list[dict[str, Any]]]:
    """CKAN's indexer asked for its documents instead of sending them; only ever used in the projector's process."""
    collect, real = _Collect(), search_index.make_connection
    search_index.make_connection = lambda *_args, **_kwargs: collect
    try:
        yield collect.docs
    finally:
        search_index.make_connection = real


def waiting() -> int:
    """How many entries are not yet indexed as they are."""
    return int(model.Session.execute(sa.text("select count(*) from index_queue")).scalar_one())


def queue_all() -> int:
    """Queue every entry; how many there are."""
    done = model.Session.execute(
        sa.text(
            "insert into index_queue (entry_id) select entry_id from pub_entry"
            " on conflict (entry_id) do update set attempts = 0, next_at = now()"
        )
    )
    model.Session.commit()
    return int(done.rowcount)


def _due() -> list[dict[str, Any]]:
    found = model.Session.execute(
        sa.text(
            """select q.entry_id, q.queued_at, e.state is not null and e.state <> 'withdrawn' and not exists (
                select 1 from pub_closure c where c.scope = 'entry' and c.target = q.entry_id and c.lifted_at is null
            ) as live
            from index_queue q left join pub_entry e using (entry_id)
            where q.next_at <= now() order by q.queued_at limit :n"""
        ),
        {"n": BATCH},
    )
    return [dict(row) for row in found.mappings()]


def drain() -> int:
    """Index one batch; how many entries were settled. A failure is remembered and tried again, later and later."""
    due = _due()
    if not due:
        model.Session.rollback()
        return 0
    kept, gone = [row["entry_id"] for row in due if row["live"]], [row["entry_id"] for row in due if not row["live"]]
    try:
        with _collected() as docs:
            for entry_id in kept:
                _document(entry_id)
        solr = common.make_connection()
        solr.timeout = PATIENCE
        if docs:
            solr.add(docs, commit=False)
        if gone:
            site = tk.config.get("ckan.site_id")
            ids = " OR ".join(f'"{entry_id}"' for entry_id in gone)
            solr.delete(q=f'+site_id:"{site}" +id:({ids})', commit=False)
        solr.commit()
    except (pysolr.SolrError, search.SearchError, OSError) as err:
        model.Session.rollback()
        log.warning("the index cannot be reached (%s): %d entries wait", type(err).__name__, len(due))
        _put_off([row["entry_id"] for row in due])
        return 0
    model.Session.execute(
        sa.text("delete from index_queue where entry_id = :id and queued_at = :at"),
        [{"id": row["entry_id"], "at": row["queued_at"]} for row in due],
    )
    model.Session.commit()
    model.Session.remove()
    return len(due)


def _document(entry_id: str) -> None:
    """Let CKAN make the document; an entry that it cannot show is left out, for pages do not need it."""
    try:
        shown = tk.get_action("package_show")(context(for_view=False), {"id": entry_id})
        plain = tk.get_action("package_show")(context(use_default_schema=True), {"id": entry_id})
    except (tk.ObjectNotFound, tk.ValidationError):
        log.warning("entry %s has no package to index", entry_id)
        return
    search.index_for(model.Package).index_package(dict(plain, with_custom_schema=shown), defer_commit=True)


def forget_strangers() -> None:
    """Drop packages and documents of entries that are not there any more; with Solr away lists still leave them out."""
    model.Session.execute(
        sa.text(
            "update package set state = 'deleted' where type = 'dataset' and state <> 'deleted'"
            " and id not in (select entry_id from pub_entry)"
        )
    )
    known = set(model.Session.execute(sa.text("select entry_id from pub_entry")).scalars())
    model.Session.commit()
    site = tk.config.get("ckan.site_id")
    try:
        solr = common.make_connection()
        solr.timeout = PATIENCE
        found = solr.search("*:*", fq=[f'+site_id:"{site}"'], fl="id", rows=1_000_000)
        strangers = sorted({doc["id"] for doc in found.docs} - known)
        for start in range(0, len(strangers), BATCH):
            ids = " OR ".join(f'"{entry_id}"' for entry_id in strangers[start : start + BATCH])
            solr.delete(q=f'+site_id:"{site}" +id:({ids})', commit=False)
        solr.commit()
    except (pysolr.SolrError, search.SearchError, OSError) as err:
        log.warning("the index cannot be reached (%s): strangers stay in it until the next rebuild", type(err).__name__)


def _put_off(entries: Sequence[str]) -> None:
    model.Session.execute(
        sa.text(
            "update index_queue set attempts = attempts + 1,"
            " next_at = now() + make_interval(secs => least(power(2, least(attempts, 10)), :most))"
            " where entry_id = any(:ids)"
        ),
        {"ids": list(entries), "most": LONGEST_PAUSE},
    )
    model.Session.commit()
    model.Session.remove()
