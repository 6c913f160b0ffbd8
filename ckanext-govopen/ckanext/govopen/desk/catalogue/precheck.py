"""预检: what would block an entry, and which roads lead to opening, before anybody submits anything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from ckanext.govopen import config
from ckanext.govopen.desk.act import plain
from ckanext.govopen.desk.catalogue import store, working
from ckanext.govopen.desk.review.gate import red_codes
from ckanext.govopen.desk.review.steps import LIVE
from ckanext.govopen.desk.review.submission import blockers
from ckanext.govopen.desk.rules import verdict as verdicts
from ckanext.govopen.desk.rules.decision import Plan
from ckanext.govopen.desk.rules.table import RuleSet

__all__ = ["precheck", "roads_of"]


def roads_of(plan: Mapping[str, Any], candidates: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Roads to opening by the pure core, each with open type, figures, losses, steps and days."""
    if not plan or not plan.get("routes"):
        return []
    judged = {
        release["route"]: verdicts.Verdict.from_dict(release["verdict"])
        for release in candidates
        if release.get("verdict")
    }
    return [dict(plain(asdict(road))) for road in verdicts.roads(Plan.from_dict(plan), judged)]


def precheck(entry_id: str) -> dict[str, Any]:
    """Say how far an entry is from opening: `state` is working, blocked, ready, catalogue or public."""
    entry = store.entry_detail(entry_id) or {}
    plan = entry.get("plan")
    body = working.revision(entry["entry_id"])
    gaps = working.gaps(body)
    stops = blockers(entry, plan, gaps)
    candidates = entry.get("candidates") or []
    for release in candidates:
        release["red"] = red_codes(release, plan["body"], RuleSet.load(config.rules_name())) if plan else []
    fresh = [release for release in candidates if release["state"] in {"candidate", "failed"}]
    green = [release for release in fresh if not release["red"]]
    live = next((r for r in entry["requests"] if r["state"] in {"draft", *LIVE, "approved"}), None)
    closed = bool(plan and plan["body"].get("closed"))
    delivery = entry.get("delivery") or {}
    if live:
        state = "in_review"
    elif delivery and delivery.get("stage") not in {"judged", "failed"} and not delivery.get("reason_code"):
        state = "working"
    elif stops or (fresh and not green):
        state = "blocked"
    elif green:
        state = "ready"
    elif closed and entry["state"] == "working":
        state = "catalogue"
    elif entry["state"] in {"open", "catalogue"}:
        state = "public"
    else:
        state = "blocked"
    return {
        "entry_id": entry["entry_id"],
        "state": state,
        "blockers": stops,
        "gaps": gaps,
        "plan": plan,
        "closed": (plan or {}).get("body", {}).get("closed") if plan else None,
        "candidates": candidates,
        "green_routes": [release["route"] for release in green],
        "red_codes": sorted({code for release in fresh for code in release["red"]}),
        "roads": roads_of((plan or {}).get("body") or {}, candidates),
        "request": live,
        "standing_allowed": bool(green)
        and all(
            route.get("standing_allowed")
            for route in (plan or {"body": {}})["body"].get("routes") or ()
            if route.get("route") in {release["route"] for release in green}
        ),
    }
