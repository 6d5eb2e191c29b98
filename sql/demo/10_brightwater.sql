-- Brightwater Services, in London time and English: most of what the pages can show.

insert into portal.account (slug, name, time_zone) values ('brightwater', 'Brightwater Services', 'Europe/London');
insert into portal.account_host (account_id, host, origin, is_primary)
values (pg_temp.account_of('brightwater'), 'brightwater.localhost', 'https://brightwater.localhost', true);
insert into portal.portal (account_id, name, accent_colour, contact_phone, contact_email, contact_website, privacy_url, terms_url, languages, default_language, shows_position)
values (pg_temp.account_of('brightwater'), 'Brightwater', '#0b6e8f', '555-0100', 'office@brightwater.example.com', 'https://brightwater.example.com',
  'https://brightwater.example.com/privacy', 'https://brightwater.example.com/terms', '{en,es}', 'en', true);

insert into portal.client (account_id, kind, organisation_name, external_id)
select pg_temp.account_of('brightwater'), 'organisation', name, external_id
from (values ('Acme Facilities Ltd', 'C-100'), ('Harbour Hotels Group', 'C-200'), ('Mill Lane Dental Practice', 'C-300')) as given (name, external_id);
insert into portal.client (account_id, kind, first_name, surname, external_id)
values (pg_temp.account_of('brightwater'), 'person', 'Ruth', 'Okafor', 'C-400');

insert into portal.site (account_id, client_id, name, address)
select pg_temp.account_of('brightwater'), pg_temp.client_of(pg_temp.account_of('brightwater'), 'Acme Facilities Ltd'), name, address
from (values ('Head office', '12 Mill Lane, Leeds LS1 4AB'), ('Distribution centre', 'Unit 7, Canal Road, Leeds LS12 2PL'),
  ('Training centre', '3 Chapel Walk, Bradford BD1 5QN'), ('Records store', '88 Foundry Street, Wakefield WF1 2TE')) as given (name, address);
-- One client with forty sites.
insert into portal.site (account_id, client_id, name, address)
select pg_temp.account_of('brightwater'), pg_temp.client_of(pg_temp.account_of('brightwater'), 'Harbour Hotels Group'),
  'Harbour ' || (array['Bay', 'Quay', 'View', 'House', 'Lodge', 'Gate', 'Court', 'Inn'])[1 + n % 8] || ' ' || (array['North', 'South', 'East', 'West', 'Central'])[1 + n / 8],
  10 + n * 3 || ' Promenade, ' || (array['Whitby', 'Scarborough', 'Filey', 'Bridlington', 'Hornsea'])[1 + n / 8]
from generate_series(0, 39) as n;
insert into portal.site (account_id, client_id, name, address)
values (pg_temp.account_of('brightwater'), pg_temp.client_of(pg_temp.account_of('brightwater'), 'Mill Lane Dental Practice'),
  'CANARY-site-other-client', 'CANARY-address-other-client');

insert into portal.contact (account_id, client_id, name, kind, value)
select pg_temp.account_of('brightwater'), pg_temp.client_of(pg_temp.account_of('brightwater'), client), name, kind, value
from (values
  ('Acme Facilities Ltd', 'Alex Morgan', 'email', 'alex.morgan@acme.example.com'), ('Acme Facilities Ltd', 'Reception', 'phone', '555-0110'),
  ('Acme Facilities Ltd', 'Jo Lindqvist', 'email', 'jo.lindqvist@acme.example.com'), ('Harbour Hotels Group', 'Priya Nair', 'email', 'priya.nair@harbour.example.com'),
  ('Ruth Okafor', 'Ruth Okafor', 'email', 'ruth.okafor@example.com'), ('Mill Lane Dental Practice', 'Front desk', 'phone', '555-0133')
) as given (client, name, kind, value);

