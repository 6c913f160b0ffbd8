# SPDX-License-Identifier: Apache-2.0
"""The command `govopen-anonymize`: scan, suggest, run, report, explain, on CSV and Parquet.

Exit codes: 0 done, 1 refused (the message says why), 2 wrong usage, 3 findings of direct identifiers under `scan --check`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click
import yaml

from .detect.scan import scan
from .errors import AnonymizeError, Internal
from .explain import explain
from .files import read_table, write_bytes, write_table
from .measure import measure
from .recipe import Recipe
from .run import run
from .suggest import DIRECT, suggest

__all__ = ["main"]

TABLE = click.Path(exists=True, dir_okay=False, path_type=Path)
FILE = click.Path(dir_okay=False, path_type=Path)


def _refusals(function: Callable[..., Any]) -> Callable[..., Any]:
    """Turn typed errors into a message and exit code 1; nothing else reaches the terminal, since it may quote a cell."""

    @wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except AnonymizeError as error:
            _refuse(error)
        except (click.ClickException, click.exceptions.Exit, click.Abort, SystemExit):
            raise
        except Exception as error:  # noqa: BLE001 - the border of the program
            _refuse(Internal(kind=type(error).__name__))

    return wrapper


def _refuse(error: AnonymizeError) -> None:
    if click.get_current_context().params.get("as_json"):
        click.echo(json.dumps({"error": error.to_dict()}, ensure_ascii=False), err=True)
    else:
        click.echo(f"{error.message('zh')}\n{error.message('en')} [{error.code}]", err=True)
    sys.exit(1)


def _say(text: str) -> None:
    """Progress, on the terminal only."""
    if sys.stderr.isatty():
        click.echo(text, err=True)


def _json(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=1))


@click.group()
@click.version_option("0.1.0", prog_name="govopen-anonymize")
def main() -> None:
    """数据去标识化 · Find personal data, de-identify by recipe, measure the risk."""


@main.command("scan")
@click.argument("table", type=TABLE)
@click.option("--json", "as_json", is_flag=True, help="机器可读 / JSON")
@click.option("--check", is_flag=True, help="发现直接标识符时以 3 退出 / exit 3 when a direct identifier is found")
@_refusals
def scan_command(table: Path, as_json: bool, check: bool) -> None:
    """查找个人信息 · Find personal data in TABLE."""
    _say("读取 / reading…")
    data = read_table(table)
    _say(f"扫描 {data.num_rows} 行 / scanning…")
    findings = scan(data)
    if as_json:
        _json([f.to_dict() for f in findings])
    else:
        for f in findings:
            click.echo(f"{f.column}\t{f.kind}\t{f.tag}\t{f.confidence:.2f}\t{f.count}\t{f.share:.1%}")
    if check and any(f.tag in DIRECT for f in findings):
        sys.exit(3)


@main.command("suggest")
@click.argument("table", type=TABLE)
@click.option(
    "--route", type=click.Choice(["public", "licensee", "cube", "cube_fine"]), default="public", show_default=True
)
@click.option("--k", type=click.IntRange(2), default=20, show_default=True)
@click.option("--out", type=FILE, help="写到文件 / write to a file")
@click.option("--force", is_flag=True)
@click.option("--json", "as_json", is_flag=True)
@_refusals
def suggest_command(table: Path, route: Any, k: int, out: Path | None, force: bool, as_json: bool) -> None:
    """起草方案 · Write a first recipe for TABLE."""
    data = read_table(table)
    recipe = suggest(data, scan(data), route=route, k=k).to_dict()
    text = (
        json.dumps(recipe, ensure_ascii=False, indent=1)
        if as_json
        else yaml.safe_dump(recipe, allow_unicode=True, sort_keys=False, width=120)
    )
    if out:
        write_bytes(text.encode(), out, force=force)
    else:
        click.echo(text)


@main.command("run")
@click.argument("recipe", type=TABLE)
@click.argument("table", type=TABLE)
@click.argument("out", type=FILE)
@click.option("--key", "keys", multiple=True, metavar="REF=FILE", help="密钥名与密钥文件 / key name and file")
@click.option("--report", "report_path", type=FILE, help="报告文件 / write the report here")
@click.option("--seed", type=int, default=0)
@click.option("--force", is_flag=True, help="覆盖 / overwrite")
@click.option("--json", "as_json", is_flag=True)
@_refusals
def run_command(
    recipe: Path,
    table: Path,
    out: Path,
    keys: tuple[str, ...],
    report_path: Path | None,
    seed: int,
    force: bool,
    as_json: bool,
) -> None:
    """按方案处理 · Apply RECIPE to TABLE and write OUT."""
    plan = Recipe.load(recipe)
    _say("读取 / reading…")
    data = read_table(table)
    _say(f"处理 {data.num_rows} 行 / de-identifying…")
    result = run(plan, data, keys=_keys(keys), seed=seed)
    _say("写出 / writing…")
    write_table(result.table, out, force=force)
    report = result.report.to_dict()
    if report_path:
        write_bytes(json.dumps(report, ensure_ascii=False, indent=1).encode(), report_path, force=force)
    if as_json:
        _json(report)
    else:
        click.echo(f"{report['rows_in']} → {report['rows_out']} 行 / rows, k = {(report['after'] or {}).get('k', '-')}")


def _keys(pairs: tuple[str, ...]) -> dict[str, bytes]:
    keys = {}
    for pair in pairs:
        reference, _, path = pair.partition("=")
        if not path or not Path(path).is_file():
            raise click.UsageError(f"--key {reference}=FILE: no such file")
        keys[reference] = Path(path).read_bytes().strip()
    return keys


@main.command("report")
@click.argument("table", type=TABLE)
@click.option("--quasi", multiple=True, required=True, metavar="COLUMN", help="准标识符 / quasi-identifier")
@click.option("--sensitive", multiple=True, metavar="COLUMN", help="敏感属性 / sensitive column")
@click.option("--json", "as_json", is_flag=True)
@_refusals
def report_command(table: Path, quasi: tuple[str, ...], sensitive: tuple[str, ...], as_json: bool) -> None:
    """度量风险 · Measure the risk of TABLE."""
    risk = measure(read_table(table), quasi, sensitive).to_dict()
    if as_json:
        _json(risk)
        return
    for name, value in risk.items():
        click.echo(f"{name}\t{value}")


@main.command("explain")
@click.argument("recipe", type=TABLE)
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@click.option("--json", "as_json", is_flag=True)
@_refusals
def explain_command(recipe: Path, lang: str, as_json: bool) -> None:
    """说明方案 · Say in words what RECIPE does."""
    lines = explain(Recipe.load(recipe), lang)
    if as_json:
        _json(lines)
        return
    for line in lines:
        click.echo(line)


if __name__ == "__main__":
    main()
