-- role: portal_maintenance
-- Migrations run as portal_owner, so that everything they make belongs to it.

-- False when somebody else is migrating. Asked again and again instead of waited for: a session that waits inside a statement would hold up
-- CREATE INDEX CONCURRENTLY in the migration that it waits for.
-- name: try_migration_lock
-- columns: locked boolean
select pg_try_advisory_lock(hashtextextended('portal.migrate', 0));

-- name: bootstrap_state
-- columns: has_books boolean, may_be_owner boolean
select to_regclass('portal.schema_migration') is not null and to_regclass('portal.schema_state') is not null,
  exists (select from pg_roles where rolname = 'portal_owner' and pg_has_role(oid, 'MEMBER'));

-- name: applied_migrations
-- columns: number integer, name text, checksum text, applied_at timestamptz
select number, name, checksum, applied_at from portal.schema_migration order by number;

-- name: applied_policies
-- columns: policies_checksum text?
select policies_checksum from portal.schema_state;

-- name: become_owner
set role portal_owner;

-- A migration that cannot have its lock soon gives up instead of holding everybody up.
-- name: limit_lock_wait
set lock_timeout = '2s';

-- name: record_migration
-- parameters: number integer, name text, checksum text
insert into portal.schema_migration (number, name, checksum) values (:number, :name, :checksum);

-- name: record_schema_number
-- parameters: number integer
update portal.schema_state set number = :number;

-- name: record_policies
-- parameters: checksum text
update portal.schema_state set policies_checksum = :checksum;
