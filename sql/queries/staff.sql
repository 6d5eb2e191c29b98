-- Staff: sessions, sign-in and links. Hashes are SHA-256, as in auth.sql.

-- Who a session is; as staff, or after enter_staff_visitor with the session's hash. No row: not signed in.
-- name: load_staff_session
-- parameters: account_id bigint, session_hash bytea
-- columns: staff_id bigint, email text, first_name text, surname text, role text, language text?, work_request_mail boolean, account_name text, time_zone text,
--   portal_created boolean
select st.staff_id, st.email, st.first_name, st.surname, st.role, st.language, st.work_request_mail, a.name, a.time_zone, p.account_id is not null
from portal.staff_session s
join portal.staff st on st.account_id = s.account_id and st.staff_id = s.staff_id and st.state = 'active'
join portal.account a on a.account_id = s.account_id and a.suspended_at is null
left join portal.portal p on p.account_id = s.account_id
where s.token_hash = :session_hash /*filter*/ and s.account_id = :account_id /*end filter*/
  and s.ended_at is null and s.expires_at > now() and s.last_used_at > now() - make_interval(hours => a.staff_session_idle_hours);

-- As staff. Last use, unless it was written less than five minutes ago.
-- name: touch_staff_session
-- parameters: account_id bigint, session_hash bytea
update portal.staff_session s set last_used_at = now()
where s.token_hash = :session_hash and s.ended_at is null and s.last_used_at < now() - interval '5 minutes'
  /*filter*/ and s.account_id = :account_id /*end filter*/;

-- After enter_staff_visitor with the session's hash.
-- name: end_staff_session
-- parameters: account_id bigint, session_hash bytea
-- columns: staff_id bigint
update portal.staff_session set ended_at = now()
where (token_hash = :session_hash or former_token_hash = :session_hash) and ended_at is null /*filter*/ and account_id = :account_id /*end filter*/
returning staff_id;

-- After enter_staff_visitor with the login's hash.
-- name: staff_sign_in_lookup
-- parameters: account_id bigint, login_hash bytea
-- columns: staff_id bigint, state text, password_hash text?, role text
select s.staff_id, s.state, s.password_hash, s.role
from portal.staff s
where s.login_hash = :login_hash and s.state <> 'removed' /*filter*/ and s.account_id = :account_id /*end filter*/;

-- Also locks the row, before anything else of the person changes.
-- name: record_staff_sign_in
-- parameters: account_id bigint, staff_id bigint
update portal.staff set last_sign_in_at = now()
where staff_id = :staff_id /*filter*/ and account_id = :account_id /*end filter*/;

-- Inserts nothing when the verified password is no longer the stored one, or staff or account are not active: a following enter_staff then raises PT401.
-- name: create_staff_session
-- parameters: account_id bigint, session_hash bytea, staff_id bigint, password_hash text, user_agent text?
insert into portal.staff_session (account_id, token_hash, staff_id, user_agent, expires_at)
select s.account_id, :session_hash, s.staff_id, :user_agent, now() + make_interval(days => a.staff_session_absolute_days)
from portal.staff s
join portal.account a on a.account_id = s.account_id
where s.staff_id = :staff_id and s.state = 'active' and s.password_hash = :password_hash and a.suspended_at is null
  /*filter*/ and s.account_id = :account_id /*end filter*/;

-- As staff, after create_staff_session, which compares the old hash.
-- name: rehash_staff_password
-- parameters: account_id bigint, staff_id bigint, old_password_hash text, new_password_hash text
update portal.staff set password_hash = :new_password_hash
where staff_id = :staff_id and password_hash = :old_password_hash /*filter*/ and account_id = :account_id /*end filter*/;

-- After enter_staff_visitor with the link's hash; consumes nothing. `state` is valid, used, expired, replaced or cancelled.
-- name: look_up_staff_link
-- parameters: account_id bigint, token_hash bytea, purpose text
-- columns: state text, staff_id bigint, email text, first_name text, surname text, role text, language text, account_name text, portal_name text?,
--   password_minimum_length integer, expires_at timestamptz
select
  case
    when t.used_at is not null then 'used'
    when t.revoked_reason is not null then t.revoked_reason
    when s.state <> case t.purpose when 'activation' then 'invited' else 'active' end then 'cancelled'
    when t.expires_at <= now() then 'expired'
    else 'valid'
  end,
  s.staff_id, s.email, s.first_name, s.surname, s.role, coalesce(s.language, p.default_language, 'en'), a.name, p.name, a.password_minimum_length, t.expires_at
from portal.staff_token t
join portal.staff s on s.account_id = t.account_id and s.staff_id = t.staff_id
join portal.account a on a.account_id = t.account_id
left join portal.portal p on p.account_id = t.account_id
where t.token_hash = :token_hash and t.purpose = :purpose /*filter*/ and t.account_id = :account_id /*end filter*/;

-- Of many at once one wins; the others get PT412 and nothing. Names stay where none are given.
-- name: claim_staff_activation
-- parameters: account_id bigint, token_hash bytea, password_hash text, first_name text?, surname text?
-- columns: staff_id bigint
with claimed as (
  update portal.staff_token t set used_at = now()
  where t.token_hash = :token_hash and t.purpose = 'activation' /*filter*/ and t.account_id = :account_id /*end filter*/
    and t.used_at is null and t.revoked_at is null and t.expires_at > now()
  returning t.account_id, t.staff_id
), activated as (
  update portal.staff s set password_hash = :password_hash, state = 'active', first_name = coalesce(:first_name, s.first_name),
    surname = coalesce(:surname, s.surname)
  from claimed
  where s.account_id = claimed.account_id and s.staff_id = claimed.staff_id and s.state = 'invited'
  returning s.staff_id
)
select portal.require((select staff_id from activated), 'PT412');
