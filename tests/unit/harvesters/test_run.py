"""A run: what it refuses, what it skips, when it stops, and that it goes on where it was."""

from __future__ import annotations

import dataclasses
import datetime as dt
import errno
import pickle
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import pytest

from govopen_harvesters import errors
from govopen_harvesters.base import Item, Known, Manifest, Package, Provider, Receipt, version_digest
from govopen_harvesters.run import Event, run

TODAY = dt.date(2026, 6, 1)
RAW = b"a,b\n1,2\n"
SCHEMA = {"fields": [{"name": "a"}, {"name": "b"}]}


class ListSource:
    """A source in memory; `broken` makes items fail to come."""

    def __init__(self, items: list[Item], make_package: Callable[..., Package], **settings: Any) -> None:
        self.all, self.make, self.sent = items, make_package, list[Receipt]()
        self.trusted, self.sequence, self.broken = (
            settings.get("trusted", True),
            settings.get("sequence", 1),
            settings.get("broken", {}),
        )
        self.fetched: list[str] = []

    def providers(self) -> Iterable[Provider]:
        return [self.all[0].provider] if self.all else []

    def items(self) -> Iterator[Item]:
        yield from self.all

    def trusts(self, approval: object) -> bool:
        return bool(self.trusted)

    def manifest(self, item: Item) -> Manifest:
        return dataclasses.replace(self.make(RAW, item=item, rows=1, schema=SCHEMA).manifest, sequence=self.sequence)

    def fetch(self, item: Item, manifest: Manifest | None = None) -> Package:
        self.fetched.append(item.remote_id)
        if item.remote_id in self.broken:
            raise self.broken[item.remote_id]
        return self.make(RAW, item=item, rows=1, schema=SCHEMA)

    def withdrawals(self, after: str | None) -> Iterator[Any]:
        return iter(())

    def send(self, receipt: Receipt) -> None:
        self.sent.append(receipt)


class ListLanding:
    """A landing in memory that remembers."""

    def __init__(self) -> None:
        self.memory: dict[str, Known] = {}
        self.landed: list[str] = []
        self.refused: dict[str, str] = {}
        self.lost: list[str] = []
        self.raises: dict[str, Exception] = {}

    def known(self) -> Mapping[str, Known]:
        return dict(self.memory)

    def provider(self, provider: Provider) -> None: ...

    def item(self, item: Item) -> None: ...

    def land(self, package: Package) -> Receipt:
        if package.item.remote_id in self.raises:
            raise self.raises[package.item.remote_id]
        self.landed.append(package.item.remote_id)
        assert package.tables["t.csv"].table.num_rows == 1
        return self._receipt(package.item, "accepted", None, package.manifest.sequence)

    def refuse(self, item: Item, error: errors.HarvestError, manifest: Manifest | None) -> Receipt:
        self.refused[item.remote_id] = error.code
        return self._receipt(item, "quarantined", error.code, 0)

    def gone(self, remote_ids: Iterable[str]) -> None:
        self.lost += remote_ids

    def _receipt(self, item: Item, kind: str, code: str | None, sequence: int) -> Receipt:
        self.memory[item.remote_id] = Known(
            version_digest=version_digest(item, TODAY), package_id=item.package_id, sequence=sequence
        )
        return Receipt(
            remote_id=item.remote_id,
            package_id=item.package_id,
            kind=kind,
            code=code,
            detail={},
            at=dt.datetime.now(dt.UTC),
        )


@pytest.fixture
def landing() -> ListLanding:
    return ListLanding()


def _approval(item: Item, **changes: Any) -> Item:
    assert item.approval is not None
    return dataclasses.replace(item, approval=dataclasses.replace(item.approval, **changes))


CASES: list[tuple[str, Callable[[Item], Item]]] = [
    ("hub.not_approved", lambda item: dataclasses.replace(item, approval=None)),
    ("hub.not_approved", lambda item: _approval(item, decision="pending")),
    ("hub.not_approved", lambda item: _approval(item, decision="revoked")),
    ("hub.not_approved", lambda item: _approval(item, descriptor_digest="sha256:0")),
    ("hub.not_approved", lambda item: _approval(item, remote_id="other")),
    ("hub.not_approved", lambda item: _approval(item, scope="share")),
    ("hub.approval_expired", lambda item: _approval(item, expires_on=dt.date(2026, 5, 31))),
    ("hub.withdrawn", lambda item: dataclasses.replace(item, state="withdrawn")),
    ("package.type", lambda item: dataclasses.replace(item, kind="map")),
]


@pytest.mark.parametrize(("code", "change"), CASES)
def test_what_is_refused_before_a_byte_is_fetched(
    code: str, change: Any, landing: ListLanding, make_item: Any, make_package: Any
) -> None:
    source = ListSource([change(make_item("bad")), make_item("good")], make_package)
    counts = run(source, landing, today=TODAY)
    assert landing.refused == {"bad": code}
    assert source.fetched == ["good"]
    assert [receipt.code for receipt in source.sent] == [code, None]
    assert (counts.seen, counts.new, counts.refused) == (2, 2, 1)


