-- What members see has changed: notices of ids, by which the workers know which of the answers that they keep are no longer true, and open pages what to ask
-- for anew. A notice is "<kind> <account> <client or 0> <id or 0>" on the channel portal_changes (core/cache/changes.hpp).

-- Notices one at a time would cost an import more than its rows do: many at once become one for the account. `told` counts those of the transaction.
create function portal.tell(kind text, accounts bigint[], clients bigint[], ids bigint[]) returns void language plpgsql volatile as $$
declare
  told integer := coalesce(nullif(current_setting('portal.told', true), '')::integer, 0) + coalesce(cardinality(accounts), 0);
begin
  if accounts is null then
    return;
  end if;
  perform set_config('portal.told', told::text, true);
  if kind in ('account', 'settings') or (cardinality(accounts) <= 16 and told <= 64) then
    perform pg_notify('portal_changes', concat_ws(' ', kind, t.account_id, t.client_id, t.id)) from unnest(accounts, clients, ids) as t (account_id, client_id, id);
  else
    perform pg_notify('portal_changes', concat_ws(' ', 'account', t.account_id, 0, 0)) from (select distinct unnest(accounts)) as t (account_id);
  end if;
end
$$;

-- For tables whose rows name their client, if they have one. Its arguments: the kind, the column of the id or '', and the columns that nobody sees. Each row that
-- differs counts as it was and as it is, so that who has lost it is told, too. A column of a later migration counts until it is named here as one that does not.
create function portal.tell_rows() returns trigger language plpgsql as $$
declare
  kind text := tg_argv[0];
  id_column text := tg_argv[1];
  unseen text[] := tg_argv[2];
  accounts bigint[];
  clients bigint[];
  ids bigint[];
begin
  -- A membership is told by itself; of the rest so many as there are clients.
  if tg_op = 'UPDATE' then
    select array_agg(t.account_id), array_agg(t.client_id), array_agg(t.id) into accounts, clients, ids from (
      select r.account_id, r.client_id, case when min(r.id) = max(r.id) then min(r.id) else 0 end as id
      from (
        select (b.seen ->> 'account_id')::bigint as account_id, coalesce((b.seen ->> 'client_id')::bigint, 0) as client_id,
          coalesce((b.seen ->> id_column)::bigint, 0) as id
        from (select to_jsonb(f) - unseen as seen from former f union all select to_jsonb(p) - unseen from present p) b
        group by b.seen having count(*) = 1
      ) r
      group by r.account_id, r.client_id, case when kind = 'membership' then r.id end
    ) t;
  elsif tg_op = 'INSERT' then
    select array_agg(t.account_id), array_agg(t.client_id), array_agg(t.id) into accounts, clients, ids from (
      select r.account_id, r.client_id, case when min(r.id) = max(r.id) then min(r.id) else 0 end as id
      from (
        select p.account_id, coalesce((to_jsonb(p) ->> 'client_id')::bigint, 0) as client_id, coalesce((to_jsonb(p) ->> id_column)::bigint, 0) as id
        from present p
      ) r
      group by r.account_id, r.client_id, case when kind = 'membership' then r.id end
    ) t;
  else
    select array_agg(t.account_id), array_agg(t.client_id), array_agg(t.id) into accounts, clients, ids from (
      select r.account_id, r.client_id, case when min(r.id) = max(r.id) then min(r.id) else 0 end as id
      from (
        select f.account_id, coalesce((to_jsonb(f) ->> 'client_id')::bigint, 0) as client_id, coalesce((to_jsonb(f) ->> id_column)::bigint, 0) as id
        from former f
      ) r
      group by r.account_id, r.client_id, case when kind = 'membership' then r.id end
    ) t;
  end if;
  perform portal.tell(kind, accounts, clients, ids);
  return null;
end
$$;

-- The same for jobs, of which there are many, with many columns: those that members see are compared as they are. Without a join, because its plan is made once,
-- for as few rows as came first.
create function portal.tell_jobs() returns trigger language plpgsql as $$
declare
  accounts bigint[];
  clients bigint[];
  ids bigint[];
