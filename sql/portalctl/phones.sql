-- role: portal_courier
-- Telephone numbers of contacts, as the courier reads them with the account's country, so that each is found however it is written. One transaction for each few hundred.

-- name: take_phones
-- parameters: row_limit integer
-- columns: account_id bigint, contact_id bigint, value text, country text?
select k.account_id, k.contact_id, k.value, a.country
from portal.contact k
join portal.account a on a.account_id = k.account_id
where k.kind = 'phone' and k.phone_read_at is null and k.withdrawn_at is null
order by k.account_id, k.contact_id
limit :row_limit
for no key update of k skip locked;

-- `numbers`: [{"account_id", "contact_id", "e164"?, "national_number"?}], what was taken before in the same transaction.
-- name: note_phones
-- parameters: numbers jsonb
with number as materialized (
  select * from jsonb_to_recordset(:numbers) as n (account_id bigint, contact_id bigint, e164 text, national_number text)
)
update portal.contact k
set e164 = n.e164, national_number = n.national_number, phone_read_at = now()
from number n
where k.account_id = n.account_id and k.contact_id = n.contact_id;
