-- Work requests: members see those of their client, make them and take back the own ones; staff read and answer them.

grant select (account_id, last_number, last_change), update (last_number, last_change) on portal.work_request_counter to portal_edge;
-- Only the triggers of portal.work_request and portal.quote_decision write here, as whoever makes or changes a request or decides about a quote.
create policy member_counts on portal.work_request_counter for select to portal_edge
  using (account_id = (select portal.account_for('member')) and (select portal.current_permissions() && '{create_work_requests,accept_quotes}'));
create policy member_goes_on on portal.work_request_counter for update to portal_edge
  using (account_id = portal.account_for('member') and portal.current_permissions() && '{create_work_requests,accept_quotes}');
create policy staff_counts on portal.work_request_counter for select to portal_edge
  using (account_id = (select portal.account_for('staff')));
create policy staff_goes_on on portal.work_request_counter for update to portal_edge
  using (account_id = portal.account_for('staff') and portal.current_staff_role() in ('manager', 'owner'));

grant select (account_id, work_request_id, number, change_number, client_id, membership_id, asked_by, site_id, subject, notes, preferred_date, preferred_time, state, reply,
    job_id, created_at, changed_at),
  insert (account_id, client_id, membership_id, asked_by, site_id, subject, notes, preferred_date, preferred_time),
  update (state, reply, job_id) on portal.work_request to portal_edge;
create policy member_acting on portal.work_request for select to portal_edge
  using (account_id = (select portal.account_for('member'))
    and client_id = (select portal.current_client_id()) and (select portal.current_permissions() @> '{create_work_requests}'));
-- The sub-select goes through the policies of site: a site of the own client.
create policy member_asks on portal.work_request for insert to portal_edge
  with check (account_id = portal.account_for('member') and client_id = portal.current_client_id() and membership_id = portal.current_membership_id()
    and portal.current_permissions() @> '{create_work_requests}' and state = 'submitted' and num_nonnulls(reply, job_id) = 0
    and (site_id is null or exists (select from portal.site s where s.account_id = work_request.account_id and s.site_id = work_request.site_id)));
-- What may change, and by whom, is narrowed by the trigger keep_work_request.
create policy member_takes_back on portal.work_request for update to portal_edge
  using (account_id = portal.account_for('member') and client_id = portal.current_client_id() and membership_id = portal.current_membership_id()
    and portal.current_permissions() @> '{create_work_requests}' and state in ('submitted', 'acknowledged'))
  with check (account_id = portal.account_for('member') and client_id = portal.current_client_id() and membership_id = portal.current_membership_id()
    and state = 'cancelled');
create policy staff_reads on portal.work_request for select to portal_edge
  using (account_id = (select portal.account_for('staff')));
create policy staff_answers on portal.work_request for update to portal_edge
  using (account_id = portal.account_for('staff') and portal.current_staff_role() in ('manager', 'owner') and state <> 'cancelled')
  with check (account_id = portal.account_for('staff') and portal.current_staff_role() in ('manager', 'owner') and state <> 'cancelled');

-- Mails to staff about what a member did: who of the staff gets them is seen while they are written, and by nobody else (portal.tell_staff).
create or replace function portal.tells_staff() returns boolean language sql stable parallel safe as $$
  select coalesce(current_setting('portal.tells_staff', true), '') = 'yes'
$$;
grant select (work_request_mail), update (work_request_mail) on portal.staff to portal_edge;
create policy member_tells on portal.staff for select to portal_edge
  using (account_id = portal.account_for('member') and portal.tells_staff() and state = 'active');
grant select (work_request_id), insert (work_request_id, quote_id) on portal.outbox_message to portal_edge;
create policy member_tells on portal.outbox_message for insert to portal_edge
  with check (account_id = portal.account_for('member') and portal.tells_staff() and kind in ('work_request_submitted', 'work_request_cancelled')
    and staff_id is not null and num_nonnulls(member_id, membership_id, quote_id) = 0 and work_request_id is not null);
create policy staff_answers on portal.outbox_message for insert to portal_edge
  with check (account_id = portal.account_for('staff') and portal.current_staff_role() in ('manager', 'owner') and kind = 'work_request_answered'
    and staff_id is null and work_request_id is not null);

