-- Documents of all clients of the account, or of one, the newest first.
-- name: list_staff_documents
-- parameters: account_id bigint, client_id bigint?, q text?, after_created_at timestamptz?, after_document_id bigint, row_limit integer
-- columns: document_id bigint, client_id bigint, client_name text, name text, media_type text, size_bytes bigint, is_visible boolean,
--   hidden_from bigint[], created_at timestamptz
select d.document_id, d.client_id, c.name, d.name, d.media_type, d.size_bytes, d.is_visible,
  array(
    select h.membership_id from portal.document_hidden_from h
    where h.account_id = d.account_id and h.document_id = d.document_id
    order by h.membership_id
  ), d.created_at
from portal.document d
join portal.client c on c.account_id = d.account_id and c.client_id = d.client_id
where (:client_id is null or d.client_id = :client_id) and (:q is null or strpos(lower(d.name), lower(:q)) > 0)
  /*filter*/ and d.account_id = :account_id /*end filter*/
  and (d.created_at, d.document_id) < (case when :after_created_at is null then 'infinity' else :after_created_at end, :after_document_id)
order by d.created_at desc, d.document_id desc
limit :row_limit;

-- Null: the one that this segment has filed.
-- name: get_staff_document
-- parameters: account_id bigint, document_id bigint?
-- columns: document_id bigint, client_id bigint, client_name text, name text, media_type text, size_bytes bigint, is_visible boolean,
--   hidden_from bigint[], created_at timestamptz, content_hash bytea, is_active_content boolean
select d.document_id, d.client_id, c.name, d.name, d.media_type, d.size_bytes, d.is_visible,
  array(
    select h.membership_id from portal.document_hidden_from h
    where h.account_id = d.account_id and h.document_id = d.document_id
    order by h.membership_id
  ), d.created_at, d.content_hash, d.is_active_content
from portal.document d
join portal.client c on c.account_id = d.account_id and c.client_id = d.client_id
where d.document_id = case when :document_id is null then portal.made_id() else :document_id end /*filter*/ and d.account_id = :account_id /*end filter*/;

-- Before anything is received: is there such a client, and is there room.
-- name: check_document_room
-- parameters: account_id bigint, client_id bigint, size_bytes bigint
-- columns: client_id bigint, has_room boolean
select c.client_id, portal.stored_bytes(a.account_id) + :size_bytes <= a.document_bytes
from portal.client c
join portal.account a on a.account_id = c.account_id
where c.client_id = :client_id /*filter*/ and c.account_id = :account_id /*end filter*/;

-- In front of a row that names a file: nobody removes files before it is committed, and nobody else of the account counts its room.
-- name: lock_files_for_row
-- parameters: account_id bigint
-- columns: locked boolean
select num_nonnulls(pg_advisory_xact_lock_shared(hashtextextended('portal.files', 0)),
  pg_advisory_xact_lock(hashtextextended('portal.document_bytes', :account_id))) = 2;

-- Its id. PT404: there is no such client; PT507: there is no room. The statement before it is lock_files_for_row.
-- name: add_staff_document
-- parameters: account_id bigint, client_id bigint, name text, media_type text, size_bytes bigint, content_hash bytea, is_visible boolean,
--   is_active_content boolean
-- columns: document_id bigint
with added as (
  insert into portal.document (account_id, client_id, name, media_type, size_bytes, content_hash, is_visible, is_active_content)
  select c.account_id, c.client_id, :name, :media_type, :size_bytes, :content_hash, :is_visible, :is_active_content
  from portal.client c
  where c.client_id = :client_id /*filter*/ and c.account_id = :account_id /*end filter*/
  returning account_id, client_id, document_id
), noted as (
  insert into portal.activity (account_id, actor_kind, staff_id, action, client_id, subject_kind, subject_id, details)
  select account_id, portal.current_actor_kind(), portal.current_staff_id(), 'document_added', client_id, 'document', document_id,
    jsonb_build_object('name', :name, 'size', :size_bytes, 'visible', :is_visible)
  from added
)
select portal.remember_made(portal.require((select document_id from added), 'PT404'));

-- name: require_document_room
-- parameters: account_id bigint
-- columns: account_id bigint
select portal.require((
  select a.account_id from portal.account a where a.document_bytes >= portal.stored_bytes(a.account_id) /*filter*/ and a.account_id = :account_id /*end filter*/
), 'PT507');

-- The id of the one before, in the same segment.
-- Another content, the same document. PT404.
-- name: replace_staff_document
-- parameters: account_id bigint, document_id bigint, media_type text, size_bytes bigint, content_hash bytea, is_active_content boolean
-- columns: document_id bigint
with former as (
  select d.account_id, d.document_id, d.size_bytes from portal.document d
  where d.document_id = :document_id /*filter*/ and d.account_id = :account_id /*end filter*/
), changed as (
  update portal.document d
  set media_type = :media_type, size_bytes = :size_bytes, content_hash = :content_hash, is_active_content = :is_active_content
  from former f
  where d.account_id = f.account_id and d.document_id = f.document_id
  returning d.account_id, d.client_id, d.document_id, d.name, f.size_bytes as former_bytes
), noted as (
  insert into portal.activity (account_id, actor_kind, staff_id, action, client_id, subject_kind, subject_id, details)
  select account_id, portal.current_actor_kind(), portal.current_staff_id(), 'document_replaced', client_id, 'document', document_id,
    jsonb_build_object('name', name, 'before', jsonb_build_object('size', former_bytes), 'after', jsonb_build_object('size', :size_bytes))
  from changed
)
select portal.require((select document_id from changed), 'PT404');

