-- Many changes at once say of what they are, and only those of memberships that somebody's rights may have ended: "jobs <account> 0 0" is of jobs of any of the
-- account's clients (core/cache/changes.hpp).
create or replace function portal.tell(kind text, accounts bigint[], clients bigint[], ids bigint[]) returns void language plpgsql volatile as $$
declare
  told integer := coalesce(nullif(current_setting('portal.told', true), '')::integer, 0) + coalesce(cardinality(accounts), 0);
begin
  if accounts is null then
    return;
  end if;
  perform set_config('portal.told', told::text, true);
  if kind in ('account', 'settings') or (cardinality(accounts) <= 16 and told <= 64) then
    perform pg_notify('portal_changes', concat_ws(' ', kind, t.account_id, t.client_id, t.id)) from unnest(accounts, clients, ids) as t (account_id, client_id, id);
  else
    perform pg_notify('portal_changes', concat_ws(' ', case kind when 'membership' then 'account' else kind end, t.account_id, 0, 0))
    from (select distinct unnest(accounts)) as t (account_id);
  end if;
end
$$;
