-- Requests that came with an Idempotency-Key, for a day: who has sent what, and what was made of it.
create table portal.repeatable_request (
  account_id bigint not null references portal.account,
  actor_kind text not null check (actor_kind in ('staff', 'member', 'key')),
  actor_id bigint not null,
  key_hash bytea not null check (length(key_hash) = 32),
  route text not null check (length(route) between 1 and 300),
  request_hash bytea not null check (length(request_hash) = 32),
  made_id bigint,
  created_at timestamptz not null default now(),
  primary key (account_id, actor_kind, actor_id, key_hash)
);
create index repeatable_request_age on portal.repeatable_request (account_id, actor_kind, actor_id, created_at);
