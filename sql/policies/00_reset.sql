-- The files of this folder run in the order of their names, in one transaction, whenever one of them has changed. They state everything that
-- the roles may do, so everything said before is taken back first.
do $$
declare
  item record;
begin
  for item in select tablename, policyname from pg_policies where schemaname = 'portal' loop
    execute format('drop policy %I on portal.%I', item.policyname, item.tablename);
  end loop;
  for item in select c.oid::regclass as name, a.attname from pg_attribute a join pg_class c on c.oid = a.attrelid
    where c.relnamespace = 'portal'::regnamespace and a.attacl is not null loop
    execute format('revoke all (%I) on %s from portal_edge, portal_courier', item.attname, item.name);
  end loop;
end
$$;
revoke all on all tables in schema portal from public, portal_edge, portal_courier;
revoke all on all sequences in schema portal from public, portal_edge, portal_courier;
revoke all on schema portal from portal_edge, portal_courier;
grant usage on schema portal to portal_edge, portal_courier;

-- Every table of the schema is behind policies, those of later migrations included, except the books of the migrations, which are no account's.
do $$
declare
  item regclass;
begin
  for item in select oid from pg_class where relnamespace = 'portal'::regnamespace and relkind = 'r'
    and relname not in ('schema_migration', 'schema_state') loop
    execute format('alter table %s enable row level security, force row level security', item);
  end loop;
end
$$;
