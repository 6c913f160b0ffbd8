"""Code lists: spoken in two languages, found by whatever a source calls them, and equal to what the form offers."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import pytest
import yaml

from ckanext.govopen import codes
from ckanext.govopen.desk.catalogue.codes import CODED, code_of, normalise

FORM: dict[str, Any] = yaml.safe_load(
    files("govopen_schemas").joinpath("catalogue", "dataset.yaml").read_text(encoding="utf-8")
)
LISTS = sorted(path.name.removesuffix(".csv") for path in files("govopen_schemas").joinpath("codes").iterdir()
               if path.name.endswith(".csv"))  # fmt: skip


@pytest.mark.parametrize("name", LISTS)
def test_every_list_has_a_chinese_label_for_each_code(name: str) -> None:
    """Chinese first; English too, but for the names of regions."""
    listed = codes.load(name)
    assert len(listed.codes) == len(set(listed.codes)) > 0
    assert all(code.zh and (code.en or name == "regions") for code in listed)


def test_a_label_follows_the_language_and_never_breaks() -> None:
    """An unknown code is shown as it is, a missing English label by the Chinese one."""
    types = codes.load("open_types")
    assert types.label("closed") == "不予开放"
    assert types.label("closed", "en") == types["closed"].label("en_GB") == "Closed"
    assert types.label("whatever") == "whatever"
    assert codes.load("regions").label("330106", "en") == "西湖区"
    assert "closed" in types
    assert types["closed"].more["rank"] == "2"


@pytest.mark.parametrize(
    ("name", "spelling", "code"),
    [
        ("open_types", "受限开放", "conditional"),
        ("open_types", " CLOSED ", "closed"),
        ("update_cycles", "4", "monthly"),
        ("update_cycles", "EVERY_DAY", "daily"),
        ("themes", "气象", "weather"),
        ("themes", "医疗卫生", "health"),
        ("share_types", "3", "3"),
        ("themes", "moon", None),
        ("themes", None, None),
        ("themes", "", None),
    ],
)
def test_a_source_is_understood_by_code_label_or_alias(name: str, spelling: str | None, code: str | None) -> None:
    """Platforms number the same classes differently; what no list knows is nothing."""
    assert codes.load(name).find(spelling) == code


def test_normalising_empties_what_it_does_not_know() -> None:
    """Every coded field comes out in our codes, or empty."""
    made = normalise({"open_type": "有条件开放", "share_type": 1, "theme": "moon"})
    assert made == {**dict.fromkeys(CODED, ""), "open_type": "conditional", "share_type": "1"}
    assert code_of("update_cycle", None) == ""


@pytest.mark.parametrize(
    "field", [field for field in FORM["dataset_fields"] if "choices" in field], ids=lambda field: field["field_name"]
)
def test_the_form_offers_what_its_list_has(field: dict[str, Any]) -> None:
    """Choices are written into the schema so that it stands alone; they must not drift from the list."""
    listed = codes.load(field["govopen_codes"])
    offered = {one["value"]: (one["label"]["zh_Hans_CN"], one["label"]["en"]) for one in field["choices"]}
    assert offered == {code.code: (code.zh, code.en) for code in listed}


def test_reasons_speak_both_languages_and_say_what_to_do() -> None:
    """Each code has title and remedy in both languages; an unlisted one keeps its name."""
    assert codes.reason("gate.k").title != codes.reason("gate.k", "en").title
    for code in codes.reasons():
        for lang in ("zh_Hans_CN", "en"):
            assert codes.reason(code, lang).title
            assert codes.reason(code, lang).remedy
    assert codes.reason("moon").title == "moon"


def test_every_code_of_the_design_is_listed() -> None:
    """Codes that clients read; none may be missing."""
    closed = "state_secret business_secret personal other_law third_party in_process"
    wanted = {f"rule.closed.{one}" for one in closed.split()}
    wanted |= {ground.more["reason"] for ground in codes.load("closed_grounds")}
    wanted |= {
        f"gate.{one}" for one in ["direct_identifier", "k", "small_cell", "linkage", "fidelity", "quality", "checksum"]
    }
    wanted |= {f"standing.{one}" for one in ["schema", "drift", "finding", "expired"]}
    wanted |= {f"query.{one}" for one in ["field", "operator", "value", "limit"]}
    wanted |= {f"access.{one}" for one in ["no_grant", "quota", "key"]}
    wanted |= {
        f"hub.{one}" for one in ["not_approved", "approval_expired", "withdrawn", "signature", "replay", "unreachable"]
    }
    wanted |= {f"package.{one}" for one in ["digest", "size", "schema", "unreadable", "secrecy_mark", "type"]}
    wanted |= {"entry.incomplete", "entry.column_undescribed", "rule.no_match", "vault.space"}
    wanted |= {"review.same_officer", "review.lapsed", "release.closed", "release.superseded"}
    assert wanted <= set(codes.reasons())


def test_the_schema_needs_no_validator_of_ours() -> None:
    """It loads wherever scheming does: presets of its own, validators of CKAN."""
    presets = {field["preset"] for field in FORM["dataset_fields"] if "preset" in field}
    assert presets == {"title", "dataset_slug", "tag_string_autocomplete", "dataset_organization", "select"}
    rest = [*FORM["dataset_fields"], *FORM["resource_fields"]]
    validators = {name for field in rest for name in field.get("validators", "").split()}
    assert validators == {"ignore_missing", "not_empty", "unicode_safe", "remove_whitespace"}
    names = [field["field_name"] for field in FORM["dataset_fields"]]
    assert len(names) == len(set(names))
