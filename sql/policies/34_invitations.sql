-- Members and invitations, as staff see and change them. portal.staff_member is what staff read; what is changed depends on what is there, so it stands in functions.

grant select (phone, job_title), insert (account_id, email, phone, first_name, surname, job_title, language), update (phone, job_title, removed_at)
  on portal.member to portal_edge;
create policy staff_reads on portal.member for select to portal_edge
  using (account_id = (select portal.account_for('staff')));
create policy staff_adds on portal.member for insert to portal_edge
  with check (account_id = portal.account_for('staff') and portal.current_staff_role() in ('manager', 'owner') and state = 'invited');
create policy staff_changes on portal.member for update to portal_edge
  using (account_id = (select portal.account_for('staff')) and (select portal.current_staff_role()) in ('manager', 'owner'))
  with check (account_id = portal.current_account_id() and portal.actor() = 'staff');

grant select (contact_id, ended_at), insert (account_id, member_id, client_id, contact_id, permissions), update (permissions, invited_at, ended_at)
  on portal.membership to portal_edge;
create policy staff_reads on portal.membership for select to portal_edge
  using (account_id = (select portal.account_for('staff')));
create policy staff_adds on portal.membership for insert to portal_edge
  with check (account_id = portal.account_for('staff') and portal.current_staff_role() in ('manager', 'owner') and state = 'invited');
create policy staff_changes on portal.membership for update to portal_edge
  using (account_id = (select portal.account_for('staff')) and (select portal.current_staff_role()) in ('manager', 'owner'))
  with check (account_id = portal.current_account_id() and portal.actor() = 'staff');

-- Staff see that somebody has sessions, and end them.
create policy staff_reads on portal.session for select to portal_edge
  using (account_id = (select portal.account_for('staff')));
create policy staff_ends on portal.session for update to portal_edge
  using (account_id = (select portal.account_for('staff')) and (select portal.current_staff_role()) in ('manager', 'owner'))
  with check (account_id = portal.current_account_id() and portal.actor() = 'staff' and ended_at is not null);

create policy staff_reads on portal.one_time_token for select to portal_edge
  using (account_id = (select portal.account_for('staff')));
create policy staff_issues on portal.one_time_token for insert to portal_edge
  with check (account_id = portal.account_for('staff') and portal.current_staff_role() in ('manager', 'owner') and purpose = 'activation');
create policy staff_takes_back on portal.one_time_token for update to portal_edge
  using (account_id = (select portal.account_for('staff')) and (select portal.current_staff_role()) in ('manager', 'owner') and used_at is null)
  with check (account_id = portal.current_account_id() and portal.actor() = 'staff' and used_at is null and revoked_at is not null);

-- Never what a message holds: whether it still holds something is told by the name of the key.
grant select (account_id, outbox_message_id, kind, channel, recipient, language, member_id, membership_id, key_id, attempts, not_before, claimed_until,
    sent_at, failed_at, last_error, created_at),
  update (attempts, not_before, failed_at, last_error, first_attempt_at), delete on portal.outbox_message to portal_edge;
create policy staff_reads on portal.outbox_message for select to portal_edge
  using (account_id = (select portal.account_for('staff')));
create policy staff_sends on portal.outbox_message for insert to portal_edge
  with check (account_id = portal.account_for('staff') and portal.current_staff_role() in ('manager', 'owner') and kind = 'invitation');
create policy staff_tries_again on portal.outbox_message for update to portal_edge
  using (account_id = (select portal.account_for('staff')) and (select portal.current_staff_role()) in ('manager', 'owner') and sent_at is null)
  with check (account_id = portal.current_account_id() and portal.actor() = 'staff' and sent_at is null and failed_at is null);
-- What nobody needs any more is not sent. What a courier is just sending stays: the limits count it, and its link has ended should it come to another try.
create policy staff_drops on portal.outbox_message for delete to portal_edge
  using (account_id = (select portal.account_for('staff')) and (select portal.current_staff_role()) in ('manager', 'owner')
    and member_id is not null and sent_at is null and (claimed_until is null or claimed_until <= now()));

