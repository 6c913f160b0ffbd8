"""Requests, their steps and the tasks beside them: textual SQL, values out, no commit of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ckanext.govopen.desk.jobs import sql
from ckanext.govopen.desk.review.steps import LIVE, steps

__all__ = [
    "add_step",
    "create",
    "entry_for_update",
    "find",
    "finish_task",
    "freeze_revision",
    "in_flight",
    "page",
    "ready_entries",
    "returned",
    "releases_of",
    "set_state",
    "steps_of",
    "task",
    "tasks",
    "waiting",
    "waiting_count",
]

# The states and roles of `steps.yaml`, as SQL names them; both are fixed words of ours.
_LIVE = ", ".join(f"'{state}'" for state in sorted(LIVE))
_ROLES = " ".join(f"when '{name}' then '{one.role}'" for name, one in steps().items() if name != "submit")

_NEXT = """(r.steps ->> (select count(*)::int from request_step s
                          where s.request_id = r.id and s.decision in ('submit', 'approve')))"""
_ROLE = f"case n.step {_ROLES} end"
_COLUMNS = f"""r.id, r.number, r.entry_id, r.revision_id, r.plan_id, r.kind, r.state, r.steps, r.digests, r.standing,
              r.submitted_by, r.comment, r.created_at, r.submitted_at, r.due_on, r.decided_at,
              e.name as entry_name, e.organisation, k.title, k.notes,
              (select g.title from "group" g where g.name = e.organisation and g.is_organization limit 1)
                  as organisation_title,
              case when r.state in ({_LIVE}) then n.step end as step"""
_FROM = f"""from request r join entry e on e.entry_id = r.entry_id left join package k on k.id = e.entry_id
            cross join lateral (select {_NEXT} as step) n"""
_MINE = f"""r.state in ({_LIVE})
     and exists (select from role_grant g where g.user_name = :user and g.organisation in (e.organisation, '*')
                    and (g.until is null or g.until >= current_date) and g.role = {_ROLE})
     and not exists (select from request_step s where s.request_id = r.id and s.officer = :user
                        and s.decision in ('submit', 'approve'))"""


def find(key: str, *, lock: bool = False) -> dict[str, Any] | None:
    """One request, by id or by number; `lock` keeps others from deciding at the same time."""
    number = key.removeprefix("#")
    by_number = number.isascii() and number.isdigit() and len(number) < 10
    where = "r.number = cast(:key as bigint)" if by_number else "r.id::text = :key"
    if lock:
        sql.execute(f"select id from request r where {where} for update", key=number)
    return sql.one(f"select {_COLUMNS} {_FROM} where {where}", key=number)


def steps_of(request_id: str) -> list[dict[str, Any]]:
    """The steps that were taken, in order, with signatures."""
    return sql.rows(
        "select id, step, officer, decision, comment, digests, signature, at from request_step"
        " where request_id = cast(:id as uuid) order by id",
        id=request_id,
    )


def releases_of(request_id: str) -> list[dict[str, Any]]:
    """The releases that a request is about, with what was measured."""
    return sql.rows(
        """select r.id, r.product_id, p.route, p.kind, p.audience, p.title, r.number, r.digest, r.row_count, r.state,
                  r.delivery_id, r.manifest, v.body as evidence, v.verdict, v.green, v.measured_at
             from request_release x join release r on r.id = x.release_id join product p on p.id = r.product_id
             left join evidence v on v.release_id = r.id
            where x.request_id = cast(:id as uuid) order by p.created_at, p.id""",
        id=request_id,
    )


def page(
    number: int,
    limit: int,
    *,
    organisations: Sequence[str] | None,
    user: str,
    state: str | None = None,
    step: str | None = None,
    mine: bool = False,
    entry: str | None = None,
) -> tuple[list[dict[str, Any]], int]:
    """A page of requests, the most pressing first when they wait for `user`, else the newest."""
    clauses = ["(cast(:orgs as text[]) is null or e.organisation = any(cast(:orgs as text[])))"]
    if state == "live":
        clauses.append(f"r.state in ({_LIVE}, 'approved')")
    elif state:
        clauses.append("r.state = :state")
    if step:
        clauses.append(f"n.step = :step and r.state in ({_LIVE})")
    if entry:
        clauses.append("(r.entry_id = :entry or e.name = :entry)")
    if mine:
        clauses.append(_MINE)
    where = " and ".join(clauses)
    order = "r.due_on nulls last, r.number" if mine else "r.number desc"
    args = {
        "orgs": None if organisations is None else list(organisations),
        "state": state,
        "step": step,
        "user": user,
        "entry": entry,
    }
    found = sql.rows(
        f"select {_COLUMNS} {_FROM} where {where} order by {order} limit :limit offset :offset",
        limit=limit,
        offset=(number - 1) * limit,
        **args,
    )
    return found, int(sql.scalar(f"select count(*) {_FROM} where {where}", **args))


def waiting(user: str, limit: int = 50) -> list[dict[str, Any]]:
    """Requests whose next step this officer may take, the most pressing first."""
    return page(1, limit, organisations=None, user=user, mine=True)[0]


def waiting_count(user: str) -> int:
    """How many requests and tasks wait for this officer."""
    requests = int(sql.scalar(f"select count(*) {_FROM} where {_MINE}", user=user))
    return requests + tasks(user, 1, 1)[1]


def in_flight(user: str, limit: int = 20) -> list[dict[str, Any]]:
    """What this officer submitted and others decide about."""
    return sql.rows(
        f"""select {_COLUMNS} {_FROM} where r.submitted_by = :user
              and r.state in ({_LIVE}, 'approved')
            order by r.due_on nulls last, r.number limit :limit""",
        user=user,
        limit=limit,
    )


def returned(organisations: Sequence[str] | None, limit: int = 20) -> list[dict[str, Any]]:
    """Requests that came back and were not handed in again since, with the words of who returned them."""
    return sql.rows(
        f"""select {_COLUMNS},
                   (select s.comment from request_step s where s.request_id = r.id and s.decision = 'return'
                     order by s.id desc limit 1) as said,
                   (select s.officer from request_step s where s.request_id = r.id and s.decision = 'return'
                     order by s.id desc limit 1) as said_by
            {_FROM} where r.state in ('returned', 'lapsed')
              and (cast(:orgs as text[]) is null or e.organisation = any(cast(:orgs as text[])))
              and not exists (select from request later where later.entry_id = r.entry_id and later.number > r.number)
            order by r.decided_at desc limit :limit""",
        orgs=None if organisations is None else list(organisations),
        limit=limit,
    )


def ready_entries(organisations: Sequence[str] | None, limit: int = 50) -> list[dict[str, Any]]:
    """Entries that were judged and wait for an officer: to hand in what is green, to mend what is red."""
    return sql.rows(
        f"""select e.entry_id, e.name, e.organisation, e.state, k.title, p.body ->> 'open_type' as open_type,
                  p.body ->> 'closed' as closed, c.candidates, c.green_ones, c.red_codes, d.received_at, d.rows
             from entry e join delivery d on d.id = e.current_delivery
             left join package k on k.id = e.entry_id left join plan p on p.id = e.current_plan
             left join lateral (
                  select count(*) as candidates, count(*) filter (where v.green) as green_ones,
                         (select array_agg(distinct g ->> 'code') from release x2 join product o2 on o2.id = x2.product_id
                            join evidence v2 on v2.release_id = x2.id,
                            lateral jsonb_array_elements(coalesce(v2.verdict -> 'gates', '[]')) g
                           where o2.entry_id = e.entry_id and x2.delivery_id = e.current_delivery
                             and x2.state = 'candidate' and (g ->> 'ok') = 'false') as red_codes
                    from release x join product o on o.id = x.product_id left join evidence v on v.release_id = x.id
                   where o.entry_id = e.entry_id and x.delivery_id = e.current_delivery and x.grant_id is null
                     and x.state = 'candidate') c on true
            where d.stage = 'judged' and (e.state = 'working' or c.candidates > 0)
              and (cast(:orgs as text[]) is null or e.organisation = any(cast(:orgs as text[])))
              and not exists (select from closure x where x.lifted_at is null and x.scope = 'entry'
                                 and x.target = e.entry_id)
              and not exists (select from request r where r.entry_id = e.entry_id
                                 and r.state in ('draft', {_LIVE}, 'approved'))
            order by (c.green_ones > 0) desc nulls last, d.received_at, e.entry_id limit :limit""",
        orgs=None if organisations is None else list(organisations),
        limit=limit,
    )


def entry_for_update(key: str) -> dict[str, Any] | None:
    """An entry's row, locked: nobody submits, publishes or closes it at the same time."""
    return sql.one("select * from entry where entry_id = :key or name = :key for update", key=key)


