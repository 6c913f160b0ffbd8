"""The desk's words: each has its Chinese, each key has both languages, and what is compiled is what is written."""

from __future__ import annotations

import ast
import re
from importlib.resources import files
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

ROOT = files("ckanext.govopen")
SAID = re.compile(r"""\b_\(\s*(?:'((?:[^'\\]|\\.)+)'|"((?:[^"\\]|\\.)+)")\s*[,)]""")
FOREIGN = re.compile(r"""(?:src|href|action)=["'](?:https?:)?//""")


def _po(locale: str) -> Catalog:
    data = ROOT.joinpath("i18n", locale, "LC_MESSAGES", "ckanext-govopen_desk.po").read_bytes()
    return read_po(BytesIO(data), locale=locale)


def _texts() -> dict[str, str]:
    found = {}
    for folder in ("desk", "desk_core", "desk_core/user"):
        for file in ROOT.joinpath("templates", *folder.split("/")).iterdir():
            if file.name.endswith(".html"):
                found[f"{folder}/{file.name}"] = file.read_text(encoding="utf-8")
    return found


def test_every_word_on_a_page_has_its_chinese() -> None:
    """A text that was added to a template and not to the language file would be English on a Chinese page."""
    known = {message.id for message in _po("zh_Hans_CN") if message.string}
    said = {one or two for text in _texts().values() for one, two in SAID.findall(text)}
    assert len(said) > 200
    assert not {text for text in said if text not in known}


def test_every_word_that_the_code_says_has_its_chinese() -> None:
    """Refusals and notices are said in Python, and read by the same officers."""
    known = {message.id for message in _po("zh_Hans_CN") if message.string}
    said = set()
    for path in (*Path(str(ROOT), "desk").rglob("*.py"), Path(str(ROOT), "face.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            called = getattr(node, "func", None)
            name = getattr(called, "attr", getattr(called, "id", ""))
            if name in {"_", "Problem"} and node.args and isinstance(node.args[0], ast.Constant):  # type: ignore[attr-defined]
                said.add(node.args[0].value)  # type: ignore[attr-defined]
    assert len(said) > 50
    assert not said - known


KEYS_BY_HAND = frozenset(
    f"{kind} {code}"
    for kind, codes in {
        "state": "submitted reviewed security_ok deid_ok approved applied returned rejected lapsed withdrawn working open",
        "step": "submit review security deid approve",
        "route": "table table-licensee cube cube-licensee file link",
        "precheck": "ready blocked working in_review catalogue public",
        "gate": "direct_identifier k max_risk min_cell derivable_cells linkage fidelity quality accuracy checksum",
        "moved": "release delivery rules source closure",
    }.items()
    for code in codes.split()
)


def test_named_keys_are_all_there() -> None:
    """States, steps, routes, gates: the closed lists that the pages speak of."""
    for locale in ("zh_Hans_CN", "en"):
        known = {message.id for message in _po(locale) if message.string}
        assert not KEYS_BY_HAND - known, locale


def test_what_is_compiled_is_what_is_written() -> None:
    """The .mo files lie in the tree: a stale one would speak yesterday's words."""
    for locale in ("zh_Hans_CN", "en"):
        data = ROOT.joinpath("i18n", locale, "LC_MESSAGES", "ckanext-govopen_desk.mo").read_bytes()
        compiled = {m.id: m.string for m in read_mo(BytesIO(data)) if m.id}
        assert compiled == {m.id: m.string for m in _po(locale) if m.id and m.string}


def test_no_page_asks_another_host() -> None:
    """Styles, scripts and pictures are our own."""
    for name, text in _texts().items():
        assert not FOREIGN.search(text), name
    styles = ROOT.joinpath("assets", "desk", "public", "govopen-desk", "desk.css").read_text(encoding="utf-8")
    assert "url(" not in styles
    assert "@import" not in styles


def test_every_form_that_changes_something_carries_a_token() -> None:
    """A POST form without CSRF token would be refused by the door, and a person would not know why."""
    for name, text in _texts().items():
        for form in re.findall(r"<form[^>]*method=\"post\".*?</form>", text, re.DOTALL):
            assert "h.csrf_input()" in form, name
