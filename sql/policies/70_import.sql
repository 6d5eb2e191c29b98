-- What a key with the scope `import` may do. It reads the whole account, because an id that is in use must be told from one that is free, and changes only what
-- has an id of the other system: what staff made by hand is not its.

grant select (account_id, client_id, external_id, version, imported, withdrawn_at, kind, organisation_name, first_name, middle_name, surname),
  insert (account_id, kind, organisation_name, first_name, middle_name, surname, external_id, version, imported),
  update (kind, organisation_name, first_name, middle_name, surname, version, imported, withdrawn_at) on portal.client to portal_edge;
create policy key_reads on portal.client for select to portal_edge
  using (account_id = (select portal.account_for_key('import')));
create policy key_adds on portal.client for insert to portal_edge
  with check (account_id = portal.account_for_key('import') and external_id is not null);
create policy key_changes on portal.client for update to portal_edge
  using (account_id = (select portal.account_for_key('import')) and external_id is not null);

grant select (account_id, site_id, client_id, name, address, time_zone, external_id, version, imported, withdrawn_at),
  insert (account_id, client_id, name, address, time_zone, external_id, version, imported),
  update (client_id, name, address, time_zone, version, imported, withdrawn_at) on portal.site to portal_edge;
create policy key_reads on portal.site for select to portal_edge
  using (account_id = (select portal.account_for_key('import')));
create policy key_adds on portal.site for insert to portal_edge
  with check (account_id = portal.account_for_key('import') and external_id is not null);
create policy key_changes on portal.site for update to portal_edge
  using (account_id = (select portal.account_for_key('import')) and external_id is not null);

grant select (account_id, contact_id, client_id, site_id, name, kind, value, external_id, version, imported, withdrawn_at),
  insert (account_id, client_id, site_id, name, kind, value, external_id, version, imported),
  update (client_id, site_id, name, kind, value, version, imported, withdrawn_at) on portal.contact to portal_edge;
create policy key_reads on portal.contact for select to portal_edge
  using (account_id = (select portal.account_for_key('import')));
create policy key_adds on portal.contact for insert to portal_edge
  with check (account_id = portal.account_for_key('import') and external_id is not null);
create policy key_changes on portal.contact for update to portal_edge
  using (account_id = (select portal.account_for_key('import')) and external_id is not null);

-- What staff find clients by is kept by triggers, with the rights of who changes a client or a contact.
create policy key_reads on portal.client_search for select to portal_edge
  using (account_id = (select portal.account_for_key('import')));
create policy key_adds on portal.client_search for insert to portal_edge
  with check (account_id = portal.account_for_key('import'));
create policy key_removes on portal.client_search for delete to portal_edge
  using (account_id = (select portal.account_for_key('import')));

-- With a client that is taken back its memberships end.
grant select (account_id, membership_id, client_id, contact_id, state), update (state, ended_at) on portal.membership to portal_edge;
create policy key_reads on portal.membership for select to portal_edge
  using (account_id = (select portal.account_for_key('import')));
create policy key_ends on portal.membership for update to portal_edge
  using (account_id = (select portal.account_for_key('import')) and state <> 'ended')
  with check (account_id = portal.current_account_id() and account_id = portal.account_for_key('import') and state = 'ended');
-- What those opened ends with them (portal.close_membership), and with the last one of somebody the login. A key to import sees nothing of people but the one whose
-- membership is just ending.
create policy key_ends on portal.member for all to portal_edge
  using (account_id = portal.account_for_key('import') and member_id = portal.ending_member_id())
  with check (account_id = portal.account_for_key('import') and member_id = portal.ending_member_id() and state = 'removed');
create policy key_ends on portal.session for all to portal_edge
  using (account_id = portal.account_for_key('import') and member_id = portal.ending_member_id())
  with check (account_id = portal.account_for_key('import') and member_id = portal.ending_member_id() and ended_at is not null);
