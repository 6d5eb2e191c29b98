-- What every segment begins with: it says who asks, for this segment only. The functions stand in sql/policies. `context` is the account that the policies
-- see from here on: what follows it without one finds nothing, which must not pass for an empty list.

-- name: enter_host_map
select from portal.enter_host_map();

-- `lookup` is the SHA-256 by which a login, a token or a session may be found, or empty.
-- name: enter_anonymous
-- parameters: account_id bigint, lookup bytea
-- columns: context bigint?
select portal.current_account_id() from portal.enter_anonymous(:account_id, :lookup);

-- Raises PT401 without a valid session, PT409 when it stands for another membership or other permissions (in any order) than given.
-- name: enter_member
-- parameters: account_id bigint, session_hash bytea, membership_id bigint, permissions text[]
-- `session_milliseconds`: until the session is over by itself, from now() on.
-- columns: touch boolean, context bigint?, session_milliseconds bigint
select portal.enter_member(:account_id, :session_hash, :membership_id, :permissions), portal.current_account_id(),
  coalesce(nullif(current_setting('portal.session_milliseconds', true), '')::bigint, 0);

-- As enter_anonymous, for somebody who says to be staff.
-- name: enter_staff_visitor
-- parameters: account_id bigint, lookup bytea
-- columns: context bigint?
select portal.current_account_id() from portal.enter_staff_visitor(:account_id, :lookup);

-- Raises PT401 without a valid session, PT409 when its owner has another role than given.
-- name: enter_staff
-- parameters: account_id bigint, session_hash bytea, role text
-- columns: touch boolean, context bigint?
select portal.enter_staff(:account_id, :session_hash, :role), portal.current_account_id();

-- Raises PT401 without a valid key, PT403 when it is good for something else.
-- name: enter_key
-- parameters: account_id bigint, key_hash bytea, scope text
-- columns: touch boolean, context bigint?, api_key_id bigint
select portal.enter_key(:account_id, :key_hash, :scope), portal.current_account_id(), portal.current_api_key_id();

-- As enter_staff, and from then on as the member of the membership, for reading: PT404 unless the person has an open view of it.
-- name: enter_preview
-- parameters: account_id bigint, session_hash bytea, role text, membership_id bigint, permissions text[]
-- columns: touch boolean, context bigint?
select portal.enter_preview(:account_id, :session_hash, :role, :membership_id, :permissions), portal.current_account_id();
