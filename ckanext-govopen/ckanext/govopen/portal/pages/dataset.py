"""The dataset page and its API page; a closed entry answers 410 with its notice."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, make_response

import ckan.plugins.toolkit as tk

from ckanext.govopen import codes
from ckanext.govopen.face import lang, today
from ckanext.govopen.portal.pages import entry as entries
from ckanext.govopen.portal.pages import jsonld, lookup, previews, rows, store, texts
from ckanext.govopen.portal.pages.blueprint import portal
from ckanext.govopen.portal.settings import public_api_url

__all__ = ["api", "dataset"]

QUERY_CODES = (
    "query.field query.operator query.value query.limit access.no_grant access.key access.quota release.closed".split()
)


def _found(name: str) -> dict[str, Any]:
    found = entries.load(name)
    if found is None:
        raise tk.ObjectNotFound(tk._("There is no such dataset"))
    return found


def _gone(found: dict[str, Any]) -> Response:
    """The page of a closed entry: 410, the notice in both languages, and where to go from here."""
    like = [c for c in _alike(found) if c["name"] != found["name"]][:3]
    return make_response(tk.render("portal/gone.html", {"e": found, "shut": entries.shut(found), "alike": like}), 410)


def _alike(found: dict[str, Any]) -> list[dict[str, Any]]:
    from ckanext.govopen.portal.pages import summary

    theme = found["body"].get("theme")
    return [summary.card(row) for row in store.listing({"theme": theme}, limit=4)[0]] if theme else []


_KNOWN = {
    "count": ("数量", "Count", "这一格的数量", "How many fall into this cell"),
    "cell_status": (
        "单元格状态",
        "Cell status",
        "published 为公布；suppressed 开头的为保护个人信息而隐去",
        "published: shown; suppressed…: withheld to protect persons",
    ),
}
_SUMMED = {"mean": ("平均", "mean"), "sum": ("合计", "total"), "min": ("最小", "lowest"), "max": ("最大", "highest")}


def _measured(name: str, described: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """What a cube calls its own columns, put into words: `fee_mean` of a column described as 费用 is 费用（平均）."""
    if name in _KNOWN:
        return dict(zip(("name_zh", "name_en", "description_zh", "description_en"), _KNOWN[name], strict=True))
    base, _, way = name.rpartition("_")
    if way in _SUMMED and (known := described.get(base)):
        zh, en = known.get("name_zh") or base, known.get("name_en") or base
        return {
            **{key: known[key] for key in ("description_zh", "description_en", "unit") if known.get(key)},
            "name_zh": f"{zh}（{_SUMMED[way][0]}）",
            "name_en": f"{en} ({_SUMMED[way][1]})",
        }
    return {}


def _field_labels(product: dict[str, Any], found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Every column of a release with its name and meaning in the reader's language."""
    described = {str(c.get("name")): c for c in found["columns"]}
    made = {}
    for field in product["fields"]:
        told = described.get(str(field["name"])) or _measured(str(field["name"]), described)
        known = {**told, **{k: v for k, v in field.items() if v not in (None, "")}}
        english = lang() == "en"
        name = str(field["name"])
        made[name] = {
            **known,
            "label": str((known.get("name_en") if english else known.get("name_zh")) or known.get("name_zh") or name),
            "meaning": str((known.get("description_en") if english else "") or known.get("description_zh") or ""),
        }
    return made


def _drawn(product: dict[str, Any], found: dict[str, Any], labels: dict[str, dict[str, Any]]) -> dict[str, Any] | None:
    chart = lookup.chart_of(product)
    if chart is None:
        return None
    label = labels.get(chart.column, {}).get("label", chart.column)
    if chart.measure:
        title = tk._("{measure} by {column}").format(
            measure=labels.get(chart.measure, {}).get("label", chart.measure), column=label
        )
    else:
        title = tk._("Rows by {column}").format(column=label)
    source = f"{found['title']} · {found['provider']} · {found['modified']}"
    if chart.kind == "line":
        svg = previews.line(chart, identity="chart-1", title=title, source=source)
    else:
        svg = previews.bars(chart, identity="chart-1", title=title, source=source, rest=tk._("Others"))
    return {"svg": svg, "title": title, "items": chart.items}


