-- Invitations that another system asks for, with a key of the scope `invite`. What they do stands in sql/policies/34_invitations.sql.

-- One of many: `outcome` is invited, already_member, no_address or not_found; a client or contact that was taken back is not found. PT454: there is no portal.
-- name: try_to_invite_by_external_id
-- parameters: account_id bigint, client text, contact text?, content jsonb, token_hash bytea, message_reference text, payload bytea, key_id text
-- columns: outcome text, membership_id bigint?
select t.outcome, t.membership
from portal.try_to_invite(
  :account_id,
  (select c.client_id from portal.client c where c.external_id = :client /*filter*/ and c.account_id = :account_id /*end filter*/),
  case when :contact is null then :content else :content || jsonb_build_object('contact_id',
    (select k.contact_id from portal.contact k where k.external_id = :contact /*filter*/ and k.account_id = :account_id /*end filter*/)) end,
  row(:token_hash, :message_reference, :payload, :key_id)::portal.new_link
) t;
