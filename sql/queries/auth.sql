-- Sign-in. `session_hash`, `token_hash` and `login_hash` are SHA-256; a login's is that of the normalised address in UTF-8.

-- Who a session is. Also for a worker that does not know it: after enter_anonymous with the session's hash. No row: not signed in.
-- name: load_session
-- parameters: account_id bigint, session_hash bytea
-- columns: session_id bigint, member_id bigint, email text?, email_change_pending boolean, first_name text, surname text, language text?,
--   membership_id bigint, client_id bigint, client_name text, permissions text[]
select s.session_id, m.member_id, m.email, m.pending_email is not null, m.first_name, m.surname, m.language,
  ms.membership_id, c.client_id, c.name, ms.permissions
from portal.session s
join portal.member m on m.account_id = s.account_id and m.member_id = s.member_id and m.state = 'active'
join portal.membership ms on ms.account_id = s.account_id and ms.membership_id = s.membership_id and ms.state = 'active'
join portal.client c on c.account_id = ms.account_id and c.client_id = ms.client_id
join portal.account a on a.account_id = s.account_id and a.suspended_at is null
where s.token_hash = :session_hash /*filter*/ and s.account_id = :account_id /*end filter*/
  and s.ended_at is null and s.expires_at > now() and s.last_used_at > now() - make_interval(days => a.session_idle_days);

-- As the member: what is passed on of a person besides ids.
-- name: load_email
-- parameters: account_id bigint, member_id bigint
-- columns: email text?
select m.email
from portal.member m
where m.member_id = :member_id /*filter*/ and m.account_id = :account_id /*end filter*/;

-- What a member may switch to, by the client's name.
-- name: list_memberships
-- parameters: account_id bigint, member_id bigint
-- columns: membership_id bigint, client_id bigint, client_name text
select ms.membership_id, c.client_id, c.name
from portal.membership ms
join portal.client c on c.account_id = ms.account_id and c.client_id = ms.client_id
where ms.state = 'active' /*filter*/ and ms.account_id = :account_id and ms.member_id = :member_id /*end filter*/
order by c.name, ms.membership_id;

-- After enter_anonymous with the login's hash. The membership is the one used last, else the oldest; null when none is active.
-- name: sign_in_lookup
-- parameters: account_id bigint, login_hash bytea
-- columns: member_id bigint, state text, password_hash text?, membership_id bigint?, client_id bigint?, permissions text[]?
select m.member_id, m.state, m.password_hash, ms.membership_id, ms.client_id, ms.permissions
from portal.member m
left join lateral (
  select u.membership_id, u.client_id, u.permissions
  from portal.membership u
  where u.account_id = m.account_id and u.member_id = m.member_id and u.state = 'active'
  order by u.last_used_at desc nulls last, u.membership_id
  limit 1
) ms on true
where m.login_hash = :login_hash /*filter*/ and m.account_id = :account_id /*end filter*/;

-- Begins a session for somebody whose password was verified against `password_hash`. Inserts nothing when that is no longer the member's, or member,
-- membership or account are not active: a following enter_member then raises PT401.
-- name: create_session
-- parameters: account_id bigint, session_hash bytea, member_id bigint, membership_id bigint, password_hash text, user_agent text?
insert into portal.session (account_id, token_hash, member_id, membership_id, user_agent, expires_at)
select ms.account_id, :session_hash, ms.member_id, ms.membership_id, :user_agent, now() + make_interval(days => a.session_absolute_days)
from portal.membership ms
join portal.member m on m.account_id = ms.account_id and m.member_id = ms.member_id
join portal.account a on a.account_id = ms.account_id
where ms.membership_id = :membership_id and ms.member_id = :member_id /*filter*/ and ms.account_id = :account_id /*end filter*/
  and ms.state = 'active' and m.state = 'active' and m.password_hash = :password_hash and a.suspended_at is null;

-- name: record_sign_in
-- parameters: account_id bigint, member_id bigint
update portal.member set last_sign_in_at = now()
where member_id = :member_id /*filter*/ and account_id = :account_id /*end filter*/;

-- Stands after create_session, which compares the old hash.
-- name: rehash_password
-- parameters: account_id bigint, member_id bigint, old_password_hash text, new_password_hash text
update portal.member set password_hash = :new_password_hash
where member_id = :member_id and password_hash = :old_password_hash /*filter*/ and account_id = :account_id /*end filter*/;

