#!/bin/bash
# Once, on the primary of cluster.yaml: what docs/cluster.md asks of the database. The standby is asked for last: what is
# committed from then on waits for it.
set -euo pipefail
psql --set ON_ERROR_STOP=1 --set password="$POSTGRES_PASSWORD" --username postgres <<'SQL'
CREATE ROLE gateway LOGIN PASSWORD :'password';
GRANT pg_read_all_stats TO gateway;
CREATE DATABASE gateway OWNER gateway;
ALTER SYSTEM SET synchronous_standby_names = '*';
SQL
echo 'host replication postgres all scram-sha-256' >>"$PGDATA/pg_hba.conf"
