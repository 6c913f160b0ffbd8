# ruff: noqa: T201 - a command prints.
"""Check bundles offline: signature, order, every digest, every row count. No server, no network, no account.

    python -m ckanext.govopen.releases.verify 00000001.bundle … --key bundle.pub

Exit code 0 when all are sound, 1 when one is not, 2 when the call makes no sense.
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ckanext.govopen.errors import GovOpenError
from ckanext.govopen.releases.bundle import Bundle, read_bundle
from ckanext.govopen.releases.canonical import bare
from ckanext.govopen.releases.errors import BundleDigest
from ckanext.govopen.releases.parts import PARQUET

__all__ = ["main", "verify_bundle"]

WORDS = {
    "sound": "可信 sound",
    "unsound": "不可信 NOT sound",
    "releases": "个版本 releases",
    "rows": "行 rows",
    "parts": "个分片 parts",
}


def verify_bundle(path: Path, key: str) -> tuple[Bundle, int]:
    """A bundle whose signature and digests hold and whose parts have the rows they claim; and how many rows it carries."""
    bundle = read_bundle(path, key)
    claimed = {
        bare(part["digest"]): int(part["rows"])
        for release in bundle.manifest["releases"]
        for part in release["parts"]
        if part["media_type"] == PARQUET
    }
    rows = 0
    for digest, stream in bundle.parts():
        if (wanted := claimed.get(bare(digest))) is None:
            continue
        try:
            found = pq.ParquetFile(io.BytesIO(stream.read())).metadata.num_rows
        except (pa.ArrowInvalid, OSError):
            raise BundleDigest(subject=path.name, part=digest) from None
        if found != wanted:
            raise BundleDigest(subject=path.name, part=digest)
        rows += found
    return bundle, rows


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="verify", description="核验发布包 Verify GovOpen bundles offline.")
    parser.add_argument("bundles", nargs="+", type=Path, metavar="BUNDLE")
    parser.add_argument("--key", required=True, type=Path, help="发布方公钥文件 the publisher's public key (minisign)")
    given = parser.parse_args(arguments)
    try:
        key = given.key.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        print(f"{given.key}: 读不出公钥 no readable public key", file=sys.stderr)
        return 2
    sound = True
    for path in given.bundles:
        try:
            bundle, rows = verify_bundle(path, key)
        except (GovOpenError, OSError) as err:
            print(f"{path.name}: {WORDS['unsound']}: {getattr(err, 'code', 'unreadable')}: {err}")
            sound = False
            continue
        releases, parts = len(bundle.manifest["releases"]), len(bundle.manifest["parts"])
        print(
            f"{path.name}: {WORDS['sound']}: {bundle.kind}, {bundle.digest}, {releases} {WORDS['releases']},"
            f" {parts} {WORDS['parts']}, {rows} {WORDS['rows']}"
        )
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
