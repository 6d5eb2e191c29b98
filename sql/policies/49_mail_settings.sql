-- How an account's mail leaves. Whoever says by which server also reads what goes there, links among it: only owners do. Nobody who comes in over the web reads the
-- password, not even sealed.

grant select (smtp_host, smtp_port, smtp_security, smtp_username, smtp_set_by, changed_at),
  insert (account_id, sender_name, sender_address, reply_to, smtp_host, smtp_port, smtp_security, smtp_username, smtp_password, smtp_password_key_id, smtp_set_by),
  update (sender_name, sender_address, reply_to, smtp_host, smtp_port, smtp_security, smtp_username, smtp_password, smtp_password_key_id, smtp_set_by, changed_at)
  on portal.mail_setting to portal_edge;
create policy owner_writes on portal.mail_setting for insert to portal_edge
  with check (account_id = portal.account_for('staff') and portal.current_staff_role() = 'owner');
create policy owner_changes on portal.mail_setting for update to portal_edge
  using (account_id = portal.account_for('staff') and portal.current_staff_role() = 'owner')
  with check (account_id = portal.account_for('staff') and portal.current_staff_role() = 'owner');

-- A test goes to one's own address and takes the place of the one before, if that still waits and is not just being sent.
grant select (staff_id) on portal.outbox_message to portal_edge;
create policy manager_tests_mail on portal.outbox_message for insert to portal_edge
  with check (account_id = portal.account_for('staff') and portal.current_staff_role() in ('manager', 'owner') and kind = 'mail_test' and channel = 'email'
    and staff_id = portal.current_staff_id() and member_id is null and membership_id is null
    and recipient = (select s.email from portal.staff s where s.account_id = portal.account_for('staff') and s.staff_id = portal.current_staff_id()));
create policy manager_tests_mail_again on portal.outbox_message for delete to portal_edge
  using (account_id = (select portal.account_for('staff')) and (select portal.current_staff_role()) in ('manager', 'owner') and kind = 'mail_test'
    and staff_id = (select portal.current_staff_id()) and sent_at is null and (claimed_until is null or claimed_until <= now()));

grant select (smtp_set_by) on portal.mail_setting to portal_courier;
