#!/usr/bin/env bash
# Run once by the image of PostgreSQL, after bootstrap.sql: the roles that log in get the passwords of the secrets.
set -euo pipefail
for role in edge maintenance courier; do
  # On a line of its own: what cannot be read ends the script here, and does not become an empty password.
  secret=$(cat "/run/secrets/${role}_password")
  if [ -z "$secret" ]; then
    echo "/run/secrets/${role}_password is empty" >&2
    exit 1
  fi
  psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
    --set=role="portal_$role" --set=secret="$secret" <<<"ALTER ROLE :\"role\" PASSWORD :'secret';"
done
