"""One harvest run: compare, check the approval, fetch, verify, land; a bad item never stops it, a lost hub does.

Unchanged items cost one comparison of digests, refused ones included. A run that stops resumes by being run again:
what was landed or refused is known by then.
"""

from __future__ import annotations

import datetime as dt
import errno
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from govopen_harvesters import verify
from govopen_harvesters.base import (
    Item,
    Known,
    Landing,
    Manifest,
    Receipt,
    Source,
    approval_standing,
    version_digest,
)
from govopen_harvesters.errors import (
    ApprovalExpired,
    BadSignature,
    HarvestError,
    NotApproved,
    Replayed,
    Transient,
    Withdrawn,
)

__all__ = ["Counts", "Event", "run"]

_SCOPES = frozenset({"open", "catalogue"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What happened to one item (or to the run): harmless facts only."""

    kind: str
    remote_id: str | None = None
    package_id: str | None = None
    code: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)
    receipt: Receipt | None = None
    new: bool = False


@dataclass(slots=True, kw_only=True)
class Counts:
    """How a run went; `stopped` is the reason code if it did not reach the end."""

    seen: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    failed: int = 0
    gone: int = 0
    stopped: str | None = None


LOST_IN_A_ROW = 3
"""Items in a row that the hub does not hand over before it counts as away."""


class _Stop(Exception):
    """The run ends here."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def run(
    source: Source,
    landing: Landing,
    on_event: Callable[[Event], None] = lambda _: None,
    *,
    today: dt.date | None = None,
) -> Counts:
    """Harvest `source` into `landing` and give the counts."""
    today = today or dt.datetime.now(dt.UTC).date()
    counts, seen, lost = Counts(), set[str](), 0
    try:
        known = landing.known()
        for provider in source.providers():
            landing.provider(provider)
        for item in source.items():
            seen.add(item.remote_id)
            counts.seen += 1
            old = known.get(item.remote_id)
            if old is not None and old.version_digest == version_digest(item, today):
                counts.unchanged += 1
                continue
            if old is None:
                counts.new += 1
            else:
                counts.changed += 1
            try:
                _one(source, landing, item, old, counts, on_event, today)
                lost = 0
            except HarvestError as error:
                # A hub that stumbles over one item must not keep all behind it waiting: gone is who fails in a row.
                lost += 1
                if lost >= LOST_IN_A_ROW or not isinstance(error, Transient):
                    raise
                on_event(Event(kind="item.failed", remote_id=item.remote_id, code=error.code, detail=error.detail))
    except HarvestError as error:
        counts.stopped = error.code
        on_event(Event(kind="run.stopped", code=error.code, detail=error.detail))
        return counts
    except _Stop as stop:
        counts.stopped = stop.code
        on_event(Event(kind="run.stopped", code=stop.code))
        return counts
    gone = [remote_id for remote_id in known if remote_id not in seen]
    if gone:
        counts.gone = len(gone)
        landing.gone(gone)
        for remote_id in gone:
            on_event(Event(kind="item.gone", remote_id=remote_id))
    return counts


def check_approval(source: Source, item: Item, today: dt.date) -> None:
    """Refuse an item whose approval is missing, forged, not for it, not for this wording, or run out."""
    approval = item.approval
    if approval is None:
        raise NotApproved(remote_id=item.remote_id, kind="missing")
    if not source.trusts(approval):
        raise BadSignature(remote_id=item.remote_id, kind="approval")
    standing = approval_standing(approval, today)
    if standing == "expired":
        raise ApprovalExpired(remote_id=item.remote_id)
    if standing != "valid":
        raise NotApproved(remote_id=item.remote_id, kind=standing)
    if approval.remote_id != item.remote_id or approval.scope not in _SCOPES:
        raise NotApproved(remote_id=item.remote_id, kind="scope")
    if approval.descriptor_digest != item.descriptor_digest:
        raise NotApproved(remote_id=item.remote_id, kind="descriptor")


def _one(
    source: Source,
    landing: Landing,
    item: Item,
    old: Known | None,
    counts: Counts,
    on_event: Callable[[Event], None],
    today: dt.date,
) -> None:
    try:
        kind, receipt = _landed_or_refused(source, landing, item, old, today)
    except HarvestError:
        counts.failed += 1
        raise
    except Exception as error:  # noqa: BLE001 (texts of unknown errors may quote cells: only the class is told)
        counts.failed += 1
        code = _code_of(error)
        on_event(Event(kind="item.failed", remote_id=item.remote_id, package_id=item.package_id, code=code))
        if code == "vault.space" or getattr(error, "stops_run", False):
            raise _Stop(code) from None
        return
    if kind == "item.refused":
        counts.refused += 1
    if receipt is None:
        on_event(Event(kind=kind, remote_id=item.remote_id))
        return
    event = Event(
        kind=kind,
        remote_id=item.remote_id,
        package_id=receipt.package_id,
        code=receipt.code,
        detail=receipt.detail,
        receipt=receipt,
        new=old is None,
    )
    on_event(event)
    try:
        source.send(receipt)
    except HarvestError as error:
        on_event(replace(event, kind="receipt.unsent", code=error.code))
        if isinstance(error, Transient):
            raise


def _landed_or_refused(
    source: Source, landing: Landing, item: Item, old: Known | None, today: dt.date
) -> tuple[str, Receipt | None]:
    manifest: Manifest | None = None
    try:
        landing.item(item)
        if item.state == "withdrawn":
            raise Withdrawn(remote_id=item.remote_id)
        check_approval(source, item, today)
        verify.check_kind(item)
        verify.check_marks(item, manifest)
        if item.package_id is None:
            return "item.recorded", None
        manifest = source.manifest(item)
        if old is not None and manifest.sequence < old.sequence:
            raise Replayed(remote_id=item.remote_id, count=manifest.sequence)
        verify.check_marks(item, manifest)
        package = source.fetch(item, manifest)
        try:
            package = replace(package, tables=verify.check_package(package))
            return "item.landed", landing.land(package)
        finally:
            package.close()
    except HarvestError as error:
        if isinstance(error, Transient):
            raise
        error.remote_id = error.remote_id or item.remote_id
        return "item.refused", landing.refuse(item, error, manifest)


def _code_of(error: Exception) -> str:
    """Name an unknown error without its text: its own code, `vault.space` for a full disk, else its class."""
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}:
        return "vault.space"
    return str(getattr(error, "code", type(error).__name__))
