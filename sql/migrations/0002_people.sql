-- Clients and their contacts and sites; the members who sign in for them; sessions, links and outgoing messages.

create table portal.client (
  account_id bigint not null references portal.account,
  client_id bigint generated always as identity,
  kind text not null check (kind in ('organisation', 'person')),
  organisation_name text check (length(organisation_name) between 1 and 5000),
  first_name text check (length(first_name) between 1 and 50),
  middle_name text check (length(middle_name) between 1 and 50),
  surname text check (length(surname) between 1 and 50),
  name text not null generated always as (
    coalesce(organisation_name, ltrim(rtrim(coalesce(first_name || ' ', '') || coalesce(middle_name || ' ', '') || coalesce(surname, ''))))
  ) stored,
  external_id text check (length(external_id) between 1 and 255),
  created_at timestamptz not null default now(),
  primary key (account_id, client_id),
  unique (account_id, external_id),
  check (case kind when 'organisation' then organisation_name is not null and num_nonnulls(first_name, middle_name, surname) = 0
    else organisation_name is null and num_nonnulls(first_name, surname) > 0 end)
);

create table portal.site (
  account_id bigint not null,
  site_id bigint generated always as identity,
  client_id bigint not null,
  name text not null check (length(name) between 1 and 300),
  address text check (length(address) between 1 and 1000),
  time_zone text check (length(time_zone) <= 64 and isfinite(timestamptz '2026-01-01 00:00:00+00' at time zone time_zone)),
  external_id text check (length(external_id) between 1 and 255),
  created_at timestamptz not null default now(),
  primary key (account_id, site_id),
  unique (account_id, client_id, site_id),
  unique (account_id, external_id),
  foreign key (account_id, client_id) references portal.client
);

create table portal.contact (
  account_id bigint not null,
  contact_id bigint generated always as identity,
  client_id bigint not null,
  site_id bigint,
  name text check (length(name) between 1 and 300),
  kind text not null check (kind in ('email', 'phone')),
  value text not null check (length(value) between 3 and 254),
  created_at timestamptz not null default now(),
  primary key (account_id, contact_id),
  unique (account_id, client_id, contact_id),
  foreign key (account_id, client_id) references portal.client,
  foreign key (account_id, client_id, site_id) references portal.site (account_id, client_id, site_id)
);

-- What a login is looked up by. convert_to() is only called stable because another encoding could be named.
create function portal.login_hash(email text) returns bytea language sql immutable strict parallel safe as $$
  select sha256(convert_to(email, 'UTF8'))
$$;

create table portal.member (
  account_id bigint not null references portal.account,
  member_id bigint generated always as identity,
  -- Null until an address is known, as after an invitation by SMS.
  email text check (length(email) between 3 and 254 and email ~ '^[^[:space:]@]+@[^[:space:]@]+$' and email !~ '[A-Z]' collate "C"),
  login_hash bytea generated always as (portal.login_hash(email)) stored,
  -- Typed in by the member and not yet confirmed by a mail.
  pending_email text check (length(pending_email) between 3 and 254),
  password_hash text check (length(password_hash) <= 400 and password_hash ~ '^[$]argon2id[$]'),
  first_name text not null default '' check (length(first_name) <= 50),
  surname text not null default '' check (length(surname) <= 50),
  job_title text check (length(job_title) between 1 and 100),
  phone text check (length(phone) between 3 and 50),
  language text check (language in ('en', 'es')),
  state text not null default 'invited' check (state in ('invited', 'active', 'locked', 'removed')),
  last_sign_in_at timestamptz,
  removed_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (account_id, member_id),
  unique (account_id, login_hash),
  check ((state = 'removed') = (removed_at is not null)),
  check (state not in ('invited', 'removed') or password_hash is null)
);

