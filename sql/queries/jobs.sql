-- Jobs as members see them. What is not visible is decided here, and a second time by the policies: client, template and status of the job, and for fields
-- their being switched on. `states` are those that the caller asks for; dates are days in the zone of the account.
-- Each order is a statement of its own, so that it runs along its index, once for each state; names are looked up for the jobs of the page alone. With
-- words to look for they are needed earlier: job_search.sql.
-- case, not coalesce(): below a policy PostgreSQL takes a comparison with coalesce() for leaky and keeps it out of the index condition.

-- After a job without a date `after_scheduled_at` is null; on the first page `after_job_id` is 0.
-- name: list_jobs_by_schedule
-- parameters: account_id bigint, client_id bigint, states text[], assignment text?, site_id bigint?, from_date date?, to_date date?,
--   time_zone text, after_scheduled_at timestamptz?, after_job_id bigint, row_limit integer
-- columns: job_id bigint, number bigint, reference text?, status text, assignment text?, is_successful boolean, scheduled_at timestamptz?,
--   scheduled_until timestamptz?, address text?, site_id bigint?, site_name text?, job_template_id bigint, job_template_name text,
--   assignee_name text?
select j.job_id, j.number, j.reference, j.status, portal.job_assignment(j.status, j.worker_id, j.team_id, j.scheduled_at), n.is_successful,
  j.scheduled_at, n.scheduled_until, j.address, j.site_id, n.site_name, j.job_template_id, n.job_template_name, coalesce(n.worker_name, n.team_name)
from (
  select j.*
  from unnest(:states) as wanted (state)
  cross join lateral (
    select j.account_id, j.job_id, j.number, j.reference, j.status, j.scheduled_at, j.scheduled_ascending, j.duration_minutes, j.address, j.site_id,
      j.job_template_id, j.worker_id, j.team_id, j.resolution_id
    from portal.job j
    where j.state = wanted.state
      /*filter*/ and j.account_id = :account_id and j.client_id = :client_id and j.deleted_at is null
      and j.job_template_id = any ((select portal.visible_templates())::bigint[]) and j.status = any ((select portal.visible_statuses())::text[])
      /*end filter*/
      and (:assignment is null or portal.job_assignment(j.status, j.worker_id, j.team_id, j.scheduled_at) = :assignment)
      and (:site_id is null or j.site_id = :site_id)
      and j.scheduled_ascending >= case when :from_date is null then '-infinity' else :from_date::timestamp at time zone :time_zone end
      and j.scheduled_ascending <= case when :to_date is null then 'infinity'
        else (:to_date + 1)::timestamp at time zone :time_zone - interval '1 microsecond' end
      and (num_nonnulls(:from_date, :to_date) = 0 or j.scheduled_at is not null)
      and (j.scheduled_ascending, j.job_id)
        > (case when :after_job_id = 0 then '-infinity' when :after_scheduled_at is null then 'infinity' else :after_scheduled_at end, :after_job_id)
    order by j.scheduled_ascending, j.job_id
    limit :row_limit
  ) j
  order by j.scheduled_ascending, j.job_id
  limit :row_limit
) j
cross join lateral portal.job_names(j.account_id, j.site_id, j.job_template_id, j.worker_id, j.team_id, j.resolution_id, j.scheduled_at, j.duration_minutes) n
order by j.scheduled_ascending, j.job_id;

-- name: list_jobs_by_schedule_descending
-- parameters: account_id bigint, client_id bigint, states text[], assignment text?, site_id bigint?, from_date date?, to_date date?,
--   time_zone text, after_scheduled_at timestamptz?, after_job_id bigint, row_limit integer
-- columns: job_id bigint, number bigint, reference text?, status text, assignment text?, is_successful boolean, scheduled_at timestamptz?,
--   scheduled_until timestamptz?, address text?, site_id bigint?, site_name text?, job_template_id bigint, job_template_name text,
--   assignee_name text?
select j.job_id, j.number, j.reference, j.status, portal.job_assignment(j.status, j.worker_id, j.team_id, j.scheduled_at), n.is_successful,
  j.scheduled_at, n.scheduled_until, j.address, j.site_id, n.site_name, j.job_template_id, n.job_template_name, coalesce(n.worker_name, n.team_name)