-- A membership with what became of its invitation: that depends on its newest link and message.
drop view if exists portal.staff_member;
create view portal.staff_member with (security_invoker = true) as
select ms.account_id, ms.membership_id, ms.member_id, ms.client_id, c.name as client_name, m.first_name, m.surname, m.email, m.pending_email, m.phone, m.job_title,
  m.language, ms.permissions, ms.notifications, ms.invited_at, ms.activated_at, m.last_sign_in_at,
  case when ms.state = 'invited' then link.expires_at end as expires_at,
  case when link.address is not null then case when position('@' in link.address) > 0 then 'email' else 'sms' end end as channel,
  case
    when ms.state = 'active' then 'accepted'
    when ms.state = 'ended' then case when ms.activated_at is null then 'cancelled' else 'removed' end
    when link.is_good is not true then 'expired'
    else coalesce(message.state, 'sent')
  end as state,
  case when ms.state = 'invited' and link.is_good and message.state = 'failed' then message.last_error end as failure
from portal.membership ms
join portal.member m on m.account_id = ms.account_id and m.member_id = ms.member_id
join portal.client c on c.account_id = ms.account_id and c.client_id = ms.client_id
left join lateral (
  select t.address, t.expires_at, t.expires_at > now() and t.used_at is null and t.revoked_at is null as is_good
  from portal.one_time_token t
  where t.account_id = ms.account_id and t.membership_id = ms.membership_id and t.purpose = 'activation'
  order by t.one_time_token_id desc
  limit 1
) link on true
left join lateral (
  select case when o.sent_at is not null then 'sent' when o.failed_at is not null then 'failed' else 'queued' end as state, o.last_error
  from portal.outbox_message o
  where o.account_id = ms.account_id and o.membership_id = ms.membership_id and o.kind = 'invitation'
  order by o.outbox_message_id desc
  limit 1
) message on ms.state = 'invited';
grant select (account_id, membership_id, member_id, client_id, client_name, first_name, surname, email, pending_email, phone, job_title, language, permissions,
  notifications, invited_at, activated_at, last_sign_in_at, expires_at, channel, state, failure) on portal.staff_member to portal_edge;

-- As the core and portalctl write addresses; null for what is none.
create or replace function portal.usable_email(value text) returns text language sql immutable strict parallel safe as $$
  select case when length(clean) between 3 and 254 and clean ~ '^[^[:space:][:cntrl:]@<>,;:"\\()\[\]]+@[^[:space:][:cntrl:]@<>,;:"\\()\[\]]+$' then clean end
  from (select lower(btrim(value, E' \t\r\n') collate "C")) as v (clean)
$$;
create or replace function portal.usable_phone(value text) returns text language sql immutable strict parallel safe as $$
  select case when clean ~ '^\+?[0-9]{3,15}$' then clean end
  from (select regexp_replace(regexp_replace(value, '[- ().\t/]', '', 'g'), '^00', '+')) as v (clean)
$$;

-- Which of the links of a membership is the one: all others die, with their messages.
create or replace function portal.take_back_invitation(account bigint, membership bigint, reason text) returns void language sql volatile as $$
  update portal.one_time_token t set revoked_at = now(), revoked_reason = reason
  where t.account_id = account and t.membership_id = membership and t.used_at is null and t.revoked_at is null;
  delete from portal.outbox_message o
  where o.account_id = account and o.membership_id = membership and o.kind = 'invitation' and o.sent_at is null
    and (o.claimed_until is null or o.claimed_until <= now());
$$;

-- `link` has the hash of a new link and the sealed message that holds it.
drop type if exists portal.new_link cascade;
create type portal.new_link as (token_hash bytea, message_reference text, payload bytea, key_id text);

