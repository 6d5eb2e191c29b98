-- Requests that may be repeated: everybody meets the own keys alone.

create or replace function portal.current_actor_id() returns bigint language sql stable parallel safe as $$
  select case portal.actor() when 'staff' then portal.current_staff_id() when 'member' then portal.current_member_id()
    when 'key' then portal.current_api_key_id() end
$$;

-- What an earlier statement of the segment has made, so that a later one can show it, and a repeated request too.
create or replace function portal.made_id() returns bigint language sql stable as $$
  select nullif(current_setting('portal.made_id', true), '')::bigint
$$;
create or replace function portal.remember_made(id bigint) returns bigint language sql volatile as $$
  select set_config('portal.made_id', id::text, true)::bigint
$$;

-- What became of many things at once, in their order: {"id", "word", ...} each.
create or replace function portal.made_parts() returns jsonb language sql stable as $$
  select coalesce(nullif(current_setting('portal.made_parts', true), '')::jsonb, '[]')
$$;
create or replace function portal.remember_parts(parts jsonb) returns text language sql volatile as $$
  select set_config('portal.made_parts', (portal.made_parts() || coalesce(parts, '[]'))::text, true)
$$;

grant select (account_id, actor_kind, actor_id, key_hash, route, request_hash, made_id, answer, created_at), insert (account_id, actor_kind, actor_id, key_hash, route, request_hash),
  update (route, request_hash, made_id, answer, created_at) on portal.repeatable_request to portal_edge;
create policy own_requests on portal.repeatable_request for all to portal_edge
  using (account_id = portal.account_for('staff', 'member', 'key') and actor_kind = portal.current_actor_kind() and actor_id = portal.current_actor_id())
  with check (account_id = portal.account_for('staff', 'member', 'key') and actor_kind = portal.current_actor_kind() and actor_id = portal.current_actor_id());
