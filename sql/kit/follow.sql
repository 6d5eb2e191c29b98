-- Keeps a portal in step with the tables of another application (docs/follow.md). `portalctl follow install` runs this file in that application's database, as a
-- role of the application; a later run brings an earlier kit up to date. It is all in a schema of its own, needs no right on the portal's schema, and
-- `drop schema portal_follow cascade` takes it away with its triggers.
begin;

-- What another role has put there would be run as whoever follows.
do $$
declare
  owner name;
begin
  select pg_catalog.pg_get_userbyid(n.nspowner) into owner from pg_catalog.pg_namespace n where n.nspname = 'portal_follow';
  if owner <> current_user then
    raise exception 'the schema portal_follow belongs to %, and not to %', owner, current_user using errcode = 'insufficient_privilege';
  end if;
end
$$;

create schema if not exists portal_follow;

-- Kinds in the order in which they name each other; null of anything else.
create or replace function portal_follow.order_of(kind text) returns integer language sql immutable parallel safe
return array_position('{clients,sites,contacts,fields,templates,workers,positions,teams,jobs,documents,invoices,quotes}'::text[], kind);

-- A name and no regclass: an application that makes its view anew keeps being followed.
create table if not exists portal_follow.followed (
  kind text primary key check (portal_follow.order_of(kind) is not null),
  view text not null
);

create table if not exists portal_follow.watched (
  watch_id integer generated always as identity primary key,
  kind text not null references portal_follow.followed,
  source_table text not null,
  key text not null,
  unique (kind, source_table)
);

