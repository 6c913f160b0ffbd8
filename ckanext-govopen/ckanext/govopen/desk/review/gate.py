"""Which gates a candidate does not pass, judged again from its evidence whenever somebody decides on it.

Pure. A stored verdict is for pages and lists; that nobody opens what does not pass is never taken from it alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..rules.decision import Plan
from ..rules.table import RuleSet
from ..rules.verdict import verdict

__all__ = ["red_codes"]

UNMEASURED = "gate.fidelity"


def red_codes(release: Mapping[str, Any], plan: Mapping[str, Any], rules: RuleSet) -> list[str]:
    """Codes of the gates that `release` does not pass; what was not built or not measured has not passed."""
    stored = release.get("verdict") or {}
    red = [str(gate["code"]) for gate in stored.get("gates") or () if not gate.get("ok")]
    if release.get("state") == "failed":
        return red or ["vault.failed"]
    route, evidence = Plan.from_dict(plan).route(str(release["route"])), release.get("evidence")
    again = verdict(route, evidence, rules).red if route is not None and evidence else (UNMEASURED,)
    found = list(dict.fromkeys([*red, *again]))
    return found or ([] if release.get("green") else [UNMEASURED])
