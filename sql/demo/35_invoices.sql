-- Invoices in every state, as the accounting would feed them, and people who may see them. Files as of documents.

create function pg_temp.add_invoice(
  account bigint, client text, number text, title text, age_days integer, due_days integer, total bigint, paid bigint default 0, void boolean default false,
  has_file boolean default true, visible boolean default true
) returns void language sql as $$
  insert into portal.invoice (account_id, client_id, number, title, issued_on, due_on, currency, total_minor, paid_minor, is_void, is_visible, media_type, content_hash,
    external_id)
  select a.account_id, pg_temp.client_of(a.account_id, client), add_invoice.number, add_invoice.title, (now() at time zone a.time_zone)::date - age_days,
    (now() at time zone a.time_zone)::date - age_days + due_days, case a.time_zone when 'Europe/London' then 'GBP' else 'EUR' end, total, paid, void, visible, 'application/pdf',
    case when has_file then sha256(convert_to(add_invoice.number, 'UTF8')) end, 'invoice-' || add_invoice.number
  from portal.account a where a.account_id = account
$$;
-- For the last job of the client that is finished and that its members see.
create function pg_temp.name_job(account bigint, invoice text) returns void language sql as $$
  update portal.invoice i set job_id = (
    select j.job_id from portal.job j
    where j.account_id = i.account_id and j.client_id = i.client_id and j.status = 'finished' and j.deleted_at is null
      and exists (select from portal.portal_visible_template v where v.account_id = j.account_id and v.job_template_id = j.job_template_id)
    order by j.number desc limit 1
  )
  where i.account_id = account and i.number = invoice
$$;

do $$
declare
  brightwater bigint := pg_temp.account_of('brightwater');
  northside bigint := pg_temp.account_of('northside');
  acme text := 'Acme Facilities Ltd';
  harbour text := 'Harbour Hotels Group';
  ribera text := 'Talleres Ribera S.L.';
begin
  perform pg_temp.add_invoice(brightwater, acme, 'INV-2041', 'Boiler service, head office', 6, 30, 18400);
  perform pg_temp.name_job(brightwater, 'INV-2041');
  perform pg_temp.add_invoice(brightwater, acme, 'INV-2037', 'Electrical inspection, five floors', 20, 30, 126000, 60000);
  perform pg_temp.add_invoice(brightwater, acme, 'INV-2022', 'Leak repair, staff kitchen', 47, 30, 9650);
  perform pg_temp.add_invoice(brightwater, acme, 'INV-2019', null, 55, 30, 4200, 4200, has_file => false);
  perform pg_temp.add_invoice(brightwater, acme, 'INV-2018', 'Leak repair, entered twice', 48, 30, 9650, void => true);
  for month in 1 .. 22 loop
    perform pg_temp.add_invoice(brightwater, acme, 'INV-' || 2016 - month, 'Maintenance contract, monthly', 60 + 30 * month, 14, 32500, 32500);
  end loop;
  perform pg_temp.add_invoice(brightwater, harbour, 'INV-2040', 'Fire dampers, test', 8, 30, 88000);
  perform pg_temp.add_invoice(brightwater, harbour, 'INV-2017', 'Radiators, Harbour Bay North', 70, 30, 23450, 23450);
  perform pg_temp.add_invoice(northside, ribera, 'F-2026/118', 'Revisión de calefacción', 10, 30, 21780);
  perform pg_temp.name_job(northside, 'F-2026/118');
  perform pg_temp.add_invoice(northside, ribera, 'F-2026/102', 'Sustitución de válvula', 45, 30, 9075, 4000);
  perform pg_temp.add_invoice(northside, ribera, 'F-2026/97', 'Contrato de mantenimiento', 60, 30, 12100, 12100);
  perform pg_temp.add_invoice(northside, 'Colegio Los Olmos', 'F-2026/110', 'Avería', 20, 30, 15400);

  perform pg_temp.add_invoice(brightwater, acme, 'CANARY-invoice-invisible', 'CANARY-invoice-invisible-title', 3, 30, 77700, visible => false);
  perform pg_temp.add_invoice(brightwater, acme, 'CANARY-invoice-withdrawn', 'CANARY-invoice-withdrawn-title', 4, 30, 77700, has_file => false);
  update portal.invoice set withdrawn_at = now() where account_id = brightwater and number = 'CANARY-invoice-withdrawn';
  perform pg_temp.add_invoice(brightwater, 'Mill Lane Dental Practice', 'CANARY-invoice-other-client', null, 8, 30, 77700);
  -- Of somebody who may see no invoices.
  perform pg_temp.add_invoice(brightwater, 'Ruth Okafor', 'CANARY-invoice-no-permission', null, 8, 30, 77700);
  perform pg_temp.add_invoice(northside, 'Bodegas Quintana', 'CANARY-invoice-other-client-es', null, 8, 30, 77700);

  update portal.membership ms set permissions = ms.permissions || '{view_invoices}'
  from portal.member m
  where m.account_id = ms.account_id and m.member_id = ms.member_id
    and (m.email in ('alex.morgan@acme.example.com', 'lucia.fernandez@ribera.example.com') or m.email = 'sam.reyes@acme.example.com' and m.account_id = brightwater);
end
$$;
