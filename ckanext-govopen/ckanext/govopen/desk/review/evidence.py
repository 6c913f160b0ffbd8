"""尽职凭证: one document that proves for a decision which rules, measures and people it rests on.

Pure: made of plan, verdicts and signatures alone, so that it can be made again and compared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..rules.decision import Plan
from ..rules.verdict import Verdict
from .steps import Signature, steps

__all__ = ["FORMAT", "NOT_CHECKED", "diligence", "not_checked"]

FORMAT = "govopen-diligence/1"
# 本次未检查: what no machine looked at, said aloud. By kind of product; `all` is said always.
NOT_CHECKED: Mapping[str, tuple[tuple[str, str], ...]] = {
    "all": (("与平台之外数据的关联", "Linkage with data outside this platform"),),
    "table": (("字段含义与实际业务是否相符", "Whether meanings fit the business behind them"),),
    "cube": (("维度取值的业务含义", "The business meaning of the dimensions' values"),),
    "file": (("文件内容（由人工阅读）", "The content of the file (a person reads it)"),),
    "link": (("链接返回的内容", "What the link answers"),),
}


def not_checked(plan: Plan) -> list[dict[str, str]]:
    """What was not checked for the products of `plan`, and the clauses whose text nobody verified."""
    kinds = ("all", *dict.fromkeys(route.kind for route in plan.routes))
    said = [{"zh": zh, "en": en} for kind in kinds for zh, en in NOT_CHECKED[kind]]
    fired = {one.rule: one for route in plan.routes for one in route.fired}
    unverified = sorted(rule for rule, one in fired.items() if not one.verified)
    if unverified:
        listed = ", ".join(unverified)
        said.append(
            {"zh": f"条文未逐字核对的规则：{listed}", "en": f"Rules whose clause text was not verified: {listed}"}
        )
    return said


def diligence(
    *,
    number: int,
    digests: Mapping[str, Any],
    plan: Plan,
    verdicts: Sequence[Verdict],
    taken: Sequence[Signature],
) -> dict[str, Any]:
    """The proof: digests, rules with clauses, figures against limits, who signed what, what was not checked."""
    return {
        "format": FORMAT,
        "number": number,
        "digests": dict(digests),
        "rule_set": plan.rule_set,
        "decision": {
            "open_type": plan.open_type.value,
            "grade": plan.grade,
            "national_grade": plan.national_grade,
            "closed": plan.closed,
        },
        "rules": [
            {"rule": one.rule, "zh": one.zh, "en": one.en, "verified": one.verified}
            for one in {one.rule: one for route in plan.routes for one in route.fired}.values()
        ],
        "gates": [verdict.to_dict() for verdict in verdicts],
        "steps": [
            {
                "step": one.step,
                "zh": steps()[one.step].zh,
                "en": steps()[one.step].en,
                "officer": one.officer,
                "decision": one.decision,
                "comment": one.comment,
            }
            for one in taken
        ],
        "not_checked": not_checked(plan),
    }
