"""From a landed delivery to judged candidates, in stages that are committed one by one.

landed → profiled → planned → built → judged. A worker that is killed anywhere takes the delivery up at the last stage
that was committed; a stage that is run twice writes the same digests, so the second time changes nothing. Asking for a
delivery that is judged already plans it anew (an officer mended its descriptions, the rules changed).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from ckanext.govopen.desk.audit import store as audit
from ckanext.govopen.desk.catalogue import quality as qualities
from ckanext.govopen.desk.catalogue import subject as subjects
from ckanext.govopen.desk.intake.store import delivery_row
from ckanext.govopen.desk.jobs import queue, sql
from ckanext.govopen.desk.jobs.work import (
    Delivery,
    built_for,
    delivered_at,
    measured_for,
    parts_of,
    published,
    words_of,
)
from ckanext.govopen.desk.rules.decision import Plan, Route
from ckanext.govopen.desk.rules.plan import plan as make_plan
from ckanext.govopen.desk.rules.table import RuleSet
from ckanext.govopen.desk.rules.verdict import verdict as judge
from ckanext.govopen.desk.secrets import Secrets
from ckanext.govopen.desk.vault import build, drift, store
from ckanext.govopen.desk.vault.profile import PROFILE_VERSION, make_profile
from ckanext.govopen.desk.vault.scrub import border, harmless, is_transient
from ckanext.govopen.desk.vault.sealed import Vault
from ckanext.govopen.errors import GovOpenError
from ckanext.govopen.releases.canonical import digest
from govopen_anonymize import check_digits, scan
from govopen_anonymize.errors import AnonymizeError

__all__ = ["process"]

log = logging.getLogger(__name__)
MACHINE = "worker"
# Which gate an unreachable demand of the builder stands for.
GATE_OF = {"model.unreachable": "gate.k", "cube.too_large": "gate.small_cell"}
CHECKED = {"org.uscc": "uscc", "org.code": "org9"}
Alive = Callable[[str], None]


def process(
    delivery_id: str,
    vault: Vault,
    secrets: Secrets,
    *,
    today: dt.date,
    rules: str = "default",
    alive: Alive = lambda _: None,
) -> dict[str, Any]:
    """Take a delivery to its end; gives the stage it reached. Every stage is committed before the next begins."""
    row = delivery_row(delivery_id)
    if row is None or row["state"] in {"quarantined", "destroyed"} or row["entry_id"] is None:
        sql.rollback()
        return {"stage": "none"}
    if row["current_delivery"] != row["id"]:
        sql.rollback()
        return {"stage": "superseded"}
    work = Delivery(row, vault, secrets, RuleSet.load(rules), today)
    stage = row["stage"]
    if stage in {"judged", "failed"}:
        known = work.profile
        profiled = work.kind != "table" or not row["object"] or (known or {}).get("version") == PROFILE_VERSION
        stage = "profiled" if profiled else "landed"
        store.set_stage(delivery_id, stage)
        sql.commit()
    steps = {"landed": _profile, "profiled": _plan, "planned": _build, "built": _judge}
    try:
        while stage in steps:
            alive(stage)
            begun = time.monotonic()
            stage = steps[stage](work, alive)
            sql.commit()
            log.info("delivery %s is %s after %.1f s", work.id, stage, time.monotonic() - begun)
    except GovOpenError as err:
        sql.rollback()
        if not is_transient(err):
            _failed(work, err)
        raise
    except AnonymizeError as err:
        sql.rollback()
        _failed(work, err)
        raise
    return {"stage": stage, "rows": row["rows"] or 0}


def _failed(work: Delivery, err: BaseException) -> None:
    code, detail = harmless(err)
    store.fail_delivery(work.id, code, detail)
    audit.record("delivery:fail", MACHINE, f"delivery:{work.id}", {"code": code, **detail})
    sql.commit()


def _profile(work: Delivery, alive: Alive) -> str:
    """Types, statistics and findings of a table; an entry without data has none."""
    if work.kind == "table" and work.row["object"]:
        table = work.table
        headers = {
            str(field.get("name_en")): " ".join(filter(None, (field.get("name_zh"), words_of(field)["description_zh"])))
            for field in work.descriptor.get("fields") or ()
        }
        with border("scan"):
            findings = scan(table, headers=headers, today=work.today)
        alive("scan")
        with border("profile"):
            body = make_profile(
                table,
                findings=findings,
                descriptor=work.descriptor,
                load_report=work.row["load_report"] or {},
                checks=_checks(table, findings, work.descriptor),
            )
        store.put_profile(work.id, body, digest(body))
    store.set_stage(work.id, "profiled", state="profiled")
    return "profiled"


def _checks(table: pa.Table, findings: Any, descriptor: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Check digits of the columns that hold codes of organisations, declared or found."""
    tagged = {(finding.column, finding.tag) for finding in findings}
    for field in descriptor.get("fields") or ():
        tagged |= {(str(field.get("name_en")), str(tag)) for tag in field.get("sensitivity_tags") or ()}
    made = []
    for column, tag in sorted(tagged):
        if tag in CHECKED and column in table.column_names:
            checked, failed = check_digits(table, column, CHECKED[tag])
            made.append({"column": column, "kind": CHECKED[tag], "checked": int(checked), "failed": int(failed)})
    return made


