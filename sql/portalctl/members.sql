-- role: portal_maintenance

-- A person types a client's id, its external id or its name.
-- name: find_clients
-- parameters: account_id bigint, said text
-- columns: client_id bigint, name text
select client_id, name from portal.client
where account_id = :account_id and (client_id::text = :said or external_id = :said or lower(name) = lower(:said))
order by client_id
limit 10;

-- name: lock_member_by_email
-- parameters: account_id bigint, email text
-- columns: member_id bigint, state text, has_login boolean
select member_id, state, password_hash is not null from portal.member
where account_id = :account_id and login_hash = portal.login_hash(:email)
for update;

-- No row when somebody else has just made a member of this address.
-- name: create_member
-- parameters: account_id bigint, email text, first_name text?, surname text?, job_title text?, language text?
-- columns: member_id bigint
insert into portal.member (account_id, email, first_name, surname, job_title, language)
values (:account_id, :email, coalesce(:first_name, ''), coalesce(:surname, ''), :job_title, :language)
on conflict (account_id, login_hash) do nothing
returning member_id;

-- Who has never signed in, or was removed, is whom the newest invitation says.
-- name: invite_member_again
-- parameters: account_id bigint, member_id bigint, first_name text?, surname text?, job_title text?, language text?
update portal.member set state = 'invited', removed_at = null, first_name = coalesce(:first_name, first_name),
  surname = coalesce(:surname, surname), job_title = coalesce(:job_title, job_title), language = coalesce(:language, language)
where account_id = :account_id and member_id = :member_id and state in ('invited', 'removed');

-- name: lock_membership
-- parameters: account_id bigint, member_id bigint, client_id bigint
-- columns: membership_id bigint, state text
select membership_id, state from portal.membership
where account_id = :account_id and member_id = :member_id and client_id = :client_id and state <> 'ended'
for update;

-- `address` is an email address or a phone number.
-- name: create_membership
-- parameters: account_id bigint, member_id bigint, client_id bigint, address text, permissions text[]?
-- columns: membership_id bigint
insert into portal.membership (account_id, member_id, client_id, contact_id, permissions)
values (:account_id, :member_id, :client_id,
  (select min(c.contact_id) from portal.contact c
    where c.account_id = :account_id and c.client_id = :client_id
      and (lower(c.value) = :address or (c.kind = 'phone' and regexp_replace(c.value, '[^0-9+]', '', 'g') = :address))),
  coalesce(:permissions, '{view_job_status,view_completed_jobs,view_documents}'))
returning membership_id;

-- name: invite_membership_again
-- parameters: account_id bigint, membership_id bigint, permissions text[]?
update portal.membership set invited_at = now(), permissions = coalesce(:permissions, permissions)
where account_id = :account_id and membership_id = :membership_id and state = 'invited';

-- name: revoke_membership_tokens
-- parameters: account_id bigint, membership_id bigint, reason text
update portal.one_time_token set revoked_at = now(), revoked_reason = :reason
where account_id = :account_id and membership_id = :membership_id and used_at is null and revoked_at is null;

-- A link that stopped working is not sent any more. What a courier is just sending stays, and is counted.
-- name: drop_membership_messages
-- parameters: account_id bigint, membership_id bigint
delete from portal.outbox_message
where account_id = :account_id and membership_id = :membership_id and sent_at is null and failed_at is null
  and (claimed_until is null or claimed_until <= now());

-- name: create_activation_token
-- parameters: account_id bigint, token_hash bytea, member_id bigint, membership_id bigint, address text
-- columns: expires_at timestamptz
insert into portal.one_time_token (account_id, purpose, token_hash, member_id, membership_id, address, expires_at)
select a.account_id, 'activation', :token_hash, :member_id, :membership_id, :address, now() + make_interval(days => a.invitation_days)
from portal.account a
where a.account_id = :account_id
returning expires_at;

-- Who has an address is found by that; a phone names only those who have none yet.
-- name: lock_member_by_phone
-- parameters: account_id bigint, phone text
-- columns: member_id bigint, state text, has_login boolean
select member_id, state, password_hash is not null from portal.member
where account_id = :account_id and phone = :phone and email is null
order by member_id
limit 1
for update;

