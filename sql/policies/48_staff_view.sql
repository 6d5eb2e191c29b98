-- Views that staff began: each sees and begins only the own ones.
grant select (account_id, staff_view_id, staff_id, membership_id, expires_at), insert (account_id, staff_id, membership_id, reason) on portal.staff_view
  to portal_edge;
create policy staff_own on portal.staff_view for select to portal_edge
  using (account_id = portal.account_for('staff') and staff_id = portal.current_staff_id());
create policy manager_views on portal.staff_view for insert to portal_edge
  with check (account_id = portal.account_for('staff') and portal.current_staff_role() in ('manager', 'owner') and staff_id = portal.current_staff_id());
