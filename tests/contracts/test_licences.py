"""The permissive parts say so in every file, stand on nothing stricter, and their texts travel."""

from __future__ import annotations

import ast
import json
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HARVESTERS = ROOT / "harvesters" / "govopen_harvesters"
HEAD = "# SPDX-License-Identifier: Apache-2.0\n"
PERMISSIVE = [
    *sorted((ROOT / "anonymize" / "govopen_anonymize").rglob("*.py")),
    *sorted((HARVESTERS / "hub").rglob("*.py")),
    HARVESTERS / "base.py",
    HARVESTERS / "errors.py",
]


@pytest.mark.parametrize("path", PERMISSIVE, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_permissive_file_says_so_first(path: Path) -> None:
    """Somebody who takes one file knows what he may do with it."""
    assert path.read_text("utf-8").startswith(HEAD)


def _imported(path: Path) -> set[str]:
    """Modules of ours that a file imports when it runs; what it names for types alone is left out."""
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            node.body = []
    modules = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    return {module for module in modules if module.startswith("govopen_harvesters")}


def test_the_hub_protocol_stands_on_permissive_files_alone() -> None:
    """Whoever builds a hub or another client of it needs no file under the stricter licence."""
    own = [path for path in PERMISSIVE if HARVESTERS in path.parents]
    named = {".".join(path.relative_to(ROOT / "harvesters").with_suffix("").parts) for path in own}
    needed = set().union(*map(_imported, own))
    assert needed <= {name.removesuffix(".__init__") for name in named}


def test_licence_texts_are_there_and_travel() -> None:
    """Each text is the licence that it is said to be, and the package metadata names all of them."""
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert asked["license"] == "AGPL-3.0-or-later AND Apache-2.0"
    texts = {name: (ROOT / name).read_text("utf-8") for name in asked["license-files"]}
    assert "GNU AFFERO GENERAL PUBLIC LICENSE" in texts["LICENSE"]
    for name in ("anonymize/LICENSE", "harvesters/LICENSE"):
        assert "Apache License" in texts[name]
        assert "END OF TERMS AND CONDITIONS" in texts[name]
    protocol = json.loads((ROOT / "schemas" / "hub" / "openapi.json").read_text("utf-8"))
    assert protocol["info"]["license"]["identifier"] == "Apache-2.0"


@pytest.mark.parametrize("package", ["anonymize/govopen_anonymize", "harvesters/govopen_harvesters"])
def test_libraries_hand_their_types_on(package: str) -> None:
    """Without this file a type checker ignores every annotation of an installed library."""
    assert (ROOT / package / "py.typed").is_file()