-- No row when somebody else has just made a member of this number.
-- name: create_member_with_phone
-- parameters: account_id bigint, phone text, first_name text?, surname text?, job_title text?, language text?
-- columns: member_id bigint
insert into portal.member (account_id, phone, first_name, surname, job_title, language)
values (:account_id, :phone, coalesce(:first_name, ''), coalesce(:surname, ''), :job_title, :language)
on conflict (account_id, phone) where email is null and phone is not null do nothing
returning member_id;

-- name: create_invitation_message
-- parameters: account_id bigint, message_reference text, channel text, recipient text, language text, member_id bigint, membership_id bigint,
--   payload bytea, key_id text
insert into portal.outbox_message (account_id, message_reference, kind, channel, recipient, language, member_id, membership_id, payload, key_id)
values (:account_id, :message_reference, 'invitation', :channel, :recipient, :language, :member_id, :membership_id, :payload, :key_id);

-- name: list_members
-- parameters: account_id bigint, client_id bigint?
-- columns: membership_id bigint, email text?, name text, client text, state text, permissions text[], invited_at timestamptz,
--   link_expires_at timestamptz?, last_sign_in_at timestamptz?, phone text?, invitation text?, pending_email text?
select s.membership_id, m.email, btrim(m.first_name || ' ' || m.surname), c.name, s.state, s.permissions, s.invited_at,
  (select max(t.expires_at) from portal.one_time_token t where t.account_id = s.account_id and t.membership_id = s.membership_id
    and t.member_id = s.member_id and t.used_at is null and t.revoked_at is null and s.state = 'invited'),
  m.last_sign_in_at, m.phone,
  case when s.state = 'active' then 'accepted'
    when not exists (select from portal.one_time_token t where t.account_id = s.account_id and t.membership_id = s.membership_id
      and t.member_id = s.member_id and t.used_at is null and t.revoked_at is null and t.expires_at > now()) then 'expired'
    else (
      select case when o.sent_at is not null then 'sent' when o.failed_at is not null then 'failed' else 'queued' end from portal.outbox_message o
      where o.account_id = s.account_id and o.membership_id = s.membership_id and o.kind = 'invitation'
      order by o.outbox_message_id desc limit 1
    ) end,
  m.pending_email
from portal.membership s
join portal.member m on m.account_id = s.account_id and m.member_id = s.member_id
join portal.client c on c.account_id = s.account_id and c.client_id = s.client_id
where s.account_id = :account_id and (:client_id is null or s.client_id = :client_id) and s.state <> 'ended'
order by c.name, m.email, s.membership_id;

-- name: end_membership
-- parameters: account_id bigint, membership_id bigint
update portal.membership set state = 'ended', ended_at = now()
where account_id = :account_id and membership_id = :membership_id;

-- name: end_membership_sessions
-- parameters: account_id bigint, membership_id bigint
update portal.session set ended_at = now()
where account_id = :account_id and membership_id = :membership_id and ended_at is null;

-- With the last membership the login is dead. A row when it was the last.
-- name: remove_member_without_membership
-- parameters: account_id bigint, member_id bigint
-- columns: member_id bigint
update portal.member m set state = 'removed', removed_at = now(), password_hash = null, pending_email = null
where m.account_id = :account_id and m.member_id = :member_id
  and not exists (select from portal.membership s where s.account_id = m.account_id and s.member_id = m.member_id and s.state <> 'ended')
returning m.member_id;

-- name: end_member_sessions
-- parameters: account_id bigint, member_id bigint
update portal.session set ended_at = now() where account_id = :account_id and member_id = :member_id and ended_at is null;

-- name: revoke_member_tokens
-- parameters: account_id bigint, member_id bigint
update portal.one_time_token set revoked_at = now(), revoked_reason = 'cancelled'
where account_id = :account_id and member_id = :member_id and used_at is null and revoked_at is null;

-- name: drop_member_messages
-- parameters: account_id bigint, member_id bigint
delete from portal.outbox_message
where account_id = :account_id and member_id = :member_id and sent_at is null and failed_at is null
  and (claimed_until is null or claimed_until <= now());
