-- Where workers are. No change of it is told (0020): members ask every few seconds while somebody is on the way, and nothing else depends on it.

-- How old a position may be that a client still sees.
create or replace function portal.position_shown_for() returns interval language sql immutable parallel safe as $$ select interval '10 minutes' $$;
-- Whoever forgets to say that a way has ended is not followed for days: that there is no time of its beginning ends nothing.
create or replace function portal.is_followed(status text, en_route_at timestamptz) returns boolean language sql stable parallel safe as $$
  select status = 'en_route' and coalesce(en_route_at > now() - interval '12 hours', true)
$$;
-- By how much the clock of whoever feeds positions may be ahead.
create or replace function portal.position_ahead() returns interval language sql immutable parallel safe as $$ select interval '1 minute' $$;
-- How long one is kept that nothing newer has replaced (portalctl tidy).
create or replace function portal.position_kept_for() returns interval language sql immutable parallel safe as $$ select interval '1 day' $$;

-- Along a great circle, by the haversine, on a sphere with the mean radius of the earth: half a percent off at most. Rounding may put the term a hair above 1 for
-- places opposite each other.
create or replace function portal.distance_metres(latitude double precision, longitude double precision, other_latitude double precision,
  other_longitude double precision) returns bigint language sql immutable strict parallel safe as $$
  select round(2 * 6371008.8 * asin(sqrt(least(1, sind((other_latitude - latitude) / 2) ^ 2
    + cosd(latitude) * cosd(other_latitude) * sind((other_longitude - longitude) / 2) ^ 2))))::bigint
$$;

grant select (account_id, worker_id, latitude, longitude, accuracy_metres, recorded_at),
  insert (account_id, worker_id, latitude, longitude, accuracy_metres, recorded_at),
  update (latitude, longitude, accuracy_metres, recorded_at, received_at), delete on portal.worker_position to portal_edge;

-- Of whoever is on the way to a job that this member sees, which the policy of portal.job decides, and only while the business shows positions. A team's job names no worker.
create policy member_waits on portal.worker_position for select to portal_edge
  using (account_id = (select portal.account_for('member')) and recorded_at > now() - portal.position_shown_for()
    and exists (select from portal.portal p where p.account_id = worker_position.account_id and p.shows_position)
    and exists (
      select from portal.job j
      where j.account_id = worker_position.account_id and j.worker_id = worker_position.worker_id and portal.is_followed(j.status, j.en_route_at)
        and j.team_id is null
    ));

create policy key_reads on portal.worker_position for select to portal_edge
  using (account_id = (select portal.account_for_key('import')));
create policy key_adds on portal.worker_position for insert to portal_edge
  with check (account_id = (select portal.account_for_key('import')));
create policy key_changes on portal.worker_position for update to portal_edge
  using (account_id = (select portal.account_for_key('import')));
create policy key_removes on portal.worker_position for delete to portal_edge
  using (account_id = (select portal.account_for_key('import')));
