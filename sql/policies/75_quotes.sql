-- Quotes: members see what is offered to their client and decide about it, staff decide whether they see it and record what was decided by other ways, and another system
-- feeds them.

create or replace function portal.quote_state(is_superseded boolean, decision text, valid_until date, today date) returns text language sql immutable parallel safe as $$
  select case
    when is_superseded then 'superseded'
    when decision in ('accepted', 'declined') then decision
    when valid_until < today then 'expired'
    when decision is not null then decision
    else 'pending_approval'
  end
$$;
create or replace function portal.quote_kind(state text) returns text language sql immutable parallel safe as $$
  select case when state in ('pending_approval', 'changes_requested') then 'open' when state = 'accepted' then 'accepted' else 'closed' end
$$;
-- Milliseconds until the state is another one by itself: after the last day on which it holds. Null: never.
create or replace function portal.quote_state_holds(is_superseded boolean, decision text, valid_until date, time_zone text) returns bigint
language sql stable parallel safe as $$
  select case when not is_superseded and decision is distinct from 'accepted' and decision is distinct from 'declined' and valid_until >= portal.today_in(time_zone)
    then floor(extract(epoch from (valid_until + 1)::timestamp at time zone time_zone - now()) * 1000)::bigint end
$$;

-- What may change, and by whom, is narrowed by the trigger keep_quote.
grant select (account_id, quote_id, client_id, number, title, description, issued_on, valid_until, currency, total_minor, is_superseded, is_visible, job_id, media_type,
    size_bytes, content_hash, is_active_content, revision, decision, decided_at, external_id, version, withdrawn_at),
  insert (account_id, client_id, number, title, description, issued_on, valid_until, currency, total_minor, is_superseded, is_visible, job_id, external_id, version),
  update (client_id, number, title, description, issued_on, valid_until, currency, total_minor, is_superseded, is_visible, job_id, media_type, size_bytes, content_hash,
    is_active_content, decision, decided_at, version, withdrawn_at) on portal.quote to portal_edge;

create policy member_acting on portal.quote for select to portal_edge
  using (account_id = (select portal.account_for('member'))
    and client_id = (select portal.current_client_id()) and is_visible and withdrawn_at is null
    and (select portal.current_permissions() @> '{accept_quotes}'));
create policy member_decides on portal.quote for update to portal_edge
  using (account_id = (select portal.account_for('member'))
    and client_id = (select portal.current_client_id()) and is_visible and withdrawn_at is null
    and (select portal.current_permissions() @> '{accept_quotes}'));

create policy staff_reads on portal.quote for select to portal_edge
  using (account_id = (select portal.account_for('staff')) and withdrawn_at is null);
create policy staff_changes on portal.quote for update to portal_edge
  using (account_id = (select portal.account_for('staff')) and withdrawn_at is null and (select portal.current_staff_role()) in ('manager', 'owner'));

create policy key_reads on portal.quote for select to portal_edge
  using (account_id = (select portal.account_for_key('import')));
create policy key_adds on portal.quote for insert to portal_edge
  with check (account_id = (select portal.account_for_key('import')) and external_id is not null);
create policy key_changes on portal.quote for update to portal_edge
  using (account_id = (select portal.account_for_key('import')) and external_id is not null);

-- Nobody changes or deletes what was decided. What can be decided is narrowed by the trigger keep_quote_decision.
grant select (account_id, quote_decision_id, quote_id, client_id, revision, decision, reason, method, decided_by, membership_id, staff_id, decided_at, number, title, currency,
    total_minor, valid_until, content_hash),
  insert (account_id, quote_id, client_id, revision, decision, reason, method, decided_by, membership_id, staff_id) on portal.quote_decision to portal_edge;
-- The sub-select goes through the policies of quote.
create policy member_acting on portal.quote_decision for select to portal_edge
  using (account_id = (select portal.account_for('member')) and client_id = (select portal.current_client_id())
    and exists (select from portal.quote q where q.account_id = quote_decision.account_id and q.quote_id = quote_decision.quote_id));
create policy member_decides on portal.quote_decision for insert to portal_edge
  with check (account_id = portal.account_for('member') and client_id = portal.current_client_id() and membership_id = portal.current_membership_id()
    and portal.current_permissions() @> '{accept_quotes}' and method = 'portal');
create policy staff_reads on portal.quote_decision for select to portal_edge
  using (account_id = (select portal.account_for('staff')));
create policy staff_records on portal.quote_decision for insert to portal_edge
  with check (account_id = portal.account_for('staff') and portal.current_staff_role() in ('manager', 'owner') and staff_id = portal.current_staff_id() and method <> 'portal');
create policy key_reads on portal.quote_decision for select to portal_edge
  using (account_id = (select portal.account_for_key('import')));

grant select (quote_id) on portal.outbox_message to portal_edge;
create policy member_tells_of_quote on portal.outbox_message for insert to portal_edge
  with check (account_id = portal.account_for('member') and portal.tells_staff() and kind = 'quote_decided'
    and staff_id is not null and num_nonnulls(member_id, membership_id, work_request_id) = 0 and quote_id is not null);

-- Decides, as a member of the client or else as staff, from one of the states. Its id; null: the last decision is this very one already. PT404: no such quote; PT412: it is
-- another revision by now, or in another state; PT429: this membership has decided enough lately.
create or replace function portal.add_quote_decision(account bigint, quote bigint, membership bigint, content jsonb, from_states text[], day_maximum integer) returns bigint
language plpgsql volatile as $$
declare
  held record;
  former record;
  made bigint;
