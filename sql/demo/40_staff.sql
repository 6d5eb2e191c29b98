-- The businesses' own people, one of each role. `portalctl demo` gives them their passwords.
insert into portal.staff (account_id, email, first_name, surname, role, language)
select pg_temp.account_of(slug), email, first_name, surname, role, language
from (values
  ('brightwater', 'sam.reyes@brightwater.example.com', 'Sam', 'Reyes', 'owner', 'en'),
  ('brightwater', 'lena.hart@brightwater.example.com', 'Lena', 'Hart', 'manager', 'en'),
  ('brightwater', 'omar.diaz@brightwater.example.com', 'Omar', 'Diaz', 'viewer', 'es'),
  ('northside', 'carla.ruiz@northside.example.com', 'Carla', 'Ruiz', 'owner', 'es'),
  ('northside', 'iker.sanz@northside.example.com', 'Iker', 'Sanz', 'manager', 'es'),
  ('northside', 'nina.boyd@northside.example.com', 'Nina', 'Boyd', 'viewer', 'en')
) as given (slug, email, first_name, surname, role, language);

-- What a client decided on the telephone.
insert into portal.quote_decision (account_id, quote_id, client_id, revision, decision, reason, method, decided_by, staff_id, decided_at)
select q.account_id, q.quote_id, q.client_id, q.revision, 'accepted', 'Order by telephone, number 4655.', 'phone', 'Sam Reyes', s.staff_id,
  date_trunc('minute', now()) - interval '50 days'
from portal.quote q
join portal.staff s on s.account_id = q.account_id and s.email = 'lena.hart@brightwater.example.com'
where q.account_id = pg_temp.account_of('brightwater') and q.number = 'Q-1018';
