#!/usr/bin/env bash
# Usage: class-archive.sh JAR
# Writes JAR's class-data archive beside it, as JAR with .jsa at the end: with it the JVM starts the gateway in two thirds
# of the time. It runs a gateway of its own, on free ports and in a temporary folder, for as long as that takes to start.
# The archive is for this Java and this file only; with another the JVM starts without it.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/common.sh"

JAR=$(readlink -f "$1")
JAVA_HOME=$(find_java java)
[[ -n $JAVA_HOME ]] || die "no Java of version 17 or newer found (JAVA_HOME, PATH, /usr/lib/jvm)"

work=$(mktemp -d)
java_pid=
clean_up() {
  [[ -z $java_pid ]] || end_process "$java_pid" "$JAR" 30
  rm -rf "${work:?}" "$JAR.jsa.part"
}
trap clean_up EXIT

free_port() {
  local port
  while :; do
    port=$((10000 + RANDOM % 6000))
    port_is_taken "$port" || break
  done
  echo "$port"
}

port=$(free_port)
cat >"$work/gateway.conf" <<TEXT
gateway {
  listeners.dicom { bind = 127.0.0.1, port = $port }
  admin.port = $(free_port)
  spool { directory = "$work/spool", reserve = 0 }
  audit.directory = "$work/audit"
}
TEXT
echo 'destinations {}, routes = []' >"$work/routing.conf"

"$JAVA_HOME/bin/java" -Xmx256m "-XX:ArchiveClassesAtExit=$JAR.jsa.part" -Xlog:cds*=off "-Dgateway.home=$work" \
  "-Dgateway.logs=$work" "-Dlogback.configurationFile=$ROOT/conf/logback.xml" -jar "$JAR" \
  run --config "$work/gateway.conf" >"$work/output" 2>&1 &
java_pid=$!
for ((i = 0; i < 300; i++)); do
  port_is_taken "$port" && break
  kill -0 "$java_pid" 2>/dev/null || break
  sleep 0.1
done
kill "$java_pid" 2>/dev/null || true
wait "$java_pid" || true
java_pid=
[[ -s $JAR.jsa.part ]] || die "the class-data archive was not written: $(tail -n 3 "$work/output")"
chmod 644 "$JAR.jsa.part"
mv -f "$JAR.jsa.part" "$JAR.jsa"
