-- Where workers are, from another system (sql/queries/import.sql). A position is that of the worker with the external id, so it can only be of one who is known; which of two is newer says the
-- time at which it was recorded, and no version.

-- name: import_positions
-- parameters: account_id bigint, rows jsonb, apply text
-- columns: created bigint, updated bigint, unchanged bigint, withdrawn bigint, wrong bigint, errors jsonb
with line as materialized (
  select * from jsonb_to_recordset(:rows)
    as l (line integer, external_id text, deleted boolean, latitude double precision, longitude double precision, accuracy_metres integer, recorded_at timestamptz)
), worker as materialized (
  select w.external_id, w.worker_id from portal.worker w
  where w.external_id = any (portal.texts_of(:rows, 'external_id')) and w.withdrawn_at is null /*filter*/ and w.account_id = :account_id /*end filter*/
), former as materialized (
  select p.worker_id, p.recorded_at from portal.worker_position p
  where p.worker_id = any (array(select worker_id from worker)) /*filter*/ and p.account_id = :account_id /*end filter*/
), judged as materialized (
  select l.*, w.worker_id,
    case when not coalesce(l.deleted, false) then case when w.worker_id is null then '/external_id' when l.recorded_at > now() + portal.position_ahead() then '/recorded_at' end end as pointer,
    case when not coalesce(l.deleted, false) then case when w.worker_id is null then 'unknown_reference' when l.recorded_at > now() + portal.position_ahead() then 'out_of_range' end end as code,
    case
      when l.deleted then case when f.worker_id is null then 'nothing' else 'withdraw' end
      when f.worker_id is null then 'create'
      when l.recorded_at > f.recorded_at then 'update'
      else 'nothing'
    end as action
  from line l
  left join worker w on w.external_id = l.external_id
  left join former f on f.worker_id = w.worker_id
), verdict as materialized (
  select :apply = 'good' or :apply = 'all' and not exists (select from judged where code is not null) as go from set_config('plan_cache_mode', 'auto', true)
), created as (
  insert into portal.worker_position (account_id, worker_id, latitude, longitude, accuracy_metres, recorded_at)
  select :account_id, j.worker_id, j.latitude, j.longitude, j.accuracy_metres, j.recorded_at
  from judged j, verdict v where v.go and j.action = 'create' and j.code is null
), changed as (
  update portal.worker_position p set latitude = j.latitude, longitude = j.longitude, accuracy_metres = j.accuracy_metres, recorded_at = j.recorded_at, received_at = now()
  from judged j, verdict v
  where v.go and j.action = 'update' and j.code is null and p.account_id = :account_id and p.worker_id = j.worker_id
), taken_back as (
  delete from portal.worker_position p using judged j, verdict v
  where v.go and j.action = 'withdraw' and p.account_id = :account_id and p.worker_id = j.worker_id
)
select count(*) filter (where v.go and code is null and action = 'create'), count(*) filter (where v.go and code is null and action = 'update'),
  count(*) filter (where v.go and code is null and action = 'nothing'), count(*) filter (where v.go and code is null and action = 'withdraw'), count(code),
  coalesce((
    select jsonb_agg(jsonb_build_object('line', w.line, 'pointer', w.pointer, 'code', w.code) order by w.line)
    from (select line, pointer, code from judged where code is not null order by line limit 1000) w
  ), '[]')
from verdict v left join judged on true;

-- name: read_imported_position
-- parameters: account_id bigint, external_id text
-- columns: body jsonb
select jsonb_build_object('id', w.worker_id::text, 'external_id', w.external_id, 'version', null, 'deleted', false, 'latitude', p.latitude, 'longitude', p.longitude,
  'accuracy_metres', p.accuracy_metres, 'recorded_at', portal.time_value(p.recorded_at))
from portal.worker w
join portal.worker_position p on p.account_id = w.account_id and p.worker_id = w.worker_id
where w.external_id = :external_id /*filter*/ and w.account_id = :account_id /*end filter*/;
