"""Whatever a template says exists in Chinese, and what is compiled is what is written."""

from __future__ import annotations

import gettext
import re
from importlib.resources import files

import pytest

ROOT = files("ckanext.govopen")
_SAID = re.compile(r"""\b_\(\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")""")
_ENTRY = re.compile(r'^msgid "((?:[^"\\]|\\.)*)"\nmsgstr "((?:[^"\\]|\\.)*)"$', re.MULTILINE)


def _said() -> set[str]:
    folders = [ROOT / "templates" / "portal", ROOT / "templates" / "portal_core", ROOT / "portal" / "pages"]
    texts = [
        path.read_text(encoding="utf-8")
        for folder in folders
        for path in folder.iterdir()
        if path.name.endswith((".html", ".py"))
    ]
    return {(one or two).replace("\\'", "'") for text in texts for one, two in _SAID.findall(text)}


def _written(lang: str) -> dict[str, str]:
    text = (ROOT / "i18n" / lang / "LC_MESSAGES" / "ckanext-govopen_portal.po").read_text(encoding="utf-8")
    return {msgid.replace('\\"', '"'): msgstr.replace('\\"', '"') for msgid, msgstr in _ENTRY.findall(text) if msgid}


def test_every_text_has_its_chinese() -> None:
    """A text without a translation would stand in English on a Chinese page."""
    written = _written("zh_Hans_CN")
    assert sorted(text for text in _said() if not written.get(text)) == []


def test_placeholders_survive_translation() -> None:
    """A lost placeholder is an error at the worst moment."""
    for msgid, msgstr in _written("zh_Hans_CN").items():
        assert sorted(re.findall(r"%\(\w+\)s|\{\w+\}", msgid)) == sorted(re.findall(r"%\(\w+\)s|\{\w+\}", msgstr)), (
            msgid
        )


@pytest.mark.parametrize("lang", ["zh_Hans_CN", "en"])
def test_the_compiled_file_is_fresh(lang: str) -> None:
    """CKAN reads the .mo: it says what the .po says."""
    with (ROOT / "i18n" / lang / "LC_MESSAGES" / "ckanext-govopen_portal.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for msgid, msgstr in _written(lang).items():
        assert compiled.gettext(msgid) == msgstr
