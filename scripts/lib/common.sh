# shellcheck shell=bash
# Shared by the scripts, which source it after `set -euo pipefail`.

# The scripts write images, logs and logins so that only this user can read them. Files that others must read, such as
# built or installed ones, are written with as_caller.
CALLERS_UMASK=$(umask)
umask 077

# as_caller COMMAND…: runs it with the permissions for new files that this script was called with.
as_caller() { (
  umask "$CALLERS_UMASK"
  "$@"
); }

# The repository, wherever the script was called from and whatever link it was called through.
ROOT=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)
export GATEWAY_HOME=$ROOT

say() { printf '%s\n' "$*"; }
step() { printf '\n==> %s\n' "$*"; }
warn() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
die() {
  warn "$@"
  exit 1
}

# Where state lives: databases of the Orthanc servers, spool, logs, process ids. Always absolute.
set_var() {
  mkdir -p "$1"
  VAR=$(cd "$1" && pwd -P)
  # A user who can write in it could redirect the scripts' files with links.
  [[ $(stat -c %A "$VAR") != ????????w? ]] || die "$VAR can be written by everybody on this machine: choose a folder of your own"
  export GATEWAY_VAR=$VAR
}

# need_orthanc_login: sets ORTHANC_USER and ORTHANC_PASSWORD of the servers that scripts/orthanc.sh runs: from the
# environment, or a password that is made once and kept in $VAR, readable only by this user.
need_orthanc_login() {
  local file=$VAR/orthanc.password fresh
  export ORTHANC_USER=${ORTHANC_USER:-orthanc}
  if [[ -z ${ORTHANC_PASSWORD:-} ]]; then
    if [[ ! -e $file && ! -L $file ]]; then
      # The file appears complete, and never replaces a file that was put there meanwhile.
      fresh=$(mktemp "$file.XXXXXX")
      openssl rand -hex 16 >"$fresh"
      ln -T "$fresh" "$file" 2>/dev/null || true
      rm -f "$fresh"
    fi
    [[ -f $file && ! -L $file && -O $file && $(stat -c %a "$file") == ?00 ]] ||
      die "$file is not this user's alone, so others may know the password: delete it, and a new one is made"
    ORTHANC_PASSWORD=$(<"$file")
    export ORTHANC_PASSWORD
  fi
}

# The folder of the test certificates; the same for everything that runs here.
TLS_FOLDER=$ROOT/var/tls
export GATEWAY_TLS=$TLS_FOLDER

# need_certificates NAME…: makes those that are missing or valid for less than a day.
need_certificates() {
  local name missing=()
  for name in "$@"; do
    openssl x509 -in "$TLS_FOLDER/$name.crt" -noout -checkend 86400 >/dev/null 2>&1 || missing+=("$name")
  done
  ((${#missing[@]} == 0)) || "$ROOT/scripts/make-certs.sh" "$TLS_FOLDER" "${missing[@]}"
}

# port_is_taken PORT: whether any process listens on it, on any address.
port_is_taken() { [[ -n $(listening_inodes "$1") ]]; }

# The socket inodes that listen on a port, from the kernel's own table; needs no tool.
listening_inodes() {
  local tables=(/proc/net/tcp)
  [[ -r /proc/net/tcp6 ]] && tables+=(/proc/net/tcp6)
  awk -v port="$(printf '%04X' "$1")" '$4 == "0A" && $2 ~ (":" port "$") { print $10 }' "${tables[@]}"
}

# port_holder PORT: the process that listens on it, as "Orthanc (process 123: /usr/sbin/Orthanc …)".
port_holder() {
  local inode fd pid command
  for inode in $(listening_inodes "$1"); do
    for fd in /proc/[0-9]*/fd/*; do
      if [[ $(readlink "$fd" 2>/dev/null) == "socket:[$inode]" ]]; then
        pid=${fd#/proc/}
        pid=${pid%%/*}
        command=$(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null || true)
        printf '%s (process %s: %.120s)' "$(cat "/proc/$pid/comm" 2>/dev/null || true)" "$pid" "${command% }"
        return
      fi
    done
  done
  printf "a process of another user (as root, ss -ltnp 'sport = :%s' names it)" "$1"
}

# explain_taken_port PORT OWNER WHERE: says why OWNER cannot use its port, and what to do.
explain_taken_port() {
  local holder
  holder=$(port_holder "$1")
  warn "port $1, which $2 needs, is taken by $holder."
  if [[ $holder == *Orthanc*/etc/orthanc* ]]; then
    warn "That is the Orthanc service of the Debian package. Stop it: sudo systemctl disable --now orthanc"
  else
    warn "Stop it, or give $2 another port in $3."
  fi
}

# is_process PID TEXT: whether PID runs and has TEXT on its command line; a reused number of another process does not count.
is_process() {
  [[ -r /proc/$1/cmdline ]] && tr '\0' ' ' <"/proc/$1/cmdline" 2>/dev/null | grep -qF -- "$2"
}

# end_process PID TEXT SECONDS: SIGTERM, then after SECONDS SIGKILL; only if is_process PID TEXT.
end_process() {
  local deadline=$((SECONDS + $3))
  is_process "$1" "$2" || return 0
  kill -TERM "$1" 2>/dev/null || true
  kill -CONT "$1" 2>/dev/null || true
  while is_process "$1" "$2"; do
    if ((SECONDS >= deadline)); then
      warn "process $1 did not end within $3 s; killing it"
      kill -KILL "$1" 2>/dev/null || true
    fi
    sleep 0.1
  done
}

# quietly TEXT LOG COMMAND…: runs COMMAND with its output in LOG and shows progress dots; shows the log when it fails.
quietly() {
  local text=$1 log=$2 start=$SECONDS ticker code=0
  shift 2
  printf '%s ' "$text"
  # It ends when this script is interrupted.
  (
    n=0
    while sleep 1 && kill -0 $$; do
      n=$((n + 1))
      ((n % 5)) || printf '.'
    done
  ) 2>/dev/null &
  ticker=$!
  "$@" >"$log" 2>&1 </dev/null || code=$?
  kill "$ticker" 2>/dev/null || true
  wait "$ticker" 2>/dev/null || true
  if ((code == 0)); then
    printf 'done (%d s)\n' "$((SECONDS - start))"
  else
    printf 'failed\n'
    tail -n 40 "$log" >&2
  fi
  return "$code"
}

# java_major JAVA: 17 for a Java 17; 0 when it does not run.
java_major() {
  local version
  version=$("$1" -version 2>&1 | sed -n 's/.*version "\([0-9]*\)\(\.\([0-9]*\)\)\{0,1\}.*/\1 \3/p' | head -n 1)
  case $version in
    '1 '*) printf '%s' "${version#1 }" ;; # 1.8 is 8
    [0-9]*) printf '%s' "${version%% *}" ;;
    *) printf 0 ;;
  esac
}

# find_jdk: the home of a JDK of version 17 or newer; nothing when there is none.
find_jdk() { find_java javac; }

# find_java PROGRAM: the home of a Java of version 17 or newer that has PROGRAM; nothing when there is none.
find_java() {
  local candidate path
  path=$(command -v "$1" 2>/dev/null || true)
  for candidate in "${JAVA_HOME:-}" "${path:+$(dirname "$(dirname "$(readlink -f "$path")")")}" \
    /usr/lib/jvm/*-17-* /usr/lib/jvm/*-21-* /usr/lib/jvm/*; do
    if [[ -n $candidate && -x $candidate/bin/$1 && $(java_major "$candidate/bin/java") -ge 17 ]]; then
      printf '%s' "$candidate"
      return
    fi
  done
}
