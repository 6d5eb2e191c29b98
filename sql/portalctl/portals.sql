-- role: portal_maintenance

-- name: lock_account
-- parameters: account_id bigint
-- columns: account_id bigint
select account_id from portal.account where account_id = :account_id for update;

-- name: read_portal
-- parameters: account_id bigint
-- columns: name text, accent_colour text, contact_phone text?, contact_email text?, contact_website text?, privacy_url text?, terms_url text?,
--   imprint_url text?, languages text[], default_language text
select name, accent_colour, contact_phone, contact_email, contact_website, privacy_url, terms_url, imprint_url, languages, default_language
from portal.portal
where account_id = :account_id;

-- name: save_portal
-- parameters: account_id bigint, name text, accent_colour text, contact_phone text?, contact_email text?, contact_website text?,
--   privacy_url text?, terms_url text?, imprint_url text?, languages text[], default_language text
insert into portal.portal (account_id, name, accent_colour, contact_phone, contact_email, contact_website, privacy_url, terms_url,
  imprint_url, languages, default_language)
values (:account_id, :name, :accent_colour, :contact_phone, :contact_email, :contact_website, :privacy_url, :terms_url, :imprint_url,
  :languages, :default_language)
on conflict (account_id) do update set name = excluded.name, accent_colour = excluded.accent_colour,
  contact_phone = excluded.contact_phone, contact_email = excluded.contact_email, contact_website = excluded.contact_website,
  privacy_url = excluded.privacy_url, terms_url = excluded.terms_url, imprint_url = excluded.imprint_url,
  languages = excluded.languages, default_language = excluded.default_language;

-- name: list_templates
-- parameters: account_id bigint
-- columns: job_template_id bigint, name text, is_visible boolean
select t.job_template_id, t.name, v.job_template_id is not null
from portal.job_template t
left join portal.portal_visible_template v on v.account_id = t.account_id and v.job_template_id = t.job_template_id
where t.account_id = :account_id
order by t.name, t.job_template_id;

-- The main fields are in every job, the others in those whose template contains them.
-- name: list_fields
-- parameters: account_id bigint
-- columns: job_field_id bigint, name text, label text, type text, in_a_template boolean, is_visible boolean
select f.job_field_id, f.field_group || '.' || f.key, f.label, f.type,
  f.field_group = 'main' or exists (select from portal.job_template_field c where c.account_id = f.account_id and c.job_field_id = f.job_field_id),
  v.job_field_id is not null
from portal.job_field f
left join portal.portal_visible_field v on v.account_id = f.account_id and v.job_field_id = f.job_field_id
where f.account_id = :account_id
order by array_position('{main,custom,report}', f.field_group), f.position, f.key;

-- name: show_template
-- parameters: account_id bigint, job_template_id bigint
insert into portal.portal_visible_template (account_id, job_template_id) values (:account_id, :job_template_id)
on conflict do nothing;

-- name: hide_template
-- parameters: account_id bigint, job_template_id bigint
delete from portal.portal_visible_template where account_id = :account_id and job_template_id = :job_template_id;

-- name: show_field
-- parameters: account_id bigint, job_field_id bigint
insert into portal.portal_visible_field (account_id, job_field_id) values (:account_id, :job_field_id)
on conflict do nothing;

-- name: hide_field
-- parameters: account_id bigint, job_field_id bigint
delete from portal.portal_visible_field where account_id = :account_id and job_field_id = :job_field_id;