create policy key_ends on portal.one_time_token for all to portal_edge
  using (account_id = portal.account_for_key('import') and member_id = portal.ending_member_id())
  with check (account_id = portal.account_for_key('import') and member_id = portal.ending_member_id() and used_at is null and revoked_at is not null);
create policy key_sees_what_ends on portal.outbox_message for select to portal_edge
  using (account_id = portal.account_for_key('import') and member_id = portal.ending_member_id());
create policy key_drops on portal.outbox_message for delete to portal_edge
  using (account_id = portal.account_for_key('import') and member_id = portal.ending_member_id() and sent_at is null
    and (claimed_until is null or claimed_until <= now()));

create policy key_reads on portal.job for select to portal_edge
  using (account_id = (select portal.account_for_key('import')));

grant select (account_id, worker_id, name, phone, email, external_id, version, withdrawn_at),
  insert (account_id, name, phone, email, external_id, version),
  update (name, phone, email, version, withdrawn_at) on portal.worker to portal_edge;
create policy key_reads on portal.worker for select to portal_edge
  using (account_id = (select portal.account_for_key('import')));
create policy key_adds on portal.worker for insert to portal_edge
  with check (account_id = portal.account_for_key('import') and external_id is not null);
create policy key_changes on portal.worker for update to portal_edge
  using (account_id = (select portal.account_for_key('import')) and external_id is not null);

grant select (account_id, team_id, name, external_id, version, withdrawn_at),
  insert (account_id, name, external_id, version),
  update (name, version, withdrawn_at) on portal.team to portal_edge;
create policy key_reads on portal.team for select to portal_edge
  using (account_id = (select portal.account_for_key('import')));
create policy key_adds on portal.team for insert to portal_edge
  with check (account_id = portal.account_for_key('import') and external_id is not null);
create policy key_changes on portal.team for update to portal_edge
  using (account_id = (select portal.account_for_key('import')) and external_id is not null);
grant select (account_id, team_id, worker_id), insert (account_id, team_id, worker_id) on portal.team_worker to portal_edge;
grant delete on portal.team_worker to portal_edge;
create policy key_reads on portal.team_worker for select to portal_edge
  using (account_id = (select portal.account_for_key('import')));
create policy key_adds on portal.team_worker for insert to portal_edge
  with check (account_id = portal.account_for_key('import'));
create policy key_removes on portal.team_worker for delete to portal_edge
  using (account_id = (select portal.account_for_key('import')));

grant select (account_id, job_field_id, field_group, key, label, type, options, position, external_id, version, withdrawn_at),
  insert (account_id, field_group, key, label, type, options, position, external_id, version),
  update (label, options, position, external_id, version, withdrawn_at) on portal.job_field to portal_edge;
create policy key_reads on portal.job_field for select to portal_edge
  using (account_id = (select portal.account_for_key('import')));
-- The main fields are the portal's own.
create policy key_adds on portal.job_field for insert to portal_edge
  with check (account_id = portal.account_for_key('import') and external_id is not null and field_group <> 'main');
create policy key_changes on portal.job_field for update to portal_edge
  using (account_id = (select portal.account_for_key('import')) and field_group <> 'main');

grant select (account_id, job_template_id, name, external_id, version, withdrawn_at),
  insert (account_id, name, external_id, version),
  update (name, version, withdrawn_at) on portal.job_template to portal_edge;
create policy key_reads on portal.job_template for select to portal_edge
  using (account_id = (select portal.account_for_key('import')));
create policy key_adds on portal.job_template for insert to portal_edge
  with check (account_id = portal.account_for_key('import') and external_id is not null);
create policy key_changes on portal.job_template for update to portal_edge
  using (account_id = (select portal.account_for_key('import')) and external_id is not null);
grant insert (account_id, job_template_id, job_field_id, position), update (position) on portal.job_template_field to portal_edge;
grant delete on portal.job_template_field to portal_edge;
create policy key_reads on portal.job_template_field for select to portal_edge
  using (account_id = (select portal.account_for_key('import')));
create policy key_adds on portal.job_template_field for insert to portal_edge
  with check (account_id = portal.account_for_key('import'));
