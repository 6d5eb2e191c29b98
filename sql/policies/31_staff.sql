-- Staff, their sessions and links, and the activity. A visitor (actor staff_visitor) is known by a hash and by the id that the matching row named.

grant select (staff_session_idle_hours, staff_session_absolute_days) on portal.account to portal_edge;

grant select (account_id, staff_id, email, login_hash, password_hash, first_name, surname, role, language, state, last_sign_in_at, created_at),
  insert (account_id, email, first_name, surname, role, language),
  update (password_hash, first_name, surname, role, language, state, last_sign_in_at, removed_at) on portal.staff to portal_edge;
create policy visitor_found on portal.staff for select to portal_edge
  using (account_id = portal.account_for('staff_visitor') and state <> 'removed'
    and (login_hash = portal.current_lookup() or staff_id = portal.current_staff_id()));
create policy visitor_changes on portal.staff for update to portal_edge
  using (account_id = portal.account_for('staff_visitor') and staff_id = portal.current_staff_id() and state <> 'removed')
  with check (account_id = portal.account_for('staff_visitor') and staff_id = portal.current_staff_id());
create policy staff_reads on portal.staff for select to portal_edge
  using (account_id = (select portal.account_for('staff')));
create policy staff_changes_self on portal.staff for update to portal_edge
  using (account_id = portal.account_for('staff') and staff_id = portal.current_staff_id())
  with check (account_id = portal.account_for('staff') and staff_id = portal.current_staff_id() and state = 'active');
-- What may change, and by whom, is narrowed by the trigger guard_staff.
create policy owner_changes on portal.staff for update to portal_edge
  using (account_id = portal.account_for('staff') and portal.current_staff_role() = 'owner')
  with check (account_id = portal.account_for('staff') and portal.current_staff_role() = 'owner');
create policy owner_adds on portal.staff for insert to portal_edge
  with check (account_id = portal.account_for('staff') and portal.current_staff_role() = 'owner' and state = 'invited');

grant select (account_id, staff_session_id, token_hash, former_token_hash, staff_id, user_agent, created_at, last_used_at, expires_at, ended_at),
  insert (account_id, token_hash, staff_id, user_agent, expires_at),
  update (token_hash, former_token_hash, last_used_at, ended_at) on portal.staff_session to portal_edge;
create policy visitor_found on portal.staff_session for select to portal_edge
  using (account_id = portal.account_for('staff_visitor')
    and (token_hash = portal.current_lookup() or former_token_hash = portal.current_lookup()));
create policy visitor_begins on portal.staff_session for insert to portal_edge
  with check (account_id = portal.account_for('staff_visitor') and staff_id = portal.current_staff_id()
    and portal.found_by() in ('login', 'activation'));
create policy visitor_ends on portal.staff_session for update to portal_edge
  using (account_id = portal.account_for('staff_visitor')
    and (token_hash = portal.current_lookup() or former_token_hash = portal.current_lookup()))
  with check (account_id = portal.account_for('staff_visitor') and ended_at is not null);
-- Whoever has the link to choose a new password ends every session with it.
create policy visitor_resets on portal.staff_session for select to portal_edge
  using (account_id = portal.account_for('staff_visitor') and staff_id = portal.current_staff_id() and portal.found_by() = 'password_reset');
create policy visitor_ends_all on portal.staff_session for update to portal_edge
  using (account_id = portal.account_for('staff_visitor') and staff_id = portal.current_staff_id() and portal.found_by() = 'password_reset')
  with check (account_id = portal.account_for('staff_visitor') and ended_at is not null);
create policy staff_own on portal.staff_session for select to portal_edge
  using (account_id = portal.account_for('staff')
    and (staff_id = portal.current_staff_id() or portal.current_staff_role() = 'owner'));
create policy staff_changes on portal.staff_session for update to portal_edge
  using (account_id = portal.account_for('staff') and staff_id = portal.current_staff_id())
  with check (account_id = portal.account_for('staff') and staff_id = portal.current_staff_id());
create policy owner_ends on portal.staff_session for update to portal_edge
  using (account_id = portal.account_for('staff') and portal.current_staff_role() = 'owner')
  with check (account_id = portal.account_for('staff') and portal.current_staff_role() = 'owner' and ended_at is not null);

grant select (account_id, staff_token_id, purpose, token_hash, staff_id, address, created_at, expires_at, used_at, revoked_at, revoked_reason),
  insert (account_id, purpose, token_hash, staff_id, address, expires_at),
  update (used_at, revoked_at, revoked_reason) on portal.staff_token to portal_edge;
create policy visitor_found on portal.staff_token for select to portal_edge
  using (account_id = portal.account_for('staff_visitor')
    and (token_hash = portal.current_lookup() or (staff_id = portal.current_staff_id() and portal.found_by() in ('login', 'activation', 'password_reset'))));
