-- What the business offers a client, and what the client decided about it. It comes from another system by import; its state follows from what was decided and the day
-- (portal.quote_state).

create table portal.quote (
  account_id bigint not null,
  quote_id bigint generated always as identity,
  client_id bigint not null,
  number text not null check (length(number) between 1 and 50 and number !~ '[[:cntrl:]]'),
  title text check (length(title) between 1 and 300 and title !~ '[[:cntrl:]]'),
  description text check (length(description) between 1 and 15000),
  issued_on date not null check (issued_on between '0002-01-01' and '9989-12-31'),
  -- The last day on which it holds.
  valid_until date check (valid_until between '0002-01-01' and '9989-12-31'),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  -- Of the currency's smallest unit.
  total_minor bigint not null check (total_minor between 0 and 1000000000000000),
  is_superseded boolean not null default false,
  is_visible boolean not null default true,
  -- One of the same client; where the job goes to another one, it is no longer shown.
  job_id bigint,
  -- The file comes after what is said of it, and is named after the number.
  media_type text not null default 'application/octet-stream' check (length(media_type) <= 127 and media_type ~ '^[a-z0-9.+-]+/[a-z0-9.+-]+$'),
  size_bytes bigint not null default 0 check (size_bytes >= 0),
  content_hash bytea check (length(content_hash) = 32),
  is_active_content boolean not null default false,
  -- Rises with what one would agree to.
  revision integer not null default 1 check (revision > 0),
  -- The last decision of the present revision.
  decision text check (decision in ('accepted', 'declined', 'changes_requested')),
  decided_at timestamptz,
  external_id text check (length(external_id) between 1 and 255),
  version bigint check (version >= 0),
  withdrawn_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (account_id, quote_id),
  -- Ends with the account: 0028 says why.
  unique (external_id, account_id),
  foreign key (account_id, client_id) references portal.client,
  foreign key (account_id, job_id) references portal.job,
  check (content_hash is not null or size_bytes = 0),
  check ((decision is null) = (decided_at is null))
);
create index quote_of_client on portal.quote (account_id, client_id, issued_on, quote_id);
create index quote_of_account on portal.quote (account_id, issued_on, quote_id);
create index quote_of_job on portal.quote (account_id, job_id) where job_id is not null;
create index quote_by_content on portal.quote (content_hash) where content_hash is not null;

-- Never changed, and never taken back. What was agreed to stands with it, as it was at that moment.
create table portal.quote_decision (
  account_id bigint not null,
  quote_decision_id bigint generated always as identity,
  quote_id bigint not null,
  client_id bigint not null,
  revision integer not null,
  decision text not null check (decision in ('accepted', 'declined', 'changes_requested')),
  reason text check (length(reason) between 1 and 2000),
  method text not null check (method in ('portal', 'phone', 'email', 'paper', 'in_person', 'other')),
  -- The name of whoever decided: members do not see the rows of each other.
  decided_by text check (length(decided_by) between 1 and 101 and decided_by !~ '[[:cntrl:]]'),
  -- Whoever decided here, or recorded what was decided by other ways.
  membership_id bigint,
  staff_id bigint,
  decided_at timestamptz not null default now(),
  number text not null check (length(number) <= 50),
  title text check (length(title) <= 300),
  currency text not null check (length(currency) = 3),
  total_minor bigint not null,
  valid_until date,
  content_hash bytea check (length(content_hash) = 32),
  primary key (account_id, quote_decision_id),
  foreign key (account_id, quote_id) references portal.quote,
  foreign key (account_id, client_id) references portal.client,
  foreign key (account_id, client_id, membership_id) references portal.membership (account_id, client_id, membership_id),
  foreign key (account_id, staff_id) references portal.staff,
  check (num_nonnulls(membership_id, staff_id) = 1 and (method = 'portal') = (membership_id is not null)),
  check (decision = 'accepted' or reason is not null)
);
create index quote_decision_of_quote on portal.quote_decision (account_id, quote_id, quote_decision_id);
create index quote_decision_of_client on portal.quote_decision (account_id, client_id, membership_id, decided_at);
-- However many accept at once, one of them does.
create unique index quote_decision_is_final on portal.quote_decision (account_id, quote_id, revision) where decision in ('accepted', 'declined');

-- A revision and its decision are nobody's to choose: they follow from what changes and from what was decided. Rights to columns cannot say on what condition a column may
-- change, so this does: through the module members change nothing else, and staff what members see.
create function portal.keep_quote() returns trigger language plpgsql as $$
declare
  has_other_terms boolean := (new.client_id, new.number, new.title, new.description, new.issued_on, new.valid_until, new.currency, new.total_minor)
    is distinct from (old.client_id, old.number, old.title, old.description, old.issued_on, old.valid_until, old.currency, old.total_minor);
  -- Whoever repairs a file in the database offers nothing new.
  has_other_file boolean := current_user = 'portal_edge' and new.content_hash is distinct from old.content_hash;
