-- Clients, their contacts and sites, as staff see and change them.

-- As the statement record_activity, from inside a function that knows the ids.
create or replace function portal.note_activity(
  account bigint, action text, client bigint, membership bigint, subject_kind text, subject bigint, details jsonb
) returns void language sql volatile as $$
  insert into portal.activity (account_id, actor_kind, staff_id, member_id, api_key_id, action, client_id, membership_id, subject_kind, subject_id, details)
  values (account, portal.current_actor_kind(), portal.current_staff_id(), portal.current_member_id(), portal.current_api_key_id(), action, client, membership,
    subject_kind, subject, case when length(details::text) <= 8192 then details else '{}' end)
$$;

grant select (staff_edit_imported) on portal.account to portal_edge;

grant select (kind, organisation_name, first_name, middle_name, surname, external_id, sort_name, imported, withdrawn_at),
  insert (account_id, kind, organisation_name, first_name, middle_name, surname, external_id),
  update (organisation_name, first_name, middle_name, surname, external_id) on portal.client to portal_edge;
create policy staff_reads on portal.client for select to portal_edge
  using (account_id = (select portal.account_for('staff')));
create policy staff_adds on portal.client for insert to portal_edge
  with check (account_id = (select portal.account_for('staff')) and (select portal.current_staff_role()) in ('manager', 'owner'));
create policy staff_changes on portal.client for update to portal_edge
  using (account_id = (select portal.account_for('staff')) and (select portal.current_staff_role()) in ('manager', 'owner'))
  with check (account_id = portal.current_account_id() and portal.actor() = 'staff');

grant select (account_id, contact_id, client_id, site_id, name, kind, value, imported, withdrawn_at),
  insert (account_id, client_id, site_id, name, kind, value),
  update (site_id, name, kind, value), delete on portal.contact to portal_edge;
create policy staff_reads on portal.contact for select to portal_edge
  using (account_id = (select portal.account_for('staff')));
create policy staff_adds on portal.contact for insert to portal_edge
  with check (account_id = (select portal.account_for('staff')) and (select portal.current_staff_role()) in ('manager', 'owner'));
create policy staff_changes on portal.contact for update to portal_edge
  using (account_id = (select portal.account_for('staff')) and (select portal.current_staff_role()) in ('manager', 'owner'))
  with check (account_id = portal.current_account_id() and portal.actor() = 'staff');
create policy staff_removes on portal.contact for delete to portal_edge
  using (account_id = (select portal.account_for('staff')) and (select portal.current_staff_role()) in ('manager', 'owner'));

grant select (external_id, imported, withdrawn_at),
  insert (account_id, client_id, name, address, time_zone, external_id),
  update (name, address, time_zone, external_id), delete on portal.site to portal_edge;
create policy staff_reads on portal.site for select to portal_edge
  using (account_id = (select portal.account_for('staff')));
create policy staff_adds on portal.site for insert to portal_edge
  with check (account_id = (select portal.account_for('staff')) and (select portal.current_staff_role()) in ('manager', 'owner'));
create policy staff_changes on portal.site for update to portal_edge
  using (account_id = (select portal.account_for('staff')) and (select portal.current_staff_role()) in ('manager', 'owner'))
  with check (account_id = portal.current_account_id() and portal.actor() = 'staff');
create policy staff_removes on portal.site for delete to portal_edge
  using (account_id = (select portal.account_for('staff')) and (select portal.current_staff_role()) in ('manager', 'owner'));

-- Only triggers write here, as whoever changes a client or contact.
grant select (search_text) on portal.client to portal_edge;
grant select (search_text, e164, national_number) on portal.contact to portal_edge;
grant select (account_id, token, client_id, contact_id), insert (account_id, token, client_id, contact_id), delete on portal.client_search to portal_edge;
create policy staff_finds on portal.client_search for select to portal_edge
  using (account_id = (select portal.account_for('staff')));
