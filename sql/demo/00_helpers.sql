-- The demo data. The files of this folder run in the order of their names, on one connection, in one transaction, as portal_maintenance, in a migrated
-- database. Passwords and links need Argon2id and random numbers: `portalctl demo` makes them, for members without a password whose state is active and
-- for memberships whose state is invited, and it sets the origins to where the demo listens.
--
-- Names and addresses are invented. Values that no member may ever read contain a word that begins with CANARY-: tests search for it.

create temporary table demo_text (account_id bigint, key text, place integer, value text);

create function pg_temp.account_of(wanted text) returns bigint language sql as $$
  select account_id from portal.account where slug = wanted
$$;
create function pg_temp.client_of(account bigint, wanted text) returns bigint language sql as $$
  select client_id from portal.client where account_id = account and name = wanted
$$;
create function pg_temp.templates_of(account bigint, variadic wanted text[]) returns bigint[] language sql as $$
  select array_agg(job_template_id order by array_position(wanted, name)) from portal.job_template where account_id = account and name = any (wanted)
$$;

-- One of the texts kept for a key, by turns.
create function pg_temp.text_of(account bigint, wanted text, turn bigint) returns text language sql as $$
  select value from demo_text t where t.account_id = account and t.key = wanted
  order by place offset turn % (select count(*) from demo_text c where c.account_id = account and c.key = wanted) limit 1
$$;
create function pg_temp.keep_texts(account bigint, wanted text, variadic texts text[]) returns void language sql as $$
  insert into demo_text select account, wanted, place, value from unnest(texts) with ordinality as given (value, place)
$$;

create function pg_temp.day(account bigint, days integer, clock text) returns timestamptz language sql as $$
  select ((now() at time zone a.time_zone)::date + days + clock::time) at time zone a.time_zone from portal.account a where a.account_id = account
$$;

create function pg_temp.is_visible(account bigint, field bigint) returns boolean language sql as $$
  select exists (select from portal.portal_visible_field where account_id = account and job_field_id = field)
$$;

-- What a field of each type holds, in the form that the schema expects.
create function pg_temp.value_of(f portal.job_field, turn bigint) returns jsonb language plpgsql as $$
declare
  canary text := 'CANARY-field-' || replace(f.key, '_', '-') || '-' || turn;
  hidden boolean := not pg_temp.is_visible(f.account_id, f.job_field_id);