begin
  if tg_op = 'UPDATE' then
    select array_agg(t.account_id), array_agg(t.client_id), array_agg(t.id) into accounts, clients, ids from (
      select r.account_id, r.client_id, case when min(r.job_id) = max(r.job_id) then min(r.job_id) else 0 end as id
      from (
        select b.account_id, b.client_id, b.job_id
        from (
          select f.account_id, f.client_id, f.job_id, f.number, f.external_id, f.reference, f.site_id, f.status, f.scheduled_at, f.duration_minutes, f.address,
            f.entrance, f.floor, f.contact, f.job_template_id, f.worker_id, f.team_id, f.description, f.custom_values, f.report_values, f.resolution_id,
            f.resolution_note, f.en_route_at, f.started_at, f.finished_at, f.deleted_at
          from former f
          union all
          select p.account_id, p.client_id, p.job_id, p.number, p.external_id, p.reference, p.site_id, p.status, p.scheduled_at, p.duration_minutes, p.address,
            p.entrance, p.floor, p.contact, p.job_template_id, p.worker_id, p.team_id, p.description, p.custom_values, p.report_values, p.resolution_id,
            p.resolution_note, p.en_route_at, p.started_at, p.finished_at, p.deleted_at
          from present p
        ) b
        group by b.account_id, b.client_id, b.job_id, b.number, b.external_id, b.reference, b.site_id, b.status, b.scheduled_at, b.duration_minutes, b.address,
          b.entrance, b.floor, b.contact, b.job_template_id, b.worker_id, b.team_id, b.description, b.custom_values, b.report_values, b.resolution_id,
          b.resolution_note, b.en_route_at, b.started_at, b.finished_at, b.deleted_at
        having count(*) = 1
      ) r
      group by r.account_id, r.client_id
    ) t;
  elsif tg_op = 'INSERT' then
    select array_agg(t.account_id), array_agg(t.client_id), array_agg(t.id) into accounts, clients, ids from (
      select p.account_id, p.client_id, case when min(p.job_id) = max(p.job_id) then min(p.job_id) else 0 end as id from present p
      group by p.account_id, p.client_id
    ) t;
  else
    select array_agg(t.account_id), array_agg(t.client_id), array_agg(t.id) into accounts, clients, ids from (
      select f.account_id, f.client_id, case when min(f.job_id) = max(f.job_id) then min(f.job_id) else 0 end as id from former f
      group by f.account_id, f.client_id
    ) t;
  end if;
  perform portal.tell('jobs', accounts, clients, ids);
  return null;
end
$$;

-- A file belongs to a job, which says whose it is. Where whoever changes the file does not see the job, the whole account is told.
create function portal.tell_job_files() returns trigger language plpgsql as $$
declare
  jobs bigint[];
  owners bigint[];
  accounts bigint[];
  clients bigint[];
  ids bigint[];
begin
  if tg_op = 'UPDATE' then
    select array_agg(r.account_id), array_agg(r.job_id) into owners, jobs from (
      select distinct (b.seen ->> 'account_id')::bigint as account_id, (b.seen ->> 'job_id')::bigint as job_id
      from (select to_jsonb(f) as seen from former f union all select to_jsonb(p) from present p) b
      group by b.seen having count(*) = 1
    ) r;
  elsif tg_op = 'INSERT' then
    select array_agg(r.account_id), array_agg(r.job_id) into owners, jobs from (select distinct p.account_id, p.job_id from present p) r;
  else
    select array_agg(r.account_id), array_agg(r.job_id) into owners, jobs from (select distinct f.account_id, f.job_id from former f) r;
  end if;
  if exists (
    select from unnest(owners, jobs) as t (account_id, job_id)
    where not exists (select from portal.job j where j.account_id = t.account_id and j.job_id = t.job_id)
  ) then
    select array_agg(distinct t), array_agg(0), array_agg(0) into accounts, clients, ids from unnest(owners) as t;
    perform portal.tell('account', accounts, clients, ids);
    return null;
  end if;
  select array_agg(t.account_id), array_agg(t.client_id), array_agg(t.id) into accounts, clients, ids from (
    select j.account_id, j.client_id, case when min(j.job_id) = max(j.job_id) then min(j.job_id) else 0 end as id
    from unnest(owners, jobs) as o (account_id, job_id)
    join portal.job j on j.account_id = o.account_id and j.job_id = o.job_id
    group by j.account_id, j.client_id
  ) t;
  perform portal.tell('jobs', accounts, clients, ids);
  return null;
end
$$;

-- A person stands for clients through memberships. Whoever may no longer be let in at all is told for the account: whoever does that may not see all of them.
create function portal.tell_members() returns trigger language plpgsql as $$
declare
  people bigint[];
  owners bigint[];
  states text[];
  accounts bigint[];
  clients bigint[];
  ids bigint[];
