"""Recipes: every example loads, every mistake is named with line and field, keys never stand inside."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import pytest

from govopen_anonymize import Recipe, errors
from govopen_anonymize.explain import explain

ROOT = Path(__file__).parents[3]
EXAMPLES = sorted((ROOT / "schemas/recipes/examples").glob("*.yaml"))
ONE = {"version": 1, "columns": {"a": {"role": "plain", "operator": "keep"}}}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_examples_load_and_are_explained(path: Path) -> None:
    """Load, write, load again: same digest; and a sentence for each column in both languages."""
    recipe = Recipe.load(path)
    assert Recipe.load(recipe.to_dict()).digest == recipe.digest
    assert Recipe.load(json.dumps(recipe.to_dict())).digest == recipe.digest
    assert all(explain(recipe, language) for language in ("zh", "en"))


def test_schema_is_one_file() -> None:
    """The schema in schemas/ and the one in the package are the same bytes."""
    shipped = files("govopen_anonymize").joinpath("recipe.schema.json").read_bytes()
    assert (ROOT / "schemas/recipes/recipe.schema.json").read_bytes() == shipped


def test_every_operator_has_an_example() -> None:
    """A rule's author can copy each operator from the examples."""
    schema = json.loads(files("govopen_anonymize").joinpath("recipe.schema.json").read_text())
    operators = set(schema["properties"]["columns"]["additionalProperties"]["properties"]["operator"]["enum"])
    assert operators == {c.operator for c in Recipe.load(ROOT / "schemas/recipes/examples/operators.yaml").columns}


@pytest.mark.parametrize(
    ("text", "line", "field"),
    [
        ("version: 1\ncolumns:\n  a: {role: plain, operator: vanish}\n", 3, "columns.a.operator"),
        ("version: 1\ncolumns:\n  a: {role: plain}\n", 3, "columns.a"),
        (
            "version: 1\ncolumns:\n  a:\n    role: plain\n    operator: mask\n    params: {pattern: abc}\n",
            6,
            "columns.a.params.pattern",
        ),
        ("version: 2\ncolumns:\n  a: {role: plain, operator: keep}\n", 1, "version"),
        (
            "version: 1\ncolumns:\n  a: {role: plain, operator: keep}\n  a: {role: plain, operator: drop}\n",
            4,
            "columns.a",
        ),
        (
            "version: 1\ncolumns:\n  a: {role: plain, operator: keep}\nmodels:\n  - {model: k_anonymity, k: 1}\n",
            5,
            "models.0.k",
        ),
        ("version: 1\nkind: cube\n", 1, "(root)"),
        ("version: 1\ncolumns:\n  a: {role: plain, operator: keep, params: {x: 1}}\n", 3, "columns.a.params"),
    ],
)
def test_mistakes_name_line_and_field(text: str, line: int, field: str) -> None:
    """The error says where."""
    with pytest.raises(errors.RecipeInvalid) as refusal:
        Recipe.load(text)
    assert (refusal.value.fields["line"], refusal.value.fields["field"]) == (line, field)


@pytest.mark.parametrize("value", [".nan", ".inf", "-.inf"])
def test_limits_that_are_no_numbers_are_refused(value: str) -> None:
    """A threshold of NaN would never be broken: it stops the recipe."""
    with pytest.raises(errors.RecipeInvalid) as refusal:
        Recipe.load(f"version: 1\ncolumns:\n  a: {{role: plain, operator: keep}}\nsuppression_limit: {value}\n")
    assert refusal.value.fields["field"] == "suppression_limit"


def test_broken_yaml_names_its_line() -> None:
    """No YAML, no recipe."""
    with pytest.raises(errors.RecipeUnreadable) as refusal:
        Recipe.load("version: 1\ncolumns: {a: [\n")
    assert refusal.value.fields["line"] >= 2


def test_hash_without_key_is_refused() -> None:
    """An unkeyed hash is undone by trying all values."""
    with pytest.raises(errors.UnkeyedHash):
        Recipe.load({"version": 1, "columns": {"a": {"role": "identifier", "operator": "hash", "params": {}}}})


def test_key_in_a_recipe_is_refused() -> None:
    """Keys are handed to run, never written down."""
    with pytest.raises(errors.KeyInline):
        Recipe.load(
            {
                "version": 1,
                "columns": {
                    "a": {"role": "identifier", "operator": "pseudonym", "params": {"key_ref": "x", "key": "abc"}}
                },
            }
        )


def test_model_on_a_dropped_column_is_refused() -> None:
    """A model must speak of a column that is released."""
    with pytest.raises(errors.SensitiveDropped):
        Recipe.load(
            {
                "version": 1,
                "columns": {"a": {"role": "sensitive", "operator": "drop"}},
                "models": [{"model": "t_closeness", "t": 0.2, "sensitive": "a"}],
            }
        )


def test_digest_ignores_the_order_of_keys() -> None:
    """Canonical JSON: the same content has one digest."""
    assert (
        Recipe.load(ONE).digest
        == Recipe.load({"columns": {"a": {"operator": "keep", "role": "plain"}}, "version": 1}).digest
    )


def test_errors_travel_between_processes() -> None:
    """Workers pickle errors; fields and code survive."""
    import pickle

    error = pickle.loads(pickle.dumps(errors.ColumnWithoutRole(columns=["a"])))
    assert (error.code, error.fields) == ("recipe.column_without_role", {"columns": ["a"]})
    assert "a" in error.message("zh")
