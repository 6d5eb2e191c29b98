-- Jobs from another system (sql/queries/import.sql). A job that goes to another client has left the first one when the segment is committed. Values of fields were
-- checked by the core, against list_fields_to_import. What lines name is looked up once for each name, since many name the same.
-- Lines come as columns: of what follows `apply`, the n-th element of each is of the n-th line. A text that is empty, a number that is 0 and a version that is -1 are
-- nothing, and a column of which no line says anything is empty. The last five are the names, each once; names that no line has do no harm.
-- It rests where members read meanwhile (portal.rest). What is asked of it there names `v` or `o`, because it would be asked before anything is decided otherwise.

-- name: import_jobs
-- parameters: account_id bigint, apply text, line bigint[], external_id text[], version bigint[], deleted text[], number bigint[], reference text[],
--   client text[], site text[], status text[], scheduled_at text[], duration_minutes bigint[], address text[], latitude text[], longitude text[],
--   entrance text[], floor text[], contact text[], job_template text[], worker text[], team text[], description text[], custom_values text[],
--   report_values text[], resolution text[], is_successful text[], resolution_note text[], en_route_at text[], started_at text[], paused_at text[],
--   finished_at text[], cancelled_at text[], clients text[], sites text[], templates text[], workers text[], teams text[]
-- columns: created bigint, updated bigint, unchanged bigint, withdrawn bigint, wrong bigint, errors jsonb
with line as materialized (
  select l.line, l.external_id, nullif(l.version, -1) as version, l.deleted = 'true' as deleted, nullif(l.number, 0) as number, nullif(l.reference, '') as reference,
    nullif(l.client, '') as client, nullif(l.site, '') as site, l.status, nullif(l.scheduled_at, '')::timestamptz as scheduled_at,
    nullif(l.duration_minutes, 0)::integer as duration_minutes, nullif(l.address, '') as address, nullif(l.latitude, '')::double precision as latitude,
    nullif(l.longitude, '')::double precision as longitude, nullif(l.entrance, '') as entrance, nullif(l.floor, '') as floor, nullif(l.contact, '') as contact,
    nullif(l.template, '') as template, nullif(l.worker, '') as worker, nullif(l.team, '') as team, nullif(l.description, '') as description,
    coalesce(nullif(l.custom_values, '')::jsonb, '{}') as custom_values, coalesce(nullif(l.report_values, '')::jsonb, '{}') as report_values,
    nullif(l.resolution, '') as resolution, nullif(l.is_successful, '')::boolean as is_successful, nullif(l.resolution_note, '') as resolution_note,
    nullif(l.en_route_at, '')::timestamptz as en_route_at, nullif(l.started_at, '')::timestamptz as started_at, nullif(l.paused_at, '')::timestamptz as paused_at,
    nullif(l.finished_at, '')::timestamptz as finished_at, nullif(l.cancelled_at, '')::timestamptz as cancelled_at
  from unnest(:line, :external_id, :version, :deleted, :number, :reference, :client, :site, :status, :scheduled_at, :duration_minutes, :address, :latitude, :longitude,
      :entrance, :floor, :contact, :job_template, :worker, :team, :description, :custom_values, :report_values, :resolution, :is_successful, :resolution_note,
      :en_route_at, :started_at, :paused_at, :finished_at, :cancelled_at)
    as l (line, external_id, version, deleted, number, reference, client, site, status, scheduled_at, duration_minutes, address, latitude, longitude, entrance, floor,
      contact, template, worker, team, description, custom_values, report_values, resolution, is_successful, resolution_note, en_route_at, started_at, paused_at,
      finished_at, cancelled_at)
  where l.line % 500 <> 0 or portal.rest(true)
), client as materialized (
  select c.external_id, c.client_id from portal.client c
  where c.external_id = any (:clients) and c.withdrawn_at is null /*filter*/ and c.account_id = :account_id /*end filter*/
), site as materialized (
  select s.external_id, s.site_id, s.client_id from portal.site s
  where s.external_id = any (:sites) and s.withdrawn_at is null /*filter*/ and s.account_id = :account_id /*end filter*/
), template as materialized (
  select t.external_id, t.job_template_id from portal.job_template t
  where t.external_id = any (:templates) and t.withdrawn_at is null /*filter*/ and t.account_id = :account_id /*end filter*/
), worker as materialized (
  select w.external_id, w.worker_id from portal.worker w
  where w.external_id = any (:workers) and w.withdrawn_at is null /*filter*/ and w.account_id = :account_id /*end filter*/
), team as materialized (
  select m.external_id, m.team_id from portal.team m
  where m.external_id = any (:teams) and m.withdrawn_at is null /*filter*/ and m.account_id = :account_id /*end filter*/
), resolution as materialized (
  select min(r.resolution_id) as resolution_id, r.name, r.is_successful from portal.resolution r
  where true /*filter*/ and r.account_id = :account_id /*end filter*/ group by r.name, r.is_successful
), former as materialized (
  select o.external_id, o.job_id, o.version, o.deleted_at, o.number, o.reference, o.client_id, o.site_id, o.status, o.scheduled_at, o.duration_minutes, o.address, o.latitude, o.longitude, o.entrance, o.floor, o.contact,
      o.job_template_id, o.worker_id, o.team_id, o.description, o.custom_values, o.report_values, o.resolution_id, o.resolution_note, o.en_route_at, o.started_at, o.paused_at, o.finished_at, o.cancelled_at
  from portal.job o
  where (select portal.rest(true)) and o.external_id = any (:external_id) /*filter*/ and o.account_id = :account_id /*end filter*/
), numbered as materialized (
  select o.number, o.job_id from portal.job o where (select portal.rest(true)) and o.account_id = :account_id and o.number = any (:number)
), repeated as materialized (
  select l.number from line l left join former o on o.external_id = l.external_id where (l.version >= o.version) is not false group by l.number having count(*) > 1
), known as (
  select l.*, c.client_id, s.site_id, t.job_template_id, w.worker_id, m.team_id, r.resolution_id, o.job_id,
    case
      when l.deleted and o.job_id is null or l.version < o.version then 'nothing'
      when l.deleted then case when o.deleted_at is null then 'withdraw' when l.version > o.version or l.version is not null and o.version is null then 'withdraw again' else 'nothing' end
      when o.job_id is null then 'create'
      when o.deleted_at is null
        and (l.site is null or s.site_id is not null) and (l.worker is null or w.worker_id is not null) and (l.team is null or m.team_id is not null)
        and (l.resolution is null or r.resolution_id is not null)
        and (o.number, o.reference, o.client_id, o.site_id, o.status, o.scheduled_at, o.duration_minutes, o.address, o.latitude, o.longitude, o.entrance, o.floor,
          o.contact, o.job_template_id, o.worker_id, o.team_id, o.description, o.custom_values, o.report_values, o.resolution_id, o.resolution_note,
          o.en_route_at, o.started_at, o.paused_at, o.finished_at, o.cancelled_at)
          is not distinct from (l.number, l.reference, c.client_id, s.site_id, l.status, l.scheduled_at, l.duration_minutes, l.address, l.latitude, l.longitude, l.entrance, l.floor,
          l.contact, t.job_template_id, w.worker_id, m.team_id, l.description, l.custom_values, l.report_values, r.resolution_id, l.resolution_note, l.en_route_at,
          l.started_at, l.paused_at, l.finished_at, l.cancelled_at)
        then case when l.version > o.version or l.version is not null and o.version is null then 'note' else 'nothing' end
      else 'update'
    end as action,
    d.number is not null or n.job_id is not null and n.job_id is distinct from o.job_id as number_is_taken
  from line l
  left join client c on c.external_id = l.client
  left join site s on s.external_id = l.site and s.client_id = c.client_id
  left join template t on t.external_id = l.template
  left join worker w on w.external_id = l.worker
  left join team m on m.external_id = l.team
  left join resolution r on r.name = l.resolution and r.is_successful = l.is_successful
  left join former o on o.external_id = l.external_id
  left join numbered n on n.number = l.number
  left join repeated d on d.number = l.number
), judged as materialized (
  select k.*, case
      when k.action not in ('create', 'update') then null
      when k.client_id is null then '/client'
      when k.site is not null and k.site_id is null then '/site'
      when k.job_template_id is null then '/template'
      when k.worker is not null and k.worker_id is null then '/worker'
      when k.team is not null and k.team_id is null then '/team'
      when k.number_is_taken then '/number'
    end as pointer
  from known k
  where k.line % 500 <> 0 or portal.rest(true)
), verdict as materialized (
  select :apply = 'good' or :apply = 'all' and not exists (select from judged where pointer is not null) as go from set_config('plan_cache_mode', 'auto', true)
), to_change as materialized (
  select j.* from judged j, verdict v where v.go and j.action in ('update', 'note') and j.pointer is null
), to_take_back as materialized (
  select j.* from judged j, verdict v where v.go and j.action in ('withdraw', 'withdraw again') and j.pointer is null
), new_resolution as (
  insert into portal.resolution (account_id, name, is_successful)
  select distinct :account_id, j.resolution, j.is_successful from judged j, verdict v
  where v.go and j.action in ('create', 'update') and j.pointer is null and j.resolution is not null and j.resolution_id is null
  returning resolution_id, name, is_successful
), created as (
  insert into portal.job (account_id, external_id, version, number, reference, client_id, site_id, status, scheduled_at, duration_minutes, address, latitude, longitude,
    entrance, floor, contact, job_template_id,
    worker_id, team_id, description, custom_values, report_values, resolution_id, resolution_note, en_route_at, started_at, paused_at, finished_at,
    cancelled_at)
  select :account_id, j.external_id, j.version, j.number, j.reference, j.client_id, j.site_id, j.status, j.scheduled_at, j.duration_minutes, j.address, j.latitude, j.longitude, j.entrance, j.floor,
          j.contact, j.job_template_id, j.worker_id, j.team_id, j.description, j.custom_values, j.report_values, coalesce(j.resolution_id, n.resolution_id), j.resolution_note,
          j.en_route_at, j.started_at, j.paused_at, j.finished_at, j.cancelled_at
  from judged j
  left join new_resolution n on n.name = j.resolution and n.is_successful = j.is_successful
  cross join verdict v
  where v.go and j.action = 'create' and j.pointer is null
    and (j.line % 100 <> 0 or portal.rest(v.go))
), changed as (
  update portal.job o set (number, reference, client_id, site_id, status, scheduled_at, duration_minutes, address, latitude, longitude,
    entrance, floor, contact, job_template_id,
    worker_id, team_id, description, custom_values, report_values, resolution_id, resolution_note, en_route_at, started_at, paused_at, finished_at,
    cancelled_at)
    = (j.number, j.reference, j.client_id, j.site_id, j.status, j.scheduled_at, j.duration_minutes, j.address, j.latitude, j.longitude, j.entrance, j.floor,
          j.contact, j.job_template_id, j.worker_id, j.team_id, j.description, j.custom_values, j.report_values, coalesce(j.resolution_id, n.resolution_id), j.resolution_note,
          j.en_route_at, j.started_at, j.paused_at, j.finished_at, j.cancelled_at),
    version = coalesce(j.version, o.version), deleted_at = null
  from to_change j
  left join new_resolution n on n.name = j.resolution and n.is_successful = j.is_successful
  cross join verdict v
  where o.account_id = :account_id and o.external_id = any (:external_id) and o.job_id = j.job_id
    and (j.line % 100 <> 0 or portal.rest(v.go and o.job_id = j.job_id))
), taken_back as (
  update portal.job o set version = coalesce(j.version, o.version), deleted_at = coalesce(o.deleted_at, now())
  from to_take_back j
  cross join verdict v
  where o.account_id = :account_id and o.external_id = any (:external_id) and o.job_id = j.job_id
    and (j.line % 100 <> 0 or portal.rest(v.go and o.job_id = j.job_id))
)
select count(*) filter (where v.go and pointer is null and action = 'create'), count(*) filter (where v.go and pointer is null and action = 'update'),
  count(*) filter (where v.go and pointer is null and action in ('nothing', 'note', 'withdraw again')),
  count(*) filter (where v.go and pointer is null and action = 'withdraw'), count(pointer),
  coalesce((
    select jsonb_agg(jsonb_build_object('line', w.line, 'pointer', w.pointer, 'code', case w.pointer when '/number' then 'duplicate' else 'unknown_reference' end) order by w.line)
    from (select line, pointer from judged where pointer is not null order by line limit 1000) w
  ), '[]')
