-- Another system with an API key: actor `key`, with the one scope that the operation asks for.

create or replace function portal.current_key_scope() returns text language sql stable parallel safe as $$
  select nullif(current_setting('portal.key_scope', true), '')
$$;
-- The account, for a key that was let in for this scope and for nobody else: what every policy for keys asks.
create or replace function portal.account_for_key(scope text) returns bigint language sql stable parallel safe as $$
  select case when portal.current_key_scope() = scope then portal.account_for('key') end
$$;

-- The row decides in every segment, so that a key which was revoked is dead at its next request. PT401: no such key, or not any more. PT403: the key is good and not
-- for this. True: last_used_at is to be written.
create or replace function portal.enter_key(account bigint, key_hash bytea, scope text) returns boolean
language plpgsql volatile as $$
declare
  acting record;
  ignored text;
begin
  perform portal.set_context('key', account::text, encode(key_hash, 'hex'), null, null, null, null, null);
  ignored := set_config('portal.api_key_id', '', true) || set_config('portal.key_scope', '', true);
  select k.api_key_id, k.scopes, k.last_used_at into acting
  from portal.api_key k
  join portal.account a on a.account_id = k.account_id
  where k.account_id = account and k.key_hash = enter_key.key_hash and k.revoked_at is null and a.suspended_at is null;
  if not found then
    raise exception using errcode = 'PT401', message = 'there is no such key';
  end if;
  if not acting.scopes @> array[scope] then
    raise exception using errcode = 'PT403', message = 'the key is for something else';
  end if;
  ignored := set_config('portal.api_key_id', acting.api_key_id::text, true) || set_config('portal.key_scope', scope, true);
  return acting.last_used_at is null or acting.last_used_at < now() - interval '5 minutes';
end
$$;

grant select (account_id, api_key_id, name, key_hash, scopes, created_by, created_at, last_used_at, revoked_at),
  insert (account_id, name, key_hash, scopes, created_by), update (last_used_at, revoked_at) on portal.api_key to portal_edge;
create policy key_own on portal.api_key for select to portal_edge
  using (account_id = portal.account_for('key') and key_hash = portal.current_lookup());
create policy key_touches on portal.api_key for update to portal_edge
  using (account_id = portal.account_for('key') and key_hash = portal.current_lookup() and revoked_at is null);
create policy owner_reads on portal.api_key for select to portal_edge
  using (account_id = (select portal.account_for('staff')) and (select portal.current_staff_role()) = 'owner');
create policy owner_adds on portal.api_key for insert to portal_edge
  with check (account_id = portal.account_for('staff') and portal.current_staff_role() = 'owner' and created_by = portal.current_staff_id()
    and revoked_at is null);
create policy owner_revokes on portal.api_key for update to portal_edge
  using (account_id = portal.account_for('staff') and portal.current_staff_role() = 'owner' and revoked_at is null)
  with check (account_id = portal.account_for('staff') and portal.current_staff_role() = 'owner' and revoked_at is not null);
create policy key_account on portal.account for select to portal_edge
  using (account_id = portal.account_for('key'));
