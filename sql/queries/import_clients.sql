-- Clients from another system (sql/queries/import.sql). With a client that is taken back its memberships end, and what they opened.

-- name: import_clients
-- parameters: account_id bigint, rows jsonb, apply text
-- columns: created bigint, updated bigint, unchanged bigint, withdrawn bigint, wrong bigint, errors jsonb
with line as materialized (
  select * from jsonb_to_recordset(:rows) as l (line integer, external_id text, version bigint, deleted boolean, kind text, organisation_name text,
    first_name text, middle_name text, surname text)
), former as materialized (
  select c.external_id, c.client_id, c.version, c.withdrawn_at, c.imported, c.kind, c.organisation_name, c.first_name, c.middle_name, c.surname from portal.client c
  where c.external_id = any (portal.texts_of(:rows, 'external_id')) /*filter*/ and c.account_id = :account_id /*end filter*/
), judged as materialized (
  select l.*, c.client_id, null::text as pointer, null::text as code,
    case
      when l.deleted and c.client_id is null or l.version < c.version then 'nothing'
      when l.deleted then case when c.withdrawn_at is null then 'withdraw' when l.version > c.version or l.version is not null and c.version is null then 'withdraw again' else 'nothing' end
      when c.client_id is null then 'create'
      when c.withdrawn_at is null and c.imported
        and (c.kind, c.organisation_name, c.first_name, c.middle_name, c.surname) is not distinct from (l.kind, l.organisation_name, l.first_name, l.middle_name, l.surname)
        then case when l.version > c.version or l.version is not null and c.version is null then 'note' else 'nothing' end
      else 'update'
    end as action
  from line l
  left join former c on c.external_id = l.external_id
), verdict as materialized (
  select :apply = 'good' or :apply = 'all' and not exists (select from judged where code is not null) as go from set_config('plan_cache_mode', 'auto', true)
), to_change as materialized (
  select j.* from judged j, verdict v where v.go and j.action in ('update', 'note') and j.code is null
), to_take_back as materialized (
  select j.* from judged j, verdict v where v.go and j.action in ('withdraw', 'withdraw again') and j.code is null
), created as (
  insert into portal.client (account_id, kind, organisation_name, first_name, middle_name, surname, external_id, version, imported)
  select :account_id, j.kind, j.organisation_name, j.first_name, j.middle_name, j.surname, j.external_id, j.version, true
  from judged j, verdict v where v.go and j.action = 'create' and j.code is null
), changed as (
  update portal.client c set kind = j.kind, organisation_name = j.organisation_name, first_name = j.first_name, middle_name = j.middle_name, surname = j.surname,
    version = coalesce(j.version, c.version), imported = true, withdrawn_at = null
  from to_change j
  where c.account_id = :account_id and c.external_id = any (portal.texts_of(:rows, 'external_id')) and c.client_id = j.client_id
), taken_back as (
  update portal.client c set version = coalesce(j.version, c.version), withdrawn_at = coalesce(c.withdrawn_at, now())
  from to_take_back j
  where c.account_id = :account_id and c.external_id = any (portal.texts_of(:rows, 'external_id')) and c.client_id = j.client_id
), ended as materialized (
  select sum(portal.end_memberships_of(:account_id, j.client_id)) as memberships from to_take_back j where j.action = 'withdraw'
)
select count(*) filter (where v.go and code is null and action = 'create'), count(*) filter (where v.go and code is null and action = 'update'),
  count(*) filter (where v.go and code is null and action in ('nothing', 'note', 'withdraw again')),
  count(*) filter (where v.go and code is null and action = 'withdraw'), count(code),
  coalesce((
    select jsonb_agg(jsonb_build_object('line', w.line, 'pointer', w.pointer, 'code', w.code) order by w.line)
    from (select line, pointer, code from judged where code is not null order by line limit 1000) w
  ), '[]')
from verdict v cross join ended left join judged on true;

-- name: read_imported_client
-- parameters: account_id bigint, external_id text
-- columns: body jsonb
select jsonb_build_object('id', client_id::text, 'external_id', external_id, 'version', version, 'deleted', withdrawn_at is not null, 'kind', kind,
  'organisation_name', organisation_name, 'first_name', first_name, 'middle_name', middle_name, 'surname', surname)
from portal.client
where external_id = :external_id /*filter*/ and account_id = :account_id /*end filter*/;