@portal.get("/dataset/<name>")
def dataset(name: str) -> Response | str:
    """One entry: the answer first, then rows, chart, guide, columns, versions, files."""
    found = _found(name)
    if found["closed"]:
        return _gone(found)
    asked = tk.request.args.get("product")
    product = next((p for p in found["open"] if p["id"] == asked), found["open"][0] if found["open"] else None)
    extra: dict[str, Any] = {"e": found, "p": product, "look": None, "chart": None, "labels": {}}
    if product and product["kind"] in ("table", "cube"):
        extra["labels"] = _field_labels(product, found)
        extra["look"] = lookup.look_up(product, tk.request.args)
        if not extra["look"]["down"]:
            extra["chart"] = _drawn(product, found, extra["labels"])
    found["conditional"] = [{**c, "labels": _field_labels(c, found)} for c in found["conditional"]]
    address = tk.url_for("govopen_portal.dataset", name=found["name"], qualified=True, locale="default")
    licence = found["body"].get("license_id")
    url = codes.load("licences")[licence].more.get("url", "") if licence in codes.load("licences") else ""
    extra |= {
        "address": address,
        "jsonld": jsonld.script(found, address, url),
        "usage": store.usage([p["id"] for p in found["products"]]),
        "licence": texts.label("licences", licence, lang()),
        "today": today(),
        "alike": [c for c in _alike(found) if c["name"] != found["name"]][:3],
    }
    return tk.render("portal/dataset.html", extra)


@portal.get("/dataset/<name>/api")
def api(name: str) -> Response | str:
    """How to call this entry's rows: columns, a form that asks the service, and programs to copy."""
    found = _found(name)
    if found["closed"]:
        return _gone(found)
    asked = tk.request.args.get("product")
    callable_ones = [p for p in found["products"] if p["kind"] in ("table", "cube") and not p["notice"]]
    product = next((p for p in callable_ones if p["id"] == asked), callable_ones[0] if callable_ones else None)
    extra: dict[str, Any] = {"e": found, "p": product, "products": callable_ones, "answer": None, "programs": []}
    if product:
        params = _tried(product)
        extra["labels"] = _field_labels(product, found)
        extra["programs"] = _programs(product["api"], params, keyed=product["audience"] != "public")
        extra["params"] = dict(params)
        if product["open"]:
            extra["answer"] = _answered(product, params)
    speech = lang()
    extra["errors"] = [codes.reason(code, speech) for code in QUERY_CODES]
    extra["api_root"] = public_api_url()
    return tk.render("portal/api.html", extra)


def _tried(product: dict[str, Any]) -> list[tuple[str, str]]:
    """The call that the form describes; the first one asks for three rows and nothing else."""
    args, names = tk.request.args, {str(f["name"]) for f in product["fields"]}
    params = []
    column, operator, value = args.get("column", ""), args.get("op", "eq"), args.get("value", "")[:200]
    if column in names and value:
        params.append((lookup.parameter(column, "" if operator == "eq" else operator), value))
    if args.get("sort", "").lstrip("-") in names:
        params.append(("sort", args["sort"]))
    limit = args.get("limit", "3")
    params.append(("limit", limit if limit.isdigit() and len(limit) < 4 and int(limit) <= 100 else "3"))
    return params


def _answered(product: dict[str, Any], params: list[tuple[str, str]]) -> dict[str, Any] | None:
    answer = rows.fetch(product["id"], params)
    if answer is None:
        return None
    try:
        text = json.dumps(json.loads(answer.text), ensure_ascii=False, indent=2)
    except ValueError:
        text = answer.text
    return {"status": answer.status, "text": text[:6000] + ("\n…" if len(text) > 6000 else "")}


def _programs(url: str, params: list[tuple[str, str]], *, keyed: bool) -> list[dict[str, str]]:
    """The same call in four languages, each ready to run as it stands."""
    from urllib.parse import urlencode

    full = f"{url}?{urlencode(params)}" if params else url
    asked = json.dumps(dict(params), ensure_ascii=False)
    head_sh = ' -H "X-Key: $GOVOPEN_KEY"' if keyed else ""
    head_py = ', headers={"X-Key": os.environ["GOVOPEN_KEY"]}' if keyed else ""
    head_js = ', {headers: {"X-Key": process.env.GOVOPEN_KEY}}' if keyed else ""
    head_r = ', add_headers("X-Key" = Sys.getenv("GOVOPEN_KEY"))' if keyed else ""
    imports = "import os\nimport requests" if keyed else "import requests"
    return [
        {"name": "curl", "text": f"curl '{full}'{head_sh}"},
        {
            "name": "Python",
            "text": f'{imports}\n\nanswer = requests.get("{url}", params={asked}{head_py}, timeout=30)\n'
            'answer.raise_for_status()\nfor row in answer.json()["rows"]:\n    print(row)',
        },
        {
            "name": "JavaScript",
            "text": f'const answer = await fetch("{full}"{head_js});\nconst {{rows}} = await answer.json();\nconsole.table(rows);',
        },
        {"name": "R", "text": f'library(httr)\nrows <- content(GET("{full}"{head_r}))$rows\nstr(rows)'},
    ]
