-- role: portal_maintenance
-- The queue of messages, as people look at it.

-- name: list_outbox
-- parameters: account_id bigint?, state text?, maximum integer
-- columns: account text, outbox_message_id bigint, state text, kind text, channel text, recipient text, attempts integer, created_at timestamptz,
--   next_attempt_at timestamptz?, sent_at timestamptz?, failed_at timestamptz?, last_error text?
select a.slug, o.outbox_message_id, o.state, o.kind, o.channel, o.recipient, o.attempts, o.created_at,
  case when o.state = 'queued' then greatest(o.not_before, o.claimed_until) end, o.sent_at, o.failed_at,
  case when o.state = 'queued' and a.suspended_at is not null then 'waits: the account is suspended' else o.last_error end
from (
  select m.*, case when m.sent_at is not null then 'sent' when m.failed_at is not null then 'failed' else 'queued' end as state
  from portal.outbox_message m
) o
join portal.account a on a.account_id = o.account_id
where (:account_id is null or o.account_id = :account_id) and (:state is null or o.state = :state)
order by o.created_at desc, o.outbox_message_id desc
limit :maximum;

-- Figures of each account that has messages.
-- name: count_outbox
-- columns: account text, queued bigint, oldest_queued_at timestamptz?, failed bigint, sent_in_a_day bigint
select a.slug, count(*) filter (where o.sent_at is null and o.failed_at is null), min(o.created_at) filter (where o.sent_at is null and o.failed_at is null),
  count(*) filter (where o.failed_at is not null), count(*) filter (where o.sent_at > now() - interval '1 day')
from portal.outbox_message o
join portal.account a on a.account_id = o.account_id
group by a.slug
order by a.slug;

-- Begins anew, as if the message had just been made. What waits is sent at once, what a courier holds is left to it.
-- name: retry_messages
-- parameters: account_id bigint, outbox_message_id bigint?
-- columns: outbox_message_id bigint
with chosen as (
  select outbox_message_id from portal.outbox_message
  where account_id = :account_id and payload is not null and sent_at is null and (claimed_until is null or claimed_until <= now())
    and (outbox_message_id = :outbox_message_id or (:outbox_message_id is null and failed_at is not null))
  order by outbox_message_id
  for update
)
update portal.outbox_message o
set failed_at = null, attempts = 0, not_before = now(), last_error = null, first_attempt_at = null
from chosen c
where o.account_id = :account_id and o.outbox_message_id = c.outbox_message_id
returning o.outbox_message_id;

-- name: find_message
-- parameters: account_id bigint, outbox_message_id bigint
-- columns: state text, has_payload boolean, is_claimed boolean
select case when sent_at is not null then 'sent' when failed_at is not null then 'failed' else 'queued' end, payload is not null,
  coalesce(claimed_until > now(), false)
from portal.outbox_message
where account_id = :account_id and outbox_message_id = :outbox_message_id;

-- The courier hears of it as of a new message.
-- name: wake_courier
notify portal_outbox;
