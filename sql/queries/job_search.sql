-- Lists of jobs in which words are looked for, in the lane of searches. They are those of jobs.sql with the same names, parameters and columns, except that
-- the names of sites, templates and people are joined before a page is cut, because the words may stand in them.

-- After a job without a date `after_scheduled_at` is null; on the first page `after_job_id` is 0.
-- name: search_jobs_by_schedule
-- parameters: account_id bigint, client_id bigint, states text[], assignment text?, site_id bigint?, from_date date?, to_date date?,
--   time_zone text, q text, after_scheduled_at timestamptz?, after_job_id bigint, row_limit integer
-- columns: job_id bigint, number bigint, reference text?, status text, assignment text?, is_successful boolean, scheduled_at timestamptz?,
--   scheduled_until timestamptz?, address text?, site_id bigint?, site_name text?, job_template_id bigint, job_template_name text,
--   assignee_name text?
select j.job_id, j.number, j.reference, j.status, j.assignment, j.is_successful, j.scheduled_at, j.scheduled_until, j.address,
  j.site_id, j.site_name, j.job_template_id, j.job_template_name, j.assignee_name
from unnest(:states) as wanted (state)
cross join lateral (
  select * from portal.job_summary j
  where j.state = wanted.state
    /*filter*/ and j.account_id = :account_id and j.client_id = :client_id and j.deleted_at is null
    and j.job_template_id = any ((select portal.visible_templates())::bigint[]) and j.status = any ((select portal.visible_statuses())::text[])
    /*end filter*/
    and (:assignment is null or j.assignment = :assignment)
    and (:site_id is null or j.site_id = :site_id)
    and j.scheduled_ascending >= case when :from_date is null then '-infinity' else :from_date::timestamp at time zone :time_zone end
    and j.scheduled_ascending <= case when :to_date is null then 'infinity'
      else (:to_date + 1)::timestamp at time zone :time_zone - interval '1 microsecond' end
    and (num_nonnulls(:from_date, :to_date) = 0 or j.scheduled_at is not null)
    and strpos(lower(j.visible_text), lower(:q)) > 0
    and (j.scheduled_ascending, j.job_id)
      > (case when :after_job_id = 0 then '-infinity' when :after_scheduled_at is null then 'infinity' else :after_scheduled_at end, :after_job_id)
  order by j.scheduled_ascending, j.job_id
  limit :row_limit
) j
order by j.scheduled_ascending, j.job_id
limit :row_limit;

-- name: search_jobs_by_schedule_descending
-- parameters: account_id bigint, client_id bigint, states text[], assignment text?, site_id bigint?, from_date date?, to_date date?,
--   time_zone text, q text, after_scheduled_at timestamptz?, after_job_id bigint, row_limit integer
-- columns: job_id bigint, number bigint, reference text?, status text, assignment text?, is_successful boolean, scheduled_at timestamptz?,
--   scheduled_until timestamptz?, address text?, site_id bigint?, site_name text?, job_template_id bigint, job_template_name text,
--   assignee_name text?
select j.job_id, j.number, j.reference, j.status, j.assignment, j.is_successful, j.scheduled_at, j.scheduled_until, j.address,
  j.site_id, j.site_name, j.job_template_id, j.job_template_name, j.assignee_name
from unnest(:states) as wanted (state)
cross join lateral (
  select * from portal.job_summary j
  where j.state = wanted.state
    /*filter*/ and j.account_id = :account_id and j.client_id = :client_id and j.deleted_at is null
    and j.job_template_id = any ((select portal.visible_templates())::bigint[]) and j.status = any ((select portal.visible_statuses())::text[])
    /*end filter*/
    and (:assignment is null or j.assignment = :assignment)
    and (:site_id is null or j.site_id = :site_id)
    and j.scheduled_descending >= case when :from_date is null then '-infinity' else :from_date::timestamp at time zone :time_zone end
    and j.scheduled_descending <= case when :to_date is null then 'infinity'
      else (:to_date + 1)::timestamp at time zone :time_zone - interval '1 microsecond' end
    and (num_nonnulls(:from_date, :to_date) = 0 or j.scheduled_at is not null)
    and strpos(lower(j.visible_text), lower(:q)) > 0
    and (j.scheduled_descending, j.job_id)
      < (case when :after_job_id = 0 then 'infinity' when :after_scheduled_at is null then '-infinity' else :after_scheduled_at end, :after_job_id)
  order by j.scheduled_descending desc, j.job_id desc
  limit :row_limit
) j
order by j.scheduled_descending desc, j.job_id desc
limit :row_limit;

