-- Forgotten and changed passwords. `token_hash` and `login_hash` are SHA-256.

-- After enter_anonymous with the login's hash, known or not. Holds up another request for the same login until this segment ends, and writes as much for
-- everybody.
-- name: note_password_reset
-- parameters: account_id bigint, login_hash bytea
insert into portal.password_reset_request (account_id, place) values (:account_id, portal.password_reset_place(:login_hash))
on conflict (account_id, place) do update set last_at = now();

-- After note_password_reset. For an active member within the limits: takes earlier links back, makes the new one and its message. Else it does nothing.
-- The member's row is locked before the links, as everybody does who changes both.
-- Only links that were made count: a request that is refused shortens nobody's day.
-- name: create_password_reset
-- parameters: account_id bigint, login_hash bytea, token_hash bytea, lifetime_seconds integer, hour_maximum integer, day_maximum integer,
--   message_reference text, payload bytea, key_id text
-- columns: member_id bigint
with who as (
  select m.account_id, m.member_id, m.email, coalesce(m.language, p.default_language, 'en') as language
  from portal.member m
  left join portal.portal p on p.account_id = m.account_id
  where m.login_hash = :login_hash /*filter*/ and m.account_id = :account_id /*end filter*/
    and m.state = 'active' and (
      select count(*) filter (where t.created_at > now() - interval '1 hour') < :hour_maximum and count(*) < :day_maximum
      from portal.one_time_token t
      where t.account_id = m.account_id and t.member_id = m.member_id and t.purpose = 'password_reset' and t.created_at > now() - interval '1 day'
    )
  for no key update of m
), taken_back as (
  update portal.one_time_token t set revoked_at = now(), revoked_reason = 'replaced'
  from who
  where t.account_id = who.account_id and t.member_id = who.member_id and t.purpose = 'password_reset' and t.used_at is null and t.revoked_at is null
), link as (
  insert into portal.one_time_token (account_id, purpose, token_hash, member_id, address, expires_at)
  select who.account_id, 'password_reset', :token_hash, who.member_id, who.email, now() + make_interval(secs => :lifetime_seconds) from who
), message as (
  insert into portal.outbox_message (account_id, message_reference, kind, channel, recipient, language, member_id, payload, key_id)
  select who.account_id, :message_reference, 'password_reset', 'email', who.email, who.language, who.member_id, :payload, :key_id from who
)
select member_id from who;

-- After enter_anonymous with the link's hash; consumes nothing. `state` is valid, used, expired or replaced; what was taken back for another reason counts as
-- expired.
-- name: look_up_password_reset
-- parameters: account_id bigint, token_hash bytea
-- columns: state text, member_id bigint, email text?, first_name text, surname text, language text, account_name text, portal_name text?,
--   password_minimum_length integer
select
  case
    when t.used_at is not null then 'used'
    when t.revoked_reason = 'replaced' then 'replaced'
    when t.revoked_at is not null or t.expires_at <= now() or m.state <> 'active' then 'expired'
    else 'valid'
  end,
  m.member_id, m.email, m.first_name, m.surname, coalesce(m.language, p.default_language, 'en'), a.name, p.name, a.password_minimum_length
from portal.one_time_token t
join portal.member m on m.account_id = t.account_id and m.member_id = t.member_id
join portal.account a on a.account_id = t.account_id
left join portal.portal p on p.account_id = t.account_id
where t.token_hash = :token_hash and t.purpose = 'password_reset' /*filter*/ and t.account_id = :account_id /*end filter*/;

-- The member's row is locked before links and sessions, the order of everybody who changes several of them.
-- name: lock_member
-- parameters: account_id bigint, member_id bigint
select from portal.member
where member_id = :member_id /*filter*/ and account_id = :account_id /*end filter*/
for no key update;

-- Of many at once one wins; the others get PT412 and nothing.
-- name: claim_password_reset
-- parameters: account_id bigint, token_hash bytea, password_hash text
-- columns: member_id bigint
with claimed as (
  update portal.one_time_token t set used_at = now()
  where t.token_hash = :token_hash and t.purpose = 'password_reset' /*filter*/ and t.account_id = :account_id /*end filter*/
    and t.used_at is null and t.revoked_at is null and t.expires_at > now()
  returning t.account_id, t.member_id
), changed as (
  update portal.member m set password_hash = :password_hash
  from claimed
  where m.account_id = claimed.account_id and m.member_id = claimed.member_id and m.state = 'active'
  returning m.member_id
)
select portal.require((select member_id from changed), 'PT412');

