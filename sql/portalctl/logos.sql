-- role: portal_courier
-- Logos that staff have sent in, as the courier takes them. Each statement is a transaction of its own.

-- name: listen_logos
listen portal_logo;

-- name: claim_logo
-- parameters: claim_token bytea, lease_seconds integer
-- columns: account_id bigint, content_hash bytea, media_type text, attempts integer
update portal.logo_upload u
set claim_token = :claim_token, claimed_until = now() + make_interval(secs => :lease_seconds), attempts = u.attempts + 1
from (
  select w.account_id from portal.logo_upload w
  where w.state = 'processing' and (w.claimed_until is null or w.claimed_until <= now())
  order by w.uploaded_at
  limit 1
  for update skip locked
) next
where u.account_id = next.account_id
returning u.account_id, u.content_hash, u.media_type, u.attempts;

-- Held while a made logo gets its name until its row is committed.
-- name: lock_files_for_logo
-- columns: locked boolean
select pg_advisory_lock(hashtextextended('portal.files', 0)) is not null;

-- name: unlock_files_for_logo
-- columns: unlocked boolean
select pg_advisory_unlock(hashtextextended('portal.files', 0));

-- No row when another one was sent meanwhile, or it was taken back.
-- name: finish_logo
-- parameters: account_id bigint, claim_token bytea, logo_hash bytea, media_type text, width integer, height integer
-- columns: account_id bigint
with made as (
  update portal.portal p
  set logo_hash = :logo_hash, logo_media_type = :media_type, logo_width = :width, logo_height = :height
  from portal.logo_upload u
  where u.account_id = p.account_id and u.account_id = :account_id and u.claim_token = :claim_token
  returning p.account_id
)
delete from portal.logo_upload u using made m
where u.account_id = m.account_id and u.claim_token = :claim_token
returning u.account_id;

-- name: fail_logo
-- parameters: account_id bigint, claim_token bytea, failure text
-- columns: account_id bigint
update portal.logo_upload
set state = 'failed', failure = :failure, claim_token = null, claimed_until = null
where account_id = :account_id and claim_token = :claim_token
returning account_id;

-- name: postpone_logo
-- parameters: account_id bigint, claim_token bytea, seconds integer
-- columns: account_id bigint
update portal.logo_upload
set claim_token = null, claimed_until = now() + make_interval(secs => :seconds)
where account_id = :account_id and claim_token = :claim_token
returning account_id;
