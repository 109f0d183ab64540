#!/usr/bin/env bash
# Runs a cluster on this machine, to try it: PostgreSQL with a standby, HAProxy, three gateways, and the Orthanc servers.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/lib/common.sh"

usage() {
  cat <<'TEXT'
Usage: scripts/cluster.sh COMMAND [NAME]

  start        starts what does not run, and waits until it answers; the gateways are gw1, gw2 and gw3
  status       shows what runs, and what each gateway says of the cluster
  kill NAME    kills a part at once, as when its machine is lost: gw1, gw2, gw3, standby
  lose NAME    kills a gateway, and deletes its disk
  stop         stops everything in order
  wipe         deletes databases and spools of a stopped cluster; asks first, unless --yes

Send to GATEWAY at 127.0.0.1:11112: HAProxy passes it to one of the gateways. They are at 11121 to 11123, their pages at
http://127.0.0.1:8081/ to 8083. Only for a try: it is one machine, and every user of it can read the database.

Needs PostgreSQL and HAProxy: scripts/setup.sh --tests installs them.
TEXT
}

set_var "${GATEWAY_VAR:-$ROOT/var}"
need_orthanc_login
CLUSTER=$VAR/cluster
GATEWAYS=(gw1 gw2 gw3)
PRIMARY_PORT=55432
STANDBY_PORT=55433
BALANCER_PORT=11112
START_SECONDS=60
STOP_SECONDS=40
PATH=$PATH:/usr/sbin

dicom_port() { printf '1112%s' "${1#gw}"; }
admin_port() { printf '808%s' "${1#gw}"; }
pid_file_of() { printf '%s/run/%s.pid' "$CLUSTER" "$1"; }
mark_of() { # what the process has on its command line
  case $1 in
    primary | standby) printf '%s/%s' "$CLUSTER" "$1" ;;
    balancer) printf '%s/haproxy.cfg' "$CLUSTER" ;;
    *) printf '%s/%s/conf/gateway.conf' "$CLUSTER" "$1" ;;
  esac
}
runs() { is_process "$(cat "$(pid_file_of "$1")" 2>/dev/null || echo 0)" "$(mark_of "$1")"; }

# PostgreSQL does not run as root. There it runs as its own user, who may use this folder.
postgresql() { # PROGRAM ARGUMENT…
  local program
  program=$(compgen -G "/usr/lib/postgresql/*/bin/$1" | sort -V | tail -n 1) ||
    die "PostgreSQL is missing; scripts/setup.sh --tests installs it"
  shift
  if ((EUID == 0)); then
    exec setpriv --reuid=postgres --regid=postgres --clear-groups --inh-caps=+dac_override --ambient-caps=+dac_override \
      "$program" "$@"
  fi
  exec "$program" "$@"
}

sql() { # PORT STATEMENT
  (postgresql psql -X -q -At -h 127.0.0.1 -p "$1" -U postgres -d postgres -c "$2")
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
  local name=$1 deadline=$((SECONDS + START_SECONDS))
  shift
  until "$@" >/dev/null 2>&1; do
    if ! runs "$name" || ((SECONDS >= deadline)); then
      tail -n 20 "$CLUSTER/logs/$name.out" >&2
      die "$name does not answer; all it said is in $CLUSTER/logs/$name.out"
    fi
    sleep 0.2
  done
}

configure_postgresql() { # FOLDER PORT
  cat >>"$1/postgresql.conf" <<TEXT
listen_addresses = '127.0.0.1'
port = $2
unix_socket_directories = ''
max_connections = 60
TEXT
}

start_primary() {
  if [[ ! -e $CLUSTER/primary/PG_VERSION ]]; then
    mkdir -p "$CLUSTER/logs"
    (postgresql initdb -D "$CLUSTER/primary" -A trust -U postgres -E UTF8 --locale=C) >"$CLUSTER/logs/initdb.out" 2>&1 ||
      die "the database cannot be made; see $CLUSTER/logs/initdb.out"
    configure_postgresql "$CLUSTER/primary" "$PRIMARY_PORT"
  fi
  start_part primary setsid "$0" postgresql postgres -D "$CLUSTER/primary"
  await primary sql "$PRIMARY_PORT" "SELECT 1"
  if [[ -z $(sql "$PRIMARY_PORT" "SELECT 1 FROM pg_database WHERE datname = 'gateway'") ]]; then
    sql "$PRIMARY_PORT" "CREATE ROLE gateway LOGIN"
    sql "$PRIMARY_PORT" "GRANT pg_read_all_stats TO gateway"
    sql "$PRIMARY_PORT" "CREATE DATABASE gateway OWNER gateway"
    sql "$PRIMARY_PORT" "ALTER SYSTEM SET synchronous_standby_names = '*'"
    sql "$PRIMARY_PORT" "SELECT pg_reload_conf()" >/dev/null
  fi
}

