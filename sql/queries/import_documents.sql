-- Documents from another system (sql/queries/import.sql), and the bytes of documents and jobs, which come one by one. A document without bytes is not shown to anybody; one
-- that is taken back loses them, and its room.

-- name: import_documents
-- parameters: account_id bigint, rows jsonb, apply text
-- columns: created bigint, updated bigint, unchanged bigint, withdrawn bigint, wrong bigint, errors jsonb
with client as materialized (
  select c.external_id, c.client_id from portal.client c
  where c.external_id = any (portal.texts_of(:rows, 'client')) and c.withdrawn_at is null /*filter*/ and c.account_id = :account_id /*end filter*/
), line as materialized (
  select l.*, c.client_id as to_client_id
  from jsonb_to_recordset(:rows) as l (line integer, external_id text, version bigint, deleted boolean, client text, name text, visible boolean)
  left join client c on c.external_id = l.client
), former as materialized (
  select d.external_id, d.document_id, d.client_id, d.name, d.is_visible, d.version, d.withdrawn_at from portal.document d
  where d.external_id = any (portal.texts_of(:rows, 'external_id')) /*filter*/ and d.account_id = :account_id /*end filter*/
), known as materialized (
  select l.*, d.document_id, d.client_id,
    case
      when l.deleted and d.document_id is null or l.version < d.version then 'nothing'
      when l.deleted then case when d.withdrawn_at is null then 'withdraw' when l.version > d.version or l.version is not null and d.version is null then 'withdraw again' else 'nothing' end
      when d.document_id is null then 'create'
      when d.withdrawn_at is null and (d.client_id, d.name, d.is_visible) is not distinct from (l.to_client_id, l.name, l.visible)
        then case when l.version > d.version or l.version is not null and d.version is null then 'note' else 'nothing' end
      else 'update'
    end as action
  from line l
  left join former d on d.external_id = l.external_id
), hidden as materialized (
  select distinct k.document_id from known k
  join portal.document_hidden_from h on h.account_id = :account_id and h.document_id = k.document_id
  where k.client_id <> k.to_client_id
), judged as materialized (
  select k.*, wrong.pointer, wrong.code
  from known k
  left join hidden h on h.document_id = k.document_id
  left join lateral (
    select '/client' as pointer, 'unknown_reference' as code where k.to_client_id is null
    union all
    select '/client', 'in_use' where h.document_id is not null
    limit 1
  ) as wrong on k.action in ('create', 'update')
), verdict as materialized (
  select :apply = 'good' or :apply = 'all' and not exists (select from judged where code is not null) as go from set_config('plan_cache_mode', 'auto', true)
), to_change as materialized (
  select j.* from judged j, verdict v where v.go and j.action in ('update', 'note') and j.code is null
), to_take_back as materialized (
  select j.* from judged j, verdict v where v.go and j.action in ('withdraw', 'withdraw again') and j.code is null
), created as (
  insert into portal.document (account_id, client_id, name, media_type, size_bytes, is_visible, external_id, version)
  select :account_id, j.to_client_id, j.name, 'application/octet-stream', 0, j.visible, j.external_id, j.version
  from judged j, verdict v where v.go and j.action = 'create' and j.code is null
), changed as (
  update portal.document d set client_id = j.to_client_id, name = j.name, is_visible = j.visible, version = coalesce(j.version, d.version), withdrawn_at = null
  from to_change j
  where d.account_id = :account_id and d.external_id = any (portal.texts_of(:rows, 'external_id')) and d.document_id = j.document_id
), taken_back as (
  update portal.document d set version = coalesce(j.version, d.version), withdrawn_at = coalesce(d.withdrawn_at, now()), content_hash = null, size_bytes = 0
  from to_take_back j
  where d.account_id = :account_id and d.external_id = any (portal.texts_of(:rows, 'external_id')) and d.document_id = j.document_id
)
select count(*) filter (where v.go and code is null and action = 'create'), count(*) filter (where v.go and code is null and action = 'update'),
  count(*) filter (where v.go and code is null and action in ('nothing', 'note', 'withdraw again')),
  count(*) filter (where v.go and code is null and action = 'withdraw'), count(code),
  coalesce((
    select jsonb_agg(jsonb_build_object('line', w.line, 'pointer', w.pointer, 'code', w.code) order by w.line)
    from (select line, pointer, code from judged where code is not null order by line limit 1000) w
  ), '[]')
from verdict v left join judged on true;

-- `content` is the SHA-256 of the bytes: who compares it knows whether they are to be sent.
-- name: read_imported_document
-- parameters: account_id bigint, external_id text
-- columns: body jsonb
select jsonb_build_object('id', d.document_id::text, 'external_id', d.external_id, 'version', d.version, 'deleted', d.withdrawn_at is not null,
  'client', c.external_id, 'name', d.name, 'visible', d.is_visible, 'content', encode(d.content_hash, 'hex'))
from portal.document d
join portal.client c on c.account_id = d.account_id and c.client_id = d.client_id
where d.external_id = :external_id /*filter*/ and d.account_id = :account_id /*end filter*/;

