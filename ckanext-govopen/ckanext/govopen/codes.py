"""Code lists and reason codes, read from the data package and spoken in the reader's language.

Pure but for reading the package's own files once; both sides use it, so it knows no CKAN.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import yaml

__all__ = ["Code", "CodeList", "Reason", "load", "reason", "reasons"]

Lang = str
_OWN_COLUMNS = frozenset({"code", "zh", "en", "aliases"})


def in_english(lang: Lang) -> bool:
    """Tell whether `lang` is English; everything else is answered in Chinese, the first language here."""
    return lang.lower().startswith("en")


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """代码: one entry of a list, with its labels and whatever else the list says about it."""

    code: str
    zh: str
    en: str
    aliases: tuple[str, ...] = ()
    more: Mapping[str, str] = field(default_factory=dict)

    def label(self, lang: Lang = "zh_Hans_CN") -> str:
        """The label in `lang`; where a list has no English, the Chinese one stands in."""
        return self.en if in_english(lang) and self.en else self.zh


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeList:
    """代码表: stable codes in the order of the file."""

    name: str
    entries: Mapping[str, Code]
    spellings: Mapping[str, str]

    @property
    def codes(self) -> tuple[str, ...]:
        """All codes, in the order of the file."""
        return tuple(self.entries)

    def __contains__(self, code: object) -> bool:
        return code in self.entries

    def __iter__(self) -> Iterator[Code]:
        return iter(self.entries.values())

    def __getitem__(self, code: str) -> Code:
        return self.entries[code]

    def label(self, code: str, lang: Lang = "zh_Hans_CN") -> str:
        """The label of `code`; an unknown code is shown as it is, so that a page never breaks on one."""
        entry = self.entries.get(code)
        return entry.label(lang) if entry else code

    def find(self, spelling: str | None) -> str | None:
        """The code that a source means by `spelling`: a code, a label or an alias; None when it means none."""
        return self.spellings.get(str(spelling).strip().casefold()) if spelling not in (None, "") else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """原因: a coded refusal in one language, with what to do and who has to."""

    code: str
    title: str
    remedy: str
    who: str = ""


def _spellings(entries: Mapping[str, Code]) -> Mapping[str, str]:
    """Every spelling to its code; a code's own spelling wins over another's alias."""
    found: dict[str, str] = {}
    for code in entries.values():
        for spelling in (code.zh, code.en, *code.aliases):
            if spelling:
                found.setdefault(spelling.casefold(), code.code)
    return MappingProxyType(found | {code.casefold(): code for code in entries})


@cache
def load(name: str) -> CodeList:
    """Read the code list `name` (`themes`, `open_types`, …); an unknown name is a programming error."""
    text = files("govopen_schemas").joinpath("codes", f"{name}.csv").read_text(encoding="utf-8")
    entries = {
        row["code"]: Code(
            code=row["code"],
            zh=row["zh"],
            en=row["en"],
            aliases=tuple(filter(None, (row.get("aliases") or "").split("|"))),
            more=MappingProxyType({key: value for key, value in row.items() if key not in _OWN_COLUMNS}),
        )
        for row in csv.DictReader(io.StringIO(text))
    }
    return CodeList(name=name, entries=MappingProxyType(entries), spellings=_spellings(entries))


@cache
def reasons() -> Mapping[str, Mapping[str, str]]:
    """Every reason code with its texts, as the file has them."""
    text = files("govopen_schemas").joinpath("codes", "reasons.yaml").read_text(encoding="utf-8")
    return MappingProxyType(yaml.safe_load(text)["reasons"])


def reason(code: str, lang: Lang = "zh_Hans_CN") -> Reason:
    """The reason `code` in `lang`; an unlisted code keeps its own name, so that nobody is told nothing."""
    texts = reasons().get(code)
    if texts is None:
        return Reason(code=code, title=code, remedy="")
    suffix = "en" if in_english(lang) else "zh"
    return Reason(code=code, title=texts[suffix], remedy=texts[f"remedy_{suffix}"], who=texts["who"])
