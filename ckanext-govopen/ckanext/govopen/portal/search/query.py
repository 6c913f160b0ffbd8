"""What a visitor typed, made into an edismax query that reads Chinese.

Pure. CKAN's own dismax sees a run of Chinese as one clause, so its bigrams are OR-ed: an absurd query finds anything.
edismax with words and bigrams side by side makes each of them a clause under `mm`; particles go first, or 的 alone
would make a query too strict.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

__all__ = ["EXTRA", "FACETS", "asked", "clean", "prepare"]

FACETS = ("theme", "open_type", "grade", "provider", "region", "update_cycle", "format", "high_value")
"""Facet fields, in the order a visitor sees them."""

QF = "title_exact^12 title_word^4 title_bi^2.5 keyword_word^2.5 keyword_bi^1.5 body_word^1 body_bi^0.6 name^3 resource_code^3"
PF = "title_bi^6 title_word^6 body_bi^1"
MM = "2<-1 4<70%"
LOOSE = "40%"
"""For the second question, asked only where the first one found nothing."""
EXTRA = {"pf": PF, "ps": 2, "uf": "-*", "sow": "false"}
"""What our own search adds: CKAN's package_search lets these parameters not through."""
BOOST = "product(sum(1,div(def(quality,0),1000)),sum(1,recip(ms(NOW/DAY,modified_dt),3.16e-11,0.1,1)))"
PINYIN = " title_py^3 title_pyi^3"

_PARTICLES = re.compile("(?:有没有|哪些|什么|怎么|如何|请问|查一下|查询一下|的|了|吗|呢|和|与|及|或|在)")
_SPECIAL = re.compile(r'([+\-!(){}\[\]^"~*?:\\/&|])')
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff]")
_LATIN = re.compile(r"^[A-Za-z' ]{2,40}$")
_SPACE = re.compile(r"\s+")
LONGEST = 200


def clean(text: str) -> str:
    """One line of plain words: full width folded, particles between Chinese words dropped, nothing that Solr reads."""
    folded = unicodedata.normalize("NFKC", text or "").replace("\x00", " ")[:LONGEST]
    words = []
    for word in _SPACE.split(folded.strip()):
        if _HAN.search(word) and len(word) > 2:
            kept = _SPACE.sub(" ", _PARTICLES.sub(" ", word)).strip()
            word = kept or word  # noqa: PLW2901 - a word of particles alone is searched as it is.
        if word:
            words.append(word)
    escaped = _SPECIAL.sub(r"\\\1", " ".join(words))
    return re.sub(r"\b(AND|OR|NOT)\b", lambda m: m.group(1).lower(), escaped)


def asked(text: str) -> dict[str, Any]:
    """The parameters for what a visitor typed: words only, whatever it looks like."""
    cleaned = clean(text)
    if not cleaned:
        return {"q": "*:*"}
    qf = QF + PINYIN if _LATIN.match(cleaned) else QF
    return {"q": cleaned, "defType": "edismax", "qf": qf, "mm": MM, "tie": "0.1", "boost": BOOST}


def prepare(params: dict[str, Any]) -> dict[str, Any]:
    """The parameters CKAN sends to Solr, with ours for plain words; a field query of a program stays as it is."""
    q = str(params.get("q") or "").strip()
    if not q or q == "*:*" or params.get("defType"):
        return params
    if re.match(r"^[+-]?[A-Za-z_][\w.]*:\S", q):
        return params
    return {**params, **asked(q)}
