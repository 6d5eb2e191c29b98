-- role: portal_maintenance
-- A third demo account with as many jobs as wanted, for measuring: a hundred to a client. Whoever calls these commits each batch.

-- name: add_metropolis
-- columns: account_id bigint
insert into portal.account (slug, name, time_zone) values ('metropolis', 'Metropolis Maintenance', 'Europe/Madrid') returning account_id;

-- name: add_metropolis_portal
-- parameters: account_id bigint, origin text
with host as (
  insert into portal.account_host (account_id, host, origin, is_primary) values (:account_id, 'metropolis.localhost', :origin, true)
), front as (
  insert into portal.portal (account_id, name, accent_colour, contact_phone, contact_email, languages, default_language)
  values (:account_id, 'Metropolis', '#7a3e9d', '555-0300', 'office@metropolis.example.com', '{en,es}', 'en')
  returning account_id
), made as (
  insert into portal.job_template (account_id, name)
  select :account_id, name from unnest(array['Boiler service', 'Lift inspection', 'Fire alarm test', 'Internal audit CANARY-metropolis']) as name
  returning job_template_id, name
), shown as (
  insert into portal.portal_visible_template (account_id, job_template_id)
  select front.account_id, made.job_template_id from front, made where made.name not like '%CANARY%'
)
insert into portal.worker (account_id, name) select :account_id, 'Engineer ' || n from generate_series(1, 40) as n;

-- name: show_metropolis_fields
-- parameters: account_id bigint
insert into portal.portal_visible_field (account_id, job_field_id)
select account_id, job_field_id from portal.job_field where account_id = :account_id and field_group = 'main' and key in ('description', 'duration', 'resolution');

-- name: add_many_clients
-- parameters: account_id bigint, first_number bigint, last_number bigint
with made as (
  insert into portal.client (account_id, kind, organisation_name, external_id)
  select :account_id, 'organisation', 'Housing association ' || n, 'M-' || n from generate_series(:first_number, :last_number) as n
  returning account_id, client_id, organisation_name
)
insert into portal.site (account_id, client_id, name, address)
select account_id, client_id, (array['North court', 'South court'])[turn], client_id % 200 + turn || ' Calle Mayor, Madrid'
from made cross join generate_series(1, 2) as turn;

-- One person for each client, who may sign in but has no password yet, and one who was invited.
-- name: add_many_members
-- parameters: account_id bigint, first_number bigint, last_number bigint
with clients as (
  select client_id, substr(external_id, 3)::bigint as number from portal.client
  where account_id = :account_id and external_id in (select 'M-' || n from generate_series(:first_number, :last_number) as n)
), made as (
  insert into portal.member (account_id, email, first_name, surname, state)
  select :account_id, 'keeper' || number || '@metropolis.example.com', 'Keeper', number::text, 'active' from clients
  returning member_id, surname
)
insert into portal.membership (account_id, member_id, client_id, state, activated_at)
select :account_id, made.member_id, clients.client_id, 'active', now() - interval '30 days' from made join clients on clients.number::text = made.surname;

-- name: invite_to_metropolis
-- parameters: account_id bigint
with made as (
  insert into portal.member (account_id, email, first_name) values (:account_id, 'new.keeper@metropolis.example.com', 'New') returning member_id
)
insert into portal.membership (account_id, member_id, client_id)
select :account_id, made.member_id, c.client_id from made cross join lateral (
  select client_id from portal.client where account_id = :account_id order by client_id limit 1
) c;

-- Batches go over all clients in turn, so that a client's jobs lie far apart, as they do where they came over years.
-- name: add_many_jobs
-- parameters: account_id bigint, first_number bigint, last_number bigint, client_count bigint
with templates as (
  select array_agg(job_template_id order by job_template_id) as ids from portal.job_template where account_id = :account_id
), workers as (
  select array_agg(worker_id order by worker_id) as ids from portal.worker where account_id = :account_id
), clients as (
  select c.client_id, substr(c.external_id, 3)::bigint as number, min(s.site_id) as site_id
  from portal.client c join portal.site s on s.account_id = c.account_id and s.client_id = c.client_id
  where c.account_id = :account_id
  group by c.client_id, c.external_id
)
insert into portal.job (account_id, number, reference, client_id, site_id, status, scheduled_at, duration_minutes, address, job_template_id, worker_id,
  description, finished_at)
select :account_id, n, case when n % 3 = 0 then 'PO-' || n end, c.client_id, c.site_id, given.status,
  case when given.status <> 'unscheduled' then given.starts end, 30 + n % 6 * 15, n % 200 + 1 || ' Calle Mayor, Madrid',
  templates.ids[1 + (n + place.turn) % cardinality(templates.ids)], case when n % 7 <> 0 then workers.ids[1 + (n + place.turn) % cardinality(workers.ids)] end,
  'Visit ' || n || ': the usual checks, and a look at what was reported.', case when given.status = 'finished' then given.starts + interval '1 hour' end
from generate_series(:first_number, :last_number) as n
join clients c on c.number = 1 + (n - 1) % :client_count
cross join templates cross join workers
cross join lateral (
  select 1 + (n - 1) / :client_count as turn
) as place
cross join lateral (
  select case when place.turn % 10 < 6 then 'finished' when place.turn % 10 < 8 then 'scheduled' when place.turn % 10 = 8 then 'unscheduled'
      else (array['en_route', 'started', 'paused', 'cancelled'])[1 + place.turn / 10 % 4] end as status,
    date_trunc('hour', now()) + make_interval(days => (case when place.turn % 10 in (6, 7) then 1 else -1 end * place.turn)::integer, mins => (n % 16 * 30)::integer)
      as starts
) as given;
