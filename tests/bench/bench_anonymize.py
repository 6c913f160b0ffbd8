"""Smoke timing of de-identification on 100,000 generated rows: scan, suggest, rows with a lattice, cube, measure.

Run: python tests/bench/bench_anonymize.py [rows]. Prints a table; needs no other program.
"""

from __future__ import annotations

import importlib.util
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from govopen_anonymize import Recipe, measure, run, scan

HERE = Path(__file__).resolve()
spec = importlib.util.spec_from_file_location("anonymize_people", HERE.parents[1] / "unit/anonymize/people.py")
assert spec is not None
assert spec.loader is not None
people = importlib.util.module_from_spec(spec)
spec.loader.exec_module(people)

LATTICE = {
    "性别": {"role": "quasi_identifier", "operator": "keep"},
    "出生日期": {
        "role": "quasi_identifier",
        "operator": "generalise",
        "params": {"hierarchy": "birth_year", "levels": [{"width": 1}, {"width": 5}, {"width": 10}, {"all": True}]},
    },
    "户籍区划": {
        "role": "quasi_identifier",
        "operator": "generalise",
        "params": {
            "hierarchy": "division",
            "levels": [{"to": "county"}, {"to": "city"}, {"to": "province"}, {"all": True}],
        },
    },
    "民族": {
        "role": "quasi_identifier",
        "operator": "generalise",
        "params": {"hierarchy": "prefix", "levels": [{"keep": True}, {"all": True}]},
    },
    "受教育程度": {
        "role": "quasi_identifier",
        "operator": "generalise",
        "params": {"hierarchy": "prefix", "levels": [{"keep": True}, {"all": True}]},
    },
}


def timed(name: str, rows: int, work: Callable[[], Any]) -> Any:
    """Run once, print one line."""
    start, cpu = time.perf_counter(), time.process_time()
    result = work()
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{name:<44}{seconds:>9.2f} s{cpu:>9.2f} s CPU{rows / seconds:>14,.0f} rows/s{peak:>8} MB peak")
    return result


def main(rows: int) -> None:
    """Print the table."""
    register, visits, firms = people.population(rows), people.patients(rows), people.firms(rows)
    columns = {name: LATTICE.get(name, {"role": "plain", "operator": "drop"}) for name in register.column_names}
    plan = Recipe.load({"version": 1, "columns": columns, "models": [{"model": "k_anonymity", "k": 20}]})
    cube = Recipe.load(HERE.parents[2] / "schemas/recipes/examples/public_cube.yaml")
    timed(f"scan, register of {register.num_columns} columns", rows, lambda: scan(register))
    timed(f"scan, outpatient visits, {visits.num_columns} columns", rows, lambda: scan(visits))
    timed(f"scan, firms, {firms.num_columns} columns", rows, lambda: scan(firms))
    result = timed("rows, 5 quasi-identifiers, k = 20", rows, lambda: run(plan, register))
    print(
        f"    levels {result.report.levels}, k {result.report.after['k']}, suppressed {result.report.suppressed}, {dict(result.report.search)}"
    )
    made = timed("cube, 4 dimensions, cells of 10 and more", rows, lambda: run(cube, visits))
    print(f"    { ({k: v for k, v in made.report.cube.items() if k != 'dimensions'}) }")
    timed("measure, 5 quasi-identifiers, one sensitive", rows, lambda: measure(register, list(LATTICE), ["职业"]))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
