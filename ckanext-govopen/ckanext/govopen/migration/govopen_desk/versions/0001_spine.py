"""The inner side's tables: source items to releases, requests, closures, jobs, audit.

Safe on a running system: it only creates. The invariants of the release path live here and not in Python alone:
frozen rows cannot change, a request has one signature per officer, an epoch moves by compare-and-set, one job runs once.

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
create table source_item (
    id uuid primary key default gen_random_uuid(),
    hub text not null,
    remote_id text not null,
    entry_id text,
    organisation text,
    kind text not null check (kind in ('table', 'file', 'link', 'map')),
    version int not null default 1,
    version_digest text not null,
    descriptor jsonb not null,
    approval jsonb,
    package_id text,
    state text not null check (state in ('active', 'refused', 'withdrawn')),
    reason_code text,
    reason_detail jsonb not null default '{}',
    seen_at timestamptz not null default now(),
    changed_at timestamptz not null default now(),
    unique (hub, remote_id),
    check ((state = 'refused') = (reason_code is not null) or state = 'withdrawn')
);
create table delivery (
    id uuid primary key default gen_random_uuid(),
    source_item_id uuid not null references source_item,
    package_id text not null,
    package_digest text not null,
    manifest jsonb not null,
    object text,
    rows bigint,
    load_report jsonb not null default '{}',
    state text not null check (state in
        ('received', 'verified', 'profiled', 'superseded', 'destroyed', 'quarantined')),
    stage text not null default 'landed' check (stage in
        ('landed', 'profiled', 'planned', 'built', 'judged', 'failed')),
    reason_code text,
    reason_detail jsonb not null default '{}',
    received_at timestamptz not null default now(),
    unique (source_item_id, package_digest),
    check ((state = 'quarantined') = (reason_code is not null) or stage = 'failed'),
    check (state <> 'quarantined' or object is null)
);
create index delivery_state on delivery (state, received_at);
create table entry (
    entry_id text primary key,
    name text not null unique,
    organisation text not null,
    epoch bigint not null default 0 check (epoch >= 0),
    state text not null default 'working' check (state in ('working', 'open', 'catalogue', 'withdrawn')),
    current_delivery uuid references delivery,
    current_plan uuid,
    published_revision uuid,
    created_at timestamptz not null default now(),
    changed_at timestamptz not null default now()
);
alter table source_item add foreign key (entry_id) references entry;
create table entry_revision (
    id uuid primary key default gen_random_uuid(),
    entry_id text not null references entry,
    number int not null,
    body jsonb not null,
    digest text not null,
    created_by text not null,
    created_at timestamptz not null default now(),
    unique (entry_id, number),
    unique (entry_id, digest)
);
alter table entry add foreign key (published_revision) references entry_revision;
create table product (
    id text primary key,
    entry_id text not null references entry,
    route text not null,
    kind text not null check (kind in ('table', 'cube', 'file', 'link')),
    audience text not null check (audience in ('public', 'licensee')),
    title jsonb not null,
    created_at timestamptz not null default now(),
    unique (entry_id, route)
);
create table profile (
    delivery_id uuid primary key references delivery,
    body jsonb not null,
    digest text not null,
    created_at timestamptz not null default now()
);
create table plan (
    id uuid primary key default gen_random_uuid(),
    entry_id text not null references entry,
    delivery_id uuid references delivery,
    rule_set text not null,
    body jsonb not null,
    digest text not null,
    created_at timestamptz not null default now(),
    unique (entry_id, delivery_id, digest)
);
alter table entry add foreign key (current_plan) references plan;
create table release (
    id uuid primary key default gen_random_uuid(),
    product_id text not null references product,
    number int not null,
    grant_id uuid,
    delivery_id uuid references delivery,
    plan_id uuid references plan,
    digest text not null,
    manifest jsonb not null,
    row_count bigint not null,
    state text not null default 'building' check (state in
        ('building', 'candidate', 'approved', 'published', 'superseded', 'failed', 'closed', 'destroyed')),
    built_at timestamptz not null default now(),
    unique (product_id, number)
);
create unique index release_digest on release (product_id, digest, coalesce(grant_id::text, ''));
create index release_delivery on release (delivery_id);
create table evidence (
    release_id uuid primary key references release,
    body jsonb not null,
    verdict jsonb not null,
    green boolean not null,
    digest text not null,
    measured_at timestamptz not null default now()
);
create table request (
    id uuid primary key default gen_random_uuid(),
    number bigserial unique,
    entry_id text not null references entry,
    revision_id uuid not null references entry_revision,
    plan_id uuid not null references plan,
    kind text not null default 'open' check (kind in ('open', 'catalogue')),
    state text not null default 'draft' check (state in ('draft', 'submitted', 'reviewed', 'security_ok', 'deid_ok',
        'approved', 'applied', 'returned', 'rejected', 'lapsed', 'withdrawn')),
    steps jsonb not null,
    digests jsonb not null,
    standing jsonb,
    submitted_by text not null,
    comment text not null default '',
    created_at timestamptz not null default now(),
    submitted_at timestamptz,
    due_on date,
    decided_at timestamptz
);
create unique index request_one_live on request (entry_id)
    where state in ('draft', 'submitted', 'reviewed', 'security_ok', 'deid_ok', 'approved');
create table request_release (
    request_id uuid not null references request,
    release_id uuid not null references release,
    primary key (request_id, release_id)
);
create table request_step (
    id bigserial primary key,
    request_id uuid not null references request,
    step text not null check (step in ('submit', 'review', 'security', 'deid', 'approve')),
    officer text not null,
    decision text not null check (decision in ('submit', 'approve', 'return', 'reject')),
    comment text not null,
    digests jsonb not null,
    signature text,
    at timestamptz not null default now()
);
create unique index request_step_once on request_step (request_id, step) where decision in ('submit', 'approve');
create unique index request_step_four_eyes on request_step (request_id, officer) where decision in ('submit', 'approve');
create table standing_plan (
    id uuid primary key default gen_random_uuid(),
    entry_id text not null references entry,
    product_id text not null references product,
    request_id uuid not null references request,
    envelope jsonb not null,
    digest text not null,
    approved_at timestamptz not null default now(),
    expires_on date not null,
    revoked_at timestamptz,
    revoked_by text,
    check (expires_on <= (approved_at at time zone 'UTC')::date + 366)
);
create unique index standing_plan_live on standing_plan (product_id) where revoked_at is null;
create table approval (
    id uuid primary key default gen_random_uuid(),
    release_id uuid not null references release unique,
    maker text not null check (maker in ('person', 'standing', 'grant')),
    request_id uuid references request,
    standing_plan_id uuid references standing_plan,
    grant_id uuid,
    digest text not null,
    signature text,
    expires_on date,
    at timestamptz not null default now(),
    check (num_nonnulls(request_id, standing_plan_id, grant_id) = 1)
);
create table role_grant (
    id uuid primary key default gen_random_uuid(),
    user_name text not null,
    organisation text not null,
    role text not null check (role in
        ('officer', 'reviewer', 'security', 'deid', 'approver', 'supervisor', 'operator')),
    until date,
    granted_by text not null,
    granted_at timestamptz not null default now(),
    unique (user_name, organisation, role)
);
create table task (
    id uuid primary key default gen_random_uuid(),
    kind text not null,
    key text not null,
    entry_id text references entry,
    organisation text not null,
    role text not null,
    code text not null,
    detail jsonb not null default '{}',
    due_on date,
    state text not null default 'open' check (state in ('open', 'done')),
    created_at timestamptz not null default now(),
    done_at timestamptz,
    done_by text
);
create unique index task_open on task (kind, key) where state = 'open';
create table closure (
    id uuid primary key default gen_random_uuid(),
    scope text not null check (scope in ('entry', 'product', 'release')),
    target text not null,
    code text not null,
    notice jsonb not null,
    order_id text unique,
    ordered_by text not null,
    at timestamptz not null default now(),
    confirmed_by text,
    confirmed_at timestamptz,
    lifted_by text,
    lifted_at timestamptz
);
create index closure_live on closure (scope, target) where lifted_at is null;
create table agreement (
    id uuid primary key default gen_random_uuid(),
    number text not null unique,
    licensee text not null,
    licensee_code text not null,
    parties jsonb not null,
    purpose text not null,
    purpose_class text not null check (purpose_class in ('public_benefit', 'industry')),
    starts_on date not null,
    ends_on date not null,
    state text not null default 'active' check (state in ('active', 'suspended', 'ended')),
    created_by text not null,
    created_at timestamptz not null default now(),
    check (ends_on > starts_on and ends_on <= starts_on + 1827)
);
create table access_grant (
    id uuid primary key default gen_random_uuid(),
    agreement_id uuid not null references agreement,
    product_id text not null references product,
    columns jsonb,
    row_filter jsonb,
    quota_rows bigint not null check (quota_rows > 0),
    expires_on date not null,
    state text not null default 'building' check (state in ('building', 'active', 'failed', 'revoked')),
    created_by text not null,
    created_at timestamptz not null default now(),
    revoked_at timestamptz,
    unique (agreement_id, product_id)
);
alter table release add foreign key (grant_id) references access_grant;
alter table approval add foreign key (grant_id) references access_grant;
create table licence_key (
    key_id text primary key,
    agreement_id uuid not null references agreement,
    secret_hash text not null,
    created_at timestamptz not null default now(),
    expires_on date not null,
    revoked_at timestamptz
);
create table pointer (
    product_id text not null references product,
    grant_id text not null default '',
    release_id uuid not null references release,
    epoch bigint not null,
    at timestamptz not null default now(),
    primary key (product_id, grant_id)
);
create table outbox (
    id bigserial primary key,
    kind text not null check (kind in ('bundle', 'receipt')),
    payload jsonb not null,
    urgent boolean not null default false,
    attempts int not null default 0,
    next_at timestamptz not null default now(),
    last_error text,
    created_at timestamptz not null default now(),
    done_at timestamptz
);
create index outbox_due on outbox (urgent desc, id) where done_at is null;
create table bundle (
    number bigint primary key,
    outbox_id bigint not null unique references outbox,
    file text not null,
    digest text not null,
    created_at timestamptz not null default now()
);
create table job (
    id bigserial primary key,
    kind text not null,
    key text not null,
    lane text not null default 'worker' check (lane in ('worker', 'publisher')),
    payload jsonb not null default '{}',
    state text not null default 'queued' check (state in ('queued', 'running', 'done', 'failed')),
    attempts int not null default 0,
    lease_owner text,
    lease_until timestamptz,
    next_at timestamptz not null default now(),
    progress jsonb not null default '{}',
    error_code text,
    error_detail jsonb,
    created_at timestamptz not null default now(),
    finished_at timestamptz
);
create unique index job_once on job (kind, key) where state in ('queued', 'running');
create index job_due on job (lane, next_at) where state in ('queued', 'running');
create table hub_cursor (
    hub text primary key,
    withdrawals_after text,
    polled_at timestamptz
);
create table audit_leaf (
    seq bigserial primary key,
    at timestamptz not null default clock_timestamp(),
    event text not null,
    actor text not null,
    subject text not null,
    detail jsonb not null default '{}',
    previous text,
    hash text
);
create table audit_checkpoint (
    upto bigint primary key,
    root text not null,
    signature text not null,
    at timestamptz not null default now()
);
"""