-- Before anything is received: is there such a document, what is it called, and is there room. Room is counted as for staff, the files of jobs besides.
-- name: find_document_to_fill
-- parameters: account_id bigint, external_id text, size_bytes bigint
-- columns: name text, client_id bigint, has_room boolean
select d.name, d.client_id, portal.stored_bytes(d.account_id) - d.size_bytes + :size_bytes <= a.document_bytes
from portal.document d
join portal.account a on a.account_id = d.account_id
where d.external_id = :external_id and d.withdrawn_at is null /*filter*/ and d.account_id = :account_id /*end filter*/;

-- PT404: it was taken back meanwhile, or belongs to another client, for whom these bytes are not, or has another name, by which they were judged. The
-- statement before it is lock_files_for_row.
-- name: fill_document
-- parameters: account_id bigint, external_id text, client_id bigint, document_name text, media_type text, size_bytes bigint, content_hash bytea, is_active_content boolean
-- columns: document_id bigint
with filled as (
  update portal.document d
  set media_type = :media_type, size_bytes = :size_bytes, content_hash = :content_hash, is_active_content = :is_active_content
  where d.external_id = :external_id and d.client_id = :client_id and d.name = :document_name and d.withdrawn_at is null
    /*filter*/ and d.account_id = :account_id /*end filter*/
  returning d.document_id
)
select portal.require((select document_id from filled), 'PT404');

-- PT507: there is no room.
-- name: require_room_for_files
-- parameters: account_id bigint
-- columns: account_id bigint
select portal.require((
  select a.account_id from portal.account a where a.document_bytes >= portal.stored_bytes(a.account_id) /*filter*/ and a.account_id = :account_id /*end filter*/
), 'PT507');

-- The same for a file of a job: the job, and the field of one of the types that hold files.
-- name: find_job_to_fill
-- parameters: account_id bigint, external_id text, field_group text, field_key text, size_bytes bigint
-- columns: type text, client_id bigint, has_room boolean
select f.type, o.client_id, portal.stored_bytes(o.account_id) + :size_bytes <= a.document_bytes
from portal.job o
join portal.account a on a.account_id = o.account_id
join portal.job_field f on f.account_id = o.account_id
where o.external_id = :external_id and o.deleted_at is null and f.field_group = :field_group and f.key = :field_key and f.withdrawn_at is null
  and f.type in ('photo', 'file', 'signature') /*filter*/ and o.account_id = :account_id /*end filter*/;

-- What stood at the place is replaced. PT404 as above.
-- name: fill_job_file
-- parameters: account_id bigint, external_id text, client_id bigint, field_group text, field_key text, position integer, file_name text, media_type text, size_bytes bigint, content_hash bytea
-- columns: job_file_id bigint
with filled as (
  insert into portal.job_file (account_id, job_id, job_field_id, type, position, name, media_type, size_bytes, content_hash)
  select o.account_id, o.job_id, f.job_field_id, f.type, :position, :file_name, :media_type, :size_bytes, :content_hash
  from portal.job o
  join portal.job_field f on f.account_id = o.account_id
  where o.external_id = :external_id and o.client_id = :client_id and o.deleted_at is null and f.field_group = :field_group and f.key = :field_key
    and f.withdrawn_at is null and f.type in ('photo', 'file', 'signature') /*filter*/ and o.account_id = :account_id /*end filter*/
  on conflict (account_id, job_id, job_field_id, position) do update
  set name = excluded.name, media_type = excluded.media_type, size_bytes = excluded.size_bytes, content_hash = excluded.content_hash
  returning job_file_id
)
select portal.require((select job_file_id from filled), 'PT404');

-- PT404: there is none at that place.
-- name: remove_job_file
-- parameters: account_id bigint, external_id text, field_group text, field_key text, position integer
-- columns: job_file_id bigint
with removed as (
  delete from portal.job_file j
  using portal.job o, portal.job_field f
  where o.account_id = j.account_id and o.job_id = j.job_id and f.account_id = j.account_id and f.job_field_id = j.job_field_id
    and o.external_id = :external_id and f.field_group = :field_group and f.key = :field_key and j.position = :position
    /*filter*/ and j.account_id = :account_id /*end filter*/
  returning j.job_file_id
)
select portal.require((select job_file_id from removed), 'PT404');

-- name: list_files_of_imported_job
-- parameters: account_id bigint, external_id text
-- columns: body jsonb
select jsonb_build_object('items', coalesce((
    select jsonb_agg(jsonb_build_object('field', f.field_group || '.' || f.key, 'position', j.position, 'name', j.name, 'type', j.media_type, 'size', j.size_bytes,
      'content', encode(j.content_hash, 'hex')) order by f.field_group, f.key, j.position)
    from portal.job_file j join portal.job_field f on f.account_id = j.account_id and f.job_field_id = j.job_field_id
    where j.account_id = o.account_id and j.job_id = o.job_id
  ), '[]'))
from portal.job o
where o.external_id = :external_id and o.deleted_at is null /*filter*/ and o.account_id = :account_id /*end filter*/;
