-- Activation, after enter_anonymous with the link's hash.

-- Consumes nothing. `state` is valid, used, expired, replaced, cancelled or no_portal. `has_login`: the password is there already, in `password_hash`, and is asked for.
-- `language` is the one in which to write to the person.
-- name: look_up_activation
-- parameters: account_id bigint, token_hash bytea
-- columns: state text, member_id bigint, membership_id bigint, client_id bigint, client_name text, email text?, sent_to text,
--   expires_at timestamptz, has_login boolean, password_hash text?, password_minimum_length integer, account_name text, portal_name text?,
--   first_name text, surname text, language text, permissions text[]
select
  case
    when t.used_at is not null or (ms.state = 'active' and m.state = 'active') then 'used'
    when t.revoked_reason is not null then t.revoked_reason
    when m.state in ('removed', 'locked') or ms.state <> 'invited' or a.suspended_at is not null then 'cancelled'
    when p.account_id is null then 'no_portal'
    when t.expires_at <= now() then 'expired'
    else 'valid'
  end,
  m.member_id, ms.membership_id, c.client_id, c.name, m.email, t.address, t.expires_at, m.password_hash is not null, m.password_hash,
  a.password_minimum_length, a.name, p.name, m.first_name, m.surname, coalesce(m.language, p.default_language, 'en'), ms.permissions
from portal.one_time_token t
join portal.member m on m.account_id = t.account_id and m.member_id = t.member_id
join portal.membership ms on ms.account_id = t.account_id and ms.membership_id = t.membership_id
join portal.client c on c.account_id = ms.account_id and c.client_id = ms.client_id
join portal.account a on a.account_id = t.account_id
left join portal.portal p on p.account_id = t.account_id
where t.token_hash = :token_hash and t.purpose = 'activation' /*filter*/ and t.account_id = :account_id /*end filter*/;

-- Everything that follows from a valid link, or PT412 and nothing: of many at once one wins. `known_password_hash` is what look_up_activation told (null for a
-- new member); when it has changed meanwhile the claim fails, and an existing password is never replaced. `pending_email` is an address typed in instead of
-- the one that is known.
-- name: claim_activation
-- parameters: account_id bigint, token_hash bytea, known_password_hash text?, new_password_hash text?, pending_email text?
-- columns: member_id bigint, membership_id bigint, client_id bigint, permissions text[]
with claimed as (
  update portal.one_time_token t set used_at = now()
  where t.token_hash = :token_hash and t.purpose = 'activation' /*filter*/ and t.account_id = :account_id /*end filter*/
    and t.used_at is null and t.revoked_at is null and t.expires_at > now()
    and exists (
      select from portal.account a join portal.portal p on p.account_id = a.account_id where a.account_id = t.account_id and a.suspended_at is null
    )
  returning t.account_id, t.member_id, t.membership_id
), activated_member as (
  update portal.member m
  set password_hash = coalesce(m.password_hash, :new_password_hash), state = 'active',
    pending_email = coalesce(:pending_email, m.pending_email), last_sign_in_at = now()
  from claimed
  where m.account_id = claimed.account_id and m.member_id = claimed.member_id and m.state in ('invited', 'active')
    and m.password_hash is not distinct from :known_password_hash
  returning m.account_id, m.member_id
), activated_membership as (
  update portal.membership ms set state = 'active', activated_at = now(), last_used_at = now()
  from claimed
  where ms.account_id = claimed.account_id and ms.membership_id = claimed.membership_id and ms.state = 'invited'
  returning ms.account_id, ms.member_id, ms.membership_id, ms.client_id, ms.permissions
)
-- One row in any case, so that the condition is always looked at.
select portal.require(done.member_id, 'PT412'), done.membership_id, done.client_id, done.permissions
from (values (true)) as one (row)
left join (
  select ms.member_id, ms.membership_id, ms.client_id, ms.permissions
  from activated_membership ms
  join activated_member m on m.account_id = ms.account_id and m.member_id = ms.member_id
) done on true;

-- After note_password_reset with the link's hash. In the place of a link that has expired and nothing else: the new one, and its message to where the old one
-- went. Else it does nothing.
-- name: renew_activation
-- parameters: account_id bigint, token_hash bytea, new_token_hash bytea, message_reference text, payload bytea, key_id text
-- columns: member_id bigint
with who as (
  select t.account_id, t.one_time_token_id, t.member_id, t.membership_id, t.address, a.invitation_days,
    coalesce(m.language, p.default_language, 'en') as language
  from portal.one_time_token t
  join portal.member m on m.account_id = t.account_id and m.member_id = t.member_id
  join portal.membership ms on ms.account_id = t.account_id and ms.membership_id = t.membership_id
  join portal.account a on a.account_id = t.account_id
  join portal.portal p on p.account_id = t.account_id
  where t.token_hash = :token_hash and t.purpose = 'activation' /*filter*/ and t.account_id = :account_id /*end filter*/
    and t.used_at is null and t.revoked_at is null and t.expires_at <= now()
    and m.state in ('invited', 'active') and ms.state = 'invited' and a.suspended_at is null
), replaced as (
  update portal.one_time_token t set revoked_at = now(), revoked_reason = 'replaced'
  from who
  where t.account_id = who.account_id and t.one_time_token_id = who.one_time_token_id and t.revoked_at is null
  returning t.account_id, t.one_time_token_id
), link as (
  insert into portal.one_time_token (account_id, purpose, token_hash, member_id, membership_id, address, expires_at)
  select who.account_id, 'activation', :new_token_hash, who.member_id, who.membership_id, who.address, now() + make_interval(days => who.invitation_days)
  from who join replaced using (account_id, one_time_token_id)
), message as (
  insert into portal.outbox_message (account_id, message_reference, kind, channel, recipient, language, member_id, membership_id, payload, key_id)
  select who.account_id, :message_reference, 'invitation', case when position('@' in who.address) > 0 then 'email' else 'sms' end, who.address,
    who.language, who.member_id, who.membership_id, :payload, :key_id
  from who join replaced using (account_id, one_time_token_id)
)
select who.member_id from who join replaced using (account_id, one_time_token_id);
