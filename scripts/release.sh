#!/usr/bin/env bash
# Makes what is published of a version: a Debian package, a tarball, the bill of materials, notes, checksums.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/lib/common.sh"

usage() {
  cat <<'TEXT'
Usage: scripts/release.sh [--version X] [--output DIR]
       scripts/release.sh --test [DIR]

Builds the last commit, without uncommitted changes, and writes into DIR (default: target/release):

  dicom-gateway_X_all.deb        for Debian and Ubuntu, with a systemd unit: docs/installation.md
  dicom-gateway-X.tar.gz         for any system with Java and bash
  dicom-gateway-X.cdx.json       what the program is made of (CycloneDX)
  dicom-gateway-X.md             what is new, from docs/changelog.md
  SHA256SUMS

The same commit, version and JDK give the same files, byte for byte.

  --version X   instead of the version in pom.xml; docs/changelog.md must have a heading for it
  --output DIR  where the files go
  --test        installs, runs, upgrades, removes and purges the package that is in DIR, in a Debian of its own; as root.
                Then builds the container image of this repository and runs it: docs/containers.md. Needs mmdebstrap,
                buildah, podman and runc, and network. Debian is kept in target/release-test.
TEXT
}

VERSION=
OUTPUT=$ROOT/target/release
while (($# > 0)); do
  case $1 in
    --version)
      VERSION=${2:?--version needs a version}
      shift 2
      ;;
    --output)
      OUTPUT=${2:?--output needs a folder}
      shift 2
      ;;
    --test)
      "$ROOT/scripts/lib/test-package.sh" "${2:-$OUTPUT}"
      exec "$ROOT/scripts/lib/test-container.sh"
      ;;
    -h | --help) usage && exit ;;
    *)
      usage >&2
      exit 2
      ;;
  esac
done

for tool in git mvn dpkg-deb; do
  command -v "$tool" >/dev/null || die "$tool is missing"
done
JAVA_HOME=$(find_jdk)
[[ -n $JAVA_HOME ]] || die "no JDK of version 17 or newer found; scripts/setup.sh installs one"
export JAVA_HOME

