#!/usr/bin/env bash
# Installs, runs, upgrades, removes and purges the Debian package in a Debian of its own: scripts/release.sh --test.
# The second half runs inside, as root of that Debian, in namespaces of its own: its ports are not this machine's.
set -euo pipefail

outside() {
  # shellcheck source=scripts/lib/common.sh
  source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/common.sh"
  ((EUID == 0)) || die "the test needs root, for chroot"
  command -v mmdebstrap >/dev/null || die "mmdebstrap is missing: apt-get install mmdebstrap"
  umask 022
  local packages=("$1"/dicom-gateway_*_all.deb) work=$ROOT/target/release-test
  [[ -f ${packages[0]} && ${#packages[@]} == 1 ]] || die "$1 does not have one package; scripts/release.sh makes it"
  mkdir -p "$work"
  if [[ ! -f $work/debian.tar ]]; then
    quietly "Making a Debian to test in" "$work/debian.log" mmdebstrap --variant=minbase \
      --include=default-jre-headless,adduser,bash-completion,dcmtk,iproute2,lintian,procps \
      "$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)" "$work/new.tar"
    mv "$work/new.tar" "$work/debian.tar"
  fi
  ROOTFS=$(mktemp -d "$work/root.XXXXXX")
  trap 'rm -rf "$ROOTFS"' EXIT
  tar -x -C "$ROOTFS" -f "$work/debian.tar"
  mkdir "$ROOTFS/test"
  cp "${packages[0]}" "$ROOTFS/test/first.deb"
  cp "${BASH_SOURCE[0]}" "$ROOTFS/test/test-package.sh"
  chmod 755 "$ROOTFS"
  # Java looks for the mount point of a file: the folder must be one.
  # shellcheck disable=SC2016
  unshare --mount --net --pid --fork --kill-child bash -c \
    'mount --bind "$0" "$0" && cd "$0" && mount -t proc proc proc && exec chroot . env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin \
      HOME=/root DEBIAN_FRONTEND=noninteractive bash /test/test-package.sh inside' "$ROOTFS"
}

ok() { printf 'ok    %s\n' "$1"; }
fail() {
  printf 'FAIL  %s\n' "$1" >&2
  cat /test/output.new /test/gateway.out >&2 2>/dev/null || true
  exit 1
}
# check TEXT COMMAND…: COMMAND must succeed; its output is shown if it does not.
check() {
  local text=$1
  shift
  "$@" >/test/output.new 2>&1 || fail "$text: $*"
  mv /test/output.new /test/output
  ok "$text"
}
# eventually TEXT COMMAND…: the same, within three minutes: the machine may be busy.
eventually() {
  local text=$1 deadline=$((SECONDS + 180))
  shift
  until "$@" >/test/output.new 2>&1; do
    ((SECONDS < deadline)) || fail "$text: $*"
    sleep 0.5
  done
  ok "$text"
}
# says TEXT COMMAND…: the output of COMMAND, whatever its exit code, contains TEXT.
says() {
  local text=$1
  shift
  "$@" >/test/said 2>&1 || true
  grep -qF -- "$text" /test/said || {
    cat /test/said
    return 1
  }
}
# has MODE OWNER FILE
has() { [[ $(stat -c '%a %U:%G' "$3") == "$1 $2" ]]; }
not() { ! "$@"; }
answers() { says "archive " dicom-gateway destinations; }
received() { (($(find /test/archive -type f | wc -l) == $1)); }
AS_SERVICE=(setpriv --reuid=dicom-gateway --regid=dicom-gateway --init-groups --inh-caps=-all)

# As systemd starts it.
start_gateway() {
  local command
  command=$(sed -n 's/^ExecStart=//p' /usr/lib/systemd/system/dicom-gateway.service)
  # shellcheck disable=SC2086
  (umask 077 && cd / && exec "${AS_SERVICE[@]}" $command) >/test/gateway.out 2>&1 &
  GATEWAY=$!
  eventually "the gateway runs" answers
}
stop_gateway() {
  kill -TERM "$GATEWAY"
  local code=0
  wait "$GATEWAY" || code=$?
  check "the gateway stops in order" test "$code" = 0
}
start_archive() {
  mkdir -p /test/archive
  storescp -aet ORTHANC1 -od /test/archive --promiscuous 4242 >/test/archive.out 2>&1 &
  ARCHIVE=$!
}
stop_archive() {
  kill "$ARCHIVE"
  wait "$ARCHIVE" || true
}

# repack TEXT VERSION: second.deb, as a later version, with TEXT at the end of its routing.conf.
repack() {
  dpkg-deb --raw-extract /test/first.deb /test/second
  sed -i "s/^Version: .*/&$2/" /test/second/DEBIAN/control
  printf '%s\n' "$1" >>/test/second/etc/dicom-gateway/routing.conf
  dpkg-deb --root-owner-group -Zgzip --build /test/second /test/second.deb >/dev/null
}

inside() {
  ip link set lo up
  check "lintian has nothing to say" lintian --allow-root --fail-on error,warning,info /test/first.deb

  check "it installs" dpkg -i /test/first.deb
  check "it says what to do next" grep -q "systemctl enable --now dicom-gateway" /test/output
  check "the JVM has the archive of its classes" test -s /usr/share/dicom-gateway/gateway.jar.jsa
  check "it is not enabled yet" test ! -e /etc/systemd/system/multi-user.target.wants/dicom-gateway.service
  check "only its group reads the configuration" has 750 root:dicom-gateway /etc/dicom-gateway
  check "only its user reads the spool" has 700 dicom-gateway:dicom-gateway /var/lib/dicom-gateway
  check "only its user reads the logs" has 700 dicom-gateway:dicom-gateway /var/log/dicom-gateway
  check "the configuration is right" dicom-gateway check --strict
  check "it names the places of this system" says "/var/lib/dicom-gateway/spool" dicom-gateway check
  check "messages say dicom-gateway" says "start it: dicom-gateway run" dicom-gateway status
  check "every command has a man page" man_pages
  check "the shell completes its commands" completes
  check "the example with TLS is right, but for the certificates" says "/etc/dicom-gateway/tls/gateway.crt" \
    dicom-gateway check --config /usr/share/doc/dicom-gateway/conf/tls/gateway.conf

  cat >/etc/dicom-gateway/routing.conf <<'TEXT'
destinations { archive { ae-title = ORTHANC1, host = localhost, port = 4242 } }
routes = [ { name = everything, fallback = true, to = archive } ]
TEXT
  start_archive
  start_gateway
  check "its process is the service's user" pgrep -u dicom-gateway java
  check "there is a study" dicom-gateway generate --output /test/study --studies 2 --instances 1
  local files
  mapfile -t files < <(find /test/study -name '*.dcm' | sort)
  check "an instance is taken" storescu -aec GATEWAY 127.0.0.1 11112 "${files[0]}"
  eventually "and delivered" received 1
  check "status has nothing to complain of" dicom-gateway status
  eventually "tail shows the delivery" says "event=delivered" dicom-gateway tail
  check "spool, audit trail and logs are where they belong" test -e /var/lib/dicom-gateway/spool/ledger.db \
    -a -e /var/lib/dicom-gateway/audit/audit-1.xml -a -e /var/log/dicom-gateway/gateway.log
  check "paths are those of the documents" bash -c 'cd /usr/share/dicom-gateway && scripts/gateway status &&
    test -s conf/routing.conf -a -s var/logs/forward.log -a -s var/audit/audit-1.xml -a -s docs/operations.md'
  check "a stranger is told why not" says "may not look into its folder" \
    setpriv --reuid=nobody --regid=nogroup --clear-groups dicom-gateway status

  stop_archive
  check "an instance is taken while the archive is away" storescu -aec GATEWAY 127.0.0.1 11112 "${files[1]}"
  repack "# news" +2
  check "it is upgraded" dpkg -i --force-confold /test/second.deb
  check "the operator's rules stay" grep -q ORTHANC1 /etc/dicom-gateway/routing.conf
  check "the new ones lie beside them" grep -q "# news" /etc/dicom-gateway/routing.conf.dpkg-dist
  check "the gateway runs on meanwhile" answers
  stop_gateway
  check "root can take out what waits" bash -c 'cd /test && dicom-gateway export --output waiting && ls waiting/*.dcm'
  start_archive
  start_gateway
  eventually "what was taken before the upgrade is delivered after it" received 2
  stop_gateway

  (umask 077 && cd / && exec dicom-gateway run) >/test/gateway.out 2>&1 &
  GATEWAY=$!
  eventually "root starts it too" answers
  check "and it is the service's user then" pgrep -u dicom-gateway java
  check "with nothing of root's in the spool" not grep -q . <(find /var/lib/dicom-gateway /var/log/dicom-gateway -user root)
  stop_gateway

  check "it is removed" dpkg -r dicom-gateway
  check "configuration and spool stay" test -e /etc/dicom-gateway/routing.conf -a -e /var/lib/dicom-gateway/spool/ledger.db
  check "it is installed again" dpkg -i --force-confold /test/first.deb
  check "with the operator's rules" grep -q ORTHANC1 /etc/dicom-gateway/routing.conf
  start_gateway
  stop_gateway
  rm /etc/dicom-gateway/routing.conf.dpkg-dist
  check "it is purged" dpkg -P dicom-gateway
  check "and says what it keeps" grep -q "/var/lib/dicom-gateway is kept" /test/output
  check "configuration and logs are gone" test ! -e /etc/dicom-gateway -a ! -e /var/log/dicom-gateway
  check "the spool is not" test -e /var/lib/dicom-gateway/spool/ledger.db
  rm -r /var/lib/dicom-gateway
  check "installed and purged without having run" bash -c 'dpkg -i /test/first.deb && dpkg -P dicom-gateway'
  check "nothing is left" bash -c '! getent passwd dicom-gateway && ! find /etc /usr /var/lib /var/log -name "*dicom-gateway*" | grep .'
}

man_pages() {
  local command warnings
  for command in '' $(dicom-gateway --help | sed -n '/^Commands:/,$s/^  \([a-z-]\+\)  .*/-\1/p'); do
    man "dicom-gateway$command" | grep -q . || return 1
    warnings=$(man --warnings "dicom-gateway$command" 2>&1 >/dev/null)
    [[ -z $warnings ]] || return 1
  done
}

completes() {
  # shellcheck disable=SC2016
  bash -c 'compopt() { :; }; source /usr/share/bash-completion/completions/dicom-gateway
    COMP_WORDS=(dicom-gateway sta) COMP_CWORD=1
    $(complete -p dicom-gateway | sed "s/.*-F \([^ ]*\) .*/\1/")
    [[ ${COMPREPLY[*]} == *status* ]]'
}

if [[ $1 == inside ]]; then
  inside
  printf 'The package passed.\n'
else
  outside "$1"
fi