-- What is null stays as it is. PT404.
-- name: change_staff_document
-- parameters: account_id bigint, document_id bigint, name text?, is_visible boolean?
-- columns: document_id bigint
with former as (
  select d.account_id, d.document_id, d.name, d.is_visible from portal.document d
  where d.document_id = :document_id /*filter*/ and d.account_id = :account_id /*end filter*/
), changed as (
  update portal.document d
  set name = coalesce(:name, d.name), is_visible = coalesce(:is_visible, d.is_visible)
  from former f
  where d.account_id = f.account_id and d.document_id = f.document_id
  returning d.account_id, d.client_id, d.document_id, d.name, d.is_visible, f.name as former_name, f.is_visible as was_visible
), noted as (
  insert into portal.activity (account_id, actor_kind, staff_id, action, client_id, subject_kind, subject_id, details)
  select account_id, portal.current_actor_kind(), portal.current_staff_id(), 'document_changed', client_id, 'document', document_id,
    jsonb_build_object('before', jsonb_build_object('name', former_name, 'visible', was_visible),
      'after', jsonb_build_object('name', name, 'visible', is_visible))
  from changed
  where (name, is_visible) is distinct from (former_name, was_visible)
)
select portal.require((select document_id from changed), 'PT404');

-- Stands behind change_staff_document, which holds the row. PT412: it is hidden from others by now.
-- name: require_hidden_from
-- parameters: account_id bigint, document_id bigint, membership_ids bigint[]
-- columns: document_id bigint
select portal.require((
  select d.document_id from portal.document d
  where d.document_id = :document_id /*filter*/ and d.account_id = :account_id /*end filter*/ and array(
    select h.membership_id from portal.document_hidden_from h
    where h.account_id = d.account_id and h.document_id = d.document_id
    order by h.membership_id
  ) = array(select distinct former.id from unnest(:membership_ids) as former (id) order by former.id)
), 'PT412');

-- From exactly these memberships of its client it is hidden afterwards. PT404: the document is not there, or one of them is not a member of its client.
-- name: hide_staff_document
-- parameters: account_id bigint, document_id bigint, membership_ids bigint[]
-- columns: document_id bigint
with document as (
  select d.account_id, d.document_id, d.client_id, d.name from portal.document d
  where d.document_id = :document_id /*filter*/ and d.account_id = :account_id /*end filter*/
), members as (
  select d.account_id, d.document_id, d.client_id, m.membership_id
  from document d
  join portal.membership m on m.account_id = d.account_id and m.client_id = d.client_id
  where m.membership_id = any (:membership_ids) and m.state <> 'ended'
), shown as (
  delete from portal.document_hidden_from h using document d
  where h.account_id = d.account_id and h.document_id = d.document_id and h.membership_id <> all (:membership_ids)
  returning h.membership_id
), hidden as (
  insert into portal.document_hidden_from (account_id, document_id, client_id, membership_id)
  select account_id, document_id, client_id, membership_id from members
  on conflict do nothing
  returning membership_id
), noted as (
  insert into portal.activity (account_id, actor_kind, staff_id, action, client_id, subject_kind, subject_id, details)
  select account_id, portal.current_actor_kind(), portal.current_staff_id(), 'document_hidden_from', client_id, 'document', document_id,
    jsonb_build_object('name', name, 'hidden', (select coalesce(jsonb_agg(membership_id::text), '[]') from (select * from hidden limit 100) h),
      'shown', (select coalesce(jsonb_agg(membership_id::text), '[]') from (select * from shown limit 100) s))
  from document
  where exists (select from hidden) or exists (select from shown)
)
select portal.require((
  select d.document_id from document d where (select count(*) from members) = cardinality(:membership_ids)
), 'PT404');

-- name: remove_staff_document
-- parameters: account_id bigint, document_id bigint
-- columns: document_id bigint
with removed as (
  delete from portal.document d
  where d.document_id = :document_id /*filter*/ and d.account_id = :account_id /*end filter*/
  returning d.account_id, d.client_id, d.document_id, d.name
), noted as (
  insert into portal.activity (account_id, actor_kind, staff_id, action, client_id, subject_kind, subject_id, details)
  select account_id, portal.current_actor_kind(), portal.current_staff_id(), 'document_removed', client_id, 'document', document_id,
    jsonb_build_object('name', name)
  from removed
)
select portal.require((select document_id from removed), 'PT404');
