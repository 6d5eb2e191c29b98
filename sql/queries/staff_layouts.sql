-- The account's own invitations.

-- name: list_invitation_layouts
-- parameters: account_id bigint
-- columns: language text, email_subject text?, email_html text?, sms_text text?
select l.language, l.email_subject, l.email_html, l.sms_text
from portal.invitation_layout l
where true /*filter*/ and l.account_id = :account_id /*end filter*/
order by l.language;

-- What stands in a preview for the names. `local_expiry` is when a link that was made now would end, in the account's zone.
-- name: get_layout_values
-- parameters: account_id bigint
-- columns: company_name text, time_zone text, local_expiry text, has_logo boolean
select a.name, a.time_zone, to_char((now() + make_interval(days => a.invitation_days)) at time zone a.time_zone, 'YYYY-MM-DD HH24:MI'),
  exists (select from portal.portal p where p.account_id = a.account_id and p.logo_hash is not null)
from portal.account a
where true /*filter*/ and a.account_id = :account_id /*end filter*/;

-- Null: the one that comes with the portal. Of a change the activity has the beginnings.
-- name: set_invitation_layout
-- parameters: account_id bigint, language text, sets_email boolean, email_subject text?, email_html text?, sets_sms boolean, sms_text text?
with before as (
  select l.email_subject, l.email_html, l.sms_text
  from (select) as always
  left join portal.invitation_layout l on l.language = :language /*filter*/ and l.account_id = :account_id /*end filter*/
), wanted as (
  select case when :sets_email then :email_subject else b.email_subject end as email_subject,
    case when :sets_email then :email_html else b.email_html end as email_html, case when :sets_sms then :sms_text else b.sms_text end as sms_text
  from before b
), written as (
  insert into portal.invitation_layout (account_id, language, email_subject, email_html, sms_text)
  select :account_id, :language, w.email_subject, w.email_html, w.sms_text from wanted w
  on conflict (account_id, language) do update
  set email_subject = excluded.email_subject, email_html = excluded.email_html, sms_text = excluded.sms_text, changed_at = now()
)
insert into portal.activity (account_id, actor_kind, staff_id, action, subject_kind, details)
select :account_id, portal.current_actor_kind(), portal.current_staff_id(), 'invitation_layout_changed', 'portal', jsonb_build_object('language', :language,
  'before', jsonb_build_object('subject', left(b.email_subject, 150), 'html', left(b.email_html, 300), 'sms', left(b.sms_text, 300)),
  'after', jsonb_build_object('subject', left(w.email_subject, 150), 'html', left(w.email_html, 300), 'sms', left(w.sms_text, 300)))
from before b, wanted w
where (b.email_subject, b.email_html, b.sms_text) is distinct from (w.email_subject, w.email_html, w.sms_text);

-- Goes to the address of whoever asks, or to the number that is given.
-- name: send_invitation_test
-- parameters: account_id bigint, staff_id bigint, message_reference text, channel text, phone text?, language text, payload bytea, key_id text
insert into portal.outbox_message (account_id, message_reference, kind, channel, recipient, language, staff_id, payload, key_id)
select :account_id, :message_reference, 'invitation_test', :channel, case :channel when 'sms' then :phone else s.email end, :language, s.staff_id, :payload, :key_id
from portal.staff s
where s.staff_id = :staff_id /*filter*/ and s.account_id = :account_id /*end filter*/;
