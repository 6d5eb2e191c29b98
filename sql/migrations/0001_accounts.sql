-- The accounts, the hosts at which their portals are served, and each account's portal.
-- Every key of an account's table begins with account_id. Two are unique over all accounts, because the world outside chooses an account by them:
-- its slug and its host names.

create table portal.account (
  account_id bigint generated always as identity primary key,
  slug text not null constraint account_slug_key unique check (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  name text not null check (length(name) between 1 and 300),
  -- The conversion fails, and with it the insert, when PostgreSQL does not know the zone.
  time_zone text not null check (length(time_zone) <= 64 and isfinite(timestamptz '2026-01-01 00:00:00+00' at time zone time_zone)),
  password_minimum_length integer not null default 12 check (password_minimum_length between 8 and 64),
  session_idle_days integer not null default 14 check (session_idle_days between 1 and 90),
  session_absolute_days integer not null default 90 check (session_absolute_days between 1 and 365),
  invitation_days integer not null default 7 check (invitation_days between 1 and 30),
  suspended_at timestamptz,
  created_at timestamptz not null default now()
);

create table portal.account_host (
  account_id bigint not null references portal.account,
  host text not null constraint account_host_host_key unique
    check (length(host) <= 253 and host ~ '^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$'),
  -- What browsers send as Origin, and what links in messages begin with.
  origin text not null check (length(origin) <= 300 and origin ~ '^https?://[a-z0-9.-]+(:[0-9]{1,5})?$'),
  is_primary boolean not null default false,
  created_at timestamptz not null default now(),
  primary key (account_id, host)
);
create unique index account_host_primary_key on portal.account_host (account_id) where is_primary;

create table portal.portal (
  account_id bigint primary key references portal.account,
  name text not null check (length(name) between 1 and 300),
  accent_colour text not null default '#1f5fbf' check (accent_colour ~ '^#[0-9a-f]{6}$'),
  logo_hash bytea check (length(logo_hash) = 32),
  logo_media_type text check (logo_media_type in ('image/jpeg', 'image/png')),
  logo_width integer check (logo_width between 1 and 10000),
  logo_height integer check (logo_height between 1 and 10000),
  contact_phone text check (length(contact_phone) between 1 and 50),
  contact_email text check (length(contact_email) between 3 and 254),
  contact_website text check (length(contact_website) <= 2000 and contact_website ~ '^https?://[^[:space:]]+$'),
  privacy_url text check (length(privacy_url) <= 2000 and privacy_url ~ '^https?://[^[:space:]]+$'),
  terms_url text check (length(terms_url) <= 2000 and terms_url ~ '^https?://[^[:space:]]+$'),
  imprint_url text check (length(imprint_url) <= 2000 and imprint_url ~ '^https?://[^[:space:]]+$'),
  languages text[] not null default '{en,es}'
    check (cardinality(languages) between 1 and 2 and languages <@ '{en,es}' and array_position(languages, null) is null),
  default_language text not null default 'en',
  created_at timestamptz not null default now(),
  check (default_language = any (languages)),
  check (num_nonnulls(logo_hash, logo_media_type, logo_width, logo_height) in (0, 4))
);

-- The module's workers hold all hosts in memory and load them again on this notice.
create function portal.notify_hosts() returns trigger language plpgsql as $$
begin
  perform pg_notify('portal_hosts', '');
  return null;
end
$$;
create trigger account_host_notice after insert or update or delete or truncate on portal.account_host
  for each statement execute function portal.notify_hosts();
create trigger account_notice after insert or update or delete or truncate on portal.account
  for each statement execute function portal.notify_hosts();
