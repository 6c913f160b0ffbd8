"""Direct identifiers found again in what was written, and check digits of codes: SQL expressions of the meter's own.

Independent of `govopen_anonymize`: other patterns, other arithmetic. What it reports is a column, a kind and a count.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb

from ckanext.govopen.releases.duck import quoted

__all__ = ["check_digits", "direct_identifiers"]

_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_BASE36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ID_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭"
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳"
    "酆鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞"
    "熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯管卢莫房丁邓石崔吉龚程邢裴陆荣翁"
    "侯段侬叶白黎涂池谭辛乔尚温龙覃欧阳易廖聂曾关付"
)


def _weighted(expression: str, weights: list[int], alphabet: str) -> str:
    """The weighted sum of a text's characters by their place in an alphabet."""
    return " + ".join(
        f"(strpos('{alphabet}', substr({expression}, {place}, 1)) - 1) * {weight}"
        for place, weight in enumerate(weights, 1)
    )


_IDENTITY = (
    "regexp_full_match(v, '[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9X]')"
    f" and substr('10X98765432', ({_weighted('v', _ID_WEIGHTS, '0123456789')}) % 11 + 1, 1) = substr(v, 18, 1)"
)
# Lists with their index have no portable form in SQL, so Luhn is a sum over places from the right.
_LUHN = (
    "("
    + " + ".join(
        f"(case when length(v) >= {place} then "
        + (
            f"coalesce(try_cast(substr(v, length(v) - {place - 1}, 1) as integer), 0)"
            if place % 2
            else f"(coalesce(try_cast(substr(v, length(v) - {place - 1}, 1) as integer), 0) * 2) % 10 +"
            f" (coalesce(try_cast(substr(v, length(v) - {place - 1}, 1) as integer), 0) * 2) // 10"
        )
        + " else 0 end)"
        for place in range(1, 20)
    )
    + ") % 10 = 0"
)
# kind, tag, condition on the whole value (spaces, dashes and full-width digits folded), least share of filled cells
_KINDS = (
    ("resident_id", "person.id_number", _IDENTITY, 0.0),
    ("resident_id_masked", "person.masked_id", "regexp_full_match(v, '[1-9][0-9]{2,9}[*＊]{4,14}[0-9X]{0,6}')", 0.02),
    ("mobile", "person.phone", "regexp_full_match(v, '(0086|86)?1[3-9][0-9]{9}') and {text}", 0.005),
    ("mobile_number", "person.phone", "regexp_full_match(v, '1[3-9][0-9]{9}') and not {text}", 0.5),
    ("bank_card", "person.bank_card", "regexp_full_match(v, '(62|4[0-9]|5[1-5])[0-9]{14,17}') and " + _LUHN, 0.5),
    ("passport", "person.passport", "regexp_full_match(v, '(E[A-HJ-NP-Z]?|G|D|S|P)[0-9]{7,8}')", 0.5),
    (
        "plate",
        "person.plate",
        "regexp_full_match(v, '[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][A-Z0-9]{5,6}')",
        0.2,
    ),
    ("hashed_identifier", "person.masked_id", "regexp_full_match(v, '[0-9A-F]{32}|[0-9A-F]{40}|[0-9A-F]{64}')", 0.9),
)
# Inside longer texts, whatever stands around it.
_INSIDE = (
    (
        "resident_id_in_text",
        "person.id_number",
        "(^|[^0-9])[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]([^0-9Xx]|$)",
    ),
    ("mobile_in_text", "person.phone", "(^|[^0-9])1[3-9][0-9]{9}([^0-9]|$)"),
)
_SUSPICIOUS = "[0-9０-９][0-9０-９ -]{6,}|[*＊]{4}|[0-9A-Fa-f]{32}|[A-Za-z][0-9]{7}|^[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z]"
_ORG = frozenset({"org.phone", "org.uscc", "org.code", "org.bank_account"})