begin
  if current_user = 'portal_edge' and portal.actor() is distinct from 'key' and (
    has_other_terms or has_other_file
    or (new.is_superseded, new.job_id, new.media_type, new.size_bytes, new.is_active_content, new.version, new.withdrawn_at)
      is distinct from (old.is_superseded, old.job_id, old.media_type, old.size_bytes, old.is_active_content, old.version, old.withdrawn_at)
    or portal.actor() is distinct from 'staff' and new.is_visible <> old.is_visible
  ) then
    raise insufficient_privilege using message = 'this quote cannot be changed like this';
  end if;
  -- The first file is another revision, too: whoever has read what the line said has not seen it.
  new.revision := old.revision + case when has_other_terms or has_other_file then 1 else 0 end;
  if new.revision <> old.revision then
    new.decision := null;
    new.decided_at := null;
  elsif (new.decision, new.decided_at) is distinct from (old.decision, old.decided_at) then
    select d.decision, d.decided_at into new.decision, new.decided_at
    from portal.quote_decision d
    where d.account_id = new.account_id and d.quote_id = new.quote_id and d.revision = new.revision
    order by d.quote_decision_id desc
    limit 1;
  end if;
  return new;
end
$$;
create trigger keep_quote before update on portal.quote for each row execute function portal.keep_quote();

-- What was agreed to is taken from the quote itself, which is held meanwhile. Through the module only what waits for a decision can be decided, by members while it holds.
create function portal.keep_quote_decision() returns trigger language plpgsql as $$
declare
  held record;
begin
  select q.client_id, q.revision, q.number, q.title, q.currency, q.total_minor, q.valid_until, q.content_hash, q.withdrawn_at, q.is_visible,
    portal.quote_state(q.is_superseded, q.decision, q.valid_until, portal.today_in(a.time_zone)) as state
  into held
  from portal.quote q
  join portal.account a on a.account_id = q.account_id
  where q.account_id = new.account_id and q.quote_id = new.quote_id
  for no key update of q;
  if current_user = 'portal_edge' then
    if ((held.client_id, held.revision) = (new.client_id, new.revision) and held.withdrawn_at is null
      and (held.state in ('pending_approval', 'changes_requested') and held.is_visible
        or held.state in ('pending_approval', 'changes_requested', 'expired') and portal.actor() = 'staff')) is not true then
      raise insufficient_privilege using message = 'this quote cannot be decided like this';
    end if;
    new.decided_at := now();
    if portal.actor() = 'member' then
      select nullif(btrim(m.first_name || ' ' || m.surname), '') into new.decided_by
      from portal.member m
      where m.account_id = new.account_id and m.member_id = portal.current_member_id();
    end if;
  end if;
  new.number := held.number;
  new.title := held.title;
  new.currency := held.currency;
  new.total_minor := held.total_minor;
  new.valid_until := held.valid_until;
  new.content_hash := held.content_hash;
  return new;
end
$$;
create trigger keep_quote_decision before insert on portal.quote_decision for each row execute function portal.keep_quote_decision();

create function portal.show_quote_decision() returns trigger language plpgsql as $$
begin
  update portal.quote q set decision = new.decision, decided_at = new.decided_at
  where q.account_id = new.account_id and q.quote_id = new.quote_id and q.revision = new.revision;
  return null;
end
$$;
create trigger show_quote_decision after insert on portal.quote_decision for each row execute function portal.show_quote_decision();

create trigger storage_added after insert on portal.quote referencing new table as present
  for each statement execute function portal.keep_account_storage();
create trigger storage_changed after update on portal.quote referencing old table as former new table as present
  for each statement execute function portal.keep_account_storage();
create trigger storage_removed after delete on portal.quote referencing old table as former
  for each statement execute function portal.keep_account_storage();

-- A decision is told by the quote on which it stands.
create trigger change_added after insert on portal.quote referencing new table as present
  for each statement execute function portal.tell_rows('quotes', 'quote_id', '{external_id,version}');
create trigger change_made after update on portal.quote referencing old table as former new table as present
  for each statement execute function portal.tell_rows('quotes', 'quote_id', '{external_id,version}');
create trigger change_taken after delete on portal.quote referencing old table as former
  for each statement execute function portal.tell_rows('quotes', 'quote_id', '{external_id,version}');
create trigger change_of_all after truncate on portal.quote for each statement execute function portal.tell_everything();

-- Mails about them.
alter table portal.outbox_message add column quote_id bigint;
alter table portal.outbox_message add foreign key (account_id, quote_id) references portal.quote;
create index outbox_message_of_quote on portal.outbox_message (account_id, quote_id) where quote_id is not null;
alter table portal.outbox_message drop constraint outbox_message_kind_check;
alter table portal.outbox_message add constraint outbox_message_kind_check check (kind in ('invitation', 'password_reset', 'email_confirmation',
  'password_changed', 'email_changed', 'staff_invitation', 'staff_password_reset', 'staff_password_changed', 'invitation_test', 'mail_test',
  'work_request_submitted', 'work_request_cancelled', 'work_request_answered', 'quote_decided'));
