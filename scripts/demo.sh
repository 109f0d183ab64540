#!/usr/bin/env bash
# Takes a fresh machine to a study on three Orthanc servers, with one command.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/lib/common.sh"

usage() {
  cat <<'TEXT'
Usage: scripts/demo.sh [--once] [--tls]
       scripts/demo.sh --cluster

Installs what is missing, builds, and starts three Orthanc servers and the gateway. Sends a generated CT study to the
gateway with DCMTK's storescu, shows what each server holds, and has the gateway compare it with what was sent, byte for
byte. Runs until Ctrl-C, then stops what it started.

  --once   stops everything at once, and exits with 0 only if every server holds the whole study as it was sent. Uses the
           folder var/demo, which it empties first; your own data is not touched
  --tls    uses TLS everywhere, with certificates on every side: conf/tls and orthanc/tls, and a test authority in
           var/tls
  --cluster
           starts a cluster of three gateways instead (scripts/cluster.sh), takes one of them away with its disk while
           it has a study to deliver, and shows that nothing is missing. Then stops everything, and exits with 0 only if
           every server holds the whole study. Uses the folder var/demo-cluster, which it empties first
TEXT
}

ONCE=
TLS=
CLUSTER=
for argument in "$@"; do
  case $argument in
    --once) ONCE=yes ;;
    --tls) TLS=yes ;;
    --cluster) CLUSTER=yes ;;
    -h | --help) usage && exit ;;
    *)
      usage >&2
      exit 2
      ;;
  esac
done

[[ -z $CLUSTER || -z $ONCE$TLS ]] || die "--cluster goes with no other option"

SERIES=2
INSTANCES_PER_SERIES=10
TOTAL=$((SERIES * INSTANCES_PER_SERIES))
given=() # what the commands in another terminal must know too
for name in GATEWAY_CONFIG GATEWAY_PORT GATEWAY_ADMIN_PORT GATEWAY_VAR; do
  [[ -z ${!name:-} ]] || given+=("$name=${!name}")
done
if [[ -n $TLS ]]; then
  GATEWAY_PORT=${GATEWAY_PORT:-2762}
  export GATEWAY_CONFIG=$ROOT/conf/tls/gateway.conf
  given+=("GATEWAY_CONFIG=$GATEWAY_CONFIG")
  # What DCMTK's tools, scripts/gateway send and scripts/orthanc.sh need to speak TLS.
  dcmtk_tls=(+tls "$TLS_FOLDER/modality.key" "$TLS_FOLDER/modality.crt" +cf "$TLS_FOLDER/ca.crt")
  send_tls=(--tls-trust "$TLS_FOLDER/ca.crt" --tls-cert "$TLS_FOLDER/modality.crt" --tls-key "$TLS_FOLDER/modality.key")
  orthanc_tls=(--tls)
else
  GATEWAY_PORT=${GATEWAY_PORT:-11112}
  dcmtk_tls=()
  send_tls=()
  orthanc_tls=()
fi
GATEWAY_ADMIN_PORT=${GATEWAY_ADMIN_PORT:-8080}
READY_SECONDS=60
DELIVERY_SECONDS=60
TAKEOVER_SECONDS=120
# A little longer than the gateway's own limit for an orderly stop (gateway.shutdown-timeout).
GATEWAY_STOP_SECONDS=40

servers_started=() # by this script, which stops them
gateway_pid=       # started by this script; empty when another one runs

# Uses the operator's folder, or its own one, which begins empty.
choose_folder() {
  if [[ -z $ONCE ]]; then
    set_var "${GATEWAY_VAR:-$ROOT/var}"
  else
    set_var "$ROOT/var/demo"
    stop_leftovers
    rm -rf "${VAR:?}/orthanc" "$VAR/spool" "$VAR/logs" "$VAR/run" "$VAR/study"
    mkdir -p "$VAR/logs"
  fi
}

# Stops what an earlier --once left running because it was killed.
stop_leftovers() {
  if compgen -G "$VAR/run/*.pid" >/dev/null; then
    "$ROOT/scripts/orthanc.sh" stop
    end_process "$(cat "$VAR/run/gateway.pid" 2>/dev/null || echo 0)" gateway "$GATEWAY_STOP_SECONDS"
  fi
}

# scripts/orthanc.sh for the servers of this run.
orthanc() { "$ROOT/scripts/orthanc.sh" ${orthanc_tls[@]+"${orthanc_tls[@]}"} "$@"; }

