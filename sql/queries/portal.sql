-- name: get_portal
-- parameters: account_id bigint
-- columns: name text, logo_hash bytea?, logo_media_type text?, logo_width integer?, logo_height integer?, accent_colour text,
--   contact_phone text?, contact_email text?, contact_website text?, privacy_url text?, terms_url text?, imprint_url text?,
--   languages text[], default_language text, time_zone text, password_minimum_length integer
select p.name, p.logo_hash, p.logo_media_type, p.logo_width, p.logo_height, p.accent_colour,
  p.contact_phone, p.contact_email, p.contact_website, p.privacy_url, p.terms_url, p.imprint_url,
  p.languages, p.default_language, a.time_zone, a.password_minimum_length
from portal.portal p
join portal.account a on a.account_id = p.account_id
where true /*filter*/ and p.account_id = :account_id /*end filter*/;

-- name: get_portal_logo
-- parameters: account_id bigint
-- columns: logo_hash bytea?, logo_media_type text?
select p.logo_hash, p.logo_media_type
from portal.portal p
where true /*filter*/ and p.account_id = :account_id /*end filter*/;
