"""Docs and data agree with the code: reference pages are fresh, and every stable code has its text in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from govopen_stack.reference import pages

ROOT = Path(__file__).parents[2]
SOURCES = [ROOT / "ckanext-govopen" / "ckanext" / "govopen", ROOT / "harvesters" / "govopen_harvesters"]
CODE = re.compile(
    r"\"((?:hub|package|entry|rule|gate|review|release|access|standing|query|vault)\.[a-z_]+(?:\.[a-z_]+)?)\""
)
# Words of these families also name files and modules: only what is set as an error's code counts.
CODE_OF_ERROR = re.compile(r"\bcode(?:: ClassVar\[str\])? = \"([a-z_]+(?:\.[a-z_]+)+)\"")
SETTING = re.compile(r"\"(govopen\.[a-z_]+(?:\.[a-z_]+)+)\"")


@pytest.mark.parametrize("name", sorted(pages()))
def test_reference_page_is_fresh(name: str) -> None:
    """The committed page equals what the declaration says."""
    assert (ROOT / "docs" / "reference" / name).read_text("utf-8") == pages()[name], f"{name}: run `make docs`"


def _texts() -> str:
    return "\n".join(
        path.read_text("utf-8")
        for folder in SOURCES
        for path in sorted(folder.rglob("*.py"))
        if "migration" not in path.parts and "reference_hub" not in path.parts
    )


def test_every_code_in_the_source_is_listed() -> None:
    """A code that a user may meet has a title and a remedy in Chinese and English."""
    listed = yaml.safe_load((ROOT / "schemas" / "codes" / "reasons.yaml").read_text("utf-8"))["reasons"]
    families = {code.partition(".")[0] for code in listed}
    texts = _texts()
    used = {code for code in CODE.findall(texts) if code.partition(".")[0] in families}
    used |= set(CODE_OF_ERROR.findall(texts))
    missing = sorted(code for code in used if code not in listed)
    assert used
    assert not missing, f"codes without a text: {missing}"
    for code, reason in listed.items():
        assert all(reason.get(key) for key in ("zh", "en", "remedy_zh", "remedy_en")), f"{code} lacks a text"


def test_every_setting_that_is_read_is_declared() -> None:
    """A setting that the code names is declared, with its help."""
    declared = yaml.safe_load((SOURCES[0] / "config_declaration.yaml").read_text("utf-8"))
    keys = {option["key"] for group in declared["groups"] for option in group["options"]}
    used = set(SETTING.findall(_texts()))
    assert used
    assert not sorted(used - keys), f"settings that are not declared: {sorted(used - keys)}"
    for group in declared["groups"]:
        for option in group["options"]:
            assert option.get("description"), f"{option['key']} has no help"
