"""Nothing but the reference hub knows a case: other tables under other column names get the same codes.

The entries here are made by this test, with departments' spelling, tables and columns that no other part has seen, and
entered into the running hub beside its own catalogue.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from desk_client import account, hub, settled, wait_for
from outcome import codes_of

from govopen_harvesters.reference_hub import people, seed
from govopen_harvesters.reference_hub.departments import DEPARTMENTS
from govopen_harvesters.reference_hub.entry import Column, Entry, col
from govopen_harvesters.reference_hub.keys import Keys
from govopen_harvesters.reference_hub.store import Store

pytestmark = pytest.mark.integration
ROWS = 4000


def _untagged(*names: str) -> tuple[Column, ...]:
    return tuple(
        col(name, f"栏目{name}", f"Item {name}", f"第{name}栏的内容", f"What stands in column {name}") for name in names
    )


def _entry(key: str, **more: Any) -> Entry:
    values: dict[str, Any] = {
        "dept": next(iter(DEPARTMENTS)),
        "title": (f"未见过的清单{key}", f"List never seen {key}"),
        "notes": (
            f"本清单由测试生成，编号{key}，任何规则均未见过其列名。",
            f"Made by a test, number {key}; no rule has seen its columns.",
        ),
        "row_meaning": ("每行一条", "One line"),
        "theme": "living",
        "tags": ("测试",),
        **more,
    }
    return Entry(key=key, **values)


def _renamed(make: Any, names: dict[str, str]) -> Any:
    def made(rng: np.random.Generator) -> dict[str, Any]:
        table = make(rng)
        return {new: table[old] for old, new in names.items()}

    return made


def _trees(rng: np.random.Generator) -> dict[str, Any]:
    return {
        "Q1": [f"GS{n:04d}" for n in range(300)],
        "Q2": rng.choice(np.array(["银杏", "香樟", "国槐", "侧柏"]), 300),
        "Q3": rng.integers(80, 900, 300),
    }


PEOPLE = {"sfzh": "K1", "xm": "K2", "xb": "K3", "csrq": "K4", "zz": "K5", "lxdh": "K6"}
VISITS = {
    "patient_id": "V1",
    "patient_name": "V2",
    "sex": "V3",
    "birth_date": "V4",
    "diagnosis_code": "V5",
    "diagnosis_name": "V6",
    "division": "V7",
}
ENTRIES = (
    (_entry("t-trees", columns=_untagged("Q1", "Q2", "Q3"), table=_trees), set()),
    (
        _entry("t-people", columns=_untagged(*PEOPLE.values()), table=_renamed(people.population(ROWS), PEOPLE)),
        {"rule.closed.personal"},
    ),
    (
        _entry("t-visits", columns=_untagged(*VISITS.values()), table=_renamed(people.outpatients(ROWS), VISITS)),
        {"rule.closed.personal"},
    ),
    (
        _entry("t-unapproved", columns=_untagged("Q1", "Q2", "Q3"), table=_trees, approval="missing"),
        {"hub.not_approved"},
    ),
    (
        _entry("t-expired", columns=_untagged("Q1", "Q2", "Q3"), table=_trees, approval="expired"),
        {"hub.approval_expired"},
    ),
    (_entry("t-digest", columns=_untagged("Q1", "Q2", "Q3"), table=_trees, fault="digest"), {"package.digest"}),
    (_entry("t-forged", columns=_untagged("Q1", "Q2", "Q3"), table=_trees, fault="forged_manifest"), {"hub.signature"}),
    (_entry("t-replay", columns=_untagged("Q1", "Q2", "Q3"), table=_trees, fault="replay"), {"hub.replay"}),
    (
        _entry(
            "t-mark", columns=_untagged("Q1", "Q2", "Q3"), table=_trees, title=("秘密★10年 古树后备清单", "Marked list")
        ),
        {"package.secrecy_mark"},
    ),
    (_entry("t-map", kind="map", form="csv", columns=_untagged("Q1", "Q2", "Q3"), table=_trees), {"package.type"}),
    (
        _entry(
            "t-ragged", columns=_untagged("Q1", "Q2", "Q3"), table=_trees, raw=lambda raw: raw + b"GS9999,one,2,3,4\r\n"
        ),
        {"package.schema", "package.unreadable"},
    ),
)


@pytest.fixture(scope="module")
def outcomes(home: Any) -> dict[str, set[str]]:
    """Enter the entries into the running hub, let the desk take them in, and read what became of each."""
    folder = home.path / "hub"
    store, keys = Store(folder), Keys.of(folder)
    for position, (entry, _) in enumerate(ENTRIES, 5001):
        if store.one("select 1 from item where key = ?", entry.key) is None:
            seed._enter(store, keys, entry, position, 987654)
    remote = {case["key"]: case["remote_id"] for case in hub(home).get("cases")["cases"]}
    account(home, "operator").call("intake_run")
    wanted = {remote[entry.key] for entry, _ in ENTRIES}
    url = home.status()["desk_database_url"]
    wait_for("every item taken in", lambda: wanted <= set(codes_of(url)), seconds=90)
    settled(home)
    found = codes_of(url)
    return {entry.key: found[remote[entry.key]] for entry, _ in ENTRIES}


@pytest.mark.parametrize(("entry", "codes"), ENTRIES, ids=[entry.key for entry, _ in ENTRIES])
def test_an_unseen_table_gets_the_same_code(outcomes: dict[str, set[str]], entry: Entry, codes: set[str]) -> None:
    """The code follows from what is wrong, not from a name."""
    found = outcomes[entry.key]
    assert (found & codes) if codes else not found, f"{entry.key}: {found or 'no code'}, wanted {codes or 'none'}"


def test_every_case_of_the_hub_got_the_code_that_it_deserves(home: Any) -> None:
    """The hub says which code each of its items deserves; the desk, which was never told, came to the same."""
    found = codes_of(home.status()["desk_database_url"])
    wrong = {
        case["key"]: (case["expect"], sorted(found.get(case["remote_id"], ())))
        for case in hub(home).get("cases")["cases"]
        if case["expect"] and case["expect"] not in found.get(case["remote_id"], set())
    }
    assert not wrong, f"{len(wrong)} items: {wrong}"
