-- Clients as staff see them. What changes them stands in sql/policies/33_clients.sql, because it depends on what is there.

-- name: list_clients
-- parameters: account_id bigint, after_client_id bigint?, row_limit integer
-- columns: client_id bigint, kind text, name text, external_id text?, email text?, phone text?, members bigint, sites bigint, imported boolean
select c.client_id, c.kind, c.name, c.external_id,
  (select k.value from portal.contact k where k.account_id = c.account_id and k.client_id = c.client_id and k.kind = 'email' and k.withdrawn_at is null
    order by k.contact_id limit 1),
  (select k.value from portal.contact k where k.account_id = c.account_id and k.client_id = c.client_id and k.kind = 'phone' and k.withdrawn_at is null
    order by k.contact_id limit 1),
  (select count(*) from portal.membership m where m.account_id = c.account_id and m.client_id = c.client_id and m.state <> 'ended'),
  (select count(*) from portal.site s where s.account_id = c.account_id and s.client_id = c.client_id and s.withdrawn_at is null), c.imported
from (
  select a.sort_name, a.client_id from portal.client a where a.client_id = :after_client_id /*filter*/ and a.account_id = :account_id /*end filter*/
  union all
  select '', 0 where :after_client_id is null
) as after (sort_name, client_id)
cross join lateral (
  select c.account_id, c.client_id, c.kind, c.name, c.external_id, c.imported, c.sort_name
  from portal.client c
  where c.withdrawn_at is null and (c.sort_name, c.client_id) > (after.sort_name, after.client_id) /*filter*/ and c.account_id = :account_id /*end filter*/
  order by c.sort_name, c.client_id
  limit :row_limit
) as c
order by c.sort_name, c.client_id;

-- A page of those in whom all words of `q` are found. `driver`, `place`, `client_id` and `turn` of the last row are where it ended, to be handed back for the next one.
-- A last row that `goes_on` is nobody who was found: looking on is left to the next page, however few there are on this one.
-- name: find_clients_of_staff
-- parameters: account_id bigint, q text, after_driver integer?, after_place integer?, after_client_id bigint?, after_turn integer?, row_limit integer
-- columns: client_id bigint, kind text, name text, external_id text?, email text?, phone text?, members bigint, sites bigint, imported boolean,
--   driver integer, place integer, turn integer, goes_on boolean
select f.client_id, coalesce(c.kind, ''), coalesce(c.name, ''), c.external_id,
  (select k.value from portal.contact k where k.account_id = c.account_id and k.client_id = c.client_id and k.kind = 'email' and k.withdrawn_at is null
    order by k.contact_id limit 1),
  (select k.value from portal.contact k where k.account_id = c.account_id and k.client_id = c.client_id and k.kind = 'phone' and k.withdrawn_at is null
    order by k.contact_id limit 1),
  (select count(*) from portal.membership m where m.account_id = c.account_id and m.client_id = c.client_id and m.state <> 'ended'),
  (select count(*) from portal.site s where s.account_id = c.account_id and s.client_id = c.client_id and s.withdrawn_at is null), coalesce(c.imported, false),
  f.driver, f.place, f.turn, f.goes_on
from portal.find_clients(:account_id, :q, :after_driver, :after_place, :after_client_id, :after_turn, :row_limit) with ordinality as f
  (client_id, driver, place, turn, goes_on, number)
left join lateral (
  select c.account_id, c.client_id, c.kind, c.name, c.external_id, c.imported
  from portal.client c
  where c.client_id = f.client_id and not f.goes_on /*filter*/ and c.account_id = :account_id /*end filter*/
  limit 1
) as c on true
where c.client_id is not null or f.goes_on
order by f.number;

-- Null: the one that this segment has made.
-- name: get_client
-- parameters: account_id bigint, client_id bigint?
-- columns: client_id bigint, kind text, name text, organisation_name text?, first_name text?, middle_name text?, surname text?, external_id text?,
--   members bigint, imported boolean, may_edit_imported boolean
select c.client_id, c.kind, c.name, c.organisation_name, c.first_name, c.middle_name, c.surname, c.external_id,
  (select count(*) from portal.membership m where m.account_id = c.account_id and m.client_id = c.client_id and m.state <> 'ended'), c.imported,
  (select a.staff_edit_imported from portal.account a where a.account_id = c.account_id)