create policy staff_adds on portal.client_search for insert to portal_edge
  with check (account_id = (select portal.account_for('staff')) and (select portal.current_staff_role()) in ('manager', 'owner'));
create policy staff_removes on portal.client_search for delete to portal_edge
  using (account_id = (select portal.account_for('staff')) and (select portal.current_staff_role()) in ('manager', 'owner'));

-- What is looked for: the forms that each word may have been filed in, by the number of the word. All words are required, of each one form. What is written like a
-- telephone number is one word, in the forms that digits tell of.
create or replace function portal.search_forms(said text) returns table (word integer, form text) language plpgsql immutable as $$
declare
  digits text := regexp_replace(said, '[[:space:]().+/-]', '', 'g');
  bare text := ltrim(digits, '0');
begin
  if digits ~ '^[0-9]{5,32}$' and bare <> '' then
    return query
      select 1, f.form
      from (
        values (digits), (bare)
        -- With a country in front: as it is dialled inside that country, whose number has one to three digits.
        union all select substr(bare, cut + 1) from generate_series(1, 3) as cut
          where said ~ '^\s*(\+|00)' and length(bare) - cut >= 7
      ) as f (form)
      group by f.form;
    return;
  end if;
  return query
    select w.number::integer, f.form
    from unnest((portal.search_words(said))[1:8]) with ordinality as w (content, number)
    cross join lateral (
      select w.content union select ltrim(w.content, '0') where w.content ~ '^0[0-9]+$' and ltrim(w.content, '0') <> ''
    ) as f (form);
end
$$;

-- The tokens that a client has in its name and contacts and that begin so, in order.
create or replace function portal.tokens_of_client(account bigint, client bigint, beginning text) returns setof text language sql stable as $$
  select distinct t.token
  from (
    select c.search_text from portal.client c where c.account_id = account and c.client_id = client
    union all
    select k.search_text from portal.contact k where k.account_id = account and k.client_id = client and k.withdrawn_at is null
  ) as s (search_text)
  cross join lateral portal.tokens_of(s.search_text) as t (token)
  where starts_with(t.token, beginning)
  order by 1
$$;

-- What matches a search_text that has a form inside a word, as its tokens say: of addresses and numbers, endings are tokens that have three characters at least.
-- Forms are letters and digits only.
create or replace function portal.inside_pattern(form text) returns text language sql immutable parallel safe as $$
  select ' [^ /]+' || form || '|/[^ /]+' || form || repeat('[^ /]', 3 - length(form))
$$;
-- Whether any of the texts stands in it. A regular expression for each would take most of the time of a search.
create or replace function portal.has_any(content text, texts text[]) returns boolean language plpgsql immutable parallel safe as $$
declare
  one text;
begin
  foreach one in array texts loop
    if strpos(content, one) > 0 then
      return true;
    end if;
  end loop;
  return false;
end
$$;
-- Whether of each word one of the forms stands in it; `word_of` says which form is of which word, in their order.
create or replace function portal.has_all_words(content text, forms text[], word_of integer[]) returns boolean language plpgsql immutable parallel safe as $$
declare
  looked_for integer := 0;
  is_there boolean := true;
begin
  for item in 1..cardinality(forms) loop
    if word_of[item] <> looked_for then
      if not is_there then
        return false;
      end if;
      looked_for := word_of[item];
      is_there := false;
    end if;
    is_there := is_there or strpos(content, forms[item]) > 0;
  end loop;
  return is_there;
end
$$;

