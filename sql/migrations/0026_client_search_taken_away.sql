-- What staff find clients by, when thousands of names change at once. Tokens that go away were looked for by a list of them, client by client: in a table without statistics the
-- planner took that for more work than reading all of the account's, once for each client, and a join it begins at the wrong end. Token by token there is one way, along the
-- key, whatever the planner believes. What stays is left where it is.

create or replace function portal.keep_client_tokens() returns trigger language plpgsql
  set jit to off set work_mem to '32MB' set plan_cache_mode to force_generic_plan set enable_seqscan to off set enable_hashagg to off set enable_bitmapscan to off as $$
declare
  gone record;
begin
  if tg_op = 'UPDATE' then
    for gone in
      select f.account_id, f.client_id, t.token
      from (select account_id, client_id, search_text from former except select account_id, client_id, search_text from present) as f
      cross join lateral portal.tokens_of(f.search_text) as t (token)
      except
      select n.account_id, n.client_id, t.token
      from (select account_id, client_id, search_text from present except select account_id, client_id, search_text from former) as n
      cross join lateral portal.tokens_of(n.search_text) as t (token)
      order by account_id, token, client_id
    loop
      delete from portal.client_search s
      where s.account_id = gone.account_id and s.token = gone.token and s.client_id = gone.client_id and s.contact_id = 0;
    end loop;
    insert into portal.client_search (account_id, token, client_id)
    select distinct n.account_id, t.token, n.client_id
    from (select account_id, client_id, search_text from present except select account_id, client_id, search_text from former) as n
    cross join lateral portal.tokens_of(n.search_text) as t (token)
    order by 1, 2, 3
    on conflict do nothing;
  elsif tg_op = 'DELETE' then
    for gone in
      select distinct f.account_id, f.client_id, t.token from former f cross join lateral portal.tokens_of(f.search_text) as t (token)
      order by account_id, token, client_id
    loop
      delete from portal.client_search s
      where s.account_id = gone.account_id and s.token = gone.token and s.client_id = gone.client_id and s.contact_id = 0;
    end loop;
  else
    insert into portal.client_search (account_id, token, client_id)
    select distinct n.account_id, t.token, n.client_id
    from present n cross join lateral portal.tokens_of(n.search_text) as t (token)
    order by 1, 2, 3;
  end if;
  return null;
end
$$;

create or replace function portal.keep_contact_tokens() returns trigger language plpgsql
  set jit to off set work_mem to '32MB' set plan_cache_mode to force_generic_plan set enable_seqscan to off set enable_hashagg to off set enable_bitmapscan to off as $$
declare
  gone record;
begin
  if tg_op = 'UPDATE' then
    for gone in
      select f.account_id, f.client_id, f.contact_id, t.token
      from (select account_id, client_id, contact_id, search_text from former where withdrawn_at is null
        except select account_id, client_id, contact_id, search_text from present where withdrawn_at is null) as f
      cross join lateral portal.tokens_of(f.search_text) as t (token)
      except
      select n.account_id, n.client_id, n.contact_id, t.token
      from (select account_id, client_id, contact_id, search_text from present where withdrawn_at is null
        except select account_id, client_id, contact_id, search_text from former where withdrawn_at is null) as n
      cross join lateral portal.tokens_of(n.search_text) as t (token)
      order by account_id, token, client_id, contact_id
    loop
      delete from portal.client_search s
      where s.account_id = gone.account_id and s.token = gone.token and s.client_id = gone.client_id and s.contact_id = gone.contact_id;
    end loop;
    insert into portal.client_search (account_id, token, client_id, contact_id)
    select distinct n.account_id, t.token, n.client_id, n.contact_id
    from (select account_id, client_id, contact_id, search_text from present where withdrawn_at is null
      except select account_id, client_id, contact_id, search_text from former where withdrawn_at is null) as n
    cross join lateral portal.tokens_of(n.search_text) as t (token)
    order by 1, 2, 3, 4
    on conflict do nothing;
  elsif tg_op = 'DELETE' then
    for gone in
      select distinct f.account_id, f.client_id, f.contact_id, t.token from former f cross join lateral portal.tokens_of(f.search_text) as t (token)
      where f.withdrawn_at is null
      order by account_id, token, client_id, contact_id
    loop
      delete from portal.client_search s
      where s.account_id = gone.account_id and s.token = gone.token and s.client_id = gone.client_id and s.contact_id = gone.contact_id;
    end loop;
  else
    insert into portal.client_search (account_id, token, client_id, contact_id)
    select distinct n.account_id, t.token, n.client_id, n.contact_id
    from present n cross join lateral portal.tokens_of(n.search_text) as t (token)
    where n.withdrawn_at is null
    order by 1, 2, 3, 4;
  end if;
  return null;
end
$$;