insert into portal.worker (account_id, name, phone, email)
select pg_temp.account_of('brightwater'), name, 'CANARY-worker-phone-' || n, 'CANARY-worker-' || n || '@brightwater.example.com'
from unnest(array['Dana R.', 'Marcus T.', 'Ines B.', 'Tom W.']) with ordinality as given (name, n);
insert into portal.team (account_id, name) values (pg_temp.account_of('brightwater'), 'Heating team north');
insert into portal.team_worker (account_id, team_id, worker_id)
select w.account_id, t.team_id, w.worker_id from portal.worker w join portal.team t on t.account_id = w.account_id
where w.account_id = pg_temp.account_of('brightwater') and w.name in ('Dana R.', 'Tom W.');

insert into portal.job_template (account_id, name)
select pg_temp.account_of('brightwater'), name
from unnest(array['Boiler service', 'Electrical inspection', 'Leak repair', 'Internal audit CANARY-template-audit', 'Quality revisit CANARY-template-revisit']) as name;
insert into portal.portal_visible_template (account_id, job_template_id)
select account_id, job_template_id from portal.job_template where account_id = pg_temp.account_of('brightwater') and name not like '%CANARY%';

insert into portal.resolution (account_id, name, is_successful)
values (pg_temp.account_of('brightwater'), 'Done', true), (pg_temp.account_of('brightwater'), 'Nobody at home', false),
  (pg_temp.account_of('brightwater'), 'Parts needed', false);
insert into portal.job_template_resolution (account_id, job_template_id, resolution_id)
select t.account_id, t.job_template_id, r.resolution_id
from portal.job_template t join portal.resolution r on r.account_id = t.account_id where t.account_id = pg_temp.account_of('brightwater');

do $$
declare
  account bigint := pg_temp.account_of('brightwater');
  boiler bigint[] := pg_temp.templates_of(account, 'Boiler service');
  every bigint[] := (select array_agg(job_template_id) from portal.job_template where account_id = account);
