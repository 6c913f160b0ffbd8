"""Running a recipe: the laws that every output keeps, whatever the table, and each operator by example."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from govopen_anonymize import Recipe, errors, measure, run
from govopen_anonymize.columns.generalise import level_function

EXAMPLES = Path(__file__).parents[3] / "schemas/recipes/examples"
KEYS = {"licensee.demo": b"k" * 32}
AGE = {
    "hierarchy": "age_band",
    "levels": [{"keep": True}, {"width": 5, "top": 80}, {"width": 20, "top": 80}, {"all": True}],
}
AREA = {
    "hierarchy": "division",
    "output": "code",
    "levels": [{"to": "county"}, {"to": "city"}, {"to": "province"}, {"all": True}],
}
BORN = {
    "hierarchy": "birth_year",
    "levels": [
        {"width": 1, "oldest": 1934},
        {"width": 5, "oldest": 1934},
        {"width": 10, "oldest": 1939},
        {"all": True},
    ],
}
FAST = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def recipe(*models: dict[str, Any], limit: float = 0.3) -> Recipe:
    """Three lattice columns and a sensitive one."""
    return Recipe.load(
        {
            "version": 1,
            "suppression_limit": limit,
            "models": list(models),
            "columns": {
                "id": {"role": "identifier", "operator": "drop"},
                "age": {"role": "quasi_identifier", "operator": "generalise", "params": AGE},
                "area": {"role": "quasi_identifier", "operator": "generalise", "params": AREA},
                "born": {"role": "quasi_identifier", "operator": "generalise", "params": BORN},
                "ill": {"role": "sensitive", "operator": "keep"},
            },
        }
    )


ROW = st.tuples(
    st.none() | st.integers(0, 100),
    st.none() | st.sampled_from(["330106", "330102", "330203", "310101", "bad"]),
    st.none() | st.dates(dt.date(1930, 1, 1), dt.date(2020, 1, 1)).map(str),
    st.none() | st.sampled_from("ABCD"),
)
TABLES = st.lists(ROW, max_size=60).map(
    lambda rows: pa.table(
        {
            "id": pa.array([str(i) for i in range(len(rows))], pa.string()),
            "age": pa.array([r[0] for r in rows], pa.int64()),
            "area": pa.array([r[1] for r in rows], pa.string()),
            "born": pa.array([r[2] for r in rows], pa.string()),
            "ill": pa.array([r[3] for r in rows], pa.string()),
        }
    )
)
MODELS = st.one_of(
    st.integers(2, 6).map(lambda k: [{"model": "k_anonymity", "k": k}]),
    st.sampled_from([0.5, 0.34, 0.2]).map(lambda r: [{"model": "max_risk", "risk": r}]),
    st.just([{"model": "k_anonymity", "k": 2}, {"model": "l_diversity", "l": 2, "sensitive": "ill"}]),
    st.just([{"model": "l_diversity", "variant": "entropy", "l": 2, "sensitive": "ill"}]),
    st.just([{"model": "k_anonymity", "k": 2}, {"model": "t_closeness", "t": 0.4, "sensitive": "ill"}]),
)


@FAST
@given(TABLES, MODELS)
def test_output_meets_its_models_when_measured_again(table: pa.Table, models: list[dict[str, Any]]) -> None:
    """k by SQL that shares nothing with the builder; l and t by measure; suppression inside its limit."""
    plan = recipe(*models)
    try:
        made = run(plan, table).table
    except errors.ModelUnreachable:
        return
    assert table.num_rows - made.num_rows <= plan.suppression_limit * table.num_rows + 1e-9
    if not made.num_rows:
        return
    k = duckdb.sql("select min(n) from (select count(*) n from made group by age, area, born)").fetchone()[0]
    again = measure(made, ["age", "area", "born"], ["ill"])
    assert again.k == k
    for model in models:
        if model["model"] == "k_anonymity":
            assert k >= model["k"]
        elif model["model"] == "max_risk":
            assert again.prosecutor_risk_max <= model["risk"] + 1e-9
        elif model["model"] == "l_diversity":
            figure = (
                again.sensitive["ill"].entropy_l
                if model.get("variant") == "entropy"
                else again.sensitive["ill"].distinct_l
            )
            assert figure >= model["l"] - 1e-6
        else:
            assert again.sensitive["ill"].t <= model["t"] + 1e-6


@FAST
@given(TABLES)
def test_every_released_value_is_an_ancestor(table: pa.Table) -> None:
    """The released multiset is the image of the input on the levels reported, less the suppressed records."""
    try:
        result = run(recipe({"model": "k_anonymity", "k": 2}), table)
    except errors.ModelUnreachable:
        return
    for name, params in (("age", AGE), ("area", AREA), ("born", BORN)):
        function = level_function(params, params["levels"][result.report.levels[name]])
        possible = {None if v is None else str(function(v)) for v in table[name].to_pylist()}
        assert {None if v is None else str(v) for v in result.table[name].to_pylist()} <= possible


@FAST
@given(TABLES, st.randoms(use_true_random=False))
def test_order_of_rows_tells_nothing_and_bytes_repeat(table: pa.Table, random: Any) -> None:
    """The same rows in another order give the same released table."""
    order = list(range(table.num_rows))
    random.shuffle(order)
    plan = recipe({"model": "k_anonymity", "k": 2}, limit=1.0)
    assert run(plan, table).table.equals(run(plan, table.take(pa.array(order, pa.int64()))).table)


@FAST
@given(TABLES, st.integers(2, 5))
def test_search_finds_the_optimum(table: pa.Table, k: int) -> None:
    """No single fixed vector of levels scores better than the one the search took (brute force over the lattice)."""
    from itertools import product

    from govopen_anonymize.lattice import Search, View
    from govopen_anonymize.models.check import requirement
    from govopen_anonymize.run import _axis, _view, encode

    plan = recipe({"model": "k_anonymity", "k": k}, limit=0.2)
    if not table.num_rows:
        return
    coded = {c.name: encode(table.column(c.name)) for c in plan.columns if c.released}
    axes = [_axis(c, coded[c.name], {}) for c in plan.columns if c.role == "quasi_identifier"]
    view, widths = _view(axes, coded, {"ill": table["ill"]}, requirement(plan.models), table.num_rows)
    search = Search(axes, widths, view, requirement(plan.models), 0.2)
    found = search.run()
    best = None
    for node in product(*(range(a.top + 1) for a in axes)):
        whole = Search(axes, widths, view, requirement(plan.models), 0.2)
        codes = tuple(a.to(c, 0, level) for a, c, level in zip(axes, view.axes, node, strict=True))
        _, gone, score = whole.evaluate(View(codes, view.sensitive, view.counts), node)
        if gone <= whole.allowed and (best is None or score < best):
            best = score
    assert (found.node is None) == (best is None)
    assert best is None or found.score == pytest.approx(best, abs=1e-9)


def test_a_column_without_role_stops_the_run() -> None:
    """Nothing is released by oversight."""
    with pytest.raises(errors.ColumnWithoutRole) as refusal:
        run(
            Recipe.load({"version": 1, "columns": {"a": {"role": "plain", "operator": "keep"}}}),
            pa.table({"a": [1], "secret": ["x"]}),
        )
    assert refusal.value.fields["columns"] == ["secret"]


def test_missing_columns_and_keys_are_named() -> None:
    """The recipe asks for what is not there."""
    plan = Recipe.load(
        {"version": 1, "columns": {"a": {"role": "identifier", "operator": "pseudonym", "params": {"key_ref": "k1"}}}}
    )
    with pytest.raises(errors.ColumnMissing):
        run(plan, pa.table({}))
    with pytest.raises(errors.KeyMissing):
        run(plan, pa.table({"a": ["x"]}), keys={"k1": b"short"})


def test_unreachable_models_refuse_and_release_nothing() -> None:
    """Two rows cannot hide among five."""
    plan = Recipe.load(
        {
            "version": 1,
            "models": [{"model": "k_anonymity", "k": 5}],
            "columns": {"a": {"role": "quasi_identifier", "operator": "keep"}},
        }
    )
    with pytest.raises(errors.ModelUnreachable):
        run(plan, pa.table({"a": [1, 2]}))


def test_hierarchies_that_do_not_nest_are_refused() -> None:
    """Bands of 5 do not fit into bands of 7."""
    params = {"hierarchy": "age_band", "levels": [{"width": 5}, {"width": 7}]}
    plan = Recipe.load(
        {"version": 1, "columns": {"a": {"role": "quasi_identifier", "operator": "generalise", "params": params}}}
    )
    with pytest.raises(errors.HierarchyNotNested):
        run(plan, pa.table({"a": list(range(100))}))


def test_values_missing_from_a_table_hierarchy_are_counted_not_quoted() -> None:
    """The error gives the column and how many."""
    params = {"hierarchy": "table", "levels": [{"column": 0}], "table": {"甲": ["x"]}}
    plan = Recipe.load(
        {"version": 1, "columns": {"a": {"role": "quasi_identifier", "operator": "generalise", "params": params}}}
    )
    with pytest.raises(errors.HierarchyMissing) as refusal:
        run(plan, pa.table({"a": ["甲", "秘密值", "乙"]}))
    assert refusal.value.fields == {"column": "a", "count": 2}
    assert "秘密值" not in str(refusal.value.to_dict())


OPERATORS = [
    ("mask", {"pattern": "###****####"}, ["13812345678", "123"], ["138****5678", "***********"]),
    ("mask", {"pattern": "#…##"}, ["E12345678", "ab"], ["E***78", "******"]),
    ("surname_only", {}, ["张三", "欧阳修", "阿凡提·艾买提", "王"], ["张某", "欧阳某", "某", "某"]),
    ("round", {"base": 100}, [149, 150, 151, -50, None], [100, 200, 200, -100, None]),
    ("round", {"base": 0.5}, [1.24, 1.25], [1.0, 1.5]),
    ("top_code", {"top": 4, "bottom": 1}, [0, 1, 4, 9], [1, 1, 4, 4]),
    ("suppress_cell", {"min_count": 2}, ["a", "a", "b"], ["a", "a", None]),
    ("suppress_cell", {"values": ["b"]}, ["a", "b"], ["a", None]),
    ("suppress_cell", {"kinds": ["mobile"]}, ["打13812345678", "好"], [None, "好"]),
    ("constant", {"value": "x"}, ["a", None], ["x", "x"]),
    ("redact_text", {}, ["患者张三13812345678", None], ["患者［姓名］［手机号］", None]),
    (
        "generalise",
        {"hierarchy": "date", "levels": [{"to": "quarter"}]},
        ["2025-05-06", "20251231", "2025年1月", "x"],
        ["2025-Q2", "2025-Q4", "2025-Q1", "*"],
    ),
    (
        "generalise",
        {"hierarchy": "age_band", "levels": [{"width": 5, "top": 90}]},
        [0, 7, 91, -1],
        ["0-4", "5-9", "90+", "*"],
    ),
    (
        "generalise",
        {"hierarchy": "division", "levels": [{"to": "city"}]},
        ["330106", "330106001002", "浙江省杭州市西湖区文三路1号", "上海市黄浦区", "火星"],
        ["330100", "330100", "浙江省杭州市", "上海市", "*"],
    ),
    (
        "generalise",
        {"hierarchy": "division", "levels": [{"to": "county"}], "output": "name"},
        ["330106", "110101", "330000"],
        ["浙江省杭州市西湖区", "北京市东城区", "浙江省"],
    ),
    (
        "generalise",
        {"hierarchy": "interval", "levels": [{"width": 0.5, "top": 2}]},
        [0.1, 1.0, -0.2, 7],
        ["[0,0.5)", "[1,1.5)", "[-0.5,0)", "≥2"],
    ),
    ("generalise", {"hierarchy": "prefix", "levels": [{"length": 3}]}, ["310012", "31"], ["310*", "31"]),
]


@pytest.mark.parametrize(("operator", "params", "values", "wanted"), OPERATORS)
def test_operators_by_example(operator: str, params: dict[str, Any], values: list[Any], wanted: list[Any]) -> None:
    """Each operator on a plain column."""
    plan = Recipe.load({"version": 1, "columns": {"a": {"role": "plain", "operator": operator, "params": params}}})
    assert run(plan, pa.table({"a": values})).table["a"].to_pylist() == wanted


@given(st.floats(73, 136), st.floats(3, 53.9), st.sampled_from([100, 500, 1000]))
def test_grid_cells_are_wide_enough_and_near(lon: float, lat: float, metres: int) -> None:
    """A point stays inside its cell, and a cell is at least `metres` wide on the ground, in the north of China too."""
    from math import cos, radians

    from govopen_anonymize.columns.replace import DEGREE, grid

    snapped = [grid({"metres": metres, "axis": a})(v) for a, v in (("longitude", lon), ("latitude", lat))]
    step = metres / DEGREE, metres / (DEGREE * cos(radians(54)))
    assert abs(snapped[1] - lat) <= step[0] / 2 + 1e-6
    assert abs(snapped[0] - lon) <= step[1] / 2 + 1e-6
    assert step[1] * DEGREE * cos(radians(lat)) >= metres - 1e-6


@pytest.mark.parametrize("algorithm", ["HMAC-SHA-256", "HMAC-SM3"])
def test_pseudonyms_depend_on_key_and_domain_only(algorithm: str) -> None:
    """One person has one pseudonym per key and domain; other keys give others; nothing looks like a bare hash."""

    def pseudonyms(key: bytes, domain: str) -> list[str]:
        params = {"key_ref": "k", "algorithm": algorithm, "domain": domain}
        plan = Recipe.load(
            {"version": 1, "columns": {"a": {"role": "plain", "operator": "pseudonym", "params": params}}}
        )
        return (
            run(plan, pa.table({"a": ["11010519491231002X", "１１010519491231002x", "b"]}), keys={"k": key})
            .table["a"]
            .to_pylist()
        )

    first = pseudonyms(b"a" * 32, "person")
    assert first[0] == first[1] != first[2]
    assert first == pseudonyms(b"a" * 32, "person")
    assert not set(first) & (set(pseudonyms(b"b" * 32, "person")) | set(pseudonyms(b"a" * 32, "firm")))
    assert all(len(p) == 21 and p[0] == "p" for p in first)


def test_the_example_of_all_operators_runs(people) -> None:
    """The example in schemas/ is no prose: it runs on a table with those columns."""
    rng, rows = np.random.default_rng(4), 400
    table = pa.table(
        {
            "id_number": people.population(rows)["公民身份号码"],
            "phone": ["13812345678"] * rows,
            "passport": ["E12345678"] * rows,
            "person_key": [str(i) for i in range(rows)],
            "case_no": [f"C{i}" for i in range(rows)],
            "name": people.names(rng, rows),
            "age": rng.integers(20, 40, rows),
            "born": ["1990-01-01"] * rows,
            "visited": ["2025-03-04"] * rows,
            "division": ["330106"] * rows,
            "address": ["浙江省杭州市西湖区文三路1号"] * rows,
            "postcode": ["310012"] * rows,
            "income": rng.integers(0, 20000, rows),
            "education": rng.choice(["小学", "本科"], rows),
            "fee": rng.random(rows) * 1000,
            "children": rng.integers(0, 9, rows),
            "job": ["教师"] * rows,
            "source": ["a"] * rows,
            "complaint": ["打13812345678"] * rows,
            "longitude": [120.1] * rows,
            "latitude": [30.2] * rows,
            "disease": rng.choice(["a", "b", "c"], rows),
        }
    )
    result = run(Recipe.load(EXAMPLES / "operators.yaml"), table, keys=KEYS)
    assert "id_number" not in result.table.column_names
    assert result.report.after["k"] >= 5
    assert result.report.to_dict()["recipe_digest"].startswith("sha256:")


def test_batches_and_tables_give_the_same(people) -> None:
    """Any partition of the input gives the same bytes."""
    table, plan = people.population(500), Recipe.load(EXAMPLES / "public_rows.yaml")
    table = table.rename_columns([{"户籍区划": "区划代码"}.get(c, c) for c in table.column_names]).select(
        [c.name for c in plan.columns]
    )
    plan = Recipe.load({**plan.to_dict(), "models": [{"model": "k_anonymity", "k": 3}]})
    assert all(
        run(plan, table.to_batches(max_chunksize=size)).table.equals(run(plan, table).table) for size in (1, 7, 500)
    )


def test_library_errors_never_reach_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a library says may quote a cell: only its class is passed on, and no cause hangs on it."""
    import importlib

    module = importlib.import_module("govopen_anonymize.run")

    def explode(*_: Any) -> None:
        raise pa.ArrowInvalid("could not convert 110105194912310021")

    monkeypatch.setattr(module, "_rows", explode)
    with pytest.raises(errors.Internal) as refusal:
        run(Recipe.load({"version": 1, "columns": {"a": {"role": "plain", "operator": "keep"}}}), pa.table({"a": [1]}))
    assert "1101" not in str(refusal.value)
    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__
