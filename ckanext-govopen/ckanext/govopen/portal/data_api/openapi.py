"""The contract of /api/v1 as OpenAPI 3.1, made from the same lists that the code reads."""

from __future__ import annotations

from typing import Any

from ckanext.govopen.portal.data_api.catalog import FILTERS, PAGING
from ckanext.govopen.portal.data_api.messages import CODES
from ckanext.govopen.portal.data_api.query import BY_TYPE, MAX_LIMIT, RESERVED

__all__ = ["document"]

_RESERVED_TEXTS = {
    "sort": "Columns in order of weight, `-` before a name for descending; ties are resolved by `_id`, empty cells last.",
    "limit": f"Rows on a page, 0 to {MAX_LIMIT} (100,000 for csv, tsv, jsonl); 100 when not given.",
    "offset": "Rows to skip; `cursor` is better for deep paging.",
    "cursor": "The `cursor` of the answer before; it keeps the reader in one release.",
    "columns": "Names to answer with, in this order; `_id` is the row's place in the release.",
    "format": "json, csv, tsv or jsonl.",
    "group": "For /stats: one or two columns.",
    "q": "Words that must all be found in some text column, letters of any case.",
    "total": "false leaves the count out.",
    "distinct": "true: every combination of the columns once, sorted by them.",
    "filename": "The name of the file when the format is not json.",
}


def _parameter(name: str, text: str, where: str = "query", *, kind: str = "string") -> dict[str, Any]:
    return {"name": name, "in": where, "required": where == "path", "description": text, "schema": {"type": kind}}


def _operation(summary: str, *parameters: dict[str, Any], media: str = "application/json") -> dict[str, Any]:
    refusals = {
        status: {"$ref": "#/components/responses/Refusal"}
        for status in ("400", "401", "403", "404", "410", "414", "429", "500", "503")
    }
    content = {media: {"schema": {"type": "object"} if media == "application/json" else {"type": "string"}}}
    return {
        "get": {
            "summary": summary,
            "security": [{}, {"key": []}],
            "parameters": list(parameters),
            "responses": {"200": {"description": summary, "content": content}, **refusals},
        }
    }


def document(title: str) -> dict[str, Any]:
    """The whole contract."""
    product, digest = _parameter("id", "The product's id.", "path"), _parameter("digest", "A release's digest.", "path")
    number = _parameter("number", "A release's number.", "path", kind="integer")
    format_ = _parameter("format", "csv, csv.gz, xlsx, json, parquet; original for files and links.")
    rows = [_parameter(name, _RESERVED_TEXTS[name]) for name in RESERVED]
    filters = [_parameter(name, "Filter by what the entry says.") for name in (*FILTERS, *PAGING)]
    paths = {
        "/": _operation("The service and its keys"),
        "/health": _operation("Whether the service is up"),
        "/catalog": _operation("Entries of the catalogue", *filters),
        "/datasets/{id}": _operation("An entry with its products", _parameter("id", "Id or name.", "path")),
        "/products": _operation("Products that the public may read"),
        "/products/{id}": _operation("A product with its current release", product),
        "/products/{id}/rows": _operation("Rows of the current release", product, *rows),
        "/products/{id}/stats": _operation("Rows per value of a column", product, *rows),
        "/products/{id}/download": _operation("The whole release as a file", product, format_, media="*/*"),
        "/products/{id}/releases": _operation("Releases, newest first", product),
        "/products/{id}/releases/{number}": _operation("A release by its number", product, number),
        "/products/{id}/releases/{number}/rows": _operation("Rows of that release", product, number, *rows),
        "/products/{id}/releases/{number}/download": _operation(
            "That release as a file", product, number, format_, media="*/*"
        ),
        "/releases/{digest}": _operation("A release by its digest", digest),
        "/releases/{digest}/download": _operation("That release as a file", digest, format_, media="*/*"),
        "/me": _operation("The caller's grants, quota and deliveries"),
        "/openapi.json": _operation("This contract"),
    }
    text = {"type": "object", "properties": {"zh": {"type": "string"}, "en": {"type": "string"}}}
    refusal = {
        "type": "object",
        "required": ["error", "request_id"],
        "properties": {
            "request_id": {"type": "string"},
            "error": {
                "type": "object",
                "required": ["code", "message"],
                "properties": {
                    "code": {"type": "string", "enum": sorted(CODES)},
                    "message": text,
                    "field": {"type": "string"},
                    "hint": text,
                    "notice": {"type": "object"},
                },
            },
        },
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": title,
            "version": "1",
            "description": "Rows, files and metadata of published releases. A parameter is a column's name, alone or"
            " followed by `__` and an operator; `col.` in front reaches columns whose names clash.",
        },
        "servers": [{"url": "/api/v1"}],
        "paths": paths,
        "components": {
            "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}},
            "schemas": {"Refusal": refusal},
            "responses": {
                "Refusal": {
                    "description": "A refusal with its code, in both languages.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}},
                }
            },
        },
        "x-operators": {kind: list(names) for kind, names in BY_TYPE.items()},
    }
