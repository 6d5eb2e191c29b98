-- role: portal_maintenance
-- Keys of other systems, for `portalctl key`.

-- name: create_api_key
-- parameters: account_id bigint, name text, key_hash bytea, scopes text[]
-- columns: api_key_id bigint
insert into portal.api_key (account_id, name, key_hash, scopes) values (:account_id, :name, :key_hash, :scopes)
returning api_key_id;

-- name: list_api_keys
-- parameters: account_id bigint
-- columns: api_key_id bigint, name text, scopes text[], created_at timestamptz, last_used_at timestamptz?, revoked_at timestamptz?
select api_key_id, name, scopes, created_at, last_used_at, revoked_at from portal.api_key
where account_id = :account_id
order by api_key_id;

-- A row when there was such a key; one that is revoked stays as it was.
-- name: revoke_api_key
-- parameters: account_id bigint, api_key_id bigint
-- columns: name text
update portal.api_key set revoked_at = coalesce(revoked_at, now())
where account_id = :account_id and api_key_id = :api_key_id
returning name;
