-- In the place of one that waits. PT404: there is no portal. The statement before it is lock_files_for_row.
-- name: put_logo_upload
-- parameters: account_id bigint, content_hash bytea, media_type text
-- columns: account_id bigint
with put as (
  insert into portal.logo_upload (account_id, content_hash, media_type)
  select p.account_id, :content_hash, :media_type from portal.portal p
  where true /*filter*/ and p.account_id = :account_id /*end filter*/
  on conflict (account_id) do update
  set content_hash = excluded.content_hash, media_type = excluded.media_type, state = 'processing', failure = null, attempts = 0, claim_token = null,
    claimed_until = null, uploaded_at = now()
  returning account_id
), noted as (
  insert into portal.activity (account_id, actor_kind, staff_id, action)
  select account_id, portal.current_actor_kind(), portal.current_staff_id(), 'logo_changed' from put
)
select portal.require((select account_id from put), 'PT404');

-- name: remove_logo_upload
-- parameters: account_id bigint
delete from portal.logo_upload where true /*filter*/ and account_id = :account_id /*end filter*/;

-- PT404: there is no portal.
-- name: remove_logo
-- parameters: account_id bigint
-- columns: account_id bigint
with removed as (
  update portal.portal
  set logo_hash = null, logo_media_type = null, logo_width = null, logo_height = null
  where true /*filter*/ and account_id = :account_id /*end filter*/
  returning account_id
), noted as (
  insert into portal.activity (account_id, actor_kind, staff_id, action)
  select account_id, portal.current_actor_kind(), portal.current_staff_id(), 'logo_removed' from removed
)
select portal.require((select account_id from removed), 'PT404');
