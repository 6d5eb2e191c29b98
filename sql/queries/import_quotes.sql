-- Quotes from another system (sql/queries/import.sql), and their files, which come one by one. A line that says nothing about `visible` leaves it to staff. With what is
-- taken back, or goes to another client, goes its file, and its room. Which revision it is, and whether what was decided still holds, the trigger keep_quote says.

-- name: import_quotes
-- parameters: account_id bigint, rows jsonb, apply text
-- columns: created bigint, updated bigint, unchanged bigint, withdrawn bigint, wrong bigint, errors jsonb
with client as materialized (
  select c.external_id, c.client_id from portal.client c
  where c.external_id = any (portal.texts_of(:rows, 'client')) and c.withdrawn_at is null /*filter*/ and c.account_id = :account_id /*end filter*/
), job as materialized (
  select o.external_id, o.job_id, o.client_id from portal.job o
  where o.external_id = any (portal.texts_of(:rows, 'job')) and o.deleted_at is null /*filter*/ and o.account_id = :account_id /*end filter*/
), line as materialized (
  select l.*, c.client_id as to_client_id, j.job_id as to_job_id
  from jsonb_to_recordset(:rows) as l (line integer, external_id text, version bigint, deleted boolean, client text, number text, title text, description text,
    issued_on date, valid_until date, currency text, total bigint, superseded boolean, job text, visible boolean)
  left join client c on c.external_id = l.client
  left join job j on j.external_id = l.job and j.client_id = c.client_id
), former as materialized (
  select q.external_id, q.quote_id, q.client_id, q.number, q.title, q.description, q.issued_on, q.valid_until, q.currency, q.total_minor, q.is_superseded, q.is_visible, q.job_id,
    q.version, q.withdrawn_at
  from portal.quote q
  where q.external_id = any (portal.texts_of(:rows, 'external_id')) /*filter*/ and q.account_id = :account_id /*end filter*/
), judged as materialized (
  select k.*, wrong.pointer, wrong.code
  from (
    select l.*, q.quote_id, coalesce(l.visible, q.is_visible, true) as to_visible,
      case
        when l.deleted and q.quote_id is null or l.version < q.version then 'nothing'
        when l.deleted then case when q.withdrawn_at is null then 'withdraw' when l.version > q.version or l.version is not null and q.version is null then 'withdraw again' else 'nothing' end
        when q.quote_id is null then 'create'
        when q.withdrawn_at is null and (l.job is null or l.to_job_id is not null) and (q.client_id, q.number, q.title, q.description, q.issued_on, q.valid_until, q.currency, q.total_minor, q.is_superseded, q.is_visible, q.job_id)
            is not distinct from (l.to_client_id, l.number, l.title, l.description, l.issued_on, l.valid_until, l.currency, l.total, l.superseded, coalesce(l.visible, q.is_visible), l.to_job_id)
          then case when l.version > q.version or l.version is not null and q.version is null then 'note' else 'nothing' end
        else 'update'
      end as action
    from line l
    left join former q on q.external_id = l.external_id
  ) k
  left join lateral (
    select '/client' as pointer, 'unknown_reference' as code where k.to_client_id is null
    union all
    select '/job', 'unknown_reference' where k.job is not null and k.to_job_id is null
    limit 1
  ) as wrong on k.action in ('create', 'update')
), verdict as materialized (
  select :apply = 'good' or :apply = 'all' and not exists (select from judged where code is not null) as go from set_config('plan_cache_mode', 'auto', true)
), to_change as materialized (
  select j.* from judged j, verdict v where v.go and j.action in ('update', 'note') and j.code is null
), to_take_back as materialized (
  select j.* from judged j, verdict v where v.go and j.action in ('withdraw', 'withdraw again') and j.code is null
), created as (
  insert into portal.quote (account_id, client_id, number, title, description, issued_on, valid_until, currency, total_minor, is_superseded, is_visible, job_id, external_id, version)
  select :account_id, j.to_client_id, j.number, j.title, j.description, j.issued_on, j.valid_until, j.currency, j.total, j.superseded, j.to_visible, j.to_job_id, j.external_id, j.version
  from judged j, verdict v where v.go and j.action = 'create' and j.code is null
), changed as (
  update portal.quote q set client_id = j.to_client_id,
    content_hash = case when q.client_id = j.to_client_id then q.content_hash end, size_bytes = case when q.client_id = j.to_client_id then q.size_bytes else 0 end,
    number = j.number, title = j.title, description = j.description, issued_on = j.issued_on, valid_until = j.valid_until,
    currency = j.currency, total_minor = j.total, is_superseded = j.superseded, is_visible = coalesce(j.visible, q.is_visible), job_id = j.to_job_id, version = coalesce(j.version, q.version), withdrawn_at = null
  from to_change j
  where q.account_id = :account_id and q.external_id = any (portal.texts_of(:rows, 'external_id')) and q.quote_id = j.quote_id
), taken_back as (
  update portal.quote q set version = coalesce(j.version, q.version), withdrawn_at = coalesce(q.withdrawn_at, now()), content_hash = null, size_bytes = 0
  from to_take_back j
  where q.account_id = :account_id and q.external_id = any (portal.texts_of(:rows, 'external_id')) and q.quote_id = j.quote_id
)
select count(*) filter (where v.go and code is null and action = 'create'), count(*) filter (where v.go and code is null and action = 'update'),
  count(*) filter (where v.go and code is null and action in ('nothing', 'note', 'withdraw again')),
  count(*) filter (where v.go and code is null and action = 'withdraw'), count(code),
  coalesce((
    select jsonb_agg(jsonb_build_object('line', w.line, 'pointer', w.pointer, 'code', w.code) order by w.line)
    from (select line, pointer, code from judged where code is not null order by line limit 1000) w
  ), '[]')
