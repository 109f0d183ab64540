#!/usr/bin/env bash
# Runs everything that must pass: set-up, build, unit tests, integration tests with real Orthanc servers, DCMTK, a browser.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/lib/common.sh"

usage() {
  cat <<'TEXT'
Usage: scripts/test.sh [--quick] [MAVEN_ARGUMENT...]

Installs what is missing, builds, and runs all tests: about ten minutes on two cores.

  --quick   in under two minutes: no static analysis, only the unit tests that are quick, and one study from
            storescu through the gateway to Orthanc

Further arguments go to Maven: scripts/test.sh -Dit.test=KillIT
TEXT
}

# In memory, where it has room: tests sync their files thousands of times.
IN_MEMORY=/dev/shm
ROOM_MIB=6000

TEST_TMP=
clean_up() {
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
if as_caller mvn -B -ntp -f "$ROOT/pom.xml" verify "$@"; then
  step "Passed in $((SECONDS - start)) s"
else
  step "FAILED after $((SECONDS - start)) s; reports: gateway/target/surefire-reports, gateway/target/failsafe-reports"
  exit 1
fi
