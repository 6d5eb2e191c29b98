-- Forgotten and changed passwords: when links were asked for, and the messages that tell of changes.

alter table portal.outbox_message drop constraint outbox_message_kind_check;
alter table portal.outbox_message add constraint outbox_message_kind_check
  check (kind in ('invitation', 'password_reset', 'email_confirmation', 'password_changed', 'email_changed'));

-- Where the requests for a login are noted, known or not. Logins share places, so that unknown addresses take no more room than this; whoever finds one that
-- shares a place with another takes nothing away from it but the moment for which a request holds the place.
create function portal.password_reset_place(login_hash bytea) returns integer language sql immutable strict parallel safe as $$
  select get_byte(login_hash, 0) * 256 + get_byte(login_hash, 1)
$$;

create table portal.password_reset_request (
  account_id bigint not null references portal.account,
  place integer not null check (place between 0 and 65535),
  last_at timestamptz not null default now(),
  primary key (account_id, place)
);

-- How many links somebody was sent lately is counted in the links themselves.
create index one_time_token_reset on portal.one_time_token (account_id, member_id, created_at) where purpose = 'password_reset';

-- Rights to columns cannot say on what condition a column may change, so this does: through the module an address changes only to the one that a link has
-- just confirmed.
create function portal.guard_login() returns trigger language plpgsql as $$
begin
  if current_user = 'portal_edge' and not exists (
    select from portal.one_time_token t
    where t.account_id = new.account_id and t.member_id = new.member_id and t.token_hash = portal.current_lookup()
      and portal.actor() = 'anonymous' and t.purpose = 'email_change' and t.address = new.email
  ) then
    raise insufficient_privilege using message = 'this login cannot be changed here';
  end if;
  return new;
end
$$;
create trigger guard_login before update of email on portal.member
  for each row when (old.email is distinct from new.email) execute function portal.guard_login();