from verdict v left join judged on true;

-- name: read_imported_quote
-- parameters: account_id bigint, external_id text
-- columns: body jsonb
select jsonb_build_object('id', q.quote_id::text, 'external_id', q.external_id, 'version', q.version, 'deleted', q.withdrawn_at is not null, 'client', c.external_id,
  'number', q.number, 'title', q.title, 'description', q.description, 'issued_on', q.issued_on, 'valid_until', q.valid_until, 'currency', q.currency, 'total', q.total_minor,
  'superseded', q.is_superseded, 'job', j.external_id, 'visible', q.is_visible, 'content', encode(q.content_hash, 'hex'), 'revision', q.revision, 'decision', (
    select jsonb_build_object('decision', d.decision, 'reason', d.reason, 'decided_at', portal.time_value(d.decided_at), 'decided_by', jsonb_build_object('name', d.decided_by),
      'method', d.method, 'revision', d.revision, 'total', jsonb_build_object('amount', d.total_minor, 'currency', d.currency))
    from portal.quote_decision d
    where q.decision is not null and d.account_id = q.account_id and d.quote_id = q.quote_id and d.revision = q.revision
    order by d.quote_decision_id desc
    limit 1
  ))
from portal.quote q
join portal.client c on c.account_id = q.account_id and c.client_id = q.client_id
left join portal.job j on j.account_id = q.account_id and j.job_id = q.job_id
where q.external_id = :external_id /*filter*/ and q.account_id = :account_id /*end filter*/;

-- Before anything is received: is there such a quote, and is there room.
-- name: find_quote_to_fill
-- parameters: account_id bigint, external_id text, size_bytes bigint
-- columns: client_id bigint, has_room boolean
select q.client_id, portal.stored_bytes(q.account_id) - q.size_bytes + :size_bytes <= a.document_bytes
from portal.quote q
join portal.account a on a.account_id = q.account_id
where q.external_id = :external_id and q.withdrawn_at is null /*filter*/ and q.account_id = :account_id /*end filter*/;

-- PT404: it was taken back meanwhile, or belongs to another client, for whom these bytes are not. The statement before it is lock_files_for_row.
-- name: fill_quote
-- parameters: account_id bigint, external_id text, client_id bigint, media_type text, size_bytes bigint, content_hash bytea, is_active_content boolean
-- columns: quote_id bigint
with filled as (
  update portal.quote q
  set media_type = :media_type, size_bytes = :size_bytes, content_hash = :content_hash, is_active_content = :is_active_content
  where q.external_id = :external_id and q.client_id = :client_id and q.withdrawn_at is null /*filter*/ and q.account_id = :account_id /*end filter*/
  returning q.quote_id
)
select portal.require((select quote_id from filled), 'PT404');
