-- The settings of the portal, for the business's own people. What changes is written down in the same statement, with what was before: texts are cut, and
-- of long lists only the beginning is told, because an entry of the activity is bounded.

-- Also for an account whose portal has not been created. Of invitations no more than a thousand are counted.
-- name: get_staff_portal
-- parameters: account_id bigint
-- columns: account_name text, invitation_days integer, activity_days integer, is_created boolean, name text?, logo_hash bytea?, logo_width integer?,
--   logo_height integer?, logo_state text, accent_colour text?, contact_phone text?, contact_email text?, contact_website text?, privacy_url text?, terms_url text?,
--   imprint_url text?, languages text[]?, default_language text?, worker_name text?, shows_position boolean?, visible_templates bigint, has_sender boolean, invitations bigint
select a.name, a.invitation_days, a.activity_days, p.account_id is not null, p.name, p.logo_hash, p.logo_width, p.logo_height,
  coalesce((select u.state from portal.logo_upload u where u.account_id = a.account_id), case when p.logo_hash is null then 'none' else 'ready' end), p.accent_colour,
  p.contact_phone, p.contact_email, p.contact_website, p.privacy_url, p.terms_url, p.imprint_url, p.languages, p.default_language, p.worker_name, p.shows_position,
  (select count(*) from portal.portal_visible_template v where v.account_id = a.account_id),
  exists (select from portal.mail_setting s where s.account_id = a.account_id and num_nonnulls(s.sender_name, s.sender_address, s.reply_to) > 0),
  (select count(*) from (select from portal.membership m where m.account_id = a.account_id limit 1000) as first)
from portal.account a
left join portal.portal p on p.account_id = a.account_id
where true /*filter*/ and a.account_id = :account_id /*end filter*/;

-- PT412 when there is one. Without a name it has the account's.
-- name: create_portal
-- parameters: account_id bigint, name text?
-- columns: account_id bigint?
with created as (
  insert into portal.portal (account_id, name)
  select a.account_id, coalesce(:name, a.name) from portal.account a where true /*filter*/ and a.account_id = :account_id /*end filter*/
  on conflict do nothing
  returning account_id, name
), noted as (
  insert into portal.activity (account_id, actor_kind, staff_id, action, subject_kind, details)
  select account_id, portal.current_actor_kind(), portal.current_staff_id(), 'portal_created', 'portal', jsonb_build_object('name', left(name, 150)) from created
)
select portal.remember_made(portal.require((select account_id from created), 'PT412'));

-- Two changes at the same time follow each other, each sees what the other made. No row: the portal has not been created.
-- name: lock_portal
-- parameters: account_id bigint
-- columns: account_id bigint
select p.account_id from portal.portal p where true /*filter*/ and p.account_id = :account_id /*end filter*/ for update;

