"""The open side's tables: what bundles say, who may read, what is left to index, what visitors sent.

Safe on a running system: it only creates. Everything but `inbox`, `delivery_log` and `access_count` can be rebuilt
from bundles.

Revision ID: 0001
Revises:
"""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = """
create table bundle_applied (
    number bigint primary key,
    digest text not null,
    kind text not null,
    applied_at timestamptz not null default now()
);
create table bundle_refused (
    number bigint primary key,
    digest text not null,
    code text not null,
    at timestamptz not null default now()
);
create table pub_entry (
    entry_id text primary key,
    name text not null unique,
    epoch bigint not null,
    state text not null check (state in ('open', 'catalogue', 'withdrawn')),
    revision_digest text not null,
    body jsonb not null,
    organisation jsonb not null,
    published_at timestamptz not null,
    modified_at timestamptz not null
);
create table pub_product (
    product_id text primary key,
    entry_id text not null references pub_entry on delete cascade,
    position int not null default 0,
    kind text not null check (kind in ('table', 'cube', 'file', 'link')),
    audience text not null check (audience in ('public', 'licensee')),
    body jsonb not null
);
create index pub_product_entry on pub_product (entry_id, position);
create table pub_release (
    product_id text not null references pub_product on delete cascade,
    digest text not null,
    number int not null,
    grant_id text not null default '',
    row_count bigint not null,
    manifest jsonb not null,
    published_at timestamptz not null,
    renditions jsonb not null default '{}',
    primary key (product_id, digest, grant_id)
);
create table pub_pointer (
    product_id text not null references pub_product on delete cascade,
    grant_id text not null default '',
    digest text not null,
    epoch bigint not null,
    at timestamptz not null default now(),
    primary key (product_id, grant_id),
    foreign key (product_id, digest, grant_id) references pub_release (product_id, digest, grant_id)
);
create table pub_closure (
    id text primary key,
    seq bigserial,
    scope text not null check (scope in ('entry', 'product', 'release')),
    target text not null,
    code text not null,
    notice jsonb not null,
    at timestamptz not null,
    lifted_at timestamptz
);
create index pub_closure_live on pub_closure (scope, target) where lifted_at is null;
create table pub_grant (
    id text primary key,
    agreement jsonb not null,
    licensee text not null,
    product_id text not null,
    columns jsonb,
    quota_rows bigint not null,
    purpose text not null,
    expires_on date not null,
    revoked_at timestamptz
);
create table api_key (
    key_id text primary key,
    secret_hash text not null,
    licensee text not null,
    agreement_id text not null,
    expires_on date not null,
    revoked_at timestamptz
);
create table index_queue (
    entry_id text primary key,
    attempts int not null default 0,
    next_at timestamptz not null default now(),
    queued_at timestamptz not null default now()
);
create table inbox (
    id uuid primary key default gen_random_uuid(),
    kind text not null check (kind in ('request', 'report', 'application', 'objection')),
    code text not null unique,
    payload jsonb not null,
    created_at timestamptz not null default now(),
    pulled_at timestamptz,
    status jsonb not null default '{}'
);
create table delivery_log (
    id bigserial primary key,
    at timestamptz not null default now(),
    request_id text not null,
    key_id text not null,
    grant_id text not null,
    product_id text not null,
    digest text not null,
    door text not null,
    rows bigint not null,
    bytes bigint not null
);
create index delivery_log_grant on delivery_log (grant_id, at);
create table access_count (
    day date not null,
    product_id text not null,
    door text not null,
    format text not null default '',
    hits bigint not null default 0,
    primary key (day, product_id, door, format)
);
"""

GUARDS = """
create function govopen_closure_notify() returns trigger language plpgsql as $$
begin
    perform pg_notify('closure', new.seq::text);
    return new;
end $$;
create trigger wake after insert or update on pub_closure for each row execute function govopen_closure_notify();
create function govopen_pointer_notify() returns trigger language plpgsql as $$
begin
    perform pg_notify('pointer', new.product_id);
    return new;
end $$;
create trigger wake after insert or update on pub_pointer for each row execute function govopen_pointer_notify();
"""

NAMES = (
    "access_count delivery_log inbox index_queue api_key pub_grant pub_closure pub_pointer pub_release pub_product "
    "pub_entry bundle_refused bundle_applied"
)


def upgrade() -> None:
    """Create every table with its notices."""
    op.execute("set local lock_timeout = '5s'")
    op.execute(TABLES)
    op.execute(GUARDS)


def downgrade() -> None:
    """Drop them all: the open side is rebuilt from bundles."""
    for name in NAMES.split():
        op.execute(f"drop table if exists {name} cascade")
    op.execute("drop function if exists govopen_closure_notify")
    op.execute("drop function if exists govopen_pointer_notify")