def _plan(work: Delivery, _alive: Alive) -> str:
    """Ask the rules: which routes, under which obligations."""
    profile = work.profile
    columns = subjects.column_facts(profile) if profile else ()
    entry = subjects.entry_facts(
        _as_mended(work),
        columns,
        kind=work.kind,
        rows=profile["rows"] if profile else None,
        today=work.today,  # type: ignore[arg-type]
    )
    body = make_plan(entry, columns, work.rules).to_dict()
    plan_id = store.put_plan(work.row["entry_id"], work.id, work.rules.id, body, digest(body))
    store.set_stage(work.id, "planned")
    audit.record(
        "plan:make",
        MACHINE,
        f"delivery:{work.id}",
        {
            "plan": plan_id,
            "digest": digest(body),
            "rules": work.rules.id,
            "routes": [r["route"] for r in body["routes"]],
            "closed": body.get("closed") or "",
        },
    )
    return "planned"


def _as_mended(work: Delivery) -> dict[str, Any]:
    """The descriptor with the names and meanings of columns as officers mended them: rules ask whether all are there."""
    words = work.descriptions
    fields = []
    for field in work.descriptor.get("fields") or ():
        said = words.get(str(field.get("name_en")), {})
        meaning = {"zh_Hans_CN": said.get("description_zh", ""), "en": said.get("description_en", "")}
        fields.append({**field, "name_zh": said.get("name_zh", ""), "description": meaning})
    return {**work.descriptor, "fields": fields}


def _titles(work: Delivery, route: Route) -> dict[str, str]:
    zh = {"cube": "统计汇总", "file": "文件", "link": "接口"}.get(route.kind, "数据表")
    en = {"cube": "statistics", "file": "document", "link": "interface"}.get(route.kind, "table")
    who_zh, who_en = ("（被授权单位）", " (licensees)") if route.audience == "licensee" else ("", "")
    package = work.package
    return {
        "zh": f"{package.get('title') or package['name']}{zh}{who_zh}",
        "en": f"{package.get('title_en') or package['name']}: {en}{who_en}",
    }


def _build(work: Delivery, alive: Alive) -> str:
    """Build a candidate for every route of the plan; each is committed by itself."""
    planned = work.current_plan()
    assert planned is not None
    plan = Plan.from_dict(planned["body"])
    for route in plan.routes if work.row["object"] or work.kind == "link" else ():
        alive(f"build:{route.route}")
        product = store.put_product(work.row["entry_id"], route.route, route.kind, route.audience, _titles(work, route))
        sql.commit()
        try:
            built = built_for(work, route, key=_candidate_key(work.secrets.pseudonym_key))
        except AnonymizeError as err:
            _unbuilt(work, route, planned, product, err)
            sql.commit()
            continue
        release, state = store.put_release(
            product_id=product,
            delivery_id=work.id,
            plan_id=planned["id"],
            digest=built.digest,
            manifest=lambda number, product=product, built=built, route=route: built.manifest(
                product_id=product,
                number=number,
                recipe_digest=digest(route.recipe) if route.recipe else "",
                plan_digest=planned["digest"],
                rule_set=work.rules.id,
                source={"package_digest": work.row["package_digest"], "delivered_at": delivered_at(work)},
                evidence={"rows_in": built.rows_in, "claim": route.claim or "none"},
                built_at=build.built_now(),
            ),
        )
        log.info("built %s of delivery %s as release %s (%s)", route.route, work.id, release, state)
        sql.commit()
    store.set_stage(work.id, "built")
    return "built"


def _candidate_key(key: bytes) -> bytes:
    """Candidates that officers look at have pseudonyms of their own: no licensee's, so nothing can be joined with them."""
    return hmac.new(key, b"govopen candidate", hashlib.sha256).digest()