server_names() {
  local file
  for file in "$ROOT"/orthanc/*.json; do
    basename "$file" .json
  done
}

start_servers() {
  local name
  for name in $(server_names); do
    if orthanc status "$name" >/dev/null 2>&1; then
      say "$name runs already; it stays as it is"
    else
      servers_started+=("$name")
    fi
  done
  if ((${#servers_started[@]} > 0)); then
    orthanc start "${servers_started[@]}" || die "not all servers could be started; see above"
  fi
}

gateway_answers() {
  echoscu ${dcmtk_tls[@]+"${dcmtk_tls[@]}"} -q -to 2 -ta 5 -td 5 -aet DEMO -aec GATEWAY 127.0.0.1 "$GATEWAY_PORT" 2>/dev/null
}

start_gateway() {
  if port_is_taken "$GATEWAY_PORT"; then
    if [[ -z $ONCE ]] && gateway_answers; then
      say "a gateway answers on port $GATEWAY_PORT already; the study goes to that one"
      return
    fi
    explain_taken_port "$GATEWAY_PORT" "the gateway" "conf/gateway.conf, or for this run in the environment (GATEWAY_PORT)"
    exit 1
  fi
  if port_is_taken "$GATEWAY_ADMIN_PORT"; then
    explain_taken_port "$GATEWAY_ADMIN_PORT" "the gateway's operators" \
      "conf/gateway.conf, or for this run in the environment (GATEWAY_ADMIN_PORT)"
    exit 1
  fi
  export GATEWAY_PORT GATEWAY_ADMIN_PORT
  mkdir -p "$VAR/run" "$VAR/logs"
  # In its own session: Ctrl-C goes only to this script, which then stops the gateway in order.
  setsid "$ROOT/scripts/gateway" run >"$VAR/logs/gateway.out" 2>&1 </dev/null &
  gateway_pid=$!
  printf '%s\n' "$gateway_pid" >"$VAR/run/gateway.pid"
  local deadline=$((SECONDS + READY_SECONDS))
  until gateway_answers; do
    if ! kill -0 "$gateway_pid" 2>/dev/null; then
      tail -n 30 "$VAR/logs/gateway.out" >&2
      gateway_pid=
      die "the gateway ended while it started; see above"
    fi
    ((SECONDS < deadline)) || die "the gateway did not answer C-ECHO within $READY_SECONDS s; see $VAR/logs/gateway.out"
    sleep 0.2
  done
  say "GATEWAY at 127.0.0.1:$GATEWAY_PORT, process $gateway_pid"
}

send_study() {
  rm -rf "${VAR:?}/study"
  "$ROOT/scripts/gateway" generate --output "$VAR/study" --patients 1 --studies 1 --series "$SERIES" \
    --instances "$INSTANCES_PER_SERIES" --modality CT --seed 1
  say "storescu sends $TOTAL instances to GATEWAY"
  # -R: only the SOP classes of the files; -xe: as they are, explicit VR little endian first.
  storescu ${dcmtk_tls[@]+"${dcmtk_tls[@]}"} -R -xe -to 10 -ta 30 -td 60 -aet DEMO -aec GATEWAY +sd +r 127.0.0.1 "$GATEWAY_PORT" "$VAR/study" ||
    die "storescu could not send the study; see $VAR/logs/gateway.log"
}

# pending_since LINE: how many deliveries of the instances received after that line of forward.log are still to be made.
pending_since() {
  tail -n "+$(($1 + 1))" "$VAR/logs/forward.log" 2>/dev/null | awk '
    / event=received / && match($0, / deliveries=[0-9]+/) { due += substr($0, RSTART + 12, RLENGTH - 12) }
    / event=(delivered|parked) / { due-- }
    END { print due + 0 }'
}

# Waits until everything sent has arrived, whatever the routes say; at most 15 s, since a stopped server gets nothing.
await_deliveries() {
  local deadline=$((SECONDS + 15))
  while [[ -n $gateway_pid && $(pending_since "$1") -gt 0 ]] && ((SECONDS < deadline)); do
    sleep 0.5
  done
}

# shellcheck disable=SC2317 # called by the trap
stop_all() {
  local code=$?
  trap - EXIT
  trap '' INT TERM
  if [[ -n $gateway_pid || ${#servers_started[@]} -gt 0 ]]; then
    step "Stopping what was started"
  fi
  if [[ -n $gateway_pid ]]; then
    end_process "$gateway_pid" gateway "$GATEWAY_STOP_SECONDS"
    rm -f "$VAR/run/gateway.pid"
    say "gateway: stopped"
  fi
  if ((${#servers_started[@]} > 0)); then
    orthanc stop "${servers_started[@]}"
  fi
  exit "$code"
}

accession_number() { # of the study sent
  local file
  file=$(find "$VAR/study" -type f -print -quit)
  dcmdump +P AccessionNumber "$file" | sed -n 's/^[^[]*\[\(.*\)\].*/\1/p'
}

# Asks the gateway to compare what each server holds with what it sent.
compare() {
  step "Is it what was sent? scripts/gateway verify --accession $(accession_number)"
  "$ROOT/scripts/gateway" verify --accession "$(accession_number)"
}

