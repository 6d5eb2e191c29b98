-- What owners do about staff, and staff about themselves. A statement that changes somebody else writes its own row into the activity, because it knows what was
-- before.

-- name: list_staff_users
-- parameters: account_id bigint, row_limit integer
-- columns: staff_id bigint, email text, first_name text, surname text, role text, work_request_mail boolean, state text, last_sign_in_at timestamptz?,
--   created_at timestamptz
select s.staff_id, s.email, s.first_name, s.surname, s.role, s.work_request_mail, s.state, s.last_sign_in_at, s.created_at
from portal.staff s
where s.state <> 'removed' /*filter*/ and s.account_id = :account_id /*end filter*/
order by s.email, s.staff_id
limit :row_limit;

-- Without an id: whom the segment has just added.
-- name: get_staff_user
-- parameters: account_id bigint, staff_id bigint?
-- columns: staff_id bigint, email text, first_name text, surname text, role text, work_request_mail boolean, state text, last_sign_in_at timestamptz?,
--   created_at timestamptz
select s.staff_id, s.email, s.first_name, s.surname, s.role, s.work_request_mail, s.state, s.last_sign_in_at, s.created_at
from portal.staff s
where s.staff_id = case when :staff_id is null then portal.made_id() else :staff_id end and s.state <> 'removed'
  /*filter*/ and s.account_id = :account_id /*end filter*/;

-- Somebody new, with a link and the message that carries it. An address that belongs to the staff already violates a key.
-- name: add_staff_user
-- parameters: account_id bigint, email text, role text, first_name text?, surname text?, language text?, token_hash bytea, lifetime_seconds integer,
--   message_reference text, payload bytea, key_id text
-- columns: staff_id bigint
with added as (
  insert into portal.staff (account_id, email, role, first_name, surname, language)
  values (:account_id, :email, :role, coalesce(:first_name, ''), coalesce(:surname, ''), :language)
  returning account_id, staff_id, email, role, language
), link as (
  insert into portal.staff_token (account_id, purpose, token_hash, staff_id, address, expires_at)
  select account_id, 'activation', :token_hash, staff_id, email, now() + make_interval(secs => :lifetime_seconds) from added
), message as (
  insert into portal.outbox_message (account_id, message_reference, kind, channel, recipient, language, staff_id, payload, key_id)
  select a.account_id, :message_reference, 'staff_invitation', 'email', a.email, coalesce(a.language, p.default_language, 'en'), a.staff_id, :payload, :key_id
  from added a left join portal.portal p on p.account_id = a.account_id
), noted as (
  insert into portal.activity (account_id, actor_kind, staff_id, action, subject_kind, subject_id, details)
  select account_id, portal.current_actor_kind(), portal.current_staff_id(), 'staff_added', 'staff', staff_id, jsonb_build_object('email', email, 'role', role)
  from added
)
select portal.remember_made(staff_id) from added;

-- The earlier link stops working. PT404: nobody with this id; PT412: has a password already.
-- name: resend_staff_invitation
-- parameters: account_id bigint, staff_id bigint, token_hash bytea, lifetime_seconds integer, message_reference text, payload bytea, key_id text
-- columns: staff_id bigint, invited_id bigint
with target as (
  select s.account_id, s.staff_id, s.email, s.state, coalesce(s.language, p.default_language, 'en') as language
  from portal.staff s left join portal.portal p on p.account_id = s.account_id
  where s.staff_id = :staff_id and s.state <> 'removed' /*filter*/ and s.account_id = :account_id /*end filter*/
  for no key update of s
), replaced as (
  update portal.staff_token t set revoked_at = now(), revoked_reason = 'replaced'
  from target
  where t.account_id = target.account_id and t.staff_id = target.staff_id and target.state = 'invited' and t.used_at is null and t.revoked_at is null
), link as (
  insert into portal.staff_token (account_id, purpose, token_hash, staff_id, address, expires_at)
  select account_id, 'activation', :token_hash, staff_id, email, now() + make_interval(secs => :lifetime_seconds) from target where state = 'invited'
), message as (
  insert into portal.outbox_message (account_id, message_reference, kind, channel, recipient, language, staff_id, payload, key_id)
  select account_id, :message_reference, 'staff_invitation', 'email', email, language, staff_id, :payload, :key_id from target where state = 'invited'
), noted as (
  insert into portal.activity (account_id, actor_kind, staff_id, action, subject_kind, subject_id)
  select account_id, portal.current_actor_kind(), portal.current_staff_id(), 'staff_invitation_resent', 'staff', staff_id from target where state = 'invited'
)
select portal.require((select staff_id from target), 'PT404'), portal.require((select staff_id from target where state = 'invited'), 'PT412');

