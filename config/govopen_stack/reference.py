"""Reference pages made from what the code reads: settings from their declaration, reason codes from their list.

`python -m govopen_stack.reference DOCS` writes them; `--check` fails when a page is not fresh.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

__all__ = ["pages", "reasons_page", "settings_page"]

WHO = {
    "provider": "数源单位 provider",
    "officer": "数据专员 officer",
    "reviewer": "业务审核 reviewer",
    "security": "保密审查 security",
    "deid": "脱敏核验 deid",
    "approver": "审批 approver",
    "operator": "运维 operator",
    "caller": "调用方 caller",
    "nobody": "—",
}


def _cell(value: Any) -> str:
    return " ".join(str(value).split()).replace("|", "\\|")


def settings_page(declared: Mapping[str, Any]) -> str:
    """The page of settings, group by group as they are declared."""
    lines = [
        "# Settings 配置项",
        "",
        "Made from `config_declaration.yaml`. Set them in the ini file of the side concerned.",
        "",
    ]
    for group in declared["groups"]:
        lines += [f"## {group['annotation']}", "", "| key | type | default | what it does |", "|---|---|---|---|"]
        for option in group["options"]:
            default = option.get("default", option.get("placeholder", ""))
            shown = f"`{default}`" if default not in ("", None) else "–"
            lines.append(
                f"| `{option['key']}` | {option.get('type', 'text')} | {shown} | {_cell(option.get('description', ''))} |"
            )
        lines.append("")
    return "\n".join(lines)


def reasons_page(listed: Mapping[str, Any]) -> str:
    """The page of reason codes: meaning and remedy in both languages, and who acts."""
    lines = [
        "# Reason codes 原因码",
        "",
        "Stable: clients, receipts at the hub and the audit trail read them.",
        "",
        "| code | 说明 | meaning | 怎么办 | what to do | 谁 who |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| `{code}` | {_cell(r['zh'])} | {_cell(r['en'])} | {_cell(r['remedy_zh'])} | {_cell(r['remedy_en'])} | {WHO.get(r['who'], r['who'])} |"
        for code, r in listed["reasons"].items()
    ]
    return "\n".join([*lines, ""])


def pages() -> dict[str, str]:
    """Every generated page by its file name."""
    declared = yaml.safe_load(files("ckanext.govopen").joinpath("config_declaration.yaml").read_text("utf-8"))
    listed = yaml.safe_load(files("govopen_schemas").joinpath("codes/reasons.yaml").read_text("utf-8"))
    return {"settings.md": settings_page(declared), "reasons.md": reasons_page(listed)}


def main() -> int:
    """Write the pages, or say which are stale."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folder", type=Path)
    asked.add_argument("--check", action="store_true")
    options = asked.parse_args()
    folder = options.folder / "reference"
    folder.mkdir(parents=True, exist_ok=True)
    stale = [
        name
        for name, text in pages().items()
        if not (folder / name).exists() or (folder / name).read_text("utf-8") != text
    ]
    if options.check:
        for name in stale:
            sys.stderr.write(f"docs/reference/{name} is stale: run `make docs`\n")
        return 1 if stale else 0
    for name, text in pages().items():
        (folder / name).write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