-- As the member or after enter_anonymous with the session's hash, which may have been replaced by a switch a moment ago.
-- name: end_session
-- parameters: account_id bigint, session_hash bytea
-- columns: member_id bigint
update portal.session set ended_at = now()
where (token_hash = :session_hash or former_token_hash = :session_hash) and ended_at is null /*filter*/ and account_id = :account_id /*end filter*/
returning member_id;

-- As the member: the own sessions that still open something, the one used last first.
-- name: list_sessions
-- parameters: account_id bigint, member_id bigint, session_hash bytea, row_limit integer
-- columns: session_id bigint, created_at timestamptz, last_used_at timestamptz, user_agent text?, is_current boolean
select s.session_id, s.created_at, s.last_used_at, s.user_agent, s.token_hash = :session_hash
from portal.session s
join portal.membership ms on ms.account_id = s.account_id and ms.membership_id = s.membership_id and ms.state = 'active'
join portal.account a on a.account_id = s.account_id
where s.ended_at is null and s.expires_at > now() and s.last_used_at > now() - make_interval(days => a.session_idle_days)
  /*filter*/ and s.account_id = :account_id and s.member_id = :member_id /*end filter*/
order by s.last_used_at desc, s.session_id desc
limit :row_limit;

-- As the member: ends one of the own sessions. No row: it is none of them, or over.
-- name: end_own_session
-- parameters: account_id bigint, member_id bigint, session_id bigint
-- columns: session_hash bytea
update portal.session s set ended_at = now()
where s.session_id = :session_id and s.ended_at is null and s.expires_at > now()
  /*filter*/ and s.account_id = :account_id and s.member_id = :member_id /*end filter*/
returning s.token_hash;

-- As the member. Last use of the session and of its membership, unless it was written less than five minutes ago.
-- name: touch_session
-- parameters: account_id bigint, session_hash bytea
with touched as (
  update portal.session s set last_used_at = now()
  where s.token_hash = :session_hash and s.ended_at is null and s.last_used_at < now() - interval '5 minutes'
    /*filter*/ and s.account_id = :account_id /*end filter*/
  returning s.account_id, s.membership_id
)
update portal.membership ms set last_used_at = now()
from touched t
where ms.account_id = t.account_id and ms.membership_id = t.membership_id;

-- As the member: the session gets a new hash and stands for another membership. PT404 when that is none of the member's.
-- name: switch_membership
-- parameters: account_id bigint, session_hash bytea, new_session_hash bytea, membership_id bigint
-- columns: membership_id bigint
with switched as (
  update portal.session s set token_hash = :new_session_hash, former_token_hash = s.token_hash, membership_id = :membership_id, last_used_at = now()
  where s.token_hash = :session_hash and s.ended_at is null /*filter*/ and s.account_id = :account_id /*end filter*/
    and exists (
      select from portal.membership ms
      where ms.account_id = s.account_id and ms.membership_id = :membership_id and ms.member_id = s.member_id and ms.state = 'active'
    )
  returning s.account_id, s.membership_id
), used as (
  update portal.membership ms set last_used_at = now()
  from switched s
  where ms.account_id = s.account_id and ms.membership_id = s.membership_id
)
select portal.require((select membership_id from switched), 'PT404');

-- For links that members ask for themselves: the address belongs to the member, the lifetime begins now.
-- name: create_token
-- parameters: account_id bigint, purpose text, token_hash bytea, member_id bigint, membership_id bigint?, address text, lifetime_seconds integer
insert into portal.one_time_token (account_id, purpose, token_hash, member_id, membership_id, address, expires_at)
values (:account_id, :purpose, :token_hash, :member_id, :membership_id, :address, now() + make_interval(secs => :lifetime_seconds));

-- name: create_outbox_message
-- parameters: account_id bigint, message_reference text, kind text, channel text, recipient text, language text, member_id bigint?,
--   membership_id bigint?, payload bytea, key_id text
insert into portal.outbox_message (account_id, message_reference, kind, channel, recipient, language, member_id, membership_id, payload, key_id)
values (:account_id, :message_reference, :kind, :channel, :recipient, :language, :member_id, :membership_id, :payload, :key_id);
