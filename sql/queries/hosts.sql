-- name: load_host_map
-- columns: host text, account_id bigint, slug text, name text, origin text, time_zone text, suspended boolean, is_primary boolean
select h.host, h.account_id, a.slug, a.name, h.origin, a.time_zone, a.suspended_at is not null, h.is_primary
from portal.account_host h
join portal.account a on a.account_id = h.account_id
order by h.host;

-- name: schema_state
-- columns: number integer, oldest_module integer
select number, oldest_module from portal.schema_state;

-- name: listen_hosts
listen portal_hosts;

-- name: listen_changes
listen portal_changes;
