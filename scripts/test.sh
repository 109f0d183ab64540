#!/usr/bin/env bash
# Runs everything that must pass: set-up, build, unit tests, integration tests with real Orthanc servers, DCMTK, a browser.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/lib/common.sh"

usage() {
  cat <<'TEXT'
Usage: scripts/test.sh [--quick] [MAVEN_ARGUMENT...]

Installs what is missing, builds, and runs all tests: ten to twenty minutes on two cores.

  --quick   in under two minutes: no static analysis, only the unit tests that are quick, and one study from
            storescu through the gateway to Orthanc

Further arguments go to Maven: scripts/test.sh -Dit.test=KillIT
TEXT
}

# In memory, where it has room: tests sync their files thousands of times.
IN_MEMORY=/dev/shm
ROOM_MIB=6000

# Error Prone and NullAway take minutes of one core. They run beside the tests, over a compilation of their own.
ANALYSIS=
ANALYSIS_LOG=$ROOT/gateway/target/analysis.log

analyse() {
  as_caller mkdir -p "${ANALYSIS_LOG%/*}"
  (
    umask "$CALLERS_UMASK"
    # The first compiler of the virtual machine alone: the second one takes more time than it saves here.
    export MAVEN_OPTS="${MAVEN_OPTS:-} -XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
    exec nice mvn -B -ntp "${TOGETHER[@]}" -f "$ROOT/pom.xml" test-compile "-Dbuild.folder=$ROOT/gateway/target/analysis" &>"$ANALYSIS_LOG"
  ) &
  ANALYSIS=$!
}

analysed() {
  [[ -n $ANALYSIS ]] || return 0
  if wait "$ANALYSIS"; then
    ANALYSIS=
  else
    ANALYSIS=
    cat "$ANALYSIS_LOG" >&2
    return 1
  fi
}

# Two Mavens may load the same library at the same time.
TOGETHER=(-Daether.syncContext.named.factory=file-lock -Daether.syncContext.named.nameMapper=file-gav)

TEST_TMP=
clean_up() {
  [[ -z $ANALYSIS ]] || kill "$ANALYSIS" 2>/dev/null || true
  [[ -z $TEST_TMP ]] || rm -rf "$TEST_TMP"
  # The next build analyses all classes, not only those that changed since.
  [[ -z ${QUICK:-} ]] || rm -rf "$ROOT/gateway/target/classes" "$ROOT/gateway/target/test-classes"
}
trap clean_up EXIT

case ${1:-} in
  -h | --help)
    usage
    exit 0
    ;;
  --quick)
    shift
    set -- -Pquick -Dit.test=SmokeIT "$@"
    QUICK=yes
    ;;
esac

step "1/2 Set-up"
"$ROOT/scripts/setup.sh" --tests

step "2/2 Build and tests: mvn verify"
JAVA_HOME=$(find_jdk)
export JAVA_HOME
if [[ -w $IN_MEMORY ]] && (($(df -m --output=avail "$IN_MEMORY" | tail -n 1) >= ROOM_MIB)); then
  TEST_TMP=$(mktemp -d "$IN_MEMORY/dicom-gateway-tests.XXXXXX")
  set -- "-Dtest.tmp=$TEST_TMP" "$@"
fi
start=$SECONDS
if [[ -z ${QUICK:-} ]]; then
  analyse
  set -- "${TOGETHER[@]}" "-Dstatic-analysis=-Xlint:all,-processing" -Dspotless.check.skip "$@"
fi
if as_caller mvn -B -ntp -f "$ROOT/pom.xml" verify "$@" && analysed; then
  step "Passed in $((SECONDS - start)) s"
else
  step "FAILED after $((SECONDS - start)) s; reports: gateway/target/surefire-reports, failsafe-reports, analysis.log"
  exit 1
fi