drop function if exists portal.tell_staff_of_request(bigint, bigint, text, jsonb);
-- A mail that only tells of something, a request or a quote, sealed by whoever asks for it: {"reference", "payload" (hex), "key_id"}.
create or replace function portal.tell_staff(account bigint, kind text, request bigint, quote bigint, messages jsonb) returns void language plpgsql volatile as $$
begin
  perform set_config('portal.tells_staff', 'yes', true);
  insert into portal.outbox_message (account_id, message_reference, kind, channel, recipient, language, staff_id, work_request_id, quote_id, payload, key_id)
  select account, m.message ->> 'reference', kind, 'email', r.email, r.language, r.staff_id, request, quote, decode(m.message ->> 'payload', 'hex'), m.message ->> 'key_id'
  from (
    select s.staff_id, s.email, coalesce(s.language, p.default_language, 'en') as language, row_number() over (order by s.staff_id) as turn
    from portal.staff s left join portal.portal p on p.account_id = s.account_id
    where s.account_id = account and s.state = 'active' and case
      when exists (select from portal.staff o where o.account_id = account and o.state = 'active' and o.work_request_mail) then s.work_request_mail
      else s.role = 'owner' end
  ) r
  join jsonb_array_elements(messages) with ordinality as m (message, turn) using (turn);
  perform set_config('portal.tells_staff', '', true);
end
$$;

-- Of what a membership asks for in 24 hours staff get the first five by mail: whoever asks for much uses up nobody else's place among the mails of a day. All of it stands in
-- the console.
create or replace function portal.is_request_told(account bigint, request bigint) returns boolean language sql stable as $$
  select count(o.work_request_id) < 5
  from portal.work_request w
  left join portal.work_request o on o.account_id = w.account_id and o.membership_id = w.membership_id and o.work_request_id < w.work_request_id
    and o.created_at > w.created_at - interval '24 hours'
  where w.account_id = account and w.work_request_id = request
$$;

-- Its id. PT404: no such site; PT400: no day that can be wished for; PT429: enough was asked for lately.
create or replace function portal.submit_work_request(account bigint, client bigint, membership bigint, content jsonb, day_maximum integer, most_days integer, messages jsonb)
returns bigint language plpgsql volatile as $$
declare
  wished date := (content ->> 'preferred_date')::date;
  site bigint := (content ->> 'site_id')::bigint;
  today date;
  made record;
begin
  -- Of many at once none is counted before the others.
  perform from portal.work_request_counter c where c.account_id = account for no key update;
  perform portal.require(case when (
    select count(*) from portal.work_request w
    where w.account_id = account and w.membership_id = membership and w.created_at > now() - interval '24 hours'
  ) < day_maximum then 1 end, 'PT429');
  select (now() at time zone a.time_zone)::date into today from portal.account a where a.account_id = account;
  perform portal.require(case when wished is null or wished between today and today + most_days then 1 end, 'PT400');
  perform portal.require(case when site is null or exists (
    select from portal.site s where s.account_id = account and s.client_id = client and s.site_id = site and s.withdrawn_at is null
  ) then 1 end, 'PT404');
  insert into portal.work_request (account_id, client_id, membership_id, asked_by, site_id, subject, notes, preferred_date, preferred_time)
  select account, client, membership, nullif(btrim(m.first_name || ' ' || m.surname), ''), site, content ->> 'subject', content ->> 'notes', wished,
    (content ->> 'preferred_time')::time
  from portal.member m
  where m.account_id = account and m.member_id = portal.current_member_id()
  returning work_request.work_request_id as id, work_request.number into made;
  perform portal.note_activity(account, 'work_request_submitted', client, membership, 'work_request', made.id,
    jsonb_build_object('number', made.number, 'subject', content ->> 'subject'));
  if portal.is_request_told(account, made.id) then
    perform portal.tell_staff(account, 'work_request_submitted', made.id, null, messages);
  end if;
  return portal.remember_made(portal.require(made.id, 'PT404'));
end
$$;

-- PT404: none of the client's; PT412: somebody else's, or it is too late. One that is cancelled stays as it is.
create or replace function portal.cancel_work_request(account bigint, client bigint, membership bigint, request bigint, messages jsonb) returns void
language plpgsql volatile as $$
declare
  held record;
begin
  perform from portal.work_request_counter c where c.account_id = account for no key update;
  select w.number, w.subject, w.state, w.membership_id = membership as is_own into held
  from portal.work_request w where w.account_id = account and w.client_id = client and w.work_request_id = request;
  if not found then
    perform portal.require(null, 'PT404');
  end if;
  perform portal.require(case when held.is_own and held.state in ('submitted', 'acknowledged', 'cancelled') then 1 end, 'PT412');
  if held.state = 'cancelled' then
    return;
  end if;
  update portal.work_request w set state = 'cancelled' where w.account_id = account and w.work_request_id = request;
  perform portal.note_activity(account, 'work_request_cancelled', client, membership, 'work_request', request,
    jsonb_build_object('number', held.number, 'subject', held.subject, 'before', jsonb_build_object('state', held.state)));
  if portal.is_request_told(account, request) then
    perform portal.tell_staff(account, 'work_request_cancelled', request, null, messages);
  end if;
