#!/usr/bin/env bash
# Run once by the image of PostgreSQL, after bootstrap.sql: the roles that log in get the passwords of the secrets.
set -euo pipefail
for role in edge maintenance courier; do
  psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
    --set=role="portal_$role" --set=secret="$(cat "/run/secrets/${role}_password")" <<<"ALTER ROLE :\"role\" PASSWORD :'secret';"
done
