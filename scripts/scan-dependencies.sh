#!/usr/bin/env bash
# Lists the gateway's libraries with known faults: compares its bill of materials with a database of advisories.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/lib/common.sh"

usage() {
  cat <<'TEXT'
Usage: scripts/scan-dependencies.sh [--bom FILE] [--accept ID]… DATABASE

Uses no network. DATABASE is a folder of advisories in the format of OSV (https://ossf.github.io/osv-schema/), one .json
file each, such as the unpacked archive "Maven/all.zip" from osv.dev; or it is one .json file.

  --bom FILE    bill of materials in CycloneDX JSON (default: that of the last build)
  --accept ID   ignore an advisory that does not matter here; may be repeated

Prints a line for each fault: advisory, library and version, description. Exits with 1 when there is a fault, with 2 when
the scan is not possible.
TEXT
}

BOM=$ROOT/gateway/target/classes/META-INF/sbom/application.cdx.json
accepted=()
while [[ ${1:-} == -* ]]; do
  case $1 in
    --bom)
      BOM=${2:?--bom needs a file}
      shift 2
      ;;
    --accept)
      accepted+=("${2:?--accept needs an advisory}")
      shift 2
      ;;
    -h | --help) usage && exit ;;
    *)
      usage >&2
      exit 2
      ;;
  esac
done
[[ $# == 1 ]] || {
  usage >&2
  exit 2
}
cannot() {
  warn "$@"
  exit 2
}
command -v jq >/dev/null || cannot "jq is needed; on Debian: apt-get install jq"
[[ -r $BOM ]] || cannot "no bill of materials at $BOM; mvn package makes one"
[[ -e $1 ]] || cannot "no database at $1"

components=$(jq -c '[.components[]? | select((.purl // "") | startswith("pkg:maven/"))
  | {key: "\(.group):\(.name)", value: .version}] | from_entries' "$BOM") || cannot "$BOM is not a bill of materials"
[[ $components != "{}" ]] || cannot "$BOM names no libraries"

# An advisory applies when its list has the version, or one of its ranges includes it: either one may be incomplete.
# Versions are ordered as in Maven: a release candidate comes before its release, 1.0 equals 1.
# shellcheck disable=SC2016 # the dollars are jq's
filter='
  def rank: {"a": "alpha", "b": "beta", "m": "milestone", "cr": "rc"}[.] // . |
    {"alpha": [0], "beta": [1], "milestone": [2], "rc": [3], "snapshot": [4], "sp": [5, 0.5],
     "": [5, 0], "ga": [5, 0], "final": [5, 0], "release": [5, 0]}[.] // [5, 0.6, .];
  def order: ascii_downcase | [scan("[0-9]+|[a-z]+") | if test("^[0-9]") then [5, tonumber] else rank end] |
    . + [range(24 - length) | [5, 0]];
  def bound: .introduced // .fixed // .last_affected // "0";
  def hits($version; $range): ($version | order) as $ours
    | reduce ($range.events | sort_by(bound | if . == "0" then [] else order end))[] as $event (false;
      if $event.introduced then . or $event.introduced == "0" or $ours >= ($event.introduced | order)
      elif $event.fixed then . and $ours < ($event.fixed | order)
      elif $event.last_affected then . and $ours <= ($event.last_affected | order)
      else . end);
  # Foreign text goes to a terminal: remove control characters and bidirectional overrides.
  def printable: explode | map(if . < 32 or (. >= 127 and . < 160) or . == 8206 or . == 8207
      or (. >= 8232 and . <= 8238) or (. >= 8294 and . <= 8297) or . == 65279 then 63 else . end) | implode | .[:300];
  select(.withdrawn | not) | select(.id as $id | $accepted | index($id) | not)
  | . as $advisory | .affected[]? | select(.package.ecosystem // "" | startswith("Maven"))
  | .package.name as $name | ($components[$name] // empty) as $version
  | select((.versions // [] | index($version))
      or any(.ranges[]? | select(.type == "ECOSYSTEM" or .type == "SEMVER"); hits($version; .)))
  | "\($advisory.id) \($name) \($version): \($advisory.summary // $advisory.details // "" | split("\n")[0])"
  | printable'

accepting=$(printf '%s\n' ${accepted[@]+"${accepted[@]}"} | jq -Rcn '[inputs | select(. != "")]')
found=$(find "$1" -type f -name '*.json' -print0 |
  xargs -0 -r jq -r --argjson components "$components" --argjson accepted "$accepting" "$filter" | sort -u) ||
  cannot "$1 has a file that is not an advisory"
advisories=$(find "$1" -type f -name '*.json' | wc -l)
[[ $advisories -gt 0 ]] || cannot "no advisory in $1"

count=$(jq -n --argjson components "$components" '$components | length')
if [[ -n $found ]]; then
  say "$found"
  warn "$(wc -l <<<"$found") known faults in $count libraries, by $advisories advisories"
  exit 1
fi
say "No known fault in $count libraries, by $advisories advisories."
