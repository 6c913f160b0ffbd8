"""The government thesaurus: SKOS in, Solr synonyms out.

`python -m ckanext.govopen.portal.search.thesaurus` writes the synonyms file anew; a test says when it is stale.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

__all__ = ["concepts", "solr_lines"]

HEAD = "# Made of govopen_schemas/vocab/government.ttl by ckanext.govopen.portal.search.thesaurus: change it there.\n"
_CONCEPT = re.compile(r"^gov:[\w-]+ a skos:Concept ;.*$", re.MULTILINE)
_PREF = re.compile(r'skos:prefLabel "([^"]+)"@zh')
_ALT = re.compile(r"skos:altLabel ([^;.]+)")
_LABEL = re.compile(r'"([^"]+)"@zh')


@cache
def concepts() -> tuple[tuple[str, ...], ...]:
    """Each concept's Chinese names, the preferred one first; the file keeps one concept on a line."""
    text = files("govopen_schemas").joinpath("vocab", "government.ttl").read_text(encoding="utf-8")
    found = []
    for line in _CONCEPT.findall(text):
        preferred, others = _PREF.search(line), _ALT.search(line)
        if preferred:
            found.append((preferred[1], *(_LABEL.findall(others[1]) if others else ())))
    return tuple(found)


def solr_lines(names: Iterable[tuple[str, ...]]) -> list[str]:
    """Synonym rules: every name of a concept also asks for its preferred name, and the other way round for short ones."""
    lines = []
    for preferred, *others in names:
        lines += [f"{other} => {other},{preferred}" for other in others if other != preferred]
    return lines


def main() -> None:
    """Write the synonyms file of the Solr configset."""
    from pathlib import Path

    target = Path(str(files("govopen_stack"))) / "solr" / "conf" / "synonyms.txt"
    target.write_text(HEAD + "\n".join(solr_lines(concepts())) + "\n", encoding="utf-8")
    sys.stdout.write(f"{target}: {len(concepts())} concepts\n")


if __name__ == "__main__":
    main()
