-- What the statements and the view about jobs compute.

-- C10 of FEATURES.md; null once the job is over.
create or replace function portal.job_assignment(status text, worker_id bigint, team_id bigint, scheduled_at timestamptz) returns text
language sql immutable parallel safe as $$
  select case
    when status in ('finished', 'cancelled') then null
    when status in ('en_route', 'started') then 'in_progress'
    when status = 'paused' then 'pending'
    when worker_id is null and team_id is null then 'unassigned'
    when scheduled_at is null then 'pending'
    else 'assigned'
  end
$$;

create or replace function portal.job_state(status text) returns text language sql immutable parallel safe as $$
  select case
    when status in ('unscheduled', 'scheduled') then 'planned'
    when status in ('en_route', 'started', 'paused') then 'active'
    else status
  end
$$;

create or replace function portal.is_main_field_visible(field_key text) returns boolean language sql stable parallel safe as $$
  select exists (
    select from portal.portal_visible_field v
    join portal.job_field f on f.account_id = v.account_id and f.job_field_id = v.job_field_id
    where v.account_id = portal.current_account_id() and f.field_group = 'main' and f.key = field_key
  )
$$;

-- As the other values of fields: RFC 3339 in UTC.
create or replace function portal.time_value(value timestamptz) returns jsonb language sql stable parallel safe as $$
  select to_jsonb(to_char(value at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
$$;
