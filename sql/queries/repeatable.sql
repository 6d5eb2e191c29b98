-- Requests with an Idempotency-Key. Whose they are comes from the context: nobody meets another's keys.

-- First in the segment. PT456, which ends it, when the actor has used the key in the last day; whoever comes at the same moment waits for the first one's end.
-- name: begin_repeatable
-- parameters: account_id bigint, key_hash bytea, route text, request_hash bytea
-- columns: account_id bigint
with begun as (
  insert into portal.repeatable_request as r (account_id, actor_kind, actor_id, key_hash, route, request_hash)
  values (:account_id, portal.current_actor_kind(), portal.current_actor_id(), :key_hash, :route, :request_hash)
  on conflict (account_id, actor_kind, actor_id, key_hash) do update
    set route = excluded.route, request_hash = excluded.request_hash, made_id = null, answer = null, created_at = now()
    where r.created_at < now() - interval '1 day'
  returning r.account_id
)
select portal.require((select account_id from begun), 'PT456');

-- What the segment has made (portal.made), for whoever asks again.
-- name: end_repeatable
-- parameters: account_id bigint, key_hash bytea
update portal.repeatable_request set made_id = portal.made_id(), answer = nullif(portal.made_parts(), '[]')
where key_hash = :key_hash and actor_kind = portal.current_actor_kind() and actor_id = portal.current_actor_id()
  /*filter*/ and account_id = :account_id /*end filter*/;

-- name: find_repeatable
-- parameters: account_id bigint, key_hash bytea
-- columns: request_hash bytea, made_id bigint?
select r.request_hash, r.made_id
from portal.repeatable_request r
where r.key_hash = :key_hash and r.actor_kind = portal.current_actor_kind() and r.actor_id = portal.current_actor_id()
  and r.created_at > now() - interval '25 hours' /*filter*/ and r.account_id = :account_id /*end filter*/;

-- What became of the parts of a former request, in their order.
-- name: list_repeatable_parts
-- parameters: account_id bigint, key_hash bytea
-- columns: id bigint?, word text?, field text?, code text?
select (p.part ->> 'id')::bigint, p.part ->> 'word', p.part ->> 'field', p.part ->> 'code'
from portal.repeatable_request r
cross join lateral jsonb_array_elements(r.answer) with ordinality as p (part, place)
where r.key_hash = :key_hash and r.actor_kind = portal.current_actor_kind() and r.actor_id = portal.current_actor_id() /*filter*/ and r.account_id = :account_id /*end filter*/
order by p.place;
