"""Handing in: look whether anything blocks, freeze what there is, write the request. One transaction, the caller's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from ckanext.govopen import config
from ckanext.govopen.desk.act import record
from ckanext.govopen.desk.catalogue import store as catalogue
from ckanext.govopen.desk.catalogue import working
from ckanext.govopen.desk.jobs import queue
from ckanext.govopen.desk.review import store
from ckanext.govopen.desk.review.calendar import due_for
from ckanext.govopen.desk.review.gate import red_codes
from ckanext.govopen.desk.review.standing import limits
from ckanext.govopen.desk.review.steps import LIVE, steps
from ckanext.govopen.desk.rules.table import RuleSet
from ckanext.govopen.errors import Missing, Refused
from ckanext.govopen.releases.canonical import digest

__all__ = ["blockers", "steps_for", "submit"]

# Never left out, whatever a plan says: four eyes and the confidentiality review.
ALWAYS = frozenset({"submit", "review", "security", "approve"})


def steps_for(plan: Mapping[str, Any], routes: Sequence[str]) -> list[str]:
    """The steps that these routes need together, in order; the confidentiality review is always among them."""
    needed = set(ALWAYS)
    for route in plan.get("routes") or ():
        if route.get("route") in routes:
            needed |= set(route.get("steps") or ())
    return [step for step in steps() if step in needed]


def blockers(
    entry: Mapping[str, Any], plan: Mapping[str, Any] | None, gaps: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """What stops an entry whatever its candidates are: descriptions, a refused delivery, nothing planned yet."""
    found = [{"code": gap["code"], "field": gap["field"]} for gap in gaps]
    delivery = entry.get("delivery") or {}
    if delivery.get("reason_code"):
        found.append({"code": delivery["reason_code"], "field": "delivery"})
    if plan is None and not delivery.get("reason_code"):
        found.append({"code": "rule.no_match", "field": "plan"})
    return found


def _chosen(
    plan: Mapping[str, Any], candidates: Sequence[Mapping[str, Any]], routes: Sequence[str] | None, rules: RuleSet
) -> list[Mapping[str, Any]]:
    """The candidates to be opened: those asked for, all of which must be green; else every green one."""
    fresh = [release for release in candidates if release["state"] in {"candidate", "failed"}]
    if routes:
        by_route = {release["route"]: release for release in fresh}
        for route in routes:
            if route not in by_route:
                refused = {r.get("route"): r.get("code") for r in plan.get("refusals") or ()}
                raise Refused(reason=str(refused.get(route) or "rule.no_match"), subject=route)
            red = red_codes(by_route[route], plan, rules)
            if red:
                raise Refused(reason=red[0], subject=f"{route}: {', '.join(red)}")
        return [by_route[route] for route in dict.fromkeys(routes)]
    green = [release for release in fresh if not red_codes(release, plan, rules)]
    if fresh and not green:
        red = sorted({code for release in fresh for code in red_codes(release, plan, rules)})
        raise Refused(reason=red[0], subject=", ".join(red))
    return green


def _standing(plan: Mapping[str, Any], chosen: Sequence[Mapping[str, Any]], wanted: Mapping[str, Any] | None) -> Any:
    if wanted is None:
        return None
    routes = {route.get("route"): route for route in plan.get("routes") or ()}
    for release in chosen:
        if not (routes.get(release["route"]) or {}).get("standing_allowed"):
            raise Refused(reason="standing.finding", subject=release["route"])
    if not chosen:
        raise Refused(reason="standing.schema", subject="standing")
    expires = wanted["expires_on"]
    if expires > dt.datetime.now(dt.UTC).date() + dt.timedelta(days=365):
        raise Refused(reason="standing.expired", subject="expires_on")
    return limits(wanted)


def submit(
    key: str, by: str, routes: Sequence[str] | None, standing: Mapping[str, Any] | None, comment: str
) -> dict[str, Any]:
    """Freeze and hand in; raises `Refused` with the stable code of what blocks."""
    row = store.entry_for_update(key)
    if row is None:
        raise Missing(kind="entry", id=key)
    entry = catalogue.entry_detail(row["entry_id"]) or {}
    plan = entry.get("plan")
    body = working.revision(row["entry_id"])
    stops = blockers(entry, plan, working.gaps(body))
    if stops:
        raise Refused(reason=stops[0]["code"], subject=", ".join(str(stop["field"]) for stop in stops[:12]))
    if any(request["state"] in {"draft", *LIVE, "approved"} for request in entry["requests"]):
        raise Refused(reason="release.superseded", subject="request")
    assert plan is not None
    chosen = _chosen(plan["body"], entry["candidates"], routes, RuleSet.load(config.rules_name()))
    if not chosen and not plan["body"].get("closed"):
        raise Refused(reason="release.superseded" if entry["candidates"] else "rule.no_match", subject="candidates")
    envelope = _standing(plan["body"], chosen, standing)
    revision_digest = digest(body)
    digests = {
        "revision": revision_digest,
        "plan": plan["digest"],
        "releases": {release["id"]: release["digest"] for release in chosen},
        "rules": plan["rule_set"],
        **({"standing": digest(envelope)} if envelope else {}),
    }
    taken = steps_for(plan["body"], [release["route"] for release in chosen])
    made = store.create(
        entry_id=row["entry_id"],
        revision_id=store.freeze_revision(row["entry_id"], body, revision_digest, by),
        plan_id=plan["id"],
        kind="open" if chosen else "catalogue",
        steps=taken,
        digests=digests,
        standing=envelope,
        by=by,
        comment=comment,
        due_on=due_for(taken[1]),
        releases=[release["id"] for release in chosen],
    )
    record(
        "release:request:submit",
        by,
        f"request:{made['number']}",
        {"entry": row["entry_id"], "digests": digests, "standing": envelope or {}, "steps": taken},
    )
    queue.enqueue("sign", str(made["id"]), {"request_id": str(made["id"])}, lane="publisher")
    return {
        "id": made["id"],
        "number": made["number"],
        "state": "submitted",
        "kind": "open" if chosen else "catalogue",
        "steps": taken,
        "digests": digests,
        "routes": [release["route"] for release in chosen],
    }
