# SPDX-License-Identifier: Apache-2.0
"""Say in words, Chinese first, what a recipe makes of each column and what the result must meet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .recipe import Column, Recipe

__all__ = ["explain"]

ROLES = {
    "identifier": ("直接标识符", "identifier"),
    "quasi_identifier": ("准标识符", "quasi-identifier"),
    "sensitive": ("敏感属性", "sensitive"),
    "plain": ("一般属性", "plain"),
}
WORDS: Mapping[str, tuple[str, str]] = {
    "keep": ("原样发布", "is published as it is"),
    "drop": ("不发布", "is left out"),
    "mask": ("按图样遮盖 {pattern}", "is masked by {pattern}"),
    "pseudonym": ("换成带密钥的假名（密钥 {key_ref}）", "becomes a keyed pseudonym (key {key_ref})"),
    "hash": ("换成带密钥的摘要（密钥 {key_ref}）", "becomes a keyed hash (key {key_ref})"),
    "round": ("取整到 {base} 的倍数", "is rounded to multiples of {base}"),
    "top_code": ("封顶或封底：{top} / {bottom}", "is capped: top {top}, bottom {bottom}"),
    "suppress_cell": ("按条件置空", "is emptied where the condition holds"),
    "constant": ("全部换成固定值", "becomes one constant"),
    "redact_text": ("文本中的个人信息换成类别名", "has personal data in its text replaced by kinds"),
    "surname_only": ("只留姓氏", "keeps the surname only"),
    "grid": ("坐标落到不小于 {metres} 米的格网中心", "snaps to the middle of cells of at least {metres} m"),
}
LEVELS: Mapping[str, tuple[str, str]] = {
    "age_band": ("{width} 岁一段", "bands of {width} years"),
    "birth_year": ("{width} 年一段的出生年", "birth years in bands of {width}"),
    "date": ("日期到 {to}", "dates to the {to}"),
    "division": ("区划到 {to}", "divisions to the {to}"),
    "prefix": ("前 {length} 位", "first {length} characters"),
    "interval": ("宽 {width} 的区间", "intervals of {width}"),
    "table": ("泛化表第 {column} 列", "column {column} of its table"),
}


class _Blank(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "—"


def explain(recipe: Recipe, language: str = "zh") -> list[str]:
    """One sentence per column, then one per model."""
    at = 1 if language.startswith("en") else 0
    if recipe.kind == "cube":
        return _cube(recipe.data["aggregate"], at)
    lines = [_sentence(c, at) for c in recipe.columns]
    lines += [(f"结果须满足 {_model(m)}", f"The result meets {_model(m)}")[at] for m in recipe.models]
    lines.append(
        (
            f"最多整条删除 {recipe.suppression_limit:.1%} 的记录",
            f"At most {recipe.suppression_limit:.1%} of the records are left out",
        )[at]
    )
    return lines


def _model(model: Mapping[str, Any]) -> str:
    return " ".join(f"{k}={v}" for k, v in model.items() if k != "model") + f" ({model['model']})"


def _sentence(column: Column, at: int) -> str:
    role = ROLES[column.role][at]
    if column.operator == "generalise":
        steps = (" → ", " → ")[at].join(_level(column.params, level, at) for level in column.levels)
        return (f"{column.name}（{role}）：泛化，{steps}", f"{column.name} ({role}) is generalised: {steps}")[at]
    words = WORDS[column.operator][at].format_map(_Blank(column.params))
    return (f"{column.name}（{role}）：{words}", f"{column.name} ({role}) {words}")[at]


def _level(params: Mapping[str, Any], level: Mapping[str, Any], at: int) -> str:
    if level.get("all"):
        return ("全部", "anything")[at]
    if level.get("keep"):
        return ("原值", "as it is")[at]
    return LEVELS[params["hierarchy"]][at].format_map(_Blank(level))


def _cube(plan: Mapping[str, Any], at: int) -> list[str]:
    names = "、".join(d.get("name", d["column"]) for d in plan["dimensions"])
    measures = "、".join(m["name"] for m in plan["measures"])
    least = plan.get("minimum_cell", 10)
    return [
        (f"按 {names} 汇总 {measures}，其他列不发布", f"{measures} by {names}; no other column leaves")[at],
        (
            f"小于 {least} 的单元格隐去，并隐去足够多的其他单元格，使其无法推算",
            f"Cells below {least} are hidden, and enough others that none can be worked out",
        )[at],
    ]
