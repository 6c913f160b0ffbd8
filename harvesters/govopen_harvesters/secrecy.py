"""密级标志: find a secrecy mark where officers put them, without crying wolf at 商业秘密保护.

Pure. A mark is a grade with a ★, a grade with a term, a grade behind 密级：, or a grade that stands alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Mark", "secrecy_mark"]

_GRADE = r"(?P<grade>绝\s*密|机\s*密|秘\s*密|内\s*部)"
_TERM = r"(?:\d{1,3}\s*(?:年|个月|天|日)|[一二三四五六七八九十]{1,3}年|长期|启封前|解密前)"
_PATTERNS = (
    ("star", re.compile(_GRADE + r"\s*[★☆✭✮⭐*]")),
    ("label", re.compile(r"(?:密\s*级|保密级别|保密等级|涉密等级)\s*[:：]?\s*[\[(（【《]?\s*" + _GRADE)),
    # Without a star, 商业秘密 3 年 or 内部 5 年级 are ordinary words: the grade must begin the text or follow a break.
    (
        "term",
        re.compile(
            r"(?:^|[\s\[(（【《_\-,，。;；|])" + _GRADE + r"\s*[\[(（【_\-]?\s*" + _TERM + r"(?![级度龄份])",
            re.MULTILINE,
        ),
    ),
    ("alone", re.compile(r"(?:^|[\[(（【《])\s*(?P<grade>绝\s*密|机\s*密|秘\s*密)\s*(?:$|[\])）】》])", re.MULTILINE)),
    (
        "internal",
        re.compile(
            r"(?P<grade>内\s*部)(?:资料|文件|材料|数据|使用)?[\s,，;；、:：]*(?:注意保存|注意保密|不得外传|严禁外传|请勿外传|不得公开)"
        ),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A secrecy mark: its grade, where it stood, and by which form it was known."""

    grade: str
    where: str
    form: str


def secrecy_mark(descriptor: Mapping[str, Any], filename: str = "", head_text: str = "") -> Mark | None:
    """Find the first mark in title, abstract, field names, file name or the text at a file's head."""
    for where, text in _places(descriptor, filename, head_text):
        plain = unicodedata.normalize("NFKC", text)
        for form, pattern in _PATTERNS:
            match = pattern.search(plain)
            if match is not None:
                return Mark(grade="".join(match.group("grade").split()), where=where, form=form)
    return None


def _places(descriptor: Mapping[str, Any], filename: str, head_text: str) -> Iterator[tuple[str, str]]:
    for key in ("title_translated", "notes_translated", "row_meaning", "caveats"):
        value = descriptor.get(key)
        for text in value.values() if isinstance(value, Mapping) else [value]:
            if isinstance(text, str):
                yield key, text
    for key in ("secrecy", "tags"):
        value = descriptor.get(key)
        for text in value if isinstance(value, list) else [value]:
            if isinstance(text, str):
                yield key, text
    for column in descriptor.get("fields") or []:
        for key in ("name_zh", "name_en"):
            if isinstance(column, Mapping) and isinstance(column.get(key), str):
                yield "fields", column[key]
    yield "file name", filename.rsplit(".", 1)[0]
    yield "head", head_text
