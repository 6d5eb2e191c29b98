-- Forgotten and changed passwords of staff; as password.sql for members.

-- After note_password_reset, as a staff visitor with the login's hash. For active staff within the limits; else it does nothing.
-- name: create_staff_password_reset
-- parameters: account_id bigint, login_hash bytea, token_hash bytea, lifetime_seconds integer, hour_maximum integer, day_maximum integer,
--   message_reference text, payload bytea, key_id text
-- columns: staff_id bigint
with who as (
  select s.account_id, s.staff_id, s.email, coalesce(s.language, p.default_language, 'en') as language
  from portal.staff s
  left join portal.portal p on p.account_id = s.account_id
  where s.login_hash = :login_hash and s.state = 'active' /*filter*/ and s.account_id = :account_id /*end filter*/ and (
    select count(*) filter (where t.created_at > now() - interval '1 hour') < :hour_maximum and count(*) < :day_maximum
    from portal.staff_token t
    where t.account_id = s.account_id and t.staff_id = s.staff_id and t.purpose = 'password_reset' and t.created_at > now() - interval '1 day'
  )
  for no key update of s
), taken_back as (
  update portal.staff_token t set revoked_at = now(), revoked_reason = 'replaced'
  from who
  where t.account_id = who.account_id and t.staff_id = who.staff_id and t.purpose = 'password_reset' and t.used_at is null and t.revoked_at is null
), link as (
  insert into portal.staff_token (account_id, purpose, token_hash, staff_id, address, expires_at)
  select who.account_id, 'password_reset', :token_hash, who.staff_id, who.email, now() + make_interval(secs => :lifetime_seconds) from who
), message as (
  insert into portal.outbox_message (account_id, message_reference, kind, channel, recipient, language, staff_id, payload, key_id)
  select who.account_id, :message_reference, 'staff_password_reset', 'email', who.email, who.language, who.staff_id, :payload, :key_id from who
)
select staff_id from who;

-- The person's row is locked before links and sessions.
-- name: lock_staff
-- parameters: account_id bigint, staff_id bigint
select from portal.staff
where staff_id = :staff_id /*filter*/ and account_id = :account_id /*end filter*/
for no key update;

-- Of many at once one wins; the others get PT412 and nothing.
-- name: claim_staff_password_reset
-- parameters: account_id bigint, token_hash bytea, password_hash text
-- columns: staff_id bigint
with claimed as (
  update portal.staff_token t set used_at = now()
  where t.token_hash = :token_hash and t.purpose = 'password_reset' /*filter*/ and t.account_id = :account_id /*end filter*/
    and t.used_at is null and t.revoked_at is null and t.expires_at > now()
  returning t.account_id, t.staff_id
), changed as (
  update portal.staff s set password_hash = :password_hash
  from claimed
  where s.account_id = claimed.account_id and s.staff_id = claimed.staff_id and s.state = 'active'
  returning s.staff_id
)
select portal.require((select staff_id from changed), 'PT412');

-- As staff: what a change of the own password needs to know.
-- name: load_staff_credential
-- parameters: account_id bigint, staff_id bigint
-- columns: password_hash text?, email text, first_name text, surname text, language text, account_name text, portal_name text?,
--   password_minimum_length integer
select s.password_hash, s.email, s.first_name, s.surname, coalesce(s.language, p.default_language, 'en'), a.name, p.name, a.password_minimum_length
from portal.staff s
join portal.account a on a.account_id = s.account_id
left join portal.portal p on p.account_id = s.account_id
where s.staff_id = :staff_id /*filter*/ and s.account_id = :account_id /*end filter*/;

-- PT412 when the password is no longer the one that was verified.
-- name: change_staff_password
-- parameters: account_id bigint, staff_id bigint, old_password_hash text, new_password_hash text
-- columns: staff_id bigint
with changed as (
  update portal.staff s set password_hash = :new_password_hash
  where s.staff_id = :staff_id and s.password_hash = :old_password_hash and s.state = 'active' /*filter*/ and s.account_id = :account_id /*end filter*/
  returning s.staff_id
)
select portal.require((select staff_id from changed), 'PT412');

