"""The officer's inbox: every line says why it is here, what to do, and how much time is left."""

from __future__ import annotations

from typing import Any

from ckanext.govopen.desk.jobs import sql
from ckanext.govopen.desk.review import store
from ckanext.govopen.desk.roles import store as roles
from ckanext.govopen.face import today

__all__ = ["inbox"]


def _counts(user: str) -> dict[str, int]:
    """Machine publications of the last seven days, and what the machine stopped."""
    held = roles.organisations(user)
    args = {"orgs": None if held is None else list(held)}
    auto = sql.scalar(
        """select count(*) from approval a join release r on r.id = a.release_id join product p on p.id = r.product_id
             join entry e on e.entry_id = p.entry_id
            where a.maker = 'standing' and a.at > now() - interval '7 days'
              and (cast(:orgs as text[]) is null or e.organisation = any(cast(:orgs as text[])))""",
        **args,
    )
    stopped = sql.scalar(
        """select count(*) from task t where t.code like 'standing.%' and t.created_at > now() - interval '7 days'
              and (cast(:orgs as text[]) is null or t.organisation = any(cast(:orgs as text[])))""",
        **args,
    )
    public = sql.scalar(
        """select count(*) from entry e where e.state = 'open'
              and (cast(:orgs as text[]) is null or e.organisation = any(cast(:orgs as text[])))""",
        **args,
    )
    total = sql.scalar(
        """select count(*) from entry e where e.state <> 'withdrawn'
              and (cast(:orgs as text[]) is null or e.organisation = any(cast(:orgs as text[])))""",
        **args,
    )
    return {"auto_week": int(auto), "auto_stopped": int(stopped), "public": int(public), "entries": int(total)}


def _unconfirmed(user: str) -> list[dict[str, Any]]:
    """Closures that a machine made and nobody confirmed yet."""
    held = roles.organisations(user, "officer", "approver", "security")
    return sql.rows(
        """select c.id, c.scope, c.target, c.code, c.at, e.entry_id, e.name as entry_name, e.organisation, k.title
             from closure c join entry e on (c.scope = 'entry' and e.entry_id = c.target)
             left join package k on k.id = e.entry_id
            where c.confirmed_by is null and c.lifted_at is null and c.ordered_by <> :user
              and (cast(:orgs as text[]) is null or e.organisation = any(cast(:orgs as text[])))
            order by c.at limit 20""",
        user=user,
        orgs=None if held is None else list(held),
    )


def inbox(user: str) -> dict[str, Any]:
    """Everything that waits for an officer, by what he has to do."""
    officer_in = roles.organisations(user, "officer")
    prepares = officer_in is None or bool(officer_in)
    waiting = store.waiting(user)
    tasks, task_total = store.tasks(user, 1, 50)
    returned = store.returned(officer_in) if prepares else []
    flight = store.in_flight(user)
    ready = store.ready_entries(officer_in) if prepares else []
    closed = _unconfirmed(user) if roles.organisations(user, "officer", "approver", "security") != frozenset() else []
    due_today = sum(1 for row in waiting if row["due_on"] and row["due_on"] <= today())
    return {
        "counts": {
            "waiting": len(waiting) + task_total + len(closed),
            "ready": sum(1 for row in ready if row["green_ones"] or row["closed"]),
            "blocked": sum(1 for row in ready if not row["green_ones"] and not row["closed"]),
            "returned": len(returned),
            "in_review": len(flight),
            "due_today": due_today,
            **_counts(user),
        },
        "waiting": waiting,
        "tasks": tasks,
        "closures": closed,
        "returned": returned,
        "in_review": flight,
        "ready": ready,
    }
