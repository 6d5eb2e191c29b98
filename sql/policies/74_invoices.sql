-- Invoices: members see what is theirs, staff decide whether they do, and another system feeds them.

-- What of an invoice is open is a matter of its amounts alone.
create or replace function portal.invoice_kind(is_void boolean, total_minor bigint, paid_minor bigint) returns text language sql immutable parallel safe as $$
  select case when is_void then 'void' when paid_minor >= total_minor then 'paid' else 'open' end
$$;
create or replace function portal.invoice_state(is_void boolean, total_minor bigint, paid_minor bigint, due_on date, today date) returns text
language sql immutable parallel safe as $$
  select case
    when is_void then 'void'
    when paid_minor >= total_minor then 'paid'
    when due_on < today then 'overdue'
    when paid_minor > 0 then 'partially_paid'
    else 'payment_due'
  end
$$;
create or replace function portal.invoice_outstanding(is_void boolean, total_minor bigint, paid_minor bigint) returns bigint language sql immutable parallel safe as $$
  select case when is_void then 0 else total_minor - paid_minor end
$$;
create or replace function portal.today_in(time_zone text) returns date language sql stable parallel safe as $$
  select (now() at time zone time_zone)::date
$$;
-- Milliseconds until the state is another one by itself: after the day on which it is due. Null: never.
create or replace function portal.invoice_state_holds(is_void boolean, total_minor bigint, paid_minor bigint, due_on date, time_zone text) returns bigint
language sql stable parallel safe as $$
  select case when not is_void and paid_minor < total_minor and due_on >= portal.today_in(time_zone)
    then floor(extract(epoch from (due_on + 1)::timestamp at time zone time_zone - now()) * 1000)::bigint end
$$;

grant select (account_id, invoice_id, client_id, number, title, issued_on, due_on, currency, total_minor, paid_minor, is_void, is_visible, job_id, media_type, size_bytes,
    content_hash, is_active_content, external_id, version, withdrawn_at),
  insert (account_id, client_id, number, title, issued_on, due_on, currency, total_minor, paid_minor, is_void, is_visible, job_id, external_id, version),
  update (client_id, number, title, issued_on, due_on, currency, total_minor, paid_minor, is_void, is_visible, job_id, media_type, size_bytes, content_hash,
    is_active_content, version, withdrawn_at) on portal.invoice to portal_edge;

create policy member_acting on portal.invoice for select to portal_edge
  using (account_id = (select portal.account_for('member'))
    and client_id = (select portal.current_client_id()) and is_visible and withdrawn_at is null
    and (select portal.current_permissions() @> '{view_invoices}'));

create policy staff_reads on portal.invoice for select to portal_edge
  using (account_id = (select portal.account_for('staff')) and withdrawn_at is null);
create policy staff_changes on portal.invoice for update to portal_edge
  using (account_id = (select portal.account_for('staff')) and (select portal.current_staff_role()) in ('manager', 'owner'))
  with check (account_id = (select portal.account_for('staff')) and (select portal.current_staff_role()) in ('manager', 'owner'));

create policy key_reads on portal.invoice for select to portal_edge
  using (account_id = (select portal.account_for_key('import')));
create policy key_adds on portal.invoice for insert to portal_edge
  with check (account_id = (select portal.account_for_key('import')) and external_id is not null);
create policy key_changes on portal.invoice for update to portal_edge
  using (account_id = (select portal.account_for_key('import')) and external_id is not null);