begin
  perform pg_temp.show_main_fields(account, 'description', 'contact', 'duration', 'resolution');
  perform pg_temp.add_field(account, 'custom', 'order_notes', 'Notes for the visit', 'text', true, every);
  perform pg_temp.add_field(account, 'custom', 'keys_at_reception', 'Keys at reception', 'yes_no', true, every);
  perform pg_temp.add_field(account, 'custom', 'radiators', 'Radiators', 'integer', true, boiler);
  perform pg_temp.add_field(account, 'custom', 'floor_area', 'Floor area (100 m²)', 'number', true, boiler);
  perform pg_temp.add_field(account, 'custom', 'approved_budget', 'Approved up to', 'money', true, every);
  perform pg_temp.add_field(account, 'custom', 'urgency', 'Urgency', 'pick_list', true, every,
    '[{"id": "routine", "label": "Routine"}, {"id": "soon", "label": "This week"}, {"id": "urgent", "label": "Urgent"}]');
  perform pg_temp.add_field(account, 'custom', 'warranty_until', 'Warranty until', 'date', true, boiler);
  perform pg_temp.add_field(account, 'custom', 'call_before', 'Call before', 'time', true, every);
  perform pg_temp.add_field(account, 'custom', 'reported_at', 'Reported', 'datetime', true, every);
  perform pg_temp.add_field(account, 'custom', 'appliance_manual', 'Manual of the appliance', 'link', true, boiler);
  perform pg_temp.add_field(account, 'custom', 'photos_before', 'Photos before', 'photo', true, every);
  perform pg_temp.add_field(account, 'custom', 'work_order', 'Work order', 'file', true, every);
  perform pg_temp.add_field(account, 'custom', 'order_signature', 'Signature of the order', 'signature', true, boiler);
  perform pg_temp.add_field(account, 'custom', 'alarm_code', 'Alarm code', 'text', false, every);
  perform pg_temp.add_field(account, 'custom', 'credit_rating', 'Credit rating', 'pick_list', false, every,
    '[{"id": "CANARY-option-a", "label": "CANARY-option-label-a"}, {"id": "CANARY-option-b", "label": "CANARY-option-label-b"}]');
  perform pg_temp.add_field(account, 'custom', 'crm_page', 'Page in the CRM', 'link', false, every);
  perform pg_temp.add_field(account, 'custom', 'dispatcher_photo', 'Photo for the dispatcher', 'photo', false, boiler);

  perform pg_temp.add_field(account, 'report', 'findings', 'What we found', 'text', true, every);
  perform pg_temp.add_field(account, 'report', 'parts_replaced', 'Parts replaced', 'yes_no', true, every);
  perform pg_temp.add_field(account, 'report', 'appliances_checked', 'Appliances checked', 'integer', true, every);
  perform pg_temp.add_field(account, 'report', 'pressure', 'Pressure (bar)', 'number', true, boiler);
  perform pg_temp.add_field(account, 'report', 'extra_charge', 'Extra charge', 'money', true, every);
  perform pg_temp.add_field(account, 'report', 'condition', 'Condition', 'pick_list', true, every,
    '[{"id": "good", "label": "Good"}, {"id": "fair", "label": "Fair"}, {"id": "poor", "label": "Poor"}]');
  perform pg_temp.add_field(account, 'report', 'next_service', 'Next service due', 'date', true, boiler);
  perform pg_temp.add_field(account, 'report', 'left_at', 'Left at', 'time', true, every);
  perform pg_temp.add_field(account, 'report', 'tested_at', 'Tested', 'datetime', true, boiler);
  perform pg_temp.add_field(account, 'report', 'certificate_page', 'Certificate online', 'link', true, boiler);
  perform pg_temp.add_field(account, 'report', 'photos_after', 'Photos after', 'photo', true, every);
  perform pg_temp.add_field(account, 'report', 'certificate', 'Certificate', 'file', true, boiler);
  perform pg_temp.add_field(account, 'report', 'customer_signature', 'Your signature', 'signature', true, every);
  perform pg_temp.add_field(account, 'report', 'internal_remarks', 'Internal remarks', 'text', false, every);
  perform pg_temp.add_field(account, 'report', 'margin_sheet', 'Margin sheet', 'file', false, every);
  perform pg_temp.add_field(account, 'report', 'supplier_page', 'Supplier', 'link', false, boiler);

  perform pg_temp.keep_texts(account, 'description', 'Annual service of the gas boiler in the plant room. Please check the expansion vessel as well.',
    'Five-year inspection of the distribution boards on all floors.', 'Water stain on the ceiling below the kitchen, getting larger.',
    'The boiler locks out about once a day. It restarts by hand.', 'Socket circuit in the meeting room trips when the projector is switched on.',
    'Tap in the staff kitchen drips; isolate and replace the cartridge.', 'Service before the heating season, four appliances.');
  perform pg_temp.keep_texts(account, 'address', '5 Orchard Close, Otley LS21 3BD', '41 Kirkgate, Leeds LS2 7DJ', '17 Weaver Row, Halifax HX1 1NP');
  perform pg_temp.keep_texts(account, 'contact', 'Ann Lee, 555-0142', 'Caretaker, 555-0157', 'Reception, 555-0110');
  perform pg_temp.keep_texts(account, 'order_notes', 'Park in the yard, bays 4 to 6.', 'Please sign in at reception.', 'The plant room is in the basement.');
  perform pg_temp.keep_texts(account, 'findings', 'Burner cleaned, flue gas within limits. Pressure topped up to 1.4 bar.',
    'Two loose terminals tightened, one breaker replaced. No further defects.', 'Compression joint behind the sink renewed. Dry after 30 minutes.',
    'Electrode worn; replaced under warranty.');
end
$$;

select pg_temp.add_member(account, acme, 'alex.morgan@acme.example.com', 'Alex', 'Morgan', 'active'),
  pg_temp.add_member(account, acme, 'sam.reyes@acme.example.com', 'Sam', 'Reyes', 'active'),
  pg_temp.add_member(account, harbour, 'sam.reyes@acme.example.com', 'Sam', 'Reyes', 'active'),
  pg_temp.add_member(account, harbour, 'priya.nair@harbour.example.com', 'Priya', 'Nair', 'active', '{view_documents}'),
  pg_temp.add_member(account, ruth, 'ruth.okafor@example.com', 'Ruth', 'Okafor', 'active', '{view_completed_jobs}'),
  pg_temp.add_member(account, acme, 'lee.stone@acme.example.com', 'Lee', 'Stone', 'ended'),
  pg_temp.add_member(account, acme, 'jo.lindqvist@acme.example.com', 'Jo', 'Lindqvist', 'invited')
