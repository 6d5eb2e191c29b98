-- role: portal_maintenance
-- What has been kept long enough.

-- As many days as the account says.
-- name: forget_activity
-- columns: forgotten bigint
with gone as (
  delete from portal.activity v using portal.account a
  where a.account_id = v.account_id and v.at < now() - make_interval(days => a.activity_days)
  returning v.activity_id
)
select count(*) from gone;

-- name: forget_repeatable_requests
-- columns: forgotten bigint
with gone as (
  delete from portal.repeatable_request where created_at < now() - interval '1 day' returning account_id
)
select count(*) from gone;

-- Sessions and links are of use to those who look for what happened, and for no longer. In steps of some thousand rows, each a transaction of its own, for there may be
-- years of them the first time.
-- name: forget_sessions
-- parameters: step integer
-- columns: forgotten bigint
with old as (
  select account_id, session_id from portal.session where coalesce(ended_at, expires_at) < now() - interval '90 days' limit :step
), gone as (
  delete from portal.session s using old where s.account_id = old.account_id and s.session_id = old.session_id returning s.session_id
)
select count(*) from gone;

-- name: forget_staff_sessions
-- parameters: step integer
-- columns: forgotten bigint
with old as (
  select account_id, staff_session_id from portal.staff_session where coalesce(ended_at, expires_at) < now() - interval '90 days' limit :step
), gone as (
  delete from portal.staff_session s using old where s.account_id = old.account_id and s.staff_session_id = old.staff_session_id
  returning s.staff_session_id
)
select count(*) from gone;

-- But for the newest link of each membership that is not over: staff see where it went and when it expired, and it goes there again.
-- name: forget_links
-- parameters: step integer
-- columns: forgotten bigint
with old as (
  select t.account_id, t.one_time_token_id from portal.one_time_token t
  where least(t.used_at, t.revoked_at, t.expires_at) < now() - interval '90 days' and (
    t.purpose <> 'activation'
    or exists (
      select from portal.one_time_token n
      where n.account_id = t.account_id and n.membership_id = t.membership_id and n.purpose = 'activation' and n.one_time_token_id > t.one_time_token_id
    ) or exists (
      select from portal.membership m where m.account_id = t.account_id and m.membership_id = t.membership_id and m.state = 'ended'
    )
  )
  limit :step
), gone as (
  delete from portal.one_time_token t using old where t.account_id = old.account_id and t.one_time_token_id = old.one_time_token_id
  returning t.one_time_token_id
)
select count(*) from gone;

-- name: forget_staff_links
-- parameters: step integer
-- columns: forgotten bigint
with old as (
  select account_id, staff_token_id from portal.staff_token where least(used_at, revoked_at, expires_at) < now() - interval '90 days' limit :step
), gone as (
  delete from portal.staff_token t using old where t.account_id = old.account_id and t.staff_token_id = old.staff_token_id returning t.staff_token_id
)
select count(*) from gone;

-- Whoever feeds positions has stopped: nobody sees them any more.
-- name: forget_positions
-- parameters: step integer
-- columns: forgotten bigint
with old as (
  select account_id, worker_id from portal.worker_position where recorded_at < now() - portal.position_kept_for() limit :step
), gone as (
  delete from portal.worker_position p using old where p.account_id = old.account_id and p.worker_id = old.worker_id
    and p.recorded_at < now() - portal.position_kept_for()
  returning p.worker_id
)
select count(*) from gone;

-- That staff looked at the portal as a member is kept as long as the line of activity that tells it.
-- name: forget_staff_views
-- parameters: step integer
-- columns: forgotten bigint
with old as (
  select v.account_id, v.staff_view_id from portal.staff_view v
  join portal.account a on a.account_id = v.account_id
  where v.expires_at < now() - make_interval(days => a.activity_days)
  limit :step
), gone as (
  delete from portal.staff_view v using old where v.account_id = old.account_id and v.staff_view_id = old.staff_view_id returning v.staff_view_id
)
select count(*) from gone;
