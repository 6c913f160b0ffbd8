"""From a descriptor to the catalogue and to what is frozen; all that is missing is told at once."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from ckanext.govopen.desk.catalogue.entry import (
    VOLATILE,
    Gap,
    descriptor_to_catalogue,
    incomplete,
    next_due,
    revision_body,
)

PROVIDER = {"code": "113301000024896137", "name_zh": "示范市卫生健康委员会", "region": "330100"}
FIELD = {
    "name_en": "name", "name_zh": "名称", "label": {"zh_Hans_CN": "名称", "en": "Name"}, "type": "C",
    "description": {"zh_Hans_CN": "药店名称", "en": "Name of the pharmacy"}, "data_level": 1, "sensitivity_tags": ["org.name"],
}  # fmt: skip
DESCRIPTOR: dict[str, Any] = {
    "title_translated": {"zh_Hans_CN": "零售药店名录", "en": "Pharmacies"},
    "notes_translated": {"zh_Hans_CN": "全市零售药店的名称、地址和许可信息。", "en": "Pharmacies of the city."},
    "share_type": "1", "open_type": "无条件开放", "update_cycle": "4", "theme": "health",
    "row_meaning": {"zh_Hans_CN": "每行一家药店", "en": "One pharmacy"},
    "contact_unit": "数据科", "license_id": "govopen-open-1.0", "tags": ["药店", "a/b", "x"], "fields": [FIELD],
}  # fmt: skip


@pytest.fixture
def package() -> dict[str, Any]:
    """The package of a descriptor that lacks nothing."""
    return descriptor_to_catalogue(DESCRIPTOR, PROVIDER)


def test_a_descriptor_becomes_a_package(package: dict[str, Any]) -> None:
    """Texts in two languages, codes of ours, the provider's code and region where the descriptor has none."""
    assert (package["title"], package["title_en"]) == ("零售药店名录", "Pharmacies")
    assert (package["open_type"], package["update_cycle"], package["high_value"]) == (
        "unconditional",
        "monthly",
        "health",
    )
    assert (package["provider_uscc"], package["region"]) == ("113301000024896137", "330100")
    assert package["license_id"] == "govopen-unconditional"
    assert package["tags"] == [{"name": "a b"}, {"name": "药店"}]
    assert json.loads(package["govopen_fields"])[0] == {
        "name": "name", "name_zh": "名称", "name_en": "Name", "description_zh": "药店名称",
        "description_en": "Name of the pharmacy", "type": "string", "unit": "", "codelist": "", "tags": ["org.name"],
        "grade": "L1", "treatment": {},
    }  # fmt: skip


def test_a_bare_descriptor_is_taken_as_it_is() -> None:
    """Plain strings, unknown codes, nothing else: empty fields, no error."""
    made = descriptor_to_catalogue(
        {"title": "表", "license_id": "own", "fields": [{"name_en": "a", "data_level": 9}]}, {}
    )
    assert (made["title"], made["title_en"], made["theme"], made["high_value"]) == ("表", "", "", "")
    assert made["license_id"] == "own"
    assert json.loads(made["govopen_fields"])[0]["grade"] == ""
    declared = descriptor_to_catalogue({"high_value": "交通", "notes": {"zh": "说明"}}, {})
    assert (declared["high_value"], declared["notes"]) == ("transport", "说明")


def test_what_is_frozen_follows_words_and_not_figures(package: dict[str, Any]) -> None:
    """A refresh changes no revision; a word does."""
    body = revision_body(package)
    assert not VOLATILE & body.keys()
    assert revision_body({**package, "row_count": "9", "quality_score": "95"}) == body
    assert revision_body({**package, "caveats": "注意"}) != body
    assert body["tags"] == ["a b", "药店"]
    assert revision_body(body) == body


@pytest.mark.parametrize("stored", ["", "{", None, '["x"]'])
def test_columns_that_are_none_count_as_none(stored: str | None) -> None:
    """Broken JSON in the package is an empty list, not a crash."""
    assert revision_body({"govopen_fields": stored})["govopen_fields"] == []


def test_a_full_entry_lacks_nothing(package: dict[str, Any]) -> None:
    """No gap in an honest descriptor."""
    assert incomplete(revision_body(package)) == []


def test_all_gaps_are_told_at_once() -> None:
    """一次性告知: every field that is missing, with its own code."""
    field = {**FIELD, "description": {"zh_Hans_CN": " "}}
    made = descriptor_to_catalogue(
        {"title": "表", "notes": "太短", "open_type": "conditional", "share_type": "2", "fields": [field]}, PROVIDER
    )
    gaps = incomplete(revision_body(made))
    assert {gap.field for gap in gaps if gap.code == "entry.incomplete"} == {
        "update_cycle", "theme", "contact_unit", "license_id", "row_meaning", "open_condition", "share_condition", "notes",
    }  # fmt: skip
    assert Gap(code="entry.column_undescribed", field="name") in gaps


def test_a_closed_entry_owes_its_ground_and_no_licence() -> None:
    """What is not opened needs no licence and no row meaning, but says why."""
    made = descriptor_to_catalogue({**DESCRIPTOR, "open_type": "closed", "license_id": "", "row_meaning": ""}, PROVIDER)
    assert [gap.field for gap in incomplete(revision_body(made))] == ["closed_ground"]


@pytest.mark.parametrize(("cycle", "due"), [("daily", dt.date(2026, 11, 25)), ("irregular", None), ("moon", None)])
def test_the_next_update_is_due_by_its_cycle(cycle: str, due: dt.date | None) -> None:
    """What has no regular cycle is never due."""
    assert next_due(dt.date(2026, 11, 24), cycle) == due
