"""The reference hub's catalogue: wide enough, described in both languages, every case there, the same for a seed."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from govopen_harvesters.reference_hub import people
from govopen_harvesters.reference_hub.catalogue import entries
from govopen_harvesters.reference_hub.departments import DEPARTMENTS
from govopen_harvesters.reference_hub.files import csv_bytes
from govopen_harvesters.reference_hub.numbers import uscc, usccs

ALL = entries(400)
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def test_sixty_entries_from_eight_departments_at_two_levels() -> None:
    assert len(ALL) >= 62
    assert len({entry.key for entry in ALL}) == len(ALL)
    used = {entry.dept for entry in ALL}
    assert len(used) >= 8
    assert {DEPARTMENTS[dept].level for dept in used} == {"city", "county"}
    assert {"market", "health", "education", "transport", "weather"} <= {entry.theme for entry in ALL}
    assert {"population", "legal_person", "geography", "macro_economy"} <= {entry.base_library for entry in ALL}


@pytest.mark.parametrize(
    "code",
    [
        "hub.not_approved",
        "hub.approval_expired",
        "hub.withdrawn",
        "hub.signature",
        "hub.replay",
        "package.digest",
        "package.schema",
        "package.unreadable",
        "package.secrecy_mark",
        "package.type",
        "entry.column_undescribed",
        "gate.checksum",
        "rule.closed.personal",
        "rule.closed.business_secret",
        "rule.closed.third_party",
        "rule.closed.in_process",
        "rule.closed.other_law",
    ],
)
def test_every_case_is_there_twice(code: str) -> None:
    assert Counter(entry.expect for entry in ALL)[code] >= 2


@pytest.mark.parametrize("entry", ALL, ids=lambda entry: entry.key)
def test_entries_speak_both_languages(entry) -> None:  # type: ignore[no-untyped-def]
    for two in (entry.title, entry.notes, entry.caveats, entry.origin):
        assert two[0]
        assert two[1]
        assert two[1].isascii() or "(" in two[1]
    assert len(entry.notes[0]) >= 12
    if entry.table is None or entry.expect == "entry.column_undescribed":
        return
    assert list(entry.table(np.random.default_rng(1))) == [column.name for column in entry.columns]
    for column in entry.columns:
        assert all((*column.title, *column.meaning)), column.name


def test_identity_numbers_have_right_check_digits_and_unassigned_divisions() -> None:
    who = people.people(np.random.default_rng(3), 2000)
    for number, birth, sex in zip(who["id_number"], who["birth_date"], who["sex"], strict=True):
        total = sum(int(digit) * weight for digit, weight in zip(number[:17], WEIGHTS, strict=True))
        assert number[17] == "10X98765432"[total % 11]
        assert number[6:14] == birth.replace("-", "")
        assert (int(number[16]) % 2 == 1) == (sex == "男")
        assert number[2:4] == "99"


def test_credit_codes_have_right_check_characters() -> None:
    assert uscc("91350100", "M000100Y") == "91350100M000100Y43"
    codes = usccs(np.random.default_rng(1), 500)
    assert len(set(codes)) == 500
    assert codes == [uscc(code[:8], code[8:16]) for code in codes]


def test_the_same_seed_gives_the_same_bytes_and_another_does_not() -> None:
    made = people.outpatients(300)
    first, again, other = (csv_bytes(made(np.random.default_rng(seed))) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_ages_and_diagnoses_look_like_a_city() -> None:
    table = people.outpatients(20_000)(np.random.default_rng(5))
    seen = Counter(table["diagnosis_code"])
    assert len(seen) >= 150
    assert seen.most_common(1)[0][1] > 10 * min(seen.values())
    children = people.people(np.random.default_rng(5), 20_000)["age"] < 14
    assert 0.08 < children.mean() < 0.25
