-- An account's own invitations: staff read and managers write them, the courier reads those of the accounts for which a message waits.

grant select (account_id, language, email_subject, email_html, sms_text), insert (account_id, language, email_subject, email_html, sms_text),
  update (email_subject, email_html, sms_text, changed_at) on portal.invitation_layout to portal_edge;
create policy staff_reads on portal.invitation_layout for select to portal_edge
  using (account_id = (select portal.account_for('staff')));
create policy manager_writes on portal.invitation_layout for insert to portal_edge
  with check (account_id = portal.account_for('staff') and portal.current_staff_role() in ('manager', 'owner'));
create policy manager_changes on portal.invitation_layout for update to portal_edge
  using (account_id = portal.account_for('staff') and portal.current_staff_role() in ('manager', 'owner'))
  with check (account_id = portal.account_for('staff') and portal.current_staff_role() in ('manager', 'owner'));

-- A test goes to oneself: to one's own address, or to a number, which nobody else is known by.
create policy manager_tests on portal.outbox_message for insert to portal_edge
  with check (account_id = portal.account_for('staff') and portal.current_staff_role() in ('manager', 'owner') and kind = 'invitation_test'
    and staff_id = portal.current_staff_id() and member_id is null and membership_id is null
    and (channel = 'sms' or recipient = (select s.email from portal.staff s where s.account_id = portal.account_for('staff') and s.staff_id = portal.current_staff_id())));

grant select (account_id, language, email_subject, email_html, sms_text) on portal.invitation_layout to portal_courier;
create policy courier_writes_for on portal.invitation_layout for select to portal_courier
  using (exists (select from portal.outbox_message o where o.account_id = invitation_layout.account_id and o.sent_at is null and o.failed_at is null));