create table portal.membership (
  account_id bigint not null,
  membership_id bigint generated always as identity,
  member_id bigint not null,
  client_id bigint not null,
  contact_id bigint,
  permissions text[] not null default '{view_job_status,view_completed_jobs,view_documents}' check (
    permissions <@ '{view_asset_services,view_completed_jobs,view_job_status,accept_quotes,view_invoices,create_work_requests,view_documents}'
    and cardinality(permissions) <= 7 and array_position(permissions, null) is null
  ),
  state text not null default 'invited' check (state in ('invited', 'active', 'ended')),
  invited_at timestamptz not null default now(),
  activated_at timestamptz,
  ended_at timestamptz,
  last_used_at timestamptz,
  primary key (account_id, membership_id),
  unique (account_id, membership_id, member_id),
  foreign key (account_id, member_id) references portal.member,
  foreign key (account_id, client_id) references portal.client,
  foreign key (account_id, client_id, contact_id) references portal.contact (account_id, client_id, contact_id),
  check ((state = 'ended') = (ended_at is not null)),
  check (state <> 'active' or activated_at is not null)
);
create unique index membership_current_key on portal.membership (account_id, member_id, client_id) where state <> 'ended';

create table portal.session (
  account_id bigint not null,
  session_id bigint generated always as identity,
  token_hash bytea not null check (length(token_hash) = 32),
  member_id bigint not null,
  membership_id bigint not null,
  user_agent text check (length(user_agent) between 1 and 200),
  created_at timestamptz not null default now(),
  last_used_at timestamptz not null default now(),
  expires_at timestamptz not null,
  ended_at timestamptz,
  primary key (account_id, session_id),
  unique (account_id, token_hash),
  foreign key (account_id, membership_id, member_id) references portal.membership (account_id, membership_id, member_id),
  check (expires_at > created_at)
);
create index session_member on portal.session (account_id, member_id) where ended_at is null;

-- The link itself is never stored, only the SHA-256 of what it carries.
create table portal.one_time_token (
  account_id bigint not null,
  one_time_token_id bigint generated always as identity,
  purpose text not null check (purpose in ('activation', 'password_reset', 'email_change')),
  token_hash bytea not null check (length(token_hash) = 32),
  member_id bigint not null,
  membership_id bigint,
  address text not null check (length(address) between 3 and 254),
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz,
  revoked_at timestamptz,
  revoked_reason text check (revoked_reason in ('replaced', 'cancelled')),
  primary key (account_id, one_time_token_id),
  unique (account_id, token_hash),
  foreign key (account_id, member_id) references portal.member,
  foreign key (account_id, membership_id, member_id) references portal.membership (account_id, membership_id, member_id),
  check (purpose <> 'activation' or membership_id is not null),
  check ((revoked_at is null) = (revoked_reason is null)),
  check (num_nonnulls(used_at, revoked_at) <= 1)
);
create index one_time_token_member on portal.one_time_token (account_id, member_id) where used_at is null and revoked_at is null;

-- Messages to be sent by the courier. The payload holds a live link, so it is encrypted and is gone once the message is.
create table portal.outbox_message (
  account_id bigint not null references portal.account,
  outbox_message_id bigint generated always as identity,
  -- Chosen by whoever makes the message: part of the Message-ID, and bound to the encrypted payload.
  message_reference text not null check (message_reference ~ '^[A-Za-z0-9_-]{16,64}$'),
  kind text not null check (kind in ('invitation', 'password_reset', 'email_confirmation')),
  channel text not null check (channel in ('email', 'sms')),
  recipient text not null check (length(recipient) between 3 and 254 and recipient !~ '[[:cntrl:]]'),
  language text not null check (language in ('en', 'es')),
  member_id bigint,
  membership_id bigint,
  payload bytea check (length(payload) <= 65536),
  key_id text check (length(key_id) between 1 and 64),
  attempts integer not null default 0 check (attempts >= 0),
  not_before timestamptz not null default now(),
  claimed_until timestamptz,
  sent_at timestamptz,
  failed_at timestamptz,
  last_error text check (length(last_error) <= 1000),
  created_at timestamptz not null default now(),
  primary key (account_id, outbox_message_id),
  unique (account_id, message_reference),
  foreign key (account_id, member_id) references portal.member,
  foreign key (account_id, membership_id, member_id) references portal.membership (account_id, membership_id, member_id),
  check ((payload is null) = (key_id is null)),
  check (payload is not null or num_nonnulls(sent_at, failed_at) > 0),
  check (sent_at is null or payload is null)
);
create index outbox_message_waiting on portal.outbox_message (not_before) where sent_at is null and failed_at is null;