create policy key_changes on portal.job_template_field for update to portal_edge
  using (account_id = (select portal.account_for_key('import')));
create policy key_removes on portal.job_template_field for delete to portal_edge
  using (account_id = (select portal.account_for_key('import')));

grant insert (account_id, name, is_successful) on portal.resolution to portal_edge;
create policy key_reads on portal.resolution for select to portal_edge
  using (account_id = (select portal.account_for_key('import')));
create policy key_adds on portal.resolution for insert to portal_edge
  with check (account_id = portal.account_for_key('import'));

grant select (account_id, latitude, longitude, paused_at, cancelled_at, version),
  insert (account_id, number, external_id, reference, client_id, site_id, status, scheduled_at, duration_minutes, address, latitude, longitude, entrance, floor,
    contact, job_template_id, worker_id, team_id, description, custom_values, report_values, resolution_id, resolution_note, en_route_at, started_at, paused_at,
    finished_at, cancelled_at, version),
  update (number, reference, client_id, site_id, status, scheduled_at, duration_minutes, address, latitude, longitude, entrance, floor,
    contact, job_template_id, worker_id, team_id, description, custom_values, report_values, resolution_id, resolution_note, en_route_at, started_at, paused_at,
    finished_at, cancelled_at, version, deleted_at) on portal.job to portal_edge;
create policy key_adds on portal.job for insert to portal_edge
  with check (account_id = (select portal.account_for_key('import')) and external_id is not null);
create policy key_changes on portal.job for update to portal_edge
  using (account_id = (select portal.account_for_key('import')) and external_id is not null);

-- Documents, and what lies in the fields of jobs. Only what came by import is changed.
grant select (account_id, external_id, version, withdrawn_at), insert (external_id, version), update (client_id, version, withdrawn_at) on portal.document to portal_edge;
create policy key_reads on portal.document for select to portal_edge
  using (account_id = (select portal.account_for_key('import')));
create policy key_adds on portal.document for insert to portal_edge
  with check (account_id = (select portal.account_for_key('import')) and external_id is not null);
create policy key_changes on portal.document for update to portal_edge
  using (account_id = (select portal.account_for_key('import')) and external_id is not null);
create policy key_reads on portal.document_hidden_from for select to portal_edge
  using (account_id = (select portal.account_for_key('import')));

grant insert (account_id, job_id, job_field_id, type, position, name, media_type, size_bytes, content_hash),
  update (name, media_type, size_bytes, content_hash), delete on portal.job_file to portal_edge;
create policy key_reads on portal.job_file for select to portal_edge
  using (account_id = (select portal.account_for_key('import')));
create policy key_adds on portal.job_file for insert to portal_edge
  with check (account_id = (select portal.account_for_key('import')));
create policy key_changes on portal.job_file for update to portal_edge
  using (account_id = (select portal.account_for_key('import')));
create policy key_removes on portal.job_file for delete to portal_edge
  using (account_id = (select portal.account_for_key('import')));

create policy key_reads on portal.account_storage for select to portal_edge
  using (account_id = (select portal.account_for_key('import')));
create policy key_counts on portal.account_storage for update to portal_edge
  using (account_id = (select portal.account_for_key('import')));

-- The texts that lines of an import have under a name, and those in their lists of that name. Immutable, so that they are a constant where the lines are one.
create or replace function portal.texts_of(lines jsonb, member text) returns text[] language sql immutable strict parallel safe as $$
  -- By a path, which takes no line apart: half the time of looking into each.
  select array(
    select distinct t.value from jsonb_array_elements_text(jsonb_path_query_array(lines, ('lax $[*]."' || member || '"')::jsonpath)) as t where t.value is not null
  )
$$;
create or replace function portal.texts_in(lines jsonb, member text) returns text[] language sql immutable strict parallel safe as $$
  select array(select distinct t.value from jsonb_array_elements(lines) as l cross join lateral jsonb_array_elements_text(l.value -> member) as t)
$$;
