-- Documents that staff send in.

-- How many bytes the documents of an account may have together.
alter table portal.account add column document_bytes bigint not null default 53687091200 check (document_bytes >= 0);

-- What runs when it is opened (scripts in a PDF) is only ever saved.
alter table portal.document add column is_active_content boolean not null default false;

create index document_of_account on portal.document (account_id, created_at, document_id);
create index document_of_client on portal.document (account_id, client_id, created_at, document_id);

-- A logo as it was sent in, until the courier has made of it what members see. What was refused stays with the reason until there is another one.
create table portal.logo_upload (
  account_id bigint primary key references portal.portal,
  content_hash bytea not null check (length(content_hash) = 32),
  media_type text not null check (media_type in ('image/jpeg', 'image/png')),
  state text not null default 'processing' check (state in ('processing', 'failed')),
  failure text check (length(failure) between 1 and 200),
  attempts integer not null default 0 check (attempts >= 0),
  claim_token bytea check (length(claim_token) = 16),
  claimed_until timestamptz,
  uploaded_at timestamptz not null default now(),
  check ((state = 'failed') = (failure is not null))
);

create function portal.notify_logo() returns trigger language plpgsql as $$
begin
  perform pg_notify('portal_logo', '');
  return null;
end
$$;
create trigger logo_upload_notice after insert or update of content_hash on portal.logo_upload
  for each statement execute function portal.notify_logo();
