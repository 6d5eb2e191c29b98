-- Northside Eventos, in Madrid time and Spanish: another account, smaller, in which descriptions and durations are not visible.

insert into portal.account (slug, name, time_zone) values ('northside', 'Northside Mantenimiento', 'Europe/Madrid');
insert into portal.account_host (account_id, host, origin, is_primary)
values (pg_temp.account_of('northside'), 'northside.localhost', 'https://northside.localhost', true);
insert into portal.portal (account_id, name, accent_colour, contact_phone, contact_email, imprint_url, languages, default_language)
values (pg_temp.account_of('northside'), 'Northside', '#8a3ffc', '555-0180', 'hola@northside.example.com', 'https://northside.example.com/aviso-legal', '{es,en}', 'es');

insert into portal.client (account_id, kind, organisation_name)
select pg_temp.account_of('northside'), 'organisation', name from unnest(array['Talleres Ribera S.L.', 'Colegio Los Olmos', 'Bodegas Quintana']) as name;

insert into portal.site (account_id, client_id, name, address)
select pg_temp.account_of('northside'), pg_temp.client_of(pg_temp.account_of('northside'), client), name, address
from (values ('Talleres Ribera S.L.', 'Nave principal', 'Calle del Puerto 14, 48001 Bilbao'), ('Talleres Ribera S.L.', 'Almacén', 'Polígono Norte 3, 48903 Barakaldo'),
  ('Colegio Los Olmos', 'Edificio central', 'Avenida de los Olmos 2, 28010 Madrid'),
  ('Bodegas Quintana', 'CANARY-site-northside', 'CANARY-address-northside')) as given (client, name, address);

insert into portal.worker (account_id, name, phone)
select pg_temp.account_of('northside'), name, 'CANARY-worker-phone-es-' || n from unnest(array['Nuria P.', 'Iker S.']) with ordinality as given (name, n);
insert into portal.team (account_id, name) values (pg_temp.account_of('northside'), 'Equipo de climatización');

insert into portal.job_template (account_id, name)
select pg_temp.account_of('northside'), name from unnest(array['Revisión de calefacción', 'Avería', 'Uso interno CANARY-template-interno']) as name;
insert into portal.portal_visible_template (account_id, job_template_id)
select account_id, job_template_id from portal.job_template where account_id = pg_temp.account_of('northside') and name not like '%CANARY%';

insert into portal.resolution (account_id, name, is_successful)
values (pg_temp.account_of('northside'), 'Terminado', true), (pg_temp.account_of('northside'), 'Sin acceso', false);
insert into portal.job_template_resolution (account_id, job_template_id, resolution_id)
select t.account_id, t.job_template_id, r.resolution_id
from portal.job_template t join portal.resolution r on r.account_id = t.account_id where t.account_id = pg_temp.account_of('northside');

do $$
declare
  account bigint := pg_temp.account_of('northside');
  every bigint[] := (select array_agg(job_template_id) from portal.job_template where account_id = account);
begin
  perform pg_temp.show_main_fields(account, 'contact');
  perform pg_temp.add_field(account, 'custom', 'acceso', 'Acceso', 'text', true, every);
  perform pg_temp.add_field(account, 'custom', 'presupuesto', 'Presupuesto aprobado', 'money', true, every);
  perform pg_temp.add_field(account, 'custom', 'prioridad', 'Prioridad', 'pick_list', true, every,
    '[{"id": "normal", "label": "Normal"}, {"id": "alta", "label": "Alta"}]');
  perform pg_temp.add_field(account, 'custom', 'codigo_alarma', 'Código de alarma', 'text', false, every);
  perform pg_temp.add_field(account, 'report', 'findings', 'Trabajo realizado', 'text', true, every);
  perform pg_temp.add_field(account, 'report', 'fotos', 'Fotos', 'photo', true, every);
  perform pg_temp.add_field(account, 'report', 'firma', 'Firma', 'signature', true, every);
  perform pg_temp.add_field(account, 'report', 'coste_interno', 'Coste interno', 'text', false, every);
  perform pg_temp.keep_texts(account, 'address', 'Calle Mayor 8, 48005 Bilbao', 'Plaza Nueva 1, 28001 Madrid');
  perform pg_temp.keep_texts(account, 'contact', 'Conserjería, 555-0191', 'Recepción, 555-0192');
  perform pg_temp.keep_texts(account, 'acceso', 'Entrada por el patio trasero.', 'Preguntar en conserjería.');
  perform pg_temp.keep_texts(account, 'findings', 'Limpieza del quemador y ajuste de la presión.', 'Sustituida la válvula de seguridad. Sin fugas.');
