-- role: portal_courier
-- What the courier asks and writes down. Each statement is a transaction of its own.

-- name: listen_outbox
listen portal_outbox;

-- What may be sent now, up to `slots`: from every account that is not suspended at most `account_slots`, the messages that have waited longest, within the
-- limits on what leaves in an hour and a day. What tells of work requests counts apart for whom it goes to, and so does what tells of quotes and of news: members who ask for
-- much, and lines that come by the thousand, keep no link from anybody. Whatever is claimed counts as sent. `sending` names the account of each message that this courier has on
-- its way. Kinds that it does not know are left to one that does.
-- name: claim_messages
-- parameters: claim_token bytea, lease_seconds integer, slots integer, account_slots integer, sending bigint[], account_hour integer, account_day integer,
--   recipient_day integer, kinds text[]
-- columns: account_id bigint, outbox_message_id bigint, message_reference text, kind text, channel text, recipient text, language text, member_id bigint?,
--   membership_id bigint?, staff_id bigint?, work_request_id bigint?, quote_id bigint?, payload bytea, key_id text, attempts integer, tried_seconds bigint
with due as (
  select q.*
  from portal.account a
  cross join lateral (
    select count(*) filter (where o.at > now() - interval '1 hour') as in_hour, count(*) as in_day
    from (
      select s.sent_at as at from portal.outbox_message s where s.account_id = a.account_id and s.sent_at > now() - interval '1 day'
      union all
      select now() from portal.outbox_message s
      where s.account_id = a.account_id and s.claimed_until > now() and s.sent_at is null and s.failed_at is null
    ) o
  ) gone
  cross join lateral (
    select o.account_id, o.outbox_message_id, o.channel, o.recipient, o.not_before, portal.counts_with(o.kind) as counts_with
    from portal.outbox_message o
    where o.account_id = a.account_id and o.sent_at is null and o.failed_at is null and o.not_before <= now()
      and (o.claimed_until is null or o.claimed_until <= now()) and o.payload is not null and o.kind = any (:kinds)
      and (portal.counts_with(o.kind) <> 'news' or gone.in_hour < :account_hour * 4 / 5 and gone.in_day < :account_day * 4 / 5)
    order by portal.counts_with(o.kind) = 'link' desc, o.not_before, o.outbox_message_id
    limit greatest(0, least(:account_slots - (select count(*) from unnest(:sending) s where s = a.account_id), :account_hour - gone.in_hour, :account_day - gone.in_day))
  ) q
  where a.suspended_at is null
), allowed as (
  select d.account_id, d.outbox_message_id, d.not_before, d.counts_with
  from (select due.*, row_number() over (partition by account_id, channel, recipient, counts_with order by not_before, outbox_message_id) as turn from due) d
  where d.turn + (
    select count(*) from portal.outbox_message s
    where s.account_id = d.account_id and s.recipient = d.recipient and s.channel = d.channel and s.sent_at > now() - interval '1 day'
      and portal.counts_with(s.kind) = d.counts_with
  ) + (
    select count(*) from portal.outbox_message s
    where s.account_id = d.account_id and s.recipient = d.recipient and s.channel = d.channel
      and s.claimed_until > now() and s.sent_at is null and s.failed_at is null and portal.counts_with(s.kind) = d.counts_with
  ) <= :recipient_day
), taken as (
  select o.account_id, o.outbox_message_id
  from portal.outbox_message o
  join allowed using (account_id, outbox_message_id)
  where o.sent_at is null and o.failed_at is null and (o.claimed_until is null or o.claimed_until <= now()) and o.not_before <= now()
  order by allowed.counts_with = 'link' desc, o.not_before, o.outbox_message_id
  limit :slots
  for update of o skip locked
)
update portal.outbox_message o
set claim_token = :claim_token, claimed_until = now() + make_interval(secs => :lease_seconds), attempts = o.attempts + 1,
  first_attempt_at = coalesce(o.first_attempt_at, now())
from taken t
where o.account_id = t.account_id and o.outbox_message_id = t.outbox_message_id
returning o.account_id, o.outbox_message_id, o.message_reference, o.kind, o.channel, o.recipient, o.language, o.member_id, o.membership_id,
  o.staff_id, o.work_request_id, o.quote_id, o.payload, o.key_id, o.attempts, extract(epoch from now() - o.first_attempt_at)::bigint;

