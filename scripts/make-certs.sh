#!/usr/bin/env bash
# Makes an authority of one's own and certificates by it: to try TLS with, and for the demonstration and the tests.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/lib/common.sh"

usage() {
  cat <<'TEXT'
Usage: scripts/make-certs.sh [--days N] [--host NAME]… FOLDER NAME…

Makes in FOLDER, unless it is there, an authority (ca.crt, ca.key), and for each NAME a certificate by it and its private
key (NAME.crt, NAME.key) in PEM, good for clients and servers. A NAME that has files there gets new ones: a renewal.

  --days N     how long they are valid (default: 365)
  --host NAME  a host name or address that the certificates are for, besides NAME itself; can be given again
               (default: localhost and 127.0.0.1)

Keys are on the curve P-256, readable by their owner alone. This authority is for trying: whoever can read ca.key can pose
as anybody. A hospital has one of its own.
TEXT
}

DAYS=365
hosts=()
while [[ ${1:-} == -* ]]; do
  case $1 in
    --days)
      DAYS=${2:?--days needs a number}
      shift 2
      ;;
    --host)
      hosts+=("${2:?--host needs a name}")
      shift 2
      ;;
    -h | --help) usage && exit ;;
    *)
      usage >&2
      exit 2
      ;;
  esac
done
if (($# < 2)); then
  usage >&2
  exit 2
fi
command -v openssl >/dev/null || die "openssl is not installed; scripts/setup.sh installs it"
FOLDER=$1
shift
((${#hosts[@]} > 0)) || hosts=(localhost 127.0.0.1)

WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
umask 077

# openssl prints its progress on standard error, and what is wrong, too.
quiet() {
  "$@" 2>"$WORK/errors" || {
    cat "$WORK/errors" >&2
    die "openssl failed: $*"
  }
}

new_key() { quiet openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"; }

# names NAME: the hosts as subject alternative names; what consists of digits and dots, or has a colon, is an address.
names() {
  local host list=DNS:$1
  for host in "${hosts[@]}"; do
    if [[ $host =~ ^[0-9.]+$ || $host == *:* ]]; then
      list+=,IP:$host
    else
      list+=,DNS:$host
    fi
  done
  printf '%s' "$list"
}

make_authority() {
  new_key "$WORK/ca.key"
  quiet openssl req -x509 -new -sha256 -key "$WORK/ca.key" -days 3650 -subj "/CN=DICOM Gateway test authority $(date +%s%N)" \
    -addext basicConstraints=critical,CA:TRUE,pathlen:0 -addext keyUsage=critical,keyCertSign,cRLSign \
    -out "$WORK/ca.crt"
  mv "$WORK/ca.key" "$WORK/ca.crt" "$FOLDER/"
  say "authority: $FOLDER/ca.crt"
}

make_certificate() {
  local name=$1
  [[ $name =~ ^[A-Za-z0-9][A-Za-z0-9._-]*$ && $name != ca ]] || die "no name for a certificate: $name"
  new_key "$WORK/$name.key"
  quiet openssl req -new -sha256 -key "$WORK/$name.key" -subj "/CN=$name" -out "$WORK/$name.csr"
  cat >"$WORK/extensions" <<TEXT
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth, clientAuth
subjectAltName = $(names "$name")
TEXT
  quiet openssl x509 -req -sha256 -in "$WORK/$name.csr" -CA "$FOLDER/ca.crt" -CAkey "$FOLDER/ca.key" \
    -set_serial "0x$(openssl rand -hex 16)" -days "$DAYS" -extfile "$WORK/extensions" -out "$WORK/$name.crt"
  # Both at once, as nearly as can be: who watches them must not find a certificate without its key for long.
  mv "$WORK/$name.key" "$FOLDER/"
  mv "$WORK/$name.crt" "$FOLDER/"
  say "$name: $FOLDER/$name.crt, for $(names "$name"), $DAYS days"
}

mkdir -p "$FOLDER"
[[ -f $FOLDER/ca.crt && -f $FOLDER/ca.key ]] || make_authority
for name in "$@"; do
  make_certificate "$name"
done