create or replace function portal.send_invitation(
  account bigint, member bigint, membership bigint, address text, language text, link portal.new_link
) returns void language sql volatile as $$
  insert into portal.one_time_token (account_id, purpose, token_hash, member_id, membership_id, address, expires_at)
  select account, 'activation', link.token_hash, member, membership, address, now() + make_interval(days => a.invitation_days)
  from portal.account a where a.account_id = account;
  insert into portal.outbox_message (account_id, message_reference, kind, channel, recipient, language, member_id, membership_id, payload, key_id)
  values (account, link.message_reference, 'invitation', case when position('@' in address) > 0 then 'email' else 'sms' end, address, language, member,
    membership, link.payload, link.key_id);
$$;

-- Whoever has an address is found by it, others by their number; at most one person comes of it, however many invite at once. The row is locked.
create or replace function portal.ensure_member(account bigint, address text, number text, content jsonb) returns bigint language plpgsql volatile as $$
declare
  found_member bigint;
begin
  for attempt in 1..2 loop
    if address is not null then
      select m.member_id into found_member from portal.member m
      where m.account_id = account and m.login_hash = portal.login_hash(address) for update;
    else
      select m.member_id into found_member from portal.member m
      where m.account_id = account and m.phone = number and m.email is null for update;
    end if;
    exit when found_member is not null;
    insert into portal.member (account_id, email, phone, first_name, surname, job_title, language)
    values (account, address, number, coalesce(content ->> 'first_name', ''), coalesce(content ->> 'surname', ''), content ->> 'job_title',
      content ->> 'language')
    on conflict do nothing
    returning member_id into found_member;
    exit when found_member is not null;
  end loop;
  return found_member;
end
$$;

-- Who has never signed in, or was removed, is whom the newest invitation says. It changes nothing of somebody who has a login.
create or replace function portal.describe_member(account bigint, member bigint, content jsonb) returns void language sql volatile as $$
  update portal.member m
  set state = 'invited', removed_at = null, first_name = coalesce(content ->> 'first_name', m.first_name),
    surname = coalesce(content ->> 'surname', m.surname), job_title = coalesce(content ->> 'job_title', m.job_title),
    language = coalesce(content ->> 'language', m.language), phone = coalesce(content ->> 'phone', m.phone)
  where m.account_id = account and m.member_id = member and m.state in ('invited', 'removed');
$$;

-- Whom to write to: what the caller says, else the contact that is named, else the first contacts of the client. Names come from the same place.
create or replace function portal.choose_invitee(account bigint, client bigint, content jsonb) returns jsonb language plpgsql volatile as $$
declare
  known record;
  contact record;
  chosen jsonb := content;
  whole_name text;
begin
  select c.kind, c.first_name, c.surname into known
  from portal.client c where c.account_id = account and c.client_id = client and c.withdrawn_at is null;
  if not found then
    perform portal.require(null, 'PT404');
  end if;
  if content ? 'contact_id' then
    select k.contact_id, k.kind, k.value, k.name into contact from portal.contact k
    where k.account_id = account and k.client_id = client and k.contact_id = (content ->> 'contact_id')::bigint and k.withdrawn_at is null;
    if not found then
      perform portal.require(null, 'PT404');
    end if;
    whole_name := contact.name;
    chosen := jsonb_strip_nulls(jsonb_build_object('email', case contact.kind when 'email' then portal.usable_email(contact.value) end,
      'phone', case contact.kind when 'phone' then portal.usable_phone(contact.value) end)) || chosen;
  elsif not content ?| '{email,phone}' then
    -- One contact: an address and a number of the same client may be two people's.
    select k.kind, k.name, case k.kind when 'email' then portal.usable_email(k.value) else portal.usable_phone(k.value) end as value into contact
    from portal.contact k
    where k.account_id = account and k.client_id = client and k.withdrawn_at is null
      and case k.kind when 'email' then portal.usable_email(k.value) else portal.usable_phone(k.value) end is not null
      and case content ->> 'channel' when 'email' then k.kind = 'email' when 'sms' then k.kind = 'phone' else true end
    order by k.kind = 'phone', k.contact_id
    limit 1;
    if found then
      whole_name := contact.name;
      chosen := chosen || jsonb_build_object(contact.kind, contact.value);
    end if;
  else
    return chosen;
  end if;
  if not content ?| '{first_name,surname}' then
    whole_name := btrim(whole_name);
    if whole_name <> '' then
      chosen := chosen || jsonb_build_object('first_name', left(split_part(whole_name, ' ', 1), 50),
        'surname', left(btrim(substr(whole_name, length(split_part(whole_name, ' ', 1)) + 1)), 50));
    elsif known.kind = 'person' then
      chosen := chosen || jsonb_strip_nulls(jsonb_build_object('first_name', known.first_name, 'surname', known.surname));
    end if;
  end if;
  return chosen;
