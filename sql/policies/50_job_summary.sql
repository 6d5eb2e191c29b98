-- A job as it stands in a list: the view for one job, searches and counts, the function for the page of a list. security_invoker: whoever asks sees the rows that the policies of the tables let through.
-- Left joins on keys cost nothing where no column of theirs is asked for.

drop view if exists portal.job_summary;
create view portal.job_summary with (security_invoker = true) as
select j.account_id, j.client_id, j.job_id, j.deleted_at, j.number, j.reference, j.state, j.status,
  portal.job_assignment(j.status, j.worker_id, j.team_id, j.scheduled_at) as assignment,
  coalesce(r.is_successful, true) as is_successful,
  j.scheduled_at, j.scheduled_ascending, j.scheduled_descending, j.worker_id,
  -- The end would tell the duration, which may be hidden. The sub-selects do not depend on the job: they run once.
  case when (
    select exists (
      select from portal.portal_visible_field v join portal.job_field f on f.account_id = v.account_id and f.job_field_id = v.job_field_id
      where v.account_id = (select portal.current_account_id()) and f.field_group = 'main' and f.key = 'duration'
    )
  ) then j.scheduled_at + make_interval(mins => j.duration_minutes) end as scheduled_until,
  j.address, j.site_id, s.name as site_name, j.job_template_id, t.name as job_template_name,
  coalesce(portal.shown_worker_name(w.name, portal.worker_name_choice()), tm.name) as assignee_name,
  -- A search must not find what cannot be seen.
  concat_ws(e'\n', j.number::text, j.reference, j.address, s.name, t.name,
    portal.shown_worker_name(w.name, portal.worker_name_choice()), tm.name,
    case when (
      select exists (
        select from portal.portal_visible_field v join portal.job_field f on f.account_id = v.account_id and f.job_field_id = v.job_field_id
        where v.account_id = (select portal.current_account_id()) and f.field_group = 'main' and f.key = 'description'
      )
    ) then j.description end) as visible_text
from portal.job j
left join portal.job_template t on t.account_id = j.account_id and t.job_template_id = j.job_template_id
left join portal.site s on s.account_id = j.account_id and s.site_id = j.site_id
left join portal.worker w on w.account_id = j.account_id and w.worker_id = j.worker_id
left join portal.team tm on tm.account_id = j.account_id and tm.team_id = j.team_id
left join portal.resolution r on r.account_id = j.account_id and r.resolution_id = j.resolution_id;

grant select on portal.job_summary to portal_edge;

-- What a page shows besides the columns of the job, asked for once the page is cut: a lookup by key for each of its jobs, through the same policies. The
-- planner puts the sub-selects in the place of the call.
create or replace function portal.job_names(account_id bigint, site_id bigint, job_template_id bigint, worker_id bigint, team_id bigint,
  resolution_id bigint, scheduled_at timestamptz, duration_minutes integer)
returns table (site_name text, job_template_name text, worker_name text, team_name text, is_successful boolean, scheduled_until timestamptz)
language sql stable parallel safe as $$
  select
    (select s.name from portal.site s where s.account_id = job_names.account_id and s.site_id = job_names.site_id),
    (select t.name from portal.job_template t where t.account_id = job_names.account_id and t.job_template_id = job_names.job_template_id),
    (select portal.shown_worker_name(w.name, portal.worker_name_choice())
      from portal.worker w where w.account_id = job_names.account_id and w.worker_id = job_names.worker_id),
    (select tm.name from portal.team tm where tm.account_id = job_names.account_id and tm.team_id = job_names.team_id),
    coalesce((
      select r.is_successful from portal.resolution r where r.account_id = job_names.account_id and r.resolution_id = job_names.resolution_id
    ), true),
    case when exists (
      select from portal.portal_visible_field v join portal.job_field f on f.account_id = v.account_id and f.job_field_id = v.job_field_id
      where v.account_id = (select portal.current_account_id()) and f.field_group = 'main' and f.key = 'duration'
    ) then job_names.scheduled_at + make_interval(mins => job_names.duration_minutes) end
$$;
