-- Staff have an address that waits confirmed once more, and mend it: its owner gets the link, and nobody else ever sees it (SECURITY R08, R15).
create policy staff_asks_for_confirmation on portal.one_time_token for insert to portal_edge
  with check (account_id = portal.account_for('staff') and portal.current_staff_role() in ('manager', 'owner') and purpose = 'email_change'
    and exists (select from portal.member m where m.account_id = one_time_token.account_id and m.member_id = one_time_token.member_id
      and m.pending_email = one_time_token.address));
create policy staff_asks_for_confirmation on portal.outbox_message for insert to portal_edge
  with check (account_id = portal.account_for('staff') and portal.current_staff_role() in ('manager', 'owner') and kind = 'email_confirmation'
    and staff_id is null
    and exists (select from portal.member m where m.account_id = outbox_message.account_id and m.member_id = outbox_message.member_id
      and m.pending_email = outbox_message.recipient));

-- PT404: no such membership; PT412: nothing waits, or another address for somebody who signs in with one already; PT451: another login has the address;
-- PT429: enough mails were sent to the person and the address together.
create or replace function portal.ask_for_confirmation(
  account bigint, membership bigint, address text, lifetime_seconds integer, hour_maximum integer, day_maximum integer, link portal.new_link
) returns void language plpgsql volatile as $$
declare
  held record;
  person record;
begin
  select * into held from portal.lock_membership(account, membership);
  select m.email, m.pending_email, m.state, coalesce(m.language, p.default_language, 'en') as language into person
  from portal.member m left join portal.portal p on p.account_id = m.account_id
  where m.account_id = account and m.member_id = held.member;
  perform portal.require(case when person.state = 'active' and person.pending_email is not null
    and (person.pending_email = ask_for_confirmation.address or person.email is null) then 1 end, 'PT412');
  perform portal.require(case when not exists (
    select from portal.member o
    where o.account_id = account and o.login_hash = portal.login_hash(ask_for_confirmation.address) and o.member_id <> held.member
  ) then 1 end, 'PT451');
  perform portal.require(case when (
    select count(*) filter (where t.created_at > now() - interval '1 hour') < hour_maximum and count(*) < day_maximum
    from portal.one_time_token t
    where t.account_id = account and t.purpose = 'email_change' and t.created_at > now() - interval '1 day'
      and (t.member_id = held.member or t.address = ask_for_confirmation.address)
  ) then 1 end, 'PT429');
  update portal.member m set pending_email = ask_for_confirmation.address
  where m.account_id = account and m.member_id = held.member and m.pending_email <> ask_for_confirmation.address;
  update portal.one_time_token t set revoked_at = now(), revoked_reason = 'replaced'
  where t.account_id = account and t.member_id = held.member and t.purpose = 'email_change' and t.used_at is null and t.revoked_at is null;
  delete from portal.outbox_message o
  where o.account_id = account and o.member_id = held.member and o.kind = 'email_confirmation' and o.sent_at is null
    and (o.claimed_until is null or o.claimed_until <= now());
  insert into portal.one_time_token (account_id, purpose, token_hash, member_id, address, expires_at)
  values (account, 'email_change', link.token_hash, held.member, ask_for_confirmation.address, now() + make_interval(secs => lifetime_seconds));
  insert into portal.outbox_message (account_id, message_reference, kind, channel, recipient, language, member_id, payload, key_id)
  values (account, link.message_reference, 'email_confirmation', 'email', ask_for_confirmation.address, person.language, held.member, link.payload,
    link.key_id);
  perform portal.note_activity(account, case when person.pending_email = ask_for_confirmation.address then 'confirmation_resent' else 'pending_email_changed' end,
    held.client, membership, null, null, portal.changed_members(jsonb_build_object('email', person.pending_email), jsonb_build_object('email', ask_for_confirmation.address)));
  perform portal.remember_made(membership);
end
$$;