[[ -n $VERSION ]] || VERSION=$(sed -n 's|^  <version>\(.*\)</version>$|\1|p' "$ROOT/pom.xml")
[[ $VERSION =~ ^[0-9]+(\.[0-9]+)*(-[A-Za-z0-9.]+)?$ ]] || die "'$VERSION' is not a version like 1.2.3 or 1.2.3-rc1"
# In Debian's order a ~ comes before the end: 1.0~rc1 is older than 1.0.
DEB_VERSION=${VERSION//-/\~}
NAME=dicom-gateway-$VERSION

# The files are for everybody, whoever makes them, and as old as the commit.
umask 022
export LC_ALL=C.UTF-8 TZ=UTC
SOURCE_DATE_EPOCH=$(git -C "$ROOT" log -1 --format=%ct)
export SOURCE_DATE_EPOCH
[[ -z $(git -C "$ROOT" status --porcelain) ]] || warn "uncommitted changes are not part of the release"

mkdir -p "$OUTPUT"
OUTPUT=$(cd "$OUTPUT" && pwd)
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
SOURCE=$WORK/source
TREE=$WORK/$NAME
DEB=$WORK/deb

unpack() {
  mkdir "$SOURCE"
  git -C "$ROOT" archive HEAD | tar -x -C "$SOURCE"
  local pom_version
  pom_version=$(sed -n 's|^  <version>\(.*\)</version>$|\1|p' "$SOURCE/pom.xml")
  sed -i "s|<version>$pom_version</version>|<version>$VERSION</version>|" "$SOURCE/pom.xml" "$SOURCE/gateway/pom.xml"
}

build() {
  quietly "Building $VERSION of $(git -C "$ROOT" log -1 --format=%h)" "$WORK/build.log" \
    mvn -B -ntp -f "$SOURCE/pom.xml" -Dmaven.test.skip=true -Dspotless.check.skip=true -Dexec.skip \
    "-Dproject.build.outputTimestamp=$(date -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)" package
  JAR=$SOURCE/gateway/target/gateway.jar
}

# What the program says of itself: man pages and completion.
describe() {
  mkdir -p "$WORK/man" "$WORK/classes"
  "$JAVA_HOME/bin/javac" -proc:none -cp "$JAR" -d "$WORK/classes" \
    "$SOURCE/gateway/src/test/java/org/dicomgateway/app/ManPages.java"
  "$JAVA_HOME/bin/java" -cp "$WORK/classes:$JAR" org.dicomgateway.app.ManPages \
    "$WORK/man" "$VERSION" "$(date -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%d)"
  "$JAVA_HOME/bin/java" -jar "$JAR" completion bash >"$WORK/completion"
}

# The part of docs/changelog.md below the heading of the version.
notes() {
  local heading=${VERSION%%-*}
  awk -v "heading=$heading" '/^## / { found = $2 == heading } found' "$SOURCE/docs/changelog.md" >"$WORK/notes"
  [[ -s $WORK/notes ]] || die "docs/changelog.md has no heading '## $heading'"
}

# Where scripts/gateway finds it, as in the repository, but without sources.
fill_tree() {
  mkdir -p "$TREE/scripts/lib"
  cp "$JAR" "$TREE/gateway.jar"
  cp "$SOURCE/scripts/gateway" "$SOURCE/scripts/make-certs.sh" "$TREE/scripts/"
  cp "$SOURCE/scripts/lib/common.sh" "$SOURCE/scripts/lib/class-archive.sh" "$TREE/scripts/lib/"
  cp -r "$SOURCE/conf" "$SOURCE/docs" "$SOURCE/README.md" "$SOURCE/SECURITY.md" "$SOURCE/LICENSE" "$TREE/"
  mkdir "$TREE/deploy" "$TREE/man"
  cp -r "$SOURCE/deploy/grafana" "$SOURCE/deploy/prometheus" "$SOURCE/deploy/systemd" "$TREE/deploy/"
  cp "$WORK"/man/* "$TREE/man/"
  cp "$WORK/completion" "$TREE/completion.bash"
}

fill_deb() {
  local home=$DEB/usr/share/dicom-gateway doc=$DEB/usr/share/doc/dicom-gateway etc=$DEB/etc/dicom-gateway
  mkdir -p "$home/var" "$doc" "$etc" "$DEB/usr/bin" "$DEB/usr/share/man/man1" \
    "$DEB/usr/share/bash-completion/completions" "$DEB/usr/lib/systemd/system" \
    "$DEB/var/lib/dicom-gateway" "$DEB/var/log/dicom-gateway" "$DEB/DEBIAN"

  cp -r "$TREE/gateway.jar" "$TREE/scripts" "$home/"
  ln -s ../share/dicom-gateway/scripts/gateway "$DEB/usr/bin/dicom-gateway"
  # So that the paths in the documents are right here too, and the program finds what it needs.
  ln -s /etc/dicom-gateway "$home/conf"
  ln -s /var/lib/dicom-gateway/spool "$home/var/spool"
  ln -s /var/lib/dicom-gateway/audit "$home/var/audit"
  ln -s /var/log/dicom-gateway "$home/var/logs"
  ln -s ../doc/dicom-gateway/docs "$home/docs"
  ln -s ../doc/dicom-gateway/deploy "$home/deploy"

  # The documents lead to conf; there it is as it was published, with examples. In /etc it is the operator's.
  cp -r "$TREE/docs" "$TREE/conf" "$TREE/README.md" "$TREE/SECURITY.md" "$TREE/deploy" "$doc/"
  # These files name the places of this system.
  find "$doc/conf" -name '*.conf' -exec sed -i -e 's|scripts/gateway|dicom-gateway|g' \
    -e 's|docs/|/usr/share/doc/dicom-gateway/docs/|g' -e "s|conf/\([a-z]\)|/usr/share/doc/dicom-gateway/conf/\1|g" \
    -e 's|\(\.\./\)*\.\./var/tls/|/etc/dicom-gateway/tls/|' -e 's|\(\.\./\)*\.\./var/|/var/lib/dicom-gateway/|' {} +
  cp "$doc"/conf/gateway.conf "$doc"/conf/routing.conf "$doc"/conf/logback.xml "$SOURCE/deploy/debian/environment" "$etc/"
  rm -r "$doc/deploy/systemd"
  cp "$SOURCE/deploy/debian/copyright" "$doc/"
  printf 'dicom-gateway (%s) stable; urgency=medium\n\n  * See docs/changelog.md.\n\n -- %s  %s\n' "$DEB_VERSION" \
    "$(sed -n 's/^Maintainer: //p' "$SOURCE/deploy/debian/control")" "$(date -R -d "@$SOURCE_DATE_EPOCH")" |
    gzip -9n >"$doc/changelog.gz"
  for page in "$WORK"/man/*; do
    gzip -9n <"$page" >"$DEB/usr/share/man/man1/${page##*/}.gz"
  done
  cp "$WORK/completion" "$DEB/usr/share/bash-completion/completions/dicom-gateway"
  cp "$SOURCE/deploy/systemd/dicom-gateway.service" "$DEB/usr/lib/systemd/system/"

  cp "$SOURCE"/deploy/debian/{conffiles,postinst,prerm,postrm,triggers} "$DEB/DEBIAN/"
  sed -e "s/@VERSION@/$DEB_VERSION/" -e "s/@SIZE@/$(size_of "$DEB")/" "$SOURCE/deploy/debian/control" >"$DEB/DEBIAN/control"
  (cd "$DEB" && find usr -type f -print0 | sort -z | xargs -0 md5sum) >"$DEB/DEBIAN/md5sums"
}

# Of the files below a folder, in KiB; the same on every file system.
size_of() { find "$1" -type f -printf '%s\n' | awk '{ kib += int(($1 + 1023) / 1024) } END { print kib }'; }

# age FOLDER: gives all below it the time of the commit, and modes that no umask changed.
age() {
  chmod -R u=rwX,go=rX "$1"
  find "$1" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
}

unpack
notes
build
describe
fill_tree
fill_deb
age "$TREE"
age "$DEB"
rm -f "$OUTPUT"/dicom-gateway[-_]* "$OUTPUT/SHA256SUMS"
tar -C "$WORK" --sort=name --owner=0 --group=0 --numeric-owner --format=gnu -c "$NAME" | gzip -9n >"$OUTPUT/$NAME.tar.gz"
# Nearly all of it is a jar, which is compressed already. The cores of the machine do not show, as they would with xz.
dpkg-deb --root-owner-group -Zgzip --build "$DEB" "$OUTPUT/dicom-gateway_${DEB_VERSION}_all.deb" >/dev/null
(cd "$WORK" && "$JAVA_HOME/bin/jar" xf "$JAR" META-INF/sbom/application.cdx.json)
cp "$WORK/META-INF/sbom/application.cdx.json" "$OUTPUT/$NAME.cdx.json"
cp "$WORK/notes" "$OUTPUT/$NAME.md"
(cd "$OUTPUT" && sha256sum dicom-gateway* >SHA256SUMS)
say "$OUTPUT:"
(cd "$OUTPUT" && stat -c '  %10s  %n' dicom-gateway* SHA256SUMS)
