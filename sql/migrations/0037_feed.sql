-- What clients did, in the order in which it was committed, for other systems of the business: requests by their change_number, decisions about quotes by theirs. Both are
-- counted by portal.work_request_counter.last_change.

alter table portal.api_key drop constraint api_key_scopes_check;
alter table portal.api_key add constraint api_key_scopes_check
  check (scopes <@ '{import,invite,feed}' and cardinality(scopes) between 1 and 3 and array_position(scopes, null) is null);

-- Null: it was decided before there was a feed.
alter table portal.quote_decision add column change_number bigint check (change_number > 0);
create unique index quote_decision_by_change on portal.quote_decision (account_id, change_number) where change_number is not null;

create function portal.number_quote_decision() returns trigger language plpgsql as $$
begin
  update portal.work_request_counter c set last_change = c.last_change + 1
  where c.account_id = new.account_id
  returning c.last_change into new.change_number;
  if not found then
    raise insufficient_privilege using message = 'this decision cannot be counted';
  end if;
  return new;
end
$$;
create trigger number_quote_decision before insert on portal.quote_decision for each row execute function portal.number_quote_decision();
