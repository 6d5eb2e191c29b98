-- Accounts, their hosts and portals.

grant select on portal.schema_state to portal_edge;

grant select (account_id, slug, name, time_zone, password_minimum_length, session_idle_days, session_absolute_days, invitation_days, suspended_at)
  on portal.account to portal_edge;
create policy host_map_reads on portal.account for select to portal_edge using (portal.actor() = 'host_map');
create policy own_account on portal.account for select to portal_edge
  using (account_id = portal.account_for('anonymous', 'member', 'staff', 'staff_visitor'));

grant select (account_id, host, origin, is_primary) on portal.account_host to portal_edge;
create policy host_map_reads on portal.account_host for select to portal_edge using (portal.actor() = 'host_map');
create policy own_account on portal.account_host for select to portal_edge
  using (account_id = portal.account_for('anonymous', 'member', 'staff', 'staff_visitor'));

grant select (account_id, name, accent_colour, logo_hash, logo_media_type, logo_width, logo_height, contact_phone, contact_email, contact_website,
  privacy_url, terms_url, imprint_url, languages, default_language, worker_name, shows_position) on portal.portal to portal_edge;
create policy own_account on portal.portal for select to portal_edge
  using (account_id = portal.account_for('anonymous', 'member', 'staff', 'staff_visitor'));
