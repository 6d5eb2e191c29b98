-- Mails that tell members what is new (FEATURES C11): each of them says of what, or staff do who invite them, and nobody is written to for whom nothing is said.

alter table portal.membership add column notifications text[] not null default '{}' check (
  notifications <@ '{new_quotes,new_invoices,completed_jobs}' and cardinality(notifications) <= 3 and array_position(notifications, null) is null
);
-- Whom something of a client is told to: what an import looks up for each of its lines that are recent.
create index membership_told on portal.membership (account_id, client_id) where state = 'active' and notifications <> '{}';
-- What is ticked is in no answer that is kept.
drop trigger change_made on portal.membership;
create trigger change_made after update on portal.membership referencing old table as former new table as present
  for each statement execute function portal.tell_rows('membership', 'membership_id', '{last_used_at,contact_id,invited_at,notifications}');

-- What is to be told to whom. One thing is news once, a quote once for each revision; the row goes with the mail that told of it.
create table portal.news (
  account_id bigint not null references portal.account,
  membership_id bigint not null,
  kind text not null check (kind in ('new_quotes', 'new_invoices', 'completed_jobs')),
  -- Of the quote, invoice or job.
  object_id bigint not null,
  revision integer not null default 0 check (revision >= 0),
  created_at timestamptz not null default now(),
  -- Null: not told yet.
  outbox_message_id bigint,
  primary key (account_id, membership_id, kind, object_id, revision),
  foreign key (account_id, membership_id) references portal.membership on delete cascade,
  foreign key (account_id, outbox_message_id) references portal.outbox_message on delete cascade
);
create index news_untold on portal.news (account_id, membership_id, created_at) where outbox_message_id is null;
create index news_of_message on portal.news (account_id, outbox_message_id) where outbox_message_id is not null;
create index news_of_object on portal.news (account_id, object_id);

-- Of many lines those are news that were not to be told before. Each row counts as it was and as it is, without a join of the two, because its plan is made once, for as few rows
-- as came first (portal.tell_jobs). What was issued long ago is history that somebody imports.
create function portal.note_new_invoices() returns trigger language plpgsql as $$
begin
  if not exists (select from present p where p.issued_on > current_date - 14) then
    return null;
  end if;
  if tg_op = 'INSERT' then
    insert into portal.news (account_id, membership_id, kind, object_id)
    select p.account_id, ms.membership_id, 'new_invoices', p.invoice_id
    from present p
    join portal.membership ms on ms.account_id = p.account_id and ms.client_id = p.client_id and ms.state = 'active' and ms.notifications <> '{}'
    where p.issued_on > current_date - 14 and p.is_visible and p.withdrawn_at is null and not p.is_void and p.paid_minor < p.total_minor
      and ms.notifications @> '{new_invoices}' and ms.permissions @> '{view_invoices}'
    on conflict do nothing;
  else
    insert into portal.news (account_id, membership_id, kind, object_id)
    select n.account_id, ms.membership_id, 'new_invoices', n.invoice_id
    from (
      select b.account_id, b.client_id, b.invoice_id
      from (
        select f.account_id, f.client_id, f.invoice_id, false as is_recent from former f
        where f.is_visible and f.withdrawn_at is null and not f.is_void and f.paid_minor < f.total_minor
        union all
        select p.account_id, p.client_id, p.invoice_id, p.issued_on > current_date - 14 from present p
        where p.is_visible and p.withdrawn_at is null and not p.is_void and p.paid_minor < p.total_minor
      ) b
      group by b.account_id, b.client_id, b.invoice_id
      having bool_and(b.is_recent)
    ) n
    join portal.membership ms on ms.account_id = n.account_id and ms.client_id = n.client_id and ms.state = 'active' and ms.notifications <> '{}'
    where ms.notifications @> '{new_invoices}' and ms.permissions @> '{view_invoices}'
    on conflict do nothing;
  end if;
  return null;
end
$$;
create trigger news_added after insert on portal.invoice referencing new table as present
  for each statement execute function portal.note_new_invoices();
create trigger news_made after update on portal.invoice referencing old table as former new table as present
  for each statement execute function portal.note_new_invoices();