-- `changes` has the columns to change with their new values. Nothing happens, and `is_consistent` is false, when the default language would be none of
-- the portal's. No row: the portal has not been created.
-- name: change_portal
-- parameters: account_id bigint, changes jsonb
-- columns: is_consistent boolean
with before as (
  select to_jsonb(p) || jsonb_build_object('invitation_days', a.invitation_days, 'activity_days', a.activity_days) as settings
  from (
    select p.account_id, p.name, p.accent_colour, p.contact_phone, p.contact_email, p.contact_website, p.privacy_url, p.terms_url, p.imprint_url,
      p.languages, p.default_language, p.worker_name, p.shows_position
    from portal.portal p where true /*filter*/ and p.account_id = :account_id /*end filter*/
  ) p
  join portal.account a on a.account_id = p.account_id
), wanted as (
  select b.settings as earlier, b.settings || :changes as settings,
    (b.settings || :changes) -> 'languages' @> ((b.settings || :changes) -> 'default_language') as is_consistent
  from before b
), portal_changed as (
  update portal.portal p set name = w.settings ->> 'name', accent_colour = w.settings ->> 'accent_colour', contact_phone = w.settings ->> 'contact_phone',
    contact_email = w.settings ->> 'contact_email', contact_website = w.settings ->> 'contact_website', privacy_url = w.settings ->> 'privacy_url',
    terms_url = w.settings ->> 'terms_url', imprint_url = w.settings ->> 'imprint_url',
    languages = array(select jsonb_array_elements_text(w.settings -> 'languages')), default_language = w.settings ->> 'default_language',
    worker_name = w.settings ->> 'worker_name', shows_position = (w.settings ->> 'shows_position')::boolean
  from wanted w
  where w.is_consistent and w.settings <> w.earlier /*filter*/ and p.account_id = :account_id /*end filter*/
), account_changed as (
  update portal.account a set invitation_days = (w.settings ->> 'invitation_days')::integer, activity_days = (w.settings ->> 'activity_days')::integer
  from wanted w
  where w.is_consistent /*filter*/ and a.account_id = :account_id /*end filter*/
    and (w.settings -> 'invitation_days' <> w.earlier -> 'invitation_days' or w.settings -> 'activity_days' <> w.earlier -> 'activity_days')
), noted as (
  insert into portal.activity (account_id, actor_kind, staff_id, action, subject_kind, details)
  select :account_id, portal.current_actor_kind(), portal.current_staff_id(), 'settings_changed', 'portal', jsonb_build_object('before', d.earlier, 'after', d.later)
  from wanted w
  cross join lateral (
    select jsonb_object_agg(c.key, case jsonb_typeof(w.earlier -> c.key) when 'string' then to_jsonb(left(w.earlier ->> c.key, 150)) else w.earlier -> c.key end)
        as earlier,
      jsonb_object_agg(c.key, case jsonb_typeof(c.value) when 'string' then to_jsonb(left(w.settings ->> c.key, 150)) else c.value end) as later
    from jsonb_each(w.settings) as c
    where c.value is distinct from w.earlier -> c.key
  ) d
  where w.is_consistent and d.later is not null
)
select is_consistent from wanted;

-- How many jobs each has is told beside it: a list of what staff may show.
-- name: list_staff_templates
-- parameters: account_id bigint, row_limit integer
-- columns: job_template_id bigint, name text, is_visible boolean, jobs bigint
select t.job_template_id, t.name, v.job_template_id is not null, coalesce(j.jobs, 0)
from portal.job_template t
left join portal.portal_visible_template v on v.account_id = t.account_id and v.job_template_id = t.job_template_id
left join (
  select j.job_template_id, count(*) as jobs from portal.job j
  where j.deleted_at is null /*filter*/ and j.account_id = :account_id /*end filter*/
  group by j.job_template_id
) j on j.job_template_id = t.job_template_id
where (t.withdrawn_at is null or v.job_template_id is not null) /*filter*/ and t.account_id = :account_id /*end filter*/
order by lower(t.name), t.job_template_id
limit :row_limit;

-- As with templates: what another system has taken back is told only while it is still visible.
-- The main fields are in every job, the others in those whose template contains them; a field that no template contains cannot be selected, and is told only
-- while it still is.
-- name: list_staff_fields
-- parameters: account_id bigint, row_limit integer
-- columns: job_field_id bigint, key text, label text, field_group text, type text, is_visible boolean, templates bigint
select f.job_field_id, f.key, f.label, f.field_group, f.type, v.job_field_id is not null, n.templates
from portal.job_field f
left join portal.portal_visible_field v on v.account_id = f.account_id and v.job_field_id = f.job_field_id
cross join lateral (
  select case when f.field_group = 'main' then (select count(*) from portal.job_template t where t.account_id = f.account_id)
    else (select count(*) from portal.job_template_field c where c.account_id = f.account_id and c.job_field_id = f.job_field_id) end as templates
) n
where (f.field_group = 'main' or n.templates > 0 and f.withdrawn_at is null or v.job_field_id is not null) /*filter*/ and f.account_id = :account_id /*end filter*/
order by array_position('{main,custom,report}', f.field_group), f.position, f.key, f.job_field_id
limit :row_limit;