-- Says of what a limit holds back that it does, and when to look at it again. In one order and past those that somebody else holds, so that couriers and
-- whoever cancels never wait for each other in a circle.
-- name: hold_messages
-- parameters: account_hour integer, account_day integer, recipient_day integer
-- columns: account_id bigint, held bigint
with gone as (
  select a.account_id, count(*) filter (where s.sent_at > now() - interval '1 hour') as in_hour, count(s.sent_at) as in_day
  from portal.account a
  left join portal.outbox_message s on s.account_id = a.account_id and s.sent_at > now() - interval '1 day'
  group by a.account_id
), waiting as (
  select o.account_id, o.outbox_message_id
  from portal.outbox_message o
  join gone using (account_id)
  where o.sent_at is null and o.failed_at is null and o.not_before <= now() and (o.claimed_until is null or o.claimed_until <= now())
    and (gone.in_hour >= :account_hour or gone.in_day >= :account_day
      or portal.counts_with(o.kind) = 'news' and (gone.in_hour >= :account_hour * 4 / 5 or gone.in_day >= :account_day * 4 / 5) or (
      select count(*) from portal.outbox_message s
      where s.account_id = o.account_id and s.recipient = o.recipient and s.channel = o.channel and s.sent_at > now() - interval '1 day'
        and portal.counts_with(s.kind) = portal.counts_with(o.kind)
    ) >= :recipient_day)
  order by o.account_id, o.outbox_message_id
  for update of o skip locked
), held as (
  update portal.outbox_message o
  set not_before = now() + interval '5 minutes',
    last_error = case when gone.in_day >= :account_day then 'waits: the account has sent all that it may in a day'
      when gone.in_hour >= :account_hour then 'waits: the account has sent all that it may in an hour'
      when portal.counts_with(o.kind) = 'news' and (gone.in_hour >= :account_hour * 4 / 5 or gone.in_day >= :account_day * 4 / 5)
        then 'waits: a fifth of what the account may send is kept for links'
      else 'waits: the recipient has got all that one may get in a day' end
  from gone, waiting w
  where o.account_id = gone.account_id and o.account_id = w.account_id and o.outbox_message_id = w.outbox_message_id
  returning o.account_id
)
select account_id, count(*) from held group by account_id;

-- Of a claimed message, what it is made of. `local_expiry` and `link_is_good` are of the link with this hash; without one the first is that of an invitation
-- made now, the second null; an invitation's is good while its membership is open. `own_...` is the invitation that the account wrote itself in the language. Of `origins` the
-- primary one comes first.
-- name: load_context
-- parameters: account_id bigint, member_id bigint?, membership_id bigint?, staff_id bigint?, work_request_id bigint?, token_hash bytea?,
--   language text
-- columns: account_name text, portal_name text?, origins text[], member_state text?, staff_state text?, client_name text?, local_expiry text?, time_zone text, country text?,
--   link_is_good boolean?, sender_name text?, sender_address text?, reply_to text?, smtp_host text?, smtp_port integer?, smtp_security text?,
--   smtp_username text?, smtp_password bytea?, smtp_password_key_id text?, smtp_set_by text?, has_logo boolean, own_subject text?, own_html text?, own_sms text?,
--   request_number integer?, request_subject text?, request_state text?, request_reply text?
select a.name, p.name,
  array(select h.origin from portal.account_host h where h.account_id = a.account_id order by h.is_primary desc, h.origin),
  m.state, st.state, c.name, to_char(coalesce(t.expires_at, k.expires_at, now() + make_interval(days => a.invitation_days)) at time zone a.time_zone, 'YYYY-MM-DD HH24:MI'), a.time_zone, a.country,
  coalesce(t.expires_at, k.expires_at) > now() and num_nonnulls(t.used_at, t.revoked_at, k.used_at, k.revoked_at) = 0
    and coalesce(ms.state = 'invited', :membership_id is null),
  s.sender_name, s.sender_address, s.reply_to, s.smtp_host, s.smtp_port, s.smtp_security, s.smtp_username, s.smtp_password, s.smtp_password_key_id, s.smtp_set_by,
  p.logo_hash is not null, l.email_subject, l.email_html, l.sms_text, w.number, w.subject, w.state, w.reply
