-- What staff file for a client, and from whom of its members they hide it. The bytes lie in the folder of files under their hash.

create table portal.document (
  account_id bigint not null,
  document_id bigint generated always as identity,
  client_id bigint not null,
  -- As members read it and as it is saved.
  name text not null check (length(name) between 1 and 300 and name !~ '[[:cntrl:]]'),
  media_type text not null check (length(media_type) <= 127 and media_type ~ '^[a-z0-9.+-]+/[a-z0-9.+-]+$'),
  size_bytes bigint not null check (size_bytes >= 0),
  content_hash bytea not null check (length(content_hash) = 32),
  is_visible boolean not null default true,
  external_id text check (length(external_id) between 1 and 255),
  created_at timestamptz not null default now() check (isfinite(created_at)),
  primary key (account_id, document_id),
  unique (account_id, client_id, document_id),
  unique (account_id, external_id),
  foreign key (account_id, client_id) references portal.client
);
create index document_by_time on portal.document (account_id, client_id, created_at, document_id) where is_visible;

-- A document is hidden from a membership of its own client only.
alter table portal.membership add constraint membership_of_client_key unique (account_id, client_id, membership_id);
create table portal.document_hidden_from (
  account_id bigint not null,
  document_id bigint not null,
  client_id bigint not null,
  membership_id bigint not null,
  primary key (account_id, document_id, membership_id),
  foreign key (account_id, client_id, document_id) references portal.document (account_id, client_id, document_id) on delete cascade,
  foreign key (account_id, client_id, membership_id) references portal.membership (account_id, client_id, membership_id)
);
