-- Invoices from another system (sql/queries/import.sql), and their files, which come one by one. A line that says nothing about `visible` leaves it to staff. With what is
-- taken back, or goes to another client, goes its file, and its room.

-- name: import_invoices
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
  from jsonb_to_recordset(:rows) as l (line integer, external_id text, version bigint, deleted boolean, client text, number text, title text, issued_on date, due_on date,
    currency text, total bigint, paid bigint, void boolean, job text, visible boolean)
  left join client c on c.external_id = l.client
  left join job j on j.external_id = l.job and j.client_id = c.client_id
), former as materialized (
  select i.external_id, i.invoice_id, i.client_id, i.number, i.title, i.issued_on, i.due_on, i.currency, i.total_minor, i.paid_minor, i.is_void, i.is_visible, i.job_id,
    i.version, i.withdrawn_at
  from portal.invoice i
  where i.external_id = any (portal.texts_of(:rows, 'external_id')) /*filter*/ and i.account_id = :account_id /*end filter*/
), judged as materialized (
  select k.*, wrong.pointer, wrong.code
  from (
    select l.*, i.invoice_id, coalesce(l.visible, i.is_visible, true) as to_visible,
      case
        when l.deleted and i.invoice_id is null or l.version < i.version then 'nothing'
        when l.deleted then case when i.withdrawn_at is null then 'withdraw' when l.version > i.version or l.version is not null and i.version is null then 'withdraw again' else 'nothing' end
        when i.invoice_id is null then 'create'
        when i.withdrawn_at is null and (l.job is null or l.to_job_id is not null) and (i.client_id, i.number, i.title, i.issued_on, i.due_on, i.currency, i.total_minor, i.paid_minor, i.is_void, i.is_visible, i.job_id)
            is not distinct from (l.to_client_id, l.number, l.title, l.issued_on, l.due_on, l.currency, l.total, l.paid, l.void, coalesce(l.visible, i.is_visible), l.to_job_id)
          then case when l.version > i.version or l.version is not null and i.version is null then 'note' else 'nothing' end
        else 'update'
      end as action
    from line l
    left join former i on i.external_id = l.external_id
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
  insert into portal.invoice (account_id, client_id, number, title, issued_on, due_on, currency, total_minor, paid_minor, is_void, is_visible, job_id, external_id, version)
  select :account_id, j.to_client_id, j.number, j.title, j.issued_on, j.due_on, j.currency, j.total, j.paid, j.void, j.to_visible, j.to_job_id, j.external_id, j.version
  from judged j, verdict v where v.go and j.action = 'create' and j.code is null
), changed as (
  update portal.invoice i set client_id = j.to_client_id,
    content_hash = case when i.client_id = j.to_client_id then i.content_hash end, size_bytes = case when i.client_id = j.to_client_id then i.size_bytes else 0 end,
    number = j.number, title = j.title, issued_on = j.issued_on, due_on = j.due_on, currency = j.currency,
    total_minor = j.total, paid_minor = j.paid, is_void = j.void, is_visible = coalesce(j.visible, i.is_visible), job_id = j.to_job_id, version = coalesce(j.version, i.version), withdrawn_at = null
  from to_change j
  where i.account_id = :account_id and i.external_id = any (portal.texts_of(:rows, 'external_id')) and i.invoice_id = j.invoice_id
), taken_back as (
  update portal.invoice i set version = coalesce(j.version, i.version), withdrawn_at = coalesce(i.withdrawn_at, now()), content_hash = null, size_bytes = 0
  from to_take_back j
  where i.account_id = :account_id and i.external_id = any (portal.texts_of(:rows, 'external_id')) and i.invoice_id = j.invoice_id
)
select count(*) filter (where v.go and code is null and action = 'create'), count(*) filter (where v.go and code is null and action = 'update'),
  count(*) filter (where v.go and code is null and action in ('nothing', 'note', 'withdraw again')),
  count(*) filter (where v.go and code is null and action = 'withdraw'), count(code),
  coalesce((
    select jsonb_agg(jsonb_build_object('line', w.line, 'pointer', w.pointer, 'code', w.code) order by w.line)
    from (select line, pointer, code from judged where code is not null order by line limit 1000) w
  ), '[]')
from verdict v left join judged on true;

-- name: read_imported_invoice
-- parameters: account_id bigint, external_id text
-- columns: body jsonb
select jsonb_build_object('id', i.invoice_id::text, 'external_id', i.external_id, 'version', i.version, 'deleted', i.withdrawn_at is not null, 'client', c.external_id,
  'number', i.number, 'title', i.title, 'issued_on', i.issued_on, 'due_on', i.due_on, 'currency', i.currency, 'total', i.total_minor, 'paid', i.paid_minor, 'void', i.is_void,
  'job', j.external_id, 'visible', i.is_visible, 'content', encode(i.content_hash, 'hex'))
from portal.invoice i
join portal.client c on c.account_id = i.account_id and c.client_id = i.client_id
left join portal.job j on j.account_id = i.account_id and j.job_id = i.job_id
where i.external_id = :external_id /*filter*/ and i.account_id = :account_id /*end filter*/;

-- Before anything is received: is there such an invoice, and is there room.
-- name: find_invoice_to_fill
-- parameters: account_id bigint, external_id text, size_bytes bigint
-- columns: client_id bigint, has_room boolean
select i.client_id, portal.stored_bytes(i.account_id) - i.size_bytes + :size_bytes <= a.document_bytes
from portal.invoice i
join portal.account a on a.account_id = i.account_id
where i.external_id = :external_id and i.withdrawn_at is null /*filter*/ and i.account_id = :account_id /*end filter*/;

-- PT404: it was taken back meanwhile, or belongs to another client, for whom these bytes are not. The statement before it is lock_files_for_row.
-- name: fill_invoice
-- parameters: account_id bigint, external_id text, client_id bigint, media_type text, size_bytes bigint, content_hash bytea, is_active_content boolean
-- columns: invoice_id bigint
with filled as (
  update portal.invoice i
  set media_type = :media_type, size_bytes = :size_bytes, content_hash = :content_hash, is_active_content = :is_active_content
  where i.external_id = :external_id and i.client_id = :client_id and i.withdrawn_at is null /*filter*/ and i.account_id = :account_id /*end filter*/
  returning i.invoice_id
)
select portal.require((select invoice_id from filled), 'PT404');
