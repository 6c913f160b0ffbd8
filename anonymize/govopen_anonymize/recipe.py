# SPDX-License-Identifier: Apache-2.0
"""A recipe: what becomes of every column, which models the result must meet, or which cube leaves instead of rows.

A recipe is checked when it is loaded, with line and field in the error, and has a digest over its canonical JSON.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from .errors import KeyInline, RecipeInvalid, RecipeUnreadable, SensitiveDropped, UnkeyedHash

__all__ = ["Column", "Recipe", "schema", "canonical"]

KEYED = ("pseudonym", "hash")
INLINE = ("key", "secret", "salt", "password")


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema of recipes, as shipped in this package."""
    text = files(__package__).joinpath("recipe.schema.json").read_text(encoding="utf-8")
    result: dict[str, Any] = json.loads(text)
    return result


def canonical(value: Any) -> bytes:
    """JSON with sorted keys and no blanks: the bytes that a digest is taken over."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """What a recipe says of one column."""

    name: str
    role: str
    operator: str
    params: Mapping[str, Any]

    @property
    def released(self) -> bool:
        """Whether the column is in the result at all."""
        return self.operator != "drop"

    @property
    def levels(self) -> Sequence[Mapping[str, Any]]:
        """The levels of a generalisation, fine to coarse; empty for other operators."""
        return self.params.get("levels", ()) if self.operator == "generalise" else ()


@dataclass(frozen=True, slots=True)
class Recipe:
    """A checked recipe. Make one with `Recipe.load`."""

    data: Mapping[str, Any]

    @classmethod
    def load(cls, source: Path | str | Mapping[str, Any]) -> Recipe:
        """Load from a path, from YAML or JSON text, or from a mapping; raises errors that name line and field."""
        lines: dict[tuple[Any, ...], int] = {}
        if isinstance(source, Mapping):
            data: Any = source
        else:
            data, lines = _parse(_text(source))
        _finite(data, (), lines)
        try:
            # Keys are text in JSON: numbers that YAML reads as keys become text too.
            data = json.loads(json.dumps(data))
        except (TypeError, ValueError):
            raise RecipeUnreadable(line=0) from None
        _check(data, lines)
        return cls(data)

    def to_dict(self) -> dict[str, Any]:
        """A deep copy as plain data."""
        copy: dict[str, Any] = json.loads(json.dumps(self.data))
        return copy

    @property
    def digest(self) -> str:
        """sha256 over the canonical JSON."""
        return "sha256:" + hashlib.sha256(canonical(self.data)).hexdigest()

    @property
    def kind(self) -> str:
        """`rows` or `cube`."""
        return str(self.data.get("kind", "rows"))

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns in the order of the recipe."""
        return tuple(
            Column(name=name, role=c["role"], operator=c["operator"], params=c.get("params", {}))
            for name, c in self.data.get("columns", {}).items()
        )

    @property
    def models(self) -> tuple[Mapping[str, Any], ...]:
        """The privacy models that the result must meet."""
        return tuple(self.data.get("models", ()))

    @property
    def suppression_limit(self) -> float:
        """Share of records that may be left out."""
        return float(self.data.get("suppression_limit", 0.05))


def _text(source: Path | str) -> str:
    if isinstance(source, Path) or ("\n" not in source and not source.lstrip().startswith("{")):
        try:
            return Path(source).read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError):
            raise RecipeUnreadable(line=0) from None
    return source


