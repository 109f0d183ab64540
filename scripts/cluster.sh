#!/usr/bin/env bash
# Runs a cluster on this machine, to try it: PostgreSQL with a standby, Patroni, etcd, HAProxy, three gateways, and the
# Orthanc servers. Patroni, etcd and HAProxy run with the files in deploy/cluster.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/lib/common.sh"

usage() {
  cat <<'TEXT'
Usage: scripts/cluster.sh COMMAND [NAME]

  start        starts what does not run, and waits until it answers; the gateways are gw1, gw2 and gw3
  status       shows what runs, and what each gateway says of the cluster
  kill NAME    kills a part at once, as when its machine is lost: gw1, gw2, gw3, db1, db2
  lose NAME    kills it, and deletes its disk
  stop         stops everything in order
  wipe         deletes databases and spools of a stopped cluster; asks first, unless --yes

Send to GATEWAY at 127.0.0.1:11112: HAProxy passes it to one of the gateways. They are at 11121 to 11123, their pages at
http://127.0.0.1:8081/ to 8083. Only for a try: it is one machine, and every user of it can read the database.

Needs PostgreSQL, Patroni, etcd and HAProxy; start installs them.
TEXT
}

set_var "${GATEWAY_VAR:-$ROOT/var}"
need_orthanc_login
CLUSTER=$VAR/cluster
GATEWAYS=(gw1 gw2 gw3)
DATABASES=(db1 db2)
DATABASE_PASSWORD=for-a-try
# Below the ports of outgoing connections, which Linux begins at 32768: one of those may have any of them.
ETCD_PORT=12379
ETCD_PEER_PORT=12380
BALANCER_PORT=11112
START_SECONDS=60
STOP_SECONDS=40
PATH=$PATH:/usr/sbin

dicom_port() { printf '1112%s' "${1#gw}"; }
database_port() { printf '1543%s' "${1#db}"; }
patroni_port() { printf '1583%s' "${1#db}"; }
admin_port() { printf '808%s' "${1#gw}"; }
pid_file_of() { printf '%s/run/%s.pid' "$CLUSTER" "$1"; }
mark_of() { # what the process has on its command line
  case $1 in
    etcd) printf '%s/etcd' "$CLUSTER" ;;
    db?) printf '%s/deploy/cluster/patroni.yml' "$ROOT" ;;
    balancer) printf '%s/deploy/cluster/haproxy.cfg' "$ROOT" ;;
    *) printf '%s/%s/conf/gateway.conf' "$CLUSTER" "$1" ;;
  esac
}
runs() { is_process "$(cat "$(pid_file_of "$1")" 2>/dev/null || echo 0)" "$(mark_of "$1")"; }

# PostgreSQL does not run as root. There it runs as its own user, who may use this folder.
as_postgres() { # PROGRAM ARGUMENT…
  if ((EUID == 0)); then
    exec setpriv --reuid=postgres --regid=postgres --clear-groups --inh-caps=+dac_override --ambient-caps=+dac_override "$@"
  fi
  exec "$@"
}

sql() { # STATEMENT, for whichever is the primary
  PGPASSWORD=$DATABASE_PASSWORD psql -X -q -At -U postgres -c "$1" \
    "host=127.0.0.1,127.0.0.1 port=$(database_port db1),$(database_port db2) dbname=postgres target_session_attrs=read-write"
}

# start_part NAME COMMAND…: in its own session, so that Ctrl-C does not reach it.
start_part() {
  local name=$1
  shift
  mkdir -p "$CLUSTER/run" "$CLUSTER/logs"
  ("$@" >>"$CLUSTER/logs/$name.out" 2>&1 </dev/null &
    printf '%s\n' "$!" >"$(pid_file_of "$name")")
}

await() { # NAME COMMAND…
  local name=$1 begin=$SECONDS
  shift
  until "$@" >/dev/null 2>&1; do
    # In its first moments it is still this script, and not yet what it is to become.
    if ((SECONDS >= begin + START_SECONDS)) || { ((SECONDS > begin + 1)) && ! runs "$name"; }; then
      tail -n 20 "$CLUSTER/logs/$name.out" >&2
      die "$name does not answer; all it said is in $CLUSTER/logs/$name.out"
    fi
    sleep 0.2
  done
}