-- name: search_jobs_by_number
-- parameters: account_id bigint, client_id bigint, states text[], assignment text?, site_id bigint?, from_date date?, to_date date?,
--   time_zone text, q text, after_number bigint?, row_limit integer
-- columns: job_id bigint, number bigint, reference text?, status text, assignment text?, is_successful boolean, scheduled_at timestamptz?,
--   scheduled_until timestamptz?, address text?, site_id bigint?, site_name text?, job_template_id bigint, job_template_name text,
--   assignee_name text?
select j.job_id, j.number, j.reference, j.status, j.assignment, j.is_successful, j.scheduled_at, j.scheduled_until, j.address,
  j.site_id, j.site_name, j.job_template_id, j.job_template_name, j.assignee_name
from unnest(:states) as wanted (state)
cross join lateral (
  select * from portal.job_summary j
  where j.state = wanted.state
    /*filter*/ and j.account_id = :account_id and j.client_id = :client_id and j.deleted_at is null
    and j.job_template_id = any ((select portal.visible_templates())::bigint[]) and j.status = any ((select portal.visible_statuses())::text[])
    /*end filter*/
    and (:assignment is null or j.assignment = :assignment)
    and (:site_id is null or j.site_id = :site_id)
    and (:from_date is null or j.scheduled_at >= :from_date::timestamp at time zone :time_zone)
    and (:to_date is null or j.scheduled_at < (:to_date + 1)::timestamp at time zone :time_zone)
    and strpos(lower(j.visible_text), lower(:q)) > 0
    and j.number > case when :after_number is null then 0 else :after_number end
  order by j.number
  limit :row_limit
) j
order by j.number
limit :row_limit;

-- name: search_jobs_by_number_descending
-- parameters: account_id bigint, client_id bigint, states text[], assignment text?, site_id bigint?, from_date date?, to_date date?,
--   time_zone text, q text, after_number bigint?, row_limit integer
-- columns: job_id bigint, number bigint, reference text?, status text, assignment text?, is_successful boolean, scheduled_at timestamptz?,
--   scheduled_until timestamptz?, address text?, site_id bigint?, site_name text?, job_template_id bigint, job_template_name text,
--   assignee_name text?
select j.job_id, j.number, j.reference, j.status, j.assignment, j.is_successful, j.scheduled_at, j.scheduled_until, j.address,
  j.site_id, j.site_name, j.job_template_id, j.job_template_name, j.assignee_name
from unnest(:states) as wanted (state)
cross join lateral (
  select * from portal.job_summary j
  where j.state = wanted.state
    /*filter*/ and j.account_id = :account_id and j.client_id = :client_id and j.deleted_at is null
    and j.job_template_id = any ((select portal.visible_templates())::bigint[]) and j.status = any ((select portal.visible_statuses())::text[])
    /*end filter*/
    and (:assignment is null or j.assignment = :assignment)
    and (:site_id is null or j.site_id = :site_id)
    and (:from_date is null or j.scheduled_at >= :from_date::timestamp at time zone :time_zone)
    and (:to_date is null or j.scheduled_at < (:to_date + 1)::timestamp at time zone :time_zone)
    and strpos(lower(j.visible_text), lower(:q)) > 0
    and j.number < case when :after_number is null then 9223372036854775807 else :after_number end
  order by j.number desc
  limit :row_limit
) j
order by j.number desc
limit :row_limit;

-- count_jobs with the words.
-- name: count_found_jobs
-- parameters: account_id bigint, client_id bigint, assignment text?, site_id bigint?, from_date date?, to_date date?, time_zone text, q text
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
  and strpos(lower(j.visible_text), lower(:q)) > 0
group by j.state;
