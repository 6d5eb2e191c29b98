-- Finding clients, made anew: what is searched stands beside each client and contact as folded words, computed once when they are written. From these come the tokens of
-- the index, without a foreign key's look at every one of them, and by these a hit is looked at, without a second index.

-- What a telephone number is called from abroad and at home, as far as the account's country and a library tell; filled in later by the courier, and anew when the number
-- changes. `phone_read_at` null: not yet looked at.
alter table portal.contact
  add column e164 text check (e164 ~ '^[+][1-9][0-9]{3,14}$'),
  add column national_number text check (national_number ~ '^[0-9]{3,20}$'),
  add column phone_read_at timestamptz;
create index contact_phone_unread on portal.contact (account_id, contact_id) where kind = 'phone' and phone_read_at is null and withdrawn_at is null;

-- As before, and what is ASCII needs no tables of Unicode, which cost most of the time.
create or replace function portal.fold(content text) returns text language plpgsql immutable strict parallel safe as $$
begin
  if octet_length(content) = length(content) then
    return lower(content collate "C");
  end if;
  return translate(replace(replace(replace(
    regexp_replace(normalize(lower(normalize(content, nfkc) collate "und-x-icu"), nfkd), '[\u0300-\u036f]', '', 'g'),
    'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'øłđıħŧ', 'oldiht');
end
$$;

-- The words of a text as `mark word mark word`, each up to 32 characters, of the first 500 characters.
create function portal.search_text(content text, mark text) returns text language plpgsql immutable parallel safe as $$
declare
  words text := left(content, 500);
begin
  if octet_length(words) = length(words) then
    words := btrim(regexp_replace(lower(words collate "C"), '[^a-z0-9]+', ' ', 'g'));
  else
    words := btrim(regexp_replace(portal.fold(words) collate "und-x-icu", '[^[:alnum:]]+', ' ', 'g'));
  end if;
  if words is null or words = '' then
    return '';
  end if;
  if length(words) > 32 then
    words := regexp_replace(words, '([^ ]{32})[^ ]+', '\1', 'g');
  end if;
  return mark || replace(words, ' ', mark);
end
$$;
-- Of a contact: words of names behind a blank, of what is dialled or written to behind a slash. A number is one word, in every form that is known.
create function portal.contact_search_text(kind text, value text, name text, e164 text, national_number text) returns text language plpgsql immutable parallel safe as $$
declare
  digits text;
  words text := '';
begin
  if kind = 'phone' then
    digits := left(regexp_replace(value, '[^0-9]+', '', 'g'), 32);
    words := case when digits <> '' then '/' || digits else '' end;
    if e164 is not null and '+' || digits <> e164 then
      words := words || replace(e164, '+', '/');
    end if;
    if national_number is not null and national_number <> digits then
      words := words || '/' || national_number;
    end if;
  else
    words := portal.search_text(value, '/');
  end if;
  return case when name is null then words else words || portal.search_text(name, ' ') end;
end
$$;

alter table portal.client add column search_text text collate "C" not null generated always as (portal.search_text(coalesce(organisation_name,
  ltrim(rtrim(coalesce(first_name || ' ', '') || coalesce(middle_name || ' ', '') || coalesce(surname, '')))), ' ')) stored;
alter table portal.contact add column search_text text collate "C" not null generated always as (portal.contact_search_text(kind, value, name, e164, national_number)) stored;

-- Each word, and behind a tilde its endings: all of a name's words, those from three characters on of an address or a number. A word that comes twice gives its tokens twice.
create function portal.tokens_of(search_text text) returns setof text language sql immutable parallel safe rows 25 as $$
  select case when e.start = 1 then ltrim(p.piece, '/') else '~' || substr(ltrim(p.piece, '/'), e.start) end collate "C"
  from unnest(string_to_array(replace(search_text, '/', ' /'), ' ')) as p (piece)
  cross join lateral generate_series(1, case when p.piece like '/%' then greatest(1, length(p.piece) - 3) else length(p.piece) end) as e (start)
  where p.piece <> ''
$$;

drop trigger client_tokens_added on portal.client;
drop trigger client_tokens_changed on portal.client;
drop trigger contact_tokens_added on portal.contact;
drop trigger contact_tokens_changed on portal.contact;
drop trigger contact_tokens_removed on portal.contact;
drop function portal.keep_client_tokens(), portal.keep_contact_tokens(), portal.contact_tokens(text, text, text), portal.search_tokens(text[], integer);
-- Those of the policies take other parameters now.
drop function if exists portal.find_clients(bigint, text, integer, integer, bigint, integer), portal.search_beginnings(text);
alter table portal.client_search drop constraint client_search_account_id_client_id_fkey;
drop index portal.client_search_client;

-- With the rights of whoever makes the change, who sees the rows that changed. The tokens of thousands of rows are put in in the order of the index. What goes away is found
-- client by client: in a join the planner may go through all of the table for each.
create function portal.keep_client_tokens() returns trigger language plpgsql
  set jit to off set work_mem to '32MB' set plan_cache_mode to force_generic_plan set enable_seqscan to off set enable_hashagg to off as $$
declare
  gone record;
begin
  if tg_op = 'UPDATE' then
    for gone in select account_id, client_id, search_text from former except select account_id, client_id, search_text from present loop
      delete from portal.client_search s
      where s.account_id = gone.account_id and s.token = any (array(select t.token from portal.tokens_of(gone.search_text) as t (token))) and s.client_id = gone.client_id and s.contact_id = 0;
    end loop;
    insert into portal.client_search (account_id, token, client_id)
    select distinct n.account_id, t.token, n.client_id
    from (select account_id, client_id, search_text from present except select account_id, client_id, search_text from former) as n
    cross join lateral portal.tokens_of(n.search_text) as t (token)
    order by 1, 2, 3;
  elsif tg_op = 'DELETE' then
    for gone in select account_id, client_id, search_text from former loop
      delete from portal.client_search s
      where s.account_id = gone.account_id and s.token = any (array(select t.token from portal.tokens_of(gone.search_text) as t (token))) and s.client_id = gone.client_id and s.contact_id = 0;
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
create trigger client_tokens_added after insert on portal.client referencing new table as present
  for each statement execute function portal.keep_client_tokens();
create trigger client_tokens_changed after update on portal.client referencing old table as former new table as present
  for each statement execute function portal.keep_client_tokens();
create trigger client_tokens_removed after delete on portal.client referencing old table as former
  for each statement execute function portal.keep_client_tokens();

create function portal.keep_contact_tokens() returns trigger language plpgsql
  set jit to off set work_mem to '32MB' set plan_cache_mode to force_generic_plan set enable_seqscan to off set enable_hashagg to off as $$
declare
  gone record;
begin
  if tg_op = 'UPDATE' then
    for gone in
      select account_id, client_id, contact_id, search_text from former where withdrawn_at is null
      except select account_id, client_id, contact_id, search_text from present where withdrawn_at is null
    loop
      delete from portal.client_search s
      where s.account_id = gone.account_id and s.token = any (array(select t.token from portal.tokens_of(gone.search_text) as t (token))) and s.client_id = gone.client_id
        and s.contact_id = gone.contact_id;
    end loop;
    insert into portal.client_search (account_id, token, client_id, contact_id)
    select distinct n.account_id, t.token, n.client_id, n.contact_id
    from (
      select account_id, client_id, contact_id, search_text from present where withdrawn_at is null
      except select account_id, client_id, contact_id, search_text from former where withdrawn_at is null
    ) as n
    cross join lateral portal.tokens_of(n.search_text) as t (token)
    order by 1, 2, 3, 4;
  elsif tg_op = 'DELETE' then
    for gone in select account_id, client_id, contact_id, search_text from former where withdrawn_at is null loop
      delete from portal.client_search s
      where s.account_id = gone.account_id and s.token = any (array(select t.token from portal.tokens_of(gone.search_text) as t (token))) and s.client_id = gone.client_id
        and s.contact_id = gone.contact_id;
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
create trigger contact_tokens_added after insert on portal.contact referencing new table as present
  for each statement execute function portal.keep_contact_tokens();
create trigger contact_tokens_changed after update on portal.contact referencing old table as former new table as present
  for each statement execute function portal.keep_contact_tokens();
create trigger contact_tokens_removed after delete on portal.contact referencing old table as former
  for each statement execute function portal.keep_contact_tokens();

-- Another number, or another country of the account, is to be looked at anew.
create function portal.forget_phone_forms() returns trigger language plpgsql as $$
begin
  new.e164 := null;
  new.national_number := null;
  new.phone_read_at := null;
  return new;
end
$$;
create trigger contact_phone_changed before update of kind, value on portal.contact for each row
  when (old.kind is distinct from new.kind or old.value is distinct from new.value) execute function portal.forget_phone_forms();

-- The tokens of rows that are there already. The owner is behind the forced policies, too.
reset role;
truncate portal.client_search;
insert into portal.client_search (account_id, token, client_id)
select distinct c.account_id, t.token, c.client_id from portal.client c cross join lateral portal.tokens_of(c.search_text) as t (token) order by 1, 2, 3;
insert into portal.client_search (account_id, token, client_id, contact_id)
select distinct c.account_id, t.token, c.client_id, c.contact_id
from portal.contact c cross join lateral portal.tokens_of(c.search_text) as t (token)
where c.withdrawn_at is null
order by 1, 2, 3, 4;
set role portal_owner;
