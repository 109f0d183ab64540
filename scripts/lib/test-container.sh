#!/usr/bin/env bash
# Usage: test-container.sh
# Builds the container image twice, and runs it for real with podman, as Docker and as Kubernetes would: against a real
# Orthanc, stopped in order, started again on the same volume. For scripts/release.sh --test; as root. It takes some
# minutes, most of them for the base, which is kept in target/release-test: too long for scripts/test.sh.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/common.sh"

((EUID == 0)) || die "the test needs root, for containers in the network of this machine"
for tool in buildah catatonit curl jq kustomize mmdebstrap openssl podman runc storescu yq; do
  command -v "$tool" >/dev/null || die "NOT TESTED: $tool is missing; apt-get install \
buildah catatonit curl dcmtk jq kustomize mmdebstrap openssl podman runc yq"
done

WORK=$ROOT/target/release-test
mkdir -p "$WORK"
RUN=$(mktemp -d "$WORK/container.XXXXXX")
# Images and containers of this test alone.
export CONTAINERS_STORAGE_CONF=$RUN/storage.conf CONTAINERS_CONF=$RUN/containers.conf
export PODMAN_IGNORE_CGROUPSV1_WARNING=1
export BUILDAH_ISOLATION=${BUILDAH_ISOLATION:-chroot}
cat >"$CONTAINERS_STORAGE_CONF" <<TEXT
[storage]
driver = "vfs"
graphroot = "$RUN/storage"
runroot = "$RUN/run"
TEXT
cat >"$CONTAINERS_CONF" <<TEXT
[containers]
netns = "host"
log_driver = "k8s-file"
# Not more than this process may have: where root is confined, it cannot raise its limits.
default_ulimits = ["nofile=$(ulimit -Sn):$(ulimit -Hn)", "nproc=$(ulimit -Su | sed s,unlimited,-1,):$(ulimit -Hu | sed s,unlimited,-1,)"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "none"
TEXT
ORTHANC_PID=
clean_up() {
  podman rm --force --all --time 1 >/dev/null 2>&1 || true
  [[ -z $ORTHANC_PID ]] || kill "$ORTHANC_PID" 2>/dev/null || true
  buildah umount --all >/dev/null 2>&1 || true
  rm -rf "${RUN:?}"
}
trap clean_up EXIT

ok() { printf 'ok    %s\n' "$1"; }
fail() {
  printf 'FAIL  %s\n' "$1" >&2
  cat "$RUN/output" >&2 2>/dev/null || true
  podman logs --tail 30 gateway >&2 2>/dev/null || podman logs --tail 30 gateway-gateway >&2 2>/dev/null || true
  exit 1
}
# check TEXT COMMAND…: COMMAND must succeed; its output is shown if it does not.
check() {
  local text=$1
  shift
  "$@" >"$RUN/output" 2>&1 || fail "$text: $*"
  ok "$text"
}
# eventually TEXT COMMAND…: the same, within two minutes: the machine may be busy.
eventually() {
  local text=$1 deadline=$((SECONDS + 120))
  shift
  until "$@" >"$RUN/output" 2>&1; do
    ((SECONDS < deadline)) || fail "$text: $*"
    sleep 0.5
  done
  ok "$text"
}
says() {
  local text=$1
  shift
  "$@" >"$RUN/said" 2>&1 || true
  grep -qF -- "$text" "$RUN/said" || {
    cat "$RUN/said"
    return 1
  }
}
not() { ! "$@"; }
free_port() {
  local port
  while :; do
    port=$((12000 + RANDOM % 4000))
    port_is_taken "$port" || break
  done
  echo "$port"
}

DICOM=$(free_port) ADMIN=$(free_port) HEALTH=$(free_port) ARCHIVE=$(free_port) REST=$(free_port)

start_orthanc() {
  (cd "$RUN" && PATH=$PATH:/usr/sbin exec Orthanc orthanc.json) >"$RUN/orthanc.log" 2>&1 &
  ORTHANC_PID=$!
  eventually "Orthanc runs" holds "$1"
}
stop_orthanc() {
  kill "$ORTHANC_PID"
  wait "$ORTHANC_PID" || true
  ORTHANC_PID=
}
holds() { [[ $(curl -sf "http://127.0.0.1:$REST/statistics" | jq .CountInstances) == "$1" ]]; }
probe() { [[ $(curl -s -o /dev/null -w '%{http_code}' "http://127.0.0.1:$HEALTH/health/$1") == "$2" ]]; }

cat >"$RUN/orthanc.json" <<TEXT
{ "DicomAet": "ORTHANC1", "DicomPort": $ARCHIVE, "HttpPort": $REST, "StorageDirectory": "$RUN/orthanc",
  "IndexDirectory": "$RUN/orthanc", "RemoteAccessAllowed": false, "AuthenticationEnabled": false }
TEXT
mkdir "$RUN/conf"
cp "$ROOT/deploy/container/gateway.conf" "$RUN/conf/"
cat >"$RUN/conf/routing.conf" <<TEXT
destination-defaults { breaker { initial-pause = 500 ms, max-pause = 2 s }, probe-interval = 1 s }
destinations { orthanc1 { ae-title = ORTHANC1, host = 127.0.0.1, port = $ARCHIVE } }
routes = [ { name = everything, fallback = true, to = orthanc1 } ]
TEXT
chmod -R go+rX "$RUN" && chmod 755 "$WORK"

step "1/3 The image"
if [[ ! -f $WORK/container-base.tar ]]; then
  SOURCE_DATE_EPOCH=$(git -C "$ROOT" log -1 --format=%ct) quietly "Making a Debian to build on" "$WORK/container-base.log" \
    mmdebstrap --variant=minbase trixie "$WORK/new.tar"
  mv "$WORK/new.tar" "$WORK/container-base.tar"
fi
check "the base is there" podman import --quiet "$WORK/container-base.tar" localhost/debian:trixie-slim
build() { "$ROOT/deploy/container/build.sh" --base localhost/debian:trixie-slim --tag "$1" -- --network host; }
check "it is built" build localhost/dicom-gateway:first
check "it is built again" build localhost/dicom-gateway:second
digest() { podman image inspect --format '{{.Digest}} {{.Id}}' "$1"; }
check "and is the same, to the last byte" \
  test "$(digest localhost/dicom-gateway:first)" = "$(digest localhost/dicom-gateway:second)"
check "its user is not root" test "$(podman image inspect --format '{{.Config.User}}' localhost/dicom-gateway:first)" = 10001:10001
check "it says what it is made of" says CycloneDX podman run --rm localhost/dicom-gateway:first \
  cat /usr/share/dicom-gateway/sbom.cdx.json

step "2/3 A container"
start_gateway() {
  podman run --detach --name gateway --read-only --cap-drop=all --security-opt=no-new-privileges --tmpfs /tmp \
    --env "GATEWAY_PORT=$DICOM" --env "GATEWAY_ADMIN_PORT=$ADMIN" --env "GATEWAY_HEALTH_PORT=$HEALTH" \
    --health-cmd /usr/share/dicom-gateway/healthcheck --env JDK_JAVA_OPTIONS=-Xmx256m --volume spool:/var/lib/dicom-gateway \
    --volume "$RUN/conf:/etc/dicom-gateway:ro" localhost/dicom-gateway:first
}
send() { storescu -aec GATEWAY 127.0.0.1 "$DICOM" "$1"; }
inside() { podman exec gateway dicom-gateway "$@"; }
check "there is a study" "$ROOT/scripts/gateway" generate --output "$RUN/study" --studies 3 --instances 1
mapfile -t FILES < <(find "$RUN/study" -name '*.dcm' | sort)
start_orthanc 0
check "there is a volume" podman volume create spool
check "it starts" start_gateway
eventually "it is ready" probe ready 200
check "it is well" podman healthcheck run gateway
check "its process is not root's" test "$(ps -o uid= -p "$(podman inspect --format '{{.State.Pid}}' gateway)" | tr -d ' ')" = 10001
check "no shell stands between" test "$(</proc/"$(podman inspect --format '{{.State.Pid}}' gateway)"/comm)" = java
check "it can write nothing but its state" says "Read-only file system" podman exec gateway touch /usr/share/x /etc/x
check "an instance is taken" send "${FILES[0]}"
eventually "and Orthanc has it" holds 1
check "status has nothing to complain of" inside status
check "its log is there for podman logs" says "ready: listening on" podman logs gateway
stop_orthanc
check "an instance is taken while Orthanc is away" send "${FILES[1]}"
check "drain says what is left" says "orthanc1" inside drain --wait --timeout 2s
check "it is no longer ready" probe ready 503
check "but lives" probe live 200
check "it stops in order" podman stop --time 90 gateway
check "with exit code 0" test "$(podman inspect --format '{{.State.ExitCode}}' gateway)" = 0
check "it is removed" podman rm gateway
start_orthanc 1
check "another one starts on the same volume" start_gateway
eventually "what was taken before is delivered after" holds 2
check "it stops in order" podman stop --time 90 gateway
check "it is removed" podman rm gateway

step "3/3 A pod, as Kubernetes has it"
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=dicom-gateway -addext subjectAltName=DNS:dicom-gateway \
  -keyout "$RUN/tls.key" -out "$RUN/tls.crt" 2>/dev/null
mapfile -t OPERATOR < <("$ROOT/scripts/gateway" hash-password --token 2>/dev/null)
mapfile -t MONITORING < <("$ROOT/scripts/gateway" hash-password --token 2>/dev/null)
encoded() { base64 -w 0; }
# podman plays pods, claims, ConfigMaps and Secrets, not sets. So the pod is the template of the set, with its claim, in the
# network of this machine, on the ports and with the rules of this test. Podman knows no fsGroup, and its probes need curl in
# the image.
check "kustomize renders it" kustomize build "$ROOT/deploy/kubernetes/overlays/single" --output "$RUN/rendered.yaml"
# shellcheck disable=SC2016
FILTER='
if .kind == "StatefulSet" then
  (.spec.volumeClaimTemplates[0] * {apiVersion: "v1", kind: "PersistentVolumeClaim",
    metadata: {annotations: {"volume.podman.io/uid": "10001", "volume.podman.io/gid": "10001"}}}),
  {apiVersion: "v1", kind: "Pod", metadata: {name: "gateway", labels: .spec.template.metadata.labels},
    spec: (.spec.template.spec
      | .hostNetwork = true
      | (.volumes[] | select(.secret).secret.defaultMode) = 292
      | .volumes += [{name: "state", persistentVolumeClaim: {claimName: "state"}}]
      | .containers[0] |= (del(.ports, .startupProbe, .livenessProbe, .readinessProbe, .lifecycle)
        | .image = "localhost/dicom-gateway:first"))}
elif .kind == "ConfigMap" then
  .data |= with_entries(.value |= if test("destinations") then $rules
    else gsub("port = 11112"; "port = " + $dicom) | gsub("port = 8080"; "port = " + $admin)
      | gsub("port = 8081"; "port = " + $health) end)
else empty end'
pod() {
  yq "$FILTER" --arg rules "$(<"$RUN/conf/routing.conf")" --arg dicom "$DICOM" --arg admin "$ADMIN" --arg health "$HEALTH" \
    "$RUN/rendered.yaml" | jq -c . | sed 's/^/---\n/'
  jq -n --arg operator "${OPERATOR[0]}" --arg operator_hash "${OPERATOR[1]}" --arg monitoring "${MONITORING[0]}" \
    --arg monitoring_hash "${MONITORING[1]}" --rawfile crt "$RUN/tls.crt" --rawfile key "$RUN/tls.key" \
    '{apiVersion: "v1", kind: "Secret", metadata: {name: "dicom-gateway"}, data: ({"operator-token": $operator,
      "operator-hash": $operator_hash, "monitoring-token": $monitoring, "monitoring-hash": $monitoring_hash, "tls.crt": $crt,
      "tls.key": $key} | map_values(@base64))}' | sed '1s/^/---\n/'
}
pod >"$RUN/pod.yaml"
check "the pod is played" podman kube play "$RUN/pod.yaml"
eventually "it is ready" probe ready 200
check "an instance is taken" send "${FILES[2]}"
eventually "and Orthanc has it" holds 3
check "Prometheus can ask" says gateway_receiver_open curl -s --cacert "$RUN/tls.crt" --resolve "dicom-gateway:$ADMIN:127.0.0.1" \
  --header "Authorization: Bearer ${MONITORING[0]}" "https://dicom-gateway:$ADMIN/metrics"
mapfile -t PRE_STOP < <(yq -r 'select(.kind == "StatefulSet").spec.template.spec.containers[0].lifecycle.preStop.exec.command[]' \
  "$RUN/rendered.yaml")
check "preStop drains it" says "drained: nothing is left" podman exec gateway-gateway "${PRE_STOP[@]}"
check "it is no longer ready" probe ready 503
check "it stops in order" podman pod stop --time 90 gateway
check "with exit code 0" test "$(podman inspect --format '{{.State.ExitCode}}' gateway-gateway)" = 0
printf 'The container passed.\n'