from portal.account a
left join portal.portal p on p.account_id = a.account_id
left join portal.invitation_layout l on l.account_id = a.account_id and l.language = :language
left join portal.mail_setting s on s.account_id = a.account_id
left join portal.member m on m.account_id = a.account_id and m.member_id = :member_id
left join portal.membership ms on ms.account_id = a.account_id and ms.membership_id = :membership_id
left join portal.work_request w on w.account_id = a.account_id and w.work_request_id = :work_request_id
left join portal.client c on c.account_id = a.account_id and c.client_id = case when ms.client_id is null then w.client_id else ms.client_id end
left join portal.one_time_token t on t.account_id = a.account_id and t.token_hash = :token_hash and t.member_id = :member_id
left join portal.staff st on st.account_id = a.account_id and st.staff_id = :staff_id
left join portal.staff_token k on k.account_id = a.account_id and k.token_hash = :token_hash and k.staff_id = :staff_id
where a.account_id = :account_id;

-- What a claimed mail with news tells of: quotes that wait for a decision, invoices of which something is to be paid, jobs that are done; what its member may see at this moment
-- and still wants to hear of. So many of each kind, the newest first; `of_kind` says how many there are.
-- name: load_news
-- parameters: account_id bigint, outbox_message_id bigint, row_limit integer
-- columns: kind text, object_id bigint, number text, title text?, outstanding_minor bigint?, currency text?, of_kind bigint
select t.kind, t.object_id, t.number, t.title, t.outstanding_minor, t.currency, t.of_kind
from (
  select n.kind, n.object_id, coalesce(q.number, i.number, j.number::text) as number, coalesce(q.title, i.title, k.name) as title,
    i.total_minor - i.paid_minor as outstanding_minor, i.currency,
    row_number() over (partition by n.kind order by n.created_at desc, n.object_id desc) as turn, count(*) over (partition by n.kind) as of_kind
  from portal.news n
  join portal.account a on a.account_id = n.account_id
  join portal.membership ms on ms.account_id = n.account_id and ms.membership_id = n.membership_id and ms.state = 'active' and ms.notifications @> array[n.kind]
  join portal.outbox_message o on o.account_id = n.account_id and o.outbox_message_id = n.outbox_message_id
  join portal.member m on m.account_id = ms.account_id and m.member_id = ms.member_id and m.state = 'active' and m.email = o.recipient
  left join portal.quote q on n.kind = 'new_quotes' and q.account_id = n.account_id and q.quote_id = n.object_id and q.revision = n.revision and q.client_id = ms.client_id
    and ms.permissions @> '{accept_quotes}' and q.is_visible and q.withdrawn_at is null
    and portal.quote_state(q.is_superseded, q.decision, q.valid_until, portal.today_in(a.time_zone)) = 'pending_approval'
  left join portal.invoice i on n.kind = 'new_invoices' and i.account_id = n.account_id and i.invoice_id = n.object_id and i.client_id = ms.client_id
    and ms.permissions @> '{view_invoices}' and i.is_visible and i.withdrawn_at is null and not i.is_void and i.paid_minor < i.total_minor
  left join portal.job j on n.kind = 'completed_jobs' and j.account_id = n.account_id and j.job_id = n.object_id and j.client_id = ms.client_id
    and ms.permissions @> '{view_completed_jobs}' and j.status = 'finished' and j.deleted_at is null
    and exists (select from portal.portal_visible_template v where v.account_id = j.account_id and v.job_template_id = j.job_template_id)
  left join portal.job_template k on k.account_id = j.account_id and k.job_template_id = j.job_template_id
  where n.account_id = :account_id and n.outbox_message_id = :outbox_message_id and num_nonnulls(q.quote_id, i.invoice_id, j.job_id) > 0
) t
where t.turn <= :row_limit
order by t.kind desc, t.turn;

-- The decision of which a claimed mail tells: it was written with it.
-- name: load_quote_decision
-- parameters: account_id bigint, outbox_message_id bigint
-- columns: number text, title text?, client_name text?, decision text, decided_by text?, reason text?
select d.number, d.title, c.name, d.decision, d.decided_by, d.reason
from portal.outbox_message o
join portal.quote_decision d on d.account_id = o.account_id and d.quote_id = o.quote_id and d.decided_at <= o.created_at
left join portal.client c on c.account_id = d.account_id and c.client_id = d.client_id
where o.account_id = :account_id and o.outbox_message_id = :outbox_message_id
order by d.decided_at = o.created_at desc, d.quote_decision_id desc
limit 1;

-- The three ends of a try. No row when the claim is somebody else's by now.
-- name: mark_sent
-- parameters: account_id bigint, outbox_message_id bigint, claim_token bytea
-- columns: outbox_message_id bigint
update portal.outbox_message
set sent_at = now(), payload = null, key_id = null, last_error = null, claimed_until = null, claim_token = null
where account_id = :account_id and outbox_message_id = :outbox_message_id and claim_token = :claim_token and sent_at is null and failed_at is null
returning outbox_message_id;

