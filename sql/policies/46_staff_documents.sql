-- Documents, for staff: all of the account's. Whoever changes one is a manager at least.

grant select (document_bytes) on portal.account to portal_edge;

-- What files of documents and jobs take is counted by triggers, with the rights of who changes them.
grant select (account_id, bytes), update (bytes) on portal.account_storage to portal_edge;
create policy staff_reads on portal.account_storage for select to portal_edge
  using (account_id = (select portal.account_for('staff')));
create policy staff_counts on portal.account_storage for update to portal_edge
  using (account_id = (select portal.account_for('staff')) and (select portal.current_staff_role()) in ('manager', 'owner'));

-- Of all files of an account, in bytes.
create or replace function portal.stored_bytes(account bigint) returns bigint language sql stable as $$
  select s.bytes from portal.account_storage s where s.account_id = account
$$;

grant select (client_id), insert (account_id, document_id, client_id, membership_id), delete on portal.document_hidden_from to portal_edge;
create policy staff_reads on portal.document_hidden_from for select to portal_edge
  using (account_id = (select portal.account_for('staff')));
create policy staff_hides on portal.document_hidden_from for insert to portal_edge
  with check (account_id = (select portal.account_for('staff')) and (select portal.current_staff_role()) in ('manager', 'owner'));
create policy staff_shows on portal.document_hidden_from for delete to portal_edge
  using (account_id = (select portal.account_for('staff')) and (select portal.current_staff_role()) in ('manager', 'owner'));

grant select (is_active_content), insert (account_id, client_id, name, media_type, size_bytes, content_hash, is_visible, is_active_content),
  update (name, media_type, size_bytes, content_hash, is_visible, is_active_content), delete on portal.document to portal_edge;
-- What another system has taken back, or has not sent yet, is nobody's to see.
create policy staff_reads on portal.document for select to portal_edge
  using (account_id = (select portal.account_for('staff')) and withdrawn_at is null and content_hash is not null);
create policy staff_adds on portal.document for insert to portal_edge
  with check (account_id = (select portal.account_for('staff')) and (select portal.current_staff_role()) in ('manager', 'owner'));
create policy staff_changes on portal.document for update to portal_edge
  using (account_id = (select portal.account_for('staff')) and (select portal.current_staff_role()) in ('manager', 'owner'))
  with check (account_id = (select portal.account_for('staff')) and (select portal.current_staff_role()) in ('manager', 'owner'));
create policy staff_removes on portal.document for delete to portal_edge
  using (account_id = (select portal.account_for('staff')) and (select portal.current_staff_role()) in ('manager', 'owner'));
