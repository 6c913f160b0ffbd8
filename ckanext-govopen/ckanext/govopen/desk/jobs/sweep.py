"""What is swept now and then: leases of dead processes, half-written files, raw tables that nothing needs any more.

A superseded delivery's table is destroyed once no public or approved release was built from it: until then a
licensee's delivery may have to be made from it again.
"""

from __future__ import annotations

from ckanext.govopen.desk.audit import store as audit
from ckanext.govopen.desk.jobs import queue, sql
from ckanext.govopen.desk.vault.sealed import Vault

__all__ = ["sweep"]

MACHINE = "worker"


def sweep(vault: Vault) -> dict[str, int]:
    """Sweep once; commits. Gives what was done."""
    freed, tidied, destroyed = queue.sweep(), vault.tidy(), 0
    for row in sql.rows(
        """select d.id, d.object from delivery d
            where d.state = 'superseded' and d.object is not null
              and not exists (select from entry e where e.current_delivery = d.id)
              and not exists (select from release r join pointer t on t.release_id = r.id where r.delivery_id = d.id)
              and not exists (select from release r join request_release x on x.release_id = r.id
                                join request q on q.id = x.request_id
                               where r.delivery_id = d.id and q.state in
                                     ('draft', 'submitted', 'reviewed', 'security_ok', 'deid_ok', 'approved'))
              and not exists (select from job j where j.kind = 'process' and j.key = d.id::text
                                 and j.state in ('queued', 'running'))
            order by d.received_at limit 200"""
    ):
        sql.execute(
            "update delivery set state = 'destroyed', object = null where id = cast(:id as uuid) and state = 'superseded'",
            id=row["id"],
        )
        audit.record("delivery:destroy", MACHINE, f"delivery:{row['id']}", {})
        sql.commit()
        vault.destroy(row["object"])
        destroyed += 1
    return {"leases": freed, "files": tidied, "tables": destroyed}
