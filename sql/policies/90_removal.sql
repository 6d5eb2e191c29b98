-- Everything of an account, for portal_maintenance. With the rights of its caller: nobody else may delete anything.

-- Tables are emptied in the order of their foreign keys, those of later migrations included: each once nothing that still has rows refers to it.
create or replace function portal.delete_account(account bigint) returns void language plpgsql volatile as $$
declare
  waiting regclass[];
  ready regclass[];
  item regclass;
begin
  -- Nobody adds rows of the account from here on: their foreign keys wait for this lock.
  perform from portal.account a where a.account_id = account for update;
  select array_agg(c.oid::regclass) into waiting
  from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'account_id'
  where c.relnamespace = 'portal'::regnamespace and c.relkind = 'r';
  while cardinality(waiting) > 0 loop
    select array_agg(w) into ready from unnest(waiting) as w
    where not exists (
      select from pg_constraint k where k.contype = 'f' and k.confrelid = w and k.conrelid <> w and k.conrelid = any (waiting)
    );
    if ready is null then
      raise exception 'the foreign keys of % refer to each other', waiting;
    end if;
    foreach item in array ready loop
      execute format('delete from %s where account_id = $1', item) using account;
      waiting := array_remove(waiting, item);
    end loop;
  end loop;
end
$$;
