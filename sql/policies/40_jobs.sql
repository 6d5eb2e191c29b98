-- Jobs and what belongs to them, for members. What a member may see of a job is decided once, by the policy of portal.job; files ask it.

grant select (account_id, job_template_id) on portal.portal_visible_template to portal_edge;
create policy member_account on portal.portal_visible_template for select to portal_edge
  using (account_id = (select portal.account_for('member')));

grant select (account_id, job_field_id) on portal.portal_visible_field to portal_edge;
create policy member_account on portal.portal_visible_field for select to portal_edge
  using (account_id = (select portal.account_for('member')));

grant select (account_id, job_template_id, name) on portal.job_template to portal_edge;
create policy member_visible on portal.job_template for select to portal_edge
  using (account_id = (select portal.account_for('member'))
    and job_template_id = any ((select portal.visible_templates())::bigint[]));

grant select (account_id, job_template_id, job_field_id, position) on portal.job_template_field to portal_edge;
create policy member_visible on portal.job_template_field for select to portal_edge
  using (account_id = (select portal.account_for('member'))
    and job_template_id = any ((select portal.visible_templates())::bigint[]));

grant select (account_id, job_field_id, field_group, key, label, type, options, position) on portal.job_field to portal_edge;
create policy member_visible on portal.job_field for select to portal_edge
  using (account_id = (select portal.account_for('member'))
    and job_field_id in (select v.job_field_id from portal.portal_visible_field v where v.account_id = (select portal.current_account_id())));

-- Of workers and teams only the name can be read, of resolutions only what they are called.
grant select (account_id, worker_id, name) on portal.worker to portal_edge;
-- Where no names are shown, no worker is seen at all.
create policy member_account on portal.worker for select to portal_edge
  using (account_id = (select portal.account_for('member')) and (select portal.worker_name_choice()) <> 'none');
grant select (account_id, team_id, name) on portal.team to portal_edge;
create policy member_account on portal.team for select to portal_edge
  using (account_id = (select portal.account_for('member')));
grant select (account_id, resolution_id, name, is_successful) on portal.resolution to portal_edge;
create policy member_account on portal.resolution for select to portal_edge
  using (account_id = (select portal.account_for('member')));

grant select (account_id, job_id, number, external_id, reference, client_id, site_id, status, state, scheduled_at, scheduled_ascending, scheduled_descending, duration_minutes, address, entrance,
  floor, contact, job_template_id, worker_id, team_id, description, custom_values, report_values, resolution_id, resolution_note, en_route_at,
  started_at, finished_at, deleted_at) on portal.job to portal_edge;
create policy member_acting on portal.job for select to portal_edge
  using (account_id = (select portal.account_for('member'))
    and client_id = (select portal.current_client_id()) and deleted_at is null
    and job_template_id = any ((select portal.visible_templates())::bigint[])
    and status = any ((select portal.visible_statuses())::text[]));

grant select (account_id, job_file_id, job_id, job_field_id, type, position, name, media_type, size_bytes, content_hash)
  on portal.job_file to portal_edge;
create policy member_visible on portal.job_file for select to portal_edge
  using (account_id = (select portal.account_for('member'))
    and exists (
      select from portal.job j
      join portal.job_field f on f.account_id = j.account_id
      where j.account_id = job_file.account_id and j.job_id = job_file.job_id and f.job_field_id = job_file.job_field_id
        and (f.field_group <> 'report' or j.status = 'finished')
    ));
