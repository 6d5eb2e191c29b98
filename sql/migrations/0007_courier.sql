-- What the courier needs to take messages out of the outbox: a token for each claim, the queue of each account, what counts towards its limits.

-- Whoever claims a message writes a token; a result is only taken from the one whose token still stands there.
alter table portal.outbox_message add column claim_token bytea check (length(claim_token) = 16);
-- How long has been tried; waiting for a limit or a suspended account is no trying.
alter table portal.outbox_message add column first_attempt_at timestamptz;

-- Each account has its turn, so the queue is read account by account; other messages than waiting ones are read by `portalctl outbox` and by the limits.
drop index portal.outbox_message_waiting;
create index outbox_message_waiting on portal.outbox_message (account_id, not_before) where sent_at is null and failed_at is null;
create index outbox_message_sent on portal.outbox_message (account_id, sent_at) where sent_at is not null;
create index outbox_message_sent_to on portal.outbox_message (account_id, recipient, sent_at) where sent_at is not null;
-- What couriers have on their way, which counts as sent: a few rows.
create index outbox_message_claimed on portal.outbox_message (account_id, recipient) where claimed_until is not null and sent_at is null and failed_at is null;
create index outbox_message_failed on portal.outbox_message (account_id, failed_at) where failed_at is not null;
create index outbox_message_membership on portal.outbox_message (account_id, membership_id) where membership_id is not null;
-- What the courier may see of people depends on whether a message waits for them.
create index outbox_message_member on portal.outbox_message (account_id, member_id) where sent_at is null and failed_at is null;

-- Wakes the courier, which looks by itself too. One notice for a statement, and none for what the courier writes down.
create function portal.notify_outbox() returns trigger language plpgsql as $$
begin
  perform pg_notify('portal_outbox', '');
  return null;
end
$$;
create trigger outbox_message_notice after insert on portal.outbox_message
  for each statement execute function portal.notify_outbox();