-- The clients in whom all words are found, a page of them: those with a word that begins so before those that have it inside one, by what was found. The page goes along
-- the index for the word that is rarest (`driver`), place by place, one for each beginning of a token that may stand for it. A client is shown once: at its first token
-- of the first place at which it has one. What it says is looked at in its own row and those of its contacts.
-- A position is a driver, a place, a client and which of the client's tokens there. No call looks at more than a few thousand tokens (`most_looks`): when the page is not
-- full by then, a last row that finds nobody says where to go on (`goes_on`).
create or replace function portal.find_clients(
  account bigint, said text, after_driver integer, after_place integer, after_client bigint, after_turn integer, row_limit integer
) returns table (client_id bigint, driver integer, place integer, turn integer, goes_on boolean) language plpgsql stable rows 20
-- One plan, along the indexes, whatever the lane says: planning anew costs ten times what the search does.
set plan_cache_mode to force_generic_plan set enable_seqscan to off set enable_hashjoin to off set enable_mergejoin to off set enable_memoize to off set jit to off set work_mem to '16MB' as $$
#variable_conflict use_column
declare
  end_of_text constant text := chr(1114111);
  common constant integer := 15000;
  most_looks constant integer := 2000;
  forms text[];
  word_of integer[];
  words integer;
  drives integer := after_driver;
  number integer;
  hits bigint[];
  fewest bigint;
  known_words integer[] := '{}';
  having_words bigint[];
  other_forms text[];
  other_word_of integer[];
  beginnings text[];
  at_place integer;
  earlier_beginnings text[];
  earlier_insides text;
  beginning text;
  wanted text;
  from_token text;
  from_client bigint;
  look integer := greatest(64, 2 * row_limit);
  looked integer := 0;
  found record;
  item integer;
  missing integer := row_limit;