start_standby() {
  if [[ ! -e $CLUSTER/standby/PG_VERSION ]]; then
    (postgresql pg_basebackup -h 127.0.0.1 -p "$PRIMARY_PORT" -U postgres -D "$CLUSTER/standby" -R -X stream -c fast) \
      >"$CLUSTER/logs/basebackup.out" 2>&1 || die "the standby cannot be made; see $CLUSTER/logs/basebackup.out"
    configure_postgresql "$CLUSTER/standby" "$STANDBY_PORT"
  fi
  start_part standby setsid "$0" postgresql postgres -D "$CLUSTER/standby"
  await standby sql "$STANDBY_PORT" "SELECT 1"
}

start_gateway() {
  local home=$CLUSTER/$1
  mkdir -p "$home/conf"
  cat >"$home/conf/gateway.conf" <<TEXT
gateway {
  listeners.dicom {
    port = $(dicom_port "$1")
    proxy-protocol { from = ["127.0.0.1"] }
  }
  admin.port = $(admin_port "$1")
  spool.directory = "$home/spool"
  routing = "$ROOT/conf/routing.conf"
  cluster {
    node = $1
    postgresql.url = "postgresql://127.0.0.1:$PRIMARY_PORT,127.0.0.1:$STANDBY_PORT/gateway"
  }
}
TEXT
  GATEWAY_VAR=$home start_part "$1" setsid "$ROOT/scripts/gateway" run --config "$home/conf/gateway.conf"
}

gateway_is_ready() { curl -fsS -o /dev/null --max-time 2 "http://127.0.0.1:$(admin_port "$1")/health/ready"; }

start_balancer() {
  local name
  {
    printf 'defaults\n  mode tcp\n  timeout connect 5s\n  timeout client 1h\n  timeout server 1h\n'
    printf 'listen dicom\n  bind 127.0.0.1:%s\n  balance leastconn\n' "$BALANCER_PORT"
    for name in "${GATEWAYS[@]}"; do
      printf '  server %s 127.0.0.1:%s send-proxy-v2 check check-send-proxy inter 1s\n' "$name" "$(dicom_port "$name")"
    done
  } >"$CLUSTER/haproxy.cfg"
  start_part balancer setsid haproxy -f "$CLUSTER/haproxy.cfg"
  await balancer port_is_taken "$BALANCER_PORT"
}

start() {
  local name
  command -v haproxy >/dev/null || die "HAProxy is missing; scripts/setup.sh --tests installs it"
  mkdir -p "$CLUSTER"
  "$ROOT/scripts/orthanc.sh" start
  runs primary || start_primary
  runs standby || start_standby
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
  for name in primary standby balancer "${GATEWAYS[@]}"; do
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
  [[ " ${GATEWAYS[*]} standby " == *" $1 "* ]] || die "nothing called $1 can be killed; the names: ${GATEWAYS[*]} standby"
  runs "$1" || die "$1 does not run"
  kill -KILL -- "-$(ps -o pgid= -p "$(cat "$(pid_file_of "$1")")" | tr -d ' ')"
  say "$1: killed"
}

stop() {
  local name
  for name in balancer "${GATEWAYS[@]}" standby primary; do
    if runs "$name"; then
      # PostgreSQL would wait for its clients after SIGTERM.
      case $name in primary | standby) kill -INT "$(cat "$(pid_file_of "$name")")" ;; esac
      end_process "$(cat "$(pid_file_of "$name")")" "$(mark_of "$name")" "$STOP_SECONDS"
      say "$name: stopped"
    fi
    rm -f "$(pid_file_of "$name")"
  done
  "$ROOT/scripts/orthanc.sh" stop
}

wipe() {
  local name answer
  for name in primary standby "${GATEWAYS[@]}"; do
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
    rm -rf "${CLUSTER:?}/${2:?}/spool"
    ;;
  wipe) wipe "${2:-}" ;;
  postgresql)
    shift
    postgresql "$@"
    ;;
  -h | --help) usage ;;
  *)
    usage >&2
    exit 2
    ;;
esac
