-- Finding clients while somebody types: words of their names, contacts and numbers with their endings, kept by triggers. And what an import owns.

-- Whether staff may change by hand what another system feeds.
alter table portal.account add column staff_edit_imported boolean not null default false;

-- What came by import, and since when the other system has taken it back.
alter table portal.client add column if not exists imported boolean not null default false;
alter table portal.client add column if not exists withdrawn_at timestamptz;
alter table portal.site add column if not exists imported boolean not null default false;
alter table portal.site add column if not exists withdrawn_at timestamptz;
alter table portal.contact add column if not exists imported boolean not null default false;
alter table portal.contact add column if not exists withdrawn_at timestamptz;
alter table portal.contact add column if not exists external_id text check (length(external_id) between 1 and 255);
create unique index if not exists contact_external_key on portal.contact (account_id, external_id);

-- A contact that is deleted takes nobody's membership along.
alter table portal.membership drop constraint membership_account_id_client_id_contact_id_fkey;
alter table portal.membership add constraint membership_contact_key foreign key (account_id, client_id, contact_id)
  references portal.contact (account_id, client_id, contact_id) on delete set null (contact_id);
create index membership_contact on portal.membership (account_id, client_id, contact_id) where contact_id is not null;
create index contact_site on portal.contact (account_id, client_id, site_id) where site_id is not null;

-- One spelling for what people write in several: small letters without accents. The letters that have no accent to take away are named.
create function portal.fold(content text) returns text language sql immutable strict parallel safe as $$
  select translate(replace(replace(replace(
    regexp_replace(normalize(lower(normalize(content, nfkc) collate "und-x-icu"), nfkd), '[\u0300-\u036f]', '', 'g'),
    'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'øłđıħŧ', 'oldiht')
$$;

-- The order of lists. A name may have 5,000 characters, an entry of an index may not.
alter table portal.client add column sort_name text collate "C" not null generated always as (left(portal.fold(left(
  coalesce(organisation_name, ltrim(rtrim(coalesce(first_name || ' ', '') || coalesce(middle_name || ' ', '') || coalesce(surname, '')))), 100)), 100)) stored;
create index client_by_name on portal.client (account_id, sort_name, client_id);

-- Letters and digits of any script are words, what stands between them is not. Words count up to 32 characters, and of a text the first 500.
create function portal.search_words(content text) returns text[] language sql immutable strict parallel safe as $$
  select array(
    select distinct left(word, 32) collate "C"
    from regexp_split_to_table(portal.fold(left(content, 500)) collate "und-x-icu", '[^[:alnum:]]+') as word
    where word <> ''
  )
$$;
-- Each word, and behind a tilde its endings of at least so many characters: whatever stands at the beginning or inside of a word is the beginning of a token.
create function portal.search_tokens(words text[], shortest_ending integer) returns setof text language sql immutable strict parallel safe as $$
  select distinct case when start = 1 then word else '~' || substr(word, start) end collate "C"
  from unnest(words) as word
  cross join lateral generate_series(1, greatest(1, length(word) - shortest_ending + 1)) as start
$$;
create function portal.contact_tokens(kind text, value text, name text) returns setof text language sql immutable parallel safe as $$
  select portal.search_tokens(case kind when 'phone' then array_remove(array[left(regexp_replace(value, '[^0-9]', '', 'g'), 32)], '')
    else portal.search_words(value) end, 3)
  union
  select portal.search_tokens(portal.search_words(name), 1)
$$;

-- `contact_id` says which contact a token is of; 0: of the client's name.
create table portal.client_search (
  account_id bigint not null,
  token text collate "C" not null check (length(token) between 1 and 33),
  client_id bigint not null,
  contact_id bigint not null default 0,
  primary key (account_id, token, client_id, contact_id),
  foreign key (account_id, client_id) references portal.client on delete cascade
);
-- Has this client that word, too; and what is to be taken away when a name or contact changes.
create index client_search_client on portal.client_search (account_id, client_id, token, contact_id);

-- With the rights of whoever makes the change, who sees the rows that changed.
create function portal.keep_client_tokens() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' then
    delete from portal.client_search s
    using former f join present n on n.account_id = f.account_id and n.client_id = f.client_id
    where s.account_id = f.account_id and s.client_id = f.client_id and s.contact_id = 0 and n.name <> f.name;
    insert into portal.client_search (account_id, token, client_id)
    select n.account_id, t.token, n.client_id
    from present n join former f on f.account_id = n.account_id and f.client_id = n.client_id
    cross join lateral portal.search_tokens(portal.search_words(n.name), 1) as t (token)
    where n.name <> f.name;
  else
    insert into portal.client_search (account_id, token, client_id)
    select n.account_id, t.token, n.client_id
    from present n cross join lateral portal.search_tokens(portal.search_words(n.name), 1) as t (token);
  end if;
  return null;
end
$$;
create trigger client_tokens_added after insert on portal.client referencing new table as present
  for each statement execute function portal.keep_client_tokens();
create trigger client_tokens_changed after update on portal.client referencing old table as former new table as present
  for each statement execute function portal.keep_client_tokens();

create function portal.keep_contact_tokens() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' then
    delete from portal.client_search s
    using former f join present n on n.account_id = f.account_id and n.contact_id = f.contact_id
    where s.account_id = f.account_id and s.client_id = f.client_id and s.contact_id = f.contact_id
      and (n.client_id, n.kind, n.value, n.name, n.withdrawn_at) is distinct from (f.client_id, f.kind, f.value, f.name, f.withdrawn_at);
    insert into portal.client_search (account_id, token, client_id, contact_id)
    select n.account_id, t.token, n.client_id, n.contact_id
    from present n join former f on f.account_id = n.account_id and f.contact_id = n.contact_id
    cross join lateral portal.contact_tokens(n.kind, n.value, n.name) as t (token)
    where n.withdrawn_at is null
      and (n.client_id, n.kind, n.value, n.name, n.withdrawn_at) is distinct from (f.client_id, f.kind, f.value, f.name, f.withdrawn_at);
  elsif tg_op = 'DELETE' then
    delete from portal.client_search s using former f
    where s.account_id = f.account_id and s.client_id = f.client_id and s.contact_id = f.contact_id;
  else
    insert into portal.client_search (account_id, token, client_id, contact_id)
    select n.account_id, t.token, n.client_id, n.contact_id
    from present n cross join lateral portal.contact_tokens(n.kind, n.value, n.name) as t (token)
    where n.withdrawn_at is null;
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

-- Rows that are there already. The owner is behind the forced policies, too.
reset role;
insert into portal.client_search (account_id, token, client_id)
select c.account_id, t.token, c.client_id from portal.client c cross join lateral portal.search_tokens(portal.search_words(c.name), 1) as t (token);
insert into portal.client_search (account_id, token, client_id, contact_id)
select c.account_id, t.token, c.client_id, c.contact_id from portal.contact c cross join lateral portal.contact_tokens(c.kind, c.value, c.name) as t (token);
set role portal_owner;
