"""Scanning: what is found in tables that look like a department's, and what must not be taken for personal data."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest

from govopen_anonymize import scan
from govopen_anonymize.detect.text import find, redact

TODAY = dt.date(2026, 11, 24)


def kinds(table: pa.Table, **more: object) -> dict[str, set[str]]:
    """Kinds found per column."""
    found: dict[str, set[str]] = {}
    for f in scan(table, today=TODAY, **more):  # type: ignore[arg-type]
        found.setdefault(f.column, set()).add(f.kind)
    return found


def test_population_register(people) -> None:
    """Every personal column of a register is found with its kind."""
    assert kinds(people.population(3000)) == {
        "姓名": {"person_name"},
        "公民身份号码": {"id_card_18"},
        "性别": {"sex"},
        "民族": {"ethnic_group"},
        "出生日期": {"birth_date"},
        "年龄": {"age"},
        "户籍区划": {"division_code"},
        "现住址": {"address"},
        "手机号码": {"mobile"},
        "受教育程度": {"education"},
        "职业": {"occupation"},
        "银行卡号": {"bank_card"},
        "月收入": {"money"},
    }


@pytest.mark.parametrize("maker", ["population", "patients", "firms"])
def test_renamed_columns_give_the_same_kinds(maker: str, people) -> None:
    """Columns are known by their values; the header only raises confidence."""
    table = getattr(people, maker)(3000)
    renamed = kinds(table.rename_columns([f"c{i}" for i in range(table.num_columns)]))
    assert {int(c[1:]): k for c, k in renamed.items()} == {
        table.column_names.index(c): k for c, k in kinds(table).items()
    }


def test_organisations_have_phones_of_their_own(people) -> None:
    """In a register of firms a landline is the firm's; sole traders are named as natural persons."""
    tags = {(f.column, f.tag) for f in scan(people.firms(2000), today=TODAY)}
    assert ("联系电话", "org.phone") in tags
    assert ("统一社会信用代码", "person.sole_trader") in tags
    assert ("企业名称", "org.name") in tags


def test_full_width_and_spaced_numbers_are_found(people) -> None:
    """Full-width digits, spaces and dashes hide nothing."""
    numbers = people.population(300)["公民身份号码"].to_pylist()
    wide = [n.translate({i: i + 0xFEE0 for i in range(48, 91)}) for n in numbers]
    spaced = [f"{n[:6]} {n[6:14]}-{n[14:]}" for n in numbers]
    found = kinds(pa.table({"a": wide, "b": spaced}))
    assert "id_card_18" in found["a"]
    assert "id_card_18" in found["b"]


def test_wrong_check_digits_are_not_taken(people) -> None:
    """Numbers of the right build with a wrong check digit are neither identities nor cards."""
    table = people.population(500)
    wrong = [n[:17] + ("0" if n[17] != "0" else "1") for n in table["公民身份号码"].to_pylist()]
    cards = [n[:-1] + str((int(n[-1]) + 1) % 10) for n in table["银行卡号"].to_pylist()]
    found = kinds(pa.table({"a": wrong, "b": cards}))
    assert not found.get("a", set()) & {"id_card_18", "bank_card"}
    assert "bank_card" not in found.get("b", set())


def test_credit_code_of_digits_only_is_no_identity(people) -> None:
    """One winner by rank: 18 digits without a date are a credit code where its check passes."""
    rng, codes = np.random.default_rng(2), []
    while len(codes) < 60:
        body = "91330106" + "".join(map(str, rng.integers(0, 10, 9)))
        total = sum(people.CREDIT.index(c) * pow(3, i, 31) for i, c in enumerate(body))
        check = people.CREDIT[(31 - total % 31) % 31]
        codes += [body + check] if check.isdigit() else []
    assert kinds(pa.table({"x": codes}))["x"] == {"uscc"}


def test_masked_and_hashed_identifiers_are_still_identifiers() -> None:
    """A mask or a bare hash is a way to display, never a proof."""
    import hashlib

    table = pa.table(
        {
            "m": [f"138****{i:04d}" for i in range(200)],
            "h": [hashlib.md5(str(i).encode()).hexdigest() for i in range(200)],
        }
    )
    tags = {(f.column, f.kind, f.tag) for f in scan(table, today=TODAY)}
    assert tags == {("m", "masked_identifier", "person.masked_id"), ("h", "hashed_identifier", "person.masked_id")}


def test_one_number_among_many_harmless_cells_is_found(people) -> None:
    """A single identity number in a column of remarks is found: rare is not harmless."""
    number = people.population(1)["公民身份号码"][0].as_py()
    table = pa.table({"remark": [f"第{i}号道路已检查" for i in range(5000)] + [f"当事人证件{number}已核"]})
    hit = next(f for f in scan(table, today=TODAY) if f.kind == "id_card_18")
    assert (hit.column, hit.count) == ("remark", 1)


def test_longer_digit_runs_are_not_cut(people) -> None:
    """An order number of 22 digits holds no identity number."""
    number = people.population(1)["公民身份号码"][0].as_py()
    assert not find(f"订单{number[:17]}1234{number[17]}99".replace("X", "0"))
    assert not [h for h in find("流水13812345678901234号") if h.kind == "mobile"]


