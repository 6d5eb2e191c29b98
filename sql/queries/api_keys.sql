-- Keys of other systems: what is noted of their use.

-- name: touch_api_key
-- parameters: account_id bigint, key_hash bytea
update portal.api_key set last_used_at = now()
where account_id = :account_id and key_hash = :key_hash and (last_used_at is null or last_used_at < now() - interval '5 minutes');

-- For owners of the account.

-- name: list_api_keys
-- parameters: account_id bigint
-- columns: api_key_id bigint, name text, scopes text[], created_at timestamptz, last_used_at timestamptz?, created_by text?
select k.api_key_id, k.name, k.scopes, k.created_at, k.last_used_at, nullif(btrim(s.first_name || ' ' || s.surname), '')
from portal.api_key k
left join portal.staff s on s.account_id = k.account_id and s.staff_id = k.created_by
where k.revoked_at is null /*filter*/ and k.account_id = :account_id /*end filter*/
order by k.api_key_id desc
limit 500;

-- name: create_api_key
-- parameters: account_id bigint, name text, key_hash bytea, scopes text[]
-- columns: api_key_id bigint
with made as (
  insert into portal.api_key (account_id, name, key_hash, scopes, created_by)
  values (:account_id, :name, :key_hash, :scopes, portal.current_staff_id())
  returning api_key_id
)
select portal.remember_made(m.api_key_id) from made m;

-- Null: the one that this segment has made. One that was revoked meanwhile is none any more.
-- name: get_api_key
-- parameters: account_id bigint, api_key_id bigint?
-- columns: api_key_id bigint, name text, scopes text[], created_at timestamptz, last_used_at timestamptz?
select k.api_key_id, k.name, k.scopes, k.created_at, k.last_used_at
from portal.api_key k
where k.api_key_id = case when :api_key_id is null then portal.made_id() else :api_key_id end and k.revoked_at is null
  /*filter*/ and k.account_id = :account_id /*end filter*/;

-- Nothing else of the segment counts when there is no such key (PT404).
-- name: revoke_api_key
-- parameters: account_id bigint, api_key_id bigint
-- columns: api_key_id bigint
with revoked as (
  update portal.api_key set revoked_at = now()
  where api_key_id = :api_key_id and revoked_at is null /*filter*/ and account_id = :account_id /*end filter*/
  returning api_key_id
)
select portal.require((select api_key_id from revoked), 'PT404');
