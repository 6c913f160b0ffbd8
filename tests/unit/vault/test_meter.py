"""The meter believes nobody: it finds small classes, codes that are wrong, identifiers that came back, cells that leak."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from ckanext.govopen.desk.vault.linkage import Published
from ckanext.govopen.desk.vault.meter import Source, measure
from ckanext.govopen.releases.parts import write_part

ROWS = {
    "columns": {
        "sex": {"role": "quasi_identifier", "operator": "keep"},
        "ill": {"role": "sensitive", "operator": "keep"},
    }
}


def part(**columns: list[Any]) -> bytes:
    return write_part(pa.table(columns))[0]


def source(rows: int, subject: str = "person", **tags: str) -> Source:
    return Source(rows=rows, subject=subject, tags={name: frozenset({tag}) for name, tag in tags.items()})


def identity(number: int) -> str:
    body = f"3301061990{number // 28 % 12 + 1:02d}{number % 28 + 1:02d}{number % 1000:03d}"
    weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    return body + "10X98765432"[sum(int(c) * w for c, w in zip(body, weights, strict=True)) % 11]


def test_k_l_t_are_those_of_the_written_rows() -> None:
    """Three of one class and two of another: k is 2, one class holds one illness only."""
    found = measure(
        [part(sex=["a", "a", "a", "b", "b"], ill=["x", "y", "x", "x", "x"])],
        kind="table",
        recipe=ROWS,
        source=source(5),
    )
    assert (found["k"], found["uniques"], found["max_risk"]) == (2, 0, 0.5)
    assert found["l"] == {"ill": 1}
    assert found["t"] == {"ill": pytest.approx(0.2, abs=0.14)}


def test_parts_are_measured_together() -> None:
    """A class that is split over two parts is one class."""
    halves = [part(sex=["a"], ill=["x"]), part(sex=["a"], ill=["y"])]
    assert measure(halves, kind="table", recipe=ROWS, source=source(2))["k"] == 2


def test_a_tagged_column_counts_whatever_the_recipe_calls_it() -> None:
    """A recipe that forgot the division is not believed."""
    recipe = {
        "columns": {"sex": {"role": "quasi_identifier", "operator": "keep"}, "d": {"role": "plain", "operator": "keep"}}
    }
    table = part(sex=["a"] * 4, d=["1", "1", "1", "2"])
    found = measure([table], kind="table", recipe=recipe, source=source(4, d="geo.division"))
    assert found["quasi_identifiers"] == ["d", "sex"]
    assert found["k"] == 1


def test_direct_identifiers_are_found_again() -> None:
    """Whole, with blanks, and inside a text; a number with a wrong check digit is none."""
    good = [identity(n) for n in range(30)]
    found = measure(
        [part(a=good, b=[f"{n[:6]} {n[6:14]} {n[14:]}" for n in good], c=[f"患者证件号为{n}，已经登记在案。" for n in good],
              d=[n[:-1] + ("1" if n[-1] != "1" else "2") for n in good], e=[f"139{n:08d}" for n in range(30)])],
        kind="table", recipe=None, source=source(30),
    )["rescan"]  # fmt: skip
    tags = {(one["column"], one["tag"]) for one in found}
    assert {
        ("a", "person.id_number"),
        ("b", "person.id_number"),
        ("c", "person.id_number"),
        ("e", "person.phone"),
    } <= tags
    assert not any(one["column"] == "d" and one["kind"] == "resident_id" for one in found)


def test_a_phone_of_an_organisation_is_no_persons() -> None:
    """The column is tagged as such."""
    found = measure([part(p=["13900000001"] * 5)], kind="table", recipe=None, source=source(5, "org", p="org.phone"))
    assert found["rescan"] == []


def test_wrong_check_digits_are_counted() -> None:
    """91330106MA2D0EM0X1 style codes: one good one, one with its last digit changed."""
    good = "91350100M000100Y43"  # The example of GB 32100-2015.
    found = measure(
        [part(u=[good, good[:-1] + "4", "short"])], kind="table", recipe=None, source=source(3, "org", u="org.uscc")
    )
    assert found["checksum"] == [{"column": "u", "kind": "uscc", "checked": 2, "failed": 1}]


def test_lost_leading_zeros_and_rows_are_seen() -> None:
    """The source had two codes with a zero in front; the written column has none."""
    facts = {"c": {"rows": 2, "nulls": 0, "leading_zeros": 2, "distinct": 2}}
    found = measure([part(c=[1, 2])], kind="table", recipe=None, source=Source(rows=2, subject="object", columns=facts))
    assert not found["fidelity"]["leading_zeros_ok"]
    lost = measure([part(c=["01"])], kind="table", recipe=None, source=Source(rows=2, subject="object", columns=facts))
    assert not lost["fidelity"]["rows_equal"]


CUBE = {
    "aggregate": {
        "dimensions": [{"column": "a"}, {"column": "b"}],
        "measures": [{"name": "n", "function": "count"}],
        "minimum_cell": 10,
    }
}


def cube(*cells: tuple[str, str, int | None, str]) -> bytes:
    a, b, n, status = zip(*cells, strict=True)
    return write_part(
        pa.table({"a": list(a), "b": list(b), "n": pa.array(n, pa.int64()), "cell_status": list(status)})
    )[0]


SMALL, OTHER, OPEN = "suppressed_primary", "suppressed_complementary", "published"


def test_a_cell_that_a_total_gives_away_is_counted() -> None:
    """One hidden cell in a row whose total is shown."""
    cells = [("x", "p", None, SMALL), ("x", "q", 20, OPEN), ("y", "p", 30, OPEN), ("y", "q", 40, OPEN),
             ("x", "合计", 23, OPEN), ("y", "合计", 70, OPEN)]  # fmt: skip
    found = measure([cube(*cells)], kind="cube", recipe=CUBE, source=source(93))
    assert (found["min_cell"], found["suppressed_cells"], found["derivable_cells"]) == (20, 1, 1)


def test_a_square_of_hidden_cells_keeps_its_secret() -> None:
    """Two by two hidden: totals leave one degree of freedom."""
    cells = [("x", "p", None, SMALL), ("x", "q", None, OTHER), ("y", "p", None, OTHER), ("y", "q", None, OTHER),
             ("x", "合计", 45, OPEN), ("y", "合计", 70, OPEN), ("合计", "p", 46, OPEN), ("合计", "q", 69, OPEN)]  # fmt: skip
    assert measure([cube(*cells)], kind="cube", recipe=CUBE, source=source(115))["derivable_cells"] == 0


def test_bounds_give_cells_away_where_sums_alone_do_not() -> None:
    """Two small cells that add up to two: each is one."""
    cells = [("x", "p", None, SMALL), ("x", "q", None, SMALL), ("x", "合计", 2, OPEN)]
    assert measure([cube(*cells)], kind="cube", recipe=CUBE, source=source(2))["derivable_cells"] == 2


def test_a_hidden_cell_that_kept_its_count_is_a_leak() -> None:
    """The status says hidden, the value says otherwise."""
    cells = [("x", "p", 3, SMALL), ("x", "q", 20, OPEN)]
    assert measure([cube(*cells)], kind="cube", recipe=CUBE, source=source(23))["derivable_cells"] >= 1


def test_levels_that_cross_with_a_public_release_are_refused() -> None:
    """Public has years by province, new has decades by county: together finer than each."""
    recipe = {"columns": {"t": {"role": "quasi_identifier"}, "d": {"role": "quasi_identifier"}}}
    new = part(t=["1990s"] * 40, d=["330106", "330102"] * 20)
    old = Published(digest="sha256:x", kind="table", same_product=True, k=20, demanded=20, quasi=("t", "d"),
                    parts=[part(t=["1990", "1991"] * 20, d=["33"] * 40)])  # fmt: skip
    found = measure([new], kind="table", recipe=recipe, source=source(40), obligations={"k": 20}, earlier=[old])[
        "linkage"
    ]
    assert not found["ok"]
    assert found["notes"][0]["levels_cross"]


def test_a_coarser_release_beside_a_finer_one_adds_nothing() -> None:
    """The joint classes are those of the finer one."""
    recipe = {"columns": {"d": {"role": "quasi_identifier"}}}
    old = Published(digest="sha256:x", kind="table", same_product=True, k=20, demanded=20, quasi=("d",),
                    parts=[part(d=["330106", "330102"] * 20)])  # fmt: skip
    found = measure(
        [part(d=["33"] * 40)], kind="table", recipe=recipe, source=source(40), obligations={"k": 20}, earlier=[old]
    )
    assert found["linkage"]["ok"]
    assert found["linkage"]["worst"] == 20


def test_a_cell_that_an_earlier_cube_showed_is_refused() -> None:
    """Hidden now, shown before, under a total that did not change."""
    before = cube(("x", "p", 12, OPEN), ("x", "q", 20, OPEN), ("x", "合计", 32, OPEN))
    now = cube(("x", "p", None, SMALL), ("x", "q", None, OTHER), ("x", "合计", 32, OPEN))
    old = Published(digest="sha256:x", kind="cube", same_product=True, dimensions=("a", "b"), count="n", parts=[before])
    found = measure([now], kind="cube", recipe=CUBE, source=source(32), obligations={"min_cell": 10}, earlier=[old])
    assert not found["linkage"]["ok"]
