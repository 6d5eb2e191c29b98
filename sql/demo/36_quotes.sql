-- Quotes in every state, as another system would feed them, what was decided about them, and people who may decide. Files as of documents. What staff recorded stands at the
-- end of 40_staff.sql.

create function pg_temp.add_quote(
  account bigint, client text, number text, title text, age_days integer, valid_days integer, total bigint, description text default null, has_file boolean default true,
  visible boolean default true
) returns void language sql as $$
  insert into portal.quote (account_id, client_id, number, title, description, issued_on, valid_until, currency, total_minor, is_visible, media_type, content_hash,
    external_id)
  select a.account_id, pg_temp.client_of(a.account_id, client), add_quote.number, add_quote.title, add_quote.description, (now() at time zone a.time_zone)::date - age_days,
    (now() at time zone a.time_zone)::date - age_days + valid_days, case a.time_zone when 'Europe/London' then 'GBP' else 'EUR' end, total, visible, 'application/pdf',
    case when has_file then sha256(convert_to(add_quote.number, 'UTF8')) end, 'quote-' || add_quote.number
  from portal.account a where a.account_id = account
$$;
-- By a member of the quote's client, so many days ago.
create function pg_temp.decide(account bigint, wanted text, address text, decided text, age_days integer, why text default null) returns void language sql as $$
  insert into portal.quote_decision (account_id, quote_id, client_id, revision, decision, reason, method, decided_by, membership_id, decided_at)
  select q.account_id, q.quote_id, q.client_id, q.revision, decided, why, 'portal', btrim(m.first_name || ' ' || m.surname), s.membership_id,
    date_trunc('minute', now()) - make_interval(days => age_days, hours => 3)
  from portal.quote q
  join portal.member m on m.account_id = q.account_id and m.email = address
  join portal.membership s on s.account_id = q.account_id and s.client_id = q.client_id and s.member_id = m.member_id
  where q.account_id = account and q.number = wanted
$$;

do $$
declare
  brightwater bigint := pg_temp.account_of('brightwater');
  northside bigint := pg_temp.account_of('northside');
  acme text := 'Acme Facilities Ltd';
  alex text := 'alex.morgan@acme.example.com';
  sam text := 'sam.reyes@acme.example.com';
  harbour text := 'Harbour Hotels Group';
  ribera text := 'Talleres Ribera S.L.';
  lucia text := 'lucia.fernandez@ribera.example.com';
begin
  perform pg_temp.add_quote(brightwater, acme, 'Q-1031', 'New boiler, plant room', 4, 30, 284000,
    e'Supply and fit one condensing boiler, 45 kW.\n\nIncluded:\n- removal of the old one\n- flushing of the circuit\n- commissioning and a first inspection after four weeks\n\nNot included: work on the chimney.');
  perform pg_temp.add_quote(brightwater, acme, 'Q-1030', 'Emergency lighting, ground floor', 12, 14, 46200, 'Twelve luminaires, changed for LED, with test and logbook.');
  perform pg_temp.decide(brightwater, 'Q-1030', sam, 'changes_requested', 9, 'Please leave out the store room, which is being rebuilt.');
  update portal.quote set total_minor = 41800, description = 'Eleven luminaires, changed for LED, with test and logbook. Without the store room.'
  where account_id = brightwater and number = 'Q-1030';
  perform pg_temp.add_quote(brightwater, acme, 'Q-1028', 'Two more sockets in the kitchen', 15, null, 18750, null, has_file => false);
  perform pg_temp.decide(brightwater, 'Q-1028', alex, 'changes_requested', 2, e'Could you quote for four of them?\nThe others are for the dishwasher and the oven.');
  perform pg_temp.add_quote(brightwater, acme, 'Q-1025', 'Maintenance contract, three years', 40, 30, 1170000, 'Four visits a year, all sites.');
  perform pg_temp.decide(brightwater, 'Q-1025', alex, 'accepted', 33, 'Order number 4711.');
  perform pg_temp.add_quote(brightwater, acme, 'Q-1024', 'Blinds for the meeting rooms', 44, 30, 92000);
  perform pg_temp.decide(brightwater, 'Q-1024', alex, 'declined', 30, 'We decided to wait until spring.');
  perform pg_temp.add_quote(brightwater, acme, 'Q-1022', 'Fire doors, third floor', 50, 30, 377500);
  perform pg_temp.add_quote(brightwater, acme, 'Q-1019', 'Boiler repair, plant room', 60, 60, 61000);
  update portal.quote set is_superseded = true where account_id = brightwater and number = 'Q-1019';
  perform pg_temp.add_quote(brightwater, acme, 'Q-1018', 'Leak detection, all floors', 70, 30, 15400);
  perform pg_temp.add_quote(brightwater, harbour, 'Q-1029', 'Fire dampers, replacement of six', 8, 30, 132000);
  perform pg_temp.add_quote(northside, ribera, 'P-2026/31', 'Caldera nueva', 5, 30, 319000, e'Suministro e instalación de una caldera de condensación.\nRetirada de la antigua incluida.');
  perform pg_temp.add_quote(northside, ribera, 'P-2026/28', 'Cambio de luminarias', 35, 30, 48000);
  perform pg_temp.decide(northside, 'P-2026/28', lucia, 'accepted', 20);
  perform pg_temp.add_quote(northside, ribera, 'P-2026/22', 'Aislamiento de tuberías', 60, 30, 27000);

  perform pg_temp.add_quote(brightwater, acme, 'CANARY-quote-invisible', 'CANARY-quote-invisible-title', 3, 30, 77700, 'CANARY-quote-invisible-description', visible => false);
  perform pg_temp.add_quote(brightwater, acme, 'CANARY-quote-withdrawn', 'CANARY-quote-withdrawn-title', 4, 30, 77700, has_file => false);
  update portal.quote set withdrawn_at = now() where account_id = brightwater and number = 'CANARY-quote-withdrawn';
  perform pg_temp.add_quote(brightwater, 'Mill Lane Dental Practice', 'CANARY-quote-other-client', null, 8, 30, 77700);
  -- Of somebody who may see no quotes.
  perform pg_temp.add_quote(brightwater, 'Ruth Okafor', 'CANARY-quote-no-permission', null, 8, 30, 77700, 'CANARY-quote-no-permission-description');
  perform pg_temp.decide(brightwater, 'CANARY-quote-no-permission', 'ruth.okafor@example.com', 'declined', 6, 'CANARY-quote-reason-no-permission');
  -- What was decided while it was another client's.
  perform pg_temp.add_quote(brightwater, harbour, 'Q-1016', 'Hand dryers, first floor', 80, 60, 23900, has_file => false);
  perform pg_temp.decide(brightwater, 'Q-1016', 'priya.nair@harbour.example.com', 'changes_requested', 70, 'CANARY-quote-reason-former-client');
  update portal.quote set client_id = pg_temp.client_of(brightwater, acme) where account_id = brightwater and number = 'Q-1016';
  perform pg_temp.add_quote(northside, 'Bodegas Quintana', 'CANARY-quote-other-client-es', null, 8, 30, 77700);

  update portal.membership ms set permissions = ms.permissions || '{accept_quotes}'
  from portal.member m
  where m.account_id = ms.account_id and m.member_id = ms.member_id
    and (m.email in (alex, lucia) or m.email = sam and m.account_id = brightwater);
end
$$;