from portal.client c
where c.client_id = case when :client_id is null then portal.made_id() else :client_id end and c.withdrawn_at is null
  /*filter*/ and c.account_id = :account_id /*end filter*/;

-- name: list_contacts_of_client
-- parameters: account_id bigint, client_id bigint?
-- columns: contact_id bigint, kind text, value text, name text?, site_id bigint?, imported boolean
select k.contact_id, k.kind, k.value, k.name, k.site_id, k.imported
from portal.contact k
where k.client_id = case when :client_id is null then portal.made_id() else :client_id end and k.withdrawn_at is null
  /*filter*/ and k.account_id = :account_id /*end filter*/
order by k.contact_id
limit 1000;

-- name: list_sites_of_client
-- parameters: account_id bigint, client_id bigint?
-- columns: site_id bigint, name text, address text?, time_zone text?, external_id text?, imported boolean
select s.site_id, s.name, s.address, s.time_zone, s.external_id, s.imported
from portal.site s
where s.client_id = case when :client_id is null then portal.made_id() else :client_id end and s.withdrawn_at is null
  /*filter*/ and s.account_id = :account_id /*end filter*/
order by s.name, s.site_id
limit 1000;

-- name: get_contact
-- parameters: account_id bigint, client_id bigint, contact_id bigint?
-- columns: contact_id bigint, kind text, value text, name text?, site_id bigint?, imported boolean
select k.contact_id, k.kind, k.value, k.name, k.site_id, k.imported
from portal.contact k
where k.client_id = :client_id and k.contact_id = case when :contact_id is null then portal.made_id() else :contact_id end
  /*filter*/ and k.account_id = :account_id /*end filter*/;

-- name: get_site_of_client
-- parameters: account_id bigint, client_id bigint, site_id bigint?
-- columns: site_id bigint, name text, address text?, time_zone text?, external_id text?, imported boolean
select s.site_id, s.name, s.address, s.time_zone, s.external_id, s.imported
from portal.site s
where s.client_id = :client_id and s.site_id = case when :site_id is null then portal.made_id() else :site_id end
  /*filter*/ and s.account_id = :account_id /*end filter*/;

-- name: create_client
-- parameters: account_id bigint, content jsonb
-- columns: client_id bigint
select portal.create_client(:account_id, :content);

-- name: update_client
-- parameters: account_id bigint, client_id bigint, content jsonb
select from portal.update_client(:account_id, :client_id, :content);

-- name: create_contact
-- parameters: account_id bigint, client_id bigint, content jsonb
-- columns: contact_id bigint
select portal.create_contact(:account_id, :client_id, :content);

-- name: update_contact
-- parameters: account_id bigint, client_id bigint, contact_id bigint, content jsonb
select from portal.update_contact(:account_id, :client_id, :contact_id, :content);

-- name: delete_contact
-- parameters: account_id bigint, client_id bigint, contact_id bigint
select from portal.delete_contact(:account_id, :client_id, :contact_id);

-- name: create_site
-- parameters: account_id bigint, client_id bigint, content jsonb
-- columns: site_id bigint
select portal.create_site(:account_id, :client_id, :content);

-- name: update_site
-- parameters: account_id bigint, client_id bigint, site_id bigint, content jsonb
select from portal.update_site(:account_id, :client_id, :site_id, :content);

-- name: delete_site
-- parameters: account_id bigint, client_id bigint, site_id bigint
select from portal.delete_site(:account_id, :client_id, :site_id);

-- Rows of a table, in their order: what became of each, or with `dry_run` what would.
-- name: apply_client_rows
-- parameters: account_id bigint, content jsonb, dry_run boolean
-- columns: line integer, outcome text, field text?, code text?
with applied as materialized (
  select r.line, r.outcome, r.field, r.code from portal.apply_client_rows(:account_id, :content, :dry_run) r
), noted as materialized (
  select portal.remember_parts((select jsonb_agg(jsonb_build_object('id', a.line, 'word', a.outcome, 'field', a.field, 'code', a.code)) from applied a)) as parts
)
select a.line, a.outcome, a.field, a.code from applied a cross join noted n where n.parts is not null;
