#!/bin/sh
# Creates the database `rondo` and its user at the first start, with the password in POSTGRES_PASSWORD.
set -eu
bin=/opt/postgresql/bin
data=/var/lib/postgresql/data

if [ ! -s "$data/PG_VERSION" ]; then
  rm -rf "$data.part"
  # /tmp is memory in a pod, and the file is removed after the next command.
  umask 077
  printf '%s\n' "${POSTGRES_PASSWORD:?has to be set}" > /tmp/password
  "$bin/initdb" --pgdata="$data.part" --username=rondo --pwfile=/tmp/password --encoding=UTF8 --locale=C.UTF-8 \
    --auth-host=scram-sha-256 --auth-local=trust > /dev/null
  rm /tmp/password
  echo 'create database rondo owner rondo' | "$bin/postgres" --single -D "$data.part" postgres > /dev/null
  echo 'host all all all scram-sha-256' >> "$data.part/pg_hba.conf"
  mv "$data.part" "$data"
fi
unset POSTGRES_PASSWORD
exec "$bin/postgres" -D "$data" -c listen_addresses='*' -c unix_socket_directories=/tmp "$@"
