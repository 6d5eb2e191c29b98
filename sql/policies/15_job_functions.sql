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

-- As the other values of fields: RFC 3339 in UTC.
create or replace function portal.time_value(value timestamptz) returns jsonb language sql stable parallel safe as $$
  select to_jsonb(to_char(value at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
$$;

-- A surname may stand first, before a comma. Without a choice no name is shown.
create or replace function portal.shown_worker_name(name text, choice text) returns text language sql immutable parallel safe as $$
  select case choice
    when 'full' then name
    when 'first_name' then substring(case when strpos(name, ',') > 0 then substr(name, strpos(name, ',') + 1) else name end from '[^\s\u00a0]+')
  end
$$;
