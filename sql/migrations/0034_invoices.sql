-- What the business has billed a client. It comes from its accounting by import; its state follows from the amounts and the day (portal.invoice_state).

create table portal.invoice (
  account_id bigint not null,
  invoice_id bigint generated always as identity,
  client_id bigint not null,
  number text not null check (length(number) between 1 and 50 and number !~ '[[:cntrl:]]'),
  title text check (length(title) between 1 and 300 and title !~ '[[:cntrl:]]'),
  issued_on date not null check (issued_on between '0002-01-01' and '9989-12-31'),
  due_on date check (due_on between '0002-01-01' and '9989-12-31'),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  -- Of the currency's smallest unit. The sums of thousands of them still fit into a bigint.
  total_minor bigint not null check (total_minor between 0 and 1000000000000000),
  paid_minor bigint not null default 0 check (paid_minor between 0 and total_minor),
  is_void boolean not null default false,
  is_visible boolean not null default true,
  -- One of the same client; where the job goes to another one, it is no longer shown.
  job_id bigint,
  -- The file comes after what is said of it, and is named after the number.
  media_type text not null default 'application/octet-stream' check (length(media_type) <= 127 and media_type ~ '^[a-z0-9.+-]+/[a-z0-9.+-]+$'),
  size_bytes bigint not null default 0 check (size_bytes >= 0),
  content_hash bytea check (length(content_hash) = 32),
  is_active_content boolean not null default false,
  external_id text check (length(external_id) between 1 and 255),
  version bigint check (version >= 0),
  withdrawn_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (account_id, invoice_id),
  -- Ends with the account: 0028 says why.
  unique (external_id, account_id),
  foreign key (account_id, client_id) references portal.client,
  foreign key (account_id, job_id) references portal.job,
  check (content_hash is not null or size_bytes = 0)
);
create index invoice_of_client on portal.invoice (account_id, client_id, issued_on, invoice_id);
create index invoice_of_account on portal.invoice (account_id, issued_on, invoice_id);
create index invoice_of_job on portal.invoice (account_id, job_id) where job_id is not null;
create index invoice_by_content on portal.invoice (content_hash) where content_hash is not null;

create trigger storage_added after insert on portal.invoice referencing new table as present
  for each statement execute function portal.keep_account_storage();
create trigger storage_changed after update on portal.invoice referencing old table as former new table as present
  for each statement execute function portal.keep_account_storage();
create trigger storage_removed after delete on portal.invoice referencing old table as former
  for each statement execute function portal.keep_account_storage();

create trigger change_added after insert on portal.invoice referencing new table as present
  for each statement execute function portal.tell_rows('invoices', 'invoice_id', '{external_id,version}');
create trigger change_made after update on portal.invoice referencing old table as former new table as present
  for each statement execute function portal.tell_rows('invoices', 'invoice_id', '{external_id,version}');
create trigger change_taken after delete on portal.invoice referencing old table as former
  for each statement execute function portal.tell_rows('invoices', 'invoice_id', '{external_id,version}');
create trigger change_of_all after truncate on portal.invoice for each statement execute function portal.tell_everything();
