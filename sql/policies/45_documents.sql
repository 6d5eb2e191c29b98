-- Documents, for members who may see documents at all.

-- Only what is hidden from the membership itself: nobody learns from whom else a document is hidden.
grant select (account_id, document_id, membership_id) on portal.document_hidden_from to portal_edge;
create policy member_acting on portal.document_hidden_from for select to portal_edge
  using (account_id = (select portal.account_for('member'))
    and membership_id = (select portal.current_membership_id()));

grant select (account_id, document_id, client_id, name, media_type, size_bytes, content_hash, is_visible, created_at) on portal.document to portal_edge;
create policy member_acting on portal.document for select to portal_edge
  using (account_id = (select portal.account_for('member'))
    and client_id = (select portal.current_client_id()) and is_visible and withdrawn_at is null and content_hash is not null
    and (select portal.current_permissions() @> '{view_documents}')
    and not exists (
      select from portal.document_hidden_from h
      where h.account_id = document.account_id and h.document_id = document.document_id
        and h.membership_id = (select portal.current_membership_id())
    ));
