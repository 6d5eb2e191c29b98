-- Invoices as members see them: their client's that are visible, decided here and a second time by the policies. The state depends on the day in the account's zone, and
-- `holds_for` says for how many milliseconds it stays what it is, where it will not stay. The job is told where the member sees it at this moment, by the rules of jobs
-- (jobs.sql).

-- The newest first. `kind` is open, paid or void.
-- name: list_invoices
-- parameters: account_id bigint, client_id bigint, kind text?, time_zone text, after_issued_on date?, after_invoice_id bigint, row_limit integer
-- columns: invoice_id bigint, number text, title text?, state text, issued_on date, due_on date?, currency text, total_minor bigint, paid_minor bigint,
--   outstanding_minor bigint, job_id bigint?, job_number bigint?, media_type text, size_bytes bigint, has_file boolean, holds_for bigint?
select i.invoice_id, i.number, i.title, portal.invoice_state(i.is_void, i.total_minor, i.paid_minor, i.due_on, portal.today_in(:time_zone)), i.issued_on, i.due_on, i.currency,
  i.total_minor, i.paid_minor, portal.invoice_outstanding(i.is_void, i.total_minor, i.paid_minor), j.job_id, j.number, i.media_type, i.size_bytes,
  i.content_hash is not null, portal.invoice_state_holds(i.is_void, i.total_minor, i.paid_minor, i.due_on, :time_zone)
from portal.invoice i
left join portal.job j on j.account_id = i.account_id and j.job_id = i.job_id and j.client_id = i.client_id
  /*filter*/ and j.account_id = :account_id and j.client_id = :client_id and j.deleted_at is null
  and j.job_template_id = any ((select portal.visible_templates())::bigint[]) and j.status = any ((select portal.visible_statuses())::text[])
  /*end filter*/
where (:kind is null or portal.invoice_kind(i.is_void, i.total_minor, i.paid_minor) = :kind)
  /*filter*/ and i.account_id = :account_id and i.client_id = :client_id and i.is_visible and i.withdrawn_at is null /*end filter*/
  and (i.issued_on, i.invoice_id) < (case when :after_issued_on is null then 'infinity' else :after_issued_on end, :after_invoice_id)
order by i.issued_on desc, i.invoice_id desc
limit :row_limit;

-- Of all the client's invoices. A state and currency without any has no row. `holds_for` is that of the first one that changes.
-- name: count_invoices
-- parameters: account_id bigint, client_id bigint, time_zone text
-- columns: state text, currency text, invoices bigint, outstanding_minor bigint, holds_for bigint?
select s.state, i.currency, count(*), least(sum(portal.invoice_outstanding(i.is_void, i.total_minor, i.paid_minor)), 1000000000000000000)::bigint,
  min(portal.invoice_state_holds(i.is_void, i.total_minor, i.paid_minor, i.due_on, :time_zone))
from portal.invoice i
cross join lateral (select portal.invoice_state(i.is_void, i.total_minor, i.paid_minor, i.due_on, portal.today_in(:time_zone)) as state) s
where true
  /*filter*/ and i.account_id = :account_id and i.client_id = :client_id and i.is_visible and i.withdrawn_at is null /*end filter*/
group by s.state, i.currency
order by i.currency, s.state;

-- One that the member may see, as in the list.
-- name: get_invoice
-- parameters: account_id bigint, client_id bigint, time_zone text, invoice_id bigint
-- columns: invoice_id bigint, number text, title text?, state text, issued_on date, due_on date?, currency text, total_minor bigint, paid_minor bigint,
--   outstanding_minor bigint, job_id bigint?, job_number bigint?, media_type text, size_bytes bigint, has_file boolean, holds_for bigint?
select i.invoice_id, i.number, i.title, portal.invoice_state(i.is_void, i.total_minor, i.paid_minor, i.due_on, portal.today_in(:time_zone)), i.issued_on, i.due_on, i.currency,
  i.total_minor, i.paid_minor, portal.invoice_outstanding(i.is_void, i.total_minor, i.paid_minor), j.job_id, j.number, i.media_type, i.size_bytes,
  i.content_hash is not null, portal.invoice_state_holds(i.is_void, i.total_minor, i.paid_minor, i.due_on, :time_zone)
from portal.invoice i
left join portal.job j on j.account_id = i.account_id and j.job_id = i.job_id and j.client_id = i.client_id
  /*filter*/ and j.account_id = :account_id and j.client_id = :client_id and j.deleted_at is null
  and j.job_template_id = any ((select portal.visible_templates())::bigint[]) and j.status = any ((select portal.visible_statuses())::text[])
  /*end filter*/
where i.invoice_id = :invoice_id
  /*filter*/ and i.account_id = :account_id and i.client_id = :client_id and i.is_visible and i.withdrawn_at is null /*end filter*/;

-- With what is needed to send its file; no row where there is none.
-- name: get_invoice_file
-- parameters: account_id bigint, client_id bigint, invoice_id bigint
-- columns: number text, media_type text, size_bytes bigint, content_hash bytea, is_active_content boolean
select i.number, i.media_type, i.size_bytes, i.content_hash, i.is_active_content
from portal.invoice i
where i.invoice_id = :invoice_id and i.content_hash is not null
  /*filter*/ and i.account_id = :account_id and i.client_id = :client_id and i.is_visible and i.withdrawn_at is null /*end filter*/;
