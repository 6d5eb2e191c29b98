-- Work requests, in every state. Some members may ask for work, and see what others of their client asked for.

update portal.membership ms set permissions = ms.permissions || '{create_work_requests}'
from portal.member m, portal.client c
where m.account_id = ms.account_id and m.member_id = ms.member_id and c.account_id = ms.account_id and c.client_id = ms.client_id
  and (m.email, c.name) in (('alex.morgan@acme.example.com', 'Acme Facilities Ltd'), ('sam.reyes@acme.example.com', 'Acme Facilities Ltd'),
    ('lucia.fernandez@ribera.example.com', 'Talleres Ribera S.L.'), ('diego.campos@olmos.example.com', 'Colegio Los Olmos'));

-- `wished_in` is in days from today, `place` the site by its place in the alphabet.
create function pg_temp.add_request(account bigint, client text, address text, age_hours integer, wanted_state text, title text, said text default null,
  answer text default null, wished_in integer default null, clock text default null, place integer default null)
returns void language sql as $$
  insert into portal.work_request (account_id, client_id, membership_id, asked_by, site_id, subject, notes, preferred_date, preferred_time, state, reply, job_id,
    created_at, changed_at)
  select s.account_id, s.client_id, s.membership_id, btrim(m.first_name || ' ' || m.surname),
    (select t.site_id from portal.site t where t.account_id = account and t.client_id = s.client_id order by t.name offset place limit 1 * (place is not null)::integer),
    title, said, (now() at time zone a.time_zone)::date + wished_in, clock::time, wanted_state, answer,
    case when wanted_state = 'scheduled' then (
      select min(j.job_id) from portal.job j
      where j.account_id = account and j.client_id = s.client_id and j.status = 'scheduled' and j.deleted_at is null
        and j.job_template_id in (select v.job_template_id from portal.portal_visible_template v where v.account_id = account)
    ) end,
    date_trunc('minute', now()) - make_interval(hours => age_hours), date_trunc('minute', now()) - make_interval(hours => age_hours / 2)
  from portal.membership s
  join portal.account a on a.account_id = s.account_id
  join portal.member m on m.account_id = s.account_id and m.member_id = s.member_id
  where s.account_id = account and s.client_id = pg_temp.client_of(account, client) and m.email = address
$$;

do $$
declare
  brightwater bigint := pg_temp.account_of('brightwater');
  northside bigint := pg_temp.account_of('northside');
  acme text := 'Acme Facilities Ltd';
  alex text := 'alex.morgan@acme.example.com';
  sam text := 'sam.reyes@acme.example.com';
  ribera text := 'Talleres Ribera S.L.';
  lucia text := 'lucia.fernandez@ribera.example.com';
begin
  perform pg_temp.add_request(brightwater, acme, alex, 700, 'completed', 'Two radiators stay cold', 'Third floor, both in the meeting room.', 'Bled and balanced. Please tell us if it comes back.');
  perform pg_temp.add_request(brightwater, acme, sam, 500, 'declined', 'New sockets in the kitchen', null, 'We are fully booked until spring; Hargreaves Electrical may be able to help.');
  perform pg_temp.add_request(brightwater, acme, alex, 320, 'cancelled', 'Dripping tap in the staff room');
  perform pg_temp.add_request(brightwater, acme, sam, 90, 'scheduled', 'Yearly check of the emergency lighting', 'As last year, if possible before opening hours.', 'We come with two people and need about three hours.', 6, '07:30', 0);
  perform pg_temp.add_request(brightwater, acme, sam, 30, 'acknowledged', 'Smell of gas at the meter, now and then', e'Only in the mornings.\nThe caretaker has turned the valve off.', 'Somebody calls you today.', 1, null, 1);
  perform pg_temp.add_request(brightwater, acme, alex, 5, 'submitted', 'Boiler in the plant room loses pressure', e'It is at 0.6 bar every Monday.\nThe key is at the reception.', null, 4, '09:30', 0);
  perform pg_temp.add_request(northside, ribera, lucia, 400, 'completed', 'Revisión de la caldera', null, 'Hecho. La próxima toca en un año.');
  perform pg_temp.add_request(northside, ribera, lucia, 50, 'scheduled', 'Fuga en el vestuario', 'Gotea debajo del lavabo.', 'Pasamos por la mañana.', 3, '10:00', 0);
  perform pg_temp.add_request(northside, ribera, lucia, 4, 'submitted', 'Cambiar dos enchufes en el taller', 'Al lado del torno.', null, 8, null, 0);
  perform pg_temp.add_request(northside, 'Colegio Los Olmos', 'diego.campos@olmos.example.com', 20, 'acknowledged', 'Puerta del gimnasio', 'No cierra bien.', 'Lo miramos esta semana.');
  -- Of a member who may not ask for work any more.
  perform pg_temp.add_request(brightwater, 'Harbour Hotels Group', 'priya.nair@harbour.example.com', 60, 'submitted', 'CANARY-request-other-client', 'CANARY-request-notes', 'CANARY-request-reply');
end
$$;
