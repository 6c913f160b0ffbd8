"""What the review page shows of a request: the frozen thing, how it was measured, what changed, what nobody checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ckanext.govopen import config
from ckanext.govopen.desk.catalogue import store as catalogue
from ckanext.govopen.desk.jobs import sql
from ckanext.govopen.desk.review import evidence as proof
from ckanext.govopen.desk.review import store
from ckanext.govopen.desk.review.errors import WrongStep
from ckanext.govopen.desk.review.steps import LIVE, may, steps
from ckanext.govopen.desk.review.stored import as_request
from ckanext.govopen.desk.roles import store as roles
from ckanext.govopen.desk.rules.decision import Plan
from ckanext.govopen.desk.rules.table import RuleSet

__all__ = ["changes", "human_checks", "not_checked", "outdated", "request_detail", "revision_changes"]

# What the core's list cannot know, since it depends on what was measured: code, Chinese, English.
UNSEEN = {
    "linkage": (
        "没有可比对的历史版本或同源数据，未做联合推断检查",
        "No earlier or sibling release was there to check linkage with",
    ),
    "text": (
        "自由文本列只按模式查找个人信息，语义未读",
        "Free-text columns were searched by pattern; their meaning was not read",
    ),
    "rights": ("第三方著作权、地图审图等权利状况", "Rights of third parties: copyright, map approval"),
}


def _both(key: str) -> dict[str, str]:
    zh, en = UNSEEN[key]
    return {"code": key, "zh": zh, "en": en}


def not_checked(releases: Iterable[Mapping[str, Any]], plan: Mapping[str, Any]) -> list[dict[str, str]]:
    """What this run did not check, so that the officer judges it himself."""
    releases = list(releases)
    opened = {release["route"] for release in releases}
    routes = [route for route in plan.get("routes") or () if route.get("route") in opened]
    found: list[dict[str, str]] = []
    for name in dict.fromkeys(route["human_check"] for route in routes if route.get("human_check")):
        words = human_checks().get(name) or {"zh": name, "en": name}
        found.append({"code": "human", "zh": str(words["zh"]), "en": str(words["en"])})
    evidence = [release.get("evidence") or {} for release in releases if release["kind"] in {"table", "cube"}]
    if any(not (item.get("linkage") or {}).get("checked_with") for item in evidence):
        found.append(_both("linkage"))
    if any("person.free_text" in (field.get("tags") or ()) for field in plan.get("fields") or ()):
        found.append(_both("text"))
    if plan.get("rule_set"):
        said = proof.not_checked(Plan.from_dict({**plan, "routes": routes}))
        found += [{"code": "said", **item} for item in said]
    return [*found, _both("rights")]


def human_checks() -> Mapping[str, Any]:
    """The checks that no machine makes, in the words of the rule set."""
    return RuleSet.load(config.rules_name()).human_checks


def revision_changes(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> list[str]:
    """Names of the descriptions that differ between two frozen revisions."""
    if before is None:
        return []
    return sorted(key for key in {*before, *after} if before.get(key) != after.get(key))


def _columns(manifest: Mapping[str, Any]) -> dict[str, Any]:
    return {field["name"]: field for field in (manifest.get("schema") or {}).get("fields") or ()}


def changes(release: Mapping[str, Any]) -> dict[str, Any] | None:
    """How a release differs from what is public of its product; None when nothing is."""
    before = sql.one(
        """select r.id, r.number, r.digest, r.row_count, r.manifest from pointer t join release r on r.id = t.release_id
            where t.product_id = :product and t.grant_id = ''""",
        product=release["product_id"],
    )
    if before is None or before["id"] == release["id"]:
        return None
    old, new = _columns(before["manifest"]), _columns(release["manifest"])
    rows = int(before["row_count"])
    return {
        "product_id": release["product_id"],
        "route": release["route"],
        "number": before["number"],
        "rows_before": rows,
        "rows_after": int(release["row_count"]),
        "rows_change": round((int(release["row_count"]) - rows) / rows, 4) if rows else None,
        "added": sorted(set(new) - set(old)),
        "removed": sorted(set(old) - set(new)),
        "altered": sorted(name for name in set(old) & set(new) if old[name] != new[name]),
        "same_bytes": before["digest"] == release["digest"],
    }


def outdated(request: Mapping[str, Any], releases: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """What moved since the request was frozen: some of it ends the request (`ends`), some of it is only told."""
    found: list[dict[str, str]] = []
    entry = catalogue.entry_row(request["entry_id"]) or {}
    for release in releases:
        if release["state"] not in {"candidate", "approved", "published"}:
            found.append({"what": "release", "ends": "yes", "name": release["route"], "state": release["state"]})
        if (
            release["delivery_id"]
            and entry.get("current_delivery")
            and release["delivery_id"] != entry["current_delivery"]
        ):
            found.append({"what": "delivery", "ends": "no", "name": release["route"], "state": "newer"})
    plan = catalogue.plan_row(request["plan_id"]) or {}
    current = catalogue.latest_plan(request["entry_id"])
    if current and current["rule_set"] != plan.get("rule_set"):
        found.append({"what": "rules", "ends": "yes", "name": plan.get("rule_set", ""), "state": current["rule_set"]})
    sources = sql.rows("select state from source_item where entry_id = :entry", entry=request["entry_id"])
    if sources and not any(row["state"] == "active" for row in sources):
        found.append({"what": "source", "ends": "yes", "name": "hub", "state": sources[0]["state"]})
    if sql.scalar(
        "select count(*) from closure where scope = 'entry' and target = :entry and lifted_at is null",
        entry=request["entry_id"],
    ):
        found.append({"what": "closure", "ends": "no", "name": "entry", "state": "closed"})
    unique = {(item["what"], item["state"]): item for item in found}
    return list(unique.values())


def _may(request: Mapping[str, Any], user: str, taken: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Whether the reader may take the next step, and if not, the code of what stops him and who may."""
    asked = as_request(request, taken)
    live = request["state"] in LIVE
    answer: dict[str, Any] = {"withdraw": live and request["submitted_by"] == user, "holders": []}
    if asked.next_step is None:
        return {**answer, "approve": False, "why": WrongStep.code}
    organisation = request["organisation"]
    signed = {one.officer for one in asked.signed}
    holders = [name for name in roles.holders(organisation, steps()[asked.next_step].role) if name not in signed]
    approve, why = may(asked, user, roles.roles_in(user, organisation))
    return {**answer, "holders": holders, "approve": approve, "why": why}


