#!/usr/bin/env bash
# Makes a test authority and certificates from it: to try TLS, and for the demonstration and the tests.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/lib/common.sh"

usage() {
  cat <<'TEXT'
Usage: scripts/make-certs.sh [--days N] [--host NAME]… FOLDER NAME…

Makes an authority in FOLDER (ca.crt, ca.key), unless there is one. For each NAME it makes a certificate from this authority
and its private key (NAME.crt, NAME.key), in PEM, for clients and servers. Existing files of NAME are replaced: a renewal.

  --days N     days until the certificates expire (default: 365)
  --host NAME  a host name or address that the certificates are for, besides NAME; may be repeated
               (default: localhost and 127.0.0.1)

Keys use the curve P-256; only their owner can read them. The authority is for tests only: a reader of ca.key can pose as any
host. In a hospital, use the hospital's authority.
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

# openssl prints both its progress and its errors on standard error: show them only when it fails.
quiet() {
  "$@" 2>"$WORK/errors" || {
    cat "$WORK/errors" >&2
    die "openssl failed: $*"
  }
}

new_key() { quiet openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"; }

# names NAME: the hosts as subject alternative names; digits and dots, or a colon, mean an address.
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
  [[ $name =~ ^[A-Za-z0-9][A-Za-z0-9._-]*$ && $name != ca ]] || die "not a valid name for a certificate: $name"
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
  # Both in quick succession: a program that watches them must not see a new key with an old certificate for long.
  mv "$WORK/$name.key" "$FOLDER/"
  mv "$WORK/$name.crt" "$FOLDER/"
  say "$name: $FOLDER/$name.crt, for $(names "$name"), $DAYS days"
}

mkdir -p "$FOLDER"
[[ -f $FOLDER/ca.crt && -f $FOLDER/ca.key ]] || make_authority
for name in "$@"; do
  make_certificate "$name"
done