begin
  if tg_op = 'UPDATE' then
    select array_agg(r.account_id), array_agg(r.member_id), array_agg(r.state) into owners, people, states from (
      select (b.seen ->> 'account_id')::bigint as account_id, (b.seen ->> 'member_id')::bigint as member_id,
        case when array_agg(b.seen ->> 'state') @> '{active}' and count(distinct b.seen ->> 'state') > 1 then 'left' else 'stays' end as state
      from (
        select d.seen
        from (
          select to_jsonb(f) - '{last_sign_in_at,password_hash,pending_email}'::text[] as seen from former f
          union all
          select to_jsonb(p) - '{last_sign_in_at,password_hash,pending_email}'::text[] from present p
        ) d
        group by d.seen having count(*) = 1
      ) b
      group by 1, 2
    ) r;
  else
    select array_agg(f.account_id), array_agg(f.member_id), array_agg('left'::text) into owners, people, states from former f;
  end if;
  select array_agg(distinct t.account_id), array_agg(0), array_agg(0) into accounts, clients, ids
  from unnest(owners, states) as t (account_id, state) where t.state = 'left';
  perform portal.tell('account', accounts, clients, ids);
  select array_agg(ms.account_id), array_agg(ms.client_id), array_agg(ms.membership_id) into accounts, clients, ids
  from unnest(owners, people, states) as t (account_id, member_id, state)
  join portal.membership ms on ms.account_id = t.account_id and ms.member_id = t.member_id and ms.state = 'active'
  where t.state = 'stays';
  perform portal.tell('membership', accounts, clients, ids);
  return null;
end
$$;

create function portal.tell_everything() returns trigger language plpgsql as $$
begin
  perform pg_notify('portal_changes', 'everything');
  return null;
end
$$;

-- What is only added needs no notice where nobody sees it before something else names it.
do $$
declare
  item record;
begin
  for item in select * from (values
    ('account', 'update delete', $f$portal.tell_rows('account', '', '{}')$f$),
    ('portal', 'insert update delete', $f$portal.tell_rows('settings', '', '{}')$f$),
    ('portal_visible_template', 'insert update delete', $f$portal.tell_rows('settings', '', '{}')$f$),
    ('portal_visible_field', 'insert update delete', $f$portal.tell_rows('settings', '', '{}')$f$),
    ('job_template', 'update delete', $f$portal.tell_rows('settings', '', '{external_id,version}')$f$),
    ('job_field', 'update delete', $f$portal.tell_rows('settings', '', '{external_id,version}')$f$),
    ('job_template_field', 'insert update delete', $f$portal.tell_rows('settings', '', '{}')$f$),
    ('resolution', 'update delete', $f$portal.tell_rows('settings', '', '{}')$f$),
    ('worker', 'update delete', $f$portal.tell_rows('settings', '', '{phone,email,external_id,version}')$f$),
    ('team', 'update delete', $f$portal.tell_rows('settings', '', '{external_id,version}')$f$),
    ('client', 'update delete', $f$portal.tell_rows('client', '', '{external_id,version,imported}')$f$),
    ('site', 'insert update delete', $f$portal.tell_rows('sites', 'site_id', '{external_id,version,imported}')$f$),
    ('document', 'insert update delete', $f$portal.tell_rows('documents', 'document_id', '{external_id,version}')$f$),
    ('document_hidden_from', 'insert update delete', $f$portal.tell_rows('documents', 'document_id', '{}')$f$),
    ('job', 'insert update delete', $f$portal.tell_jobs()$f$),
    ('job_file', 'insert update delete', $f$portal.tell_job_files()$f$),
    ('membership', 'update delete', $f$portal.tell_rows('membership', 'membership_id', '{last_used_at,contact_id,invited_at}')$f$),
    ('session', 'update delete', $f$portal.tell_rows('membership', 'membership_id', '{last_used_at,former_token_hash,user_agent}')$f$),
    ('member', 'update delete', $f$portal.tell_members()$f$)
  ) as t (name, changes, teller) loop
    if item.changes like '%insert%' then
      execute format('create trigger change_added after insert on portal.%I referencing new table as present for each statement execute function %s',
        item.name, item.teller);
    end if;
    execute format('create trigger change_made after update on portal.%I referencing old table as former new table as present for each statement execute function %s',
      item.name, item.teller);
    execute format('create trigger change_taken after delete on portal.%I referencing old table as former for each statement execute function %s',
      item.name, item.teller);
    execute format('create trigger change_of_all after truncate on portal.%I for each statement execute function portal.tell_everything()', item.name);
  end loop;
end
$$;
