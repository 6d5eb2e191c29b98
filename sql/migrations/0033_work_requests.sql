-- What clients ask for: a wish, which the business answers.

-- How far an account's requests have been numbered, and how often any of them has changed. Whoever makes or changes one holds the row until it is committed, so changes are
-- committed in the order of their numbers: whoever reads along them (another system) misses none that comes late.
create table portal.work_request_counter (
  account_id bigint primary key references portal.account,
  last_number integer not null default 0 check (last_number >= 0),
  last_change bigint not null default 0 check (last_change >= 0)
);

create function portal.add_work_request_counter() returns trigger language plpgsql as $$
begin
  insert into portal.work_request_counter (account_id) values (new.account_id);
  return null;
end
$$;
create trigger work_request_counter after insert on portal.account for each row execute function portal.add_work_request_counter();

-- The owner is behind the forced policies, too.
reset role;
insert into portal.work_request_counter (account_id) select account_id from portal.account;
set role portal_owner;

create table portal.work_request (
  account_id bigint not null references portal.account,
  work_request_id bigint generated always as identity,
  number integer not null check (number > 0),
  change_number bigint not null check (change_number > 0),
  client_id bigint not null,
  -- Whoever asked, and by what name: members do not see the rows of each other.
  membership_id bigint not null,
  asked_by text check (length(asked_by) between 1 and 101),
  site_id bigint,
  subject text not null check (length(subject) between 1 and 200 and subject !~ '[[:cntrl:]]'),
  notes text check (length(notes) between 1 and 4000),
  preferred_date date check (isfinite(preferred_date)),
  preferred_time time,
  state text not null default 'submitted' check (state in ('submitted', 'acknowledged', 'scheduled', 'completed', 'declined', 'cancelled')),
  -- What the business wrote to the member.
  reply text check (length(reply) between 1 and 2000),
  -- The job that it became. A job may go to another client, and a site too; then it is shown no more.
  job_id bigint,
  created_at timestamptz not null default now(),
  changed_at timestamptz not null default now(),
  primary key (account_id, work_request_id),
  unique (account_id, number),
  unique (account_id, change_number),
  foreign key (account_id, client_id, membership_id) references portal.membership (account_id, client_id, membership_id),
  foreign key (account_id, client_id) references portal.client,
  foreign key (account_id, site_id) references portal.site on delete set null (site_id),
  foreign key (account_id, job_id) references portal.job,
  check (preferred_time is null or preferred_date is not null)
);
create index work_request_of_client on portal.work_request (account_id, client_id, created_at, work_request_id);
create index work_request_by_time on portal.work_request (account_id, created_at, work_request_id);
create index work_request_by_state on portal.work_request (account_id, state);
create index work_request_of_membership on portal.work_request (account_id, membership_id, created_at);
create index work_request_of_site on portal.work_request (account_id, site_id) where site_id is not null;
create index work_request_of_job on portal.work_request (account_id, job_id) where job_id is not null;

-- Numbers and times are nobody's to choose. Rights to columns cannot say on what condition a column may change, so this does: through the module members only take back, and
-- nobody else does.
create function portal.keep_work_request() returns trigger language plpgsql as $$
begin
  if current_user = 'portal_edge' and tg_op = 'UPDATE' and (
    (portal.actor() = 'member') is distinct from (new.state = 'cancelled')
    or portal.actor() = 'member' and (new.reply, new.job_id) is distinct from (old.reply, old.job_id)
    or new.state = 'submitted' and old.state <> 'submitted'
  ) then
    raise insufficient_privilege using message = 'this request cannot be changed like this';
  end if;
  if tg_op = 'INSERT' then
    update portal.work_request_counter c set last_number = c.last_number + 1, last_change = c.last_change + 1
    where c.account_id = new.account_id
    returning c.last_number, c.last_change into new.number, new.change_number;
  else
    update portal.work_request_counter c set last_change = c.last_change + 1
    where c.account_id = new.account_id
    returning c.last_change into new.change_number;
    new.changed_at := now();
  end if;
  return new;
end
$$;
create trigger keep_work_request_added before insert on portal.work_request for each row execute function portal.keep_work_request();
create trigger keep_work_request_changed before update on portal.work_request for each row
  when ((old.state, old.reply, old.job_id) is distinct from (new.state, new.reply, new.job_id)) execute function portal.keep_work_request();

create trigger change_added after insert on portal.work_request referencing new table as present
  for each statement execute function portal.tell_rows('requests', 'work_request_id', '{}');
create trigger change_made after update on portal.work_request referencing old table as former new table as present
  for each statement execute function portal.tell_rows('requests', 'work_request_id', '{}');
create trigger change_taken after delete on portal.work_request referencing old table as former
  for each statement execute function portal.tell_rows('requests', 'work_request_id', '{}');
create trigger change_of_all after truncate on portal.work_request for each statement execute function portal.tell_everything();

-- Mails about them.
alter table portal.staff add column work_request_mail boolean not null default false;
alter table portal.outbox_message add column work_request_id bigint;
alter table portal.outbox_message add foreign key (account_id, work_request_id) references portal.work_request;
create index outbox_message_of_work_request on portal.outbox_message (account_id, work_request_id) where work_request_id is not null;
alter table portal.outbox_message drop constraint outbox_message_kind_check;
alter table portal.outbox_message add constraint outbox_message_kind_check check (kind in ('invitation', 'password_reset', 'email_confirmation',
  'password_changed', 'email_changed', 'staff_invitation', 'staff_password_reset', 'staff_password_changed', 'invitation_test', 'mail_test',
  'work_request_submitted', 'work_request_cancelled', 'work_request_answered'));