begin
  select array_agg(f.form order by f.word, length(f.form) desc, f.form), array_agg(f.word order by f.word, length(f.form) desc, f.form), max(f.word)
  into forms, word_of, words
  from portal.search_forms(said) f;
  if forms is null then
    return;
  end if;
  -- Words that are neither rare nor common may never stand together, which client by client would be noticed only at the end of all. So whoever has such words
  -- is found out beforehand. Of single letters, and of words that very many have, the page is full before long.
  if words > 1 then
    for number in 1..words loop
      continue when not exists (select from unnest(forms, word_of) as u (form, word) where u.word = number and length(u.form) > 1);
      hits := array(
        select e.client_id
        from unnest(forms, word_of) as u (form, word)
        cross join (values (''), ('~')) as side (mark)
        cross join lateral (
          select s.client_id from portal.client_search s
          where s.account_id = account and s.token >= side.mark || u.form and s.token < side.mark || u.form || end_of_text
          limit common
        ) as e
        where u.word = number
        limit common
      );
      continue when cardinality(hits) = common;
      known_words := known_words || number;
      having_words := case when having_words is null then hits else array(select unnest(having_words) intersect select unnest(hits)) end;
      if after_driver is null and (drives is null or cardinality(hits) < fewest) then
        drives := number;
        fewest := cardinality(hits);
      end if;
      exit when cardinality(having_words) = 0;
    end loop;
    if cardinality(having_words) = 0 then
      return;
    end if;
  end if;
  drives := coalesce(drives, 1);
  -- The other words are looked for in what the client says of itself, wherever in a word.
  select array_agg(u.form order by u.word), array_agg(u.word order by u.word) into other_forms, other_word_of
  from unnest(forms, word_of) as u (form, word) where u.word <> drives and u.word <> all (known_words);
  forms := array(select u.form from unnest(forms, word_of) as u (form, word) where u.word = drives);
  beginnings := forms || array(select '~' || u.form from unnest(forms) as u (form));
  at_place := coalesce(after_place, 1);
  if after_client is not null then
    select t.token into from_token
    from portal.tokens_of_client(account, after_client, beginnings[at_place]) with ordinality as t (token, turn)
    where t.turn <= after_turn order by t.turn desc limit 1;
    from_client := after_client;
  end if;
  while at_place <= cardinality(beginnings) loop
    beginning := beginnings[at_place];
    wanted := ltrim(beginning, '~');
    if from_token is null then
      from_token := beginning;
      from_client := 0;
    end if;
    -- What was found at an earlier place.
    select array_agg(side.mark || u.beginning) into earlier_beginnings
    from unnest(beginnings[1:at_place - 1]) as u (beginning) cross join (values (' '), ('/')) as side (mark)
    where not starts_with(u.beginning, '~');
    select string_agg(portal.inside_pattern(ltrim(u.beginning, '~')), '|') into earlier_insides
    from unnest(beginnings[1:at_place - 1]) as u (beginning) where starts_with(u.beginning, '~');
    loop
      with hit as materialized (
        select s.token, s.client_id, row_number() over (partition by s.client_id order by s.token) = 1 as is_first, row_number() over (order by s.token, s.client_id) as nth
        from (
          select s.token, s.client_id
          from portal.client_search s
          where s.account_id = account and (s.token, s.client_id) > (from_token, from_client) and s.token < beginning || end_of_text
          order by s.token, s.client_id
          limit look
        ) s
      ), fit as (
        select h.nth, h.token, h.client_id
        from hit h
        cross join lateral (
          select c.search_text from portal.client c where c.account_id = account and c.client_id = h.client_id and c.withdrawn_at is null limit 1
        ) as c
        cross join lateral (
          select string_agg(k.search_text, '') from portal.contact k where k.account_id = account and k.client_id = h.client_id and k.withdrawn_at is null
        ) as k (search_text)
        cross join lateral (select c.search_text || coalesce(k.search_text, '')) as w (search_text)
        where h.is_first and (having_words is null or h.client_id in (select u.id from unnest(having_words) as u (id)))
          and (other_forms is null or portal.has_all_words(w.search_text, other_forms, other_word_of))
          and (earlier_beginnings is null or not portal.has_any(w.search_text, earlier_beginnings))
          and (earlier_insides is null or w.search_text !~ earlier_insides)
          -- Most clients have what is looked for once. Whoever has it again may have been found by another token before.
          and (strpos(substr(w.search_text, strpos(w.search_text, wanted) + 1), wanted) = 0 or not exists (
            select from portal.tokens_of(w.search_text) as t (token) where starts_with(t.token, beginning) and t.token < h.token
          ))
        order by h.nth
        limit missing
      )
      select (select count(*) from hit) as looks, (select h.token from hit h order by h.nth desc limit 1) as token, (select h.client_id from hit h order by h.nth desc limit 1) as client_id,
        array(select f.client_id from fit f order by f.nth) as clients
      into found;
      for item in 1..cardinality(found.clients) loop
        client_id := found.clients[item];
        driver := drives;
        place := at_place;
        turn := 1;
        goes_on := false;
        return next;
      end loop;
      missing := missing - cardinality(found.clients);
      if missing <= 0 then
        return;
      end if;
      exit when found.looks < look;
      from_token := found.token;
      from_client := found.client_id;
      looked := looked + found.looks;
      if looked >= most_looks then
        return query
          select from_client, drives, at_place, count(*)::integer, true from portal.tokens_of_client(account, from_client, beginning) as t (token) where t.token <= from_token;
        return;
      end if;
      look := least(2 * look, 1000);
    end loop;
    at_place := at_place + 1;
    from_token := null;
  end loop;
end
$$;

-- PT450 for what an import owns, unless the account lets its staff change that, too.
create or replace function portal.require_own(account bigint, imported boolean) returns void language sql volatile as $$
  select portal.require(case when not imported or (select a.staff_edit_imported from portal.account a where a.account_id = account) then 1 end, 'PT450')
$$;

-- The functions below take what is to be written as an object: absent members stay as they are. The module has looked at types and lengths.

create or replace function portal.create_client(account bigint, content jsonb) returns bigint language plpgsql volatile as $$
declare
  made bigint;
begin
  insert into portal.client (account_id, kind, organisation_name, first_name, middle_name, surname, external_id)
  values (account, content ->> 'kind', content ->> 'organisation_name', content ->> 'first_name', content ->> 'middle_name', content ->> 'surname',
    content ->> 'external_id')
  returning client.client_id into made;
  insert into portal.contact (account_id, client_id, kind, value, name)
  select account, made, item ->> 'kind', item ->> 'value', item ->> 'name' from jsonb_array_elements(coalesce(content -> 'contacts', '[]')) as item;
  perform portal.note_activity(account, 'client_created', made, null, null, null, '{}');
  return portal.remember_made(made);
