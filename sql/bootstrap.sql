-- Run once per database by a superuser: psql -f sql/bootstrap.sql. Makes the roles, the schema and the books of `portalctl migrate`, which does
-- the rest as portal_maintenance. May be run again. Passwords, where a role needs one, are the operator's to set.
do $$
begin
  if current_setting('server_encoding') <> 'UTF8' then
    raise exception 'the database must be encoded in UTF8, not %', current_setting('server_encoding');
  end if;
  if not exists (select from pg_roles where rolname = 'portal_owner') then
    create role portal_owner nologin;
  end if;
  if not exists (select from pg_roles where rolname = 'portal_maintenance') then
    create role portal_maintenance login;
  end if;
  if not exists (select from pg_roles where rolname = 'portal_edge') then
    create role portal_edge login;
  end if;
  if not exists (select from pg_roles where rolname = 'portal_courier') then
    create role portal_courier login;
  end if;
  -- Nobody connects as the owner, so that forced policies are not met by accident.
  alter role portal_owner nologin nosuperuser nobypassrls nocreatedb nocreaterole noreplication;
  alter role portal_maintenance nosuperuser bypassrls nocreatedb nocreaterole noreplication;
  alter role portal_edge nosuperuser nobypassrls nocreatedb nocreaterole noreplication;
  alter role portal_courier nosuperuser nobypassrls nocreatedb nocreaterole noreplication;
  grant portal_owner to portal_maintenance;
end
$$;

create schema if not exists portal;
alter schema portal owner to portal_owner;
revoke all on schema portal from public;
-- What other software made in the schema `public` must not change what our statements mean.
revoke create on schema public from public;

set role portal_owner;

create table if not exists portal.schema_migration (
  number integer primary key check (number > 0),
  name text not null check (length(name) between 1 and 200),
  checksum text not null check (checksum ~ '^[0-9a-f]{64}$'),
  applied_at timestamptz not null default now()
);

-- One row. `number` is the last migration; a module that was built for migration N serves a database whose oldest_module is at most N.
create table if not exists portal.schema_state (
  only_row boolean primary key default true check (only_row),
  number integer not null,
  oldest_module integer not null,
  policies_checksum text check (policies_checksum ~ '^[0-9a-f]{64}$')
);
insert into portal.schema_state (number, oldest_module) values (0, 0) on conflict do nothing;

reset role;
