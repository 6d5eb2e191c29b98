-- Invoices of all clients of the account, or of one, the newest first, whether members see them or not. `kind` is open, paid or void.
-- name: list_staff_invoices
-- parameters: account_id bigint, client_id bigint?, kind text?, q text?, time_zone text, after_issued_on date?, after_invoice_id bigint, row_limit integer
-- columns: invoice_id bigint, number text, title text?, state text, issued_on date, due_on date?, currency text, total_minor bigint, paid_minor bigint,
--   outstanding_minor bigint, job_id bigint?, job_number bigint?, media_type text, size_bytes bigint, has_file boolean, client_id bigint, client_name text,
--   is_visible boolean
select i.invoice_id, i.number, i.title, portal.invoice_state(i.is_void, i.total_minor, i.paid_minor, i.due_on, portal.today_in(:time_zone)), i.issued_on, i.due_on, i.currency,
  i.total_minor, i.paid_minor, portal.invoice_outstanding(i.is_void, i.total_minor, i.paid_minor), j.job_id, j.number, i.media_type, i.size_bytes,
  i.content_hash is not null, c.client_id, c.name, i.is_visible
from portal.invoice i
join portal.client c on c.account_id = i.account_id and c.client_id = i.client_id
left join portal.job j on j.account_id = i.account_id and j.job_id = i.job_id and j.client_id = i.client_id /*filter*/ and j.deleted_at is null /*end filter*/
where (:client_id is null or i.client_id = :client_id) and (:kind is null or portal.invoice_kind(i.is_void, i.total_minor, i.paid_minor) = :kind)
  and (:q is null or strpos(lower(concat_ws(e'\n', i.number, i.title, c.name)), lower(:q)) > 0)
  /*filter*/ and i.account_id = :account_id and i.withdrawn_at is null /*end filter*/
  and (i.issued_on, i.invoice_id) < (case when :after_issued_on is null then 'infinity' else :after_issued_on end, :after_invoice_id)
order by i.issued_on desc, i.invoice_id desc
limit :row_limit;

-- name: get_staff_invoice
-- parameters: account_id bigint, time_zone text, invoice_id bigint
-- columns: invoice_id bigint, number text, title text?, state text, issued_on date, due_on date?, currency text, total_minor bigint, paid_minor bigint,
--   outstanding_minor bigint, job_id bigint?, job_number bigint?, media_type text, size_bytes bigint, has_file boolean, client_id bigint, client_name text,
--   is_visible boolean
select i.invoice_id, i.number, i.title, portal.invoice_state(i.is_void, i.total_minor, i.paid_minor, i.due_on, portal.today_in(:time_zone)), i.issued_on, i.due_on, i.currency,
  i.total_minor, i.paid_minor, portal.invoice_outstanding(i.is_void, i.total_minor, i.paid_minor), j.job_id, j.number, i.media_type, i.size_bytes,
  i.content_hash is not null, c.client_id, c.name, i.is_visible
from portal.invoice i
join portal.client c on c.account_id = i.account_id and c.client_id = i.client_id
left join portal.job j on j.account_id = i.account_id and j.job_id = i.job_id and j.client_id = i.client_id /*filter*/ and j.deleted_at is null /*end filter*/
where i.invoice_id = :invoice_id /*filter*/ and i.account_id = :account_id and i.withdrawn_at is null /*end filter*/;

-- name: get_staff_invoice_file
-- parameters: account_id bigint, invoice_id bigint
-- columns: number text, media_type text, size_bytes bigint, content_hash bytea, is_active_content boolean
select i.number, i.media_type, i.size_bytes, i.content_hash, i.is_active_content
from portal.invoice i
where i.invoice_id = :invoice_id and i.content_hash is not null /*filter*/ and i.account_id = :account_id and i.withdrawn_at is null /*end filter*/;

-- PT404.
-- name: show_staff_invoice
-- parameters: account_id bigint, invoice_id bigint, is_visible boolean
-- columns: invoice_id bigint
with former as (
  select i.account_id, i.invoice_id, i.is_visible from portal.invoice i
  where i.invoice_id = :invoice_id /*filter*/ and i.account_id = :account_id and i.withdrawn_at is null /*end filter*/
), changed as (
  update portal.invoice i set is_visible = :is_visible
  from former f
  where i.account_id = f.account_id and i.invoice_id = f.invoice_id
  returning i.account_id, i.client_id, i.invoice_id, i.number, f.is_visible as was_visible
), noted as (
  insert into portal.activity (account_id, actor_kind, staff_id, action, client_id, subject_kind, subject_id, details)
  select account_id, portal.current_actor_kind(), portal.current_staff_id(), 'invoice_changed', client_id, 'invoice', invoice_id,
    jsonb_build_object('number', number, 'before', jsonb_build_object('visible', was_visible), 'after', jsonb_build_object('visible', :is_visible))
  from changed
  where was_visible <> :is_visible
)
select portal.require((select invoice_id from changed), 'PT404');
