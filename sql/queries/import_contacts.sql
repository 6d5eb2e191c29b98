-- Emails and phones of clients from another system (sql/queries/import.sql).

-- name: import_contacts
-- parameters: account_id bigint, rows jsonb, apply text
-- columns: created bigint, updated bigint, unchanged bigint, withdrawn bigint, wrong bigint, errors jsonb
with client as materialized (
  select c.external_id, c.client_id from portal.client c
  where c.external_id = any (portal.texts_of(:rows, 'client')) and c.withdrawn_at is null /*filter*/ and c.account_id = :account_id /*end filter*/
), site as materialized (
  select s.external_id, s.site_id, s.client_id from portal.site s
  where s.external_id = any (portal.texts_of(:rows, 'site')) and s.withdrawn_at is null /*filter*/ and s.account_id = :account_id /*end filter*/
), line as materialized (
  select l.*, c.client_id as to_client_id, s.site_id as to_site_id
  from jsonb_to_recordset(:rows) as l (line integer, external_id text, version bigint, deleted boolean, client text, site text, kind text, value text, name text)
  left join client c on c.external_id = l.client
  left join site s on s.external_id = l.site and s.client_id = c.client_id
), former as materialized (
  select t.external_id, t.contact_id, t.client_id, t.site_id, t.kind, t.value, t.name, t.version, t.withdrawn_at, t.imported from portal.contact t
  where t.external_id = any (portal.texts_of(:rows, 'external_id')) /*filter*/ and t.account_id = :account_id /*end filter*/
), known as materialized (
  select l.*, t.contact_id, t.client_id,
    case
      when l.deleted and t.contact_id is null or l.version < t.version then 'nothing'
      when l.deleted then case when t.withdrawn_at is null then 'withdraw' when l.version > t.version or l.version is not null and t.version is null then 'withdraw again' else 'nothing' end
      when t.contact_id is null then 'create'
      when t.withdrawn_at is null and t.imported
        and (t.client_id, t.site_id, t.kind, t.value, t.name) is not distinct from (l.to_client_id, l.to_site_id, l.kind, l.value, l.name)
        and (l.site is null or l.to_site_id is not null)
        then case when l.version > t.version or l.version is not null and t.version is null then 'note' else 'nothing' end
      else 'update'
    end as action
  from line l
  left join former t on t.external_id = l.external_id
), held as materialized (
  select distinct k.contact_id from known k
  join portal.membership m on m.account_id = :account_id and m.client_id = k.client_id and m.contact_id = k.contact_id
  where k.client_id <> k.to_client_id
), judged as materialized (
  select k.*, wrong.pointer, wrong.code
  from known k
  left join held h on h.contact_id = k.contact_id
  left join lateral (
    select '/client' as pointer, 'unknown_reference' as code where k.to_client_id is null
    union all
    select '/site', 'unknown_reference' where k.site is not null and k.to_site_id is null
    union all
    select '/client', 'in_use' where h.contact_id is not null
    limit 1
  ) as wrong on k.action in ('create', 'update')
), verdict as materialized (
  select :apply = 'good' or :apply = 'all' and not exists (select from judged where code is not null) as go from set_config('plan_cache_mode', 'auto', true)
), to_change as materialized (
  select j.* from judged j, verdict v where v.go and j.action in ('update', 'note') and j.code is null
), to_take_back as materialized (
  select j.* from judged j, verdict v where v.go and j.action in ('withdraw', 'withdraw again') and j.code is null
), created as (
  insert into portal.contact (account_id, client_id, site_id, kind, value, name, external_id, version, imported)
  select :account_id, j.to_client_id, j.to_site_id, j.kind, j.value, j.name, j.external_id, j.version, true
  from judged j, verdict v where v.go and j.action = 'create' and j.code is null
), changed as (
  update portal.contact t set client_id = j.to_client_id, site_id = j.to_site_id, kind = j.kind, value = j.value, name = j.name,
    version = coalesce(j.version, t.version), imported = true, withdrawn_at = null
  from to_change j
  where t.account_id = :account_id and t.external_id = any (portal.texts_of(:rows, 'external_id')) and t.contact_id = j.contact_id
), taken_back as (
  update portal.contact t set version = coalesce(j.version, t.version), withdrawn_at = coalesce(t.withdrawn_at, now())
  from to_take_back j
  where t.account_id = :account_id and t.external_id = any (portal.texts_of(:rows, 'external_id')) and t.contact_id = j.contact_id
)
select count(*) filter (where v.go and code is null and action = 'create'), count(*) filter (where v.go and code is null and action = 'update'),
  count(*) filter (where v.go and code is null and action in ('nothing', 'note', 'withdraw again')),
  count(*) filter (where v.go and code is null and action = 'withdraw'), count(code),
  coalesce((
    select jsonb_agg(jsonb_build_object('line', w.line, 'pointer', w.pointer, 'code', w.code) order by w.line)
    from (select line, pointer, code from judged where code is not null order by line limit 1000) w
  ), '[]')
from verdict v left join judged on true;

-- name: read_imported_contact
-- parameters: account_id bigint, external_id text
-- columns: body jsonb
select jsonb_build_object('id', t.contact_id::text, 'external_id', t.external_id, 'version', t.version, 'deleted', t.withdrawn_at is not null,
  'client', c.external_id, 'site', s.external_id, 'kind', t.kind, 'value', t.value, 'name', t.name)
from portal.contact t
join portal.client c on c.account_id = t.account_id and c.client_id = t.client_id
left join portal.site s on s.account_id = t.account_id and s.site_id = t.site_id
where t.external_id = :external_id /*filter*/ and t.account_id = :account_id /*end filter*/;
