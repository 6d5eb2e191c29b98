-- name: list_documents_by_time
-- parameters: account_id bigint, client_id bigint, membership_id bigint, q text?, after_created_at timestamptz?, after_document_id bigint,
--   row_limit integer
-- columns: document_id bigint, name text, media_type text, size_bytes bigint, created_at timestamptz
select d.document_id, d.name, d.media_type, d.size_bytes, d.created_at
from portal.document d
where (:q is null or strpos(lower(d.name), lower(:q)) > 0)
  /*filter*/ and d.account_id = :account_id and d.client_id = :client_id and d.is_visible and d.withdrawn_at is null and d.content_hash is not null and not exists (
    select from portal.document_hidden_from h
    where h.account_id = d.account_id and h.document_id = d.document_id and h.membership_id = :membership_id
  ) /*end filter*/
  and (d.created_at, d.document_id) > (case when :after_created_at is null then '-infinity' else :after_created_at end, :after_document_id)
order by d.created_at, d.document_id
limit :row_limit;

-- name: list_documents_by_time_descending
-- parameters: account_id bigint, client_id bigint, membership_id bigint, q text?, after_created_at timestamptz?, after_document_id bigint,
--   row_limit integer
-- columns: document_id bigint, name text, media_type text, size_bytes bigint, created_at timestamptz
select d.document_id, d.name, d.media_type, d.size_bytes, d.created_at
from portal.document d
where (:q is null or strpos(lower(d.name), lower(:q)) > 0)
  /*filter*/ and d.account_id = :account_id and d.client_id = :client_id and d.is_visible and d.withdrawn_at is null and d.content_hash is not null and not exists (
    select from portal.document_hidden_from h
    where h.account_id = d.account_id and h.document_id = d.document_id and h.membership_id = :membership_id
  ) /*end filter*/
  and (d.created_at, d.document_id) < (case when :after_created_at is null then 'infinity' else :after_created_at end, :after_document_id)
order by d.created_at desc, d.document_id desc
limit :row_limit;

-- Where a page by name ended is told by the document's id alone, so that the cursor need not hold a name. When that document can no longer be seen the
-- list is empty: get_document in the same segment tells the two apart.
-- name: list_documents_by_name
-- parameters: account_id bigint, client_id bigint, membership_id bigint, q text?, after_document_id bigint?, row_limit integer
-- columns: document_id bigint, name text, media_type text, size_bytes bigint, created_at timestamptz
select d.document_id, d.name, d.media_type, d.size_bytes, d.created_at
from portal.document d
where (:q is null or strpos(lower(d.name), lower(:q)) > 0)
  /*filter*/ and d.account_id = :account_id and d.client_id = :client_id and d.is_visible and d.withdrawn_at is null and d.content_hash is not null and not exists (
    select from portal.document_hidden_from h
    where h.account_id = d.account_id and h.document_id = d.document_id and h.membership_id = :membership_id
  ) /*end filter*/
  and (:after_document_id is null or (lower(d.name) collate "und-x-icu", d.document_id) > (
    select lower(a.name) collate "und-x-icu", a.document_id from portal.document a
    where a.document_id = :after_document_id /*filter*/ and a.account_id = :account_id and a.client_id = :client_id /*end filter*/
  ))
order by lower(d.name) collate "und-x-icu", d.document_id
limit :row_limit;

-- name: list_documents_by_name_descending
-- parameters: account_id bigint, client_id bigint, membership_id bigint, q text?, after_document_id bigint?, row_limit integer
-- columns: document_id bigint, name text, media_type text, size_bytes bigint, created_at timestamptz
select d.document_id, d.name, d.media_type, d.size_bytes, d.created_at
from portal.document d
where (:q is null or strpos(lower(d.name), lower(:q)) > 0)
  /*filter*/ and d.account_id = :account_id and d.client_id = :client_id and d.is_visible and d.withdrawn_at is null and d.content_hash is not null and not exists (
    select from portal.document_hidden_from h
    where h.account_id = d.account_id and h.document_id = d.document_id and h.membership_id = :membership_id
  ) /*end filter*/
  and (:after_document_id is null or (lower(d.name) collate "und-x-icu", d.document_id) < (
    select lower(a.name) collate "und-x-icu", a.document_id from portal.document a
    where a.document_id = :after_document_id /*filter*/ and a.account_id = :account_id and a.client_id = :client_id /*end filter*/
  ))
order by lower(d.name) collate "und-x-icu" desc, d.document_id desc
limit :row_limit;

-- One that the member may see; with what is needed to send it.
-- name: get_document
-- parameters: account_id bigint, client_id bigint, membership_id bigint, document_id bigint
-- columns: document_id bigint, name text, media_type text, size_bytes bigint, created_at timestamptz, content_hash bytea,
--   is_active_content boolean
select d.document_id, d.name, d.media_type, d.size_bytes, d.created_at, d.content_hash, d.is_active_content
from portal.document d
where d.document_id = :document_id
  /*filter*/ and d.account_id = :account_id and d.client_id = :client_id and d.is_visible and d.withdrawn_at is null and d.content_hash is not null and not exists (
    select from portal.document_hidden_from h
    where h.account_id = d.account_id and h.document_id = d.document_id and h.membership_id = :membership_id
  ) /*end filter*/;
