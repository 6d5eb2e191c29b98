-- Members and invitations as staff see them. What changes them stands in sql/policies/34_invitations.sql. Ids are those of memberships.

-- The newest first. `q`: words that are all found in the name, address, number or client.
-- name: list_members
-- parameters: account_id bigint, client_id bigint?, state text?, channel text?, q text?, after_invited_at timestamptz?, after_membership_id bigint,
--   row_limit integer
-- columns: membership_id bigint, client_id bigint, client_name text, first_name text, surname text, email text?, pending_email text?, phone text?, job_title text?,
--   language text?, permissions text[], notifications text[], state text, channel text?, failure text?, invited_at timestamptz, expires_at timestamptz?, accepted_at timestamptz?,
--   last_sign_in_at timestamptz?
select v.membership_id, v.client_id, v.client_name, v.first_name, v.surname, v.email, v.pending_email, v.phone, v.job_title, v.language, v.permissions, v.notifications, v.state,
  v.channel, v.failure, v.invited_at, v.expires_at, v.activated_at, v.last_sign_in_at
from portal.staff_member v
where (:client_id is null or v.client_id = :client_id) and (:state is null or v.state = :state) and (:channel is null or v.channel = :channel)
  and (:q is null or not exists (
    select from unnest(portal.search_words(:q)) as w (word)
    where strpos(portal.fold(concat_ws(' ', v.first_name, v.surname, v.email, v.pending_email, v.phone, left(v.client_name, 300))), w.word) = 0
  ))
  and (v.invited_at, v.membership_id) < (case when :after_invited_at is null then 'infinity' else :after_invited_at end, :after_membership_id)
  /*filter*/ and v.account_id = :account_id /*end filter*/
order by v.invited_at desc, v.membership_id desc
limit :row_limit;

-- Null: the one that this segment has made.
-- name: get_member
-- parameters: account_id bigint, membership_id bigint?
-- columns: membership_id bigint, client_id bigint, client_name text, first_name text, surname text, email text?, pending_email text?, phone text?, job_title text?,
--   language text?, permissions text[], notifications text[], state text, channel text?, failure text?, invited_at timestamptz, expires_at timestamptz?, accepted_at timestamptz?,
--   last_sign_in_at timestamptz?
select v.membership_id, v.client_id, v.client_name, v.first_name, v.surname, v.email, v.pending_email, v.phone, v.job_title, v.language, v.permissions, v.notifications, v.state,
  v.channel, v.failure, v.invited_at, v.expires_at, v.activated_at, v.last_sign_in_at
from portal.staff_member v
where v.membership_id = case when :membership_id is null then portal.made_id() else :membership_id end
  /*filter*/ and v.account_id = :account_id /*end filter*/;

-- name: update_member
-- parameters: account_id bigint, membership_id bigint, content jsonb
select from portal.update_member(:account_id, :membership_id, :content);

-- name: remove_member
-- parameters: account_id bigint, membership_id bigint
select from portal.end_membership(:account_id, :membership_id, false);

-- name: invite_member
-- parameters: account_id bigint, client_id bigint, content jsonb, token_hash bytea, message_reference text, payload bytea, key_id text
-- columns: membership_id bigint
select portal.invite(:account_id, :client_id, :content, row(:token_hash, :message_reference, :payload, :key_id)::portal.new_link);

-- One of many: `outcome` is invited, already_member, no_address or not_found.
-- name: try_to_invite_member
-- parameters: account_id bigint, client_id bigint, content jsonb, token_hash bytea, message_reference text, payload bytea, key_id text
-- columns: outcome text, membership_id bigint?, noted text
select t.outcome, t.membership, portal.remember_parts(jsonb_build_array(jsonb_build_object('id', t.membership, 'word', t.outcome)))
from portal.try_to_invite(:account_id, :client_id, :content, row(:token_hash, :message_reference, :payload, :key_id)::portal.new_link) t;

-- name: resend_invitation
-- parameters: account_id bigint, membership_id bigint, token_hash bytea, message_reference text, payload bytea, key_id text
select from portal.resend_invitation(:account_id, :membership_id, row(:token_hash, :message_reference, :payload, :key_id)::portal.new_link);

-- name: ask_for_confirmation
-- parameters: account_id bigint, membership_id bigint, address text, lifetime_seconds integer, hour_maximum integer, day_maximum integer, token_hash bytea,
--   message_reference text, payload bytea, key_id text
select from portal.ask_for_confirmation(:account_id, :membership_id, :address, :lifetime_seconds, :hour_maximum, :day_maximum,
  row(:token_hash, :message_reference, :payload, :key_id)::portal.new_link);

-- One of many: `outcome` is resent, already_member, no_address or not_found.
-- name: try_to_resend_invitation
-- parameters: account_id bigint, membership_id bigint, token_hash bytea, message_reference text, payload bytea, key_id text
-- columns: outcome text, noted text
select t.outcome, portal.remember_parts(jsonb_build_array(jsonb_build_object('id', :membership_id, 'word', t.outcome)))
from portal.try_to_resend_invitation(:account_id, :membership_id, row(:token_hash, :message_reference, :payload, :key_id)::portal.new_link) as t (outcome);

-- name: cancel_invitation
-- parameters: account_id bigint, membership_id bigint
select from portal.end_membership(:account_id, :membership_id, true);

-- Whom a reminder goes to, who has waited longest first. Who was written to in the last hour is left alone.
-- name: list_unaccepted
-- parameters: account_id bigint, states text[], row_limit integer
-- columns: membership_id bigint
select v.membership_id
from portal.staff_member v
where v.state = any (:states) and v.invited_at < now() - interval '1 hour' /*filter*/ and v.account_id = :account_id /*end filter*/
order by v.invited_at, v.membership_id
limit :row_limit;

-- The same, noted for whoever asks again: by then others have not accepted.
-- name: note_unaccepted
-- parameters: account_id bigint, states text[], row_limit integer
-- columns: membership_id bigint
with found as materialized (
  select v.membership_id, v.invited_at
  from portal.staff_member v
  where v.state = any (:states) and v.invited_at < now() - interval '1 hour' /*filter*/ and v.account_id = :account_id /*end filter*/
  order by v.invited_at, v.membership_id
  limit :row_limit
), noted as materialized (
  select portal.remember_parts((select jsonb_agg(jsonb_build_object('id', f.membership_id) order by f.invited_at, f.membership_id) from found f)) as parts
)
select f.membership_id from found f cross join noted n where n.parts is not null order by f.invited_at, f.membership_id;

-- Messages of the account that failed, or that wait, the newest first.
-- name: list_messages
-- parameters: account_id bigint, state text, after_message_id bigint?, row_limit integer
-- columns: outbox_message_id bigint, kind text, channel text, recipient text, membership_id bigint?, attempts integer, created_at timestamptz,
--   failed_at timestamptz?, next_attempt_at timestamptz?, reason text?, can_retry boolean
select o.outbox_message_id, o.kind, o.channel, o.recipient, o.membership_id, o.attempts, o.created_at, o.failed_at,
  case when o.failed_at is null then o.not_before end, o.last_error, o.failed_at is not null and o.key_id is not null
from portal.outbox_message o
where o.sent_at is null and (o.failed_at is not null) = (:state = 'failed')
  and o.outbox_message_id < case when :after_message_id is null then 9223372036854775807 else :after_message_id end
  /*filter*/ and o.account_id = :account_id /*end filter*/
order by o.outbox_message_id desc
limit :row_limit;

-- name: retry_message
-- parameters: account_id bigint, message_id bigint
select from portal.retry_message(:account_id, :message_id);
