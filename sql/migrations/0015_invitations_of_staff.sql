-- What staff need to invite and to see what became of it.

-- Nobody is two people of one telephone number: whoever has no address yet is found by the number. Where there are two already, the one who got furthest keeps it.
reset role;
update portal.member m set phone = null
where m.email is null and m.phone is not null and exists (
  select from portal.member o
  where o.account_id = m.account_id and o.phone = m.phone and o.email is null
    and (o.state = 'active', o.state <> 'removed', o.member_id) > (m.state = 'active', m.state <> 'removed', m.member_id)
);
set role portal_owner;
create unique index member_phone_key on portal.member (account_id, phone) where email is null and phone is not null;

create index membership_by_invitation on portal.membership (account_id, invited_at, membership_id);
create index one_time_token_membership on portal.one_time_token (account_id, membership_id, one_time_token_id) where purpose = 'activation';

-- Rights to columns cannot say who uses them, so this does: through the module only staff, or a key that may invite, say what somebody may do, and nobody
-- chooses a password for somebody else.
create function portal.guard_membership() returns trigger language plpgsql as $$
begin
  if current_user = 'portal_edge' and portal.actor() is distinct from 'staff' and portal.actor() is distinct from 'key' then
    raise insufficient_privilege using message = 'this cannot be changed here';
  end if;
  return new;
end
$$;
create trigger guard_membership before update on portal.membership for each row
  when (old.permissions <> new.permissions or old.invited_at <> new.invited_at or old.contact_id is distinct from new.contact_id and new.contact_id is not null
    or old.ended_at is distinct from new.ended_at)
  execute function portal.guard_membership();
create trigger guard_person before update on portal.member for each row
  when (old.phone is distinct from new.phone or old.job_title is distinct from new.job_title or old.removed_at is distinct from new.removed_at)
  execute function portal.guard_membership();

create function portal.guard_password() returns trigger language plpgsql as $$
begin
  if current_user = 'portal_edge' and portal.actor() in ('staff', 'key') then
    raise insufficient_privilege using message = 'this password cannot be changed here';
  end if;
  return new;
end
$$;
create trigger guard_password before update of password_hash on portal.member for each row
  when (new.password_hash is not null and old.password_hash is distinct from new.password_hash) execute function portal.guard_password();
