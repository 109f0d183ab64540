#!/usr/bin/env bash
# Measures the gateway and its baselines on this machine, and prints tables in Markdown.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/lib/common.sh"

FIGURES=(ingest cpu forward through balance backlog latency start stalled tls api knee web web-in line transform transcode cluster)

usage() {
  cat <<'TEXT'
Usage: scripts/bench.sh [--runs N] [--quick] [all | FIGURE…]

Figures: ingest cpu forward through balance backlog latency start stalled tls api knee web web-in line transform transcode cluster (all: every one, about 45 minutes)

  --runs N   runs of each measurement, interleaved with those of its baselines (default: 3)
  --quick    a tenth of the instances, one run: only to see that everything works

Tables go to standard output, progress to standard error. What each figure means: docs/performance.md.
Everything runs on this machine, in its own folder (BENCH_DIR, default var/bench), which is removed at the end. It needs
about 10 GB there. Nothing else should run on the machine.
TEXT
}

RUNS=3
AMOUNT=full
figures=()
while (($# > 0)); do
  case $1 in
    --runs)
      RUNS=${2:-}
      [[ $RUNS =~ ^[1-9][0-9]?$ ]] || die "--runs needs a number from 1 to 99"
      shift
      ;;
    --quick)
      AMOUNT=quick
      RUNS=1
      ;;
    -h | --help) usage && exit ;;
    all) figures+=(all) ;;
    *)
      [[ " ${FIGURES[*]} " == *" $1 "* ]] || {
        usage >&2
        exit 2
      }
      figures+=("$1")
      ;;
  esac
  shift
done
((${#figures[@]} > 0)) || figures=(all)

for tool in Orthanc storescu storescp; do
  PATH=$PATH:/usr/sbin command -v "$tool" >/dev/null || die "$tool is missing; scripts/setup.sh installs it"
done
PATH=$PATH:/usr/sbin
"$ROOT/scripts/gateway" --version >&2
JAVA_HOME=$(find_jdk)
export JAVA_HOME
quietly "Building the measurements" "$ROOT/gateway/target/bench-build.log" \
  as_caller mvn -B -f "$ROOT/pom.xml" -Dspotless.check.skip=true -Dfail-on-warning=false test-compile >&2 ||
  die "the build failed; all of it is in $ROOT/gateway/target/bench-build.log"

mkdir -p "${BENCH_DIR:-$ROOT/var/bench}"
work=$(mktemp -d "${BENCH_DIR:-$ROOT/var/bench}/run-XXXXXX")
# Copies: a build during the run must not change what is measured.
cp "$ROOT/gateway/target/gateway.jar" "$work/gateway.jar"
cp -r "$ROOT/gateway/target/test-classes" "$work/classes"
# As it ships, it has an archive of its classes. That is for one file in one place, and for one Java.
"$ROOT/scripts/lib/class-archive.sh" "$work/gateway.jar"

java_pid=
# shellcheck disable=SC2317 # called by the trap
clean_up() {
  local code=$?
  trap - EXIT
  trap '' INT TERM
  if [[ -n $java_pid ]]; then
    # It stops every process that it has started.
    end_process "$java_pid" org.dicomgateway.bench.Bench 60
  fi
  rm -rf "${work:?}"
  rmdir "${BENCH_DIR:-$ROOT/var/bench}" 2>/dev/null || true
  exit "$code"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

say "Measured on $(nproc) cores ($(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)), Linux $(uname -r)," \
  "$(df --output=fstype "$work" | tail -n 1);" \
  "$("$JAVA_HOME/bin/java" -version 2>&1 | sed -n 's/.*version "\([^"]*\)".*/Java \1/p' | head -n 1)," \
  "Orthanc $(Orthanc --version | sed -n 's/^Orthanc //p' | head -n 1)," \
  "DCMTK $(storescu --version | sed -n 's/.*dcmtk: storescu v\([^ ]*\).*/\1/p' | head -n 1);" \
  "load $(cut -d ' ' -f 1 /proc/loadavg) at the start; $RUNS run(s), $AMOUNT."

# In its own session: Ctrl-C goes only to this script, which then stops it in order.
cd "$ROOT"
setsid "$JAVA_HOME/bin/java" -Xmx2g "-Dgateway.jar=$work/gateway.jar" "-Dproject.root=$ROOT" \
  "-Dlogback.configurationFile=$work/classes/bench-logback.xml" \
  -cp "$work/classes:$work/gateway.jar" org.dicomgateway.bench.Bench "$work" "$RUNS" "$AMOUNT" "${figures[@]}" &
java_pid=$!
code=0
wait "$java_pid" || code=$?
java_pid=
exit "$code"