from (
  select j.*
  from unnest(:states) as wanted (state)
  cross join lateral (
    select j.account_id, j.job_id, j.number, j.reference, j.status, j.scheduled_at, j.scheduled_descending, j.duration_minutes, j.address, j.site_id,
      j.job_template_id, j.worker_id, j.team_id, j.resolution_id
    from portal.job j
    where j.state = wanted.state
      /*filter*/ and j.account_id = :account_id and j.client_id = :client_id and j.deleted_at is null
      and j.job_template_id = any ((select portal.visible_templates())::bigint[]) and j.status = any ((select portal.visible_statuses())::text[])
      /*end filter*/
      and (:assignment is null or portal.job_assignment(j.status, j.worker_id, j.team_id, j.scheduled_at) = :assignment)
      and (:site_id is null or j.site_id = :site_id)
      and j.scheduled_descending >= case when :from_date is null then '-infinity' else :from_date::timestamp at time zone :time_zone end
      and j.scheduled_descending <= case when :to_date is null then 'infinity'
        else (:to_date + 1)::timestamp at time zone :time_zone - interval '1 microsecond' end
      and (num_nonnulls(:from_date, :to_date) = 0 or j.scheduled_at is not null)
      and (j.scheduled_descending, j.job_id)
        < (case when :after_job_id = 0 then 'infinity' when :after_scheduled_at is null then '-infinity' else :after_scheduled_at end, :after_job_id)
    order by j.scheduled_descending desc, j.job_id desc
    limit :row_limit
  ) j
  order by j.scheduled_descending desc, j.job_id desc
  limit :row_limit
) j
cross join lateral portal.job_names(j.account_id, j.site_id, j.job_template_id, j.worker_id, j.team_id, j.resolution_id, j.scheduled_at, j.duration_minutes) n
order by j.scheduled_descending desc, j.job_id desc;

-- name: list_jobs_by_number
-- parameters: account_id bigint, client_id bigint, states text[], assignment text?, site_id bigint?, from_date date?, to_date date?,
--   time_zone text, after_number bigint?, row_limit integer
-- columns: job_id bigint, number bigint, reference text?, status text, assignment text?, is_successful boolean, scheduled_at timestamptz?,
--   scheduled_until timestamptz?, address text?, site_id bigint?, site_name text?, job_template_id bigint, job_template_name text,
--   assignee_name text?
select j.job_id, j.number, j.reference, j.status, portal.job_assignment(j.status, j.worker_id, j.team_id, j.scheduled_at), n.is_successful,
  j.scheduled_at, n.scheduled_until, j.address, j.site_id, n.site_name, j.job_template_id, n.job_template_name, coalesce(n.worker_name, n.team_name)
from (
  select j.*
  from unnest(:states) as wanted (state)
  cross join lateral (
    select j.account_id, j.job_id, j.number, j.reference, j.status, j.scheduled_at, j.duration_minutes, j.address, j.site_id,
      j.job_template_id, j.worker_id, j.team_id, j.resolution_id
    from portal.job j
    where j.state = wanted.state
      /*filter*/ and j.account_id = :account_id and j.client_id = :client_id and j.deleted_at is null
      and j.job_template_id = any ((select portal.visible_templates())::bigint[]) and j.status = any ((select portal.visible_statuses())::text[])
      /*end filter*/
      and (:assignment is null or portal.job_assignment(j.status, j.worker_id, j.team_id, j.scheduled_at) = :assignment)
      and (:site_id is null or j.site_id = :site_id)
      and (:from_date is null or j.scheduled_at >= :from_date::timestamp at time zone :time_zone)
      and (:to_date is null or j.scheduled_at < (:to_date + 1)::timestamp at time zone :time_zone)
      and j.number > case when :after_number is null then 0 else :after_number end
    order by j.number
    limit :row_limit
  ) j
  order by j.number
  limit :row_limit
) j
cross join lateral portal.job_names(j.account_id, j.site_id, j.job_template_id, j.worker_id, j.team_id, j.resolution_id, j.scheduled_at, j.duration_minutes) n
order by j.number;

-- name: list_jobs_by_number_descending
-- parameters: account_id bigint, client_id bigint, states text[], assignment text?, site_id bigint?, from_date date?, to_date date?,
--   time_zone text, after_number bigint?, row_limit integer
-- columns: job_id bigint, number bigint, reference text?, status text, assignment text?, is_successful boolean, scheduled_at timestamptz?,
--   scheduled_until timestamptz?, address text?, site_id bigint?, site_name text?, job_template_id bigint, job_template_name text,
--   assignee_name text?
select j.job_id, j.number, j.reference, j.status, portal.job_assignment(j.status, j.worker_id, j.team_id, j.scheduled_at), n.is_successful,
  j.scheduled_at, n.scheduled_until, j.address, j.site_id, n.site_name, j.job_template_id, n.job_template_name, coalesce(n.worker_name, n.team_name)