end
$$;

-- Of two objects the members that differ.
create or replace function portal.changed_members(former jsonb, present jsonb) returns jsonb language sql immutable as $$
  select jsonb_build_object('before', coalesce(jsonb_object_agg(p.key, former -> p.key), '{}'), 'after', coalesce(jsonb_object_agg(p.key, p.value), '{}'))
  from jsonb_each(present) as p
  where p.value is distinct from former -> p.key and length(p.value::text) + length((former -> p.key)::text) < 2000
$$;

create or replace function portal.update_client(account bigint, client bigint, content jsonb) returns void language plpgsql volatile as $$
declare
  former record;
  merged jsonb;
begin
  select c.kind, c.organisation_name, c.first_name, c.middle_name, c.surname, c.external_id, c.imported into former
  from portal.client c where c.account_id = account and c.client_id = client and c.withdrawn_at is null
  for no key update;
  if not found then
    perform portal.require(null, 'PT404');
  end if;
  perform portal.require_own(account, former.imported);
  merged := to_jsonb(former) || content;
  perform portal.require(case
      when former.kind = 'organisation' then case when merged ->> 'organisation_name' is not null
        and num_nonnulls(merged ->> 'first_name', merged ->> 'middle_name', merged ->> 'surname') = 0 then 1 end
      when merged ->> 'organisation_name' is null and num_nonnulls(merged ->> 'first_name', merged ->> 'surname') > 0 then 1
    end, 'PT400');
  if merged = to_jsonb(former) then
    return;
  end if;
  update portal.client c
  set organisation_name = merged ->> 'organisation_name', first_name = merged ->> 'first_name', middle_name = merged ->> 'middle_name',
    surname = merged ->> 'surname', external_id = merged ->> 'external_id'
  where c.account_id = account and c.client_id = client;
  perform portal.note_activity(account, 'client_changed', client, null, null, null, portal.changed_members(to_jsonb(former), merged));
end
$$;

-- Somebody else's site, or one that is gone, is as unknown as a client.
create or replace function portal.require_site_of(account bigint, client bigint, site bigint) returns void language sql volatile as $$
  select portal.require(case when site is null then 1
    else (select 1 from portal.site s where s.account_id = account and s.client_id = client and s.site_id = site and s.withdrawn_at is null) end, 'PT404')
$$;
create or replace function portal.require_client(account bigint, client bigint) returns void language sql volatile as $$
  select portal.require((select c.client_id from portal.client c where c.account_id = account and c.client_id = client and c.withdrawn_at is null), 'PT404')
$$;

create or replace function portal.create_contact(account bigint, client bigint, content jsonb) returns bigint language plpgsql volatile as $$
declare
  made bigint;
begin
  perform portal.require_client(account, client);
  perform portal.require_site_of(account, client, (content ->> 'site_id')::bigint);
  insert into portal.contact (account_id, client_id, site_id, kind, value, name)
  values (account, client, (content ->> 'site_id')::bigint, content ->> 'kind', content ->> 'value', content ->> 'name')
  returning contact.contact_id into made;
  perform portal.note_activity(account, 'contact_created', client, null, 'contact', made, '{}');
  return portal.remember_made(made);
end
$$;

create or replace function portal.update_contact(account bigint, client bigint, contact bigint, content jsonb) returns void language plpgsql volatile as $$
declare
  former record;
  merged jsonb;
