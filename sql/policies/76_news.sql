-- Mails that tell members what is new: of what each of them is told, what is noted to be told, and what the courier makes of it.

grant select (notifications), insert (notifications), update (notifications) on portal.membership to portal_edge;

-- What is news is noted by triggers, with the rights of whoever feeds or changes it; nobody reads it there.
grant insert (account_id, membership_id, kind, object_id, revision) on portal.news to portal_edge;
create policy key_notes on portal.news for insert to portal_edge
  with check (account_id = (select portal.account_for_key('import')));
create policy staff_notes on portal.news for insert to portal_edge
  with check (account_id = (select portal.account_for('staff')) and (select portal.current_staff_role()) in ('manager', 'owner'));
-- A job is news where members see it.
create policy key_reads on portal.portal_visible_template for select to portal_edge
  using (account_id = (select portal.account_for_key('import')));

-- The courier gathers it into mails, and sweeps what nobody was told.
grant select (account_id, membership_id, kind, object_id, revision, created_at, outbox_message_id), update (outbox_message_id), delete on portal.news to portal_courier;
create policy courier_gathers on portal.news for select to portal_courier using (true);
create policy courier_tells on portal.news for update to portal_courier using (outbox_message_id is null) with check (true);
create policy courier_sweeps on portal.news for delete to portal_courier using (outbox_message_id is null);

grant insert (account_id, message_reference, kind, channel, recipient, language, member_id, membership_id, payload, key_id) on portal.outbox_message to portal_courier;
create policy courier_tells on portal.outbox_message for insert to portal_courier
  with check (kind = 'news' and membership_id is not null and member_id is not null and staff_id is null);
-- A mail of which nothing is left to tell was never sent, and nobody needs to hear that it failed.
create policy courier_drops on portal.outbox_message for delete to portal_courier
  using (kind = 'news' and sent_at is null and failed_at is null);

-- Whom it writes to, and where the portal is.
grant select (default_language) on portal.portal to portal_courier;
grant select (email, language) on portal.member to portal_courier;
grant select (permissions, notifications) on portal.membership to portal_courier;
create policy courier_gathers_for on portal.account for select to portal_courier
  using (exists (select from portal.news n where n.account_id = account.account_id and n.outbox_message_id is null));
create policy courier_gathers_for on portal.account_host for select to portal_courier
  using (exists (select from portal.news n where n.account_id = account_host.account_id and n.outbox_message_id is null));
create policy courier_gathers_for on portal.portal for select to portal_courier
  using (exists (select from portal.news n where n.account_id = portal.account_id and n.outbox_message_id is null));
create policy courier_gathers_for on portal.membership for select to portal_courier
  using (exists (select from portal.news n where n.account_id = membership.account_id and n.membership_id = membership.membership_id and n.outbox_message_id is null));
-- The sub-select goes through the policies of membership.
create policy courier_gathers_for on portal.member for select to portal_courier
  using (exists (select from portal.membership ms join portal.news n using (account_id, membership_id)
    where ms.account_id = member.account_id and ms.member_id = member.member_id and n.outbox_message_id is null));

-- How long news waits for more of it, and how long a membership is left in peace after a mail.
create or replace function portal.news_waits() returns interval language sql immutable parallel safe as $$ select interval '2 minutes' $$;
create or replace function portal.news_pauses() returns interval language sql immutable parallel safe as $$ select interval '1 hour' $$;

-- Is a mail with news of a membership on its way, or was there one just now?
create or replace function portal.was_told_lately(account bigint, membership bigint) returns boolean language sql stable as $$
  select exists (
    select from portal.outbox_message o
    where o.account_id = account and o.membership_id = membership and o.kind = 'news'
      and (o.sent_at is null and o.failed_at is null or greatest(o.created_at, o.sent_at) > now() - portal.news_pauses())
  )
$$;

-- One mail about everything that a membership has not been told. Of two couriers one writes it; each statement sees what the other has committed before.
create or replace function portal.write_news(account bigint, membership bigint, reference text, payload bytea, key_id text) returns bigint language plpgsql volatile as $$
declare
  made bigint;
