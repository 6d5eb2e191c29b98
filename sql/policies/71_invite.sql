-- What a key with the scope `invite` may do: what portal.invite does, and nothing else. It sees whom it may write to, and sends links to activate.

create policy inviter_reads on portal.client for select to portal_edge
  using (account_id = (select portal.account_for_key('invite')));
create policy inviter_reads on portal.contact for select to portal_edge
  using (account_id = (select portal.account_for_key('invite')));
create policy inviter_reads on portal.portal for select to portal_edge
  using (account_id = (select portal.account_for_key('invite')));

create policy inviter_reads on portal.member for select to portal_edge
  using (account_id = (select portal.account_for_key('invite')));
create policy inviter_adds on portal.member for insert to portal_edge
  with check (account_id = portal.account_for_key('invite') and state = 'invited');
create policy inviter_changes on portal.member for update to portal_edge
  using (account_id = (select portal.account_for_key('invite')))
  with check (account_id = portal.account_for_key('invite') and state = 'invited');

create policy inviter_reads on portal.membership for select to portal_edge
  using (account_id = (select portal.account_for_key('invite')));
create policy inviter_adds on portal.membership for insert to portal_edge
  with check (account_id = portal.account_for_key('invite') and state = 'invited');
-- One that is active is locked, to be told from others, and stays as it is.
create policy inviter_changes on portal.membership for update to portal_edge
  using (account_id = (select portal.account_for_key('invite')) and state <> 'ended')
  with check (account_id = portal.account_for_key('invite') and state = 'invited');

create policy inviter_reads on portal.one_time_token for select to portal_edge
  using (account_id = (select portal.account_for_key('invite')) and purpose = 'activation');
create policy inviter_issues on portal.one_time_token for insert to portal_edge
  with check (account_id = portal.account_for_key('invite') and purpose = 'activation');
create policy inviter_takes_back on portal.one_time_token for update to portal_edge
  using (account_id = (select portal.account_for_key('invite')) and used_at is null and purpose = 'activation')
  with check (account_id = portal.account_for_key('invite') and used_at is null and revoked_at is not null);

create policy inviter_reads on portal.outbox_message for select to portal_edge
  using (account_id = (select portal.account_for_key('invite')) and kind = 'invitation');
create policy inviter_sends on portal.outbox_message for insert to portal_edge
  with check (account_id = portal.account_for_key('invite') and kind = 'invitation');
create policy inviter_drops on portal.outbox_message for delete to portal_edge
  using (account_id = (select portal.account_for_key('invite')) and kind = 'invitation' and sent_at is null
    and (claimed_until is null or claimed_until <= now()));