def direct_identifiers(
    db: duckdb.DuckDBPyConnection, schema: Mapping[str, str], *, subject: str, tags: Mapping[str, frozenset[str]]
) -> list[dict[str, Any]]:
    """Every column of the written release in which direct identifiers of persons stand again."""
    found: list[dict[str, Any]] = []
    for name, kind in schema.items():
        if kind not in {"VARCHAR", "BIGINT"}:
            continue
        own = tags.get(name, frozenset())
        column = quoted(name)
        suspicious = db.execute(  # Cheap and generous: most columns hold nothing that the dear tests could find.
            f"select count(*) from (select distinct {column}::varchar w from r) where regexp_matches(w, '{_SUSPICIOUS}')"
            + (" or regexp_full_match(w, '\\p{Han}{2,3}')" if subject == "person" else "")
        ).fetchone()
        if not suspicious or not suspicious[0]:
            continue
        is_text = "true" if kind == "VARCHAR" else "false"
        tests = ", ".join(f"sum(n) filter (where {test.replace('{text}', is_text)})" for _, _, test, _ in _KINDS)
        inside = ", ".join(
            f"sum(n) filter (where length(w) > 20 and regexp_matches(w, '{test}'))" for _, _, test in _INSIDE
        )
        row = db.execute(
            f"""with d as (select {column}::varchar w, count(*) n from r where {column} is not null group by 1),
                    f as (select w, n, upper(replace(replace(translate(trim(w), '０１２３４５６７８９', '0123456789'),
                                 ' ', ''), '-', '')) v from d)
                select sum(n), count(*), {tests}, {inside},
                       sum(n) filter (where regexp_full_match(w, '\\p{{Han}}{{2,3}}')
                                        and contains('{_SURNAMES}', substr(w, 1, 1))) from f"""
        ).fetchone()
        if row is None or not row[0]:
            continue
        filled, distinct, counts = int(row[0]), int(row[1]), [int(value or 0) for value in row[2:]]
        for (what, tag, _, least), count in zip(_KINDS, counts[: len(_KINDS)], strict=True):
            if (
                count
                and count / filled >= least
                and not (own & _ORG and tag in {"person.phone", "person.bank_card", "person.masked_id"})
            ):
                found.append(_found(name, what, tag, count, filled))
        for (what, tag, _), count in zip(_INSIDE, counts[len(_KINDS) : -1], strict=True):
            if count and subject == "person":
                found.append(_found(name, what, tag, count, filled))
        if subject == "person" and kind == "VARCHAR" and distinct > 200 and counts[-1] / filled > 0.8:
            found.append(_found(name, "personal_name", "person.name", counts[-1], filled))
    return found


def _found(column: str, kind: str, tag: str, count: int, filled: int) -> dict[str, Any]:
    return {"column": column, "kind": kind, "tag": tag, "count": count, "share": round(count / filled, 6)}


_CODES = {
    "uscc": (
        "org.uscc",
        "regexp_full_match(v, '[0-9A-Z]{18}')",
        (
            "regexp_full_match(v, '[0-9A-HJ-NPQRTUWXY]{18}') and "
            f"(31 - ({_weighted('v', [pow(3, i, 31) for i in range(17)], _USCC)}) % 31) % 31"
            f" = strpos('{_USCC}', substr(v, 18, 1)) - 1"
        ),
    ),
    "org9": (
        "org.code",
        "regexp_full_match(v, '[0-9A-Z]{8}-?[0-9X]')",
        f"substr('0123456789X0', 12 - ({_weighted('v', [3, 7, 9, 10, 5, 8, 4, 2], _BASE36)}) % 11, 1) = right(v, 1)",
    ),
}


def check_digits(
    db: duckdb.DuckDBPyConnection, schema: Mapping[str, str], tags: Mapping[str, frozenset[str]]
) -> list[dict[str, Any]]:
    """How many codes of each tagged column have a check digit that does not fit."""
    checked = []
    for name, kind in schema.items():
        for code, (tag, looks, holds) in _CODES.items():
            if kind != "VARCHAR" or tag not in tags.get(name, frozenset()):
                continue
            column = quoted(name)
            row = db.execute(
                f"""with f as (select replace(upper(trim({column})), '-', '') v from r where {column} is not null)
                    select count(*) filter (where {looks}), count(*) filter (where {looks} and not ({holds})) from f"""
            ).fetchone()
            if row and row[0]:
                checked.append({"column": name, "kind": code, "checked": int(row[0]), "failed": int(row[1])})
    return checked
