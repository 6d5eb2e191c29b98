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
grant select (account_id, token, client_id, contact_id), insert (account_id, token, client_id, contact_id), delete on portal.client_search to portal_edge;
create policy staff_finds on portal.client_search for select to portal_edge
  using (account_id = (select portal.account_for('staff')));
create policy staff_adds on portal.client_search for insert to portal_edge
  with check (account_id = (select portal.account_for('staff')) and (select portal.current_staff_role()) in ('manager', 'owner'));
create policy staff_removes on portal.client_search for delete to portal_edge
  using (account_id = (select portal.account_for('staff')) and (select portal.current_staff_role()) in ('manager', 'owner'));

-- What is looked for: beginnings of tokens, and for each the number of the word that it stands for. All words are required, of each one beginning. What is
-- written like a telephone number is one word, in the forms that it may have been filed in, as far as digits tell.
create or replace function portal.search_beginnings(said text) returns table (word integer, beginning text) language plpgsql immutable as $$
declare
  digits text := regexp_replace(said, '[[:space:]().+/-]', '', 'g');
  bare text := ltrim(digits, '0');
  words text[];
begin
  if digits ~ '^[0-9]{5,32}$' and bare <> '' then
    return query
      select distinct 1, side || form
      from (
        values (digits), (bare)
        -- With a country in front: as it is dialled inside that country, whose number has one to three digits.
        union all select substr(bare, cut + 1) from generate_series(1, 3) as cut
          where said ~ '^\s*(\+|00)' and length(bare) - cut >= 7
      ) as f (form)
      cross join (values (''), ('~')) as s (side);
    return;
  end if;
  words := (portal.search_words(said))[1:8];
  return query
    select distinct w.number::integer, side || form
    from unnest(words) with ordinality as w (content, number)
    cross join lateral (values (w.content), (case when w.content ~ '^0[0-9]+$' then nullif(ltrim(w.content, '0'), '') end)) as f (form)
    cross join (values (''), ('~')) as s (side)
    where form is not null;
end
$$;

-- The clients in whom all words are found, a page of them: those with a word that begins so before those that have it inside one, by what was found. The
-- page goes along the index for the word that is rarest (`driver`), and asks for the others client by client. A position is a driver, the number of a
-- beginning and a client.
create or replace function portal.find_clients(
  account bigint, said text, after_driver integer, after_place integer, after_client bigint, row_limit integer
) returns table (client_id bigint, driver integer, place integer, turn bigint) language plpgsql stable rows 20
-- One plan, along the indexes, whatever the lane says: planning anew costs ten times what the search does.
set plan_cache_mode to force_generic_plan set enable_seqscan to off as $$
#variable_conflict use_column
declare
  end_of_text constant text := chr(1114111);
  common constant integer := 20000;
  beginnings text[];
  word_of integer[];
  drives integer := after_driver;
  others bigint;
  number integer;
  hits bigint[];
  fewest bigint;
  known_words integer[] := '{}';
  having_words bigint[];
  after_token text;
begin
  select array_agg(b.beginning order by b.word, b.beginning collate "C"), array_agg(b.word order by b.word, b.beginning collate "C"),
    count(distinct b.word) - 1
  into beginnings, word_of, others
  from portal.search_beginnings(said) b;
  if beginnings is null then
    return;
  end if;
  -- Words that are neither rare nor common may never stand together, which client by client would be noticed only at the end of all. So whoever has such words
  -- is found out beforehand. Of single letters, and of words that very many have, the page is full before long.
  if others > 0 then
    for number in 1..others + 1 loop
      continue when not exists (select from unnest(beginnings, word_of) as u (beginning, word) where u.word = number and length(ltrim(u.beginning, '~')) > 1);
      hits := array(
        select e.client_id
        from unnest(beginnings, word_of) as u (beginning, word)
        cross join lateral (
          select s.client_id from portal.client_search s
          where s.account_id = account and s.token >= u.beginning and s.token < u.beginning || end_of_text
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
    end loop;
  end if;
  drives := coalesce(drives, 1);
  if after_client is not null then
    select min(s.token) into after_token
    from portal.client_search s
    where s.account_id = account and s.client_id = after_client and s.token >= beginnings[after_place] and s.token < beginnings[after_place] || end_of_text;
  end if;
  return query
    select hit.client_id, drives, b.place::integer, row_number() over (order by b.place, hit.token, hit.client_id)
    from unnest(beginnings, word_of) with ordinality as b (beginning, word, place)
    cross join lateral (
      select s.client_id, s.token
      from portal.client_search s
      where s.account_id = account and s.token >= b.beginning and s.token < b.beginning || end_of_text
        and (s.token, s.client_id) > (case when b.place = after_place then coalesce(after_token, '') else '' end, case when b.place = after_place then
          after_client else 0 end)
        -- Once for each client: at the first place at which it can be found.
        and not exists (
          select from portal.client_search e
          where e.account_id = account and e.client_id = s.client_id and e.token >= b.beginning and e.token < b.beginning || end_of_text
            and (e.token, e.contact_id) < (s.token, s.contact_id)
        )
        and not exists (
          select from unnest(beginnings, word_of) with ordinality as p (beginning, word, place)
          join portal.client_search e on e.account_id = account and e.client_id = s.client_id and e.token >= p.beginning
            and e.token < p.beginning || end_of_text
          where p.word = drives and p.place < b.place
        )
        and (having_words is null or s.client_id in (select h.id from unnest(having_words) as h (id)))
        and (others = 0 or not exists (
          select from unnest(beginnings, word_of) as o (beginning, word)
          where o.word <> drives and o.word <> all (known_words)
          group by o.word
          having not bool_or(exists (
            select from portal.client_search e
            where e.account_id = account and e.client_id = s.client_id and e.token >= o.beginning and e.token < o.beginning || end_of_text
          ))
        ))
        and exists (select from portal.client c where c.account_id = account and c.client_id = s.client_id and c.withdrawn_at is null)
      order by s.token, s.client_id
      limit row_limit
    ) as hit
    where b.word = drives and b.place >= coalesce(after_place, 1)
    order by 4
    limit row_limit;
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