-- name: mark_failed
-- parameters: account_id bigint, outbox_message_id bigint, claim_token bytea, reason text
-- columns: outbox_message_id bigint
update portal.outbox_message
set failed_at = now(), last_error = :reason, claimed_until = null, claim_token = null
where account_id = :account_id and outbox_message_id = :outbox_message_id and claim_token = :claim_token and sent_at is null and failed_at is null
returning outbox_message_id;

-- `counts` says whether it was a try: a message that only waited for a server that is not set up or known to be away was not sent at all, and the time for its tries
-- does not begin before the first one.
-- name: postpone_message
-- parameters: account_id bigint, outbox_message_id bigint, claim_token bytea, reason text, seconds integer, counts boolean
-- columns: outbox_message_id bigint
update portal.outbox_message
set not_before = now() + make_interval(secs => :seconds), last_error = :reason, claimed_until = null, claim_token = null,
  attempts = attempts - case when :counts then 0 else 1 end, first_attempt_at = case when :counts or attempts > 1 then first_attempt_at end
where account_id = :account_id and outbox_message_id = :outbox_message_id and claim_token = :claim_token and sent_at is null and failed_at is null
returning outbox_message_id;

-- What a member was to be told of has nothing left in it: it was never sent, and nothing has failed.
-- name: drop_message
-- parameters: account_id bigint, outbox_message_id bigint, claim_token bytea
-- columns: outbox_message_id bigint
delete from portal.outbox_message
where account_id = :account_id and outbox_message_id = :outbox_message_id and claim_token = :claim_token and kind = 'news' and sent_at is null and failed_at is null
returning outbox_message_id;

-- Staff read a notice that is more than a day late in the console instead. What nothing has put off yet is tried all the same, as what somebody tries again.
-- name: give_up_late_notices
update portal.outbox_message
set failed_at = now(), last_error = left('given up, because it is more than a day late: ' || last_error, 1000)
where kind in ('work_request_submitted', 'work_request_cancelled', 'quote_decided') and sent_at is null and failed_at is null and last_error is not null
  and created_at < now() - interval '1 day' and (claimed_until is null or claimed_until <= now());

-- Whose news has waited for more of it long enough; with where the portal is.
-- name: list_due_news
-- parameters: row_limit integer
-- columns: account_id bigint, membership_id bigint, origin text
select n.account_id, n.membership_id, h.origin
from (
  select w.account_id, w.membership_id, min(w.created_at) as since from portal.news w
  where w.outbox_message_id is null
  group by w.account_id, w.membership_id
  having min(w.created_at) < now() - portal.news_waits()
) n
join portal.account a on a.account_id = n.account_id and a.suspended_at is null
join portal.account_host h on h.account_id = n.account_id and h.is_primary
join portal.membership ms on ms.account_id = n.account_id and ms.membership_id = n.membership_id and ms.state = 'active'
join portal.member m on m.account_id = ms.account_id and m.member_id = ms.member_id and m.state = 'active' and m.email is not null
where not portal.was_told_lately(n.account_id, n.membership_id)
order by n.since, n.membership_id
limit :row_limit;

-- Null: another courier has done it, or there is nothing to tell any more.
-- name: write_news
-- parameters: account_id bigint, membership_id bigint, message_reference text, payload bytea, key_id text
-- columns: outbox_message_id bigint?
select portal.write_news(:account_id, :membership_id, :message_reference, :payload, :key_id);

-- What nobody could be told of.
-- name: sweep_news
delete from portal.news n
where n.outbox_message_id is null and (n.created_at < now() - interval '7 days' or not exists (
  select from portal.membership ms where ms.account_id = n.account_id and ms.membership_id = n.membership_id and ms.state = 'active'
));

-- What is over is kept for a time, so that it can be told what became of a message (SECURITY R69).
-- name: remove_old_messages
-- parameters: keep_days integer
delete from portal.outbox_message
where sent_at < now() - make_interval(days => :keep_days) or failed_at < now() - make_interval(days => :keep_days);

-- What failed keeps its link for somebody who tries again; no link lives longer than this.
-- name: forget_payloads
update portal.outbox_message set payload = null, key_id = null
where failed_at < now() - interval '30 days' and payload is not null;
