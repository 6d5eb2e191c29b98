-- Jobs: who does them, what they are made from, their fields and files, and what of all this members may see.

create table portal.worker (
  account_id bigint not null references portal.account,
  worker_id bigint generated always as identity,
  -- As members read it.
  name text not null check (length(name) between 1 and 300),
  phone text check (length(phone) between 3 and 50),
  email text check (length(email) between 3 and 254),
  external_id text check (length(external_id) between 1 and 255),
  created_at timestamptz not null default now(),
  primary key (account_id, worker_id),
  unique (account_id, external_id)
);

create table portal.team (
  account_id bigint not null references portal.account,
  team_id bigint generated always as identity,
  name text not null check (length(name) between 1 and 300),
  external_id text check (length(external_id) between 1 and 255),
  created_at timestamptz not null default now(),
  primary key (account_id, team_id),
  unique (account_id, external_id)
);

create table portal.team_worker (
  account_id bigint not null,
  team_id bigint not null,
  worker_id bigint not null,
  primary key (account_id, team_id, worker_id),
  foreign key (account_id, team_id) references portal.team,
  foreign key (account_id, worker_id) references portal.worker
);

create table portal.job_template (
  account_id bigint not null references portal.account,
  job_template_id bigint generated always as identity,
  name text not null check (length(name) between 1 and 300),
  external_id text check (length(external_id) between 1 and 255),
  created_at timestamptz not null default now(),
  primary key (account_id, job_template_id),
  unique (account_id, external_id)
);

-- The fields of the group `main` are in every job and are columns of it; those of `custom` and `report` are keys of its jsonb columns.
create table portal.job_field (
  account_id bigint not null references portal.account,
  job_field_id bigint generated always as identity,
  field_group text not null check (field_group in ('main', 'custom', 'report')),
  key text not null check (key ~ '^[a-z][a-z0-9_]{0,62}$'),
  label text not null check (length(label) between 1 and 300),
  type text not null check (type in ('text', 'yes_no', 'integer', 'number', 'money', 'pick_list', 'date', 'time', 'datetime', 'link', 'photo',
    'file', 'signature')),
  -- [{"id": "...", "label": "..."}, ...] of a pick list.
  options jsonb check (jsonb_typeof(options) = 'array' and jsonb_array_length(options) between 1 and 1000),
  position integer not null default 0 check (position between 0 and 100000),
  primary key (account_id, job_field_id),
  unique (account_id, field_group, key),
  unique (account_id, job_field_id, type),
  check ((type = 'pick_list') = (options is not null)),
  check (field_group <> 'main' or key in ('description', 'contact', 'duration', 'entrance', 'floor', 'external_id', 'resolution',
    'resolution_note', 'en_route_at', 'started_at', 'finished_at'))
);

-- Every account has the main fields; the labels are those that staff may change.
create function portal.add_main_fields() returns trigger language plpgsql as $$
begin
  insert into portal.job_field (account_id, field_group, key, label, type, position)
  select new.account_id, 'main', key, label, type, position
  from (values
    ('description', 'Description', 'text', 10), ('contact', 'Contact', 'text', 20), ('duration', 'Duration', 'integer', 30),
    ('entrance', 'Entrance', 'text', 40), ('floor', 'Floor', 'text', 50), ('external_id', 'External number', 'text', 60),
    ('en_route_at', 'On the way since', 'datetime', 70), ('started_at', 'Started', 'datetime', 80),
    ('finished_at', 'Finished', 'datetime', 90), ('resolution', 'Result', 'text', 100), ('resolution_note', 'Note on the result', 'text', 110)
  ) as main_field (key, label, type, position);
  return null;
end
$$;
create trigger account_main_fields after insert on portal.account for each row execute function portal.add_main_fields();

create table portal.job_template_field (
  account_id bigint not null,
  job_template_id bigint not null,
  job_field_id bigint not null,
  position integer not null default 0 check (position between 0 and 100000),
  primary key (account_id, job_template_id, job_field_id),
  foreign key (account_id, job_template_id) references portal.job_template,
  foreign key (account_id, job_field_id) references portal.job_field
);

create table portal.resolution (
  account_id bigint not null references portal.account,
  resolution_id bigint generated always as identity,
  name text not null check (length(name) between 1 and 300),
  is_successful boolean not null,
  primary key (account_id, resolution_id)
);

create table portal.job_template_resolution (
  account_id bigint not null,
  job_template_id bigint not null,
  resolution_id bigint not null,
  primary key (account_id, job_template_id, resolution_id),
  foreign key (account_id, job_template_id) references portal.job_template,
  foreign key (account_id, resolution_id) references portal.resolution
);