end
$$;

-- PT404 for a client or contact that is not there, PT452 for somebody who is a member already, PT453 without an address, PT454 without a portal. With `once`
-- an invitation that is still good is left alone.
create or replace function portal.invite(account bigint, client bigint, content jsonb, link portal.new_link) returns bigint language plpgsql volatile as $$
declare
  invitee jsonb := portal.choose_invitee(account, client, content);
  channel text := coalesce(content ->> 'channel', case when invitee ? 'email' then 'email' else 'sms' end);
  address text := case channel when 'email' then invitee ->> 'email' else invitee ->> 'phone' end;
  default_language text;
  person bigint;
  member_language text;
  current record;
begin
  perform portal.require(case when address is not null then 1 end, 'PT453');
  -- Whoever gets a text message proves a number and no address: it leads to an address only where a password is asked for.
  if channel = 'sms' and not exists (
    select from portal.member m where m.account_id = account and m.login_hash = portal.login_hash(invitee ->> 'email') and m.password_hash is not null
  ) then
    invitee := invitee - 'email';
  end if;
  select p.default_language into default_language from portal.portal p where p.account_id = account;
  perform portal.require(case when found then 1 end, 'PT454');
  person := portal.ensure_member(account, invitee ->> 'email', invitee ->> 'phone', invitee);
  select ms.membership_id, ms.state into current
  from portal.membership ms
  where ms.account_id = account and ms.member_id = person and ms.client_id = client and ms.state <> 'ended'
  for update;
  if current.state = 'active' then
    perform portal.require(null, 'PT452');
  elsif content ? 'once' and exists (
    select from portal.one_time_token t
    where t.account_id = account and t.membership_id = current.membership_id and t.used_at is null and t.revoked_at is null and t.expires_at > now()
  ) then
    return portal.remember_made(current.membership_id);
  end if;
  perform portal.describe_member(account, person, invitee);
  select m.language into member_language from portal.member m where m.account_id = account and m.member_id = person;
  if current.membership_id is null then
    insert into portal.membership (account_id, member_id, client_id, contact_id, permissions, notifications)
    values (account, person, client,
      (select min(k.contact_id) from portal.contact k
        where k.account_id = account and k.client_id = client and k.withdrawn_at is null
          and (portal.usable_email(k.value) = invitee ->> 'email' or portal.usable_phone(k.value) = invitee ->> 'phone')),
      case when content ? 'permissions' then array(select jsonb_array_elements_text(content -> 'permissions'))
        else '{view_job_status,view_completed_jobs,view_documents}' end,
      array(select jsonb_array_elements_text(content -> 'notifications')))
    returning membership_id, 'new' into current;
  else
    update portal.membership ms
    set invited_at = now(), permissions = case when content ? 'permissions' then array(select jsonb_array_elements_text(content -> 'permissions'))
      else ms.permissions end,
      notifications = case when content ? 'notifications' then array(select jsonb_array_elements_text(content -> 'notifications')) else ms.notifications end
    where ms.account_id = account and ms.membership_id = current.membership_id;
    perform portal.take_back_invitation(account, current.membership_id, 'replaced');
  end if;
  perform portal.send_invitation(account, person, current.membership_id, address,
    coalesce(content ->> 'language', member_language, default_language), link);
  perform portal.note_activity(account, 'member_invited', client, current.membership_id, null, null, jsonb_build_object('channel', channel));
  return portal.remember_made(current.membership_id);
end
$$;

