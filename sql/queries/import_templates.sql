-- Templates of jobs with their fields in order, from another system (sql/queries/import.sql).

-- name: import_templates
-- parameters: account_id bigint, rows jsonb, apply text
-- columns: created bigint, updated bigint, unchanged bigint, withdrawn bigint, wrong bigint, errors jsonb
with field as materialized (
  select f.external_id, f.job_field_id from portal.job_field f
  where f.external_id = any (portal.texts_in(:rows, 'fields')) and f.withdrawn_at is null /*filter*/ and f.account_id = :account_id /*end filter*/
), line as materialized (
  select * from jsonb_to_recordset(:rows) as l (line integer, external_id text, version bigint, deleted boolean, name text, fields jsonb)
), asked as materialized (
  select l.line, f.job_field_id, (e.place - 1)::integer as place
  from line l
  cross join lateral jsonb_array_elements_text(l.fields) with ordinality as e (external_id, place)
  left join field f on f.external_id = e.external_id
), asked_of_line as materialized (
  select a.line, array_agg(a.job_field_id order by a.place) as ids, min(a.place) filter (where a.job_field_id is null) as first_unknown from asked a group by a.line
), former as materialized (
  select t.external_id, t.job_template_id, t.name, t.version, t.withdrawn_at from portal.job_template t
  where t.external_id = any (portal.texts_of(:rows, 'external_id')) /*filter*/ and t.account_id = :account_id /*end filter*/
), held as materialized (
  select tf.job_template_id, array_agg(tf.job_field_id order by tf.position) as ids from former t
  join portal.job_template_field tf on tf.account_id = :account_id and tf.job_template_id = t.job_template_id
  group by tf.job_template_id
), known as materialized (
  select l.*, t.job_template_id, a.first_unknown,
    case
      when l.deleted and t.job_template_id is null or l.version < t.version then 'nothing'
      when l.deleted then case when t.withdrawn_at is null then 'withdraw' when l.version > t.version or l.version is not null and t.version is null then 'withdraw again' else 'nothing' end
      when t.job_template_id is null then 'create'
      when t.withdrawn_at is null and t.name = l.name
        and coalesce(a.ids, '{}') = coalesce(h.ids, '{}')
        then case when l.version > t.version or l.version is not null and t.version is null then 'note' else 'nothing' end
      else 'update'
    end as action
  from line l
  left join former t on t.external_id = l.external_id
  left join asked_of_line a on a.line = l.line
  left join held h on h.job_template_id = t.job_template_id
), judged as materialized (
  select k.*, case when w.is_wrong then '/fields/' || k.first_unknown end as pointer, case when w.is_wrong then 'unknown_reference' end as code
  from known k
  cross join lateral (select k.first_unknown is not null and k.action in ('create', 'update') as is_wrong) as w
), verdict as materialized (
  select :apply = 'good' or :apply = 'all' and not exists (select from judged where code is not null) as go from set_config('plan_cache_mode', 'auto', true)
), to_change as materialized (
  select j.* from judged j, verdict v where v.go and j.action in ('update', 'note') and j.code is null
), to_take_back as materialized (
  select j.* from judged j, verdict v where v.go and j.action in ('withdraw', 'withdraw again') and j.code is null
), created as (
  insert into portal.job_template (account_id, name, external_id, version)
  select :account_id, j.name, j.external_id, j.version
  from judged j, verdict v where v.go and j.action = 'create' and j.code is null
  returning job_template_id, external_id
), changed as (
  update portal.job_template t set name = j.name, version = coalesce(j.version, t.version), withdrawn_at = null
  from to_change j
  where t.account_id = :account_id and t.external_id = any (portal.texts_of(:rows, 'external_id')) and t.job_template_id = j.job_template_id
  returning t.job_template_id, t.external_id
), removed as (
  delete from portal.job_template_field tf
  using to_change j
  where tf.account_id = :account_id and tf.job_template_id = j.job_template_id and j.action = 'update'
    and not exists (select from asked a where a.line = j.line and a.job_field_id = tf.job_field_id)
), added as (
  insert into portal.job_template_field (account_id, job_template_id, job_field_id, position)
  select :account_id, m.job_template_id, a.job_field_id, a.place
  from (select job_template_id, external_id from created union all select job_template_id, external_id from changed) m
  join judged j on j.external_id = m.external_id
  join asked a on a.line = j.line
  on conflict (account_id, job_template_id, job_field_id) do update set position = excluded.position
), taken_back as (
  update portal.job_template t set version = coalesce(j.version, t.version), withdrawn_at = coalesce(t.withdrawn_at, now())
  from to_take_back j
  where t.account_id = :account_id and t.external_id = any (portal.texts_of(:rows, 'external_id')) and t.job_template_id = j.job_template_id
)
select count(*) filter (where v.go and code is null and action = 'create'), count(*) filter (where v.go and code is null and action = 'update'),
  count(*) filter (where v.go and code is null and action in ('nothing', 'note', 'withdraw again')),
  count(*) filter (where v.go and code is null and action = 'withdraw'), count(code),
  coalesce((
    select jsonb_agg(jsonb_build_object('line', w.line, 'pointer', w.pointer, 'code', w.code) order by w.line)
    from (select line, pointer, code from judged where code is not null order by line limit 1000) w
  ), '[]')
from verdict v left join judged on true;

-- name: read_imported_template
-- parameters: account_id bigint, external_id text
-- columns: body jsonb
select jsonb_build_object('id', t.job_template_id::text, 'external_id', t.external_id, 'version', t.version, 'deleted', t.withdrawn_at is not null, 'name', t.name,
  'fields', coalesce((
    select jsonb_agg(f.external_id order by tf.position, f.job_field_id) from portal.job_template_field tf
    join portal.job_field f on f.account_id = tf.account_id and f.job_field_id = tf.job_field_id
    where tf.account_id = t.account_id and tf.job_template_id = t.job_template_id
  ), '[]'))
from portal.job_template t
where t.external_id = :external_id /*filter*/ and t.account_id = :account_id /*end filter*/;