-- Before a change that could leave an account without an owner: whoever else changes owners waits.
-- name: lock_owners
-- parameters: account_id bigint
select from portal.staff
where role = 'owner' and state = 'active' /*filter*/ and account_id = :account_id /*end filter*/
order by staff_id
for no key update;

-- After lock_owners. PT404: nobody with this id; PT455: the last owner stays one. API keys are an owner's to make: those of somebody who is none any more end.
-- name: change_staff_role
-- parameters: account_id bigint, staff_id bigint, role text
-- columns: staff_id bigint, changed_id bigint
with target as (
  select s.account_id, s.staff_id, s.role, s.state
  from portal.staff s
  where s.staff_id = :staff_id and s.state <> 'removed' /*filter*/ and s.account_id = :account_id /*end filter*/
), changed as (
  update portal.staff s set role = :role
  from target t
  where s.account_id = t.account_id and s.staff_id = t.staff_id and (:role = 'owner' or t.role <> 'owner' or t.state <> 'active' or exists (
    select from portal.staff o where o.account_id = t.account_id and o.role = 'owner' and o.state = 'active' and o.staff_id <> t.staff_id
  ))
  returning s.account_id, s.staff_id
), keys as (
  update portal.api_key k set revoked_at = now()
  from changed c
  where :role <> 'owner' and k.account_id = c.account_id and k.created_by = c.staff_id and k.revoked_at is null
  returning k.name
), noted as (
  insert into portal.activity (account_id, actor_kind, staff_id, action, subject_kind, subject_id, details)
  select t.account_id, portal.current_actor_kind(), portal.current_staff_id(), 'staff_role_changed', 'staff', t.staff_id,
    jsonb_build_object('before', jsonb_build_object('role', t.role), 'after', jsonb_build_object('role', :role::text),
      'keys_revoked', (select count(*) from keys))
  from target t join changed using (account_id, staff_id)
  where t.role <> :role
)
select portal.require((select staff_id from target), 'PT404'), portal.require((select staff_id from changed), 'PT455');

-- Whether mails about work requests go to somebody. PT404: nobody with this id.
-- name: switch_staff_mail
-- parameters: account_id bigint, staff_id bigint, work_request_mail boolean
-- columns: staff_id bigint
with target as (
  select s.account_id, s.staff_id, s.work_request_mail
  from portal.staff s
  where s.staff_id = :staff_id and s.state <> 'removed' /*filter*/ and s.account_id = :account_id /*end filter*/
  for no key update
), changed as (
  update portal.staff s set work_request_mail = :work_request_mail
  from target t
  where s.account_id = t.account_id and s.staff_id = t.staff_id
), noted as (
  insert into portal.activity (account_id, actor_kind, staff_id, action, subject_kind, subject_id, details)
  select t.account_id, portal.current_actor_kind(), portal.current_staff_id(), 'staff_mail_changed', 'staff', t.staff_id,
    jsonb_build_object('before', jsonb_build_object('work_request_mail', t.work_request_mail), 'after', jsonb_build_object('work_request_mail', :work_request_mail::boolean))
  from target t
  where t.work_request_mail <> :work_request_mail
)
select portal.require((select staff_id from target), 'PT404');