from (
  select a.account_id as account, pg_temp.client_of(a.account_id, 'Acme Facilities Ltd') as acme,
    pg_temp.client_of(a.account_id, 'Harbour Hotels Group') as harbour, pg_temp.client_of(a.account_id, 'Ruth Okafor') as ruth
  from portal.account a where a.slug = 'brightwater'
) as ids;

do $$
declare
  account bigint := pg_temp.account_of('brightwater');
  acme bigint := pg_temp.client_of(account, 'Acme Facilities Ltd');
  harbour bigint := pg_temp.client_of(account, 'Harbour Hotels Group');
  dental bigint := pg_temp.client_of(account, 'Mill Lane Dental Practice');
  ruth bigint := pg_temp.client_of(account, 'Ruth Okafor');
  visible bigint[] := pg_temp.templates_of(account, 'Boiler service', 'Electrical inspection', 'Leak repair');
  hidden bigint[] := (select array_agg(job_template_id) from portal.job_template where account_id = account and job_template_id <> all (visible));
begin
  perform pg_temp.add_jobs(account, acme, visible, 'finished', 40, -160, 4);
  perform pg_temp.add_jobs(account, acme, visible, 'cancelled', 5, -30, 9);
  perform pg_temp.add_jobs(account, acme, visible, 'started', 2, 0, 0);
  perform pg_temp.add_jobs(account, acme, visible, 'en_route', 1, 0, 0);
  -- Seen for ten minutes; whoever tries it longer feeds the next one (docs/import.md).
  insert into portal.worker_position (account_id, worker_id, latitude, longitude, accuracy_metres, recorded_at)
  select account, j.worker_id, j.latitude - 0.021, j.longitude + 0.032, 12, now()
  from portal.job j where j.account_id = account and j.status = 'en_route';
  -- On the way to nobody.
  insert into portal.worker_position (account_id, worker_id, latitude, longitude, recorded_at)
  select account, w.worker_id, 53.8, -1.55, now() from portal.worker w
  where w.account_id = account and w.worker_id not in (select p.worker_id from portal.worker_position p where p.account_id = account)
  order by w.worker_id limit 1;
  perform pg_temp.add_jobs(account, acme, visible, 'paused', 1, 0, 0);
  perform pg_temp.add_jobs(account, acme, visible, 'scheduled', 24, 1, 1);
  perform pg_temp.add_jobs(account, acme, visible, 'unscheduled', 4, 0, 0);
  perform pg_temp.add_jobs(account, harbour, visible, 'finished', 12, -90, 7);
  perform pg_temp.add_jobs(account, harbour, visible, 'started', 1, 0, 0);
  perform pg_temp.add_jobs(account, harbour, visible, 'scheduled', 15, 1, 2);
  perform pg_temp.add_jobs(account, harbour, visible, 'cancelled', 1, -3, 1);
  perform pg_temp.add_jobs(account, ruth, visible, 'finished', 3, -60, 20);
  perform pg_temp.add_jobs(account, ruth, visible, 'scheduled', 2, 5, 30);

  perform pg_temp.add_jobs(account, dental, visible, 'finished', 3, -20, 5, 'CANARY-other-client');
  perform pg_temp.add_jobs(account, dental, visible, 'scheduled', 3, 2, 3, 'CANARY-other-client');
  perform pg_temp.add_jobs(account, acme, hidden, 'finished', 3, -25, 6, 'CANARY-hidden-template');
  perform pg_temp.add_jobs(account, acme, hidden, 'scheduled', 3, 2, 4, 'CANARY-hidden-template');
  perform pg_temp.add_jobs(account, harbour, hidden, 'started', 1, 0, 0, 'CANARY-hidden-template');
  perform pg_temp.add_jobs(account, acme, visible, 'finished', 2, -15, 3, 'CANARY-deleted');
  perform pg_temp.add_jobs(account, acme, visible, 'scheduled', 2, 3, 3, 'CANARY-deleted');
  update portal.job set deleted_at = now() where account_id = account and reference like 'CANARY-deleted%';
end
$$;
