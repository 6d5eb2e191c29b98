-- Staff start a reset of a member's password: the member gets the link, and nobody else ever sees it (SECURITY R15).
create policy staff_starts_reset on portal.one_time_token for insert to portal_edge
  with check (account_id = portal.account_for('staff') and portal.current_staff_role() in ('manager', 'owner') and purpose = 'password_reset');
create policy staff_starts_reset on portal.outbox_message for insert to portal_edge
  with check (account_id = portal.account_for('staff') and portal.current_staff_role() in ('manager', 'owner') and kind = 'password_reset'
    and staff_id is null);
