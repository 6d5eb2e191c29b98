-- role: portal_maintenance

-- name: server_facts
-- columns: version integer, version_text text, encoding text, clock timestamptz, has_time_zones boolean, has_schema boolean
select current_setting('server_version_num')::integer, current_setting('server_version'), current_setting('server_encoding'), clock_timestamp(),
  exists (select from pg_timezone_names where name = 'Europe/London') and exists (select from pg_timezone_names where name = 'America/New_York'),
  to_regclass('portal.schema_state') is not null;

-- name: schema_facts
-- columns: number integer, policies_checksum text?
select number, policies_checksum from portal.schema_state;

-- What a role must be, and where it is not.
-- name: wrong_roles
-- columns: role text, fault text
select wanted.role,
  case when r.rolname is null then 'is missing'
    when r.rolsuper then 'is a superuser'
    when r.rolbypassrls <> wanted.bypasses then case when wanted.bypasses then 'lacks BYPASSRLS' else 'bypasses row-level security' end
    when r.rolcanlogin <> wanted.logs_in then case when wanted.logs_in then 'cannot log in' else 'can log in' end
    else 'is a member of another role' end
from (values ('portal_owner', false, false), ('portal_maintenance', true, true), ('portal_edge', false, true), ('portal_courier', false, true))
  as wanted (role, bypasses, logs_in)
left join pg_roles r on r.rolname = wanted.role
where r.rolname is null or r.rolsuper or r.rolbypassrls <> wanted.bypasses or r.rolcanlogin <> wanted.logs_in
  or (wanted.role in ('portal_edge', 'portal_courier') and exists (select from pg_auth_members m where m.member = r.oid));

-- Tables that are not behind forced policies, or do not belong to portal_owner.
-- name: open_tables
-- columns: name text
select c.relname::text from pg_class c
where c.relnamespace = 'portal'::regnamespace and c.relkind = 'r' and c.relname not in ('schema_migration', 'schema_state')
  and not (c.relrowsecurity and c.relforcerowsecurity and pg_get_userbyid(c.relowner) = 'portal_owner')
order by c.relname;

-- name: accounts_unserved
-- columns: slug text, lacks text
select a.slug, case when not exists (select from portal.account_host h where h.account_id = a.account_id) then 'host' else 'portal' end
from portal.account a
where a.suspended_at is null and not (exists (select from portal.account_host h where h.account_id = a.account_id)
  and exists (select from portal.portal p where p.account_id = a.account_id))
order by a.slug;

-- Everything that lies, or should lie, in the folder of files.
-- name: list_files
-- columns: content_hash bytea, size_bytes bigint?
select content_hash, max(size_bytes)
from (
  select content_hash, size_bytes from portal.document where content_hash is not null
  union all select content_hash, size_bytes from portal.job_file
  union all select content_hash, size_bytes from portal.invoice where content_hash is not null
  union all select content_hash, size_bytes from portal.quote where content_hash is not null
  union all select logo_hash, null from portal.portal where logo_hash is not null
  union all select content_hash, null from portal.logo_upload
) as file
group by content_hash;

-- The first account, a client of it, and whether anybody at all has been invited.
-- name: people_facts
-- columns: slug text?, client text?, has_member boolean
select first.slug, (select c.client_id::text from portal.client c where c.account_id = first.account_id order by c.client_id limit 1),
  exists (select from portal.membership)
from (select) as nothing left join (select account_id, slug from portal.account order by account_id limit 1) as first on true;
