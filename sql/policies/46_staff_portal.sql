-- What staff see and change of the portal's settings. Managers and owners change, whoever is staff reads.

grant insert (account_id, name), update (name, accent_colour, contact_phone, contact_email, contact_website, privacy_url, terms_url, imprint_url, languages,
  default_language, worker_name, shows_position) on portal.portal to portal_edge;
create policy manager_creates on portal.portal for insert to portal_edge
  with check (account_id = portal.account_for('staff') and portal.current_staff_role() in ('manager', 'owner'));
create policy manager_changes on portal.portal for update to portal_edge
  using (account_id = portal.account_for('staff') and portal.current_staff_role() in ('manager', 'owner'))
  with check (account_id = portal.account_for('staff') and portal.current_staff_role() in ('manager', 'owner'));

grant select (activity_days), update (invitation_days, activity_days) on portal.account to portal_edge;
create policy manager_changes on portal.account for update to portal_edge
  using (account_id = portal.account_for('staff') and portal.current_staff_role() in ('manager', 'owner'))
  with check (account_id = portal.account_for('staff') and portal.current_staff_role() in ('manager', 'owner'));

-- What is switched off is deleted: the row has no other content than that it is there.
grant insert (account_id, job_template_id), delete on portal.portal_visible_template to portal_edge;
create policy staff_reads on portal.portal_visible_template for select to portal_edge
  using (account_id = (select portal.account_for('staff')));
create policy manager_shows on portal.portal_visible_template for insert to portal_edge
  with check (account_id = portal.account_for('staff') and portal.current_staff_role() in ('manager', 'owner'));
create policy manager_hides on portal.portal_visible_template for delete to portal_edge
  using (account_id = (select portal.account_for('staff')) and (select portal.current_staff_role()) in ('manager', 'owner'));

grant insert (account_id, job_field_id), delete on portal.portal_visible_field to portal_edge;
create policy staff_reads on portal.portal_visible_field for select to portal_edge
  using (account_id = (select portal.account_for('staff')));
create policy manager_shows on portal.portal_visible_field for insert to portal_edge
  with check (account_id = portal.account_for('staff') and portal.current_staff_role() in ('manager', 'owner'));
create policy manager_hides on portal.portal_visible_field for delete to portal_edge
  using (account_id = (select portal.account_for('staff')) and (select portal.current_staff_role()) in ('manager', 'owner'));

create policy staff_reads on portal.job_template for select to portal_edge
  using (account_id = (select portal.account_for('staff')));
create policy staff_reads on portal.job_template_field for select to portal_edge
  using (account_id = (select portal.account_for('staff')));
create policy staff_reads on portal.job_field for select to portal_edge
  using (account_id = (select portal.account_for('staff')));
create policy staff_reads on portal.job for select to portal_edge
  using (account_id = (select portal.account_for('staff')) and deleted_at is null);

-- For the list of what is still missing: is there a sender, has anybody been invited.
grant select (account_id, sender_name, sender_address, reply_to) on portal.mail_setting to portal_edge;
create policy staff_reads on portal.mail_setting for select to portal_edge
  using (account_id = (select portal.account_for('staff')));
create policy staff_counts on portal.membership for select to portal_edge
  using (account_id = (select portal.account_for('staff')));
