"""A refusal that only the desk can find: the catalogue does not take the entry's words."""

from __future__ import annotations

from govopen_harvesters.errors import HarvestError, Terminal

__all__ = ["EntryRefused"]


class EntryRefused(HarvestError, Terminal):
    """CKAN's validation refuses the working entry; `field` names what is missing or wrong."""

    code = "entry.incomplete"
    template_zh = "目录信息不完整或取值不合规，无法建立目录项。请数源单位补正后重新登记。"
    template_en = (
        "The catalogue entry lacks a field or has a wrong value. Ask the department to mend and list it again."
    )