def freeze_revision(entry_id: str, body: dict[str, Any], digest: str, by: str) -> str:
    """Write the frozen revision of an entry; the same body is the same revision."""
    known = sql.scalar(
        "select id from entry_revision where entry_id = :entry and digest = :digest", entry=entry_id, digest=digest
    )
    if known:
        return str(known)
    return str(
        sql.scalar(
            """insert into entry_revision (entry_id, number, body, digest, created_by)
               values (:entry, (select coalesce(max(number), 0) + 1 from entry_revision where entry_id = :entry),
                       cast(:body as jsonb), :digest, :by) returning id""",
            entry=entry_id,
            body=sql.js(body),
            digest=digest,
            by=by,
        )
    )


def create(
    *,
    entry_id: str,
    revision_id: str,
    plan_id: str,
    kind: str,
    steps: Sequence[str],
    digests: dict[str, Any],
    standing: dict[str, Any] | None,
    by: str,
    comment: str,
    due_on: Any,
    releases: Sequence[str],
) -> dict[str, Any]:
    """Write a submitted request with its releases and its first step; gives id and number."""
    row = sql.one(
        """insert into request (entry_id, revision_id, plan_id, kind, state, steps, digests, standing, submitted_by,
                                comment, submitted_at, due_on)
           values (:entry, cast(:revision as uuid), cast(:plan as uuid), :kind, 'submitted', cast(:steps as jsonb),
                   cast(:digests as jsonb), cast(:standing as jsonb), :by, :comment, now(), :due)
           returning id, number""",
        entry=entry_id,
        revision=revision_id,
        plan=plan_id,
        kind=kind,
        steps=sql.js(list(steps)),
        digests=sql.js(digests),
        standing=None if standing is None else sql.js(standing),
        by=by,
        comment=comment,
        due=due_on,
    )
    assert row is not None
    for release_id in releases:
        sql.execute(
            "insert into request_release (request_id, release_id) values (cast(:request as uuid), cast(:release as uuid))",
            request=row["id"],
            release=release_id,
        )
    add_step(str(row["id"]), "submit", by, "submit", comment, digests)
    return row


