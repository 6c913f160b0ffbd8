"""Chinese titles as people type them on a Latin keyboard: full pinyin and initials, from every word start. Pure."""

from __future__ import annotations

import re
from functools import cache

from ckanext.govopen import codes

__all__ = ["readings"]

_HAN_RUN = re.compile("[\u3400-\u9fff]+|[A-Za-z0-9]+")
LONGEST = 40
"""Characters of a title that are read; the rest is found by its characters."""


@cache
def _reader() -> object:
    """Pypinyin with the divisions' names as phrases, or 重庆市长寿区 would be read shi-zhang-shou."""
    import pypinyin

    plain = {"重庆": "chong qing", "长寿": "chang shou", "厦门": "xia men", "六安": "lu an", "台州": "tai zhou"}
    names = {code.zh for code in codes.load("regions") if 1 < len(code.zh) < 9}
    phrases = {word: [[part] for part in sound.split()] for word, sound in plain.items()}
    for name in names:
        for word, sound in plain.items():
            if name.startswith(word) and name != word:
                rest = pypinyin.lazy_pinyin(name[len(word) :])
                phrases[name] = [[part] for part in (*sound.split(), *rest)]
    pypinyin.load_phrases_dict(phrases)
    return pypinyin


def readings(text: str) -> tuple[list[str], list[str]]:
    """Full pinyin and initials of `text`, once from each of its characters on."""
    pypinyin = _reader()
    sounds: list[str] = []
    for run in _HAN_RUN.findall(text[:LONGEST]):
        sounds += [run.lower()] if run.isascii() else pypinyin.lazy_pinyin(run)  # type: ignore[attr-defined]
    full = ["".join(sounds[start:]) for start in range(len(sounds))]
    initials = ["".join(sound[0] for sound in sounds[start:] if sound) for start in range(len(sounds))]
    return [word for word in full if len(word) > 1], [word for word in initials if len(word) > 1]
