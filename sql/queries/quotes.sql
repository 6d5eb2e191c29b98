-- Quotes as members see them: their client's that are visible, decided here and a second time by the policies. The state depends on the day in the account's zone, and
-- `holds_for` says for how many milliseconds it stays what it is, where it will not stay. The job is told where the member sees it at this moment, by the rules of jobs
-- (jobs.sql). What was decided while a quote was another client's is not told.

-- The newest first. `kind` is open, accepted or closed. `decision` and what follows it is the last one about the present revision.
-- name: list_quotes
-- parameters: account_id bigint, client_id bigint, kind text?, time_zone text, after_issued_on date?, after_quote_id bigint, row_limit integer
-- columns: quote_id bigint, number text, title text?, state text, revision integer, issued_on date, valid_until date?, currency text, total_minor bigint,
--   job_id bigint?, job_number bigint?, media_type text, size_bytes bigint, has_file boolean, decision text?, reason text?, decided_at timestamptz?,
--   decided_by text?, method text?, decided_minor bigint?, decided_currency text?, holds_for bigint?
select q.quote_id, q.number, q.title, s.state, q.revision, q.issued_on, q.valid_until, q.currency, q.total_minor, j.job_id, j.number, q.media_type, q.size_bytes,
  q.content_hash is not null, d.decision, d.reason, d.decided_at, d.decided_by, d.method, d.total_minor, d.currency,
  portal.quote_state_holds(q.is_superseded, q.decision, q.valid_until, :time_zone)
from portal.quote q
cross join lateral (select portal.quote_state(q.is_superseded, q.decision, q.valid_until, portal.today_in(:time_zone)) as state) s
left join portal.job j on j.account_id = q.account_id and j.job_id = q.job_id and j.client_id = q.client_id
  /*filter*/ and j.account_id = :account_id and j.client_id = :client_id and j.deleted_at is null
  and j.job_template_id = any ((select portal.visible_templates())::bigint[]) and j.status = any ((select portal.visible_statuses())::text[])
  /*end filter*/
left join lateral (
  select e.* from portal.quote_decision e
  where q.decision is not null and e.account_id = q.account_id and e.quote_id = q.quote_id and e.revision = q.revision
    /*filter*/ and e.account_id = :account_id and e.client_id = :client_id /*end filter*/
  order by e.quote_decision_id desc
  limit 1
) d on true
where (:kind is null or portal.quote_kind(s.state) = :kind)
  /*filter*/ and q.account_id = :account_id and q.client_id = :client_id and q.is_visible and q.withdrawn_at is null /*end filter*/
  and (q.issued_on, q.quote_id) < (case when :after_issued_on is null then 'infinity' else :after_issued_on end, :after_quote_id)
order by q.issued_on desc, q.quote_id desc
limit :row_limit;

-- Of all the client's quotes. A state without any has no row. `holds_for` is that of the first one that changes.
-- name: count_quotes
-- parameters: account_id bigint, client_id bigint, time_zone text
-- columns: state text, quotes bigint, holds_for bigint?
select s.state, count(*), min(portal.quote_state_holds(q.is_superseded, q.decision, q.valid_until, :time_zone))
from portal.quote q
cross join lateral (select portal.quote_state(q.is_superseded, q.decision, q.valid_until, portal.today_in(:time_zone)) as state) s
where true
  /*filter*/ and q.account_id = :account_id and q.client_id = :client_id and q.is_visible and q.withdrawn_at is null /*end filter*/
group by s.state
order by s.state;

-- One that the member may see, as in the list.
-- name: get_quote
-- parameters: account_id bigint, client_id bigint, time_zone text, quote_id bigint
-- columns: quote_id bigint, number text, title text?, state text, revision integer, issued_on date, valid_until date?, currency text, total_minor bigint,
--   job_id bigint?, job_number bigint?, media_type text, size_bytes bigint, has_file boolean, description text?, holds_for bigint?
select q.quote_id, q.number, q.title, portal.quote_state(q.is_superseded, q.decision, q.valid_until, portal.today_in(:time_zone)), q.revision, q.issued_on, q.valid_until,
  q.currency, q.total_minor, j.job_id, j.number, q.media_type, q.size_bytes, q.content_hash is not null, q.description,
  portal.quote_state_holds(q.is_superseded, q.decision, q.valid_until, :time_zone)
from portal.quote q
left join portal.job j on j.account_id = q.account_id and j.job_id = q.job_id and j.client_id = q.client_id
  /*filter*/ and j.account_id = :account_id and j.client_id = :client_id and j.deleted_at is null
  and j.job_template_id = any ((select portal.visible_templates())::bigint[]) and j.status = any ((select portal.visible_statuses())::text[])
  /*end filter*/
where q.quote_id = :quote_id
  /*filter*/ and q.account_id = :account_id and q.client_id = :client_id and q.is_visible and q.withdrawn_at is null /*end filter*/;

-- About all its revisions, the newest first.
-- name: list_quote_decisions
-- parameters: account_id bigint, client_id bigint, quote_id bigint, row_limit integer
-- columns: decision text, reason text?, decided_at timestamptz, decided_by text?, method text, revision integer, total_minor bigint, currency text
select d.decision, d.reason, d.decided_at, d.decided_by, d.method, d.revision, d.total_minor, d.currency
from portal.quote_decision d
join portal.quote q on q.account_id = d.account_id and q.quote_id = d.quote_id and q.client_id = d.client_id
where d.quote_id = :quote_id
  /*filter*/ and d.account_id = :account_id and d.client_id = :client_id and q.is_visible and q.withdrawn_at is null /*end filter*/
order by d.quote_decision_id desc
limit :row_limit;

-- With what is needed to send its file; no row where there is none.
-- name: get_quote_file
-- parameters: account_id bigint, client_id bigint, quote_id bigint
-- columns: number text, media_type text, size_bytes bigint, content_hash bytea, is_active_content boolean
select q.number, q.media_type, q.size_bytes, q.content_hash, q.is_active_content
from portal.quote q
where q.quote_id = :quote_id and q.content_hash is not null
  /*filter*/ and q.account_id = :account_id and q.client_id = :client_id and q.is_visible and q.withdrawn_at is null /*end filter*/;

-- `refusal` names the member of the body that is missing; nothing happens then.
-- name: decide_quote
-- parameters: account_id bigint, membership_id bigint, quote_id bigint, content jsonb, day_maximum integer, messages jsonb
-- columns: refusal text?
select portal.decide_quote(:account_id, :membership_id, :quote_id, :content, :day_maximum, :messages);
