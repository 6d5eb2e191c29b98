-- The courier sees the outbox of all accounts, and of the rest what a waiting message is made of: the account with its portal, hosts and mail settings, the person,
-- the client, the link. Where nothing waits it sees nothing. The sub-selects go through its own policy of the outbox.

grant select (account_id, outbox_message_id, message_reference, kind, channel, recipient, language, member_id, membership_id, payload, key_id, attempts,
    not_before, claimed_until, claim_token, first_attempt_at, sent_at, failed_at, last_error, created_at),
  update (payload, key_id, attempts, not_before, claimed_until, claim_token, first_attempt_at, sent_at, failed_at, last_error) on portal.outbox_message to portal_courier;
create policy courier_takes on portal.outbox_message for select to portal_courier using (true);
create policy courier_marks on portal.outbox_message for update to portal_courier using (true);
-- Never what its own limits still count.
grant delete on portal.outbox_message to portal_courier;
create policy courier_removes on portal.outbox_message for delete to portal_courier
  using (sent_at < now() - interval '2 days' or failed_at < now() - interval '2 days');

grant select (account_id, name, time_zone, country, suspended_at, invitation_days) on portal.account to portal_courier;
create policy courier_writes_for on portal.account for select to portal_courier
  using (exists (select from portal.outbox_message o where o.account_id = account.account_id and o.sent_at is null and o.failed_at is null));

grant select (account_id, origin, is_primary) on portal.account_host to portal_courier;
create policy courier_writes_for on portal.account_host for select to portal_courier
  using (exists (select from portal.outbox_message o where o.account_id = account_host.account_id and o.sent_at is null and o.failed_at is null));

grant select (account_id, name, logo_hash) on portal.portal to portal_courier;
create policy courier_writes_for on portal.portal for select to portal_courier
  using (exists (select from portal.outbox_message o where o.account_id = portal.account_id and o.sent_at is null and o.failed_at is null));

grant select (account_id, sender_name, sender_address, reply_to, smtp_host, smtp_port, smtp_security, smtp_username, smtp_password, smtp_password_key_id)
  on portal.mail_setting to portal_courier;
create policy courier_writes_for on portal.mail_setting for select to portal_courier
  using (exists (select from portal.outbox_message o where o.account_id = mail_setting.account_id and o.sent_at is null and o.failed_at is null));

grant select (account_id, member_id, first_name, surname, state) on portal.member to portal_courier;
create policy courier_writes_to on portal.member for select to portal_courier
  using (exists (
    select from portal.outbox_message o
    where o.account_id = member.account_id and o.member_id = member.member_id and o.sent_at is null and o.failed_at is null
  ));

grant select (account_id, membership_id, member_id, client_id, state) on portal.membership to portal_courier;
create policy courier_writes_to on portal.membership for select to portal_courier
  using (exists (
    select from portal.outbox_message o
    where o.account_id = membership.account_id and o.member_id = membership.member_id and o.sent_at is null and o.failed_at is null
  ));

grant select (account_id, client_id, name) on portal.client to portal_courier;
create policy courier_writes_to on portal.client for select to portal_courier
  using (client_id in (select m.client_id from portal.membership m where m.account_id = client.account_id));

-- A link is found by the hash of what the message carries: is it still good, and until when.
grant select (account_id, token_hash, member_id, expires_at, used_at, revoked_at) on portal.one_time_token to portal_courier;
create policy courier_writes_to on portal.one_time_token for select to portal_courier
  using (exists (
    select from portal.outbox_message o
    where o.account_id = one_time_token.account_id and o.member_id = one_time_token.member_id and o.sent_at is null and o.failed_at is null
  ));

-- Which messages share the number that one recipient may get in a day.
create or replace function portal.counts_with(kind text) returns text language sql immutable parallel safe as $$
  select case when starts_with(kind, 'work_request') then 'work_request' when kind in ('quote_decided', 'news') then kind else 'link' end
$$;

-- Telephone numbers of contacts, which it reads for the search: the number and nothing else of whom it is. What staff find clients by follows by triggers.
grant select (account_id, contact_id, client_id, kind, value, withdrawn_at, phone_read_at), update (e164, national_number, phone_read_at) on portal.contact to portal_courier;
create policy courier_reads_numbers on portal.contact for select to portal_courier using (kind = 'phone' and withdrawn_at is null);
create policy courier_notes_numbers on portal.contact for update to portal_courier using (kind = 'phone' and withdrawn_at is null);
grant select (account_id, token, client_id, contact_id), insert (account_id, token, client_id, contact_id), delete on portal.client_search to portal_courier;
create policy courier_keeps_numbers on portal.client_search for all to portal_courier using (contact_id <> 0) with check (contact_id <> 0);
create policy courier_asks_country on portal.account for select to portal_courier
  using (exists (select from portal.contact k where k.account_id = account.account_id and k.kind = 'phone' and k.phone_read_at is null));
