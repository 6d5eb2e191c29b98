-- Clients, members and what they sign in with. An anonymous visitor is known by a hash (portal.lookup) and by the ids that the matching row named.

grant select (account_id, client_id, name) on portal.client to portal_edge;
create policy anonymous_by_link on portal.client for select to portal_edge
  using (account_id = portal.account_for('anonymous')
    and client_id = portal.current_client_id());
-- All that the member may switch to; the sub-select goes through the policies of membership.
create policy member_own on portal.client for select to portal_edge
  using (account_id = portal.account_for('member')
    and client_id in (select m.client_id from portal.membership m where m.account_id = portal.current_account_id()));

grant select (account_id, site_id, client_id, name, address, time_zone) on portal.site to portal_edge;
create policy member_acting on portal.site for select to portal_edge
  using (account_id = (select portal.account_for('member'))
    and client_id = (select portal.current_client_id()));

grant select (account_id, member_id, email, login_hash, pending_email, password_hash, first_name, surname, language, state, last_sign_in_at),
  update (email, password_hash, pending_email, first_name, surname, language, state, last_sign_in_at) on portal.member to portal_edge;
create policy anonymous_found on portal.member for select to portal_edge
  using (account_id = portal.account_for('anonymous')
    and (login_hash = portal.current_lookup() or member_id = portal.current_member_id()));
create policy anonymous_changes on portal.member for update to portal_edge
  using (account_id = portal.account_for('anonymous')
    and member_id = portal.current_member_id() and state <> 'removed');
create policy member_own on portal.member for select to portal_edge
  using (account_id = portal.account_for('member')
    and member_id = portal.current_member_id());
create policy member_changes on portal.member for update to portal_edge
  using (account_id = portal.account_for('member')
    and member_id = portal.current_member_id())
  with check (account_id = portal.current_account_id() and member_id = portal.current_member_id() and state = 'active');

grant select (account_id, membership_id, member_id, client_id, permissions, state, invited_at, activated_at, last_used_at),
  update (state, activated_at, last_used_at) on portal.membership to portal_edge;
create policy anonymous_found on portal.membership for select to portal_edge
  using (account_id = portal.account_for('anonymous')
    and member_id = portal.current_member_id());
-- Only the one membership that a token names can be activated with it.
create policy anonymous_activates on portal.membership for update to portal_edge
  using (account_id = portal.account_for('anonymous')
    and membership_id = portal.current_membership_id() and member_id = portal.current_member_id() and state = 'invited')
  with check (account_id = portal.account_for('anonymous') and state = 'active');
create policy member_own on portal.membership for select to portal_edge
  using (account_id = portal.account_for('member')
    and member_id = portal.current_member_id() and state = 'active');
create policy member_uses on portal.membership for update to portal_edge
  using (account_id = portal.account_for('member')
    and member_id = portal.current_member_id() and state = 'active')
  with check (account_id = portal.account_for('member') and state = 'active');

grant select (account_id, session_id, token_hash, former_token_hash, member_id, membership_id, user_agent, created_at, last_used_at, expires_at, ended_at),
  insert (account_id, token_hash, member_id, membership_id, user_agent, expires_at),
  update (token_hash, former_token_hash, membership_id, last_used_at, ended_at) on portal.session to portal_edge;
create policy anonymous_found on portal.session for select to portal_edge
  using (account_id = portal.account_for('anonymous')
    and token_hash = portal.current_lookup());
-- The token before the last switch opens nothing. It can only end.
create policy anonymous_found_before_switch on portal.session for select to portal_edge
  using (account_id = portal.account_for('anonymous')
    and former_token_hash = portal.current_lookup());
create policy anonymous_begins on portal.session for insert to portal_edge
  with check (account_id = portal.account_for('anonymous')
    and member_id = portal.current_member_id());
create policy anonymous_ends on portal.session for update to portal_edge
  using (account_id = portal.account_for('anonymous')
    and (token_hash = portal.current_lookup() or former_token_hash = portal.current_lookup()))
  with check (account_id = portal.current_account_id() and ended_at is not null);
-- Whoever has the link to choose a new password ends every session with it.
create policy anonymous_resets on portal.session for select to portal_edge
  using (account_id = portal.account_for('anonymous')
    and member_id = portal.current_member_id() and portal.found_by() = 'password_reset');
