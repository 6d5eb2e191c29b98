-- Quotes of all clients of the account, or of one, the newest first, whether members see them or not. `kind` is open, accepted or closed. What was decided while a quote was
-- another client's is not told.
-- name: list_staff_quotes
-- parameters: account_id bigint, client_id bigint?, kind text?, q text?, time_zone text, after_issued_on date?, after_quote_id bigint, row_limit integer
-- columns: quote_id bigint, number text, title text?, state text, revision integer, issued_on date, valid_until date?, currency text, total_minor bigint,
--   job_id bigint?, job_number bigint?, media_type text, size_bytes bigint, has_file boolean, decision text?, reason text?, decided_at timestamptz?,
--   decided_by text?, method text?, decided_minor bigint?, decided_currency text?, client_id bigint, client_name text, is_visible boolean
select q.quote_id, q.number, q.title, s.state, q.revision, q.issued_on, q.valid_until, q.currency, q.total_minor, j.job_id, j.number, q.media_type, q.size_bytes,
  q.content_hash is not null, d.decision, d.reason, d.decided_at, d.decided_by, d.method, d.total_minor, d.currency, c.client_id, c.name, q.is_visible
from portal.quote q
cross join lateral (select portal.quote_state(q.is_superseded, q.decision, q.valid_until, portal.today_in(:time_zone)) as state) s
join portal.client c on c.account_id = q.account_id and c.client_id = q.client_id
left join portal.job j on j.account_id = q.account_id and j.job_id = q.job_id and j.client_id = q.client_id /*filter*/ and j.deleted_at is null /*end filter*/
left join lateral (
  select e.* from portal.quote_decision e
  where q.decision is not null and e.account_id = q.account_id and e.quote_id = q.quote_id and e.revision = q.revision
  order by e.quote_decision_id desc
  limit 1
) d on true
where (:client_id is null or q.client_id = :client_id) and (:kind is null or portal.quote_kind(s.state) = :kind)
  and (:q is null or strpos(lower(concat_ws(e'\n', q.number, q.title, c.name)), lower(:q)) > 0)
  /*filter*/ and q.account_id = :account_id and q.withdrawn_at is null /*end filter*/
  and (q.issued_on, q.quote_id) < (case when :after_issued_on is null then 'infinity' else :after_issued_on end, :after_quote_id)
order by q.issued_on desc, q.quote_id desc
limit :row_limit;

-- name: get_staff_quote
-- parameters: account_id bigint, time_zone text, quote_id bigint
-- columns: quote_id bigint, number text, title text?, state text, revision integer, issued_on date, valid_until date?, currency text, total_minor bigint,
--   job_id bigint?, job_number bigint?, media_type text, size_bytes bigint, has_file boolean, description text?, client_id bigint, client_name text,
--   is_visible boolean
select q.quote_id, q.number, q.title, portal.quote_state(q.is_superseded, q.decision, q.valid_until, portal.today_in(:time_zone)), q.revision, q.issued_on, q.valid_until,
  q.currency, q.total_minor, j.job_id, j.number, q.media_type, q.size_bytes, q.content_hash is not null, q.description, c.client_id, c.name, q.is_visible
from portal.quote q
join portal.client c on c.account_id = q.account_id and c.client_id = q.client_id
left join portal.job j on j.account_id = q.account_id and j.job_id = q.job_id and j.client_id = q.client_id /*filter*/ and j.deleted_at is null /*end filter*/
where q.quote_id = :quote_id /*filter*/ and q.account_id = :account_id and q.withdrawn_at is null /*end filter*/;

-- name: list_staff_quote_decisions
-- parameters: account_id bigint, quote_id bigint, row_limit integer
-- columns: decision text, reason text?, decided_at timestamptz, decided_by text?, method text, revision integer, total_minor bigint, currency text
select d.decision, d.reason, d.decided_at, d.decided_by, d.method, d.revision, d.total_minor, d.currency
from portal.quote_decision d
join portal.quote q on q.account_id = d.account_id and q.quote_id = d.quote_id and q.client_id = d.client_id
where d.quote_id = :quote_id /*filter*/ and d.account_id = :account_id and q.withdrawn_at is null /*end filter*/
order by d.quote_decision_id desc
limit :row_limit;

-- name: get_staff_quote_file
-- parameters: account_id bigint, quote_id bigint
-- columns: number text, media_type text, size_bytes bigint, content_hash bytea, is_active_content boolean
select q.number, q.media_type, q.size_bytes, q.content_hash, q.is_active_content
from portal.quote q
where q.quote_id = :quote_id and q.content_hash is not null /*filter*/ and q.account_id = :account_id and q.withdrawn_at is null /*end filter*/;

-- PT404.
-- name: show_staff_quote
-- parameters: account_id bigint, quote_id bigint, is_visible boolean
-- columns: quote_id bigint
with former as (
  select q.account_id, q.quote_id, q.is_visible from portal.quote q
  where q.quote_id = :quote_id /*filter*/ and q.account_id = :account_id and q.withdrawn_at is null /*end filter*/
), changed as (
  update portal.quote q set is_visible = :is_visible
  from former f
  where q.account_id = f.account_id and q.quote_id = f.quote_id
  returning q.account_id, q.client_id, q.quote_id, q.number, f.is_visible as was_visible
), noted as (
  insert into portal.activity (account_id, actor_kind, staff_id, action, client_id, subject_kind, subject_id, details)
  select account_id, portal.current_actor_kind(), portal.current_staff_id(), 'quote_changed', client_id, 'quote', quote_id,
    jsonb_build_object('number', number, 'before', jsonb_build_object('visible', was_visible), 'after', jsonb_build_object('visible', :is_visible))
  from changed
  where was_visible <> :is_visible
)
select portal.require((select quote_id from changed), 'PT404');

-- `refusal` names the member of the body that is missing; nothing happens then.
-- name: record_quote_decision
-- parameters: account_id bigint, quote_id bigint, content jsonb
-- columns: refusal text?
select portal.record_quote_decision(:account_id, :quote_id, :content);