def request_detail(request: Mapping[str, Any], user: str) -> dict[str, Any]:
    """Everything that the review page shows."""
    taken, releases = store.steps_of(request["id"]), store.releases_of(request["id"])
    plan = catalogue.plan_row(request["plan_id"]) or {"body": {}, "digest": "", "rule_set": ""}
    revision = sql.one("select * from entry_revision where id = cast(:id as uuid)", id=request["revision_id"]) or {}
    published = sql.one(
        "select v.id, v.body from entry e join entry_revision v on v.id = e.published_revision where e.entry_id = :entry",
        entry=request["entry_id"],
    )
    profile = None
    delivery = next((release["delivery_id"] for release in releases if release["delivery_id"]), None)
    loaded = None
    if delivery:
        profile = catalogue.profile_of(delivery)
        loaded = sql.one(
            "select id, rows, load_report, received_at, package_digest from delivery where id = cast(:id as uuid)",
            id=delivery,
        )
    step = request["step"]
    return {
        **{
            key: request[key]
            for key in ("id", "number", "kind", "state", "step", "due_on", "digests", "standing", "comment")
        },
        "submitted_by": request["submitted_by"],
        "submitted_at": request["submitted_at"],
        "decided_at": request["decided_at"],
        "required_steps": request["steps"],
        "step_role": steps()[step].role if step else None,
        "entry": {
            "id": request["entry_id"],
            "name": request["entry_name"],
            "title": (revision.get("body") or {}).get("title") or request["title"],
            "title_en": (revision.get("body") or {}).get("title_en") or "",
            "organisation": request["organisation"],
            "organisation_title": request["organisation_title"] or request["organisation"],
        },
        "revision": revision.get("body") or {},
        "plan": plan["body"],
        "rule_set": plan["rule_set"],
        "releases": [
            {
                "id": release["id"],
                "product": release["product_id"],
                "title": release["title"],
                "route": release["route"],
                "kind": release["kind"],
                "audience": release["audience"],
                "number": release["number"],
                "digest": release["digest"],
                "row_count": release["row_count"],
                "state": release["state"],
                "schema": (release["manifest"] or {}).get("schema") or {},
                "recipe_digest": (release["manifest"] or {}).get("recipe_digest"),
                "evidence": release["evidence"],
                "verdict": release["verdict"],
                "green": release["green"],
            }
            for release in releases
        ],
        "steps": taken,
        "changed": [change for change in map(changes, releases) if change],
        "described": revision_changes((published or {}).get("body"), revision.get("body") or {}),
        "outdated": outdated(request, releases) if request["state"] in {*LIVE, "approved"} else [],
        "not_checked": not_checked(releases, plan["body"]),
        "profile": (profile or {}).get("body"),
        "delivery": loaded,
        "may": _may(request, user, taken),
    }