-- One of many: what became of it in a word, and the others go on.
create or replace function portal.try_to_invite(account bigint, client bigint, content jsonb, link portal.new_link, out outcome text, out membership bigint)
language plpgsql volatile as $$
begin
  membership := portal.invite(account, client, content, link);
  outcome := 'invited';
exception
  when sqlstate 'PT404' then outcome := 'not_found';
  when sqlstate 'PT452' then outcome := 'already_member';
  when sqlstate 'PT453' then outcome := 'no_address';
end
$$;

-- The member's row is locked before links, memberships and sessions, the order of everybody who changes several of them.
create or replace function portal.lock_membership(account bigint, membership bigint, out member bigint, out client bigint, out state text)
language plpgsql volatile as $$
begin
  select ms.member_id into member from portal.membership ms where ms.account_id = account and ms.membership_id = membership;
  perform from portal.member m where m.account_id = account and m.member_id = member for update;
  select ms.client_id, ms.state into client, state from portal.membership ms
  where ms.account_id = account and ms.membership_id = membership and ms.state <> 'ended'
  for update;
  perform portal.require(client, 'PT404');
end
$$;

create or replace function portal.resend_invitation(account bigint, membership bigint, link portal.new_link) returns void language plpgsql volatile as $$
declare
  held record;
  person record;
  address text;
begin
  select * into held from portal.lock_membership(account, membership);
  perform portal.require(case when held.state = 'invited' then 1 end, 'PT452');
  select m.email, m.phone, coalesce(m.language, p.default_language) as language into person
  from portal.member m join portal.portal p on p.account_id = m.account_id
  where m.account_id = account and m.member_id = held.member;
  perform portal.require(case when found then 1 end, 'PT454');
  select t.address into address from portal.one_time_token t
  where t.account_id = account and t.membership_id = membership and t.purpose = 'activation'
  order by t.one_time_token_id desc limit 1;
  address := coalesce(address, person.email, person.phone);
  perform portal.require(case when address is not null then 1 end, 'PT453');
  perform portal.take_back_invitation(account, membership, 'replaced');
  update portal.membership ms set invited_at = now() where ms.account_id = account and ms.membership_id = membership;
  perform portal.send_invitation(account, held.member, membership, address, person.language, link);
  perform portal.note_activity(account, 'invitation_resent', held.client, membership, null, null, '{}');
  perform portal.remember_made(membership);
end
$$;

-- Everything that the membership opened is over; with the person's last one the login, too. Whoever calls it has the member's row locked.
create or replace function portal.close_membership(account bigint, membership bigint, member bigint) returns void language plpgsql volatile as $$
begin
  update portal.membership ms set state = 'ended', ended_at = now() where ms.account_id = account and ms.membership_id = membership;
  update portal.session s set ended_at = now() where s.account_id = account and s.membership_id = membership and s.ended_at is null;
  perform portal.take_back_invitation(account, membership, 'cancelled');
  update portal.member m set state = 'removed', removed_at = now(), password_hash = null, pending_email = null
  where m.account_id = account and m.member_id = member and m.state <> 'removed'
    and not exists (select from portal.membership o where o.account_id = account and o.member_id = member and o.state <> 'ended');
  if not found then
    return;
  end if;
  update portal.session s set ended_at = now() where s.account_id = account and s.member_id = member and s.ended_at is null;
  update portal.one_time_token t set revoked_at = now(), revoked_reason = 'cancelled'
  where t.account_id = account and t.member_id = member and t.used_at is null and t.revoked_at is null;
  delete from portal.outbox_message o where o.account_id = account and o.member_id = member and o.sent_at is null and o.failed_at is null
    and (o.claimed_until is null or o.claimed_until <= now());
end
$$;

create or replace function portal.end_membership(account bigint, membership bigint, only_invited boolean) returns void language plpgsql volatile as $$
declare
  held record;
begin
  select * into held from portal.lock_membership(account, membership);
  perform portal.require(case when held.state = 'invited' or not only_invited then 1 end, 'PT452');
  perform portal.close_membership(account, membership, held.member);
  perform portal.note_activity(account, case held.state when 'invited' then 'invitation_cancelled' else 'member_removed' end, held.client, membership, null,
    null, '{}');
