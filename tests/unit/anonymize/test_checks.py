"""Check digits: known good numbers, near misses, and the bulk checks that must agree with the single ones."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from govopen_anonymize import check_digits, validate_id
from govopen_anonymize.detect import bulk, checks

GOOD = [
    ("id18", "11010519491231002X"),
    ("id18", "１１０１０５１９４９１２３１００２ｘ"),
    ("id18", "110105 19491231 002X"),
    ("id18", "440524188001010014"),
    ("id15", "110105491231002"),
    ("uscc", "91350100M000100Y43"),
    ("uscc", "91350100m000100y43"),
    ("org9", "00000000-0"),
    ("org9", "D2143569X"),
    ("luhn", "4111111111111111"),
    ("luhn", "6222 0212 3456 7890 128"),
    ("vin", "1M8GDM9AXKP042788"),
    ("regno15", "110108000000016"),
]
BAD = [
    ("id18", "110105194912310021"),
    ("id18", "11010519491331002X"),
    ("id18", "99010519491231002X"),
    ("id18", "1101051949123100"),
    ("id15", "110105490231002"),
    ("uscc", "91350100M000100Y44"),
    ("uscc", "91350100I000100Y43"),
    ("org9", "D21435691"),
    ("luhn", "4111111111111112"),
    ("luhn", "0000000000000000"),
    ("vin", "1M8GDM9A0KP042788"),
    ("regno15", "110108000000017"),
    ("id18", ""),
    ("uscc", "统一社会信用代码"),
]


@pytest.mark.parametrize(("kind", "value"), GOOD)
def test_good_numbers_pass(kind: str, value: str) -> None:
    """Standard examples pass, full width, spaced and in lower case too."""
    assert validate_id(kind, value)


@pytest.mark.parametrize(("kind", "value"), BAD)
def test_near_misses_fail(kind: str, value: str) -> None:
    """One wrong digit, an impossible date, an unknown province, a forbidden letter."""
    assert not validate_id(kind, value)


def test_check_digits_counts_cells_not_values(people) -> None:
    """A wrong code that stands in three rows is three failures; empty cells are not checked."""
    good = people.uscc(np.random.default_rng(5))
    bad = good[:-1] + ("0" if good[-1] != "0" else "1")
    table = pa.table({"code": [good, bad, bad, bad, None, " "]})
    assert check_digits(table, "code", "uscc") == (4, 3)


@pytest.mark.parametrize("name", ["id18", "uscc", "luhn"])
def test_bulk_checks_agree_with_single_ones(name: str, people) -> None:
    """Matrices give the answer of the plain function for good, bad and odd texts alike."""
    rng = np.random.default_rng(7)
    table = people.population(400)
    texts = table["公民身份号码"].to_pylist() + table["银行卡号"].to_pylist() + [people.uscc(rng) for _ in range(200)]
    texts += [t[:-1] + str(rng.integers(0, 10)) for t in texts] + [
        "",
        "18个汉字也要能处理不出错误才算数啊",
        "110105194902300021",
        "0" * 18,
        "1" * 16,
    ]
    function = getattr(checks, name)
    assert bulk.check(function, pa.array(texts)).tolist() == [function(t) for t in texts]


def test_impossible_dates_are_no_dates() -> None:
    """30 February is no date in any spelling."""
    nothing = np.iinfo(np.int64).min
    days = bulk.days(
        pa.array(
            [
                "1970-01-02",
                "1970/1/2",
                "1970年1月2日",
                "19700102",
                "2023-02-30",
                "20230230",
                "abc",
                "1970-01-02 10:00:00",
            ]
        )
    )
    assert days.tolist() == [1, 1, 1, 1, nothing, nothing, nothing, 1]
