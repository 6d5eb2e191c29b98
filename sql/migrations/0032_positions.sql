-- Where workers are, for clients who wait for them.

-- Only the last one of each worker is kept, never a track.
create table portal.worker_position (
  account_id bigint not null references portal.account,
  worker_id bigint not null,
  latitude double precision not null check (latitude between -90 and 90),
  longitude double precision not null check (longitude between -180 and 180),
  accuracy_metres integer check (accuracy_metres between 0 and 100000),
  recorded_at timestamptz not null check (isfinite(recorded_at)),
  received_at timestamptz not null default now(),
  primary key (account_id, worker_id),
  foreign key (account_id, worker_id) references portal.worker on delete cascade
);

alter table portal.portal add column shows_position boolean not null default false;