begin
  if not pg_try_advisory_xact_lock(hashtextextended('portal.news', membership)) then
    return null;
  end if;
  if portal.was_told_lately(account, membership) then
    return null;
  end if;
  insert into portal.outbox_message (account_id, message_reference, kind, channel, recipient, language, member_id, membership_id, payload, key_id)
  select account, reference, 'news', 'email', m.email, coalesce(m.language, p.default_language, 'en'), m.member_id, ms.membership_id, write_news.payload, write_news.key_id
  from portal.membership ms
  join portal.member m on m.account_id = ms.account_id and m.member_id = ms.member_id and m.state = 'active' and m.email is not null
  left join portal.portal p on p.account_id = ms.account_id
  where ms.account_id = account and ms.membership_id = membership and ms.state = 'active'
    and exists (select from portal.news n where n.account_id = account and n.membership_id = membership and n.outbox_message_id is null)
  returning outbox_message_id into made;
  update portal.news n set outbox_message_id = made
  where made is not null and n.account_id = account and n.membership_id = membership and n.outbox_message_id is null;
  return made;
end
$$;

-- What stands in the mail is read when it leaves: only what a member who is told of it may still see, and what is still to be done about it.
grant select (account_id, invoice_id, client_id, number, title, issued_on, due_on, currency, total_minor, paid_minor, is_void, is_visible, withdrawn_at) on portal.invoice to portal_courier;
create policy courier_tells_of on portal.invoice for select to portal_courier
  using (is_visible and withdrawn_at is null and not is_void and paid_minor < total_minor and exists (
    select from portal.news n
    join portal.outbox_message o on o.account_id = n.account_id and o.outbox_message_id = n.outbox_message_id and o.sent_at is null and o.failed_at is null
    join portal.membership ms on ms.account_id = n.account_id and ms.membership_id = n.membership_id
    where n.account_id = invoice.account_id and n.object_id = invoice.invoice_id and n.kind = 'new_invoices' and ms.client_id = invoice.client_id and ms.state = 'active'
      and ms.permissions @> '{view_invoices}' and ms.notifications @> '{new_invoices}'
  ));
grant select (account_id, quote_id, client_id, number, title, is_superseded, is_visible, revision, decision, valid_until, withdrawn_at) on portal.quote to portal_courier;
create policy courier_tells_of on portal.quote for select to portal_courier
  using (is_visible and withdrawn_at is null and not is_superseded and decision is null and exists (
    select from portal.news n
    join portal.outbox_message o on o.account_id = n.account_id and o.outbox_message_id = n.outbox_message_id and o.sent_at is null and o.failed_at is null
    join portal.membership ms on ms.account_id = n.account_id and ms.membership_id = n.membership_id
    where n.account_id = quote.account_id and n.object_id = quote.quote_id and n.kind = 'new_quotes' and ms.client_id = quote.client_id and ms.state = 'active'
      and ms.permissions @> '{accept_quotes}' and ms.notifications @> '{new_quotes}'
  ));
grant select (account_id, job_template_id) on portal.portal_visible_template to portal_courier;
create policy courier_tells_of on portal.portal_visible_template for select to portal_courier
  using (exists (select from portal.outbox_message o where o.account_id = portal_visible_template.account_id and o.kind = 'news' and o.sent_at is null and o.failed_at is null));
grant select (account_id, job_template_id, name) on portal.job_template to portal_courier;
create policy courier_tells_of on portal.job_template for select to portal_courier
  using (exists (select from portal.outbox_message o where o.account_id = job_template.account_id and o.kind = 'news' and o.sent_at is null and o.failed_at is null)
    and job_template_id in (select v.job_template_id from portal.portal_visible_template v where v.account_id = job_template.account_id));
grant select (account_id, job_id, number, client_id, status, job_template_id, finished_at, deleted_at) on portal.job to portal_courier;
create policy courier_tells_of on portal.job for select to portal_courier
  using (status = 'finished' and deleted_at is null
    and job_template_id in (select v.job_template_id from portal.portal_visible_template v where v.account_id = job.account_id) and exists (
      select from portal.news n
      join portal.outbox_message o on o.account_id = n.account_id and o.outbox_message_id = n.outbox_message_id and o.sent_at is null and o.failed_at is null
      join portal.membership ms on ms.account_id = n.account_id and ms.membership_id = n.membership_id
      where n.account_id = job.account_id and n.object_id = job.job_id and n.kind = 'completed_jobs' and ms.client_id = job.client_id and ms.state = 'active'
        and ms.permissions @> '{view_completed_jobs}' and ms.notifications @> '{completed_jobs}'
    ));