-- The places, from 0, of ids that are no template of the account.
-- name: find_unknown_templates
-- parameters: account_id bigint, job_template_ids bigint[]
-- columns: place bigint
select w.place - 1
from unnest(:job_template_ids) with ordinality as w (id, place)
where not exists (select from portal.job_template t where t.job_template_id = w.id /*filter*/ and t.account_id = :account_id /*end filter*/)
order by w.place;

-- The same of fields, with what is wrong: unknown, or contained in no template.
-- name: find_refused_fields
-- parameters: account_id bigint, job_field_ids bigint[]
-- columns: place bigint, is_known boolean
select w.place - 1, f.job_field_id is not null
from unnest(:job_field_ids) with ordinality as w (id, place)
left join portal.job_field f on f.job_field_id = w.id /*filter*/ and f.account_id = :account_id /*end filter*/
where f.job_field_id is null or not (f.field_group = 'main'
  or exists (select from portal.job_template_field c where c.account_id = f.account_id and c.job_field_id = f.job_field_id))
order by w.place;

-- Shows these and no others. Nothing happens when one of them is no template of the account.
-- name: set_visible_templates
-- parameters: account_id bigint, job_template_ids bigint[]
with wanted as (
  select t.job_template_id, t.account_id from portal.job_template t
  where t.job_template_id = any (:job_template_ids) /*filter*/ and t.account_id = :account_id /*end filter*/
), settled as (
  select (select count(*) from wanted) = cardinality(:job_template_ids) as is_known,
    (select count(*) from portal.portal_visible_template v where true /*filter*/ and v.account_id = :account_id /*end filter*/) as shown_before
), removed as (
  delete from portal.portal_visible_template v using settled
  where settled.is_known and v.job_template_id <> all (:job_template_ids) /*filter*/ and v.account_id = :account_id /*end filter*/
  returning v.account_id, v.job_template_id
), added as (
  insert into portal.portal_visible_template (account_id, job_template_id)
  select w.account_id, w.job_template_id from wanted w, settled where settled.is_known
  on conflict do nothing
  returning account_id, job_template_id
), changed as (
  select t.job_template_id, t.name, c.is_shown, row_number() over (partition by c.is_shown order by t.name) as place
  from (select *, false as is_shown from removed union all select *, true from added) c
  join portal.job_template t on t.account_id = c.account_id and t.job_template_id = c.job_template_id
)
insert into portal.activity (account_id, actor_kind, staff_id, action, subject_kind, details)
select :account_id, portal.current_actor_kind(), portal.current_staff_id(), 'templates_changed', 'portal', jsonb_build_object(
  'before', jsonb_build_object('count', settled.shown_before), 'after', jsonb_build_object('count', cardinality(:job_template_ids)),
  'shown', (select coalesce(jsonb_agg(jsonb_build_object('id', job_template_id::text, 'name', left(name, 60)) order by place), '[]') from changed where is_shown and place <= 10),
  'hidden', (select coalesce(jsonb_agg(jsonb_build_object('id', job_template_id::text, 'name', left(name, 60)) order by place), '[]') from changed where not is_shown and place <= 10))
from settled
where exists (select from changed);

