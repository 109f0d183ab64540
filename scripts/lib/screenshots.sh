#!/usr/bin/env bash
# Makes the pictures of the page in docs/images from a running demo: scripts/demo.sh must run in another terminal. It
# sends a generated study while one server is stopped, so that there is something to see.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/common.sh"

PAGE=http://127.0.0.1:${GATEWAY_ADMIN_PORT:-8080}/
DRIVER_PORT=${DRIVER_PORT:-9515}
DRIVER=http://127.0.0.1:$DRIVER_PORT/session
STOPPED=orthanc2
MOST_BYTES=250000

# field NAME: its text in the answer of the driver
field() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }

picture() { # picture FILE SCHEME: SCHEME as Chromium counts them, 0 dark, 1 light
  local session
  session=$(curl -sf "$DRIVER" -d '{"capabilities":{"alwaysMatch":{"goog:chromeOptions":{"args":["--headless",
    "--no-sandbox","--hide-scrollbars","--window-size=1280,1000","--blink-settings=preferredColorScheme='"$2"'"]}}}}' |
    field sessionId)
  curl -sf "$DRIVER/$session/url" -d "{\"url\":\"$PAGE\"}" >/dev/null
  sleep 4 # until the figures are there, and the chart
  curl -sf "$DRIVER/$session/screenshot" | field value | base64 -d | as_caller tee "$1" >/dev/null
  curl -sf -X DELETE "$DRIVER/$session" >/dev/null
  (($(stat -c %s "$1") <= MOST_BYTES)) || die "$1 has more than $MOST_BYTES bytes"
  say "$1"
}

command -v chromedriver >/dev/null || die "chromedriver is missing: apt-get install chromium-driver"
curl -sf "${PAGE}health/live" >/dev/null || die "no gateway answers at $PAGE; start scripts/demo.sh first"
study=$(mktemp -d)
chromedriver --port="$DRIVER_PORT" >"$study/driver.log" 2>&1 &
driver=$!
# shellcheck disable=SC2317 # called by the trap
end() {
  kill "$driver" || true
  "$ROOT/scripts/orthanc.sh" start "$STOPPED" >/dev/null 2>&1
  rm -rf "$study"
}
trap end EXIT
"$ROOT/scripts/orthanc.sh" stop "$STOPPED" >/dev/null
"$ROOT/scripts/gateway" generate --output "$study/mr" --modality MR --instances 60 --seed 7 >/dev/null
"$ROOT/scripts/gateway" send "GATEWAY@127.0.0.1:${GATEWAY_PORT:-11112}" "$study/mr" >/dev/null
sleep 5
as_caller mkdir -p "$ROOT/docs/images"
picture "$ROOT/docs/images/page-light.png" 1
picture "$ROOT/docs/images/page-dark.png" 0
