-- Staff who look at the portal as one of its members would: why, and until when.
create table portal.staff_view (
  account_id bigint not null,
  staff_view_id bigint generated always as identity,
  staff_id bigint not null,
  membership_id bigint not null,
  reason text not null check (length(reason) between 3 and 500),
  started_at timestamptz not null default now(),
  expires_at timestamptz not null default now() + interval '30 minutes',
  primary key (account_id, staff_view_id),
  foreign key (account_id, staff_id) references portal.staff,
  foreign key (account_id, membership_id) references portal.membership,
  check (expires_at > started_at and expires_at <= started_at + interval '1 hour')
);
create index staff_view_open on portal.staff_view (account_id, staff_id, membership_id, expires_at);
