-- name: list_sites
-- parameters: account_id bigint, client_id bigint, row_limit integer
-- columns: site_id bigint, name text, address text?
select s.site_id, s.name, s.address
from portal.site s
where s.withdrawn_at is null /*filter*/ and s.account_id = :account_id and s.client_id = :client_id /*end filter*/
order by s.name, s.site_id
limit :row_limit;
