-- role: portal_maintenance

-- Held while a file gets its name until its row is committed, and while a row goes until its file has gone: a file is never removed under a row that is
-- being made.
-- name: lock_files
-- columns: locked boolean
select pg_advisory_lock(hashtextextended('portal.files', 0)) is not null;

-- name: unlock_files
-- columns: unlocked boolean
select pg_advisory_unlock(hashtextextended('portal.files', 0));

-- No row when the account has a document of this external id.
-- name: create_document
-- parameters: account_id bigint, client_id bigint, name text, media_type text, size_bytes bigint, content_hash bytea, is_visible boolean,
--   is_active_content boolean, external_id text?
-- columns: document_id bigint
insert into portal.document (account_id, client_id, name, media_type, size_bytes, content_hash, is_visible, is_active_content, external_id)
values (:account_id, :client_id, :name, :media_type, :size_bytes, :content_hash, :is_visible, :is_active_content, :external_id)
on conflict (account_id, external_id) do nothing
returning document_id;

-- No row when the client has no such member.
-- name: hide_document
-- parameters: account_id bigint, document_id bigint, email text
-- columns: membership_id bigint
insert into portal.document_hidden_from (account_id, document_id, client_id, membership_id)
select d.account_id, d.document_id, d.client_id, s.membership_id
from portal.document d
join portal.membership s on s.account_id = d.account_id and s.client_id = d.client_id and s.state <> 'ended'
join portal.member m on m.account_id = s.account_id and m.member_id = s.member_id
where d.account_id = :account_id and d.document_id = :document_id and m.login_hash = portal.login_hash(:email)
on conflict (account_id, document_id, membership_id) do update set client_id = excluded.client_id
returning membership_id;

-- name: list_documents
-- parameters: account_id bigint, client_id bigint?
-- columns: document_id bigint, client text, name text, media_type text, size_bytes bigint, is_visible boolean, hidden_from text[],
--   external_id text?, created_at timestamptz
select d.document_id, c.name, d.name, d.media_type, d.size_bytes, d.is_visible,
  array(
    select coalesce(m.email, '') from portal.document_hidden_from h
    join portal.membership s on s.account_id = h.account_id and s.membership_id = h.membership_id
    join portal.member m on m.account_id = s.account_id and m.member_id = s.member_id
    where h.account_id = d.account_id and h.document_id = d.document_id
    order by m.email
  ), d.external_id, d.created_at
from portal.document d
join portal.client c on c.account_id = d.account_id and c.client_id = d.client_id
where d.account_id = :account_id and (:client_id is null or d.client_id = :client_id)
order by c.name, d.name, d.document_id;

-- A person types a document's id, its external id or its name.
-- name: find_documents
-- parameters: account_id bigint, said text
-- columns: document_id bigint, name text
select document_id, name from portal.document
where account_id = :account_id and (document_id::text = :said or external_id = :said or lower(name) = lower(:said))
order by document_id
limit 10;

-- name: remove_document
-- parameters: account_id bigint, document_id bigint
-- columns: content_hash bytea?
delete from portal.document where account_id = :account_id and document_id = :document_id
returning content_hash;

-- What any account has a row of.
-- name: list_known_files
-- columns: content_hash bytea
select content_hash from portal.document where content_hash is not null
union select content_hash from portal.job_file
union select content_hash from portal.invoice where content_hash is not null
union select content_hash from portal.quote where content_hash is not null
union select logo_hash from portal.portal where logo_hash is not null
union select content_hash from portal.logo_upload;

-- Whether any account has a row of this content.
-- name: is_file_used
-- parameters: content_hash bytea
-- columns: is_used boolean
select exists (select from portal.document where content_hash = :content_hash)
  or exists (select from portal.job_file where content_hash = :content_hash)
  or exists (select from portal.invoice where content_hash = :content_hash)
  or exists (select from portal.quote where content_hash = :content_hash)
  or exists (select from portal.portal where logo_hash = :content_hash)
  or exists (select from portal.logo_upload where content_hash = :content_hash);