-- The same of fields. Nothing happens when one of them is none of the account's, or in no template.
-- name: set_visible_fields
-- parameters: account_id bigint, job_field_ids bigint[]
with wanted as (
  select f.job_field_id, f.account_id from portal.job_field f
  where f.job_field_id = any (:job_field_ids) /*filter*/ and f.account_id = :account_id /*end filter*/
    and (f.field_group = 'main' or exists (select from portal.job_template_field c where c.account_id = f.account_id and c.job_field_id = f.job_field_id))
), settled as (
  select (select count(*) from wanted) = cardinality(:job_field_ids) as is_known,
    (select count(*) from portal.portal_visible_field v where true /*filter*/ and v.account_id = :account_id /*end filter*/) as shown_before
), removed as (
  delete from portal.portal_visible_field v using settled
  where settled.is_known and v.job_field_id <> all (:job_field_ids) /*filter*/ and v.account_id = :account_id /*end filter*/
  returning v.account_id, v.job_field_id
), added as (
  insert into portal.portal_visible_field (account_id, job_field_id)
  select w.account_id, w.job_field_id from wanted w, settled where settled.is_known
  on conflict do nothing
  returning account_id, job_field_id
), changed as (
  select f.job_field_id, f.label, c.is_shown, row_number() over (partition by c.is_shown order by f.label) as place
  from (select *, false as is_shown from removed union all select *, true from added) c
  join portal.job_field f on f.account_id = c.account_id and f.job_field_id = c.job_field_id
)
insert into portal.activity (account_id, actor_kind, staff_id, action, subject_kind, details)
select :account_id, portal.current_actor_kind(), portal.current_staff_id(), 'fields_changed', 'portal', jsonb_build_object(
  'before', jsonb_build_object('count', settled.shown_before), 'after', jsonb_build_object('count', cardinality(:job_field_ids)),
  'shown', (select coalesce(jsonb_agg(jsonb_build_object('id', job_field_id::text, 'label', left(label, 60)) order by place), '[]') from changed where is_shown and place <= 10),
  'hidden', (select coalesce(jsonb_agg(jsonb_build_object('id', job_field_id::text, 'label', left(label, 60)) order by place), '[]') from changed where not is_shown and place <= 10))
from settled
where exists (select from changed);

-- What it would show and hide if these templates and fields were the visible ones; null: as they are now.
-- name: preview_visibility
-- parameters: account_id bigint, job_template_ids bigint[]?, job_field_ids bigint[]?
-- columns: jobs_shown bigint, jobs_hidden bigint, templates_shown jsonb, templates_hidden jsonb, fields_shown jsonb, fields_hidden jsonb
with template as (
  select t.job_template_id, t.name, v.job_template_id is not null as is_shown,
    case when :job_template_ids is null then v.job_template_id is not null else t.job_template_id = any (:job_template_ids) end as will_be
  from portal.job_template t
  left join portal.portal_visible_template v on v.account_id = t.account_id and v.job_template_id = t.job_template_id
  where true /*filter*/ and t.account_id = :account_id /*end filter*/
), field as (
  select f.job_field_id, f.label, f.field_group, f.position, v.job_field_id is not null as is_shown,
    case when :job_field_ids is null then v.job_field_id is not null else f.job_field_id = any (:job_field_ids) end as will_be
  from portal.job_field f
  left join portal.portal_visible_field v on v.account_id = f.account_id and v.job_field_id = f.job_field_id
  where true /*filter*/ and f.account_id = :account_id /*end filter*/
), changing as (
  select t.will_be, sum((
    select count(*) from portal.job j
    where j.job_template_id = t.job_template_id and j.deleted_at is null /*filter*/ and j.account_id = :account_id /*end filter*/
  )) as jobs
  from template t where t.is_shown <> t.will_be
  group by t.will_be
)
select coalesce((select c.jobs from changing c where c.will_be), 0)::bigint, coalesce((select c.jobs from changing c where not c.will_be), 0)::bigint,
  (select coalesce(jsonb_agg(jsonb_build_object('id', job_template_id::text, 'name', name) order by name, job_template_id), '[]') from template where will_be and not is_shown),
  (select coalesce(jsonb_agg(jsonb_build_object('id', job_template_id::text, 'name', name) order by name, job_template_id), '[]') from template where is_shown and not will_be),
  (select coalesce(jsonb_agg(jsonb_build_object('id', job_field_id::text, 'label', label) order by array_position('{main,custom,report}', field_group), position, job_field_id), '[]')
    from field where will_be and not is_shown),
  (select coalesce(jsonb_agg(jsonb_build_object('id', job_field_id::text, 'label', label) order by array_position('{main,custom,report}', field_group), position, job_field_id), '[]')
    from field where is_shown and not will_be);
