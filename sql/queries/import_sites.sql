-- Sites from another system (sql/queries/import.sql). A site that goes to another client leaves nothing behind there that points to it. pg_timezone_names
-- reads the files of all zones, so it is asked once, and only where a line names one.

-- name: import_sites
-- parameters: account_id bigint, rows jsonb, apply text
-- columns: created bigint, updated bigint, unchanged bigint, withdrawn bigint, wrong bigint, errors jsonb
with client as materialized (
  select c.external_id, c.client_id from portal.client c
  where c.external_id = any (portal.texts_of(:rows, 'client')) and c.withdrawn_at is null /*filter*/ and c.account_id = :account_id /*end filter*/
), line as materialized (
  select l.*, c.client_id as to_client_id
  from jsonb_to_recordset(:rows) as l (line integer, external_id text, version bigint, deleted boolean, client text, name text, address text, time_zone text)
  left join client c on c.external_id = l.client
), former as materialized (
  select s.external_id, s.site_id, s.client_id, s.name, s.address, s.time_zone, s.version, s.withdrawn_at, s.imported from portal.site s
  where s.external_id = any (portal.texts_of(:rows, 'external_id')) /*filter*/ and s.account_id = :account_id /*end filter*/
), zone as materialized (
  select z.name from pg_timezone_names z where (select bool_or(l.time_zone is not null) from line l)
), known as materialized (
  select l.*, s.site_id, s.client_id,
    case
      when l.deleted and s.site_id is null or l.version < s.version then 'nothing'
      when l.deleted then case when s.withdrawn_at is null then 'withdraw' when l.version > s.version or l.version is not null and s.version is null then 'withdraw again' else 'nothing' end
      when s.site_id is null then 'create'
      when s.withdrawn_at is null and s.imported
        and (s.client_id, s.name, s.address, s.time_zone) is not distinct from (l.to_client_id, l.name, l.address, l.time_zone)
        then case when l.version > s.version or l.version is not null and s.version is null then 'note' else 'nothing' end
      else 'update'
    end as action
  from line l
  left join former s on s.external_id = l.external_id
), moved as materialized (
  select k.client_id, k.site_id from known k where k.client_id <> k.to_client_id
), pinned as materialized (
  select m.site_id from moved m join portal.job j on j.account_id = :account_id and j.client_id = m.client_id and j.site_id = m.site_id
  union
  select m.site_id from moved m join portal.contact t on t.account_id = :account_id and t.client_id = m.client_id and t.site_id = m.site_id
), judged as materialized (
  select k.*, wrong.pointer, wrong.code
  from known k
  left join pinned p on p.site_id = k.site_id
  left join lateral (
    select '/client' as pointer, 'unknown_reference' as code where k.to_client_id is null
    union all
    select '/time_zone', 'invalid_choice' where k.time_zone is not null and k.time_zone not in (select z.name from zone z)
    union all
    select '/client', 'in_use' where p.site_id is not null
    limit 1
  ) as wrong on k.action in ('create', 'update')
), verdict as materialized (
  select :apply = 'good' or :apply = 'all' and not exists (select from judged where code is not null) as go from set_config('plan_cache_mode', 'auto', true)
), to_change as materialized (
  select j.* from judged j, verdict v where v.go and j.action in ('update', 'note') and j.code is null
), to_take_back as materialized (
  select j.* from judged j, verdict v where v.go and j.action in ('withdraw', 'withdraw again') and j.code is null
), created as (
  insert into portal.site (account_id, client_id, name, address, time_zone, external_id, version, imported)
  select :account_id, j.to_client_id, j.name, j.address, j.time_zone, j.external_id, j.version, true
  from judged j, verdict v where v.go and j.action = 'create' and j.code is null
), changed as (
  update portal.site s set client_id = j.to_client_id, name = j.name, address = j.address, time_zone = j.time_zone,
    version = coalesce(j.version, s.version), imported = true, withdrawn_at = null
  from to_change j
  where s.account_id = :account_id and s.external_id = any (portal.texts_of(:rows, 'external_id')) and s.site_id = j.site_id
), taken_back as (
  update portal.site s set version = coalesce(j.version, s.version), withdrawn_at = coalesce(s.withdrawn_at, now())
  from to_take_back j
  where s.account_id = :account_id and s.external_id = any (portal.texts_of(:rows, 'external_id')) and s.site_id = j.site_id
)
select count(*) filter (where v.go and code is null and action = 'create'), count(*) filter (where v.go and code is null and action = 'update'),
  count(*) filter (where v.go and code is null and action in ('nothing', 'note', 'withdraw again')),
  count(*) filter (where v.go and code is null and action = 'withdraw'), count(code),
  coalesce((
    select jsonb_agg(jsonb_build_object('line', w.line, 'pointer', w.pointer, 'code', w.code) order by w.line)
    from (select line, pointer, code from judged where code is not null order by line limit 1000) w
  ), '[]')
from verdict v left join judged on true;

-- name: read_imported_site
-- parameters: account_id bigint, external_id text
-- columns: body jsonb
select jsonb_build_object('id', s.site_id::text, 'external_id', s.external_id, 'version', s.version, 'deleted', s.withdrawn_at is not null,
  'client', c.external_id, 'name', s.name, 'address', s.address, 'time_zone', s.time_zone)
from portal.site s
join portal.client c on c.account_id = s.account_id and c.client_id = s.client_id
where s.external_id = :external_id /*filter*/ and s.account_id = :account_id /*end filter*/;