begin
  return case f.type
    when 'text' then to_jsonb(case when hidden then canary else coalesce(pg_temp.text_of(f.account_id, f.key, turn), 'No. ' || turn) end)
    when 'yes_no' then to_jsonb(turn % 3 <> 0)
    when 'integer' then to_jsonb(2 + turn % 11)
    when 'number' then to_jsonb((1 + turn % 7)::text || '.' || (turn * 25 % 100)::text)
    when 'money' then jsonb_build_object('amount', 4500 + turn * 1250 % 90000, 'currency',
      (select case when time_zone = 'Europe/London' then 'GBP' else 'EUR' end from portal.account where account_id = f.account_id))
    when 'pick_list' then f.options -> (turn % jsonb_array_length(f.options))::integer -> 'id'
    when 'date' then to_jsonb(to_char(now() + make_interval(days => (30 + turn * 7 % 300)::integer), 'YYYY-MM-DD'))
    when 'time' then to_jsonb(to_char(time '07:30' + make_interval(mins => (turn * 15 % 600)::integer), 'HH24:MI'))
    when 'datetime' then to_jsonb(to_char(date_trunc('hour', now()) - make_interval(hours => (turn * 5 % 700)::integer), 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
    when 'link' then jsonb_build_object('url', 'https://docs.example.com/' || case when hidden then canary else f.key || '/' || turn end,
      'label', case when hidden then canary else f.label end)
  end;
end
$$;

create function pg_temp.values_of(account bigint, template bigint, wanted_group text, turn bigint) returns jsonb language sql as $$
  -- Every ninth value is missing, as in life.
  select coalesce(jsonb_object_agg(f.key, pg_temp.value_of(f, turn)), '{}')
  from portal.job_template_field tf
  join portal.job_field f on f.account_id = tf.account_id and f.job_field_id = tf.job_field_id
  where tf.account_id = account and tf.job_template_id = template and f.field_group = wanted_group
    and f.type not in ('photo', 'file', 'signature') and (turn + f.job_field_id) % 9 <> 0
$$;

create function pg_temp.add_files(account bigint, job bigint, template bigint, wanted_group text, turn bigint) returns void language sql as $$
  insert into portal.job_file (account_id, job_id, job_field_id, type, position, name, media_type, size_bytes, content_hash)
  select account, job, f.job_field_id, f.type, place, named.name,
    case f.type when 'photo' then 'image/jpeg' when 'signature' then 'image/png' else 'application/pdf' end,
    18000 + (turn * 7919 + place * 104729) % 2400000, sha256(convert_to(job || named.name, 'UTF8'))
  from portal.job_template_field tf
  join portal.job_field f on f.account_id = tf.account_id and f.job_field_id = tf.job_field_id
  cross join lateral generate_series(1, case f.type when 'photo' then 1 + turn % 3 else 1 end) as place
  cross join lateral (
    select case when pg_temp.is_visible(account, f.job_field_id) then '' else 'CANARY-file-' || replace(f.key, '_', '-') || '-' || turn || '-' end
      || case f.type when 'photo' then 'IMG_' || 2000 + turn * 3 + place || '.jpg' when 'signature' then 'signature.png'
        else f.label || ' ' || turn || '.pdf' end as name
  ) as named
  where tf.account_id = account and tf.job_template_id = template and f.field_group = wanted_group and f.type in ('photo', 'file', 'signature')
$$;

-- Jobs of one client and status, `step` days apart. `canary` marks jobs that no member may see.
create function pg_temp.add_jobs(
  account bigint, client bigint, templates bigint[], job_status text, how_many integer, first_day integer, step integer, canary text default null
) returns void language plpgsql as $$
declare
  turn bigint;
  template bigint;
  place record;
  starts timestamptz;
  job bigint;
  outcome bigint;
begin
  for index in 0 .. how_many - 1 loop
    turn := coalesce((select max(number) from portal.job where account_id = account), 1000) + 1;
    template := templates[1 + turn % cardinality(templates)];
    select s.site_id, s.address into place from portal.site s where s.account_id = account and s.client_id = client
      order by s.site_id offset turn % greatest(1, (select count(*) from portal.site c where c.account_id = account and c.client_id = client)) limit 1;
    starts := case
      when job_status = 'unscheduled' then null
      when job_status in ('en_route', 'started', 'paused') then date_trunc('hour', now()) - make_interval(mins => 30 * (1 + turn % 4)::integer)
      else pg_temp.day(account, first_day + index * step, (array['08:00', '09:00', '10:30', '13:00', '14:30', '16:00'])[1 + turn % 6])
    end;
    select r.resolution_id into outcome from portal.job_template_resolution tr
      join portal.resolution r on r.account_id = tr.account_id and r.resolution_id = tr.resolution_id
      where tr.account_id = account and tr.job_template_id = template and r.is_successful = (turn % 6 <> 0) order by r.resolution_id limit 1;
    insert into portal.job (account_id, number, external_id, reference, client_id, site_id, status, scheduled_at, duration_minutes, address, latitude,
      longitude, entrance, floor, contact, job_template_id, worker_id, team_id, description, custom_values, report_values, resolution_id,
      resolution_note, en_route_at, started_at, paused_at, finished_at, cancelled_at)
    select account, turn, 'CANARY-external-' || turn, coalesce(canary || '-' || turn, case when turn % 4 <> 0 then 'PO-' || 6700 + turn end), client,
      place.site_id, job_status, starts, case when turn % 8 <> 0 then 30 * (1 + turn % 6) end,
      coalesce(place.address, pg_temp.text_of(account, 'address', turn)), 53.79 + turn % 50 * 0.001, -1.54 + turn % 40 * 0.001,
      'CANARY-entrance-' || turn, 'CANARY-floor-' || turn, pg_temp.text_of(account, 'contact', turn), template,
      assigned.worker_id, assigned.team_id,
      case when exists (
        select from portal.portal_visible_field v join portal.job_field f on f.account_id = v.account_id and f.job_field_id = v.job_field_id
        where v.account_id = account and f.key = 'description'
      ) then pg_temp.text_of(account, 'description', turn) else 'CANARY-description-' || turn end,
      pg_temp.values_of(account, template, 'custom', turn),
      -- A paused job has a part of its report already, which nobody may see yet.
      case when job_status = 'finished' then pg_temp.values_of(account, template, 'report', turn)
        when job_status = 'paused' then '{"findings": "CANARY-unfinished-report"}' else '{}' end,
      case when job_status = 'finished' then outcome end,
      case when job_status = 'finished' and turn % 6 = 0 then 'CANARY-resolution-note-' || turn end,
      case when job_status in ('en_route', 'started', 'paused', 'finished') then starts - interval '25 minutes' end,
      case when job_status in ('started', 'paused', 'finished') then starts end,
      case when job_status = 'paused' then starts + interval '20 minutes' end,
      case when job_status = 'finished' then starts + interval '80 minutes' end,
      case when job_status = 'cancelled' then starts - interval '2 days' end
    from (
      select case when turn % 5 <> 0 then (select worker_id from portal.worker where account_id = account order by worker_id
          offset turn % (select count(*) from portal.worker where account_id = account) limit 1) end as worker_id,
        case when turn % 5 = 0 then (select team_id from portal.team where account_id = account order by team_id limit 1) end as team_id
    ) as somebody
    cross join lateral (
      -- Some of those that have not begun have nobody yet.
      select case when job_status in ('unscheduled', 'scheduled') and turn % 4 = 1 then null else somebody.worker_id end,
        case when job_status in ('unscheduled', 'scheduled') and turn % 4 = 1 then null else somebody.team_id end
    ) as assigned (worker_id, team_id)
    returning job_id into job;
    perform pg_temp.add_files(account, job, template, 'custom', turn);
    if job_status = 'finished' then
      perform pg_temp.add_files(account, job, template, 'report', turn);
    end if;
  end loop;
end
$$;

create function pg_temp.add_field(
  account bigint, field_group text, key text, label text, type text, visible boolean, templates bigint[], options jsonb default null
) returns void language sql as $$
  with made as (
    insert into portal.job_field (account_id, field_group, key, label, type, options, position)
    select account, add_field.field_group, add_field.key, add_field.label, add_field.type, add_field.options,
      (select coalesce(max(position), 0) + 10 from portal.job_field where account_id = account)
    returning job_field_id, position
  ), placed as (
    insert into portal.job_template_field (account_id, job_template_id, job_field_id, position)
    select account, template, made.job_field_id, made.position from made, unnest(templates) as template
  )
  insert into portal.portal_visible_field (account_id, job_field_id) select account, job_field_id from made where visible
$$;

create function pg_temp.show_main_fields(account bigint, variadic keys text[]) returns void language sql as $$
  insert into portal.portal_visible_field (account_id, job_field_id)
  select account, job_field_id from portal.job_field where account_id = account and field_group = 'main' and key = any (keys)
$$;

-- A membership of a member that is made unless the address is known already.
create function pg_temp.add_member(
  account bigint, client bigint, address text, given text, family text, state text, permissions text[] default '{view_job_status,view_completed_jobs,view_documents}'
) returns void language sql as $$
  insert into portal.member (account_id, email, first_name, surname, state, removed_at)
  values (account, address, given, family, case state when 'ended' then 'removed' else state end, case state when 'ended' then now() end)
  on conflict (account_id, login_hash) do nothing;
  insert into portal.membership (account_id, member_id, client_id, permissions, state, activated_at, ended_at)
  select account, member_id, client, add_member.permissions, add_member.state, case when add_member.state <> 'invited' then now() - interval '40 days' end,
    case when add_member.state = 'ended' then now() end
  from portal.member where account_id = account and email = address
$$;
