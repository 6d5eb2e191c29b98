-- A logo on its way: staff put it, the courier makes of it what is shown.

grant select (account_id, content_hash, media_type, state, failure, uploaded_at), insert (account_id, content_hash, media_type),
  update (content_hash, media_type, state, failure, attempts, claim_token, claimed_until, uploaded_at), delete on portal.logo_upload to portal_edge;
create policy staff_reads on portal.logo_upload for select to portal_edge
  using (account_id = (select portal.account_for('staff')));
create policy staff_puts on portal.logo_upload for insert to portal_edge
  with check (account_id = (select portal.account_for('staff')) and (select portal.current_staff_role()) in ('manager', 'owner'));
create policy staff_puts_again on portal.logo_upload for update to portal_edge
  using (account_id = (select portal.account_for('staff')) and (select portal.current_staff_role()) in ('manager', 'owner'))
  with check (account_id = (select portal.account_for('staff')) and (select portal.current_staff_role()) in ('manager', 'owner'));
create policy staff_takes_back on portal.logo_upload for delete to portal_edge
  using (account_id = (select portal.account_for('staff')) and (select portal.current_staff_role()) in ('manager', 'owner'));

grant update (logo_hash, logo_media_type, logo_width, logo_height) on portal.portal to portal_edge;

-- The courier sees those that wait, and changes the portal of nobody else.
grant select (account_id, content_hash, media_type, state, attempts, claim_token, claimed_until, uploaded_at),
  update (state, failure, attempts, claim_token, claimed_until), delete on portal.logo_upload to portal_courier;
create policy courier_takes on portal.logo_upload for select to portal_courier using (state in ('processing', 'failed'));
create policy courier_marks on portal.logo_upload for update to portal_courier
  using (state = 'processing') with check (state in ('processing', 'failed'));
create policy courier_removes on portal.logo_upload for delete to portal_courier using (state = 'processing');
grant update (logo_hash, logo_media_type, logo_width, logo_height) on portal.portal to portal_courier;
create policy courier_makes_logo on portal.portal for select to portal_courier
  using (exists (select from portal.logo_upload u where u.account_id = portal.account_id));
create policy courier_sets_logo on portal.portal for update to portal_courier
  using (exists (select from portal.logo_upload u where u.account_id = portal.account_id));
