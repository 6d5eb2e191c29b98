-- Staff may have an address that waits confirmed once more, and mend it.

-- How many links to confirm an address were made lately is counted in the links themselves, of the person and of the address together.
create index one_time_token_confirmation on portal.one_time_token (account_id, created_at) where purpose = 'email_change';

-- As portal.guard_login: through the module staff change the address that waits of somebody who has no other, and nothing where none waits.
create function portal.guard_pending_email() returns trigger language plpgsql as $$
begin
  if current_user = 'portal_edge' and portal.actor() = 'staff' and (old.pending_email is null or old.email is not null) then
    raise insufficient_privilege using message = 'this address is not for staff to choose';
  end if;
  return new;
end
$$;
create trigger guard_pending_email before update of pending_email on portal.member
  for each row when (old.pending_email is distinct from new.pending_email and new.pending_email is not null) execute function portal.guard_pending_email();