-- A quote is news while it waits for a decision, and again with each revision, whenever it was issued; the first file of an old one that nobody has answered is history, too.
create function portal.note_new_quotes() returns trigger language plpgsql as $$
begin
  if not exists (
    select from present p where p.is_visible and p.withdrawn_at is null and portal.quote_state(p.is_superseded, p.decision, p.valid_until, current_date) = 'pending_approval'
  ) then
    return null;
  end if;
  if tg_op = 'INSERT' then
    insert into portal.news (account_id, membership_id, kind, object_id, revision)
    select p.account_id, ms.membership_id, 'new_quotes', p.quote_id, p.revision
    from present p
    join portal.membership ms on ms.account_id = p.account_id and ms.client_id = p.client_id and ms.state = 'active' and ms.notifications <> '{}'
    where p.issued_on > current_date - 14 and p.is_visible and p.withdrawn_at is null
      and portal.quote_state(p.is_superseded, p.decision, p.valid_until, current_date) = 'pending_approval'
      and ms.notifications @> '{new_quotes}' and ms.permissions @> '{accept_quotes}'
    on conflict do nothing;
  else
    insert into portal.news (account_id, membership_id, kind, object_id, revision)
    select n.account_id, ms.membership_id, 'new_quotes', n.quote_id, n.revision
    from (
      select b.account_id, b.client_id, b.quote_id, max(b.revision) filter (where b.is_present) as revision
      from (
        select f.account_id, f.client_id, f.quote_id, f.revision, false as is_present, false as is_recent,
          f.content_hash is not null as has_file, f.decision is not null as was_answered, f.is_visible and f.withdrawn_at is null
          and portal.quote_state(f.is_superseded, f.decision, f.valid_until, current_date) = 'pending_approval' as waits
        from former f
        union all
        select p.account_id, p.client_id, p.quote_id, p.revision, true, p.issued_on > current_date - 14, p.content_hash is not null, false, p.is_visible and p.withdrawn_at is null
          and portal.quote_state(p.is_superseded, p.decision, p.valid_until, current_date) = 'pending_approval'
        from present p
      ) b
      group by b.account_id, b.client_id, b.quote_id
      having bool_or(b.is_present and b.waits) and (
        bool_or(b.is_recent) and not bool_or(not b.is_present and b.waits)
        or max(b.revision) filter (where b.is_present) > max(b.revision) filter (where not b.is_present)
          and (bool_or(b.is_recent or b.was_answered) or count(*) filter (where b.has_file) <> 1)
      )
    ) n
    join portal.membership ms on ms.account_id = n.account_id and ms.client_id = n.client_id and ms.state = 'active' and ms.notifications <> '{}'
    where ms.notifications @> '{new_quotes}' and ms.permissions @> '{accept_quotes}'
    on conflict do nothing;
  end if;
  return null;
end
$$;
create trigger news_added after insert on portal.quote referencing new table as present
  for each statement execute function portal.note_new_quotes();
create trigger news_made after update on portal.quote referencing old table as former new table as present
  for each statement execute function portal.note_new_quotes();

-- A job that was there and is finished now is news also when nobody says since when. One that could not be completed is none.
create function portal.note_completed_jobs() returns trigger language plpgsql as $$
begin
  if not exists (
    select from present p
    where p.status = 'finished' and case when p.finished_at is null then tg_op = 'UPDATE' else p.finished_at > now() - interval '48 hours' end
  ) then
    return null;
  end if;
  if tg_op = 'INSERT' then
    insert into portal.news (account_id, membership_id, kind, object_id)
    select p.account_id, ms.membership_id, 'completed_jobs', p.job_id
    from present p
    join portal.membership ms on ms.account_id = p.account_id and ms.client_id = p.client_id and ms.state = 'active' and ms.notifications <> '{}'
    join portal.portal_visible_template v on v.account_id = p.account_id and v.job_template_id = p.job_template_id
    where p.status = 'finished' and p.deleted_at is null and p.finished_at > now() - interval '48 hours'
      and not exists (select from portal.resolution r where r.account_id = p.account_id and r.resolution_id = p.resolution_id and not r.is_successful)
      and ms.notifications @> '{completed_jobs}' and ms.permissions @> '{view_completed_jobs}'
    on conflict do nothing;
  else
    insert into portal.news (account_id, membership_id, kind, object_id)
    select n.account_id, ms.membership_id, 'completed_jobs', n.job_id
    from (
      select b.account_id, b.client_id, b.job_id, min(b.job_template_id) as job_template_id
      from (
        select f.account_id, f.client_id, f.job_id, f.job_template_id, false as is_recent from former f where f.status = 'finished' and f.deleted_at is null
        union all
        select p.account_id, p.client_id, p.job_id, p.job_template_id, coalesce(p.finished_at > now() - interval '48 hours', true) from present p
        where p.status = 'finished' and p.deleted_at is null
          and not exists (select from portal.resolution r where r.account_id = p.account_id and r.resolution_id = p.resolution_id and not r.is_successful)
      ) b
      group by b.account_id, b.client_id, b.job_id
      having bool_and(b.is_recent)
    ) n
    join portal.membership ms on ms.account_id = n.account_id and ms.client_id = n.client_id and ms.state = 'active' and ms.notifications <> '{}'
    join portal.portal_visible_template v on v.account_id = n.account_id and v.job_template_id = n.job_template_id
    where ms.notifications @> '{completed_jobs}' and ms.permissions @> '{view_completed_jobs}'
    on conflict do nothing;
  end if;
  return null;
end
$$;
create trigger news_added after insert on portal.job referencing new table as present
  for each statement execute function portal.note_completed_jobs();
create trigger news_made after update on portal.job referencing old table as former new table as present
  for each statement execute function portal.note_completed_jobs();

alter table portal.outbox_message drop constraint outbox_message_kind_check;
alter table portal.outbox_message add constraint outbox_message_kind_check check (kind in ('invitation', 'password_reset', 'email_confirmation',
  'password_changed', 'email_changed', 'staff_invitation', 'staff_password_reset', 'staff_password_changed', 'invitation_test', 'mail_test',
  'work_request_submitted', 'work_request_cancelled', 'work_request_answered', 'quote_decided', 'news'));
