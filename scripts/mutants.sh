#!/usr/bin/env bash
# Shows that the tests of durability can fail: it removes each sync, and each order that the promise needs, from a copy of
# the program, one at a time, and a test must fail.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/lib/common.sh"

usage() {
  cat <<'TEXT'
Usage: scripts/mutants.sh [--list] [NAME…]

Builds the program. For each mutant it compiles one changed class into a copy, and runs the test that must fail: PowerCutIT,
or a unit test where PowerCutIT cannot reach the change. About a minute each. Exits with 0 only if every test fails.

  --list   print the names of the mutants
  NAME     run only these
TEXT
}

# NAME|CLASS|TESTS|CHANGE: CHANGE is a Perl expression for the whole file of CLASS.
SOURCES=gateway/src/main/java
MUTANTS=(
  "file-sync|LocalDisk|PowerCutIT|s/channel\.force\(false\);//"
  "directory-sync|LocalDisk|PowerCutIT|s/channel\.force\(true\);//"
  "new-folder-sync|LocalDisk|PowerCutIT|s/(DIRECTORY\);\s+if \(parent != null\) \{\s+)syncDirectory\(parent\);/\$1/"
  "record-sync|Segment|PowerCutIT|s/file\.sync\(\);(\s+end \+= length)/\$1/"
  "record-synced-before-written|Segment|PowerCutIT|s/(file\.writeFully\(records[^;]*;)\s*file\.sync\(\);/file.sync();\$1/"
  "segment-header-sync|SegmentLog|PowerCutIT|s/file\.sync\(\);(\s+disk\.rename)/\$1/"
  "segment-name-sync|SegmentLog|PowerCutIT|s/disk\.syncDirectory\(folders\.log\(\)\);//"
  "spare-sync|SegmentLog|PowerCutIT|s/(file\.zeroFill\(segmentSize\);\s+)file\.sync\(\);/\$1/"
  "refused-record-sync|Segment|SegmentTest|s/file\.sync\(\);(\s+\}\s+\@Override)/\$1/"
  "large-bytes-sync|InstanceFiles|PowerCutIT|s/file\.sync\(\);//"
  "large-name-sync|InstanceFiles|PowerCutIT|s/disk\.syncDirectory\(folders\.large\(\)\);//"
  "large-named-after-record|Committer|PowerCutIT|s/files\.syncReceived\(\);//; s/(ledger\.submit\(changes\);)/try { files.syncReceived(); } catch (IOException e) { throw new IllegalStateException(e); } \$1/; s/(files\.name\(part, numbered\.id\);)/\$1/"
  "moved-name-sync|InstanceFiles|PowerCutIT|s/disk\.syncDirectory\(folders\.held\(\)\);//"
  "answer-before-sync|Committer|PowerCutIT|s/(long begin = System\.nanoTime\(\);\s+segment\.append)/records.replaceAll(each -> ByteBuffer.allocate(each.remaining()).put(each.duplicate()).flip()); for (int i = 0; i < batch.size(); i++) { batch.get(i).draft.succeeded(changes.get(i).stored().instance()); } \$1/"
  "recycled-before-ledger-sync|Sweeper|PowerCutIT|s/ledgerQueue\.sync\(\)\.join\(\);//"
  "ledger-sync-skipped|LedgerQueue|PowerCutIT|s/ledger\.sync\(0\);//"
  "ledger-sync-not-full|LedgerWriter|PowerCutIT|s/database\.update\(\"PRAGMA synchronous = FULL\"\);//"
  "ledger-never-syncs|LedgerFile|PowerCutIT|s/synchronous = NORMAL/synchronous = OFF/"
  "ledger-syncs-each-commit|LedgerFile|SqliteLedgerTest|s/synchronous = NORMAL/synchronous = FULL/"
  "ledger-stays-full|LedgerWriter|SqliteLedgerTest|s/database\.update\(\"PRAGMA synchronous = NORMAL\"\);//"
  "rebuild-ledger-sync|Recovery|PowerCutIT|s/long syncs = ledger\.sync\(/long syncs = 1 + 0 * (/"
  "journal-sync|FactJournal|FactJournalTest|s/open\.sync\(\);//"
  "journal-file-sync|FactJournal|FactJournalTest|s/made\.sync\(\);//"
  "journal-name-sync|FactJournal|FactJournalTest|s/disk\.syncDirectory\(folders\.root\(\)\);//"
  "request-sync|DurableFile|PowerCutIT|s/channel\.force\(true\);//"
  "request-name-sync|DurableFile|PowerCutIT|s/folder\.force\(true\);//"
  "request-folder-sync|DurableFolder|PowerCutIT|s/parent\.force\(true\);//"
  "request-answered-before-record|SenderCommitments|CommitmentsTest|s/(records\.keep\(number, new RequestRecord\(header, request)/if (number < 0) \$1/"
  "repair-name-sync|SpoolCopies|KeptBytesTest|s/files\.syncMoved\(\);//"
  "recycled-before-journal|Sweeper|RolledBackLedgerTest|s/!trust\.confirm\(\)/trust == null/"
)

