"""The routes of /api/v1: a question in, the one decision asked, an answer out."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, g, request

from ckanext.govopen.portal.access.decide import shut
from ckanext.govopen.portal.access.metering import used_rows
from ckanext.govopen.portal.data_api import catalog, describe, download
from ckanext.govopen.portal.data_api.cache import Answer
from ckanext.govopen.portal.data_api.errors import ApiError, shown, unfit
from ckanext.govopen.portal.data_api.formats import MEDIA, dumps
from ckanext.govopen.portal.data_api.http import disposition, etag_matches
from ckanext.govopen.portal.data_api.openapi import document
from ckanext.govopen.portal.data_api.query import Query
from ckanext.govopen.portal.data_api.rows import answer_groups, answer_rows, opened_for
from ckanext.govopen.portal.data_api.service import Opened, Service
from ckanext.govopen.releases.canonical import is_digest
from ckanext.govopen.releases.signature import key_id

__all__ = ["add_routes"]

V1 = "/api/v1"
View = Callable[..., Response]


def add_routes(app: Flask, service: Service) -> None:
    """All routes of the service."""
    for add in (_catalog_routes, _product_routes, _release_routes, _digest_routes, _account_routes):
        add(app, service)


def _get(app: Flask) -> Callable[[str], Callable[[View], View]]:
    return lambda path: app.get(V1 + path)


def _parameters() -> list[tuple[str, str]]:
    """The parameters in their order; of a POST, the pairs of its JSON body (for questions too long for an address)."""
    if request.method != "POST":
        return list(request.args.items(multi=True))
    try:
        given = json.loads(request.get_data())
        pairs = [(key, value) for key, value in given["parameters"]]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise unfit("body", '{"parameters": [["字段", "值"]]}', '{"parameters": [["column", "value"]]}') from None
    if not all(isinstance(key, str) and isinstance(value, str) for key, value in pairs):
        raise unfit("body", "文本对", "pairs of text")
    return pairs


def _none(*allowed: str) -> dict[str, str]:
    return catalog.read_paging(_parameters(), allowed)


def _json(body: dict[str, Any], **headers: str) -> Response:
    tail = {**body, "request_id": g.request_id}
    return Response(dumps(tail), mimetype="application/json", headers=headers)


def _key() -> str | None:
    return request.headers.get("X-Key")


def _rows_response(service: Service, opened: Opened, answer: Answer, query: Query, door: str) -> Response:
    public = opened.grant is None
    headers = {
        "Content-Type": MEDIA[query.format],
        "Cache-Control": "public, no-cache" if public else "private, no-store",
        "Vary": "X-Key, Accept-Encoding",
        "X-Release-Digest": opened.digest,
        "X-Row-Count": str(answer.rows),
    }
    if public:
        headers["ETag"] = answer.etag
        if etag_matches(request.headers.get("If-None-Match"), answer.etag):
            service.counts.hit(opened.record.access.product_id, door, query.format)
            return Response(status=304, headers=headers)
    body = answer.body
    if query.format == "json":
        body = b'{"request_id":"' + g.request_id.encode("ascii") + b'",' + body[1:]
    else:
        title = opened.record.entry["body"].get("title") or opened.record.access.product_id
        name = query.filename or f"{title}_查询结果.{query.format}"
        headers["Content-Disposition"] = disposition(name, f"rows.{query.format}")
    if request.method != "HEAD":
        service.meter(opened, g.request_id, door, answer.rows, len(body), query.format)
    return Response(body, headers=headers)


def _catalog_routes(app: Flask, service: Service) -> None:
    get = _get(app)

    @get("/")
    def home() -> Response:
        _none()
        settings = service.settings
        key = settings.bundle_public_key
        return _json(
            {
                "title": settings.site_title,
                "portal": settings.portal_url,
                "catalog": f"{V1}/catalog",
                "openapi": f"{V1}/openapi.json",
                "bundle_public_key": key,
                "bundle_key_id": key_id(key) if key else "",
                "closure_epoch": service.watch.epoch,
            }
        )

    @get("/health")
    def health() -> Response:
        fresh = service.watch.known() and not service.watch.stale()
        return _json({"state": "up", "database": "fresh" if fresh else "stale"})

    @get("/openapi.json")
    def openapi() -> Response:
        return Response(dumps(document(service.settings.site_title)), mimetype="application/json")

    @get("/catalog")
    def listing() -> Response:
        closed = [target for scope, target in service.watch.closed.by_target if scope == "entry"]
        found, total, page, limit = catalog.entries(service.portal, _parameters(), closed)
        more = page * limit < total
        return _json(
            {
                "total": total,
                "page": page,
                "limit": limit,
                "pages": -(-total // limit),
                "has_next": more,
                "datasets": [describe.summary(row) for row in found],
            }
        )

    @get("/datasets/<name>")
    def dataset(name: str) -> Response:
        _none()
        row = service.remember(("entry", name), lambda: service.portal.entry(name))
        if row is None:
            raise ApiError(404, "missing", {"subject": shown(name)})
        if (closure := shut(service.watch.closed, row["entry_id"], row["state"])) is not None:
            raise ApiError(410, "release.closed", notice=closure.notice)
        records = service.remember(("products", row["entry_id"]), lambda: service.portal.products(row["entry_id"]))
        listed = [(record, _current(service, record.access.product_id)) for record in records]
        made = describe.dataset(row, listed, service.watch.closed, service.settings.portal_url)
        return _json({"dataset": made})


def _product_routes(app: Flask, service: Service) -> None:
    get = _get(app)

    @get("/products")
    def products() -> Response:
        given = _none("page", "limit", "kind")
        page, limit = catalog.number(given, "page", 1, 1, 1_000_000), catalog.number(given, "limit", 100, 1, 1000)
        closed = service.watch.closed
        found = service.portal.rows(
            "select product_id, entry_id, kind from pub_product join pub_pointer t using (product_id)"
            " join pub_entry using (entry_id) where t.grant_id = '' and audience = 'public' and state = 'open'"
            " and (%(kind)s = '' or kind = %(kind)s) order by product_id limit %(limit)s offset %(offset)s",
            {"kind": given.get("kind", ""), "limit": limit, "offset": (page - 1) * limit},
        )
        listed = [
            {"id": row["product_id"], "dataset": row["entry_id"], "kind": row["kind"]}
            for row in found
            if closed.find(row["entry_id"], row["product_id"]) is None
        ]
        return _json({"page": page, "limit": limit, "more": len(found) == limit, "products": listed})

    @get("/products/<product_id>")
    def product(product_id: str) -> Response:
        _none()
        record = service.record(product_id)
        if _key() or record.access.audience == "public":
            opened = service.open(product_id, _key())
            made = describe.product(record, opened.release, service.watch.closed)
        else:
            if (closure := service.shut(record)) is not None:
                raise ApiError(410, "release.closed", notice=closure.notice)
            made = describe.product(record, None, service.watch.closed)
        return _json({"product": made, "fields": describe.fields(record.entry["body"])})

    @get("/products/<product_id>/rows")
    def rows(product_id: str) -> Response:
        return _rows(service, product_id)

    @app.post(f"{V1}/products/<product_id>/rows")
    def rows_by_body(product_id: str) -> Response:
        return _rows(service, product_id)

    @get("/products/<product_id>/stats")
    def stats(product_id: str) -> Response:
        parameters = _parameters()
        opened = opened_for(service, product_id, _key(), parameters)
        answer, query = answer_groups(service, opened, parameters)
        return _rows_response(service, opened, answer, query, "stats")

    @get("/products/<product_id>/download")
    def whole(product_id: str) -> Response:
        given = _none("format")
        return download.send(service, service.open(product_id, _key()), given.get("format", ""), g.request_id)


def _release_routes(app: Flask, service: Service) -> None:
    get = _get(app)

    @get("/products/<product_id>/releases")
    def releases(product_id: str) -> Response:
        given = _none("page", "limit")
        page, limit = catalog.number(given, "page", 1, 1, 100_000), catalog.number(given, "limit", 20, 1, 200)
        opened = service.open(product_id, _key())
        grant_id = opened.grant.id if opened.grant else ""
        found, total = service.portal.releases(product_id, grant_id, limit, (page - 1) * limit)
        closed = service.watch.closed
        listed = []
        for row in found:
            made = describe.release(row, f"{V1}/products/{product_id}")
            gone = closed.by_target.get(("release", row["digest"]))
            listed.append({key: made[key] for key in ("digest", "number")} | {"closed": True} if gone else made)
        return _json({"total": total, "page": page, "limit": limit, "current": opened.digest, "releases": listed})

    @get("/products/<product_id>/releases/<int:number>")
    def numbered(product_id: str, number: int) -> Response:
        _none()
        opened = service.open(product_id, _key(), number=_number(number))
        return _json({"release": describe.release(opened.release, f"{V1}/products/{product_id}")})

    @get("/products/<product_id>/releases/<int:number>/rows")
    def numbered_rows(product_id: str, number: int) -> Response:
        return _rows(service, product_id, number=_number(number))

    @get("/products/<product_id>/releases/<int:number>/download")
    def numbered_download(product_id: str, number: int) -> Response:
        given = _none("format")
        opened = service.open(product_id, _key(), number=_number(number))
        return download.send(service, opened, given.get("format", ""), g.request_id)


def _digest_routes(app: Flask, service: Service) -> None:
    get = _get(app)

    @get("/releases/<digest>")
    def by_digest(digest: str) -> Response:
        _none()
        opened = _digested(service, digest)
        url = f"{V1}/products/{opened.record.access.product_id}"
        return _json({"product": opened.record.access.product_id, "release": describe.release(opened.release, url)})

    @get("/releases/<digest>/download")
    def by_digest_download(digest: str) -> Response:
        given = _none("format")
        return download.send(service, _digested(service, digest), given.get("format", ""), g.request_id)


def _account_routes(app: Flask, service: Service) -> None:
    get = _get(app)

    @get("/me")
    def me() -> Response:
        _none()
        key = service.key(_key())
        if key is None:
            raise ApiError(401, "access.key")
        now = dt.datetime.now(dt.UTC)
        grants = []
        for grant in service.portal.grants(key.agreement_id, key.licensee):
            used = used_rows(service.portal, grant.id)
            grants.append(
                {
                    "id": grant.id,
                    "product": grant.product_id,
                    "columns": list(grant.columns) if grant.columns else None,
                    "purpose": grant.purpose,
                    "expires_on": grant.expires_on.isoformat(),
                    "valid": grant.valid(grant.product_id, now),
                    "quota_rows": grant.quota_rows,
                    "used_rows": used,
                    "left_rows": max(0, grant.quota_rows - used),
                }
            )
        recent = service.portal.rows(
            "select at, request_id, grant_id, product_id, digest, door, rows, bytes from delivery_log"
            " where key_id = %s order by id desc limit 50",
            (key.key_id,),
        )
        return _json(
            {
                "licensee": key.licensee,
                "agreement": key.agreement_id,
                "key": {"id": key.key_id, "expires_on": key.expires_on.isoformat()},
                "grants": grants,
                "deliveries": [{**row, "at": describe.iso(row["at"])} for row in recent],
            },
            **{"Cache-Control": "private, no-store"},
        )


def _rows(service: Service, product_id: str, **pinned: Any) -> Response:
    parameters = _parameters()
    opened = opened_for(service, product_id, _key(), parameters, **pinned)
    answer, query = answer_rows(service, opened, parameters)
    return _rows_response(service, opened, answer, query, "rows")


def _digested(service: Service, text: str) -> Opened:
    digest = text if text.startswith("sha256:") else f"sha256:{text}"
    holders = service.portal.holders(digest) if is_digest(digest) else []
    if not holders:
        raise ApiError(404, "missing", {"subject": shown(text)})
    last: ApiError | None = None
    for holder in holders:  # The same rows may be published by several products: one open door is enough.
        try:
            return service.open(holder["product_id"], _key(), digest=digest)
        except ApiError as err:
            last = err
    raise last or ApiError(404, "missing")


def _number(number: int) -> int:
    if not 0 < number < 2**31:
        raise ApiError(404, "missing", {"subject": shown(number)})
    return number


def _current(service: Service, product_id: str) -> dict[str, Any] | None:
    """The public release a product points to, closed or not: the caller looks at closures."""

    def load() -> dict[str, Any] | None:
        digest = service.portal.pointer(product_id)
        return service.portal.release(product_id, digest) if digest else None

    return service.remember(("release", product_id, "", 0), load)