from (
  select j.*
  from unnest(:states) as wanted (state)
  cross join lateral (
    select j.account_id, j.job_id, j.number, j.reference, j.status, j.scheduled_at, j.duration_minutes, j.address, j.site_id,
      j.job_template_id, j.worker_id, j.team_id, j.resolution_id
    from portal.job j
    where j.state = wanted.state
      /*filter*/ and j.account_id = :account_id and j.client_id = :client_id and j.deleted_at is null
      and j.job_template_id = any ((select portal.visible_templates())::bigint[]) and j.status = any ((select portal.visible_statuses())::text[])
      /*end filter*/
      and (:assignment is null or portal.job_assignment(j.status, j.worker_id, j.team_id, j.scheduled_at) = :assignment)
      and (:site_id is null or j.site_id = :site_id)
      and (:from_date is null or j.scheduled_at >= :from_date::timestamp at time zone :time_zone)
      and (:to_date is null or j.scheduled_at < (:to_date + 1)::timestamp at time zone :time_zone)
      and j.number < case when :after_number is null then 9223372036854775807 else :after_number end
    order by j.number desc
    limit :row_limit
  ) j
  order by j.number desc
  limit :row_limit
) j
cross join lateral portal.job_names(j.account_id, j.site_id, j.job_template_id, j.worker_id, j.team_id, j.resolution_id, j.scheduled_at, j.duration_minutes) n
order by j.number desc;

-- Under the same filters as the list, the state asked for aside. A state without jobs has no row.
-- name: count_jobs
-- parameters: account_id bigint, client_id bigint, assignment text?, site_id bigint?, from_date date?, to_date date?, time_zone text
-- columns: state text, jobs bigint
select j.state, count(*)
from portal.job_summary j
where true
  /*filter*/ and j.account_id = :account_id and j.client_id = :client_id and j.deleted_at is null
  and j.job_template_id = any ((select portal.visible_templates())::bigint[]) and j.status = any ((select portal.visible_statuses())::text[])
  /*end filter*/
  and (:assignment is null or j.assignment = :assignment)
  and (:site_id is null or j.site_id = :site_id)
  and (:from_date is null or j.scheduled_at >= :from_date::timestamp at time zone :time_zone)
  and (:to_date is null or j.scheduled_at < (:to_date + 1)::timestamp at time zone :time_zone)
group by j.state;

-- One job, as in the list. Its fields and files are the next two statements.
-- name: get_job
-- parameters: account_id bigint, client_id bigint, job_id bigint
-- columns: job_id bigint, number bigint, reference text?, status text, assignment text?, is_successful boolean, scheduled_at timestamptz?,
--   scheduled_until timestamptz?, address text?, site_id bigint?, site_name text?, job_template_id bigint, job_template_name text,
--   assignee_name text?, is_tracked boolean
select j.job_id, j.number, j.reference, j.status, j.assignment, j.is_successful, j.scheduled_at, j.scheduled_until, j.address,
  j.site_id, j.site_name, j.job_template_id, j.job_template_name, j.assignee_name,
  j.status = 'en_route' and j.worker_id is not null
    and exists (select from portal.portal s where s.shows_position /*filter*/ and s.account_id = :account_id /*end filter*/)
from portal.job_summary j
where j.job_id = :job_id
  /*filter*/ and j.account_id = :account_id and j.client_id = :client_id and j.deleted_at is null
  and j.job_template_id = any ((select portal.visible_templates())::bigint[]) and j.status = any ((select portal.visible_statuses())::text[])
  /*end filter*/;

-- Where whoever is on the way to it is, and how far from it: null where that is not known, or not shown. The place of the job is told along with it alone.
-- name: get_job_position
-- parameters: account_id bigint, client_id bigint, job_id bigint
-- columns: position jsonb?, job jsonb?, distance_metres bigint?
select case when p.worker_id is not null then jsonb_build_object('latitude', p.latitude, 'longitude', p.longitude, 'accuracy_metres', p.accuracy_metres,
    'recorded_at', portal.time_value(p.recorded_at), 'age_seconds', greatest(0, floor(extract(epoch from now() - p.recorded_at)))::bigint) end,
  case when p.worker_id is not null and j.latitude is not null then jsonb_build_object('latitude', j.latitude, 'longitude', j.longitude) end,
  portal.distance_metres(p.latitude, p.longitude, j.latitude, j.longitude)
from portal.job j
left join portal.worker_position p on p.account_id = j.account_id and p.worker_id = j.worker_id and j.status = 'en_route'
  /*filter*/ and p.account_id = :account_id and p.recorded_at > now() - portal.position_shown_for() and portal.is_followed(j.status, j.en_route_at)
  and j.team_id is null
  and exists (select from portal.portal s where s.account_id = :account_id and s.shows_position) /*end filter*/
where j.job_id = :job_id
  /*filter*/ and j.account_id = :account_id and j.client_id = :client_id and j.deleted_at is null
  and j.job_template_id = any ((select portal.visible_templates())::bigint[]) and j.status = any ((select portal.visible_statuses())::text[])
  /*end filter*/;

