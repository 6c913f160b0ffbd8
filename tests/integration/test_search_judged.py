"""Chinese search, judged: a core of its own in the running Solr, filled with the corpus, asked every judged query.

`python tests/integration/test_search_judged.py SOLR_URL CORE` prints the misses of a core that exists, for tuning.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pysolr
import pytest
import requests
import yaml

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
from test_projection_factory import corpus, ident  # noqa: E402 - the folder is no package.

from ckanext.govopen.portal.search import document, query  # noqa: E402

pytestmark = pytest.mark.integration
QUERIES = yaml.safe_load((HERE / "test_search_queries.yaml").read_text(encoding="utf-8"))["queries"]


def documents() -> list[dict[str, Any]]:
    """The corpus as the projector hands it to Solr."""
    made = []
    for name, (body, org) in corpus().items():
        shown = {
            **body,
            "name": name,
            "organization": {"name": org["name"], "title": org["title"]},
            "metadata_modified": "2026-11-01T00:00:00",
        }
        base = {
            "index_id": ident("entry", name),
            "id": ident("entry", name),
            "name": name,
            "site_id": "judged",
            "title": body["title"],
        }
        base |= {"notes": body["notes"], "validated_data_dict": json.dumps(shown, ensure_ascii=False)}
        made.append(document.enrich(base))
    return made


def ask(solr: pysolr.Solr, q: str, rows: int = 20) -> list[str]:
    """Names in the order that a visitor sees."""
    params = query.asked(q)
    if "defType" in params:
        params |= query.EXTRA
    return [doc["name"] for doc in solr.search(**params, fl="name,score", rows=rows, sort="score desc, name asc").docs]


def misses(solr: pysolr.Solr) -> list[str]:
    """Every judged query that is not answered as it should be."""
    found = []
    for judged in QUERIES:
        names = ask(solr, judged["q"])
        if judged.get("none") and names:
            found.append(f"{judged['q']}: should find nothing, found {names[:3]}")
        found += [
            f"{judged['q']}: {name} is not among the first three {names[:4]}"
            for name in judged.get("best", [])
            if name not in names[:3]
        ]
        found += [
            f"{judged['q']}: {name} is missing in {names[:6]}" for name in judged.get("also", []) if name not in names
        ]
    return found


def fill(solr: pysolr.Solr) -> None:
    """Empty the core and fill it with the corpus."""
    solr.delete(q="*:*", commit=True)
    solr.add(documents(), commit=True)


@pytest.fixture(scope="module")
def judged_core(home: Any) -> Iterator[pysolr.Solr]:
    """A core of our own beside the two of the home, gone again afterwards."""
    url, folder = home.status()["solr_url"], home.layout.solr / "judged"
    shutil.copytree(str(files("govopen_stack").joinpath("solr", "conf")), folder / "conf", dirs_exist_ok=True)
    made = requests.get(
        f"{url}/admin/cores", params={"action": "CREATE", "name": "judged", "instanceDir": str(folder)}, timeout=60
    )
    assert made.status_code == 200, made.text[:500]
    solr = pysolr.Solr(f"{url}/judged", timeout=60)
    fill(solr)
    yield solr
    requests.get(
        f"{url}/admin/cores", params={"action": "UNLOAD", "core": "judged", "deleteInstanceDir": "true"}, timeout=60
    )


def test_judged_queries_are_answered(judged_core: pysolr.Solr) -> None:
    """Every judged query finds what it should, in its place, and absurd ones find nothing."""
    assert misses(judged_core) == []


def test_a_text_past_the_string_limit_is_indexed(judged_core: pysolr.Solr) -> None:
    """Sixty thousand characters of notes and a column list as long go in, and are found."""
    shown = {
        "title": "长文本",
        "notes": "沧海桑田" * 15_000,
        "govopen_fields": json.dumps([{"name": "x", "description_zh": "字" * 40_000}]),
    }
    base = {
        "index_id": "long",
        "id": "long",
        "name": "long",
        "site_id": "judged",
        "title": "长文本",
        "some_extra": "长" * 40_000,
    }
    judged_core.add(
        [document.enrich({**base, "validated_data_dict": json.dumps(shown, ensure_ascii=False)})], commit=True
    )
    assert ask(judged_core, "沧海桑田")[0] == "long"
    judged_core.delete(id="long", commit=True)


if __name__ == "__main__":
    core = pysolr.Solr(f"{sys.argv[1].rstrip('/')}/{sys.argv[2]}", timeout=60)
    fill(core)
    for line in misses(core):
        print(line)
    print(f"{len(QUERIES)} queries")
