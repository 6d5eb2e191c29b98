-- role: portal_maintenance
-- The demo runs in a database that has no other accounts, so these speak of all of them.

-- name: has_accounts
-- columns: has_accounts boolean
select exists (select from portal.account);

-- name: set_origins
-- parameters: scheme text, port_suffix text
update portal.account_host set origin = :scheme || '://' || host || :port_suffix;

-- name: list_members_to_activate
-- columns: account_id bigint, member_id bigint
select m.account_id, m.member_id
from portal.member m
where m.state <> 'removed' and m.email is not null and m.password_hash is null
  and exists (select from portal.membership s where s.account_id = m.account_id and s.member_id = m.member_id and s.state = 'active')
order by m.account_id, m.member_id;

-- name: set_member_password
-- parameters: account_id bigint, member_id bigint, password_hash text
update portal.member set password_hash = :password_hash, state = case state when 'invited' then 'active' else state end
where account_id = :account_id and member_id = :member_id;

-- Those who have a password, each with the client at which sign-in begins.
-- name: list_logins
-- parameters: account_id bigint
-- columns: email text, client text
select m.email, c.name
from portal.member m
cross join lateral (
  select s.client_id from portal.membership s
  where s.account_id = m.account_id and s.member_id = m.member_id and s.state = 'active'
  order by s.last_used_at desc nulls last, s.membership_id
  limit 1
) s
join portal.client c on c.account_id = m.account_id and c.client_id = s.client_id
where m.account_id = :account_id and m.state = 'active' and m.password_hash is not null
order by m.member_id;

-- name: find_open_invitation
-- parameters: account_id bigint
-- columns: email text, client_id bigint, client text
select m.email, c.client_id, c.name
from portal.membership s
join portal.member m on m.account_id = s.account_id and m.member_id = s.member_id
join portal.client c on c.account_id = s.account_id and c.client_id = s.client_id
where s.account_id = :account_id and s.state = 'invited' and m.email is not null and m.password_hash is null
order by s.membership_id
limit 1;

-- The demo's samples by turns, in the place of content that is not there.
-- name: fill_job_files
-- parameters: media_type text, turn bigint, turns bigint, content_hash bytea, size_bytes bigint
update portal.job_file set content_hash = :content_hash, size_bytes = :size_bytes
where media_type = :media_type and job_file_id % :turns = :turn;

-- name: fill_documents
-- parameters: media_type text, turn bigint, turns bigint, content_hash bytea, size_bytes bigint
update portal.document set content_hash = :content_hash, size_bytes = :size_bytes
where media_type = :media_type and document_id % :turns = :turn;

-- Where an invoice has a file, or a quote.
-- name: fill_invoices
-- parameters: media_type text, turn bigint, turns bigint, content_hash bytea, size_bytes bigint
update portal.invoice set content_hash = :content_hash, size_bytes = :size_bytes
where content_hash is not null and media_type = :media_type and invoice_id % :turns = :turn;

-- name: fill_quotes
-- parameters: media_type text, turn bigint, turns bigint, content_hash bytea, size_bytes bigint
update portal.quote set content_hash = :content_hash, size_bytes = :size_bytes
where content_hash is not null and media_type = :media_type and quote_id % :turns = :turn;

-- name: list_staff_to_activate
-- columns: account_id bigint, staff_id bigint
select account_id, staff_id from portal.staff where state = 'invited' order by account_id, staff_id;

-- name: activate_staff
-- parameters: account_id bigint, staff_id bigint, password_hash text
update portal.staff set password_hash = :password_hash, state = 'active' where account_id = :account_id and staff_id = :staff_id;

-- name: list_staff_logins
-- parameters: account_id bigint
-- columns: email text, role text
select email, role from portal.staff where account_id = :account_id and state = 'active' order by staff_id;
