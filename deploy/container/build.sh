#!/usr/bin/env bash
# Builds the container image with buildah: docs/containers.md.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../../scripts/lib/common.sh"

usage() {
  cat <<'TEXT'
Usage: deploy/container/build.sh [--base IMAGE] [--tag NAME] [--jar FILE] [-- BUILDAH_OPTION…]

Builds the image of the gateway with buildah, and prints its digest. The same base, jar and commit give the same digest,
as long as the Debian mirror has the same Java.

  --base IMAGE  the Debian that it stands on (default: docker.io/library/debian:trixie-slim)
  --tag NAME    what it is called (default: localhost/dicom-gateway:VERSION)
  --jar FILE    the program (default: gateway/target/gateway.jar, which is built when it is missing or older than its source)

What follows -- goes to buildah, such as -- --network host. With -- --format docker the image has a health check of its own,
but another digest each time.
TEXT
}

BASE=docker.io/library/debian:trixie-slim
TAG=
JAR=
while (($# > 0)); do
  case $1 in
    --base | --tag | --jar)
      [[ -n ${2:-} ]] || die "$1 needs a value"
      declare "$(tr -d - <<<"${1^^}")=$2"
      shift 2
      ;;
    -h | --help) usage && exit ;;
    --)
      shift
      break
      ;;
    *)
      usage >&2
      exit 2
      ;;
  esac
done

for tool in buildah git unzip; do
  command -v "$tool" >/dev/null || die "$tool is missing: apt-get install $tool"
done
if [[ -z $JAR ]]; then
  "$ROOT/scripts/gateway" --version >/dev/null
  JAR=$ROOT/gateway/target/gateway.jar
fi
VERSION=$(unzip -p "$JAR" META-INF/MANIFEST.MF | tr -d '\r' | sed -n 's/^Implementation-Version: //p')
REVISION=$(git -C "$ROOT" rev-parse HEAD)
SOURCE_DATE_EPOCH=$(git -C "$ROOT" log -1 --format=%ct)
TAG=${TAG:-localhost/dicom-gateway:$VERSION}

WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT

# What is copied into the image. Everybody may read it; only the state is the gateway's.
umask 022
home=$WORK/tree/usr/share/dicom-gateway
mkdir -p "$home/scripts/lib" "$WORK/tree/usr/bin" "$WORK/tree/etc/dicom-gateway"
install -m 644 "$JAR" "$home/gateway.jar"
install -m 644 "$ROOT/conf/logback.xml" "$ROOT/deploy/container/java.options" "$ROOT/LICENSE" "$home/"
unzip -p "$JAR" META-INF/sbom/application.cdx.json >"$home/sbom.cdx.json"
# For people: podman exec gateway dicom-gateway status.
install -m 755 "$ROOT/scripts/gateway" "$home/scripts/"
install -m 755 "$ROOT/deploy/container/healthcheck" "$home/"
install -m 644 "$ROOT/scripts/lib/common.sh" "$home/scripts/lib/"
ln -s ../share/dicom-gateway/scripts/gateway "$WORK/tree/usr/bin/dicom-gateway"
install -m 644 "$ROOT/deploy/container/gateway.conf" "$WORK/tree/etc/dicom-gateway/"
install -d -m 700 "$WORK/state/dicom-gateway"
cp "$ROOT/deploy/container/Containerfile" "$WORK/"

buildah build --timestamp "$SOURCE_DATE_EPOCH" --identity-label=false --layers=false \
  --build-arg "BASE=$BASE" --build-arg "SOURCE_DATE_EPOCH=$SOURCE_DATE_EPOCH" \
  --label org.opencontainers.image.title="DICOM Gateway" \
  --label org.opencontainers.image.version="$VERSION" \
  --label org.opencontainers.image.revision="$REVISION" \
  --label org.opencontainers.image.licenses=Apache-2.0 \
  --label org.opencontainers.image.base.name="$BASE" \
  --label org.dicomgateway.sbom=/usr/share/dicom-gateway/sbom.cdx.json \
  --tag "$TAG" "$@" "$WORK" >&2
say "$TAG $(buildah images --no-trunc --format '{{.Digest}}' "$TAG")"
