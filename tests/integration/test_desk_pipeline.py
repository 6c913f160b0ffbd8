"""The machine room's transactions on a real PostgreSQL: leases, publication against closures, the outbox, the log.

Only PostgreSQL is started: what is tested is what a kill, a race or a forged row does to the tables themselves.
"""

from __future__ import annotations

import datetime as dt
import importlib.util
import io
import json
import socket
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

ROOT = Path(__file__).parents[2]
MIGRATION = ROOT / "ckanext-govopen/ckanext/govopen/migration/govopen_desk/versions/0001_spine.py"
# The two tables of CKAN that the desk's textual SQL reads.
CKAN = """create table package (id text primary key, title text, title_en text, name text);
          create table "group" (id text, name text, title text, extras jsonb, is_organization boolean)"""
SEED = bytes(range(32))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    from govopen_stack.api import Home

    home = Home(tmp_path_factory.mktemp("pg"))
    home.start(["postgres"], timeout=180)
    yield home.places.admin_database
    home.stop()


@pytest.fixture
def desk(server: str) -> Iterator[str]:
    """A database of its own for every test, with the desk's tables."""
    from ckan import model

    name = f"t{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"create database {name} template template0 encoding 'utf8'")  # type: ignore[arg-type]
    url = f"{server.rpartition('/')[0]}/{name}"
    spec = importlib.util.spec_from_file_location("spine", MIGRATION)
    assert spec is not None
    assert spec.loader is not None
    spine = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(spine)
    with psycopg.connect(url, autocommit=True) as database:
        for text in (CKAN, spine.TABLES, spine.GUARDS):
            database.execute(text)
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    model.Session.remove()
    model.Session.configure(bind=engine)
    yield url
    model.Session.rollback()
    model.Session.remove()
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"drop database {name} with (force)")  # type: ignore[arg-type]


class Entry:
    """An entry with one table of two rows, as the pipeline leaves it, and a request that officers walked through."""

    def __init__(self, *, rows: int = 2, part: bytes = b"PAR1 two rows") -> None:
        from ckanext.govopen.desk.jobs import sql
        from ckanext.govopen.releases.canonical import digest, digest_bytes
        from ckanext.govopen.releases.manifest import release_digest, release_manifest

        self.id, self.product = str(uuid.uuid4()), str(uuid.uuid4())
        self.part = part
        sql.execute("insert into entry (entry_id, name, organisation) values (:e, :e, 'org')", e=self.id)
        self.item = sql.scalar(
            """insert into source_item (hub, remote_id, entry_id, kind, version_digest, descriptor, state)
               values ('hub', :e, :e, 'table', 'd', '{}', 'active') returning id""",
            e=self.id,
        )
        body = {"routes": [{"route": "table"}], "refusals": []}
        self.plan = sql.scalar(
            "insert into plan (entry_id, rule_set, body, digest) values (:e, 'r', cast(:b as jsonb), :d) returning id",
            e=self.id,
            b=json.dumps(body),
            d=digest(body),
        )
        sql.execute(
            "insert into product (id, entry_id, route, kind, audience, title) values (:p, :e, 'table', 'table', 'public', '{}')",
            p=self.product,
            e=self.id,
        )
        self.manifest = release_manifest(
            product_id=self.product,
            number=1,
            kind="table",
            fields=[{"name": "a", "type": "string"}],
            parts=[
                {
                    "digest": digest_bytes(part),
                    "rows": rows,
                    "bytes": len(part),
                    "media_type": "x",
                    "name": "part-00000.parquet",
                }
            ],
        )
        self.digest = release_digest(self.manifest)
        self.release = sql.scalar(
            """insert into release (product_id, number, plan_id, digest, manifest, row_count, state)
               values (:p, 1, cast(:plan as uuid), :d, cast(:m as jsonb), :rows, 'candidate') returning id""",
            p=self.product,
            plan=self.plan,
            d=self.digest,
            m=json.dumps(self.manifest),
            rows=rows,
        )
        revision = {"title": "甲"}
        self.revision = sql.scalar(
            """insert into entry_revision (entry_id, number, body, digest, created_by)
               values (:e, 1, cast(:b as jsonb), :d, 'o') returning id""",
            e=self.id,
            b=json.dumps(revision),
            d=digest(revision),
        )
        self.digests = {
            "revision": digest(revision),
            "plan": digest(body),
            "releases": {str(self.release): self.digest},
            "rules": "r",
        }
        self.request = sql.scalar(
            """insert into request (entry_id, revision_id, plan_id, state, steps, digests, submitted_by)
               values (:e, cast(:v as uuid), cast(:p as uuid), 'approved', '["submit", "review", "approve"]',
                       cast(:d as jsonb), 'o') returning id""",
            e=self.id,
            v=self.revision,
            p=self.plan,
            d=json.dumps(self.digests),
        )
        sql.execute(
            "insert into request_release values (cast(:q as uuid), cast(:r as uuid))", q=self.request, r=self.release
        )
        for step, officer in (("submit", "o"), ("review", "r"), ("approve", "a")):
            sql.execute(
                """insert into request_step (request_id, step, officer, decision, comment, digests)
                   values (cast(:q as uuid), :s, :o, :d, '同意', cast(:g as jsonb))""",
                q=self.request,
                s=step,
                o=officer,
                d="submit" if step == "submit" else "approve",
                g=json.dumps(self.digests),
            )
        sql.commit()

    def publish(self, **more: Any) -> dict[str, Any]:
        """Sign what officers did and publish."""
        from ckanext.govopen.desk.audit import sequencer
        from ckanext.govopen.desk.publishing import publisher

        sequencer.sign_steps(SEED)
        return publisher.publish_request(str(self.request), SEED, **more)