create policy visitor_claims on portal.staff_token for update to portal_edge
  using (account_id = portal.account_for('staff_visitor') and token_hash = portal.current_lookup() and used_at is null and revoked_at is null)
  with check (account_id = portal.account_for('staff_visitor') and used_at is not null);
create policy visitor_takes_back on portal.staff_token for update to portal_edge
  using (account_id = portal.account_for('staff_visitor') and staff_id = portal.current_staff_id() and used_at is null and revoked_at is null)
  with check (account_id = portal.account_for('staff_visitor') and used_at is null and revoked_at is not null);
create policy visitor_asks on portal.staff_token for insert to portal_edge
  with check (account_id = portal.account_for('staff_visitor') and staff_id = portal.current_staff_id()
    and portal.found_by() = 'login' and purpose = 'password_reset');
create policy staff_own on portal.staff_token for select to portal_edge
  using (account_id = portal.account_for('staff')
    and (staff_id = portal.current_staff_id() or portal.current_staff_role() = 'owner'));
create policy staff_takes_back on portal.staff_token for update to portal_edge
  using (account_id = portal.account_for('staff') and used_at is null and revoked_at is null
    and (staff_id = portal.current_staff_id() or portal.current_staff_role() = 'owner'))
  with check (account_id = portal.account_for('staff') and used_at is null and revoked_at is not null);
create policy owner_invites on portal.staff_token for insert to portal_edge
  with check (account_id = portal.account_for('staff') and portal.current_staff_role() = 'owner' and purpose = 'activation');

create policy staff_visitor_notes on portal.password_reset_request for all to portal_edge
  using (account_id = portal.account_for('staff_visitor') and place = portal.password_reset_place(portal.current_lookup()))
  with check (account_id = portal.account_for('staff_visitor') and place = portal.password_reset_place(portal.current_lookup()));

grant insert (staff_id) on portal.outbox_message to portal_edge;
create policy staff_visitor_sends on portal.outbox_message for insert to portal_edge
  with check (account_id = portal.account_for('staff_visitor') and staff_id = portal.current_staff_id() and member_id is null
    and kind in ('staff_password_reset', 'staff_password_changed'));
create policy staff_sends_self on portal.outbox_message for insert to portal_edge
  with check (account_id = portal.account_for('staff') and staff_id = portal.current_staff_id() and member_id is null
    and kind = 'staff_password_changed');
create policy owner_invites on portal.outbox_message for insert to portal_edge
  with check (account_id = portal.account_for('staff') and portal.current_staff_role() = 'owner' and member_id is null and kind = 'staff_invitation');

-- Everybody writes down what they do, as themselves; staff read it.
grant select (account_id, activity_id, at, actor_kind, staff_id, member_id, api_key_id, action, client_id, membership_id, subject_kind, subject_id, details),
  insert (account_id, actor_kind, staff_id, member_id, api_key_id, action, client_id, membership_id, subject_kind, subject_id, details)
  on portal.activity to portal_edge;
create policy staff_reads on portal.activity for select to portal_edge
  using (account_id = (select portal.account_for('staff')));
create policy recorded on portal.activity for insert to portal_edge
  with check (account_id = portal.account_for('staff', 'staff_visitor', 'member', 'anonymous', 'key')
    and actor_kind = portal.current_actor_kind() and staff_id is not distinct from portal.current_staff_id()
    and member_id is not distinct from portal.current_member_id() and api_key_id is not distinct from portal.current_api_key_id());
-- Whoever did not know a password is nobody whom we know.
create policy failures_noted on portal.activity for insert to portal_edge
  with check (account_id = portal.account_for('anonymous') and actor_kind = 'system' and action = 'sign_in_failed'
    and num_nonnulls(staff_id, member_id, api_key_id, client_id, membership_id) = 0 and subject_kind in ('staff', 'member') and details = '{}');

-- What the courier writes to staff with.
grant select (staff_id) on portal.outbox_message to portal_courier;
grant select (account_id, staff_id, state) on portal.staff to portal_courier;
create policy courier_writes_to on portal.staff for select to portal_courier
  using (exists (
    select from portal.outbox_message o
    where o.account_id = staff.account_id and o.staff_id = staff.staff_id and o.sent_at is null and o.failed_at is null
  ));
grant select (account_id, token_hash, staff_id, expires_at, used_at, revoked_at) on portal.staff_token to portal_courier;
create policy courier_writes_to on portal.staff_token for select to portal_courier
  using (exists (
    select from portal.outbox_message o
    where o.account_id = staff_token.account_id and o.staff_id = staff_token.staff_id and o.sent_at is null and o.failed_at is null
  ));
