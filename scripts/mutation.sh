#!/usr/bin/env bash
# Lists what the unit tests do not notice: PIT changes the code that promises durability, wherever it can, and runs the
# tests that reach it.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/lib/common.sh"

usage() {
  cat <<'TEXT'
Usage: scripts/mutation.sh [CLASS…]

Mutates these classes (default: those of the spool that promise durability) and lists the mutants that no unit test of
their package notices. The whole report is gateway/target/pit-reports/index.html. Takes a quarter of an hour or more.

Not every listed mutant is a gap: some have no visible effect, and scripts/mutants.sh tests the syncs. Exits with 0 when
it has run.

  CLASS   a class with its package below org.dicomgateway: spool.upkeep.Sweeper, or forward.* for a package
TEXT
}

CLASSES=()
for argument in "$@"; do
  case $argument in
    -h | --help) usage && exit ;;
    -*)
      usage >&2
      exit 2
      ;;
    *) CLASSES+=("org.dicomgateway.$argument") ;;
  esac
done
if ((${#CLASSES[@]} == 0)); then
  for class in intake.Committer log.SegmentLog log.Segment upkeep.Sweeper upkeep.Stragglers recovery.Recovery \
    recovery.Replay recovery.OrphanFiles disk.SpoolLock disk.LocalDisk dispatch.Claims ledger.LedgerQueue; do
    CLASSES+=("org.dicomgateway.spool.$class")
  done
fi
# Each class with its nested classes, and the tests of its package.
targets=()
tests=()
for class in "${CLASSES[@]}"; do
  targets+=("$class")
  [[ $class == *'*' ]] || targets+=("$class\$*")
  stage=${class#org.dicomgateway.}
  tests+=("org.dicomgateway.${stage%%.*}.*Test")
done
tests=($(printf '%s\n' "${tests[@]}" | sort -u))
join() {
  local IFS=,
  printf '%s' "$*"
}

JAVA_HOME=$(find_jdk)
export JAVA_HOME
step "Mutating ${CLASSES[*]#org.dicomgateway.}"
mvn -B -q -ntp -f "$ROOT/pom.xml" -pl gateway -Pmutation test-compile org.pitest:pitest-maven:mutationCoverage \
  "-Dmutation.classes=$(join "${targets[@]}")" "-Dmutation.tests=$(join "${tests[@]}")"
step "Not noticed"
grep -E ',(SURVIVED|NO_COVERAGE),' "$ROOT/gateway/target/pit-reports/mutations.csv" \
  | awk -F, '{ split($3, mutator, "."); print $1 ":" $5 " " $4 " " mutator[length(mutator)] " " $6 }' | sort || say "none"