def add_step(request_id: str, step: str, officer: str, decision: str, comment: str, digests: dict[str, Any]) -> None:
    """Write down one decision; the sequencer signs it."""
    sql.execute(
        """insert into request_step (request_id, step, officer, decision, comment, digests)
           values (cast(:request as uuid), :step, :officer, :decision, :comment, cast(:digests as jsonb))""",
        request=request_id,
        step=step,
        officer=officer,
        decision=decision,
        comment=comment,
        digests=sql.js(digests),
    )


def set_state(request_id: str, state: str, due_on: Any = None) -> None:
    """Move a request; the next step gets its day, what ends it gets its time."""
    sql.execute(
        """update request set state = :state, due_on = coalesce(:due, due_on),
                  decided_at = case when :state in ('approved', 'returned', 'rejected', 'lapsed', 'withdrawn')
                                    then now() else decided_at end
            where id = cast(:id as uuid)""",
        id=request_id,
        state=state,
        due=due_on,
    )
    if state == "approved":
        sql.execute(
            """update release set state = 'approved' where state = 'candidate'
                  and id in (select release_id from request_release where request_id = cast(:id as uuid))""",
            id=request_id,
        )


_TASKS = """from task t left join entry e on e.entry_id = t.entry_id left join package k on k.id = t.entry_id
            where t.state = 'open' and exists (
                  select from role_grant g where g.user_name = :user and g.organisation in (t.organisation, '*')
                     and (g.until is null or g.until >= current_date) and g.role = t.role)"""


def tasks(user: str, number: int, limit: int) -> tuple[list[dict[str, Any]], int]:
    """Open tasks of the roles that this officer holds."""
    found = sql.rows(
        f"""select t.id, t.kind, t.key, t.entry_id, t.organisation, t.role, t.code, t.detail, t.due_on, t.created_at,
                   k.title, e.name as entry_name {_TASKS}
            order by t.due_on nulls last, t.created_at limit :limit offset :offset""",
        user=user,
        limit=limit,
        offset=(number - 1) * limit,
    )
    return found, int(sql.scalar(f"select count(*) {_TASKS}", user=user))


def task(task_id: str) -> dict[str, Any] | None:
    """One task."""
    return sql.one("select * from task where id = cast(:id as uuid)", id=task_id)


def finish_task(task_id: str, by: str) -> bool:
    """Tick a task off; False when it was done already."""
    return bool(
        sql.execute(
            "update task set state = 'done', done_at = now(), done_by = :by where id = cast(:id as uuid) and state = 'open'",
            id=task_id,
            by=by,
        )
    )
