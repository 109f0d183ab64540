#!/usr/bin/env bash
# Installs on Debian or Ubuntu what the gateway, its demonstration and its tests need, and only what is missing.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/lib/common.sh"

usage() {
  cat <<'TEXT'
Usage: scripts/setup.sh [--check | --tests | --cluster]

Installs what is missing: a JDK (17 or newer), Maven, Orthanc, DCMTK and a few small tools. Changes nothing when nothing
is missing. Without root it prints the command to run instead, and exits with 1.

  --check   only reports; exits with 1 when something is missing
  --tests   also installs what only the tests need
  --cluster also installs what scripts/cluster.sh needs: PostgreSQL, Patroni, etcd, HAProxy
TEXT
}

# Whether to include what only the tests need.
TESTS=
# Whether to include what scripts/cluster.sh needs.
CLUSTER=

# The missing Debian packages, and a report line for each need.
missing=()
report=()

need() { # NAME FOUND PACKAGE
  if [[ -n $2 ]]; then
    report+=("$(printf '  %-8s %s' "$1" "$2")")
  else
    report+=("$(printf '  %-8s missing (package %s)' "$1" "$3")")
    missing+=("$3")
  fi
}

where() { command -v "$1" 2>/dev/null || true; }

# Debian 12 and Ubuntu have 17, Debian 13 has 21; otherwise the distribution's default.
jdk_package() {
  local package
  for package in openjdk-17-jdk-headless openjdk-21-jdk-headless; do
    if apt-cache show "$package" >/dev/null 2>&1; then
      printf '%s' "$package"
      return
    fi
  done
  printf default-jdk-headless
}

look() {
  missing=()
  report=()
  local jdk
  jdk=$(find_jdk)
  if [[ -n $jdk ]]; then
    need JDK "$jdk (Java $(java_major "$jdk/bin/java"))" -
  else
    need JDK "" "$(jdk_package)"
  fi
  need Maven "$(where mvn)" maven
  # Debian puts Orthanc where only root's PATH looks.
  need Orthanc "$(PATH=$PATH:/usr/sbin where Orthanc)" orthanc
  need DCMTK "$(where storescu)" dcmtk
  need curl "$(where curl)" curl
  need openssl "$(where openssl)" openssl
  need kill "$(type -P kill || true)" procps
  need flock "$(where flock)" util-linux
  if [[ -n $TESTS ]]; then
    need jq "$(where jq)" jq
    need GDCM "$(where gdcmconv)" libgdcm-tools
    need promtool "$(where promtool)" prometheus
    need Chromium "$(where chromium)" chromium
    need driver "$(where chromedriver)" chromium-driver
    # A plugin of Orthanc, not a program.
    need DICOMweb "$(compgen -G '/usr/share/orthanc/plugins/libOrthancDicomWeb.so' || true)" orthanc-dicomweb
    need strace "$(where strace)" strace
    need rsyslog "$(PATH=$PATH:/usr/sbin where rsyslogd)" rsyslog
    # rsyslog's TLS is a library, not a program.
    local tls
    tls=$(compgen -G '/usr/lib/*/rsyslog/lmnsd_ossl.so' || true)
    need ossl "$tls" rsyslog-openssl
    need kustomize "$(where kustomize)" kustomize
    need npm "$(where npm)" npm
  fi
  if [[ -n $TESTS$CLUSTER ]]; then
    need HAProxy "$(PATH=$PATH:/usr/sbin where haproxy)" haproxy
    need PostgreSQL "$(compgen -G '/usr/lib/postgresql/*/bin/postgres' | tail -n 1 || true)" postgresql
  fi
  if [[ -n $CLUSTER ]]; then
    need Patroni "$(where patroni)" patroni
    need etcd "$(where etcd)" etcd-server
    # A module of Python that Patroni needs for etcd.
    need module "$(compgen -G "/usr/lib/python3/dist-packages/etcd/__init__.py" || true)" python3-etcd
  fi
}

# The Orthanc package starts its own server on the ports of the demonstration. Prevent that during this installation …
without_services() {
  local policy=/usr/sbin/policy-rc.d
  if [[ -e $policy ]]; then
    "$@"
    return
  fi
  cat >"$policy" <<'TEXT'
#!/bin/sh
# For the time of one installation, by scripts/setup.sh of DICOM Gateway.
case $1 in orthanc | rsyslog | prometheus* | haproxy | postgresql* | patroni | etcd) exit 101 ;; esac
exit 0
TEXT
  chmod +x "$policy"
  trap 'rm -f /usr/sbin/policy-rc.d' EXIT
  "$@"
}

