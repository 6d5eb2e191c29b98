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
