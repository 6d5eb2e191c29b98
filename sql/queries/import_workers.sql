-- Who does the work, from another system (sql/queries/import.sql).

-- name: import_workers
-- parameters: account_id bigint, rows jsonb, apply text
-- columns: created bigint, updated bigint, unchanged bigint, withdrawn bigint, wrong bigint, errors jsonb
with line as materialized (
  select * from jsonb_to_recordset(:rows) as l (line integer, external_id text, version bigint, deleted boolean, name text, phone text, email text)
), former as materialized (
  select w.external_id, w.worker_id, w.name, w.phone, w.email, w.version, w.withdrawn_at from portal.worker w
  where w.external_id = any (portal.texts_of(:rows, 'external_id')) /*filter*/ and w.account_id = :account_id /*end filter*/
), judged as materialized (
  select l.*, w.worker_id, null::text as pointer, null::text as code,
    case
      when l.deleted and w.worker_id is null or l.version < w.version then 'nothing'
      when l.deleted then case when w.withdrawn_at is null then 'withdraw' when l.version > w.version or l.version is not null and w.version is null then 'withdraw again' else 'nothing' end
      when w.worker_id is null then 'create'
      when w.withdrawn_at is null and (w.name, w.phone, w.email) is not distinct from (l.name, l.phone, l.email)
        then case when l.version > w.version or l.version is not null and w.version is null then 'note' else 'nothing' end
      else 'update'
    end as action
  from line l
  left join former w on w.external_id = l.external_id
), verdict as materialized (
  select :apply = 'good' or :apply = 'all' and not exists (select from judged where code is not null) as go from set_config('plan_cache_mode', 'auto', true)
), to_change as materialized (
  select j.* from judged j, verdict v where v.go and j.action in ('update', 'note') and j.code is null
), to_take_back as materialized (
  select j.* from judged j, verdict v where v.go and j.action in ('withdraw', 'withdraw again') and j.code is null
), created as (
  insert into portal.worker (account_id, name, phone, email, external_id, version)
  select :account_id, j.name, j.phone, j.email, j.external_id, j.version
  from judged j, verdict v where v.go and j.action = 'create' and j.code is null
), changed as (
  update portal.worker w set name = j.name, phone = j.phone, email = j.email, version = coalesce(j.version, w.version), withdrawn_at = null
  from to_change j
  where w.account_id = :account_id and w.external_id = any (portal.texts_of(:rows, 'external_id')) and w.worker_id = j.worker_id
), taken_back as (
  update portal.worker w set version = coalesce(j.version, w.version), withdrawn_at = coalesce(w.withdrawn_at, now())
  from to_take_back j
  where w.account_id = :account_id and w.external_id = any (portal.texts_of(:rows, 'external_id')) and w.worker_id = j.worker_id
), positions_gone as (
  delete from portal.worker_position p using to_take_back j where p.account_id = :account_id and p.worker_id = j.worker_id
)
select count(*) filter (where v.go and code is null and action = 'create'), count(*) filter (where v.go and code is null and action = 'update'),
  count(*) filter (where v.go and code is null and action in ('nothing', 'note', 'withdraw again')),
  count(*) filter (where v.go and code is null and action = 'withdraw'), count(code),
  coalesce((
    select jsonb_agg(jsonb_build_object('line', w.line, 'pointer', w.pointer, 'code', w.code) order by w.line)
    from (select line, pointer, code from judged where code is not null order by line limit 1000) w
  ), '[]')
from verdict v left join judged on true;

-- name: read_imported_worker
-- parameters: account_id bigint, external_id text
-- columns: body jsonb
select jsonb_build_object('id', worker_id::text, 'external_id', external_id, 'version', version, 'deleted', withdrawn_at is not null, 'name', name, 'phone', phone,
  'email', email)
from portal.worker
where external_id = :external_id /*filter*/ and account_id = :account_id /*end filter*/;