what_to_try() {
  local accession
  accession=$(accession_number)
  cat <<TEXT

Everything runs. Open the gateway's page:

  http://127.0.0.1:$GATEWAY_ADMIN_PORT/

and search there (press /) for the study you just sent: accession number $accession. Then try, in another terminal:
${given[0]:+  export ${given[*]}}
  # follow each instance
  scripts/gateway tail -f --file $VAR/logs/forward.log
  # send your own images, or more generated ones, to the gateway
  scripts/gateway generate --output $VAR/mr --modality MR --instances 200
  scripts/gateway send GATEWAY@127.0.0.1:$GATEWAY_PORT ${send_tls[@]+${send_tls[@]} }$VAR/mr
  # stop a server: the others go on; the page says why deliveries wait; the server gets them when it is back
  scripts/orthanc.sh ${orthanc_tls[@]+${orthanc_tls[@]} }stop orthanc2
  # show what each server holds, and whether it is what was sent
  scripts/gateway inspect
  scripts/gateway verify --accession $accession
  # check your edit of conf/routing.conf
  scripts/gateway check

The servers' own pages: http://127.0.0.1:8042, 8043, 8044 (login ${ORTHANC_USER:-orthanc}, the
password is $([[ -n ${ORTHANC_PASSWORD:-} ]] && echo "that of ORTHANC_PASSWORD" || echo "in $VAR/orthanc.password")).

Ctrl-C stops what this script has started. Received instances stay in $VAR.
TEXT
}

# The gateway that has received the study.
owner() {
  local name
  for name in gw1 gw2 gw3; do
    ! grep -qs ' event=received ' "$VAR/cluster/$name/logs/forward.log" || printf '%s\n' "$name"
  done
}

cluster_demo() {
  local name lost
  step "1/5 Set-up"
  "$ROOT/scripts/setup.sh" --cluster
  PATH=$PATH:/usr/sbin
  step "2/5 Build"
  "$ROOT/scripts/gateway" --version
  set_var "$ROOT/var/demo-cluster"
  export GATEWAY_VAR=$VAR
  "$ROOT/scripts/cluster.sh" stop >/dev/null
  rm -rf "${VAR:?}/cluster" "$VAR/orthanc" "$VAR/study"
  trap '"$ROOT/scripts/cluster.sh" stop' EXIT
  step "3/5 PostgreSQL with a standby, three gateways, HAProxy, three Orthanc servers: scripts/cluster.sh start"
  "$ROOT/scripts/cluster.sh" start
  step "4/5 A study, while orthanc1 is paused; then the gateway that has it is lost, with its disk"
  "$ROOT/scripts/gateway" pause orthanc1 --config "$VAR/cluster/gw1/conf/gateway.conf"
  send_study
  lost=$(owner)
  [[ $lost == gw? ]] || die "one gateway should have received the study; these have: ${lost:-none}"
  "$ROOT/scripts/cluster.sh" lose "$lost"
  [[ $lost == gw1 ]] && name=gw2 || name=gw1
  # Says that the lost one does not answer.
  "$ROOT/scripts/gateway" resume orthanc1 --config "$VAR/cluster/$name/conf/gateway.conf" || true
  step "5/5 What each server holds, when the lease of $lost has ended"
  "$ROOT/scripts/gateway" inspect --config "$VAR/cluster/$name/conf/gateway.conf" --expect-instances "$TOTAL" \
    --wait "$TAKEOVER_SECONDS" || die "not every server holds the $TOTAL instances sent; logs: $VAR/cluster"
  "$ROOT/scripts/cluster.sh" status
  step "Every server holds all $TOTAL instances, although $lost is gone with its disk"
}

if [[ -n $CLUSTER ]]; then
  cluster_demo
  exit
fi

trap stop_all EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

step "1/5 Set-up"
"$ROOT/scripts/setup.sh"
PATH=$PATH:/usr/sbin
[[ -z $TLS ]] || need_certificates gateway modality orthanc1 orthanc2 orthanc3
step "2/5 Build"
"$ROOT/scripts/gateway" --version
step "3/5 Orthanc servers"
choose_folder
start_servers
step "4/5 Gateway"
start_gateway
step "5/5 A study"
lines=$(wc -l 2>/dev/null <"$VAR/logs/forward.log" || echo 0)
send_study

if [[ -n $ONCE ]]; then
  step "What each server holds"
  "$ROOT/scripts/gateway" inspect --expect-instances "$TOTAL" --wait "$DELIVERY_SECONDS" ||
    die "not every server holds the $TOTAL instances sent; perhaps conf/routing.conf was changed; logs: $VAR/logs"
  compare || die "not every server holds what was sent; logs: $VAR/logs"
  step "Every server holds all $TOTAL instances, byte for byte as they were sent"
  exit
fi

await_deliveries "$lines"
step "What each server holds"
"$ROOT/scripts/gateway" inspect || true
compare || true
what_to_try
# From here on Ctrl-C is the normal end.
trap 'exit 0' INT
while [[ -z $gateway_pid ]] || kill -0 "$gateway_pid" 2>/dev/null; do
  # In the background, so that a signal takes effect at once.
  sleep 1 &
  wait $! || true
done
gateway_pid=
tail -n 30 "$VAR/logs/gateway.out" >&2
die "the gateway has ended; see above"
