-- Teams and who is in them, from another system (sql/queries/import.sql). A worker who was taken back leaves no team by that.

-- name: import_teams
-- parameters: account_id bigint, rows jsonb, apply text
-- columns: created bigint, updated bigint, unchanged bigint, withdrawn bigint, wrong bigint, errors jsonb
with worker as materialized (
  select w.external_id, w.worker_id from portal.worker w
  where w.external_id = any (portal.texts_in(:rows, 'workers')) and w.withdrawn_at is null /*filter*/ and w.account_id = :account_id /*end filter*/
), line as materialized (
  select * from jsonb_to_recordset(:rows) as l (line integer, external_id text, version bigint, deleted boolean, name text, workers jsonb)
), asked as materialized (
  select l.line, w.worker_id, (e.place - 1)::integer as place
  from line l
  cross join lateral jsonb_array_elements_text(l.workers) with ordinality as e (external_id, place)
  left join worker w on w.external_id = e.external_id
), asked_of_line as materialized (
  select a.line, array_agg(a.worker_id order by a.worker_id) as ids, min(a.place) filter (where a.worker_id is null) as first_unknown from asked a group by a.line
), former as materialized (
  select t.external_id, t.team_id, t.name, t.version, t.withdrawn_at from portal.team t
  where t.external_id = any (portal.texts_of(:rows, 'external_id')) /*filter*/ and t.account_id = :account_id /*end filter*/
), held as materialized (
  select tw.team_id, array_agg(tw.worker_id order by tw.worker_id) as ids from former t
  join portal.team_worker tw on tw.account_id = :account_id and tw.team_id = t.team_id
  group by tw.team_id
), known as materialized (
  select l.*, t.team_id, a.first_unknown,
    case
      when l.deleted and t.team_id is null or l.version < t.version then 'nothing'
      when l.deleted then case when t.withdrawn_at is null then 'withdraw' when l.version > t.version or l.version is not null and t.version is null then 'withdraw again' else 'nothing' end
      when t.team_id is null then 'create'
      when t.withdrawn_at is null and t.name = l.name
        and coalesce(a.ids, '{}') = coalesce(h.ids, '{}')
        then case when l.version > t.version or l.version is not null and t.version is null then 'note' else 'nothing' end
      else 'update'
    end as action
  from line l
  left join former t on t.external_id = l.external_id
  left join asked_of_line a on a.line = l.line
  left join held h on h.team_id = t.team_id
), judged as materialized (
  select k.*, case when w.is_wrong then '/workers/' || k.first_unknown end as pointer, case when w.is_wrong then 'unknown_reference' end as code
  from known k
  cross join lateral (select k.first_unknown is not null and k.action in ('create', 'update') as is_wrong) as w
), verdict as materialized (
  select :apply = 'good' or :apply = 'all' and not exists (select from judged where code is not null) as go from set_config('plan_cache_mode', 'auto', true)
), to_change as materialized (
  select j.* from judged j, verdict v where v.go and j.action in ('update', 'note') and j.code is null
), to_take_back as materialized (
  select j.* from judged j, verdict v where v.go and j.action in ('withdraw', 'withdraw again') and j.code is null
), created as (
  insert into portal.team (account_id, name, external_id, version)
  select :account_id, j.name, j.external_id, j.version
  from judged j, verdict v where v.go and j.action = 'create' and j.code is null
  returning team_id, external_id
), changed as (
  update portal.team t set name = j.name, version = coalesce(j.version, t.version), withdrawn_at = null
  from to_change j
  where t.account_id = :account_id and t.external_id = any (portal.texts_of(:rows, 'external_id')) and t.team_id = j.team_id
  returning t.team_id, t.external_id
), removed as (
  delete from portal.team_worker tw
  using to_change j
  where tw.account_id = :account_id and tw.team_id = j.team_id and j.action = 'update'
    and not exists (select from asked a where a.line = j.line and a.worker_id = tw.worker_id)
), added as (
  insert into portal.team_worker (account_id, team_id, worker_id)
  select :account_id, m.team_id, a.worker_id
  from (select team_id, external_id from created union all select team_id, external_id from changed) m
  join judged j on j.external_id = m.external_id
  join asked a on a.line = j.line
  on conflict do nothing
), taken_back as (
  update portal.team t set version = coalesce(j.version, t.version), withdrawn_at = coalesce(t.withdrawn_at, now())
  from to_take_back j
  where t.account_id = :account_id and t.external_id = any (portal.texts_of(:rows, 'external_id')) and t.team_id = j.team_id
)
select count(*) filter (where v.go and code is null and action = 'create'), count(*) filter (where v.go and code is null and action = 'update'),
  count(*) filter (where v.go and code is null and action in ('nothing', 'note', 'withdraw again')),
  count(*) filter (where v.go and code is null and action = 'withdraw'), count(code),
  coalesce((
    select jsonb_agg(jsonb_build_object('line', w.line, 'pointer', w.pointer, 'code', w.code) order by w.line)
    from (select line, pointer, code from judged where code is not null order by line limit 1000) w
  ), '[]')
from verdict v left join judged on true;

-- name: read_imported_team
-- parameters: account_id bigint, external_id text
-- columns: body jsonb
select jsonb_build_object('id', t.team_id::text, 'external_id', t.external_id, 'version', t.version, 'deleted', t.withdrawn_at is not null, 'name', t.name,
  'workers', coalesce((
    select jsonb_agg(w.external_id order by w.external_id) from portal.team_worker tw
    join portal.worker w on w.account_id = tw.account_id and w.worker_id = tw.worker_id
    where tw.account_id = t.account_id and tw.team_id = t.team_id
  ), '[]'))
from portal.team t
where t.external_id = :external_id /*filter*/ and t.account_id = :account_id /*end filter*/;