create policy anonymous_ends_all on portal.session for update to portal_edge
  using (account_id = portal.account_for('anonymous')
    and member_id = portal.current_member_id() and portal.found_by() = 'password_reset')
  with check (account_id = portal.current_account_id() and ended_at is not null);
create policy member_own on portal.session for select to portal_edge
  using (account_id = portal.account_for('member')
    and (token_hash = portal.current_lookup() or member_id = portal.current_member_id()));
-- The sub-select goes through the policies of membership: a session can only stand for an active one of the member.
create policy member_changes on portal.session for update to portal_edge
  using (account_id = portal.account_for('member')
    and member_id = portal.current_member_id())
  with check (account_id = portal.current_account_id() and member_id = portal.current_member_id()
    and membership_id in (select m.membership_id from portal.membership m where m.account_id = portal.current_account_id()));

grant select (account_id, one_time_token_id, purpose, token_hash, member_id, membership_id, address, created_at, expires_at, used_at, revoked_at,
    revoked_reason),
  insert (account_id, purpose, token_hash, member_id, membership_id, address, expires_at),
  update (used_at, revoked_at, revoked_reason) on portal.one_time_token to portal_edge;
create policy anonymous_found on portal.one_time_token for select to portal_edge
  using (account_id = portal.account_for('anonymous')
    and token_hash = portal.current_lookup());
create policy anonymous_claims on portal.one_time_token for update to portal_edge
  using (account_id = portal.account_for('anonymous')
    and token_hash = portal.current_lookup() and used_at is null and revoked_at is null)
  with check (account_id = portal.current_account_id() and used_at is not null);
-- Open links that a newer one, or a new password, takes back.
create policy anonymous_takes_back on portal.one_time_token for update to portal_edge
  using (account_id = portal.account_for('anonymous')
    and member_id = portal.current_member_id() and used_at is null and revoked_at is null)
  with check (account_id = portal.current_account_id() and used_at is null and revoked_at is not null);
create policy anonymous_sees_taken_back on portal.one_time_token for select to portal_edge
  using (account_id = portal.account_for('anonymous')
    and member_id = portal.current_member_id()
    and case portal.found_by() when 'login' then purpose = 'password_reset' when 'password_reset' then purpose <> 'activation'
      when 'email_change' then purpose <> 'activation' end);
create policy member_own on portal.one_time_token for select to portal_edge
  using (account_id = portal.account_for('member')
    and member_id = portal.current_member_id() and purpose <> 'activation');
create policy member_takes_back on portal.one_time_token for update to portal_edge
  using (account_id = portal.account_for('member')
    and member_id = portal.current_member_id() and purpose <> 'activation' and used_at is null and revoked_at is null)
  with check (account_id = portal.current_account_id() and used_at is null and revoked_at is not null);
create policy issued_to_self on portal.one_time_token for insert to portal_edge
  with check (account_id = portal.account_for('anonymous', 'member')
    and member_id = portal.current_member_id() and purpose <> 'activation');

grant select (account_id, place, last_at), insert (account_id, place), update (last_at) on portal.password_reset_request to portal_edge;
create policy anonymous_notes on portal.password_reset_request for all to portal_edge
  using (account_id = portal.account_for('anonymous')
    and place = portal.password_reset_place(portal.current_lookup()))
  with check (account_id = portal.current_account_id() and place = portal.password_reset_place(portal.current_lookup()));

-- Whoever has the link of an invitation may have it sent again; the statement sees to it that it has expired.
create policy link_renewed on portal.one_time_token for insert to portal_edge
  with check (account_id = portal.account_for('anonymous')
    and portal.found_by() = 'activation' and purpose = 'activation' and member_id = portal.current_member_id()
    and membership_id = portal.current_membership_id());

-- The module only puts messages in; the courier takes them out, over all accounts (60_courier.sql).
grant insert (account_id, message_reference, kind, channel, recipient, language, member_id, membership_id, payload, key_id)
  on portal.outbox_message to portal_edge;
create policy sent_to_self on portal.outbox_message for insert to portal_edge
  with check (account_id = portal.account_for('anonymous', 'member')
    and member_id = portal.current_member_id() and staff_id is null and kind <> 'invitation');
create policy invitation_renewed on portal.outbox_message for insert to portal_edge
  with check (account_id = portal.account_for('anonymous')
    and portal.found_by() = 'activation' and kind = 'invitation' and member_id = portal.current_member_id()
    and membership_id = portal.current_membership_id());