class _Loader(yaml.SafeLoader):
    """YAML without dates and without yes/no: a recipe's scalars stay what the eye sees; duplicate keys are refused."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in pairs if tag != "tag:yaml.org,2002:timestamp"]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _parse(text: str) -> tuple[Any, dict[tuple[Any, ...], int]]:
    try:
        node = yaml.compose(text, Loader=_Loader)
        data = yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader without timestamps
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise RecipeUnreadable(line=mark.line + 1 if mark else 0) from None
    lines: dict[tuple[Any, ...], int] = {}
    if node is not None:
        _lines(node, (), lines)
    return data, lines


def _lines(node: yaml.Node, path: tuple[Any, ...], lines: dict[tuple[Any, ...], int]) -> None:
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                raise RecipeInvalid(
                    line=key.start_mark.line + 1,
                    field=_field((*path, key.value)),
                    problem="the key stands twice",
                    problem_zh="键重复",
                )
            seen.add(key.value)
            lines[(*path, key.value)] = key.start_mark.line + 1
            _lines(value, (*path, key.value), lines)
    elif isinstance(node, yaml.SequenceNode):
        for position, value in enumerate(node.value):
            _lines(value, (*path, position), lines)


def _field(path: Sequence[Any]) -> str:
    return ".".join(str(p) for p in path) or "(root)"


def _line(path: Sequence[Any], lines: Mapping[tuple[Any, ...], int]) -> int:
    for length in range(len(path), -1, -1):
        if tuple(path[:length]) in lines:
            return lines[tuple(path[:length])]
    return 0


_ZH = {
    "required": "缺少必填项",
    "additionalProperties": "有不认识的字段",
    "enum": "取值不在允许范围",
    "const": "取值不对",
    "type": "类型不对",
    "minimum": "数值过小",
    "maximum": "数值过大",
    "exclusiveMinimum": "数值过小",
    "pattern": "格式不对",
    "minItems": "至少要有一项",
    "not": "出现了不该有的字段",
    "anyOf": "写法不对",
    "oneOf": "写法不对",
}


def _check(data: Any, lines: Mapping[tuple[Any, ...], int]) -> None:
    _named_first(data)
    validator = jsonschema.Draft202012Validator(schema())
    found = sorted(validator.iter_errors(data), key=lambda e: (len(e.absolute_path), [str(p) for p in e.absolute_path]))
    for error in found:
        deepest = jsonschema.exceptions.best_match([error]) or error
        path = list(deepest.absolute_path)
        raise RecipeInvalid(
            line=_line(path, lines),
            field=_field(path),
            problem=_problem(deepest),
            problem_zh=_ZH.get(str(deepest.validator), "不符合规定"),
        )
    _models_speak_of_released(Recipe(data))


def _problem(error: jsonschema.ValidationError) -> str:
    if error.validator == "not":
        return "rows recipes take columns and models, cube recipes take aggregate, never both"
    text = str(error.message)
    return text if len(text) <= 200 else text[:197] + "..."


def _finite(value: Any, path: tuple[Any, ...], lines: Mapping[tuple[Any, ...], int]) -> None:
    """Refuse NaN and infinity: a limit that is no number would never be broken."""
    if isinstance(value, float) and not math.isfinite(value):
        raise RecipeInvalid(
            line=_line(path, lines), field=_field(path), problem="not a finite number", problem_zh="不是有限的数"
        )
    if isinstance(value, Mapping):
        for key, item in value.items():
            _finite(item, (*path, key), lines)
    elif isinstance(value, list):
        for position, item in enumerate(value):
            _finite(item, (*path, position), lines)


def _named_first(data: Any) -> None:
    """Two mistakes have names of their own, before the schema speaks: hashes without keys, and keys in the recipe."""
    columns = data.get("columns") if isinstance(data, Mapping) else None
    for name, column in columns.items() if isinstance(columns, Mapping) else ():
        if not isinstance(column, Mapping) or column.get("operator") not in KEYED:
            continue
        params = column.get("params") or {}
        if isinstance(params, Mapping):
            if any(word in params for word in INLINE):
                raise KeyInline(column=name)
            if "key_ref" not in params:
                raise UnkeyedHash(column=name)


def _models_speak_of_released(recipe: Recipe) -> None:
    released = {c.name for c in recipe.columns if c.released}
    for model in recipe.models:
        column = model.get("sensitive")
        if column is not None and column not in released:
            raise SensitiveDropped(model=model["model"], column=column)