-- What staff made visible. No row: not visible.
create table portal.portal_visible_template (
  account_id bigint not null references portal.portal,
  job_template_id bigint not null,
  primary key (account_id, job_template_id),
  foreign key (account_id, job_template_id) references portal.job_template
);

create table portal.portal_visible_field (
  account_id bigint not null references portal.portal,
  job_field_id bigint not null,
  primary key (account_id, job_field_id),
  foreign key (account_id, job_field_id) references portal.job_field
);

create table portal.job (
  account_id bigint not null,
  job_id bigint generated always as identity,
  number bigint not null check (number > 0),
  external_id text check (length(external_id) between 1 and 255),
  reference text check (length(reference) between 1 and 255),
  client_id bigint not null,
  site_id bigint,
  status text not null default 'unscheduled'
    check (status in ('unscheduled', 'scheduled', 'en_route', 'started', 'paused', 'finished', 'cancelled')),
  -- What members look for jobs by; lists run along these columns.
  state text not null generated always as (
    case
      when status in ('unscheduled', 'scheduled') then 'planned'
      when status in ('en_route', 'started', 'paused') then 'active'
      else status
    end
  ) stored,
  scheduled_at timestamptz check (isfinite(scheduled_at)),
  -- Jobs without a date come last in both directions. Plain columns: PostgreSQL does not look into coalesce() for an index below a policy.
  scheduled_ascending timestamptz not null generated always as (coalesce(scheduled_at, 'infinity')) stored,
  scheduled_descending timestamptz not null generated always as (coalesce(scheduled_at, '-infinity')) stored,
  duration_minutes integer check (duration_minutes between 1 and 525600),
  address text check (length(address) between 1 and 1000),
  latitude double precision check (latitude between -90 and 90),
  longitude double precision check (longitude between -180 and 180),
  entrance text check (length(entrance) between 1 and 50),
  floor text check (length(floor) between 1 and 50),
  contact text check (length(contact) between 1 and 1000),
  job_template_id bigint not null,
  worker_id bigint,
  team_id bigint,
  description text check (length(description) between 1 and 15000),
  -- Canonical values by the key of the field: see sql/demo for one of each type.
  custom_values jsonb not null default '{}' check (jsonb_typeof(custom_values) = 'object'),
  report_values jsonb not null default '{}' check (jsonb_typeof(report_values) = 'object'),
  resolution_id bigint,
  resolution_note text check (length(resolution_note) between 1 and 5000),
  en_route_at timestamptz check (isfinite(en_route_at)),
  started_at timestamptz check (isfinite(started_at)),
  paused_at timestamptz check (isfinite(paused_at)),
  finished_at timestamptz check (isfinite(finished_at)),
  cancelled_at timestamptz check (isfinite(cancelled_at)),
  created_at timestamptz not null default now(),
  deleted_at timestamptz,
  primary key (account_id, job_id),
  unique (account_id, number),
  unique (account_id, external_id),
  foreign key (account_id, client_id) references portal.client,
  foreign key (account_id, client_id, site_id) references portal.site (account_id, client_id, site_id),
  foreign key (account_id, job_template_id) references portal.job_template,
  foreign key (account_id, worker_id) references portal.worker,
  foreign key (account_id, team_id) references portal.team,
  foreign key (account_id, resolution_id) references portal.resolution,
  check (num_nonnulls(latitude, longitude) in (0, 2)),
  check (num_nonnulls(worker_id, team_id) <= 1),
  check (resolution_id is null or status = 'finished')
);
create index job_by_schedule on portal.job (account_id, client_id, state, scheduled_ascending, job_id) where deleted_at is null;
create index job_by_schedule_descending on portal.job (account_id, client_id, state, scheduled_descending, job_id) where deleted_at is null;
create index job_by_number on portal.job (account_id, client_id, state, number) where deleted_at is null;

create table portal.job_file (
  account_id bigint not null,
  job_file_id bigint generated always as identity,
  job_id bigint not null,
  job_field_id bigint not null,
  type text not null check (type in ('photo', 'file', 'signature')),
  position integer not null check (position between 1 and 100),
  name text not null check (length(name) between 1 and 255),
  media_type text not null check (length(media_type) <= 127 and media_type ~ '^[a-z0-9.+-]+/[a-z0-9.+-]+$'),
  size_bytes bigint not null check (size_bytes >= 0),
  content_hash bytea not null check (length(content_hash) = 32),
  created_at timestamptz not null default now(),
  primary key (account_id, job_file_id),
  unique (account_id, job_id, job_field_id, position),
  foreign key (account_id, job_id) references portal.job,
  foreign key (account_id, job_field_id, type) references portal.job_field (account_id, job_field_id, type),
  check (type <> 'photo' or position <= 10),
  check (type <> 'signature' or position = 1)
);