-- As the member: what a change of the password needs to know.
-- name: load_credential
-- parameters: account_id bigint, member_id bigint
-- columns: password_hash text?, email text?, first_name text, surname text, language text, account_name text, portal_name text?,
--   password_minimum_length integer
select m.password_hash, m.email, m.first_name, m.surname, coalesce(m.language, p.default_language, 'en'), a.name, p.name, a.password_minimum_length
from portal.member m
join portal.account a on a.account_id = m.account_id
left join portal.portal p on p.account_id = m.account_id
where m.member_id = :member_id /*filter*/ and m.account_id = :account_id /*end filter*/;

-- As the member; PT412 when the password is no longer the one that was verified.
-- name: change_password
-- parameters: account_id bigint, member_id bigint, old_password_hash text, new_password_hash text
-- columns: member_id bigint
with changed as (
  update portal.member m set password_hash = :new_password_hash
  where m.member_id = :member_id and m.password_hash = :old_password_hash and m.state = 'active' /*filter*/ and m.account_id = :account_id /*end filter*/
  returning m.member_id
)
select portal.require((select member_id from changed), 'PT412');

-- `kept` is the session that goes on, if any.
-- name: end_sessions_of_member
-- parameters: account_id bigint, member_id bigint, kept bytea?
update portal.session set ended_at = now()
where member_id = :member_id and ended_at is null and token_hash is distinct from :kept /*filter*/ and account_id = :account_id /*end filter*/;

-- As the member: another token for the same session.
-- name: renew_session
-- parameters: account_id bigint, session_hash bytea, new_session_hash bytea
update portal.session set token_hash = :new_session_hash, former_token_hash = token_hash, last_used_at = now()
where token_hash = :session_hash and ended_at is null /*filter*/ and account_id = :account_id /*end filter*/;

-- After a change of what somebody signs in with. Invitations stay: who has a login joins with its password. A confirmation stays while it is the only way
-- to a login.
-- name: take_back_links
-- parameters: account_id bigint, member_id bigint
update portal.one_time_token t set revoked_at = now(), revoked_reason = 'cancelled'
where t.member_id = :member_id and t.purpose <> 'activation' and t.used_at is null and t.revoked_at is null
  /*filter*/ and t.account_id = :account_id /*end filter*/
  and (t.purpose = 'password_reset' or exists (
    select from portal.member m where m.account_id = t.account_id and m.member_id = t.member_id and m.email is not null
  ));

-- After enter_anonymous with the link's hash; consumes nothing. The states are those of look_up_password_reset.
-- name: look_up_email_change
-- parameters: account_id bigint, token_hash bytea
-- columns: state text, member_id bigint, former_email text?, language text
select
  case
    when t.used_at is not null then 'used'
    when t.revoked_reason = 'replaced' then 'replaced'
    when t.revoked_at is not null or t.expires_at <= now() or m.state <> 'active' then 'expired'
    when m.pending_email is distinct from t.address then 'replaced'
    else 'valid'
  end,
  m.member_id, m.email, coalesce(m.language, p.default_language, 'en')
from portal.one_time_token t
join portal.member m on m.account_id = t.account_id and m.member_id = t.member_id
left join portal.portal p on p.account_id = t.account_id
where t.token_hash = :token_hash and t.purpose = 'email_change' /*filter*/ and t.account_id = :account_id /*end filter*/;

-- Of many at once one wins; the others get PT412 and nothing, as does a link to an address that another one has replaced. Another member with the address is a
-- violated key.
-- name: claim_email_change
-- parameters: account_id bigint, token_hash bytea
-- columns: member_id bigint
with claimed as (
  update portal.one_time_token t set used_at = now()
  where t.token_hash = :token_hash and t.purpose = 'email_change' /*filter*/ and t.account_id = :account_id /*end filter*/
    and t.used_at is null and t.revoked_at is null and t.expires_at > now()
  returning t.account_id, t.member_id, t.address
), changed as (
  update portal.member m set email = claimed.address, pending_email = null
  from claimed
  where m.account_id = claimed.account_id and m.member_id = claimed.member_id and m.state = 'active'
    and m.pending_email = claimed.address
  returning m.member_id
)
select portal.require((select member_id from changed), 'PT412');
