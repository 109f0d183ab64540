#!/usr/bin/env bash
# Everything that must pass: set-up, build, unit tests, integration tests against real Orthanc servers, DCMTK and a
# browser.
# Arguments go to Maven: scripts/test.sh -Dit.test=KillIT
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/lib/common.sh"

step "1/2 Set-up"
"$ROOT/scripts/setup.sh" --tests

step "2/2 Build and tests: mvn verify"
JAVA_HOME=$(find_jdk)
export JAVA_HOME
start=$SECONDS
if as_caller mvn -B -ntp -f "$ROOT/pom.xml" verify "$@"; then
  step "Passed in $((SECONDS - start)) s"
else
  step "FAILED after $((SECONDS - start)) s; reports: gateway/target/surefire-reports, gateway/target/failsafe-reports"
  exit 1
fi
