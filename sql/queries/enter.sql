-- What every segment begins with: it says who asks, for this segment only. The functions stand in sql/policies.

-- name: enter_host_map
select from portal.enter_host_map();

-- `lookup` is the SHA-256 by which a login, a token or a session may be found, or empty.
-- name: enter_anonymous
-- parameters: account_id bigint, lookup bytea
select from portal.enter_anonymous(:account_id, :lookup);