-- `kept` is the session that goes on, if any.
-- name: end_sessions_of_staff
-- parameters: account_id bigint, staff_id bigint, kept bytea?
update portal.staff_session set ended_at = now()
where staff_id = :staff_id and ended_at is null and token_hash is distinct from :kept /*filter*/ and account_id = :account_id /*end filter*/;

-- name: take_back_staff_links
-- parameters: account_id bigint, staff_id bigint
update portal.staff_token set revoked_at = now(), revoked_reason = 'cancelled'
where staff_id = :staff_id and used_at is null and revoked_at is null /*filter*/ and account_id = :account_id /*end filter*/;

-- Another token for the same session.
-- name: renew_staff_session
-- parameters: account_id bigint, session_hash bytea, new_session_hash bytea
update portal.staff_session set token_hash = :new_session_hash, former_token_hash = token_hash, last_used_at = now()
where token_hash = :session_hash and ended_at is null /*filter*/ and account_id = :account_id /*end filter*/;

-- name: create_staff_message
-- parameters: account_id bigint, message_reference text, kind text, recipient text, language text, staff_id bigint, payload bytea, key_id text
insert into portal.outbox_message (account_id, message_reference, kind, channel, recipient, language, staff_id, payload, key_id)
values (:account_id, :message_reference, :kind, 'email', :recipient, :language, :staff_id, :payload, :key_id);

-- As staff: a link to a new password for somebody who has one, to the person's own address. PT404: no such membership; PT412: nobody who signs in with an
-- address; PT429: enough mails were sent.
-- name: start_member_reset
-- parameters: account_id bigint, membership_id bigint, token_hash bytea, lifetime_seconds integer, hour_maximum integer, day_maximum integer,
--   message_reference text, payload bytea, key_id text
-- columns: member_id bigint, active_id bigint, sent_id bigint
with target as (
  select m.account_id, m.member_id, m.email, m.state, ms.membership_id, ms.client_id, coalesce(m.language, p.default_language, 'en') as language
  from portal.membership ms
  join portal.member m on m.account_id = ms.account_id and m.member_id = ms.member_id
  left join portal.portal p on p.account_id = ms.account_id
  where ms.membership_id = :membership_id and ms.state <> 'ended' /*filter*/ and ms.account_id = :account_id /*end filter*/
  for no key update of m
), who as (
  select t.* from target t
  where t.state = 'active' and t.email is not null and (
    select count(*) filter (where k.created_at > now() - interval '1 hour') < :hour_maximum and count(*) < :day_maximum
    from portal.one_time_token k
    where k.account_id = t.account_id and k.member_id = t.member_id and k.purpose = 'password_reset' and k.created_at > now() - interval '1 day'
  )
), taken_back as (
  update portal.one_time_token k set revoked_at = now(), revoked_reason = 'replaced'
  from who
  where k.account_id = who.account_id and k.member_id = who.member_id and k.purpose = 'password_reset' and k.used_at is null and k.revoked_at is null
), link as (
  insert into portal.one_time_token (account_id, purpose, token_hash, member_id, address, expires_at)
  select account_id, 'password_reset', :token_hash, member_id, email, now() + make_interval(secs => :lifetime_seconds) from who
), message as (
  insert into portal.outbox_message (account_id, message_reference, kind, channel, recipient, language, member_id, payload, key_id)
  select account_id, :message_reference, 'password_reset', 'email', email, language, member_id, :payload, :key_id from who
), noted as (
  insert into portal.activity (account_id, actor_kind, staff_id, action, client_id, membership_id)
  select account_id, portal.current_actor_kind(), portal.current_staff_id(), 'password_reset_started', client_id, membership_id from who
)
select portal.require((select member_id from target), 'PT404'),
  portal.require((select member_id from target where state = 'active' and email is not null), 'PT412'),
  portal.require((select member_id from who), 'PT429');
