-- What a key with the scope `feed` may do: read what clients asked for and decided, and answer what they asked for as managers do.

grant select (change_number) on portal.quote_decision to portal_edge;

create policy follower_reads on portal.client for select to portal_edge
  using (account_id = (select portal.account_for_key('feed')));
create policy follower_reads on portal.site for select to portal_edge
  using (account_id = (select portal.account_for_key('feed')));
create policy follower_reads on portal.job for select to portal_edge
  using (account_id = (select portal.account_for_key('feed')));
create policy follower_reads on portal.quote for select to portal_edge
  using (account_id = (select portal.account_for_key('feed')));
create policy follower_reads on portal.quote_decision for select to portal_edge
  using (account_id = (select portal.account_for_key('feed')));
create policy follower_reads on portal.work_request for select to portal_edge
  using (account_id = (select portal.account_for_key('feed')));
create policy follower_answers on portal.work_request for update to portal_edge
  using (account_id = portal.account_for_key('feed') and state <> 'cancelled')
  with check (account_id = portal.account_for_key('feed') and state <> 'cancelled');
create policy follower_counts on portal.work_request_counter for select to portal_edge
  using (account_id = (select portal.account_for_key('feed')));
create policy follower_goes_on on portal.work_request_counter for update to portal_edge
  using (account_id = portal.account_for_key('feed'));

-- Whom an answer is told.
create policy follower_reads on portal.portal for select to portal_edge
  using (account_id = (select portal.account_for_key('feed')));
create policy follower_reads on portal.membership for select to portal_edge
  using (account_id = (select portal.account_for_key('feed')));
create policy follower_reads on portal.member for select to portal_edge
  using (account_id = (select portal.account_for_key('feed')));
create policy follower_reads on portal.outbox_message for select to portal_edge
  using (account_id = (select portal.account_for_key('feed')) and kind = 'work_request_answered');
create policy follower_tells on portal.outbox_message for insert to portal_edge
  with check (account_id = portal.account_for_key('feed') and kind = 'work_request_answered' and staff_id is null and work_request_id is not null);
create policy follower_drops on portal.outbox_message for delete to portal_edge
  using (account_id = (select portal.account_for_key('feed')) and kind = 'work_request_answered' and sent_at is null
    and (claimed_until is null or claimed_until <= now()));

create or replace function portal.client_of_feed(account bigint, client bigint) returns jsonb language sql stable as $$
  select jsonb_build_object('id', c.client_id::text, 'external_id', c.external_id, 'name', c.name) from portal.client c
  where c.account_id = account and c.client_id = client
$$;
-- A request as other systems read it, with their ids. A site or job that went to another client is shown no more.
create or replace function portal.request_of_feed(request portal.work_request) returns jsonb language sql stable as $$
  select jsonb_build_object('id', request.work_request_id::text, 'number', request.number, 'subject', request.subject, 'notes', request.notes,
    'state', request.state, 'reply', request.reply, 'preferred_date', request.preferred_date, 'preferred_time', to_char(request.preferred_time, 'HH24:MI'),
    'created_at', portal.time_value(request.created_at), 'changed_at', portal.time_value(request.changed_at),
    'created_by', jsonb_build_object('name', request.asked_by), 'client', portal.client_of_feed(request.account_id, request.client_id),
    'site', (
      select jsonb_build_object('id', s.site_id::text, 'external_id', s.external_id, 'name', s.name) from portal.site s
      where s.account_id = request.account_id and s.client_id = request.client_id and s.site_id = request.site_id
    ), 'job', (
      select jsonb_build_object('id', j.job_id::text, 'external_id', j.external_id, 'number', j.number::text) from portal.job j
      where j.account_id = request.account_id and j.client_id = request.client_id and j.job_id = request.job_id and j.deleted_at is null
    ))
$$;
-- A decision, with what was decided about as it was at that moment.
create or replace function portal.decision_of_feed(decided portal.quote_decision) returns jsonb language sql stable as $$
  select jsonb_build_object('client', portal.client_of_feed(decided.account_id, decided.client_id),
    'quote', (
      select jsonb_build_object('id', q.quote_id::text, 'external_id', q.external_id, 'number', decided.number) from portal.quote q
      where q.account_id = decided.account_id and q.quote_id = decided.quote_id
    ), 'revision', decided.revision, 'decision', decided.decision, 'reason', decided.reason, 'method', decided.method,
    'decided_at', portal.time_value(decided.decided_at), 'decided_by', jsonb_build_object('name', decided.decided_by),
    'total', jsonb_build_object('amount', decided.total_minor, 'currency', decided.currency))
$$;
