-- Staff before and after signing in. They are actors of their own, so that no policy for members ever shows them anything.

create or replace function portal.current_staff_id() returns bigint language sql stable parallel safe as $$
  select case when portal.actor() in ('staff', 'staff_visitor') then nullif(current_setting('portal.staff_id', true), '')::bigint end
$$;
create or replace function portal.current_staff_role() returns text language sql stable parallel safe as $$
  select case when portal.actor() = 'staff' then nullif(current_setting('portal.staff_role', true), '') end
$$;
create or replace function portal.current_api_key_id() returns bigint language sql stable parallel safe as $$
  select case when portal.actor() = 'key' then nullif(current_setting('portal.api_key_id', true), '')::bigint end
$$;
-- As whom somebody stands in the activity.
create or replace function portal.current_actor_kind() returns text language sql stable parallel safe as $$
  select case portal.actor() when 'staff' then 'staff' when 'staff_visitor' then 'staff' when 'member' then 'member' when 'anonymous' then 'member'
    when 'key' then 'key' end
$$;

-- Somebody who says to be staff. As enter_anonymous: one hash (login, link or session) that may be looked up.
create or replace function portal.enter_staff_visitor(account bigint, lookup bytea) returns void language plpgsql volatile as $$
declare
  found_staff bigint;
  found_by text;
  ignored text;
begin
  perform portal.set_context('staff_visitor', account::text, encode(lookup, 'hex'), null, null, null, null, null);
  if length(lookup) is distinct from 32 then
    return;
  end if;
  -- All three are always looked into, so that a known login takes no other time than an unknown one.
  select f.staff_id, f.what into found_staff, found_by
  from (
    select s.staff_id, 'login' as what from portal.staff s where s.account_id = account and s.login_hash = lookup and s.state <> 'removed'
    union all
    select t.staff_id, t.purpose from portal.staff_token t where t.account_id = account and t.token_hash = lookup
    union all
    select s.staff_id, 'session' from portal.staff_session s where s.account_id = account and s.token_hash = lookup
  ) as f;
  ignored := set_config('portal.staff_id', coalesce(found_staff::text, ''), true) || set_config('portal.found_by', coalesce(found_by, ''), true);
end
$$;

-- Signed-in staff, in every request. The session row decides: PT401 when there is no valid session, PT409 when its owner has another role than the worker
-- thought. The actor is a visitor until that is known. True: last_used_at is to be written.
create or replace function portal.enter_staff(account bigint, session_hash bytea, role text) returns boolean language plpgsql volatile as $$
declare
  acting record;
  current record;
  ignored text;
begin
  perform portal.set_context('staff_visitor', account::text, encode(session_hash, 'hex'), null, null, null, null, null);
  select s.staff_id, s.last_used_at into acting
  from portal.staff_session s
  where s.account_id = account and s.token_hash = session_hash and s.ended_at is null and s.expires_at > now();
  if not found then
    raise exception using errcode = 'PT401', message = 'there is no such session';
  end if;
  ignored := set_config('portal.staff_id', acting.staff_id::text, true);
  select s.role into current
  from portal.staff s
  join portal.account a on a.account_id = s.account_id
  where s.account_id = account and s.staff_id = acting.staff_id and s.state = 'active' and a.suspended_at is null
    and acting.last_used_at > now() - make_interval(hours => a.staff_session_idle_hours);
  if not found then
    raise exception using errcode = 'PT401', message = 'the session is over';
  end if;
  if current.role is distinct from enter_staff.role then
    raise exception using errcode = 'PT409', message = 'the role is another one';
  end if;
  ignored := set_config('portal.staff_role', current.role, true) || set_config('portal.actor', 'staff', true);
  return acting.last_used_at < now() - interval '5 minutes';
end
$$;