# As on two machines: Patroni makes the databases, keeps one of them the standby, and promotes it when the other is lost.
patroni() { # NAME FILE
  export PATRONI_NAME=$1
  export PATRONI_ETCD3_HOSTS=127.0.0.1:$ETCD_PORT
  export PATRONI_RESTAPI_LISTEN=127.0.0.1:$(patroni_port "$1")
  export PATRONI_RESTAPI_CONNECT_ADDRESS=$PATRONI_RESTAPI_LISTEN
  export PATRONI_POSTGRESQL_LISTEN=127.0.0.1:$(database_port "$1")
  export PATRONI_POSTGRESQL_CONNECT_ADDRESS=$PATRONI_POSTGRESQL_LISTEN
  export PATRONI_POSTGRESQL_DATA_DIR=$CLUSTER/$1
  PATRONI_POSTGRESQL_BIN_DIR=$(dirname "$(compgen -G "/usr/lib/postgresql/*/bin/postgres" | sort -V | tail -n 1)")
  export PATRONI_POSTGRESQL_BIN_DIR
  export PATRONI_SUPERUSER_PASSWORD=$DATABASE_PASSWORD PATRONI_REPLICATION_PASSWORD=$DATABASE_PASSWORD
  as_postgres patroni "$2"
}

start_etcd() {
  local settings
  mapfile -t settings < <(grep '^ETCD_' "$ROOT/deploy/cluster/etcd.env")
  start_part etcd setsid env "${settings[@]}" etcd --name etcd --data-dir "$CLUSTER/etcd" \
    --listen-client-urls "http://127.0.0.1:$ETCD_PORT" --advertise-client-urls "http://127.0.0.1:$ETCD_PORT" \
    --listen-peer-urls "http://127.0.0.1:$ETCD_PEER_PORT" --initial-advertise-peer-urls "http://127.0.0.1:$ETCD_PEER_PORT" \
    --initial-cluster "etcd=http://127.0.0.1:$ETCD_PEER_PORT"
  await etcd port_is_taken "$ETCD_PORT"
}

start_database() { # NAME
  if [[ ! -d $CLUSTER/$1 ]]; then
    mkdir -p "$CLUSTER/$1"
    ((EUID != 0)) || chown postgres "$CLUSTER/$1"
    chmod 700 "$CLUSTER/$1"
  fi
  start_part "$1" setsid "$0" patroni "$1" "$ROOT/deploy/cluster/patroni.yml"
}

database_is_ready() { # NAME; the primary, or a standby that replicates
  curl -fsS -o /dev/null --max-time 2 "http://127.0.0.1:$(patroni_port "$1")/health"
}

has_standby() { [[ $(sql "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == 1 ]]; }

make_database() {
  if [[ -z $(sql "SELECT 1 FROM pg_database WHERE datname = 'gateway'") ]]; then
    sql "CREATE ROLE gateway LOGIN PASSWORD '$DATABASE_PASSWORD'"
    sql "GRANT pg_read_all_stats TO gateway"
    sql "CREATE DATABASE gateway OWNER gateway"
  fi
}

start_gateway() {
  local home=$CLUSTER/$1
  mkdir -p "$home/conf"
  [[ -e $home/conf/routing.conf ]] || cp "$ROOT/conf/routing.conf" "$home/conf/"
  cat >"$home/conf/gateway.conf" <<TEXT
gateway {
  listeners.dicom {
    port = $(dicom_port "$1")
    proxy-protocol { from = ["127.0.0.1"] }
  }
  admin.port = $(admin_port "$1")
  spool.directory = "$home/spool"
  cluster {
    node = $1
    postgresql.url = "postgresql://127.0.0.1:$(database_port db1),127.0.0.1:$(database_port db2)/gateway"
    postgresql.password = $DATABASE_PASSWORD
  }
}
TEXT
  GATEWAY_VAR=$home start_part "$1" setsid "$ROOT/scripts/gateway" run --config "$home/conf/gateway.conf"
}

gateway_is_ready() { curl -fsS -o /dev/null --max-time 2 "http://127.0.0.1:$(admin_port "$1")/health/ready"; }

start_balancer() {
  DICOM_BIND=127.0.0.1:$BALANCER_PORT GW1=127.0.0.1:$(dicom_port gw1) GW2=127.0.0.1:$(dicom_port gw2) \
    GW3=127.0.0.1:$(dicom_port gw3) start_part balancer setsid haproxy -f "$ROOT/deploy/cluster/haproxy.cfg"
  await balancer port_is_taken "$BALANCER_PORT"
}

start() {
  local name
  "$ROOT/scripts/setup.sh" --cluster
  # Built now, if need be: the gateways have only so long to answer.
  "$ROOT/scripts/gateway" --version
  mkdir -p "$CLUSTER"
  "$ROOT/scripts/orthanc.sh" start
  runs etcd || start_etcd
  for name in "${DATABASES[@]}"; do
    runs "$name" || start_database "$name"
    await "$name" database_is_ready "$name"
  done
  await db1 has_standby
  make_database
  for name in "${GATEWAYS[@]}"; do
    runs "$name" || start_gateway "$name"
  done
  for name in "${GATEWAYS[@]}"; do
    await "$name" gateway_is_ready "$name"
  done
  runs balancer || start_balancer
  status
  say "Send to GATEWAY at 127.0.0.1:$BALANCER_PORT"
}

status() {
  local name
  for name in etcd "${DATABASES[@]}" balancer "${GATEWAYS[@]}"; do
    if runs "$name"; then
      printf '%-9s runs, process %s\n' "$name" "$(cat "$(pid_file_of "$name")")"
    else
      printf '%-9s does not run\n' "$name"
    fi
  done
  for name in "${GATEWAYS[@]}"; do
    if runs "$name"; then
      "$ROOT/scripts/gateway" status --config "$CLUSTER/$name/conf/gateway.conf" 2>/dev/null |
        sed -n "s/^cluster: /$name says: /p" || true
    fi
  done
}

kill_part() {
  [[ " ${GATEWAYS[*]} ${DATABASES[*]} " == *" $1 "* ]] ||
    die "nothing called $1 can be killed; the names: ${GATEWAYS[*]} ${DATABASES[*]}"
  runs "$1" || die "$1 does not run"
  kill -KILL -- "-$(ps -o pgid= -p "$(cat "$(pid_file_of "$1")")" | tr -d ' ')"
  # PostgreSQL is in a session of its own.
  [[ ! -e $CLUSTER/$1/postmaster.pid ]] || kill -KILL "$(head -n 1 "$CLUSTER/$1/postmaster.pid")"
  say "$1: killed"
}

stop() {
  local name
  for name in balancer "${GATEWAYS[@]}" db2 db1 etcd; do
    if runs "$name"; then
      end_process "$(cat "$(pid_file_of "$name")")" "$(mark_of "$name")" "$STOP_SECONDS"
      say "$name: stopped"
    fi
    rm -f "$(pid_file_of "$name")"
  done
  "$ROOT/scripts/orthanc.sh" stop
}

wipe() {
  local name answer
  for name in etcd "${DATABASES[@]}" "${GATEWAYS[@]}"; do
    ! runs "$name" || die "$name runs; stop the cluster first"
  done
  if [[ ${1:-} != --yes ]]; then
    read -r -p "Delete everything in $CLUSTER? (yes/no) " answer
    [[ $answer == yes ]] || exit 1
  fi
  rm -rf "${CLUSTER:?}"
}

case ${1:-} in
  start | status | stop) "$1" ;;
  kill) kill_part "${2:-}" ;;
  lose)
    kill_part "${2:-}"
    case $2 in
      db?) rm -rf "${CLUSTER:?}/$2" ;;
      *) rm -rf "${CLUSTER:?}/$2/spool" ;;
    esac
    ;;
  wipe) wipe "${2:-}" ;;
  patroni)
    patroni "${2:?}" "${3:?}"
    ;;
  -h | --help) usage ;;
  *)
    usage >&2
    exit 2
    ;;
esac