def one(text: str, **params: Any) -> Any:
    from ckanext.govopen.desk.jobs import sql

    value = sql.scalar(text, **params)
    sql.rollback()
    return value


# -- jobs ---------------------------------------------------------------------------------------------------------------


def test_a_job_runs_once_however_often_it_is_asked_for(desk: str) -> None:
    """A waiting twin is the same job; one that is asked for while it runs runs once more."""
    from ckanext.govopen.desk.jobs import queue, sql

    first = queue.enqueue("process", "k")
    assert queue.enqueue("process", "k") == first
    sql.commit()
    owner = queue.this_owner("worker")
    job = queue.claim("worker", owner)
    assert job is not None
    assert queue.claim("worker", owner) is None
    assert queue.enqueue("process", "k") == first
    sql.commit()
    queue.finish(job)
    sql.commit()
    again = queue.claim("worker", owner)
    assert again is not None
    queue.finish(again)
    sql.commit()
    assert queue.claim("worker", owner) is None


def test_the_job_of_a_killed_worker_is_free_at_once(desk: str) -> None:
    """A lease of a process that is gone from this machine is taken back by the next one that starts."""
    from ckanext.govopen.desk.jobs import queue, sql

    queue.enqueue("process", "k")
    sql.commit()
    assert queue.claim("worker", f"worker|{socket.gethostname()}|4194303|1") is not None
    assert queue.claim("worker", queue.this_owner("worker")) is None
    assert queue.sweep() == 1
    job = queue.claim("worker", queue.this_owner("worker"))
    assert job is not None
    assert job.attempts == 2


def test_a_worker_that_lost_its_lease_changes_nothing(desk: str) -> None:
    """It comes back late, when somebody else holds the job: what it says of it is not heard."""
    from ckanext.govopen.desk.jobs import queue, sql

    queue.enqueue("process", "k")
    sql.commit()
    late = queue.claim("worker", "worker|elsewhere|1|1")
    assert late is not None
    sql.execute("update job set lease_until = now() - interval '1 second'")
    sql.commit()
    job = queue.claim("worker", queue.this_owner("worker"))
    assert job is not None
    queue.finish(late, {"wrong": True})
    sql.commit()
    assert one("select state from job") == "running"
    assert not queue.extend(late.id, late.owner)
    assert queue.extend(job.id, job.owner)


