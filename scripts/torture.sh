#!/usr/bin/env bash
# The proof that nothing is lost: gateway, three Orthanc servers and DCMTK senders under a seeded schedule of faults.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/lib/common.sh"

usage() {
  cat <<'TEXT'
Usage: scripts/torture.sh [--minutes N] [--seed S] [--fuzz PDUS]

Runs the gateway and three Orthanc servers under continuous load from several DCMTK senders while processes are killed
and frozen, networks fail, the disk fills, the ledger or its write-ahead log is lost or damaged and rules are edited, in
an order that the seed decides. Some instances are corrected and sent again, some no server can take.
Then it asks every server, over REST, for every instance that was answered with success, byte for byte in its last
version; looks whether an older version came after a newer one, and whether a server was shown down for what no server can
take; holds the books against the ledger and the ledger against the spool's files; and compares what the process holds with what it held.

Before that the gateway is killed once at each step of the data path.

Prints what was done and how often, and what was lost. Exits with 0 only if nothing was lost, nothing came out of order,
no healthy server was shown down, no book is out of balance, and nothing has grown. All of it happens on this machine's loopback and in a temporary folder.

  --minutes N   how long the faults go on (default: 5)
  --seed S      another schedule (default: 1)
  --fuzz PDUS   before that, so many mutated PDUs and datasets against the acceptor and the header reader,
                and a search for what costs the most heap for each byte sent

As root the spool gets a small disk of its own, and that is filled too.
TEXT
}

MINUTES=5
SEED=1
FUZZ=
while (($# > 0)); do
  case $1 in
    --minutes | --seed | --fuzz)
      [[ ${2:-} =~ ^[0-9]+$ ]] || die "$1 needs a number; see --help"
      case $1 in
        --minutes) MINUTES=$2 ;;
        --seed) SEED=$2 ;;
        --fuzz) FUZZ=$2 ;;
      esac
      shift 2
      ;;
    -h | --help) usage && exit ;;
    *)
      usage >&2
      exit 2
      ;;
  esac
done

# In a mount namespace of its own, the small disk goes with the last process, whatever ends it.
if ((EUID == 0)) && [[ -z ${TORTURE_UNSHARED:-} ]] && unshare -m true 2>/dev/null; then
  export TORTURE_UNSHARED=yes
  exec unshare -m -- "$0" --minutes "$MINUTES" --seed "$SEED" ${FUZZ:+--fuzz "$FUZZ"}
fi

"$ROOT/scripts/setup.sh"
JAVA_HOME=$(find_jdk)
export JAVA_HOME
PATH=$PATH:/usr/sbin

if [[ -n $FUZZ ]]; then
  step "Fuzzing: $FUZZ PDUs and as many datasets, seed $SEED"
  as_caller mvn -B -q -ntp -f "$ROOT/pom.xml" test -Dtest=FuzzTest,HeapFuzzTest -Dtest.jvm= -Dfuzz.tries=300 -Dfuzz.pdus="$FUZZ" -Dfuzz.datasets="$FUZZ" -Dfuzz.seed="$SEED" \
    "-Djunit.jupiter.execution.timeout.default=24 h"
fi
step "A kill at each step; then torture: $MINUTES minutes, seed $SEED"
if as_caller mvn -B -q -ntp -f "$ROOT/pom.xml" verify -Dskip.unit.tests -Dit.test=CrashPointIT,TortureIT \
  -Dcrash.all=true -Dtorture.seconds=$((MINUTES * 60)) -Dtorture.seed="$SEED" \
  "-Djunit.jupiter.execution.timeout.default=$((MINUTES + 30)) m"; then
  step "Passed: $MINUTES minutes, seed $SEED"
else
  step "FAILED: what is wrong stands above, and in gateway/target/failsafe-reports"
  exit 1
fi
