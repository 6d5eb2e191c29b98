-- Clients from the rows of a table that staff bring along.

-- Applies rows of checked texts, in their order: finds each client by its external id, else by its name, and adds what is not there yet. Nothing is taken away: a middle
-- name, which rows have not, stays unless a name of the row has come to hold it.
-- With `dry_run` all of it happens and is undone, so that it says what would happen. A row that cannot be applied is left out and says why.
create or replace function portal.apply_client_rows(account bigint, content jsonb, dry_run boolean)
returns table (line integer, outcome text, field text, code text) language plpgsql volatile as $$
#variable_conflict use_variable
declare
  one jsonb;
  wanted_name text;
  client record;
  hits integer;
  changed boolean;
  results jsonb := '[]';
  wrong_field text;
  wrong_code text;
  edits_imported boolean;
  site record;
begin
  select a.staff_edit_imported into edits_imported from portal.account a where a.account_id = account;
  begin
    for one in select item.value from jsonb_array_elements(content) with ordinality as item (value, number) order by item.number loop
      wrong_field := null;
      changed := false;
      wanted_name := coalesce(one ->> 'organisation_name', btrim(concat_ws(' ', one ->> 'first_name', one ->> 'surname')));
      hits := 0;
      if one ? 'external_id' then
        select c.client_id, c.name, c.kind, c.first_name, c.surname, c.imported, c.withdrawn_at into client
        from portal.client c where c.account_id = account and c.external_id = one ->> 'external_id' for no key update;
        if found then
          hits := 1;
        end if;
      else
        for client in
          select c.client_id, c.name, c.kind, c.first_name, c.surname, c.imported, c.withdrawn_at from portal.client c
          where c.account_id = account and c.sort_name = left(portal.fold(left(wanted_name, 100)), 100) and portal.fold(c.name) = portal.fold(wanted_name)
            and c.withdrawn_at is null
          limit 2
        loop
          hits := hits + 1;
        end loop;
      end if;

      if hits > 1 then
        wrong_field := 'name';
        wrong_code := 'ambiguous';
      elsif hits = 1 and client.withdrawn_at is not null then
        wrong_field := 'external_id';
        wrong_code := 'withdrawn';
      elsif hits = 1 and client.kind <> (one ->> 'kind') then
        wrong_field := 'name';
        wrong_code := 'wrong_kind';
      elsif hits = 1 and client.name <> wanted_name and one ? 'external_id' and (client.kind = 'organisation' or (client.first_name, client.surname)
          is distinct from (coalesce(one ->> 'first_name', client.first_name), coalesce(one ->> 'surname', client.surname))) then
        if client.imported and not edits_imported then
          wrong_field := 'external_id';
          wrong_code := 'imported';
        else
          update portal.client c
          set organisation_name = one ->> 'organisation_name', first_name = coalesce(one ->> 'first_name', c.first_name),
            surname = coalesce(one ->> 'surname', c.surname),
            middle_name = case when position(' ' || c.middle_name || ' ' in ' ' || wanted_name || ' ') > 0 then null else c.middle_name end
          where c.account_id = account and c.client_id = client.client_id;
          changed := true;
        end if;
      elsif hits = 0 then
        insert into portal.client (account_id, kind, organisation_name, first_name, surname, external_id)
        values (account, one ->> 'kind', one ->> 'organisation_name', one ->> 'first_name', one ->> 'surname', one ->> 'external_id')
        returning client_id, false as imported into client;
      end if;

      if wrong_field is not null then
        results := results || jsonb_build_object('line', one -> 'line', 'outcome', 'error', 'field', wrong_field, 'code', wrong_code);
        continue;
      end if;

      if one ? 'email' and not exists (
        select from portal.contact k
        where k.account_id = account and k.client_id = client.client_id and k.kind = 'email' and portal.usable_email(k.value) = one ->> 'email'
          and k.withdrawn_at is null
      ) then
        insert into portal.contact (account_id, client_id, kind, value) values (account, client.client_id, 'email', one ->> 'email');
        changed := true;
      end if;
      if one ? 'phone' and not exists (
        select from portal.contact k
        where k.account_id = account and k.client_id = client.client_id and k.kind = 'phone'
          and portal.usable_phone(k.value) = portal.usable_phone(one ->> 'phone') and k.withdrawn_at is null
      ) then
        insert into portal.contact (account_id, client_id, kind, value) values (account, client.client_id, 'phone', one ->> 'phone');
        changed := true;
      end if;
      if one ? 'site_name' then
        select s.site_id, s.address, s.imported into site
        from portal.site s
        where s.account_id = account and s.client_id = client.client_id and lower(s.name) = lower(one ->> 'site_name') and s.withdrawn_at is null
        order by s.site_id limit 1;
        if not found then
          insert into portal.site (account_id, client_id, name, address)
          values (account, client.client_id, one ->> 'site_name', one ->> 'site_address');
          changed := true;
        elsif one ? 'site_address' and site.address is distinct from one ->> 'site_address' and (edits_imported or not site.imported) then
          update portal.site s set address = one ->> 'site_address' where s.account_id = account and s.site_id = site.site_id;
          changed := true;
        end if;
      end if;
      results := results || jsonb_build_object('line', one -> 'line',
        'outcome', case when hits = 0 then 'created' when changed then 'updated' else 'unchanged' end);
    end loop;
    if dry_run then
      raise exception using errcode = 'PT200', message = 'a dry run';
    end if;
    perform portal.note_activity(account, 'clients_imported', null, null, null, null, (
      select jsonb_object_agg(counted.word, counted.hits)
      from (select r.value ->> 'outcome' as word, count(*) as hits from jsonb_array_elements(results) as r (value) group by 1) counted
    ));
  exception when sqlstate 'PT200' then
    null;
  end;
  return query
    select (r.value ->> 'line')::integer, r.value ->> 'outcome', r.value ->> 'field', r.value ->> 'code'
    from jsonb_array_elements(results) with ordinality as r (value, number)
    order by r.number;
end
$$;
