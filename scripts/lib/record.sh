#!/usr/bin/env bash
# Makes docs/images/terminal.svg: a real session with the gateway and three Orthanc servers, with generated studies only.
# Usage: scripts/lib/record.sh [FILE]. Uses the folder var/record, which it empties first, and the ports of the demo.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/common.sh"

PICTURE=$(readlink -m "${1:-$ROOT/docs/images/terminal.svg}")
READY_SECONDS=180
gateway_pid=

# shellcheck disable=SC2317 # called by the trap
stop_all() {
  [[ -z $gateway_pid ]] || end_process "$gateway_pid" gateway 40
  "$ROOT/scripts/orthanc.sh" stop >&2
}

start_all() {
  local port deadline=$((SECONDS + READY_SECONDS))
  for port in 4242 4243 4244 8080 11112; do
    ! port_is_taken "$port" || die "port $port is taken by $(port_holder "$port")"
  done
  "$ROOT/scripts/orthanc.sh" start >&2
  setsid "$ROOT/scripts/gateway" run >"$VAR/gateway.out" 2>&1 </dev/null &
  gateway_pid=$!
  until grep -q ready "$VAR/gateway.out"; do
    if ((SECONDS >= deadline)) || ! kill -0 "$gateway_pid"; then
      die "the gateway did not start; see $VAR/gateway.out"
    fi
    sleep 0.2
  done
}

# screen COMMENT COMMAND…: runs it, and adds it with what it prints to the session. Lines with paths of this machine read
# as if the gateway was in /opt/gateway.
screen() {
  printf '\f# %s\n' "$1" >>"$VAR/session"
  shift
  local command
  for command in "$@"; do
    printf '$ %s\n' "$command" >>"$VAR/session"
    { bash -c "$command" 2>&1 || true; } | sed "s#$ROOT#/opt/gateway#g; s#/bin/bash: line 1: ##" >>"$VAR/session"
  done
}

# The accession number of a generated study.
accession() {
  dcmdump +P AccessionNumber "$(find "$1" -type f -print -quit)" | sed -n 's/^[^[]*\[\(.*\)\].*/\1/p'
}

mkdir -p "$ROOT/var"
set_var "$ROOT/var/record"
export PATH=$PATH:/usr/sbin
rm -rf "${VAR:?}"/*
cd "$VAR"
ln -s "$ROOT/scripts" scripts
trap stop_all EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

start_all
scripts/gateway generate -q --output morning --modality CT --instances 40 --seed 7
scripts/gateway generate -q --output noon --modality MR --instances 40 --seed 8
morning=$(accession morning) noon=$(accession noon)

screen "A CT sends a study. The gateway has it on its disk, and then answers." "scripts/gateway send gateway morning --aet CT1"
sleep 5
screen "Where is it? On all three servers." "scripts/gateway trace $morning"
screen "A server is down, and the next study comes." "scripts/orthanc.sh stop orthanc2" "scripts/gateway send gateway noon --aet MR1"
sleep 5
screen "What is wrong? One server, and what waits for it." "scripts/gateway status"
screen "The server is back." "scripts/orthanc.sh start orthanc2 2>/dev/null"
sleep 10
screen "It has got what waited for it. Nobody did anything." "scripts/gateway trace $noon"

awk -f "$ROOT/scripts/lib/terminal.awk" session >picture.svg
as_caller install -D -m 0644 picture.svg "$PICTURE"
say "$PICTURE: $(wc -c <"$PICTURE") bytes"