ONLY=()
for argument in "$@"; do
  case $argument in
    --list)
      printf '%s\n' "${MUTANTS[@]%%|*}"
      exit
      ;;
    -h | --help) usage && exit ;;
    -*)
      usage >&2
      exit 2
      ;;
    *) ONLY+=("$argument") ;;
  esac
done

wanted() {
  local name
  ((${#ONLY[@]})) || return 0
  for name in "${ONLY[@]}"; do
    [[ $name == "$1" ]] && return 0
  done
  return 1
}

"$ROOT/scripts/setup.sh" --tests
JAVA_HOME=$(find_jdk)
export JAVA_HOME
step "Building"
mvn -B -q -ntp -f "$ROOT/pom.xml" package -Dskip.unit.tests=true

COPY=$(mktemp -d)
trap 'rm -rf "$COPY"' EXIT
cp -a "$ROOT/." "$COPY"
TARGET=$COPY/gateway/target

# run_tests TESTS LOG: runs the compiled tests of the copy; builds nothing.
run_tests() {
  rm -rf "$TARGET/surefire-reports" "$TARGET/failsafe-reports"
  local goals=(surefire:test "-Dtest=$1")
  [[ $1 == *IT ]] && goals=(failsafe:integration-test failsafe:verify "-Dit.test=$1")
  timeout 300 mvn -B -ntp -o -f "$COPY/gateway/pom.xml" "${goals[@]}" >"$2" 2>&1
}

survivors=()
for mutant in "${MUTANTS[@]}"; do
  IFS='|' read -r name class tests change <<<"$mutant"
  wanted "$name" || continue
  file=$(cd "$ROOT" && find "$SOURCES" -name "$class.java")
  source=$COPY/$file
  original=$ROOT/$file
  perl -0pe "$change" "$original" >"$source"
  ! cmp -s "$original" "$source" || die "$name no longer changes anything in $class: correct its expression"
  "$JAVA_HOME/bin/javac" -proc:none -nowarn -cp "$TARGET/classes:$TARGET/gateway.jar" -d "$COPY/mutant" "$source" 2>"$COPY/javac.log" \
    || die "$name does not compile: $(cat "$COPY/javac.log")"
  cp -r "$COPY/mutant/." "$TARGET/classes"
  cp "$ROOT/gateway/target/gateway.jar" "$TARGET/gateway.jar"
  (cd "$COPY/mutant" && "$JAVA_HOME/bin/jar" uf "$TARGET/gateway.jar" .)
  code=0
  run_tests "$tests" "$COPY/log" || code=$?
  # From the reports: what Maven prints of an integration test that fails is not always all of it. That the set-up of a test
  # fails proves nothing.
  failed=$(grep -ahoE "$tests\.[a-zA-Z_]+.*<<< (FAILURE|ERROR)" "$TARGET"/*-reports/*"$tests.txt" \
    | sed -E 's/^[^.]*\.([a-zA-Z_]+).*/\1/' | grep -vx initializationError | sort -u | head -n 3 | tr '\n' ' ' || true)
  if ((code != 0)) && [[ -n $failed ]]; then
    say "noticed    $name: $tests: $failed"
  else
    say "NOT NOTICED $name: $tests (exit code $code)"
    ((code == 0)) || tail -n 20 "$COPY/log"
    survivors+=("$name")
  fi
  cp "$original" "$source"
  rm -rf "$COPY/mutant"
  cp -r "$ROOT/gateway/target/classes/." "$TARGET/classes"
done
((${#survivors[@]} == 0)) || die "no test notices: ${survivors[*]}"
step "Every mutant was noticed"
