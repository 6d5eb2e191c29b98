-- Whoever has come is not invited again: a key that invites may lock memberships and people that are there already, to tell them from others, and policies cannot say of a change
-- what was before it. A person that was removed may be.

create function portal.guard_arrival() returns trigger language plpgsql as $$
begin
  if current_user = 'portal_edge' then
    raise insufficient_privilege using message = 'whoever has come is not invited again';
  end if;
  return new;
end
$$;
create trigger guard_arrival before update on portal.membership for each row
  when (old.state <> 'invited' and new.state = 'invited')
  execute function portal.guard_arrival();
create trigger guard_arrival before update on portal.member for each row
  when (old.state in ('active', 'locked') and new.state = 'invited')
  execute function portal.guard_arrival();