GUARDS = """
create function govopen_frozen() returns trigger language plpgsql as $$
begin
    raise exception 'rows of % are frozen', tg_table_name using errcode = 'GO001';
end $$;
create trigger frozen before update or delete on entry_revision for each row execute function govopen_frozen();
create trigger frozen before update or delete on plan for each row execute function govopen_frozen();
create trigger frozen before delete on audit_leaf for each row execute function govopen_frozen();

create function govopen_release_guard() returns trigger language plpgsql as $$
begin
    if new.digest <> old.digest or new.manifest <> old.manifest or new.product_id <> old.product_id
       or new.number <> old.number then
        raise exception 'a release does not change' using errcode = 'GO001';
    end if;
    if new.state = 'published' and not exists (
        select from approval a where a.release_id = new.id and a.digest = new.digest
           and (a.expires_on is null or a.expires_on >= current_date)) then
        raise exception 'release % has no valid approval', new.id using errcode = 'GO002';
    end if;
    return new;
end $$;
create trigger guard before update on release for each row execute function govopen_release_guard();

create function govopen_pointer_guard() returns trigger language plpgsql as $$
declare entry_epoch bigint; entry_state text; entry text; digest_ text;
begin
    select e.epoch, e.state, e.entry_id into entry_epoch, entry_state, entry
      from product p join entry e using (entry_id) where p.id = new.product_id;
    if new.epoch <> entry_epoch then
        raise exception 'epoch % of the pointer is not the entry''s %', new.epoch, entry_epoch using errcode = 'GO003';
    end if;
    select r.digest into digest_ from release r
     where r.id = new.release_id and r.product_id = new.product_id and r.state = 'published';
    if digest_ is null then
        raise exception 'a pointer needs a published release of its product' using errcode = 'GO002';
    end if;
    if exists (select from closure c where c.lifted_at is null and (
           (c.scope = 'entry' and c.target = entry) or (c.scope = 'product' and c.target = new.product_id)
           or (c.scope = 'release' and c.target = digest_))) then
        raise exception 'product % is closed', new.product_id using errcode = 'GO004';
    end if;
    return new;
end $$;
create trigger guard before insert or update on pointer for each row execute function govopen_pointer_guard();

create function govopen_request_guard() returns trigger language plpgsql as $$
begin
    if old.state in ('applied', 'rejected', 'lapsed', 'withdrawn') and new.state <> old.state then
        raise exception 'a finished request stays as it is' using errcode = 'GO001';
    end if;
    if new.digests <> old.digests and old.state <> 'draft' then
        raise exception 'what was submitted is frozen' using errcode = 'GO001';
    end if;
    return new;
end $$;
create trigger guard before update on request for each row execute function govopen_request_guard();

create function govopen_request_step_guard() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' or (old.signature is not null) or new.officer <> old.officer or new.step <> old.step
       or new.decision <> old.decision or new.digests <> old.digests or new.comment <> old.comment
       or new.request_id <> old.request_id then
        raise exception 'a signed step does not change' using errcode = 'GO001';
    end if;
    return new;
end $$;
create trigger guard before update or delete on request_step for each row execute function govopen_request_step_guard();

create function govopen_notify() returns trigger language plpgsql as $$
begin
    perform pg_notify('govopen', tg_table_name);
    return null;
end $$;
create trigger wake after insert on outbox for each statement execute function govopen_notify();
create trigger wake after insert on job for each statement execute function govopen_notify();
create trigger wake after insert on closure for each statement execute function govopen_notify();
"""

NAMES = (
    "audit_checkpoint audit_leaf hub_cursor job bundle outbox pointer licence_key approval standing_plan task closure "
    "role_grant request_step request_release request evidence release access_grant agreement product profile "
    "entry_revision plan delivery source_item entry"
)
FUNCTIONS = "frozen release_guard pointer_guard request_guard request_step_guard notify"


def upgrade() -> None:
    """Create every table with its guards."""
    op.execute("set local lock_timeout = '5s'")
    op.execute(TABLES)
    op.execute(GUARDS)


def downgrade() -> None:
    """Drop them all: only for a home that is thrown away."""
    for name in NAMES.split():
        op.execute(f"drop table if exists {name} cascade")
    for name in FUNCTIONS.split():
        op.execute(f"drop function if exists govopen_{name}")