def test_an_untrusted_approval_is_refused(landing: ListLanding, make_item: Any, make_package: Any) -> None:
    run(ListSource([make_item()], make_package, trusted=False), landing, today=TODAY)
    assert landing.refused == {"r1": "hub.signature"}


def test_the_last_day_of_an_approval_counts(landing: ListLanding, make_item: Any, make_package: Any) -> None:
    run(ListSource([_approval(make_item(), expires_on=TODAY)], make_package), landing, today=TODAY)
    assert landing.landed == ["r1"]


def test_unchanged_items_cost_nothing_refused_ones_included(
    landing: ListLanding, make_item: Any, make_package: Any
) -> None:
    items = [make_item("good"), dataclasses.replace(make_item("bad"), approval=None)]
    run(ListSource(items, make_package), landing, today=TODAY)
    again, events = ListSource(items, make_package), list[Event]()
    counts = run(again, landing, events.append, today=TODAY)
    assert (counts.unchanged, counts.new, counts.changed, counts.refused) == (2, 0, 0, 0)
    assert (again.fetched, again.sent, events) == ([], [], [])


def test_an_approval_that_runs_out_makes_a_change(landing: ListLanding, make_item: Any, make_package: Any) -> None:
    items = [make_item()]
    run(ListSource(items, make_package), landing, today=TODAY)
    counts = run(ListSource(items, make_package), landing, today=dt.date(2027, 6, 1))
    assert (counts.changed, landing.refused) == (1, {"r1": "hub.approval_expired"})


def test_an_older_sequence_is_a_replay(landing: ListLanding, make_item: Any, make_package: Any) -> None:
    landing.memory["r1"] = Known(version_digest="old", package_id="p0", sequence=2)
    run(ListSource([make_item()], make_package, sequence=1), landing, today=TODAY)
    assert landing.refused == {"r1": "hub.replay"}


def test_a_lost_hub_stops_the_run_and_the_next_one_goes_on(
    landing: ListLanding, make_item: Any, make_package: Any
) -> None:
    items = [make_item(name) for name in "abcde"]
    away = errors.HubUnreachable(kind="x")
    events = list[Event]()
    counts = run(
        ListSource(items, make_package, broken={"b": away, "c": away, "d": away}), landing, events.append, today=TODAY
    )
    assert (counts.stopped, counts.failed, landing.landed, landing.lost) == ("hub.unreachable", 3, ["a"], [])
    assert events[-1].kind == "run.stopped"
    resumed = ListSource(items, make_package)
    assert run(resumed, landing, today=TODAY).stopped is None
    assert resumed.fetched == ["b", "c", "d", "e"]


def test_one_item_that_the_hub_stumbles_over_keeps_nobody_waiting(
    landing: ListLanding, make_item: Any, make_package: Any
) -> None:
    """It is taken again at the next run; those behind it are taken now."""
    items = [make_item(name) for name in "abc"]
    events = list[Event]()
    broken = {"b": errors.HubUnreachable(kind="file")}
    counts = run(ListSource(items, make_package, broken=broken), landing, events.append, today=TODAY)
    assert (counts.stopped, counts.failed, landing.landed, landing.lost) == (None, 1, ["a", "c"], [])
    assert ("item.failed", "b", "hub.unreachable") in {(one.kind, one.remote_id, one.code) for one in events}
    resumed = ListSource(items, make_package)
    run(resumed, landing, today=TODAY)
    assert resumed.fetched == ["b"]


def test_a_bad_package_never_stops_the_run(landing: ListLanding, make_item: Any, make_package: Any) -> None:
    broken = {"a": errors.DigestMismatch(file="f"), "b": RuntimeError("330106199001011234")}
    events = list[Event]()
    counts = run(
        ListSource([make_item("a"), make_item("b"), make_item("c")], make_package, broken=broken),
        landing,
        events.append,
        today=TODAY,
    )
    assert (landing.refused, landing.landed, counts.failed) == ({"a": "package.digest"}, ["c"], 1)
    assert "330106199001011234" not in repr(events)


def test_a_full_disk_stops_the_run(landing: ListLanding, make_item: Any, make_package: Any) -> None:
    landing.raises["a"] = OSError(errno.EFBIG, "File too large")
    counts = run(ListSource([make_item("a"), make_item("b")], make_package), landing, today=TODAY)
    assert (counts.stopped, landing.landed) == ("vault.space", [])


def test_what_left_the_catalogue_is_gone(landing: ListLanding, make_item: Any, make_package: Any) -> None:
    landing.memory["x"] = Known(version_digest="d", package_id=None)
    assert run(ListSource([make_item()], make_package), landing, today=TODAY).gone == 1
    assert landing.lost == ["x"]


@pytest.mark.parametrize("kind", errors.HarvestError.__subclasses__())
def test_every_error_speaks_both_languages_and_pickles(kind: type[errors.HarvestError]) -> None:
    error = pickle.loads(pickle.dumps(kind(remote_id="r", row=3)))
    assert (error.code, error.row) == (kind.code, 3)
    assert error.text("zh") != error.text("en")
    assert isinstance(error, errors.Transient) != isinstance(error, errors.Terminal)
