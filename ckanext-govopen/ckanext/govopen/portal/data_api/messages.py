"""What callers read: every code of the data service in Chinese and English, Chinese first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["CODES", "text"]

CODES: Mapping[str, tuple[str, str]] = {
    "missing": (
        "没有找到：{subject}。请核对编号或名称。",
        "Nothing is here under {subject}. Check the id or the name.",
    ),
    "method": ("该地址不支持 {subject} 方法。", "This address does not take {subject}."),
    "internal": ("服务内部出错，请凭 request_id 反馈。", "The service failed. Report it with the request_id."),
    "service.database": (
        "数据库暂时无法访问，请稍后重试。",
        "The database cannot be reached at the moment. Try again shortly.",
    ),
    "release.closed": (
        "该数据已关停，不再提供。详见公告。",
        "These data are closed and no longer served. See the notice.",
    ),
    "release.none": ("该产品目前没有已发布的版本。", "This product has no published release at present."),
    "release.preparing": (
        "该格式正在生成，请稍后重试，或先下载 CSV、JSON、Parquet。",
        "This format is being made. Try again shortly, or take CSV, JSON or Parquet.",
    ),
    "release.format": (
        "该产品不提供 {subject} 格式。可选：{choices}。",
        "This product has no format {subject}. Choose one of: {choices}.",
    ),
    "release.parts": (
        "该版本的数据文件暂缺，请凭 request_id 反馈。",
        "A file of this release is missing. Report it with the request_id.",
    ),
    "access.no_grant": (
        "该产品仅向持有有效授权的单位提供（有条件开放）。请先申请授权，并在请求头 X-Key 中发送 key_id.secret。",
        "This product is open to licensees with a valid grant only. Apply for one and send X-Key: key_id.secret.",
    ),
    "access.key": (
        "密钥无效、已过期或已撤销。X-Key 的格式为 key_id.secret。",
        "The key is unknown, expired or revoked. X-Key is written key_id.secret.",
    ),
    "access.quota": (
        "超出调用限额（{subject}）。请减少请求量、稍后重试，或申请更高限额。",
        "Over the quota ({subject}). Ask for less, wait, or apply for more.",
    ),
    "query.field": ("没有字段或参数“{subject}”。", "There is no column or parameter {subject}."),
    "query.operator": (
        "字段“{subject}”不支持该比较方式。可用：{choices}。",
        "Column {subject} does not take this operator. It takes: {choices}.",
    ),
    "query.value": (
        "“{subject}”的取值不合要求：应为{expected_zh}。",
        "The value of {subject} does not fit: {expected}.",
    ),
    "query.limit": ("“{subject}”超出上限 {limit}。", "{subject} is over the limit of {limit}."),
    "query.cursor": (
        "翻页游标无效，或与本次查询条件不符。请从第一页重新开始。",
        "The cursor is invalid or belongs to another query. Start again at the first page.",
    ),
    "query.kind": (
        "该产品不是数据表，不能按行查询，请使用下载。",
        "This product is no table and has no rows. Use the download.",
    ),
    "query.cost": (
        "该查询过于复杂，未能在时限内完成。请增加筛选条件或下载整个文件。",
        "This query takes too much. Filter more, or download the whole file.",
    ),
}


def text(code: str, facts: Mapping[str, Any]) -> dict[str, str]:
    """The message of a code in both languages, filled with facts."""
    zh, en = CODES.get(code, CODES["internal"])
    filled = {
        "subject": "",
        "choices": "",
        "limit": "",
        "expected": "",
        "expected_zh": facts.get("expected", ""),
        **{key: str(value) for key, value in facts.items()},
    }
    return {"zh": zh.format_map(filled), "en": en.format_map(filled)}
