# SPDX-License-Identifier: Apache-2.0
"""Every refusal of this package: a stable code and a text in Chinese and English that says what to do.

No error ever carries the value of a cell: column, line, kind and count only. Library errors quote cells, so they are
replaced here and raised `from None`.
"""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

__all__ = [
    "AnonymizeError",
    "RecipeInvalid",
    "RecipeUnreadable",
    "ColumnWithoutRole",
    "ColumnMissing",
    "KeyMissing",
    "UnkeyedHash",
    "KeyInline",
    "HierarchyNotNested",
    "HierarchyMissing",
    "ModelUnreachable",
    "ColumnUnfit",
    "TableUnreadable",
    "SensitiveDropped",
    "CubeTooLarge",
    "OutputExists",
    "Internal",
]


class AnonymizeError(Exception):
    """Work that cannot go on. `code` is stable, `zh` and `en` fill in from keyword fields."""

    code: ClassVar[str] = "anonymize"
    zh: ClassVar[str] = "脱敏程序无法完成此操作。"
    en: ClassVar[str] = "The de-identification cannot do this."

    def __init__(self, **fields: Any) -> None:
        self.fields = fields
        super().__init__(self.message("en"))

    def message(self, language: str = "zh") -> str:
        """The text in one language (`zh` or `en`)."""
        template = self.en if language.startswith("en") else self.zh
        return template.format(**self.fields)

    def to_dict(self) -> dict[str, Any]:
        """What a program prints or stores."""
        return {"code": self.code, "message": {"zh": self.message("zh"), "en": self.message("en")}, **self.fields}

    def __reduce__(self) -> tuple[Any, ...]:
        return partial(type(self), **self.fields), ()


class RecipeUnreadable(AnonymizeError):
    """The recipe is no YAML, or no mapping."""

    code = "recipe.unreadable"
    zh = "方案文件第 {line} 行不是合法的 YAML，请修正后重试。"
    en = "Line {line} of the recipe is not valid YAML: mend it and try again."


class RecipeInvalid(AnonymizeError):
    """The recipe breaks its schema; names line and field."""

    code = "recipe.invalid"
    zh = "方案第 {line} 行字段 {field} 不符合规定：{problem_zh}。请对照 recipe.schema.json 修正。"
    en = "Recipe line {line}, field {field}: {problem}. Compare it with recipe.schema.json."


class ColumnWithoutRole(AnonymizeError):
    """A column of the table is not in the recipe: nothing is released by oversight."""

    code = "recipe.column_without_role"
    zh = "表中的列 {columns} 在方案中没有角色和算子，请为每一列写明。"
    en = "The table's columns {columns} have no role and operator in the recipe: name every column."


class ColumnMissing(AnonymizeError):
    """The recipe names a column that the table lacks."""

    code = "recipe.column_missing"
    zh = "方案引用的列 {columns} 在表中不存在，请检查列名。"
    en = "The recipe names columns {columns} that the table lacks: check the names."


class SensitiveDropped(AnonymizeError):
    """A model speaks of a column that is dropped or unknown."""

    code = "recipe.model_column"
    zh = "模型 {model} 引用的敏感列 {column} 未发布或不存在。"
    en = "Model {model} speaks of column {column}, which is dropped or unknown."


class UnkeyedHash(AnonymizeError):
    """A hash without key can be reversed by trying all values."""

    code = "recipe.unkeyed_hash"
    zh = "列 {column}：无密钥的哈希可被穷举还原，请写明 key_ref。"
    en = "Column {column}: a hash without a key is undone by trying all values; give a key_ref."


class KeyInline(AnonymizeError):
    """A key stands in the recipe itself."""

    code = "recipe.key_inline"
    zh = "列 {column}：方案中不得出现密钥本身，只能用 key_ref 引用。"
    en = "Column {column}: a key must not stand in a recipe; refer to it by key_ref."


class KeyMissing(AnonymizeError):
    """The caller gave no key of that name."""

    code = "key.missing"
    zh = "未提供密钥 {key_ref}（至少 16 字节），请由密钥保管人交付。"
    en = "No key {key_ref} of at least 16 bytes was handed over: ask its keeper."


class HierarchyNotNested(AnonymizeError):
    """A coarser level cuts through a class of the finer one."""

    code = "hierarchy.not_nested"
    zh = "列 {column} 的泛化层级 {fine} 与 {coarse} 不嵌套，请调整区间宽度或封顶值。"
    en = "Column {column}: level {coarse} does not contain level {fine} whole: adjust widths or tops."


class HierarchyMissing(AnonymizeError):
    """Values are missing from a table hierarchy."""

    code = "hierarchy.missing"
    zh = "列 {column} 有 {count} 个取值不在泛化表中，请补全。"
    en = "Column {column} has {count} values that its hierarchy table lacks: add them."


class ModelUnreachable(AnonymizeError):
    """No vector of levels meets the models within the suppression limit."""

    code = "model.unreachable"
    zh = "在抑制上限 {limit} 内，任何泛化层级都达不到要求的模型（最少需抑制 {least}）。请增加更粗的层级或放宽上限。"
    en = "No level vector meets the models within suppression limit {limit} (least seen {least}): add coarser levels."


class ColumnUnfit(AnonymizeError):
    """An operator met values of a kind that it cannot treat."""

    code = "operator.unfit"
    zh = "列 {column}：算子 {operator} 无法处理其中 {count} 个取值。"
    en = "Column {column}: operator {operator} cannot treat {count} of its values."


class TableUnreadable(AnonymizeError):
    """The file is no table that can be read whole."""

    code = "table.unreadable"
    zh = "无法完整读取表文件（{reason}）。"
    en = "The table cannot be read whole ({reason})."


class CubeTooLarge(AnonymizeError):
    """A cube has more declared cells than it may."""

    code = "cube.too_large"
    zh = "统计立方体有 {cells} 个单元格，超过上限 {limit}，请减少维度或使用更粗的层级。"
    en = "The cube has {cells} cells, more than {limit}: take fewer dimensions or coarser levels."


class OutputExists(AnonymizeError):
    """The output file is there already."""

    code = "output.exists"
    zh = "输出文件已存在，使用 --force 覆盖。"
    en = "The output file exists: use --force to overwrite it."


class Internal(AnonymizeError):
    """Something unforeseen; the library's own text is withheld because it may quote a cell."""

    code = "internal"
    zh = "内部错误（{kind}），原始错误信息可能含有单元格内容，已隐去。"
    en = "Internal error ({kind}); its own text may quote a cell and is withheld."
