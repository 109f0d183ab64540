#!/usr/bin/env bash
# Proves that nothing is lost: gateway, three Orthanc servers and DCMTK senders under a seeded schedule of faults.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/lib/common.sh"

usage() {
  cat <<'TEXT'
Usage: scripts/torture.sh [--cluster [--old-jar F]] [--minutes N] [--seed S] [--fuzz PDUS]

First kills the gateway once at each step of the data path.

Then runs the gateway and three Orthanc servers under continuous load from several senders (DCMTK, and STOW-RS).
Meanwhile, in an order that the seed decides, processes are killed and frozen, networks fail, the disk fills up, the
ledger or its write-ahead log is lost or damaged, and rules are edited. Some instances are corrected and sent again;
some no server can take.

Then the same once more, with servers that do not keep what they took: one drops instances that it answered with success,
one gets bytes that a network changed, one loses all that it has. Operators verify and repair, and modalities ask for storage
commitment that is only given for what was verified.

At the end of each run it checks:
  - over REST, that every server has every instance that was answered with success, byte for byte in its last version
  - that no older version came after a newer one
  - that no storage commitment was given for what a server did not hold at that moment
  - that no server was shown as down for instances that no server can take
  - that the books agree with the ledger, and the ledger with the spool's files
  - that the process has not grown in open files, threads or heap

Prints what was done and how often, and what was lost. Exits with 0 only if all checks pass. Uses only this machine's
loopback and a temporary folder.

  --cluster     instead of all that: three gateways as one over PostgreSQL with a synchronous standby, and three
                destinations, one of which gets everything transformed. Gateways are killed and frozen, lose their
                disks or get older ones; the primary is killed, frozen, or lost with its data; so is the standby;
                connections to the database are cut and cancelled; the networks to database and destinations fail;
                rules are published meanwhile.
                At the end it checks that every instance that was answered with success is at all destinations, byte
                for byte (transformed at the one), that nothing is left to do, and that no copy was settled twice.
                Then once more without a synchronous standby: there it must see the loss
  --old-jar F   with --cluster: one of the gateways runs this jar, of an older version
  --minutes N   how long the faults go on, in each of the two runs (default: 5)
  --seed S      another schedule (default: 1)
  --fuzz PDUS   before that, sends this many mutated PDUs and datasets to the acceptor and the header reader,
                and searches for the input that costs the most heap per byte

As root, the spool is on its own small disk, which is filled up too.
TEXT
}

MINUTES=5
SEED=1
FUZZ=
CLUSTER=
OLD_JAR=
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
    --cluster)
      CLUSTER=yes
      shift
      ;;
    --old-jar)
      [[ -f ${2:-} ]] || die "--old-jar needs a gateway.jar; see --help"
      OLD_JAR=$(readlink -f "$2")
      shift 2
      ;;
    -h | --help) usage && exit ;;
    *)
      usage >&2
      exit 2
      ;;
  esac
done

# In its own mount namespace, the small disk disappears with the last process, whatever ends it.
if ((EUID == 0)) && [[ -z ${TORTURE_UNSHARED:-} ]] && unshare -m true 2>/dev/null; then
  export TORTURE_UNSHARED=yes
  exec unshare -m -- "$0" ${CLUSTER:+--cluster} ${OLD_JAR:+--old-jar "$OLD_JAR"} --minutes "$MINUTES" --seed "$SEED" ${FUZZ:+--fuzz "$FUZZ"}
fi

"$ROOT/scripts/setup.sh" ${CLUSTER:+--tests}
JAVA_HOME=$(find_jdk)
export JAVA_HOME
PATH=$PATH:/usr/sbin

if [[ -n $FUZZ ]]; then
  step "Fuzzing: $FUZZ PDUs and as many datasets, seed $SEED"
  as_caller mvn -B -q -ntp -f "$ROOT/pom.xml" test -Dtest=FuzzTest,HeapFuzzIT -Dtest.jvm= -Dfuzz.tries=300 -Dfuzz.pdus="$FUZZ" -Dfuzz.datasets="$FUZZ" -Dfuzz.seed="$SEED" \
    "-Djunit.jupiter.execution.timeout.default=24 h"
fi
TESTS=CrashPointIT,TortureIT
if [[ -n $CLUSTER ]]; then
  TESTS=ClusterTortureIT
  step "Torture of a cluster: $MINUTES minutes, seed $SEED"
else
  step "A kill at each step; then torture: twice $MINUTES minutes, seed $SEED"
fi
if as_caller mvn -B -q -ntp -f "$ROOT/pom.xml" verify -Dskip.unit.tests -Dit.test="$TESTS" \
  -Dcrash.all=true ${OLD_JAR:+-Dtorture.old-jar="$OLD_JAR"} -Dtorture.seconds=$((MINUTES * 60)) -Dtorture.seed="$SEED" \
  "-Djunit.jupiter.execution.timeout.default=$((MINUTES + 40)) m"; then
  step "Passed: $MINUTES minutes, seed $SEED"
else
  step "FAILED: what is wrong stands above, and in gateway/target/failsafe-reports"
  exit 1
fi