end
$$;

select pg_temp.add_member(account, ribera, 'lucia.fernandez@ribera.example.com', 'Lucía', 'Fernández', 'active'),
  pg_temp.add_member(account, olmos, 'diego.campos@olmos.example.com', 'Diego', 'Campos', 'active'),
  pg_temp.add_member(account, ribera, 'diego.campos@olmos.example.com', 'Diego', 'Campos', 'active', '{view_job_status}'),
  -- The same address as in the other account: another member, with another password.
  pg_temp.add_member(account, olmos, 'sam.reyes@acme.example.com', 'Sam', 'Reyes', 'active', '{view_documents}'),
  pg_temp.add_member(account, ribera, 'carmen.ortiz@ribera.example.com', 'Carmen', 'Ortiz', 'invited')
from (
  select a.account_id as account, pg_temp.client_of(a.account_id, 'Talleres Ribera S.L.') as ribera,
    pg_temp.client_of(a.account_id, 'Colegio Los Olmos') as olmos
  from portal.account a where a.slug = 'northside'
) as ids;
-- Invited by SMS: no address is known.
insert into portal.member (account_id, first_name, surname, phone) values (pg_temp.account_of('northside'), 'Pablo', 'Vidal', '555-0195');
insert into portal.membership (account_id, member_id, client_id)
select account_id, member_id, pg_temp.client_of(account_id, 'Colegio Los Olmos') from portal.member where phone = '555-0195'
  and account_id = pg_temp.account_of('northside');

do $$
declare
  account bigint := pg_temp.account_of('northside');
  ribera bigint := pg_temp.client_of(account, 'Talleres Ribera S.L.');
  olmos bigint := pg_temp.client_of(account, 'Colegio Los Olmos');
  quintana bigint := pg_temp.client_of(account, 'Bodegas Quintana');
  visible bigint[] := pg_temp.templates_of(account, 'Revisión de calefacción', 'Avería');
  hidden bigint[] := (select array_agg(job_template_id) from portal.job_template where account_id = account and job_template_id <> all (visible));
begin
  perform pg_temp.add_jobs(account, ribera, visible, 'finished', 12, -80, 6);
  perform pg_temp.add_jobs(account, ribera, visible, 'started', 1, 0, 0);
  perform pg_temp.add_jobs(account, ribera, visible, 'paused', 1, 0, 0);
  perform pg_temp.add_jobs(account, ribera, visible, 'scheduled', 9, 1, 2);
  perform pg_temp.add_jobs(account, ribera, visible, 'unscheduled', 2, 0, 0);
  perform pg_temp.add_jobs(account, ribera, visible, 'cancelled', 2, -10, 4);
  perform pg_temp.add_jobs(account, olmos, visible, 'finished', 5, -40, 6);
  perform pg_temp.add_jobs(account, olmos, visible, 'scheduled', 4, 1, 3);
  perform pg_temp.add_jobs(account, quintana, visible, 'scheduled', 2, 1, 3, 'CANARY-other-client-es');
  perform pg_temp.add_jobs(account, ribera, hidden, 'finished', 2, -12, 3, 'CANARY-hidden-template-es');
  perform pg_temp.add_jobs(account, ribera, visible, 'scheduled', 2, 4, 3, 'CANARY-deleted-es');
  update portal.job set deleted_at = now() where account_id = account and reference like 'CANARY-deleted%';
end
$$;
