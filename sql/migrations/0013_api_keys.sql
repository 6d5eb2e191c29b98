-- Keys by which other systems of a business use the API. Only the hash is kept: whoever reads the table cannot make a key of it.
create table portal.api_key (
  account_id bigint not null references portal.account,
  api_key_id bigint generated always as identity,
  name text not null check (length(name) between 1 and 100 and name !~ '[[:cntrl:]]'),
  key_hash bytea not null check (length(key_hash) = 32),
  scopes text[] not null check (
    scopes <@ '{import,invite}' and cardinality(scopes) between 1 and 2 and array_position(scopes, null) is null
  ),
  -- Nobody: made on the command line.
  created_by bigint,
  created_at timestamptz not null default now(),
  last_used_at timestamptz,
  revoked_at timestamptz,
  primary key (account_id, api_key_id),
  unique (account_id, key_hash),
  foreign key (account_id, created_by) references portal.staff
);

-- What was done with a key names it.
alter table portal.activity add foreign key (account_id, api_key_id) references portal.api_key;

-- Rights to columns cannot say on what condition a column may change, so this does: through the module a key is only revoked, by an owner; its own use is
-- all that a key notes.
create function portal.guard_api_key() returns trigger language plpgsql as $$
begin
  if current_user = 'portal_edge' and (portal.actor() = 'staff' and portal.current_staff_role() = 'owner') is not true then
    raise insufficient_privilege using message = 'this key cannot be changed here';
  end if;
  return new;
end
$$;
create trigger guard_api_key before update of revoked_at on portal.api_key
  for each row when (old.revoked_at is distinct from new.revoked_at) execute function portal.guard_api_key();
