-- Open event streams.

-- As the member: after how many seconds the session is over by itself, if nothing ends it earlier and nobody uses it.
-- name: get_session_lifetime
-- parameters: account_id bigint, session_hash bytea
-- columns: remaining_seconds bigint
select floor(extract(epoch from least(s.expires_at, s.last_used_at + make_interval(days => a.session_idle_days)) - now()))::bigint
from portal.session s
join portal.account a on a.account_id = s.account_id
where s.token_hash = :session_hash and s.ended_at is null /*filter*/ and s.account_id = :account_id /*end filter*/;
