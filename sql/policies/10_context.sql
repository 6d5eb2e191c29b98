-- The context of a segment: settings that `enter_...` makes for the running transaction only, and the functions by which policies read them.
-- A setting that was made once reads as '' afterwards, so '' and NULL both mean "nobody", never "all".

create or replace function portal.actor() returns text language sql stable parallel safe as $$
  select nullif(current_setting('portal.actor', true), '')
$$;
create or replace function portal.current_account_id() returns bigint language sql stable parallel safe as $$
  select nullif(current_setting('portal.account_id', true), '')::bigint
$$;
-- The account, for these actors and nobody else: what a policy asks first. One equality instead of two conditions, because the planner would count a test
-- of the actor alone as if it removed nearly all rows.
create or replace function portal.account_for(variadic actors text[]) returns bigint language sql stable parallel safe as $$
  select case when portal.actor() = any (actors) then portal.current_account_id() end
$$;
-- The one hash (login, token or session) by which an anonymous visitor may find a row.
create or replace function portal.current_lookup() returns bytea language sql stable parallel safe as $$
  select decode(nullif(current_setting('portal.lookup', true), ''), 'hex')
$$;
-- What the hash of a visitor found: login, session, or the purpose of a link. What a visitor may do depends on it.
create or replace function portal.found_by() returns text language sql stable parallel safe as $$
  select nullif(current_setting('portal.found_by', true), '')
$$;
create or replace function portal.current_member_id() returns bigint language sql stable parallel safe as $$
  select nullif(current_setting('portal.member_id', true), '')::bigint
$$;
create or replace function portal.current_membership_id() returns bigint language sql stable parallel safe as $$
  select nullif(current_setting('portal.membership_id', true), '')::bigint
$$;
create or replace function portal.current_client_id() returns bigint language sql stable parallel safe as $$
  select nullif(current_setting('portal.client_id', true), '')::bigint
$$;
create or replace function portal.current_permissions() returns text[] language sql stable parallel safe as $$
  select nullif(current_setting('portal.permissions', true), '')::text[]
$$;
create or replace function portal.visible_templates() returns bigint[] language sql stable parallel safe as $$
  select nullif(current_setting('portal.visible_templates', true), '')::bigint[]
$$;
-- Whose membership is ending because an import takes back its client (portal.end_memberships_of); nobody else sets it.
create or replace function portal.ending_member_id() returns bigint language sql stable parallel safe as $$
  select nullif(current_setting('portal.ending_member_id', true), '')::bigint
$$;
-- How members read the names of workers: full, first_name or none.
create or replace function portal.worker_name_choice() returns text language sql stable parallel safe as $$
  select nullif(current_setting('portal.worker_name', true), '')
$$;

-- Sets the whole context, so that nothing of an earlier one in the same transaction stays.
create or replace function portal.set_context(
  actor text, account_id text, lookup text, member_id text, membership_id text, client_id text, permissions text, visible_templates text
) returns void language plpgsql volatile as $$
declare
  ignored text;
begin
  -- One assignment is one evaluated expression; a statement for each setting would cost several times as much on every request.
  ignored := set_config('portal.actor', coalesce(actor, ''), true) || set_config('portal.account_id', coalesce(account_id, ''), true)
    || set_config('portal.lookup', coalesce(lookup, ''), true) || set_config('portal.member_id', coalesce(member_id, ''), true)
    || set_config('portal.membership_id', coalesce(membership_id, ''), true) || set_config('portal.client_id', coalesce(client_id, ''), true)
    || set_config('portal.permissions', coalesce(permissions, ''), true)
    || set_config('portal.visible_templates', coalesce(visible_templates, ''), true) || set_config('portal.found_by', '', true)
    || set_config('portal.staff_id', '', true) || set_config('portal.staff_role', '', true) || set_config('portal.api_key_id', '', true)
    || set_config('portal.worker_name', '', true);
end
$$;

-- What a membership's permissions let it see of the jobs, by status. One expression, so that the planner puts it in the place of the call.
create or replace function portal.visible_statuses() returns text[] language sql stable parallel safe as $$
  select case
    when portal.current_permissions() @> '{view_job_status,view_completed_jobs}'
      then '{unscheduled,scheduled,en_route,started,paused,finished,cancelled}'::text[]
    when portal.current_permissions() @> '{view_job_status}' then '{unscheduled,scheduled,en_route,started,paused,cancelled}'
    when portal.current_permissions() @> '{view_completed_jobs}' then '{finished,cancelled}'
    else '{}'
  end
$$;

-- Ends the segment, and with it everything that it did, when a statement did not do what the rest relies on. The state says how the core answers.
create or replace function portal.require(id bigint, state text) returns bigint language plpgsql volatile as $$
begin
  if id is null then
    raise exception using errcode = state, message = 'a condition of the statement was not met';
  end if;
  return id;
end
$$;
