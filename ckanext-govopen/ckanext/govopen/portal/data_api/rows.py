"""Rows and counts per value: the question read, the release opened, the answer taken from memory or the engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from ckanext.govopen.portal.data_api import cursors
from ckanext.govopen.portal.data_api.cache import Answer
from ckanext.govopen.portal.data_api.describe import licence
from ckanext.govopen.portal.data_api.errors import ApiError
from ckanext.govopen.portal.data_api.formats import dumps, json_rows, text_rows
from ckanext.govopen.portal.data_api.query import MAX_LIMIT, Query, parse
from ckanext.govopen.portal.data_api.service import Opened, Service
from ckanext.govopen.releases.canonical import bare, digest_bytes

__all__ = ["MAX_TEXT_ROWS", "answer_groups", "answer_rows", "opened_for"]

Parameters = Sequence[tuple[str, str]]
MAX_TEXT_ROWS = 100_000
MAX_GROUPS = 1000


def opened_for(service: Service, product_id: str, header: str | None, parameters: Parameters, **pinned: Any) -> Opened:
    """The release that a question is about: a cursor keeps it, whatever is current now."""
    record = service.record(product_id)
    cursor = next((value for key, value in parameters if key == "cursor"), "")
    if cursor and not pinned:
        pinned = {"digest": cursors.read(cursor)[0]}
    opened = service.open(product_id, header, **pinned)
    if record.kind not in {"table", "cube"}:
        raise ApiError(400, "query.kind")
    return opened


def answer_rows(service: Service, opened: Opened, parameters: Parameters) -> tuple[Answer, Query]:
    """One page of rows, in the format asked for."""
    asked = dict(parameters).get("format", "json")
    query = parse(parameters, opened.columns, max_limit=MAX_LIMIT if asked in {"json", ""} else MAX_TEXT_ROWS)
    if query.group:
        raise ApiError(400, "query.field", {"subject": "group"}, field="group", hint=_use_stats(opened))
    if query.cursor:
        digest, fingerprint, offset = cursors.read(query.cursor)
        if digest != opened.digest or not cursors.fits(fingerprint, query.key()):
            raise ApiError(400, "query.cursor", field="cursor")
        query = query.at(offset)
    key = (
        "rows",
        opened.digest,
        query.key(),
        repr((query.limit, query.offset, query.total, query.format)),
        _who(opened),
    )
    if (held := service.cache.get(key)) is not None:
        return held, query
    page = service.engine.page(opened.manifest, query)
    if query.format == "json":
        body = _document(opened, query, page.rows, page.total, parameters)
    else:
        body = text_rows(query.columns, page.rows, query.format)
    made = Answer(body, len(page.rows), _etag(key))
    service.cache.put(key, made)
    return made, query


def _who(opened: Opened) -> str:
    return f"{opened.record.access.product_id} {opened.grant.id if opened.grant else ''}"


def _etag(key: tuple[str, ...]) -> str:
    return f'W/"{bare(digest_bytes(repr(key).encode("utf-8")))[:32]}"'


def _use_stats(opened: Opened) -> dict[str, str]:
    url = f"/api/v1/products/{opened.record.access.product_id}/stats"
    return {"zh": f"分组统计请用 {url}", "en": f"For counts per value use {url}"}


def _document(
    opened: Opened, query: Query, rows: Sequence[Sequence[Any]], total: int | None, parameters: Parameters
) -> bytes:
    product_id = opened.record.access.product_id
    after = query.offset + len(rows)
    more = len(rows) == query.limit > 0 and (total is None or after < total)
    cursor = cursors.make(opened.digest, query.key(), after) if more else None
    kept = [(key, value) for key, value in parameters if key not in {"cursor", "offset"}]
    following = f"/api/v1/products/{product_id}/rows?{urlencode([*kept, ('cursor', cursor)])}" if cursor else None
    return dumps(
        {
            "product": product_id,
            "dataset": opened.record.access.entry_id,
            "release": {"digest": opened.digest, "number": opened.release["number"]},
            "licence": licence(opened.record.entry["body"])["id"],
            "total": total,
            "count": len(rows),
            "limit": query.limit,
            "offset": query.offset,
            "columns": [
                {"name": column.name, "type": column.type, "name_zh": column.name_zh} for column in query.columns
            ],
            "rows": json_rows(query.columns, rows),
            "cursor": cursor,
            "next": following,
        }
    )


def answer_groups(service: Service, opened: Opened, parameters: Parameters) -> tuple[Answer, Query]:
    """How many rows each value, or pair of values, has."""
    query = parse(parameters, opened.columns, max_limit=MAX_GROUPS)
    if not query.group or query.sort or query.cursor:
        subject = "group" if not query.group else ("sort" if query.sort else "cursor")
        names = ", ".join(list(opened.columns)[:20])
        expected = {"expected_zh": f"group=字段（{names}），不能与 sort、cursor 同用"}
        expected["expected"] = f"group=COLUMN ({names}), without sort and cursor"
        raise ApiError(400, "query.value", {"subject": subject, **expected}, field=subject)
    query = replace(query, columns=query.group)
    key = ("stats", opened.digest, query.key(), repr((query.limit, query.offset)), _who(opened))
    if (held := service.cache.get(key)) is not None:
        return held, query
    page = service.engine.groups(opened.manifest, query)
    objects = json_rows(query.group, [row[:-1] for row in page.rows])
    groups = [{"value": value, "count": row[-1]} for value, row in zip(objects, page.rows, strict=True)]
    if len(query.group) == 1:
        groups = [{"value": one["value"][query.group[0].name], "count": one["count"]} for one in groups]
    body = dumps(
        {
            "product": opened.record.access.product_id,
            "release": {"digest": opened.digest, "number": opened.release["number"]},
            "group": [column.name for column in query.group],
            "total": page.total,
            "limit": query.limit,
            "offset": query.offset,
            "groups": groups,
        }
    )
    made = Answer(body, len(groups), _etag(key))
    service.cache.put(key, made)
    return made, query