def test_findings_carry_no_value(people) -> None:
    """Examples are shapes: no value of the table can be read from a finding."""
    table = people.population(500)
    text = " ".join(str(f.to_dict()) for f in scan(table, today=TODAY))
    for name in ("公民身份号码", "手机号码", "银行卡号", "现住址"):
        assert not any(value in text for value in table[name].to_pylist())


def test_a_release_is_not_taken_for_raw_data(people) -> None:
    """What the operators make raises no alarm in the gate's second scan: pseudonyms, surnames, bands, coarse divisions."""
    from govopen_anonymize import Recipe, run

    columns = {c: {"role": "plain", "operator": "drop"} for c in people.population(1).column_names} | {
        "公民身份号码": {"role": "identifier", "operator": "pseudonym", "params": {"key_ref": "k"}},
        "姓名": {"role": "identifier", "operator": "surname_only"},
        "出生日期": {
            "role": "plain",
            "operator": "generalise",
            "params": {"hierarchy": "birth_year", "levels": [{"width": 5}]},
        },
    }
    made = run(Recipe.load({"version": 1, "columns": columns}), people.population(800), keys={"k": b"k" * 32}).table
    assert not scan(made, today=TODAY)


def test_minors_are_named(people) -> None:
    """Where most identity numbers belong to children under 14, the table says so."""
    born = people.dates(np.random.default_rng(1), 300, dt.date(2015, 1, 1), dt.date(2019, 1, 1))
    table = pa.table({"n": [people.id18("330106", b, i) for i, b in enumerate(born)]})
    assert "person.minor" in {f.tag for f in scan(table, today=TODAY)}


def test_harmless_tables_stay_harmless() -> None:
    """Weather, stations, statistics and institutions hold nobody's data."""
    rng = np.random.default_rng(3)
    weather = pa.table(
        {
            "日期": [f"2025-01-{d % 28 + 1:02}" for d in range(500)],
            "气温": rng.normal(10, 5, 500).round(1),
            "雨量": rng.random(500),
        }
    )
    stations = pa.table(
        {
            "站名": ["白石洲", "车公庙", "华强北", "高新园", "罗湖", "老街"] * 20,
            "线路": ["1号线"] * 120,
            "客流": rng.integers(1000, 90000, 120),
        }
    )
    schools = pa.table(
        {
            "学校名称": [f"某市第{i}中学" for i in range(80)],
            "办学层次": ["高中", "初中"] * 40,
            "电话": [f"0571-8{i:07d}" for i in range(80)],
        }
    )
    for table in (weather, stations, schools):
        assert not [f for f in scan(table, today=TODAY) if f.tag.startswith("person.")]


@pytest.mark.parametrize(
    "table",
    [
        pa.table({}),
        pa.table({"a": pa.array([], pa.string())}),
        pa.table({"a": pa.nulls(5)}),
        pa.table({"a": [None, ""], "b": [None, float("nan")]}),
        pa.table({"a": [True]}),
        pa.table({"a": [b"\xff\x00"]}),
        pa.table({"a": [[1, 2]]}),
        pa.table({"a": ["x" * 100_000, "\u0000", "😀"]}),
        pa.table({"a": [dt.date(2020, 1, 1)], "b": [dt.datetime(2020, 1, 1, tzinfo=dt.UTC)], "c": [dt.time(1)]}),
    ],
)
def test_odd_tables_do_not_break_it(table: pa.Table) -> None:
    """Empty, null, nested, binary and huge cells give a list."""
    assert isinstance(scan(table, today=TODAY), list)


def test_a_detector_of_ones_own() -> None:
    """A few lines add a kind to scanning and redaction."""
    from govopen_anonymize.detect import patterns

    before = list(patterns.PATTERNS)
    try:
        patterns.register(patterns.Pattern(kind="badge", tag="person.other_id", regex=r"工牌[甲乙丙]\d", rank=30))
        assert kinds(pa.table({"a": ["工牌甲1", "工牌乙2"]}))["a"] == {"badge"}
        assert redact("他的工牌甲1丢了") == "他的［个人信息］丢了"
    finally:
        patterns.PATTERNS[:] = before


def test_the_package_stands_alone() -> None:
    """Importing it brings in nothing of CKAN, Flask, SQLAlchemy or the other GovOpen packages."""
    import subprocess
    import sys

    code = (
        "import sys, govopen_anonymize, govopen_anonymize.cli; "
        "print([m for m in sys.modules if m.split('.')[0] in ('ckan', 'flask', 'sqlalchemy', 'pandas', 'govopen_harvesters', 'govopen_stack', 'govopen_schemas')])"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )


def test_text_is_redacted_in_place() -> None:
    """Names, numbers and addresses give way to their kind; the rest of the sentence stays."""
    text = "投诉人张三丰来电称，手机１３８ 1234 5678，住浙江省杭州市西湖区文三路12号3单元501室，邮箱 a@b.cn，要求修路。"
    assert redact(text) == "投诉人［姓名］来电称,手机［手机号］,住［地址］,邮箱 ［邮箱］,要求修路。"
    assert redact("道路破损，要求修路。") == "道路破损，要求修路。"