end
$$;

-- Of a client that is taken back. In the order of the people, so that two who end several never wait for each other in a circle.
create or replace function portal.end_memberships_of(account bigint, client bigint) returns bigint language plpgsql volatile as $$
declare
  held record;
  ended bigint := 0;
begin
  for held in
    select ms.membership_id, ms.member_id from portal.membership ms
    where ms.account_id = account and ms.client_id = client and ms.state <> 'ended'
    order by ms.member_id, ms.membership_id
  loop
    perform set_config('portal.ending_member_id', held.member_id::text, true);
    perform from portal.member m where m.account_id = account and m.member_id = held.member_id for update;
    perform portal.close_membership(account, held.membership_id, held.member_id);
    ended := ended + 1;
  end loop;
  perform set_config('portal.ending_member_id', '', true);
  return ended;
end
$$;

-- `former_permissions`: those from which the change was made. PT412: they are others by now.
create or replace function portal.update_member(account bigint, membership bigint, content jsonb) returns void language plpgsql volatile as $$
declare
  held record;
  former jsonb;
  wanted jsonb := content - 'former_permissions';
begin
  select * into held from portal.lock_membership(account, membership);
  select to_jsonb(v) into former
  from (
    select m.first_name, m.surname, m.job_title, m.language, ms.permissions, ms.notifications
    from portal.member m join portal.membership ms on ms.account_id = m.account_id and ms.member_id = m.member_id
    where ms.account_id = account and ms.membership_id = update_member.membership
  ) v;
  if content ? 'former_permissions' and not (
    former -> 'permissions' @> (content -> 'former_permissions') and former -> 'permissions' <@ (content -> 'former_permissions')
  ) then
    perform portal.require(null, 'PT412');
  end if;
  update portal.member m
  set first_name = coalesce(content ->> 'first_name', case when content ? 'first_name' then '' else m.first_name end),
    surname = coalesce(content ->> 'surname', case when content ? 'surname' then '' else m.surname end),
    job_title = case when content ? 'job_title' then content ->> 'job_title' else m.job_title end,
    language = case when content ? 'language' then content ->> 'language' else m.language end
  where m.account_id = account and m.member_id = held.member;
  if content ?| '{permissions,notifications}' then
    update portal.membership ms
    set permissions = case when content ? 'permissions' then array(select jsonb_array_elements_text(content -> 'permissions')) else ms.permissions end,
      notifications = case when content ? 'notifications' then array(select jsonb_array_elements_text(content -> 'notifications')) else ms.notifications end
    where ms.account_id = account and ms.membership_id = update_member.membership;
  end if;
  perform portal.note_activity(account, case when content ? 'permissions' then 'permissions_changed' else 'member_changed' end, held.client, membership, null,
    null, portal.changed_members(former, former || wanted));
end
$$;

-- As if the message had just been made. What a courier holds at this moment is left to it.
create or replace function portal.retry_message(account bigint, message bigint) returns void language plpgsql volatile as $$
declare
  of_membership bigint;
begin
  update portal.outbox_message o
  set failed_at = null, attempts = 0, not_before = now(), last_error = null, first_attempt_at = null
  where o.account_id = account and o.outbox_message_id = message and o.failed_at is not null and o.key_id is not null
  returning o.membership_id into of_membership;
  if not found then
    perform portal.require((select o.outbox_message_id from portal.outbox_message o where o.account_id = account and o.outbox_message_id = message), 'PT404');
    perform portal.require(null, 'PT412');
  end if;
  perform portal.note_activity(account, 'message_retried', null, of_membership, 'message', message, '{}');
  notify portal_outbox;
end
$$;

create or replace function portal.try_to_resend_invitation(account bigint, membership bigint, link portal.new_link) returns text
language plpgsql volatile as $$
begin
  perform portal.resend_invitation(account, membership, link);
  return 'resent';
exception
  when sqlstate 'PT404' then return 'not_found';
  when sqlstate 'PT452' then return 'already_member';
  when sqlstate 'PT453' then return 'no_address';
end
$$;
