-- Staff who look at the portal as a member would (SECURITY R32): their own session, and a view that they began and that has not ended, are checked as staff;
-- from then on the context is the member's and nothing can be written. PT401 and PT409 as in enter_staff; PT409 also for other permissions than given, PT404
-- without an open view. False: it is no use of a session of the member.
create or replace function portal.enter_preview(account bigint, session_hash bytea, role text, membership bigint, permissions text[]) returns boolean
language plpgsql volatile as $$
declare
  seen record;
  ignored text;
begin
  perform portal.enter_staff(account, session_hash, role);
  select ms.member_id, ms.client_id, ms.permissions, (
      select array_agg(v.job_template_id) from portal.portal_visible_template v where v.account_id = account
    ) as visible_templates, (select p.worker_name from portal.portal p where p.account_id = account) as worker_name
  into seen
  from portal.membership ms
  where ms.account_id = account and ms.membership_id = membership and ms.state <> 'ended'
    and exists (
      select from portal.staff_view v
      where v.account_id = account and v.staff_id = portal.current_staff_id() and v.membership_id = membership and v.expires_at > now()
    );
  if not found then
    raise exception using errcode = 'PT404', message = 'there is no open view of this membership';
  end if;
  if not (seen.permissions @> enter_preview.permissions and seen.permissions <@ enter_preview.permissions) then
    raise exception using errcode = 'PT409', message = 'the permissions are others';
  end if;
  perform portal.set_context('member', account::text, null, seen.member_id::text, membership::text, seen.client_id::text, seen.permissions::text,
    coalesce(seen.visible_templates::text, ''));
  ignored := set_config('portal.worker_name', coalesce(seen.worker_name, ''), true) || set_config('transaction_read_only', 'on', true);
  return false;
end
$$;
