"""What callers read: every code of the data service in Chinese and English, from the one list of reason codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ckanext.govopen.codes import reasons

__all__ = ["CODES", "text"]

CODES: Mapping[str, tuple[str, str]] = {
    code: (listed["answer_zh"], listed["answer_en"]) for code, listed in reasons().items() if "answer_zh" in listed
}
"""The codes that the data service answers with; the others belong to the desk and the machine room."""


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