# … and at the next start of the machine.
disable_new_service() {
  if [[ " ${missing[*]} " == *" orthanc "* && -d /run/systemd/system ]]; then
    systemctl disable orthanc >/dev/null 2>&1 || true
    say "The Orthanc service of the Debian package is not started and not enabled: scripts/orthanc.sh runs the servers."
    say "If you want it, on 4242 and 8042: sudo systemctl enable --now orthanc"
  fi
}

# The others are needed as programs too, not as services.
disable_new_others() {
  if [[ -d /run/systemd/system ]]; then
    if [[ " ${missing[*]} " == *" rsyslog "* ]]; then
      systemctl disable rsyslog.service syslog.socket >/dev/null 2>&1 || true
    fi
    if [[ " ${missing[*]} " == *" prometheus "* ]]; then
      systemctl disable prometheus.service >/dev/null 2>&1 || true
    fi
    if [[ " ${missing[*]} " == *" postgresql "* ]]; then
      systemctl disable postgresql.service >/dev/null 2>&1 || true
    fi
    if [[ " ${missing[*]} " == *" haproxy "* ]]; then
      systemctl disable haproxy.service >/dev/null 2>&1 || true
    fi
    if [[ " ${missing[*]} " == *" patroni "* ]]; then
      systemctl disable patroni.service >/dev/null 2>&1 || true
    fi
    if [[ " ${missing[*]} " == *" etcd-server "* ]]; then
      systemctl disable etcd.service >/dev/null 2>&1 || true
    fi
  fi
}

# A service that was there before belongs to somebody: only warn.
warn_of_service() {
  if [[ -d /run/systemd/system ]] && systemctl is-active --quiet orthanc 2>/dev/null; then
    warn "the Orthanc service of the Debian package runs and holds ports 4242 and 8042, which orthanc1 needs."
    warn "If it is not in use: sudo systemctl disable --now orthanc"
  fi
}

install_missing() {
  if ! command -v apt-get >/dev/null; then
    die "this is not Debian or Ubuntu: install these yourself, then run this script again: ${missing[*]}"
  fi
  if ((EUID != 0)); then
    say "Missing: ${missing[*]}. Install them with:"
    say "  sudo $(readlink -f "${BASH_SOURCE[0]}")"
    say "or by hand:"
    say "  sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing[*]}"
    if [[ " ${missing[*]} " == *" orthanc "* ]]; then
      say "By hand, Debian also starts its own Orthanc on 4242 and 8042; stop it: sudo systemctl disable --now orthanc"
    fi
    exit 1
  fi
  local log
  log=$(mktemp)
  export DEBIAN_FRONTEND=noninteractive
  quietly "Reading the package lists" "$log" apt-get update
  # Only now the lists may know which JDK is available.
  look
  quietly "Installing ${missing[*]}" "$log" \
    without_services as_caller apt-get install -y --no-install-recommends "${missing[@]}"
  rm -f "$log"
  disable_new_service
  disable_new_others
  look
  if ((${#missing[@]} > 0)); then
    printf '%s\n' "${report[@]}" >&2
    die "installed, but still not usable: ${missing[*]}"
  fi
}

# Peers for tests that share no code with the gateway.
install_peers() {
  local peers=$ROOT/gateway/src/test/npm log
  if [[ ! -e $peers/node_modules/.package-lock.json || $peers/package-lock.json -nt $peers/node_modules/.package-lock.json ]]; then
    log=$(mktemp)
    quietly "Installing peers for the tests from npm" "$log" as_caller npm ci --prefix "$peers" --ignore-scripts --no-audit --no-fund
    rm -f "$log"
  fi
}

case ${1:-} in
  '' | --tests | --cluster)
    [[ ${1:-} != --tests ]] || TESTS=yes
    [[ ${1:-} != --cluster ]] || CLUSTER=yes
    look
    if ((${#missing[@]} > 0)); then
      install_missing
    fi
    [[ -z $TESTS ]] || install_peers
    warn_of_service
    say "Everything needed is installed."
    ;;
  --check)
    look
    printf '%s\n' "${report[@]}"
    warn_of_service
    ((${#missing[@]} == 0)) || die "missing: ${missing[*]}; scripts/setup.sh installs them"
    ;;
  -h | --help) usage ;;
  *)
    usage >&2
    exit 2
    ;;
esac