-- Grows at its end only: transactions of the application never wait for each other here, and a change that is committed while an earlier one of the same row is
-- fed has a row of its own. Where external_id is null everything of the kind is meant, or with `changed` what the key of that watch says of this row of its table.
create table if not exists portal_follow.queue (
  kind text not null,
  queue_id bigint generated always as identity,
  external_id text,
  watch_id integer,
  changed jsonb,
  queued_at timestamptz not null default clock_timestamp(),
  primary key (kind, queue_id)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

create index if not exists queue_everything on portal_follow.queue (kind) where external_id is null;

-- What the portal has taken from here, so that what vanished without a trigger (TRUNCATE, a restored table) is found by comparison.
create table if not exists portal_follow.fed (
  kind text not null,
  external_id text not null,
  primary key (kind, external_id)
);

create table if not exists portal_follow.failure (
  kind text not null,
  external_id text not null,
  code text not null,
  pointer text not null,
  since timestamptz not null default now(),
  tries integer not null default 1,
  next_try_at timestamptz not null,
  primary key (kind, external_id)
);

-- What stands for a thing among the failures. No portal takes a longer id, and no index either, from some length on.
create or replace function portal_follow.shortened(external_id text) returns text language sql immutable parallel safe
return case when length(external_id) <= 255 then external_id else left(external_id, 200) || '… ' || hashtextextended(external_id, 0) end;

create or replace function portal_follow.name_of(relation regclass) returns text language sql stable
return (
  select pg_catalog.format('%I.%I', n.nspname, c.relname)
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.oid = relation
);

create or replace function portal_follow.drop_watch(gone integer) returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  execute format('drop function if exists portal_follow.%I() cascade', 'changed_' || gone);
  delete from portal_follow.watched w where w.watch_id = gone;
  with unread as (delete from portal_follow.queue q where q.watch_id = gone returning q.kind)
  insert into portal_follow.queue (kind) select distinct u.kind from unread u;
end
$$;

-- Looks up the ids for some of the rows that wait for it, and says for how many. What looks elsewhere, as a key with a sub-select does, would not see in the application's transaction what another
-- one is adding at that moment; here all that is queued is committed, and what is added later is queued by itself.
create or replace function portal_follow.look_up() returns bigint language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  watch record;
  last bigint;
  many bigint;
  total bigint := 0;
begin
  for watch in
    select w.* from portal_follow.watched w
    where exists (select from portal_follow.queue q where q.kind = w.kind and q.external_id is null and q.watch_id = w.watch_id)
  loop
    select max(q.queue_id), count(*) into last, many from (
      select q.queue_id from portal_follow.queue q
      where q.kind = watch.kind and q.external_id is null and q.watch_id = watch.watch_id order by q.queue_id limit 10000
    ) q;
    begin
      execute format('
        with looked_up as (
          delete from portal_follow.queue q
          where q.kind = %1$L and q.external_id is null and q.watch_id = %2$s and q.queue_id <= $1 returning q.changed as content
        )
        insert into portal_follow.queue (kind, external_id)
        select %1$L, k.id
        from (select distinct (%3$s)::text as id from looked_up l cross join lateral jsonb_populate_record(null::%4$s, l.content) as changed) as k
        where k.id is not null', watch.kind, watch.watch_id, watch.key, watch.source_table) using last;
    exception when others then
      delete from portal_follow.queue q where q.kind = watch.kind and q.external_id is null and q.watch_id = watch.watch_id;
      insert into portal_follow.queue (kind) values (watch.kind);
    end;
    total := total + many;
  end loop;
  return total;
end
$$;

-- From now on what is inserted, updated or deleted in the table, old row and new, is queued by its key, and all of the kind when the table is truncated. `key` is a
-- column, or an expression over the row `changed` that gives the external id as the view says it; several with unnest(array(...)). One with a sub-select is worked out when
-- the change is fed.
create or replace function portal_follow.watch(kind text, source_table regclass, view regclass, key text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  view_name constant text := portal_follow.name_of(watch.view);
  table_name constant text := portal_follow.name_of(watch.source_table);
  present_view text;
  former integer;
  id integer;
  body text;
begin
  if portal_follow.order_of(watch.kind) is null then
    raise exception '% is no kind of thing that a portal takes', watch.kind using errcode = 'invalid_parameter_value';
  end if;
  if (select c.relkind not in ('r', 'p') from pg_class c where c.oid = watch.source_table) then
    raise exception '% is no table, so nothing can be watched there', table_name using errcode = 'wrong_object_type';
  end if;
  -- What is wrong with the view or the key is told here, and not to the application.
  execute format('select v.external_id from %s as v limit 0', view_name);
  execute format('select (%s)::text from %s as changed limit 0', watch.key, table_name);

  insert into portal_follow.followed (kind, view) values (watch.kind, view_name) on conflict do nothing;
  select f.view into present_view from portal_follow.followed f where f.kind = watch.kind;
  if present_view <> view_name then
    raise exception '% are read from % already', watch.kind, present_view
      using errcode = 'unique_violation', hint = 'Each kind has one view: select portal_follow.unwatch(...) first, or make one view of both.';
  end if;
  select w.watch_id into former from portal_follow.watched w where w.kind = watch.kind and w.source_table = table_name;
  perform portal_follow.drop_watch(former) where former is not null;
  insert into portal_follow.watched (kind, source_table, key) values (watch.kind, table_name, watch.key) returning watch_id into id;

  -- Written out for each table, so that PostgreSQL keeps the plan. Who changes the table needs no rights here.
  -- A key that cannot be had, because its column was dropped, must not fail the application's transaction; nothing is written inside the inner block, so it takes
  -- no number of a transaction.
  body := case when watch.key ~* '\mselect\M' then format($body$
#variable_conflict use_column
begin
  if tg_op = 'INSERT' then
    insert into portal_follow.queue (kind, watch_id, changed) select %1$L, %2$s, to_jsonb(changed) from new_rows as changed;
  elsif tg_op = 'DELETE' then
    insert into portal_follow.queue (kind, watch_id, changed) select %1$L, %2$s, to_jsonb(changed) from old_rows as changed;
  elsif tg_op = 'UPDATE' then
    insert into portal_follow.queue (kind, watch_id, changed)
    select %1$L, %2$s, to_jsonb(changed) from old_rows as changed union all select %1$L, %2$s, to_jsonb(changed) from new_rows as changed;
  else
    insert into portal_follow.queue (kind) values (%1$L);
  end if;
  if found then
    perform pg_notify('portal_follow', '');
  end if;
  return null;
end
$body$, watch.kind, id) else format($body$
#variable_conflict use_column
declare
  portal_follow_ids text[];
begin
  begin
    if tg_op = 'INSERT' then
      select array_agg(distinct k.id) into portal_follow_ids from (select (%2$s)::text as id from new_rows as changed) as k where k.id is not null;
    elsif tg_op = 'DELETE' then
      select array_agg(distinct k.id) into portal_follow_ids from (select (%2$s)::text as id from old_rows as changed) as k where k.id is not null;
    elsif tg_op = 'UPDATE' then
      select array_agg(distinct k.id) into portal_follow_ids
      from (select (%2$s)::text as id from old_rows as changed union all select (%2$s)::text from new_rows as changed) as k where k.id is not null;
    else
      portal_follow_ids := array[null]::text[];
    end if;
  exception when others then
    raise warning 'portal_follow: the keys of changed rows of %% cannot be had (%%), so all %% are looked at', tg_relid::regclass, sqlerrm, %1$L;
    portal_follow_ids := array[null]::text[];
  end;
  if portal_follow_ids is not null then
    insert into portal_follow.queue (kind, external_id) select %1$L, k.id from unnest(portal_follow_ids) as k (id);
    perform pg_notify('portal_follow', '');
  end if;
  return null;
end
$body$, watch.kind, watch.key) end;
  execute format('create function portal_follow.%I() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as %L', 'changed_' || id, body);
  execute format('create trigger %I after insert on %s referencing new table as new_rows for each statement execute function portal_follow.%I()',
    'portal_follow_' || id || '_insert', table_name, 'changed_' || id);
  execute format('create trigger %I after update on %s referencing old table as old_rows new table as new_rows for each statement execute function portal_follow.%I()',
    'portal_follow_' || id || '_update', table_name, 'changed_' || id);
  execute format('create trigger %I after delete on %s referencing old table as old_rows for each statement execute function portal_follow.%I()',
    'portal_follow_' || id || '_delete', table_name, 'changed_' || id);
  execute format('create trigger %I after truncate on %s for each statement execute function portal_follow.%I()',
    'portal_follow_' || id || '_truncate', table_name, 'changed_' || id);
end
$$;

-- The kind is followed no more. What the portal has of it stays there.
create or replace function portal_follow.unwatch(kind text) returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  perform portal_follow.drop_watch(w.watch_id) from portal_follow.watched w where w.kind = unwatch.kind;
  delete from portal_follow.queue q where q.kind = unwatch.kind;
  delete from portal_follow.failure f where f.kind = unwatch.kind;
  delete from portal_follow.fed f where f.kind = unwatch.kind;
  delete from portal_follow.followed f where f.kind = unwatch.kind;
end
$$;

-- Queues all that the view has, and what the portal was given or refused and the view has no more; says how many.
create or replace function portal_follow.queue_all(kind text) returns bigint language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  view_name text;
  many bigint;
begin
  select f.view into view_name from portal_follow.followed f where f.kind = queue_all.kind;
  if view_name is null then
    raise exception '% are not followed here', queue_all.kind using errcode = 'invalid_parameter_value', hint = 'select portal_follow.watch(...)';
  end if;
  execute format('insert into portal_follow.queue (kind, external_id)
    select $1, v.external_id::text from %s as v where v.external_id is not null
    union select $1, f.external_id from portal_follow.fed f where f.kind = $1
    union select $1, f.external_id from portal_follow.failure f where f.kind = $1 and f.next_try_at < ''infinity''', view_name) using queue_all.kind;
  get diagnostics many = row_count;
  perform pg_notify('portal_follow', '');
  return many;
end
$$;

-- Of how many things that were fed the view has none any more.
create or replace function portal_follow.count_gone(kind text) returns bigint language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  gone bigint;
begin
  execute (
    select format('select count(*) from portal_follow.fed f where f.kind = $1 and not exists (select from %s as v where v.external_id::text = f.external_id)', f.view)
    from portal_follow.followed f where f.kind = count_gone.kind
  ) into gone using count_gone.kind;
  return gone;
end
$$;

-- The lines of these ids; what the view does not have is not among them. With a problem instead of a line: `duplicate`, where the view has several rows of one id, or
-- the SQLSTATE of an error that the view makes of this row.
create or replace function portal_follow.lines(kind text, external_ids text[]) returns table (external_id text, line text, problem text)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  statement text;
  cast_of_one text;
  wanted text;
begin
  -- Compared in the view's own type, so that an index on the key serves.
  select format('select v.id, case when count(*) = 1 then min(v.line) end, case when count(*) > 1 then ''duplicate'' end
    from (
      select v.external_id::text as id,
        (jsonb_strip_nulls(to_jsonb(v)) - ''version''::text || jsonb_build_object(''external_id'', v.external_id::text))::text as line
      from %s as v where v.external_id = any ($1::%s[])
    ) as v
    group by v.id', f.view, format_type(a.atttypid, -1)), format('select $1::%s', format_type(a.atttypid, -1))
  into statement, cast_of_one
  from portal_follow.followed f
  join pg_attribute a on a.attrelid = f.view::regclass and a.attname = 'external_id'
  where f.kind = lines.kind;
  if statement is null then
    raise exception '% are not followed here, or their view has no column external_id', lines.kind using errcode = 'undefined_column';
  end if;
  begin
    return query execute statement using external_ids;
    return;
  exception when others then
    -- What is wrong with the whole view is no matter of a row.
    if left(sqlstate, 2) not in ('21', '22', '38', '39', 'P0') then
      raise;
    end if;
  end;
  foreach wanted in array external_ids loop
    -- An id from before the view changed its type is none of the view's any more.
    begin
      execute cast_of_one using wanted;
    exception when data_exception then
      continue;
    end;
    begin
      return query execute statement using array[wanted];
    exception when others then
      if left(sqlstate, 2) not in ('21', '22', '38', '39', 'P0') then
        raise;
      end if;
      external_id := wanted;
      line := null;
      problem := sqlstate;
      return next;
    end;
  end loop;
end
$$;

commit;