-- After lock_owners, as change_staff_role. Ends everything that the person opened.
-- name: remove_staff_user
-- parameters: account_id bigint, staff_id bigint
-- columns: staff_id bigint, removed_id bigint
with target as (
  select s.account_id, s.staff_id, s.email, s.role, s.state
  from portal.staff s
  where s.staff_id = :staff_id and s.state <> 'removed' /*filter*/ and s.account_id = :account_id /*end filter*/
), removed as (
  update portal.staff s set state = 'removed', removed_at = now(), password_hash = null
  from target t
  where s.account_id = t.account_id and s.staff_id = t.staff_id and (t.role <> 'owner' or t.state <> 'active' or exists (
    select from portal.staff o where o.account_id = t.account_id and o.role = 'owner' and o.state = 'active' and o.staff_id <> t.staff_id
  ))
  returning s.account_id, s.staff_id
), ended as (
  update portal.staff_session s set ended_at = now()
  from removed r
  where s.account_id = r.account_id and s.staff_id = r.staff_id and s.ended_at is null
), taken_back as (
  update portal.staff_token t set revoked_at = now(), revoked_reason = 'cancelled'
  from removed r
  where t.account_id = r.account_id and t.staff_id = r.staff_id and t.used_at is null and t.revoked_at is null
), keys as (
  update portal.api_key k set revoked_at = now()
  from removed r
  where k.account_id = r.account_id and k.created_by = r.staff_id and k.revoked_at is null
  returning k.name
), noted as (
  insert into portal.activity (account_id, actor_kind, staff_id, action, subject_kind, subject_id, details)
  select t.account_id, portal.current_actor_kind(), portal.current_staff_id(), 'staff_removed', 'staff', t.staff_id,
    jsonb_build_object('email', t.email, 'keys_revoked', (select count(*) from keys))
  from target t join removed using (account_id, staff_id)
)
select portal.require((select staff_id from target), 'PT404'), portal.require((select staff_id from removed), 'PT455');

-- The own ones that still open something, the one used last first.
-- name: list_staff_sessions
-- parameters: account_id bigint, staff_id bigint, session_hash bytea, row_limit integer
-- columns: staff_session_id bigint, created_at timestamptz, last_used_at timestamptz, user_agent text?, is_current boolean
select s.staff_session_id, s.created_at, s.last_used_at, s.user_agent, s.token_hash = :session_hash
from portal.staff_session s
join portal.account a on a.account_id = s.account_id
where s.staff_id = :staff_id and s.ended_at is null and s.expires_at > now()
  and s.last_used_at > now() - make_interval(hours => a.staff_session_idle_hours) /*filter*/ and s.account_id = :account_id /*end filter*/
order by s.last_used_at desc, s.staff_session_id desc
limit :row_limit;

-- No row: none of the own ones, or over.
-- name: end_own_staff_session
-- parameters: account_id bigint, staff_id bigint, staff_session_id bigint
-- columns: session_hash bytea
update portal.staff_session s set ended_at = now()
where s.staff_session_id = :staff_session_id and s.staff_id = :staff_id and s.ended_at is null and s.expires_at > now()
  /*filter*/ and s.account_id = :account_id /*end filter*/
returning s.token_hash;

-- name: update_staff_me
-- parameters: account_id bigint, staff_id bigint, sets_first_name boolean, first_name text?, sets_surname boolean, surname text?,
--   sets_language boolean, language text?, work_request_mail boolean?
with target as (
  select s.account_id, s.staff_id, s.work_request_mail
  from portal.staff s
  where s.staff_id = :staff_id /*filter*/ and s.account_id = :account_id /*end filter*/
  for no key update
), noted as (
  insert into portal.activity (account_id, actor_kind, staff_id, action, subject_kind, subject_id, details)
  select t.account_id, portal.current_actor_kind(), portal.current_staff_id(), 'staff_mail_changed', 'staff', t.staff_id,
    jsonb_build_object('before', jsonb_build_object('work_request_mail', t.work_request_mail), 'after', jsonb_build_object('work_request_mail', :work_request_mail::boolean))
  from target t
  where t.work_request_mail <> :work_request_mail
)
update portal.staff s set
  first_name = case when :sets_first_name then coalesce(:first_name, '') else s.first_name end,
  surname = case when :sets_surname then coalesce(:surname, '') else s.surname end,
  language = case when :sets_language then :language else s.language end,
  work_request_mail = coalesce(:work_request_mail, s.work_request_mail)
from target t
where s.account_id = t.account_id and s.staff_id = t.staff_id;