-- The visible fields of the job's template with their values: main ones are columns of the job, the others stand in its jsonb by key. Only visible values
-- leave the database. Report fields, and what is known only then, appear once the job is finished. Photos, files and signatures have no value
-- here: see list_job_files.
-- name: list_job_fields
-- parameters: account_id bigint, client_id bigint, job_id bigint
-- columns: job_field_id bigint, key text, label text, field_group text, type text, options jsonb?, value jsonb?
select f.job_field_id, f.key, f.label, f.field_group, f.type, f.options,
  case f.field_group
    when 'custom' then j.custom_values -> f.key
    when 'report' then j.report_values -> f.key
    else case f.key
      when 'description' then to_jsonb(j.description)
      when 'contact' then to_jsonb(j.contact)
      when 'duration' then to_jsonb(j.duration_minutes)
      when 'entrance' then to_jsonb(j.entrance)
      when 'floor' then to_jsonb(j.floor)
      when 'external_id' then to_jsonb(j.external_id)
      when 'resolution' then to_jsonb(r.name)
      when 'resolution_note' then to_jsonb(j.resolution_note)
      when 'en_route_at' then portal.time_value(j.en_route_at)
      when 'started_at' then portal.time_value(j.started_at)
      when 'finished_at' then portal.time_value(j.finished_at)
    end
  end
from portal.job j
join portal.portal_visible_field v on v.account_id = j.account_id
join portal.job_field f on f.account_id = v.account_id and f.job_field_id = v.job_field_id
left join portal.job_template_field tf
  on tf.account_id = j.account_id and tf.job_template_id = j.job_template_id and tf.job_field_id = f.job_field_id
left join portal.resolution r on r.account_id = j.account_id and r.resolution_id = j.resolution_id
where j.job_id = :job_id
  /*filter*/ and j.account_id = :account_id and j.client_id = :client_id and j.deleted_at is null
  and j.job_template_id = any ((select portal.visible_templates())::bigint[]) and j.status = any ((select portal.visible_statuses())::text[])
  /*end filter*/
  and (f.field_group = 'main' or tf.job_field_id is not null)
  and (j.status = 'finished' or f.field_group = 'custom'
    or (f.field_group = 'main' and f.key not in ('resolution', 'resolution_note', 'finished_at')))
order by array_position('{main,custom,report}', f.field_group), coalesce(tf.position, f.position), f.position, f.job_field_id;

-- Of visible fields of the job's template, in their order.
-- name: list_job_files
-- parameters: account_id bigint, client_id bigint, job_id bigint
-- columns: job_file_id bigint, job_field_id bigint, name text, media_type text, size_bytes bigint
select jf.job_file_id, jf.job_field_id, jf.name, jf.media_type, jf.size_bytes
from portal.job_file jf
join portal.job j on j.account_id = jf.account_id and j.job_id = jf.job_id
join portal.portal_visible_field v on v.account_id = jf.account_id and v.job_field_id = jf.job_field_id
join portal.job_field f on f.account_id = v.account_id and f.job_field_id = v.job_field_id
join portal.job_template_field tf
  on tf.account_id = j.account_id and tf.job_template_id = j.job_template_id and tf.job_field_id = jf.job_field_id
where j.job_id = :job_id
  /*filter*/ and j.account_id = :account_id and j.client_id = :client_id and j.deleted_at is null
  and j.job_template_id = any ((select portal.visible_templates())::bigint[]) and j.status = any ((select portal.visible_statuses())::text[])
  /*end filter*/
  and (f.field_group <> 'report' or j.status = 'finished')
order by jf.job_field_id, jf.position, jf.job_file_id;

-- One of them, with what is needed to send it.
-- name: get_job_file
-- parameters: account_id bigint, client_id bigint, job_id bigint, job_file_id bigint
-- columns: name text, media_type text, size_bytes bigint, content_hash bytea
select jf.name, jf.media_type, jf.size_bytes, jf.content_hash
from portal.job_file jf
join portal.job j on j.account_id = jf.account_id and j.job_id = jf.job_id
join portal.portal_visible_field v on v.account_id = jf.account_id and v.job_field_id = jf.job_field_id
join portal.job_field f on f.account_id = v.account_id and f.job_field_id = v.job_field_id
join portal.job_template_field tf
  on tf.account_id = j.account_id and tf.job_template_id = j.job_template_id and tf.job_field_id = jf.job_field_id
where j.job_id = :job_id and jf.job_file_id = :job_file_id
  /*filter*/ and j.account_id = :account_id and j.client_id = :client_id and j.deleted_at is null
  and j.job_template_id = any ((select portal.visible_templates())::bigint[]) and j.status = any ((select portal.visible_statuses())::text[])
  /*end filter*/
  and (f.field_group <> 'report' or j.status = 'finished');
