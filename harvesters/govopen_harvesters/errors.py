# SPDX-License-Identifier: Apache-2.0
"""Why an item or a delivery is not taken: one class per reason code, each with what to do, none with a cell.

`Transient` errors are tried again, `Terminal` ones quarantine the package; the runner goes by the class.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, ClassVar

__all__ = [
    "ApprovalExpired",
    "BadSignature",
    "DigestMismatch",
    "HarvestError",
    "HubUnreachable",
    "NotApproved",
    "Replayed",
    "SchemaMismatch",
    "SecrecyMarked",
    "SizeMismatch",
    "Terminal",
    "Transient",
    "TypeRefused",
    "Unreadable",
    "Withdrawn",
]


class Transient:
    """The cause may pass: the job waits and tries again."""


class Terminal:
    """The cause stays: the package is quarantined, the hub is told, the run goes on."""


@dataclass(eq=False, kw_only=True)
class HarvestError(Exception):
    """A refusal; its fields are harmless facts: names, row numbers, kinds, counts, digests."""

    code: ClassVar[str] = "hub"
    template_zh: ClassVar[str] = "无法采集该条目。"
    template_en: ClassVar[str] = "The item cannot be harvested."

    remote_id: str | None = None
    file: str | None = None
    row: int | None = None
    field: str | None = None
    kind: str | None = None
    count: int | None = None

    @property
    def detail(self) -> dict[str, Any]:
        """Give the facts that are set, without the code."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    def text(self, lang: str = "zh") -> str:
        """Say what happened, where, and what to do, in Chinese (`zh…`) or English."""
        chinese = lang.startswith("zh")
        facts = [
            f"{label[0 if chinese else 1]}{self.detail[name]}" for name, label in _LABELS.items() if name in self.detail
        ]
        if not facts:
            return self.template_zh if chinese else self.template_en
        return f"{self.template_zh}（{'，'.join(facts)}）" if chinese else f"{self.template_en} ({', '.join(facts)})"

    def __str__(self) -> str:
        """Say it in English, as logs do."""
        return f"{self.code}: {self.text('en')}"

    def __reduce__(self) -> tuple[Any, ...]:
        """Let workers pickle errors: keyword fields need this."""
        return partial(type(self), **asdict(self)), ()


_LABELS = {
    "remote_id": ("条目 ", "item "),
    "file": ("文件 ", "file "),
    "row": ("第几行 ", "row "),
    "field": ("字段 ", "field "),
    "kind": ("类型 ", "kind "),
    "count": ("数量 ", "count "),
}


class NotApproved(HarvestError, Terminal):
    """No approval, a pending, refused or revoked one, or one given for another wording of the entry."""

    code = "hub.not_approved"
    template_zh = "该条目没有有效的开放审批记录，或目录内容与审批时不一致。请数源单位在交换平台补办审批。"
    template_en = (
        "The item has no valid approval for opening, or its entry differs from what was approved. "
        "Ask the department to obtain approval on the hub."
    )


class ApprovalExpired(HarvestError, Terminal):
    """The approval has run out."""

    code = "hub.approval_expired"
    template_zh = "开放审批已过期。请数源单位在交换平台续期。"
    template_en = "The approval has expired. Ask the department to renew it on the hub."


class Withdrawn(HarvestError, Terminal):
    """The hub's catalogue says that the item is withdrawn."""

    code = "hub.withdrawn"
    template_zh = "该条目已被数源单位撤回，不再采集。"
    template_en = "The department has withdrawn the item; it is not harvested."


class BadSignature(HarvestError, Terminal):
    """A manifest, approval, order or answer is not signed by the hub's key."""

    code = "hub.signature"
    template_zh = "签名验证失败，内容不可信。请与交换平台核对公钥并要求重新签发。"
    template_en = (
        "The signature does not verify, so the content is not trusted. "
        "Compare public keys with the hub and have it signed anew."
    )


class Replayed(HarvestError, Terminal):
    """An old, validly signed message was served again."""

    code = "hub.replay"
    template_zh = "收到重放的旧交付清单。请交换平台提供当前批次。"
    template_en = "An old manifest was served again. Ask the hub for the current package."


class HubUnreachable(HarvestError, Transient):
    """The hub does not answer, or answers with a server error, after all retries."""

    code = "hub.unreachable"
    template_zh = "交换平台无法访问，采集中止，稍后将自动续采。"
    template_en = "The hub cannot be reached; the run stops here and resumes later."


class DigestMismatch(HarvestError, Terminal):
    """The bytes differ from the manifest's digests."""

    code = "package.digest"
    template_zh = "文件摘要与交付清单不一致，文件可能损坏或被篡改。请数源单位重新交付。"
    template_en = "The file's digest differs from the manifest; it may be damaged or altered. Have it delivered again."


class SizeMismatch(HarvestError, Terminal):
    """The file is shorter or longer than the manifest says, or larger than allowed."""

    code = "package.size"
    template_zh = "文件大小与交付清单不一致或超出上限。请数源单位重新交付。"
    template_en = "The file's size differs from the manifest or passes the limit. Have it delivered again."


class SchemaMismatch(HarvestError, Terminal):
    """Columns, types, constraints or the number of rows differ from the declared table schema."""

    code = "package.schema"
    template_zh = "数据表与声明的结构不一致。请数源单位修正数据或信息项。"
    template_en = (
        "The table differs from its declared schema. Ask the department to correct the data or the field list."
    )


class Unreadable(HarvestError, Terminal):
    """The file cannot be read without loss."""

    code = "package.unreadable"
    template_zh = "文件无法无损读取。请数源单位按清单所述编码和格式重新导出。"
    template_en = "The file cannot be read without loss. Have it exported again in the declared encoding and format."


class SecrecyMarked(HarvestError, Terminal):
    """The entry or the file carries a secrecy mark; its bytes are destroyed."""

    code = "package.secrecy_mark"
    template_zh = "发现密级标志，内容已销毁，仅保留清单与摘要。请立即联系保密部门。"
    template_en = (
        "A secrecy mark was found; the bytes are destroyed, manifest and digest stay. "
        "Contact the confidentiality office at once."
    )


class TypeRefused(HarvestError, Terminal):
    """A kind of resource or file that the platform does not publish yet."""

    code = "package.type"
    template_zh = "暂不支持该类型的资源。请改以数据表、文件或链接方式交付。"
    template_en = "This type of resource is not supported yet. Deliver it as a table, file or link."
