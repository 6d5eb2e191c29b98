-- role: portal_maintenance

-- No row when the slug is taken.
-- name: create_account
-- parameters: slug text, name text, time_zone text, country text?
-- columns: account_id bigint
insert into portal.account (slug, name, time_zone, country) values (:slug, :name, :time_zone, :country)
on conflict (slug) do nothing
returning account_id;

-- Numbers of contacts are to be read anew then.
-- name: set_account_country
-- parameters: account_id bigint, country text?
with changed as (
  update portal.account set country = :country where account_id = :account_id and country is distinct from :country returning account_id
)
update portal.contact k set phone_read_at = null from changed c where k.account_id = c.account_id and k.kind = 'phone';

-- name: is_time_zone
-- parameters: name text
-- columns: is_known boolean
select exists (select from pg_timezone_names where name = :name);

-- name: list_accounts
-- columns: account_id bigint, slug text, name text, time_zone text, hosts text[], has_portal boolean, suspended_at timestamptz?,
--   created_at timestamptz
select a.account_id, a.slug, a.name, a.time_zone,
  array(select h.host from portal.account_host h where h.account_id = a.account_id order by h.is_primary desc, h.host),
  exists (select from portal.portal p where p.account_id = a.account_id), a.suspended_at, a.created_at
from portal.account a
order by a.slug;

-- Links in messages begin with the origin of the primary host.
-- name: find_account
-- parameters: slug text
-- columns: account_id bigint, name text, origin text?, default_language text?, has_visible_template boolean
select a.account_id, a.name, h.origin, p.default_language,
  exists (select from portal.portal_visible_template v where v.account_id = a.account_id)
from portal.account a
left join portal.account_host h on h.account_id = a.account_id and h.is_primary
left join portal.portal p on p.account_id = a.account_id
where a.slug = :slug;

-- No row when the host is taken, by whichever account.
-- name: add_host
-- parameters: account_id bigint, host text, origin text
-- columns: host text
insert into portal.account_host (account_id, host, origin) values (:account_id, :host, :origin)
on conflict (host) do nothing
returning host;

-- name: remove_host
-- parameters: account_id bigint, host text
-- columns: host text
delete from portal.account_host where account_id = :account_id and host = :host
returning host;

-- name: clear_primary_host
-- parameters: account_id bigint
update portal.account_host set is_primary = false where account_id = :account_id and is_primary;

-- name: make_host_primary
-- parameters: account_id bigint, host text
update portal.account_host set is_primary = true where account_id = :account_id and host = :host;

-- An account with hosts has a primary one: the first that was added, unless somebody chose.
-- name: ensure_primary_host
-- parameters: account_id bigint
update portal.account_host set is_primary = true
where account_id = :account_id
  and host = (select h.host from portal.account_host h where h.account_id = :account_id order by h.created_at, h.host limit 1)
  and not exists (select from portal.account_host h where h.account_id = :account_id and h.is_primary);

-- name: list_hosts
-- parameters: slug text?
-- columns: account text, host text, origin text, is_primary boolean
select a.slug, h.host, h.origin, h.is_primary
from portal.account_host h
join portal.account a on a.account_id = h.account_id
where :slug is null or a.slug = :slug
order by a.slug, h.is_primary desc, h.host;

-- Workers learn of it at once: the account's hosts answer that there is no portal, and `enter_member` refuses its sessions.
-- name: suspend_account
-- parameters: account_id bigint
update portal.account set suspended_at = now() where account_id = :account_id and suspended_at is null;

-- name: resume_account
-- parameters: account_id bigint
update portal.account set suspended_at = null where account_id = :account_id and suspended_at is not null;

-- name: set_edits_imported
-- parameters: account_id bigint, allowed boolean
update portal.account set staff_edit_imported = :allowed where account_id = :account_id;

-- name: delete_account
-- parameters: account_id bigint
select from portal.delete_account(:account_id);

-- What lies in the folder of files for this account, and perhaps for others.
-- name: list_files_of_account
-- parameters: account_id bigint
-- columns: content_hash bytea
select content_hash from portal.document where account_id = :account_id and content_hash is not null
union select content_hash from portal.job_file where account_id = :account_id
union select content_hash from portal.invoice where account_id = :account_id and content_hash is not null
union select content_hash from portal.quote where account_id = :account_id and content_hash is not null
union select logo_hash from portal.portal where account_id = :account_id and logo_hash is not null
union select content_hash from portal.logo_upload where account_id = :account_id;