end
$$;

-- Of `content` the members that are there are changed. What is wrong: `reply` (a request is declined with one) or `job_number` (no such job of the client); null: it is done.
-- PT404; PT412: its state is another one by now, or its end, or the reply is another than `former_reply`, where that is there.
create or replace function portal.answer_work_request(account bigint, request bigint, former_state text, content jsonb, message jsonb) returns text
language plpgsql volatile as $$
declare
  held record;
  wanted record;
  person record;
begin
  perform from portal.work_request_counter c where c.account_id = account for no key update;
  select w.number, w.client_id, w.membership_id, w.subject, w.state, w.reply, w.job_id into held
  from portal.work_request w where w.account_id = account and w.work_request_id = request;
  if not found then
    perform portal.require(null, 'PT404');
  end if;
  perform portal.require(case when held.state = former_state and held.state <> 'cancelled'
    and (not content ? 'former_reply' or held.reply is not distinct from content ->> 'former_reply') then 1 end, 'PT412');
  select coalesce(content ->> 'state', held.state) as state, case when content ? 'reply' then content ->> 'reply' else held.reply end as reply,
    case when content ? 'job_number' then (
      select j.job_id from portal.job j
      where j.account_id = account and j.client_id = held.client_id and j.deleted_at is null
        and j.number = case when content ->> 'job_number' ~ '^[1-9][0-9]{0,17}$' then (content ->> 'job_number')::bigint end
    ) else held.job_id end as job_id
  into wanted;
  if wanted.state = 'declined' and wanted.reply is null then
    return 'reply';
  end if;
  if content ->> 'job_number' is not null and wanted.job_id is null then
    return 'job_number';
  end if;
  if (wanted.state, wanted.reply, wanted.job_id) is not distinct from (held.state, held.reply, held.job_id) then
    return null;
  end if;
  update portal.work_request w set state = wanted.state, reply = wanted.reply, job_id = wanted.job_id where w.account_id = account and w.work_request_id = request;
  perform portal.note_activity(account, 'work_request_changed', held.client_id, held.membership_id, 'work_request', request,
    jsonb_build_object('number', held.number, 'subject', held.subject, 'before', jsonb_build_object('state', held.state), 'after', jsonb_build_object('state', wanted.state)));
  if wanted.state = held.state and (wanted.reply is null or wanted.reply is not distinct from held.reply) then
    return null;
  end if;
  select m.member_id, m.email, coalesce(m.language, p.default_language, 'en') as language into person
  from portal.membership ms
  join portal.member m on m.account_id = ms.account_id and m.member_id = ms.member_id and m.state = 'active'
  left join portal.portal p on p.account_id = ms.account_id
  where ms.account_id = account and ms.membership_id = held.membership_id and ms.state = 'active' and ms.permissions @> '{create_work_requests}' and m.email is not null;
  if found then
    -- The mail tells what is there when it leaves: an earlier one that still waits would say the same.
    delete from portal.outbox_message o
    where o.account_id = account and o.work_request_id = request and o.kind = 'work_request_answered' and o.sent_at is null
      and (o.claimed_until is null or o.claimed_until <= now());
    insert into portal.outbox_message (account_id, message_reference, kind, channel, recipient, language, member_id, membership_id, work_request_id, payload, key_id)
    values (account, message ->> 'reference', 'work_request_answered', 'email', person.email, person.language, person.member_id, held.membership_id, request,
      decode(message ->> 'payload', 'hex'), message ->> 'key_id');
  end if;
  return null;
end
$$;

-- What a mail about a request is made of, while it waits.
grant select (work_request_id) on portal.outbox_message to portal_courier;
grant select (account_id, work_request_id, number, client_id, subject, state, reply) on portal.work_request to portal_courier;
create policy courier_writes_about on portal.work_request for select to portal_courier
  using (exists (
    select from portal.outbox_message o
    where o.account_id = work_request.account_id and o.work_request_id = work_request.work_request_id and o.sent_at is null and o.failed_at is null
  ));
create policy courier_writes_about on portal.client for select to portal_courier
  using (client_id in (
    select w.client_id from portal.work_request w
    join portal.outbox_message o on o.account_id = w.account_id and o.work_request_id = w.work_request_id and o.sent_at is null and o.failed_at is null
    where w.account_id = client.account_id
  ));
