-- role: portal_maintenance
-- Staff, from the command line: the first one of an account has no other way in.

-- name: lock_staff_by_email
-- parameters: account_id bigint, email text
-- columns: staff_id bigint, state text, role text
select staff_id, state, role from portal.staff
where account_id = :account_id and email = :email and state <> 'removed'
for update;

-- name: create_staff
-- parameters: account_id bigint, email text, role text, first_name text?, surname text?, language text?
-- columns: staff_id bigint
insert into portal.staff (account_id, email, role, first_name, surname, language)
values (:account_id, :email, :role, coalesce(:first_name, ''), coalesce(:surname, ''), :language)
returning staff_id;

-- name: invite_staff_again
-- parameters: account_id bigint, staff_id bigint, role text, first_name text?, surname text?, language text?
update portal.staff set role = :role, first_name = coalesce(:first_name, first_name), surname = coalesce(:surname, surname),
  language = coalesce(:language, language)
where account_id = :account_id and staff_id = :staff_id;

-- name: revoke_staff_tokens
-- parameters: account_id bigint, staff_id bigint, reason text
update portal.staff_token set revoked_at = now(), revoked_reason = :reason
where account_id = :account_id and staff_id = :staff_id and used_at is null and revoked_at is null;

-- name: create_staff_token
-- parameters: account_id bigint, staff_id bigint, purpose text, token_hash bytea, lifetime_seconds integer
-- columns: expires_at timestamptz
insert into portal.staff_token (account_id, purpose, token_hash, staff_id, address, expires_at)
select s.account_id, :purpose, :token_hash, s.staff_id, s.email, now() + make_interval(secs => :lifetime_seconds)
from portal.staff s
where s.account_id = :account_id and s.staff_id = :staff_id
returning expires_at;

-- name: list_staff
-- parameters: account_id bigint
-- columns: staff_id bigint, email text, name text, role text, state text, last_sign_in_at timestamptz?, created_at timestamptz
select staff_id, email, btrim(first_name || ' ' || surname), role, state, last_sign_in_at, created_at
from portal.staff
where account_id = :account_id and state <> 'removed'
order by email;

-- name: remove_staff
-- parameters: account_id bigint, staff_id bigint
update portal.staff set state = 'removed', removed_at = now(), password_hash = null
where account_id = :account_id and staff_id = :staff_id;

-- Keys that the person made end, too.
-- name: revoke_keys_of_staff
-- parameters: account_id bigint, staff_id bigint
update portal.api_key set revoked_at = now() where account_id = :account_id and created_by = :staff_id and revoked_at is null;

-- name: end_sessions_of_staff
-- parameters: account_id bigint, staff_id bigint
update portal.staff_session set ended_at = now() where account_id = :account_id and staff_id = :staff_id and ended_at is null;

-- name: drop_messages_of_staff
-- parameters: account_id bigint, staff_id bigint
delete from portal.outbox_message
where account_id = :account_id and staff_id = :staff_id and sent_at is null and failed_at is null
  and (claimed_until is null or claimed_until <= now());

-- What was done from the command line stands in the activity, too.
-- name: record_system_activity
-- parameters: account_id bigint, action text, subject_kind text, subject_id bigint
insert into portal.activity (account_id, actor_kind, action, subject_kind, subject_id)
values (:account_id, 'system', :action, :subject_kind, :subject_id);
