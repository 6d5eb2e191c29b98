-- The business's own people: who they are, their sessions and links; and what anybody did in the account.

alter table portal.account add column staff_session_idle_hours integer not null default 12 check (staff_session_idle_hours between 1 and 720);
alter table portal.account add column staff_session_absolute_days integer not null default 7 check (staff_session_absolute_days between 1 and 90);

create table portal.staff (
  account_id bigint not null references portal.account,
  staff_id bigint generated always as identity,
  email text not null check (length(email) between 3 and 254 and email ~ '^[^[:space:]@]+@[^[:space:]@]+$' and email !~ '[A-Z]' collate "C"),
  login_hash bytea not null generated always as (portal.login_hash(email)) stored,
  password_hash text check (length(password_hash) <= 400 and password_hash ~ '^[$]argon2id[$]'),
  first_name text not null default '' check (length(first_name) <= 50),
  surname text not null default '' check (length(surname) <= 50),
  role text not null check (role in ('viewer', 'manager', 'owner')),
  language text check (language in ('en', 'es')),
  state text not null default 'invited' check (state in ('invited', 'active', 'removed')),
  last_sign_in_at timestamptz,
  removed_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (account_id, staff_id),
  check ((state = 'removed') = (removed_at is not null)),
  check ((state = 'active') = (password_hash is not null))
);
-- Whoever was removed stays, so that it can still be told who did what; the address may be somebody's again.
create unique index staff_login_key on portal.staff (account_id, login_hash) where state <> 'removed';

create table portal.staff_session (
  account_id bigint not null,
  staff_session_id bigint generated always as identity,
  token_hash bytea not null check (length(token_hash) = 32),
  former_token_hash bytea check (length(former_token_hash) = 32),
  staff_id bigint not null,
  user_agent text check (length(user_agent) between 1 and 200),
  created_at timestamptz not null default now(),
  last_used_at timestamptz not null default now(),
  expires_at timestamptz not null,
  ended_at timestamptz,
  primary key (account_id, staff_session_id),
  unique (account_id, token_hash),
  foreign key (account_id, staff_id) references portal.staff,
  check (expires_at > created_at)
);
create index staff_session_staff on portal.staff_session (account_id, staff_id) where ended_at is null;
create index staff_session_former_token on portal.staff_session (account_id, former_token_hash) where ended_at is null;

create table portal.staff_token (
  account_id bigint not null,
  staff_token_id bigint generated always as identity,
  purpose text not null check (purpose in ('activation', 'password_reset')),
  token_hash bytea not null check (length(token_hash) = 32),
  staff_id bigint not null,
  address text not null check (length(address) between 3 and 254),
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz,
  revoked_at timestamptz,
  revoked_reason text check (revoked_reason in ('replaced', 'cancelled')),
  primary key (account_id, staff_token_id),
  unique (account_id, token_hash),
  foreign key (account_id, staff_id) references portal.staff,
  check ((revoked_at is null) = (revoked_reason is null)),
  check (num_nonnulls(used_at, revoked_at) <= 1)
);
create index staff_token_staff on portal.staff_token (account_id, staff_id, created_at);

-- Mail to staff.
alter table portal.outbox_message add column staff_id bigint;
alter table portal.outbox_message add foreign key (account_id, staff_id) references portal.staff;
alter table portal.outbox_message drop constraint outbox_message_kind_check;
alter table portal.outbox_message add constraint outbox_message_kind_check check (kind in ('invitation', 'password_reset', 'email_confirmation',
  'password_changed', 'email_changed', 'staff_invitation', 'staff_password_reset', 'staff_password_changed'));
create index outbox_message_staff on portal.outbox_message (account_id, staff_id) where staff_id is not null and sent_at is null and failed_at is null;

-- Who did what and when. Rows are only ever added, and removed by age.
create table portal.activity (
  account_id bigint not null references portal.account,
  activity_id bigint generated always as identity,
  at timestamptz not null default now(),
  actor_kind text not null check (actor_kind in ('staff', 'member', 'key', 'courier', 'system')),
  staff_id bigint,
  member_id bigint,
  api_key_id bigint,
  action text not null check (action ~ '^[a-z][a-z_]{2,49}$'),
  client_id bigint,
  membership_id bigint,
  subject_kind text check (subject_kind ~ '^[a-z][a-z_]{1,49}$'),
  subject_id bigint,
  details jsonb not null default '{}' check (jsonb_typeof(details) = 'object' and length(details::text) <= 8192),
  primary key (account_id, activity_id),
  foreign key (account_id, staff_id) references portal.staff,
  foreign key (account_id, member_id) references portal.member,
  foreign key (account_id, client_id) references portal.client,
  foreign key (account_id, membership_id) references portal.membership,
  check (num_nonnulls(staff_id, member_id, api_key_id) <= 1)
);
create index activity_at on portal.activity (account_id, at);
create index activity_client on portal.activity (account_id, client_id, activity_id) where client_id is not null;

-- Rights to columns cannot say on what condition a column may change, so this does: through the module owners decide about roles and who belongs to the
-- staff, a link of an invitation activates the one whom it names, and nobody chooses a password for somebody else.
create function portal.guard_staff() returns trigger language plpgsql as $$
declare
  by_owner boolean := portal.actor() = 'staff' and portal.current_staff_role() = 'owner';
  by_self boolean := new.staff_id = portal.current_staff_id() and (portal.actor() = 'staff' or portal.found_by() in ('activation', 'password_reset'));
begin
  if current_user <> 'portal_edge' then
    return new;
  end if;
  if new.role <> old.role and by_owner is not true then
    raise insufficient_privilege using message = 'this role cannot be changed here';
  end if;
  if new.state <> old.state and by_owner is not true
    and (by_self and portal.found_by() = 'activation' and old.state = 'invited' and new.state = 'active') is not true then
    raise insufficient_privilege using message = 'this state cannot be changed here';
  end if;
  if new.password_hash is not null and new.password_hash is distinct from old.password_hash and by_self is not true then
    raise insufficient_privilege using message = 'this password cannot be changed here';
  end if;
  return new;
end
$$;
create trigger guard_staff before update on portal.staff for each row
  when (old.role <> new.role or old.state <> new.state or old.password_hash is distinct from new.password_hash) execute function portal.guard_staff();