def _unbuilt(work: Delivery, route: Route, planned: Mapping[str, Any], product: str, err: AnonymizeError) -> None:
    """A demand that no recipe could meet: red at its gate, with what the builder said."""
    code, detail = harmless(err)
    gate = GATE_OF.get(code, "gate.fidelity")
    name = digest({"failed": code, "route": route.route, "plan": planned["digest"], "delivery": work.id})
    release = store.put_failed_release(
        product_id=product,
        delivery_id=work.id,
        plan_id=planned["id"],
        digest=name,
        manifest=lambda number: {
            "format": "govopen-release/1",
            "product_id": product,
            "number": number,
            "grant_id": "",
            "kind": route.kind,
            "schema": {"fields": []},
            "row_count": 0,
            "parts": [],
            "failed": {"code": code, "detail": detail},
        },
    )
    body = {"failed": {"code": code, "detail": detail}, "rows_in": work.row["rows"] or 0, "measured_by": "builder"}
    verdict = {
        "route": route.route,
        "green": False,
        "open_type": route.open_type.value,
        "facts": {},
        "gates": [
            {"code": gate, "ok": False, "measured": detail.get("least"), "limit": detail.get("limit"), "text": code}
        ],
    }
    store.put_evidence(release, body, verdict, green=False, digest=digest(body))


def _judge(work: Delivery, alive: Alive) -> str:
    """Measure every candidate and hold it against what its route owes."""
    planned = work.current_plan()
    assert planned is not None
    plan = Plan.from_dict(planned["body"])
    gaps, quality = work.gaps, _quality(work)
    for release in store.releases_to_judge(work.id, planned["id"]):
        route = plan.route(release["route"])
        if route is None:
            continue
        alive(f"judge:{route.route}")
        public = store.siblings_public(work.row["entry_id"], route.audience, release["digest"])
        earlier = [each for row in public if (each := published(work, row)) is not None and each.parts]
        measured = measured_for(work, release["manifest"], route, earlier=earlier)
        body = {
            **measured,
            "gaps": [*gaps, *_undescribed(release, gaps)],
            "quality": quality,
            "refresh": _refreshed(work, release),
        }
        body["claim"] = route.claim or "none"
        verdict = judge(route, body, work.rules)
        store.put_evidence(release["id"], body, verdict.to_dict(), green=verdict.green, digest=digest(body))
        audit.record(
            "release:judge",
            MACHINE,
            f"release:{release['digest']}",
            {"release": release["id"], "green": verdict.green, "red": list(verdict.red), "route": route.route},
        )
        sql.commit()
        queue.enqueue("refresh", str(release["id"]), {"release_id": str(release["id"])}, lane="publisher")
    store.set_stage(work.id, "judged")
    _ready(work, plan)
    return "judged"


def _undescribed(release: Mapping[str, Any], gaps: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """Columns of what was written that have no Chinese name or no meaning, whatever the catalogue lists."""
    known = {gap["field"] for gap in gaps}
    return [
        {"code": "entry.column_undescribed", "field": field["name"]}
        for field in release["manifest"]["schema"]["fields"]
        if release["kind"] == "table"
        and not (field["name_zh"] and field["description_zh"])
        and field["name"] not in known
    ]


def _quality(work: Delivery) -> dict[str, Any]:
    """The quality of the delivery, by the catalogue's own core."""
    if work.profile is None:
        return {}
    package = {**work.package, "modified_data": delivered_at(work)}
    return dict(qualities.score(work.profile, work.row["load_report"] or {}, package, work.today).to_dict())


def _refreshed(work: Delivery, release: Mapping[str, Any]) -> dict[str, Any] | None:
    """How a refresh differs from what is public of its product; None for the first release."""
    if release["kind"] not in {"table", "cube"}:
        return None
    last = sql.one(
        """select r.digest, r.manifest from pointer t join release r on r.id = t.release_id
            where t.product_id = :product and t.grant_id = ''""",
        product=release["product_id"],
    )
    if last is None or last["digest"] == release["digest"]:
        return None
    return {
        **drift.compare(parts_of(work, release["manifest"]), parts_of(work, last["manifest"])),
        "last": last["digest"],
    }


def _ready(work: Delivery, plan: Plan) -> None:
    audit.record(
        "delivery:judge",
        MACHINE,
        f"delivery:{work.id}",
        {"entry": work.row["entry_id"], "closed": plan.closed or "", "routes": [route.route for route in plan.routes]},
    )
