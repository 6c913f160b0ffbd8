# SPDX-License-Identifier: Apache-2.0
"""Check digits and dates of whole columns at once: the same answers as `checks`, a hundred times faster."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from . import checks

__all__ = ["cleaned", "check", "births", "days"]

Mask = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]
_NO_DATE = np.iinfo(np.int64).min


def cleaned(texts: pa.Array) -> pa.Array:
    """Separators out, letters upper case; texts are after NFKC already."""
    return pc.utf8_upper(pc.replace_substring_regex(texts, r"[\s\-_·.–—\x{2010}-\x{2015}\x{200b}\x{feff}]+", ""))


def _matrix(texts: pa.Array, width: int) -> Bytes:
    """ASCII texts of one length as rows of bytes."""
    joined = "".join(texts.to_pylist()).encode("ascii")
    return np.frombuffer(joined, np.uint8).reshape(len(texts), width)


def _id18(texts: pa.Array) -> Mask:
    rows = _matrix(texts, 18)
    digits = rows[:, :17].astype(np.int64) - 48
    expected = np.frombuffer(b"10X98765432", np.uint8)[digits @ np.array(checks.ID_WEIGHTS) % 11]
    good = (digits >= 0).all(axis=1) & (digits <= 9).all(axis=1) & (rows[:, 17] == expected)
    known = pc.is_in(pc.utf8_slice_codeunits(texts, 0, 2), pa.array(sorted(checks.PROVINCES))).to_numpy(
        zero_copy_only=False
    )
    return np.asarray(good & known & (births(texts) > _NO_DATE))


def _uscc(texts: pa.Array) -> Mask:
    rows = _matrix(texts, 18)
    table = np.full(256, -1, np.int64)
    table[np.frombuffer(checks.CREDIT.encode(), np.uint8)] = np.arange(31)
    values = table[rows]
    total = values[:, :17] @ np.array(checks.CREDIT_WEIGHTS)
    first = np.isin(rows[:, 0], np.frombuffer(b"123456789ANY", np.uint8))
    division = ((rows[:, 2:8] >= 48) & (rows[:, 2:8] <= 57)).all(axis=1)
    return np.asarray((values >= 0).all(axis=1) & first & division & ((31 - total % 31) % 31 == values[:, 17]))


def _luhn(texts: pa.Array) -> Mask:
    width = len(texts[0].as_py())
    digits = _matrix(texts, width).astype(np.int64)[:, ::-1] - 48
    doubled = digits[:, 1::2] * 2
    total = digits[:, 0::2].sum(axis=1) + (doubled - 9 * (doubled > 9)).sum(axis=1)
    return np.asarray(
        ((digits >= 0) & (digits <= 9)).all(axis=1) & (total % 10 == 0) & (digits != digits[:, :1]).any(axis=1)
    )


_BULK: Mapping[Callable[[str], bool], Callable[[pa.Array], Mask]] = {
    checks.id18: _id18,
    checks.uscc: _uscc,
    checks.luhn: _luhn,
}


def check(function: Callable[[str], bool], texts: pa.Array) -> Mask:
    """Apply a check to cleaned texts; the common ones go length by length as matrices."""
    fast = _BULK.get(getattr(function, "bulk", function))
    if fast is None or len(texts) < 64:
        return np.fromiter((function(t) for t in texts.to_pylist()), bool, len(texts))
    result = np.zeros(len(texts), bool)
    ascii_only = pc.string_is_ascii(texts).to_numpy(zero_copy_only=False)
    lengths = pc.utf8_length(texts).to_numpy(zero_copy_only=False)
    allowed = (18,) if fast in (_id18, _uscc) else range(12, 20)
    for length in allowed:
        places = np.flatnonzero((lengths == length) & ascii_only)
        if len(places):
            result[places] = fast(texts.take(pa.array(places)))
    guard = getattr(function, "guard", None)
    return result & guard(texts) if guard is not None else result


def _strptime(texts: pa.Array) -> npt.NDArray[np.int64]:
    parsed = pc.cast(pc.strptime(texts, format="%Y%m%d", unit="s", error_is_null=True), pa.date32(), safe=False)
    # strptime turns 31 February into March: what does not print as it was read is no date.
    same = pc.fill_null(pc.equal(pc.strftime(parsed, format="%Y%m%d"), texts), False)
    values = pc.fill_null(pc.cast(pc.cast(parsed, pa.int32()), pa.int64()), _NO_DATE)
    return np.where(same.to_numpy(zero_copy_only=False), values.to_numpy(zero_copy_only=False), _NO_DATE)


def births(texts: pa.Array) -> npt.NDArray[np.int64]:
    """Days since 1970 of the birth dates inside cleaned identity numbers of 18 or 15 digits; the least integer for none."""
    lengths = pc.utf8_length(texts)
    old = pc.binary_join_element_wise(pa.scalar("19"), pc.utf8_slice_codeunits(texts, 6, 12), "")
    dates = pc.if_else(pc.equal(lengths, 18), pc.utf8_slice_codeunits(texts, 6, 14), old)
    result = _strptime(pc.if_else(pc.match_substring_regex(dates, r"^\d{8}$"), dates, pa.scalar(None, pa.string())))
    fit = pc.or_(pc.equal(lengths, 18), pc.equal(lengths, 15)).to_numpy(zero_copy_only=False)
    return np.where(fit & (result > -44000) & (result < 47848), result, _NO_DATE)


def days(texts: pa.Array) -> npt.NDArray[np.int64]:
    """Days since 1970 of dates written in any of the usual ways; the least integer for none."""
    spaced = pc.replace_substring_regex(
        texts, r"^(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?(?:[ T].*)?$", r"\1-0\2-0\3"
    )
    return _strptime(pc.replace_substring_regex(spaced, r"^(\d{4})-0?(\d{2})-0?(\d{2})$", r"\1\2\3"))
