# SPDX-License-Identifier: Apache-2.0
"""Administrative divisions: codes of 2, 4 and 6 digits with names, and the division that an address begins with."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

__all__ = ["Division", "Divisions", "divisions", "forget", "LEVELS"]

LEVELS = {"province": 2, "city": 4, "county": 6, "street": 9}
_PLACEHOLDER = re.compile(r"^(市辖区|县|省直辖县级行政区划|自治区直辖县级行政区划)$")
_SUFFIX = re.compile(
    r"(特别行政区|维吾尔自治区|壮族自治区|回族自治区|自治区|省|[\u4e00-\u9fff]{1,8}族[\u4e00-\u9fff]{0,6}自治[州县]|自治州|地区|盟|市|林区|区|县)$"
)


@dataclass(frozen=True, slots=True)
class Division:
    """One division: its code (2, 4 or 6 digits) and own name."""

    code: str
    name: str


class Divisions:
    """The list, by code and by name."""

    def __init__(self, rows: list[tuple[str, str]]) -> None:
        self.names = dict(rows)
        self.by_name: dict[str, list[str]] = {}
        self._paths: dict[str, str] = {}
        for code, name in rows:
            if _PLACEHOLDER.match(name):
                continue
            for form in {name, _short(name, code)}:
                self.by_name.setdefault(form, []).append(code)
        # Lengths of the names that begin with the same two characters, longest first: few look-ups per step.
        self.lengths: dict[str, list[int]] = {}
        for form in sorted(self.by_name, key=len, reverse=True):
            known = self.lengths.setdefault(form[:2], [])
            if len(form) not in known:
                known.append(len(form))

    def path(self, code: str) -> str:
        """Full name of a code: 浙江省杭州市西湖区. Placeholders such as 市辖区 are left out."""
        known = self._paths.get(code)
        if known is None:
            parts = (self.names.get(code[:n], "") for n in (2, 4, 6) if n <= len(code))
            known = self._paths[code] = "".join(p for p in parts if not _PLACEHOLDER.match(p))
        return known

    def known(self, code: str) -> bool:
        """Whether a code of 6 or more digits begins with a known county, or stands for a whole city or province."""
        return code[:6] in self.names or (code[4:6] == "00" and self._whole(code))

    def _whole(self, code: str) -> bool:
        return code[:4] in self.names or (code[2:4] == "00" and code[:2] in self.names)

    def parse(self, text: str) -> tuple[str, int]:
        """The deepest division that a text begins with, as code and the length that was read; ('', 0) for none."""
        return _parse(self, text[:40])


def _short(name: str, code: str) -> str:
    if len(code) == 6 and len(name) <= 3:
        return name
    short = _SUFFIX.sub("", name)
    return short if len(short) >= 2 else name


@lru_cache(maxsize=200_000)
def _parse(table: Divisions, text: str) -> tuple[str, int]:
    code, at = "", 0
    while at < len(text) and len(code) < 6:
        step = _step(table, text, at, code)
        if step is None:
            break
        code, at = step
    return code, at


def _step(table: Divisions, text: str, at: int, parent: str) -> tuple[str, int] | None:
    """The longest name at this place that lies inside what was read so far."""
    for length in table.lengths.get(text[at : at + 2], ()):
        end = at + length
        inside = [c for c in table.by_name.get(text[at:end], ()) if c.startswith(parent) and len(c) > len(parent)]
        if not inside:
            continue
        shallow = min(len(c) for c in inside)
        best = [c for c in inside if len(c) == shallow]
        if len(best) == 1:
            return best[0], end
    return None


def forget() -> None:
    """Drop the cache of parsed texts: it holds cells, and those stay in memory no longer than a call."""
    _parse.cache_clear()


@cache
def divisions() -> Divisions:
    """The list shipped with the package."""
    text = files(__package__).joinpath("data/divisions.csv").read_text(encoding="utf-8")
    return Divisions([(r["code"], r["name"]) for r in csv.DictReader(text.splitlines())])