def test_many_workers_never_take_the_same_job(desk: str) -> None:
    """Twelve jobs, four workers at once: each job has one holder."""
    from ckan import model

    from ckanext.govopen.desk.jobs import queue, sql

    for number in range(12):
        queue.enqueue("process", str(number))
    sql.commit()
    taken: list[tuple[int, str]] = []

    def work(name: str) -> None:
        while (job := queue.claim("worker", f"worker|elsewhere|{name}|1")) is not None:
            taken.append((job.id, name))
        model.Session.remove()

    threads = [threading.Thread(target=work, args=(str(n),)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(job for job, _ in taken) == sorted({job for job, _ in taken})
    assert len(taken) == 12


def test_what_a_job_stores_of_an_unknown_error_quotes_no_cell(desk: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The wrapper keeps class and place; a canary in the error's text reaches neither the row nor the log."""
    from ckanext.govopen.desk.jobs import handlers, queue, sql

    canary = "330106199001011234"

    def burst(*_: Any) -> None:
        raise ValueError(f"cannot convert {canary}")

    monkeypatch.setitem(handlers._ONCE, "process", burst)  # type: ignore[arg-type]
    queue.enqueue("process", "k")
    sql.commit()
    job = queue.claim("worker", queue.this_owner("worker"))
    assert job is not None
    assert not handlers.run_job(handlers.Room(secrets=None, vault=None), job)  # type: ignore[arg-type]
    kept = one("select to_jsonb(j)::text from job j")
    assert "vault.failed" in kept
    assert canary not in kept


# -- publication --------------------------------------------------------------------------------------------------------


def test_an_approved_request_moves_the_pointer_and_fills_the_outbox_together(desk: str) -> None:
    """Pointer, states, epoch, approval, outbox line and audit leaf are there after one commit."""
    entry = Entry()
    assert entry.publish()["epoch"] == 1
    assert one("select state from request") == "applied"
    assert one("select state from release") == "published"
    assert one("select r.digest from pointer t join release r on r.id = t.release_id") == entry.digest
    bundle = one("select payload from outbox where kind = 'bundle'")
    assert bundle["entry"]["epoch"] == 1
    assert bundle["pointers"] == [{"product_id": entry.product, "grant_id": "", "digest": entry.digest, "epoch": 1}]
    assert one("select count(*) from audit_leaf where event = 'release:request:applied'") == 1
    assert one("select payload ->> 'kind' from outbox where kind = 'receipt'") == "published"


def test_publishing_twice_publishes_once(desk: str) -> None:
    """A job that is run again after its commit finds its work done."""
    entry = Entry()
    entry.publish()
    assert entry.publish()["again"]
    assert one("select count(*) from outbox where kind = 'bundle'") == 1
    assert one("select epoch from entry") == 1


def test_a_publication_in_flight_loses_against_a_closure(desk: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The order comes after the publisher read the epoch and before it moves the pointer: nothing gets out."""
    from ckan import model

    from ckanext.govopen.desk.jobs import sql
    from ckanext.govopen.desk.publishing import closure, publisher
    from ckanext.govopen.desk.publishing.errors import Closed, EpochMoved

    entry = Entry()
    checked = publisher.witnessed

    def order(*arguments: Any) -> None:
        checked(*arguments)
        done = threading.Thread(target=_close, args=(entry.id,))
        done.start()
        done.join()

    def _close(target: str) -> None:
        closure.close("entry", target, "hub.withdrawn", {"zh": "撤回", "en": "withdrawn"}, "hub", "order-1")
        sql.commit()
        model.Session.remove()

    monkeypatch.setattr(publisher, "witnessed", order)
    with pytest.raises(EpochMoved):
        entry.publish()
    sql.rollback()
    monkeypatch.undo()
    with pytest.raises(Closed) as refusal:
        entry.publish()
    sql.rollback()
    assert refusal.value.code == "release.closed"
    assert one("select count(*) from pointer") == 0
    assert one("select state from release") == "candidate"
    assert one("select array_agg(payload ->> 'kind') from outbox where kind = 'bundle'") == ["closure"]


def test_the_database_itself_refuses_a_pointer_to_what_is_closed(desk: str) -> None:
    """Whoever writes past the publisher meets the same guard."""
    from ckanext.govopen.desk.jobs import sql
    from ckanext.govopen.desk.publishing import closure

    entry = Entry()
    entry.publish()
    closure.close("product", entry.product, "rule.closed.personal", {"zh": "关停", "en": "closed"}, "officer")
    sql.commit()
    with pytest.raises(sa.exc.DBAPIError) as refusal:
        sql.execute("update pointer set at = now(), epoch = (select epoch from entry)")
    sql.rollback()
    assert refusal.value.orig.pgcode == "GO004"  # type: ignore[union-attr]


def test_closing_a_release_closes_the_deliveries_made_from_it(desk: str) -> None:
    """A licensee's copy has a digest of its own; it is shut in the same transaction and bundle as its source."""
    from ckanext.govopen.desk.jobs import sql
    from ckanext.govopen.desk.publishing import closure

    entry = Entry()
    delivery = sql.scalar(
        """insert into delivery (source_item_id, package_id, package_digest, manifest, state)
           values (cast(:item as uuid), 'p', 'p', '{}', 'profiled') returning id""",
        item=entry.item,
    )
    sql.execute("update release set delivery_id = cast(:d as uuid)", d=delivery)
    agreement = sql.scalar(
        """insert into agreement (number, licensee, licensee_code, parties, purpose, purpose_class, starts_on, ends_on,
                                  created_by)
           values ('n', 'l', 'c', '{}', 'p', 'industry', current_date, current_date + 9, 'o') returning id"""
    )
    grant = sql.scalar(
        """insert into access_grant (agreement_id, product_id, quota_rows, expires_on, created_by)
           values (cast(:a as uuid), :p, 9, current_date + 9, 'o') returning id""",
        a=agreement,
        p=entry.product,
    )
    sql.execute(
        """insert into release (product_id, number, grant_id, delivery_id, digest, manifest, row_count)
           values (:p, 2, cast(:g as uuid), cast(:d as uuid), 'sha256:copy', '{}', 2)""",
        p=entry.product,
        g=grant,
        d=delivery,
    )
    closure.close("release", entry.digest, "release.closed", {"zh": "关停", "en": "closed"}, "officer")
    sql.commit()
    assert one("select array_agg(target order by target) from closure") == sorted([entry.digest, "sha256:copy"])
    assert one("select jsonb_array_length(payload -> 'closures') from outbox where kind = 'bundle'") == 2


def test_lifting_a_closure_lets_the_request_be_published(desk: str) -> None:
    """What is lifted is as if it had never been closed."""
    from ckanext.govopen.desk.jobs import sql
    from ckanext.govopen.desk.publishing import closure

    entry = Entry()
    closed = closure.close("entry", entry.id, "hub.withdrawn", {"zh": "", "en": ""}, "officer")
    sql.commit()
    closure.lift(closed, "other")
    sql.commit()
    assert entry.publish()["epoch"] == 3


def test_an_order_is_followed_once(desk: str) -> None:
    """The feed is read again after a kill: the same order closes nothing twice."""
    from ckanext.govopen.desk.jobs import sql
    from ckanext.govopen.desk.publishing import closure

    entry = Entry()
    ids = {closure.close("entry", entry.id, "hub.withdrawn", {}, "hub", "o-1") for _ in range(2)}
    sql.commit()
    assert len(ids) == 1
    assert one("select count(*) from outbox") == 1


@pytest.mark.parametrize("what", ["step_missing", "step_unsigned", "step_forged", "other_release", "other_limits"])
def test_what_no_officer_signed_is_not_published(desk: str, what: str) -> None:
    """A row put in by hand, a signature of another key, a release or limits that were not in the request: all stop it."""
    from ckanext.govopen.desk.audit import sequencer
    from ckanext.govopen.desk.jobs import sql
    from ckanext.govopen.desk.publishing import publisher
    from ckanext.govopen.desk.publishing.errors import Lapsed, NotWitnessed

    entry = Entry()
    if what == "step_missing":
        sql.execute("alter table request_step disable trigger guard")
        sql.execute("delete from request_step where step = 'review'")
    if what == "other_release":
        sql.execute("delete from request_release")
    if what == "other_limits":
        limits = {"max_row_drift": 1.0, "max_new_values": 10**6, "expires_on": "2027-01-01"}
        sql.execute("update request set standing = cast(:l as jsonb)", l=json.dumps(limits))
    sql.commit()
    if what == "step_forged":
        sequencer.sign_steps(bytes(32))
    elif what != "step_unsigned":
        sequencer.sign_steps(SEED)
    with pytest.raises((NotWitnessed, Lapsed)):
        publisher.publish_request(str(entry.request), SEED)
    sql.rollback()
    assert one("select count(*) from pointer") == 0


def test_an_item_whose_approval_ran_out_is_not_published(desk: str) -> None:
    """The hub's word must stand on the day of publication."""
    from ckanext.govopen.desk.jobs import sql
    from ckanext.govopen.errors import Refused

    entry = Entry()
    sql.execute("update source_item set state = 'refused', reason_code = 'hub.approval_expired'")
    sql.commit()
    with pytest.raises(Refused) as refusal:
        entry.publish()
    assert refusal.value.code == "hub.approval_expired"


def test_a_part_that_is_gone_stops_the_publication_before_anything_moves(desk: str) -> None:
    """The files are there before the rows that point to them."""
    from ckanext.govopen.desk.publishing.errors import PartAway

    entry = Entry()
    with pytest.raises(PartAway):
        entry.publish(has_part=lambda _: False)
    assert one("select epoch from entry") == 0


def test_a_lapsed_request_frees_its_releases_and_tells_an_officer(desk: str) -> None:
    """The release is a candidate again, and the task names the code."""
    from ckanext.govopen.desk.jobs import sql
    from ckanext.govopen.desk.publishing import publisher

    entry = Entry()
    sql.execute("update release set state = 'approved'")
    sql.commit()
    publisher.lapse(str(entry.request), "release.closed", {})
    assert one("select state from request") == "lapsed"
    assert one("select state from release") == "candidate"
    assert one("select code from task") == "release.closed"


# -- outbox -------------------------------------------------------------------------------------------------------------


def drain(spool: Path, part: bytes) -> int:
    from ckanext.govopen.desk.publishing import outbox

    return outbox.drain_bundles(spool, SEED, lambda _: io.BytesIO(part))


def test_bundles_are_numbered_without_gaps_and_verify(desk: str, tmp_path: Path) -> None:
    """Closures go first; every bundle is signed and holds the parts that the open side lacks, once."""
    from ckanext.govopen.desk.jobs import sql
    from ckanext.govopen.desk.publishing import closure
    from ckanext.govopen.releases.bundle import read_bundle
    from ckanext.govopen.releases.signature import public_key_text

    first, second = Entry(), Entry()
    first.publish()
    second.publish()
    closure.close("entry", first.id, "hub.withdrawn", {"zh": "撤", "en": "x"}, "hub")
    sql.commit()
    assert drain(tmp_path, first.part) == 3
    bundles = [read_bundle(path, public_key_text(SEED.hex())) for path in sorted(tmp_path.glob("*.bundle"))]
    assert [bundle.number for bundle in bundles] == [1, 2, 3]
    assert [bundle.kind for bundle in bundles] == ["closure", "publish", "publish"]
    assert [len(bundle.manifest["parts"]) for bundle in bundles] == [0, 1, 0], "the same part crosses once"


def test_a_kill_between_number_and_file_ends_in_the_same_bytes(desk: str, tmp_path: Path) -> None:
    """The number is committed before the file is written; the file is a function of line and number."""
    from ckanext.govopen.desk.jobs import sql
    from ckanext.govopen.desk.publishing import outbox

    entry = Entry()
    entry.publish()
    line = outbox._next(lambda _: io.BytesIO(entry.part))
    assert line is not None
    assert drain(tmp_path, entry.part) == 1
    once = (tmp_path / "00000001.bundle").read_bytes()
    sql.execute("update outbox set done_at = null where kind = 'bundle'")  # Killed between file and commit.
    sql.commit()
    assert drain(tmp_path, entry.part) == 1
    assert (tmp_path / "00000001.bundle").read_bytes() == once
    assert one("select count(*) from bundle") == 1


def test_a_closure_does_not_wait_behind_a_bundle_that_cannot_be_written(desk: str, tmp_path: Path) -> None:
    """A line whose part cannot be opened steps aside before it gets a number."""
    from ckanext.govopen.desk.jobs import sql
    from ckanext.govopen.desk.publishing import closure, outbox
    from ckanext.govopen.desk.vault.errors import NotSealed

    entry, other = Entry(), Entry(part=b"PAR1 others")
    entry.publish()

    def broken(name: str) -> Any:
        raise NotSealed(object=name)

    assert outbox.drain_bundles(tmp_path, SEED, broken) == 0
    closure.close("entry", other.id, "hub.withdrawn", {"zh": "撤", "en": "x"}, "hub")
    sql.commit()
    assert outbox.drain_bundles(tmp_path, SEED, broken) == 1
    assert one("select last_error from outbox where payload ->> 'kind' = 'publish'") == "vault.seal"
    sql.execute("update outbox set next_at = now()")
    sql.commit()
    assert drain(tmp_path, entry.part) == 1


def test_a_hub_that_is_away_gets_its_receipts_later(desk: str) -> None:
    """The first failure stops the round; the line waits and is sent once."""
    from ckanext.govopen.desk.jobs import sql
    from ckanext.govopen.desk.publishing import outbox, store

    store.put_receipt({"remote_id": "a", "kind": "published"})
    sql.commit()
    sent: list[str] = []

    def away(_: dict[str, Any]) -> None:
        raise ConnectionError

    assert outbox.drain_receipts(away) == 0
    assert outbox.drain_receipts(lambda receipt: sent.append(receipt["remote_id"])) == 0, "not due yet"
    sql.execute("update outbox set next_at = now()")
    sql.commit()
    assert outbox.drain_receipts(lambda receipt: sent.append(receipt["remote_id"])) == 1
    assert sent == ["a"]


# -- the log ------------------------------------------------------------------------------------------------------------


def test_the_log_is_chained_in_order_and_tells_when_it_was_altered(desk: str) -> None:
    """Leaves of concurrent writers are chained once all are committed; a changed one is found."""
    from ckanext.govopen.desk.audit import sequencer, store
    from ckanext.govopen.desk.jobs import sql

    for number in range(5):
        store.record("test:event", "me", f"s{number}", {"n": number, "share": 0.25, "名": "值"})
    sql.commit()
    assert sequencer.chain_leaves() == 5
    assert sequencer.chain_leaves() == 0
    assert sequencer.checkpoint(SEED, every=1) is not None
    assert store.verify() == (5, None)
    sql.execute("update audit_leaf set actor = 'somebody else' where subject = 's2'")
    sql.commit()
    _, broken = store.verify()
    sql.rollback()
    assert broken is not None
    assert broken.problem == "hash"


def test_no_leaf_is_chained_while_an_earlier_one_is_on_its_way(desk: str) -> None:
    """A writer that has not committed keeps the sequencer out."""
    from ckanext.govopen.desk.audit import sequencer, store
    from ckanext.govopen.desk.audit.store import LOCK
    from ckanext.govopen.desk.jobs import sql

    store.record("test:event", "me", "s", {})
    sql.commit()
    with psycopg.connect(desk) as writer:
        writer.execute("select pg_advisory_xact_lock_shared(%s)", [LOCK])
        writer.execute("insert into audit_leaf (event, actor, subject) values ('late', 'x', 'y')")
        assert sequencer.chain_leaves() == 0
        writer.commit()
    assert sequencer.chain_leaves() == 2
    assert store.verify() == (2, None)
    sql.rollback()


def test_sealed_files_of_dead_writers_are_swept(desk: str, tmp_path: Path) -> None:
    """What a killed worker left half written goes, and a superseded table that nothing needs is destroyed."""
    from ckanext.govopen.desk.jobs import sql, sweep
    from ckanext.govopen.desk.vault.sealed import Vault

    entry = Entry()
    vault = Vault(tmp_path / "vault", SEED)
    vault.put("deliveries/old", b"rows")
    (tmp_path / "vault/new/4194303-x").write_bytes(b"half")
    sql.execute(
        """insert into delivery (source_item_id, package_id, package_digest, manifest, object, state)
           values (cast(:item as uuid), 'p', 'd', '{}', 'deliveries/old', 'superseded')""",
        item=entry.item,
    )
    sql.commit()
    assert sweep.sweep(vault) == {"leases": 0, "files": 1, "tables": 1}
    assert not vault.exists("deliveries/old")
    assert one("select state from delivery") == "destroyed"


def test_the_day_of_a_notice_is_in_both_languages() -> None:
    """Readers of a closed page see when it was closed."""
    from ckanext.govopen.desk.publishing.closure import notice_from

    assert notice_from("口径有误", "wrong", dt.datetime(2026, 1, 2, tzinfo=dt.UTC)) == {
        "zh": "口径有误（2026-01-02）",
        "en": "wrong (2026-01-02)",
    }