from verdict v left join judged on true;

-- name: read_imported_job
-- parameters: account_id bigint, external_id text
-- columns: body jsonb
select jsonb_build_object('id', o.job_id::text, 'external_id', o.external_id, 'version', o.version, 'deleted', o.deleted_at is not null, 'number', o.number,
    'reference', o.reference, 'client', c.external_id, 'site', s.external_id, 'status', o.status, 'scheduled_at', portal.time_value(o.scheduled_at),
    'duration_minutes', o.duration_minutes, 'address', o.address, 'latitude', o.latitude, 'longitude', o.longitude, 'entrance', o.entrance, 'floor', o.floor,
    'contact', o.contact, 'template', t.external_id, 'worker', w.external_id, 'team', m.external_id)
  || jsonb_build_object('description', o.description, 'custom', o.custom_values, 'report', o.report_values,
    'resolution', case when r.resolution_id is not null then jsonb_build_object('name', r.name, 'successful', r.is_successful) end,
    'resolution_note', o.resolution_note, 'en_route_at', portal.time_value(o.en_route_at), 'started_at', portal.time_value(o.started_at),
    'paused_at', portal.time_value(o.paused_at), 'finished_at', portal.time_value(o.finished_at), 'cancelled_at', portal.time_value(o.cancelled_at))
from portal.job o
join portal.client c on c.account_id = o.account_id and c.client_id = o.client_id
join portal.job_template t on t.account_id = o.account_id and t.job_template_id = o.job_template_id
left join portal.site s on s.account_id = o.account_id and s.site_id = o.site_id
left join portal.worker w on w.account_id = o.account_id and w.worker_id = o.worker_id
left join portal.team m on m.account_id = o.account_id and m.team_id = o.team_id
left join portal.resolution r on r.account_id = o.account_id and r.resolution_id = o.resolution_id
where o.external_id = :external_id /*filter*/ and o.account_id = :account_id /*end filter*/;
