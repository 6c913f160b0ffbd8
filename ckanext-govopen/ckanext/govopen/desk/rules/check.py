"""Whether a rule set is fit to decide: its form, its names, and that no warning tag can relax anything.

Every refusal is a `RuleSetError` with the file and the line, for whoever wrote the rule set.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, NoReturn

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from ...codes import load as codes
from ...codes import reasons
from .errors import RuleSetError
from .match import COLUMN_WORDS, ENTRY_WORDS

__all__ = ["Source", "check"]

Path = tuple[Any, ...]
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# Resolved while planning, for they depend on the day, the column, its tag or the entry's declared ground.
_LATE = re.compile(r"^\$(year-\d{1,3}|tag|column|ground)$")
_TAG_WORDS = frozenset(
    {
        "lifted_when_deidentified",
        "contradicted",
        "scene_tags",
        "tags",
        "tags_none",
        "declared",
        "declared_none",
        "unless",
    }
)
_RELAXING_WORDS = frozenset({"declared", "declared_none", "unless"})


@dataclass(frozen=True, slots=True)
class Source:
    """A YAML document with the places of its parts."""

    file: str
    plain: dict[str, Any]
    root: yaml.Node

    @classmethod
    def of(cls, text: str, file: str) -> Source:
        """Read `text`; what is no YAML mapping is refused with its line."""
        try:
            root = yaml.compose(text, Loader=_Loader)
            plain = yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader, the C one where there is one.
        except yaml.MarkedYAMLError as err:
            line = err.problem_mark.line + 1 if err.problem_mark else 1
            raise RuleSetError(file=file, where=f"line {line}", problem=err.problem or "no YAML") from err
        if not isinstance(plain, dict) or root is None:
            raise RuleSetError(file=file, where="line 1", problem="not a mapping")
        return cls(file, plain, root)

    def refuse(self, path: Path, problem: str) -> NoReturn:
        """Raise for the part at `path`, naming its line."""
        raise RuleSetError(file=self.file, where=f"line {self._line(path)}", problem=problem)

    def _line(self, path: Path) -> int:
        node = self.root
        for step in path:
            node = _child(node, step) or node
        return node.start_mark.line + 1


def _child(node: yaml.Node, step: Any) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == str(step)), None)
    found: yaml.Node = node.value[step]
    return found


def check(source: Source) -> dict[str, Any]:
    """The document with numbers and groups resolved; refused where form or meaning is wrong."""
    _form(source)
    plain = {**source.plain}
    plain["rules"] = [_resolve(source, rule, ("rules", at)) for at, rule in enumerate(plain["rules"])]
    plain["routes"] = [_resolve(source, route, ("routes", at)) for at, route in enumerate(plain["routes"])]
    plain["gates"] = [_resolve(source, gate, ("gates", at)) for at, gate in enumerate(plain["gates"])]
    _names(source, plain)
    _tags(source)
    for at, rule in enumerate(plain["rules"]):
        _conditions(source, rule, at)
        _treatments(source, rule, at)
    for at, route in enumerate(plain["routes"]):
        _words(source, route["when"], ENTRY_WORDS, ("routes", at, "when"))
    return plain


@cache
def _validator() -> Draft202012Validator:
    text = files("govopen_schemas").joinpath("rules", "ruleset.schema.json").read_text(encoding="utf-8")
    return Draft202012Validator(json.loads(text))


def _form(source: Source) -> None:
    error = best_match(_validator().iter_errors(source.plain))
    if error is not None:
        source.refuse(tuple(error.absolute_path), error.message[:200])


def _resolve(source: Source, value: Any, path: Path) -> Any:
    """Put numbers for `$name` and tags for `@name`; sets of tags become frozen sets."""
    if isinstance(value, Mapping):
        return {
            key: _tag_set(source, item, (*path, key))
            if key in _TAG_WORDS and isinstance(item, list)
            else _resolve(source, item, (*path, key))
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_resolve(source, item, (*path, at)) for at, item in enumerate(value)]
    if isinstance(value, str) and value.startswith("$") and not _LATE.match(value):
        number = source.plain["numbers"].get(value[1:])
        return number["value"] if number else source.refuse(path, f"{value} is no number of this rule set")
    return value


def _tag_set(source: Source, tags: Sequence[str], path: Path) -> frozenset[str]:
    found: set[str] = set()
    for tag in tags:
        if tag.startswith("@"):
            if tag[1:] not in source.plain["groups"]:
                source.refuse(path, f"{tag} is no group of this rule set")
            found.update(source.plain["groups"][tag[1:]])
        else:
            found.add(tag)
    _known(source, found, path)
    return frozenset(found)


def _known(source: Source, tags: set[str] | frozenset[str], path: Path) -> None:
    for tag in sorted(tags):
        if tag not in codes("tags"):
            source.refuse(path, f"{tag} is not in the vocabulary of tags")


def _tags(source: Source) -> None:
    for name, tags in source.plain["groups"].items():
        _known(source, set(tags), ("groups", name))
    _known(source, set(source.plain["explanatory"]), ("explanatory",))


def _names(source: Source, plain: Mapping[str, Any]) -> None:
    seen: set[str] = set()
    for at, rule in enumerate(plain["rules"]):
        if rule["id"] in seen:
            source.refuse(("rules", at, "id"), f"rule {rule['id']} stands twice")
        seen.add(rule["id"])
    for at, route in enumerate(plain["routes"]):
        for cited in route.get("cites", ()):
            if cited not in seen:
                source.refuse(("routes", at, "cites"), f"there is no rule {cited}")
        if route.get("human_check", None) not in {None, *plain["human_checks"]}:
            source.refuse(("routes", at, "human_check"), f"there is no human check {route['human_check']}")


def _words(source: Source, when: Mapping[str, Any], words: Mapping[str, Any], path: Path) -> None:
    for word in when:
        if word not in words:
            source.refuse((*path, word), f"{word} is no condition here; known are {', '.join(sorted(words))}")


def _conditions(source: Source, rule: Mapping[str, Any], at: int) -> None:
    explanatory = frozenset(source.plain["explanatory"])
    for path, when, words in _whens(rule, at):
        _words(source, when, words, path)
        for word in _RELAXING_WORDS & when.keys():
            if warned := sorted(when[word] - explanatory):
                source.refuse(
                    (*path, word), f"{warned[0]} warns and may not relax a rule; {word} takes explanatory tags"
                )


def _whens(rule: Mapping[str, Any], at: int) -> Iterator[tuple[Path, Mapping[str, Any], Mapping[str, Any]]]:
    yield ("rules", at, "when"), rule.get("when", {}), ENTRY_WORDS
    for number, clause in enumerate(rule.get("columns", ())):
        yield ("rules", at, "columns", number, "when"), clause["when"], COLUMN_WORDS


def _treatments(source: Source, rule: Mapping[str, Any], at: int) -> None:
    told = [(("rules", at, key), rule[key]) for key in ("close", "refuse_rows", "ground_default") if key in rule]
    for number, clause in enumerate(rule.get("columns", ())):
        for audience, treatment in clause["treat"].items():
            path: Path = ("rules", at, "columns", number, "treat", audience)
            if "refuse" in treatment:
                told.append((path, treatment["refuse"]))
            operator = treatment.get("operator")
            if operator is not None and operator not in source.plain["strictness"]:
                source.refuse(path, f"operator {operator} has no place in `strictness`")
            if treatment.get("human_check") not in {None, *source.plain["human_checks"]}:
                source.refuse(path, f"there is no human check {treatment['human_check']}")
    for path, code in told:
        if code != "$ground" and code not in reasons():
            source.refuse(path, f"{code} is not in the list of reasons")
