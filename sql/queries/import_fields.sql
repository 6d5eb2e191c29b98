-- Custom and report fields of jobs, from another system (sql/queries/import.sql). A field of that group and key that has no external id yet becomes the one that is
-- meant. What a field is (group, key, type) stays: values of jobs depend on it.

-- name: import_fields
-- parameters: account_id bigint, rows jsonb, apply text
-- columns: created bigint, updated bigint, unchanged bigint, withdrawn bigint, wrong bigint, errors jsonb
with line as materialized (
  select * from jsonb_to_recordset(:rows) as l (line integer, external_id text, version bigint, deleted boolean, "group" text, key text, label text, type text,
    options jsonb, position integer)
), field as materialized (
  select f.job_field_id, f.field_group, f.key, f.label, f.type, f.options, f.position, f.external_id, f.version, f.withdrawn_at from portal.job_field f
  where true /*filter*/ and f.account_id = :account_id /*end filter*/
), former as materialized (
  select distinct on (e.line) e.* from (
    select l.line, f.* from line l join field f on f.external_id = l.external_id
    union all
    select l.line, f.* from line l join field f on f.field_group = l."group" and f.key = l.key where f.field_group <> 'main' and f.external_id is null
  ) as e
  order by e.line, e.external_id nulls last
), known as materialized (
  select l.*, f.job_field_id, f.field_group as old_group, f.key as old_key, f.type as old_type,
    case
      when l.deleted and f.job_field_id is null or l.version < f.version then 'nothing'
      when l.deleted then case when f.withdrawn_at is null then 'withdraw' when l.version > f.version or l.version is not null and f.version is null then 'withdraw again' else 'nothing' end
      when f.job_field_id is null then 'create'
      when f.withdrawn_at is null and f.external_id is not null
        and (f.field_group, f.key, f.label, f.type, f.options, f.position) is not distinct from (l."group", l.key, l.label, l.type, l.options, l.position)
        then case when l.version > f.version or l.version is not null and f.version is null then 'note' else 'nothing' end
      else 'update'
    end as action
  from line l
  left join former f on f.line = l.line
), counted as materialized (
  select k.*, row_number() over (partition by k.action, k."group", k.key order by k.line) as nth, f.job_field_id as other_field_id
  from known k
  left join field f on f.field_group = k."group" and f.key = k.key
), judged as materialized (
  select k.*, wrong.pointer, wrong.code
  from counted k
  left join lateral (
    select '/group' as pointer, 'in_use' as code where k.old_group <> k."group"
    union all
    select '/key', 'in_use' where k.old_key <> k.key
    union all
    select '/type', 'in_use' where k.old_type <> k.type
    union all
    select '/key', 'duplicate' where k.job_field_id is null and (k.other_field_id is not null or k.nth > 1)
    limit 1
  ) as wrong on k.action in ('create', 'update')
), verdict as materialized (
  select :apply = 'good' or :apply = 'all' and not exists (select from judged where code is not null) as go from set_config('plan_cache_mode', 'auto', true)
), to_change as materialized (
  select j.* from judged j, verdict v where v.go and j.action in ('update', 'note') and j.code is null
), to_take_back as materialized (
  select j.* from judged j, verdict v where v.go and j.action in ('withdraw', 'withdraw again') and j.code is null
), created as (
  insert into portal.job_field (account_id, field_group, key, label, type, options, position, external_id, version)
  select :account_id, j."group", j.key, j.label, j.type, j.options, j.position, j.external_id, j.version
  from judged j, verdict v where v.go and j.action = 'create' and j.code is null
), changed as (
  update portal.job_field f set label = j.label, options = j.options, position = j.position, external_id = j.external_id, version = coalesce(j.version, f.version),
    withdrawn_at = null
  from to_change j
  where f.account_id = :account_id and f.job_field_id = j.job_field_id
), taken_back as (
  update portal.job_field f set version = coalesce(j.version, f.version), withdrawn_at = coalesce(f.withdrawn_at, now())
  from to_take_back j
  where f.account_id = :account_id and f.job_field_id = j.job_field_id
)
select count(*) filter (where v.go and code is null and action = 'create'), count(*) filter (where v.go and code is null and action = 'update'),
  count(*) filter (where v.go and code is null and action in ('nothing', 'note', 'withdraw again')),
  count(*) filter (where v.go and code is null and action = 'withdraw'), count(code),
  coalesce((
    select jsonb_agg(jsonb_build_object('line', w.line, 'pointer', w.pointer, 'code', w.code) order by w.line)
    from (select line, pointer, code from judged where code is not null order by line limit 1000) w
  ), '[]')
from verdict v left join judged on true;

-- name: read_imported_field
-- parameters: account_id bigint, external_id text
-- columns: body jsonb
select jsonb_build_object('id', job_field_id::text, 'external_id', external_id, 'version', version, 'deleted', withdrawn_at is not null, 'group', field_group, 'key', key,
  'label', label, 'type', type, 'options', options, 'position', position)
from portal.job_field
where external_id = :external_id /*filter*/ and account_id = :account_id /*end filter*/;

-- What values of jobs are checked against.
-- name: list_fields_to_import
-- parameters: account_id bigint
-- columns: field_group text, key text, type text, options jsonb?
select field_group, key, type, options from portal.job_field
where field_group <> 'main' /*filter*/ and account_id = :account_id /*end filter*/
order by field_group, key
limit 10000;
