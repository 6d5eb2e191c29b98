-- The first statement of a segment. None of these sees more than the policies let through: they run with the rights of their caller.

-- Whoever loads the host map may read the accounts and their hosts, and nothing else.
create or replace function portal.enter_host_map() returns void language plpgsql volatile as $$
begin
  perform portal.set_context('host_map', null, null, null, null, null, null, null);
end
$$;

-- A visitor of an account. With a lookup that is known the row that it finds names the member, and a token or session also the membership, so that the
-- policies of other tables can compare ids and need not look into each other.
create or replace function portal.enter_anonymous(account bigint, lookup bytea) returns void language plpgsql volatile as $$
declare
  found_member bigint;
  found_membership bigint;
  found_by text;
  ignored text;
begin
  perform portal.set_context('anonymous', account::text, encode(lookup, 'hex'), null, null, null, null, null);
  if length(lookup) is distinct from 32 then
    return;
  end if;
  -- All three are always looked into, so that a known login takes no other time than an unknown one.
  select f.member_id, f.membership_id, f.what into found_member, found_membership, found_by
  from (
    select m.member_id, null::bigint as membership_id, 'login' as what from portal.member m where m.account_id = account and m.login_hash = lookup
    union all
    select t.member_id, t.membership_id, t.purpose from portal.one_time_token t where t.account_id = account and t.token_hash = lookup
    union all
    select s.member_id, s.membership_id, 'session' from portal.session s where s.account_id = account and s.token_hash = lookup
  ) as f;
  ignored := set_config('portal.member_id', coalesce(found_member::text, ''), true)
    || set_config('portal.membership_id', coalesce(found_membership::text, ''), true)
    || set_config('portal.found_by', coalesce(found_by, ''), true);
  ignored := set_config('portal.client_id', coalesce((
    select m.client_id::text from portal.membership m where m.account_id = account and m.membership_id = found_membership
  ), ''), true);
end
$$;

-- A signed-in member, in every request. The session row decides, whatever a worker remembers: PT401 when there is no valid session, PT409 when it stands
-- for another membership or other permissions than the worker thought. True: last_used_at is to be written. For how long the session still opens something
-- stands in the setting portal.session_milliseconds afterwards.
create or replace function portal.enter_member(account bigint, session_hash bytea, membership bigint, permissions text[]) returns boolean
language plpgsql volatile as $$
declare
  acting record;
  allowed record;
  ignored text;
begin
  ignored := set_config('portal.actor', 'member', true) || set_config('portal.account_id', account::text, true)
    || set_config('portal.lookup', encode(session_hash, 'hex'), true) || set_config('portal.member_id', '', true)
    || set_config('portal.membership_id', '', true) || set_config('portal.client_id', '', true)
    || set_config('portal.permissions', '', true) || set_config('portal.visible_templates', '', true)
    || set_config('portal.worker_name', '', true);
  select s.member_id, s.membership_id, s.last_used_at, s.expires_at into acting
  from portal.session s
  where s.account_id = account and s.token_hash = session_hash and s.ended_at is null and s.expires_at > now();
  if not found then
    raise exception using errcode = 'PT401', message = 'there is no such session';
  end if;
  ignored := set_config('portal.member_id', acting.member_id::text, true)
    || set_config('portal.membership_id', acting.membership_id::text, true);
  select ms.client_id, ms.permissions, (
      select array_agg(v.job_template_id) from portal.portal_visible_template v where v.account_id = account
    ) as visible_templates, (select p.worker_name from portal.portal p where p.account_id = account) as worker_name,
    acting.last_used_at + make_interval(days => a.session_idle_days) as idle_until
  into allowed
  from portal.membership ms
  join portal.member m on m.account_id = ms.account_id and m.member_id = ms.member_id
  join portal.account a on a.account_id = ms.account_id
  where ms.account_id = account and ms.membership_id = acting.membership_id and ms.member_id = acting.member_id
    and ms.state = 'active' and m.state = 'active' and a.suspended_at is null
    and acting.last_used_at > now() - make_interval(days => a.session_idle_days);
  if not found then
    raise exception using errcode = 'PT401', message = 'the session is over';
  end if;
  if acting.membership_id is distinct from membership
    or not (allowed.permissions @> enter_member.permissions and allowed.permissions <@ enter_member.permissions) then
    raise exception using errcode = 'PT409', message = 'the session stands for something else';
  end if;
  ignored := set_config('portal.client_id', allowed.client_id::text, true)
    || set_config('portal.permissions', allowed.permissions::text, true)
    || set_config('portal.visible_templates', coalesce(allowed.visible_templates::text, ''), true)
    || set_config('portal.worker_name', coalesce(allowed.worker_name, ''), true)
    || set_config('portal.session_milliseconds',
      floor(extract(epoch from least(acting.expires_at, allowed.idle_until) - now()) * 1000)::bigint::text, true);
  return acting.last_used_at < now() - interval '5 minutes';
end
$$;
