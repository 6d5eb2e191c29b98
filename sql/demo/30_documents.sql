-- Documents. Their bytes, like those of the photos and files of jobs, are those of files/, which `portalctl demo` puts in their place by type.

create function pg_temp.add_document(account bigint, client text, title text, age_days integer, media_type text default 'application/pdf', visible boolean default true)
returns void language sql as $$
  insert into portal.document (account_id, client_id, name, media_type, size_bytes, content_hash, is_visible, created_at)
  values (account, pg_temp.client_of(account, client), title, media_type, 0, sha256(convert_to(title, 'UTF8')), visible,
    date_trunc('hour', now()) - make_interval(days => age_days))
$$;
create function pg_temp.hide_document(account bigint, title text, address text) returns void language sql as $$
  insert into portal.document_hidden_from (account_id, document_id, client_id, membership_id)
  select d.account_id, d.document_id, d.client_id, s.membership_id
  from portal.document d
  join portal.membership s on s.account_id = d.account_id and s.client_id = d.client_id
  join portal.member m on m.account_id = s.account_id and m.member_id = s.member_id
  where d.account_id = account and d.name = title and m.email = address
$$;

do $$
declare
  brightwater bigint := pg_temp.account_of('brightwater');
  northside bigint := pg_temp.account_of('northside');
  acme text := 'Acme Facilities Ltd';
  harbour text := 'Harbour Hotels Group';
begin
  perform pg_temp.add_document(brightwater, acme, 'Service contract 2026.pdf', 310);
  perform pg_temp.add_document(brightwater, acme, 'Annex A: appliances.pdf', 309);
  perform pg_temp.add_document(brightwater, acme, 'Insurance certificate.pdf', 120);
  perform pg_temp.add_document(brightwater, acme, 'Plant room, head office.jpg', 45, 'image/jpeg');
  perform pg_temp.add_document(brightwater, acme, 'Gas safety certificate – Mill Lane.pdf', 3);
  for month in 1 .. 20 loop
    perform pg_temp.add_document(brightwater, acme, to_char(date_trunc('month', now()) - make_interval(months => month), '"Monthly report" YYYY-MM".pdf"'),
      30 * month);
  end loop;
  -- One that a single member does not see.
  perform pg_temp.add_document(brightwater, acme, 'Price agreement 2026.pdf', 20);
  perform pg_temp.hide_document(brightwater, 'Price agreement 2026.pdf', 'sam.reyes@acme.example.com');
  perform pg_temp.add_document(brightwater, harbour, 'Framework agreement.pdf', 200);
  perform pg_temp.add_document(brightwater, harbour, 'Fire dampers, test record.pdf', 12);
  perform pg_temp.add_document(northside, 'Talleres Ribera S.L.', 'Contrato de mantenimiento.pdf', 180);
  perform pg_temp.add_document(northside, 'Talleres Ribera S.L.', 'Certificado de instalación.pdf', 9);
  perform pg_temp.add_document(northside, 'Colegio Los Olmos', 'Acta de inspección.pdf', 30);

  perform pg_temp.add_document(brightwater, acme, 'CANARY-document-invisible.pdf', 5, 'application/pdf', false);
  perform pg_temp.add_document(brightwater, acme, 'CANARY-document-hidden.pdf', 4);
  perform pg_temp.hide_document(brightwater, 'CANARY-document-hidden.pdf', 'alex.morgan@acme.example.com');
  perform pg_temp.hide_document(brightwater, 'CANARY-document-hidden.pdf', 'sam.reyes@acme.example.com');
  perform pg_temp.add_document(brightwater, 'Mill Lane Dental Practice', 'CANARY-document-other-client.pdf', 8);
  -- Of somebody who may see no documents.
  perform pg_temp.add_document(brightwater, 'Ruth Okafor', 'CANARY-document-no-permission.pdf', 8);
  perform pg_temp.add_document(northside, 'Bodegas Quintana', 'CANARY-document-other-client-es.pdf', 8);
end
$$;