begin
  select c.kind, c.value, c.name, c.site_id, c.imported into former
  from portal.contact c where c.account_id = account and c.client_id = client and c.contact_id = contact and c.withdrawn_at is null
  for no key update;
  if not found then
    perform portal.require(null, 'PT404');
  end if;
  perform portal.require_own(account, former.imported);
  merged := to_jsonb(former) || content;
  perform portal.require_site_of(account, client, (merged ->> 'site_id')::bigint);
  perform portal.require(case when (merged ->> 'kind' = 'email') = (merged ->> 'value' like '%@%') then 1 end, 'PT400');
  update portal.contact c
  set kind = merged ->> 'kind', value = merged ->> 'value', name = merged ->> 'name', site_id = (merged ->> 'site_id')::bigint
  where c.account_id = account and c.contact_id = contact;
  perform portal.note_activity(account, 'contact_changed', client, null, 'contact', contact, portal.changed_members(to_jsonb(former), merged));
end
$$;

create or replace function portal.delete_contact(account bigint, client bigint, contact bigint) returns void language plpgsql volatile as $$
declare
  former record;
begin
  select c.kind, c.value, c.name, c.imported into former
  from portal.contact c where c.account_id = account and c.client_id = client and c.contact_id = contact and c.withdrawn_at is null
  for update;
  if not found then
    perform portal.require(null, 'PT404');
  end if;
  perform portal.require_own(account, former.imported);
  delete from portal.contact c where c.account_id = account and c.contact_id = contact;
  perform portal.note_activity(account, 'contact_deleted', client, null, 'contact', contact, jsonb_build_object('before', to_jsonb(former) - 'imported'));
end
$$;

-- PT400 for a zone that PostgreSQL does not know.
create or replace function portal.require_zone(zone text) returns void language plpgsql volatile as $$
begin
  perform now() at time zone zone;
exception when invalid_parameter_value then
  perform portal.require(null, 'PT400');
end
$$;

create or replace function portal.create_site(account bigint, client bigint, content jsonb) returns bigint language plpgsql volatile as $$
declare
  made bigint;
begin
  perform portal.require_client(account, client);
  perform portal.require_zone(content ->> 'time_zone');
  insert into portal.site (account_id, client_id, name, address, time_zone, external_id)
  values (account, client, content ->> 'name', content ->> 'address', content ->> 'time_zone', content ->> 'external_id')
  returning site.site_id into made;
  perform portal.note_activity(account, 'site_created', client, null, 'site', made, '{}');
  return portal.remember_made(made);
end
$$;

create or replace function portal.update_site(account bigint, client bigint, site bigint, content jsonb) returns void language plpgsql volatile as $$
declare
  former record;
  merged jsonb;
begin
  select s.name, s.address, s.time_zone, s.external_id, s.imported into former
  from portal.site s where s.account_id = account and s.client_id = client and s.site_id = site and s.withdrawn_at is null
  for no key update;
  if not found then
    perform portal.require(null, 'PT404');
  end if;
  perform portal.require_own(account, former.imported);
  merged := to_jsonb(former) || content;
  perform portal.require_zone(merged ->> 'time_zone');
  update portal.site s
  set name = merged ->> 'name', address = merged ->> 'address', time_zone = merged ->> 'time_zone', external_id = merged ->> 'external_id'
  where s.account_id = account and s.site_id = site;
  perform portal.note_activity(account, 'site_changed', client, null, 'site', site, portal.changed_members(to_jsonb(former), merged));
end
$$;

-- PT451 while jobs or contacts stand at it: their keys say so, whatever staff see of them.
create or replace function portal.delete_site(account bigint, client bigint, site bigint) returns void language plpgsql volatile as $$
declare
  former record;
begin
  select s.name, s.imported into former
  from portal.site s where s.account_id = account and s.client_id = client and s.site_id = site and s.withdrawn_at is null
  for update;
  if not found then
    perform portal.require(null, 'PT404');
  end if;
  perform portal.require_own(account, former.imported);
  begin
    delete from portal.site s where s.account_id = account and s.site_id = site;
  exception when foreign_key_violation then
    perform portal.require(null, 'PT451');
  end;
  perform portal.note_activity(account, 'site_deleted', client, null, 'site', site, jsonb_build_object('before', jsonb_build_object('name', former.name)));
end
$$;