begin
  -- Of many at once none is counted before the others. Those of staff are not counted.
  perform pg_advisory_xact_lock(hashtextextended('portal.quote_decision', membership));
  select q.client_id, q.number, q.title, q.revision, q.currency, q.total_minor, q.content_hash,
    portal.quote_state(q.is_superseded, q.decision, q.valid_until, portal.today_in(a.time_zone)) as state
  into held
  from portal.quote q
  join portal.account a on a.account_id = q.account_id
  where q.account_id = account and q.quote_id = quote and q.withdrawn_at is null
    and (membership is null or q.client_id = portal.current_client_id() and q.is_visible)
  for no key update of q;
  if not found then
    perform portal.require(null, 'PT404');
  end if;
  select d.decision, d.reason, d.method, d.decided_by, d.membership_id, d.staff_id into former
  from portal.quote_decision d
  where d.account_id = account and d.quote_id = quote and d.revision = (content ->> 'revision')::integer and d.revision = held.revision
    and d.membership_id is not distinct from membership
  order by d.quote_decision_id desc
  limit 1;
  if found and (former.decision, former.reason, former.membership_id) is not distinct from (content ->> 'decision', content ->> 'reason', membership)
    and (membership is not null
      or (former.method, former.decided_by, former.staff_id) is not distinct from (content ->> 'method', content ->> 'decided_by', portal.current_staff_id())) then
    return null;
  end if;
  perform portal.require(case when held.revision = (content ->> 'revision')::integer and held.state = any (from_states) then 1 end, 'PT412');
  perform portal.require(case when membership is null or (
    select count(*) from portal.quote_decision d
    where d.account_id = account and d.client_id = held.client_id and d.membership_id = membership and d.decided_at > now() - interval '24 hours'
  ) < day_maximum then 1 end, 'PT429');
  insert into portal.quote_decision (account_id, quote_id, client_id, revision, decision, reason, method, decided_by, membership_id, staff_id)
  values (account, quote, held.client_id, held.revision, content ->> 'decision', content ->> 'reason', coalesce(content ->> 'method', 'portal'), content ->> 'decided_by',
    membership, case when membership is null then portal.current_staff_id() end)
  returning quote_decision_id into made;
  perform portal.note_activity(account, case when membership is null then 'quote_decision_recorded' else 'quote_decided' end, held.client_id, membership, 'quote', quote,
    (select jsonb_build_object('number', d.number, 'title', d.title, 'revision', d.revision, 'decision', d.decision, 'reason', d.reason, 'method', d.method,
      'decided_by', d.decided_by, 'total', d.total_minor, 'currency', d.currency, 'valid_until', d.valid_until, 'content', encode(d.content_hash, 'hex'))
    from portal.quote_decision d where d.account_id = account and d.quote_decision_id = made));
  return made;
end
$$;

-- What is wrong: `reason` (only an acceptance goes without one); null: it is done.
create or replace function portal.decide_quote(account bigint, membership bigint, quote bigint, content jsonb, day_maximum integer, messages jsonb) returns text
language plpgsql volatile as $$
begin
  if content ->> 'decision' <> 'accepted' and content ->> 'reason' is null then
    return 'reason';
  end if;
  -- Of the wishes of one day only the first are told by mail: nobody uses up what the staff may get.
  if portal.add_quote_decision(account, quote, membership, content, '{pending_approval,changes_requested}', day_maximum) is not null
    and (content ->> 'decision' <> 'changes_requested' or (
      select count(*) from portal.quote_decision d
      where d.account_id = account and d.membership_id = membership and d.decision = 'changes_requested' and d.decided_at > now() - interval '24 hours'
    ) <= 5) then
    perform portal.tell_staff(account, 'quote_decided', null, quote, messages);
  end if;
  return null;
end
$$;

-- What a client decided by other ways, also about what has expired or was hidden from its members.
create or replace function portal.record_quote_decision(account bigint, quote bigint, content jsonb) returns text language plpgsql volatile as $$
begin
  if content ->> 'decision' <> 'accepted' and content ->> 'reason' is null then
    return 'reason';
  end if;
  perform portal.add_quote_decision(account, quote, null, content, '{pending_approval,changes_requested,expired}', null);
  return null;
end
$$;

-- What a mail about a decision is made of, while it waits.
grant select (quote_id) on portal.outbox_message to portal_courier;
grant select (account_id, quote_id, client_id, number, title, currency, total_minor, valid_until, is_superseded, is_visible, revision, decision, decided_at, withdrawn_at)
  on portal.quote to portal_courier;
create policy courier_writes_about on portal.quote for select to portal_courier
  using (exists (
    select from portal.outbox_message o
    where o.account_id = quote.account_id and o.quote_id = quote.quote_id and o.sent_at is null and o.failed_at is null
  ));
grant select (account_id, quote_decision_id, quote_id, client_id, revision, decision, reason, method, decided_by, decided_at, number, title, currency, total_minor)
  on portal.quote_decision to portal_courier;
create policy courier_writes_about on portal.quote_decision for select to portal_courier
  using (exists (
    select from portal.outbox_message o
    where o.account_id = quote_decision.account_id and o.quote_id = quote_decision.quote_id and o.sent_at is null and o.failed_at is null
  ));
create policy courier_writes_about_quote on portal.client for select to portal_courier
  using (client_id in (
    select d.client_id from portal.quote_decision d
    join portal.outbox_message o on o.account_id = d.account_id and o.quote_id = d.quote_id and o.sent_at is null and o.failed_at is null
    where d.account_id = client.account_id
  ));
