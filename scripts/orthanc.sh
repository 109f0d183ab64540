#!/usr/bin/env bash
# Runs the Orthanc servers that have a configuration in orthanc/.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/lib/common.sh"

usage() {
  cat <<'TEXT'
Usage: scripts/orthanc.sh [--tls] COMMAND [NAME…]

  start     starts servers and waits until each answers C-ECHO and REST
  stop      stops the servers that this script has started
  restart   stops and starts them
  status    shows which servers run; exits with 3 unless all do
  logs      shows the last lines of their logs; with -f it follows them
  wipe      deletes the images of stopped servers; asks first, unless --yes

NAME is the name of a file: orthanc/NAME.json. Without a name: all servers. To add a server, add a file.

  --tls     uses the servers of orthanc/tls instead: the same, with TLS on the DICOM port. Makes the certificates that are
            missing in var/tls (scripts/make-certs.sh).

Environment:
  GATEWAY_VAR                     where databases, logs and process ids go (default: var in the repository)
  ORTHANC_DIR                     another folder with configurations (default: orthanc in the repository)
  ORTHANC_USER, ORTHANC_PASSWORD  login of the servers' REST API (default: orthanc, and a generated password, kept in
                                  var/orthanc.password)
  ORTHANC_START_SECONDS           how long a start may take (default: 60)
TEXT
}

TLS=
if [[ ${1:-} == --tls ]]; then
  TLS=yes
  ORTHANC_DIR=${ORTHANC_DIR:-$ROOT/orthanc/tls}
  shift
fi
set_var "${GATEWAY_VAR:-$ROOT/var}"
ORTHANC_DIR=$(cd "${ORTHANC_DIR:-$ROOT/orthanc}" && pwd) || die "no folder ${ORTHANC_DIR:-$ROOT/orthanc}"
need_orthanc_login
START_SECONDS=${ORTHANC_START_SECONDS:-60}
STOP_SECONDS=30
PATH=$PATH:/usr/sbin

config_of() { printf '%s/%s.json' "$ORTHANC_DIR" "$1"; }
pid_file_of() { printf '%s/run/%s.pid' "$VAR" "$1"; }
log_of() { printf '%s/logs/%s.log' "$VAR" "$1"; }

# setting NAME KEY DEFAULT: a number or text from a server's configuration; key and value must be on one line.
setting() {
  local value
  value=$(sed -n "/^ *\/\//d; s/.*\"$2\" *: *\"\{0,1\}\([^\",]*\).*/\1/p" "$(config_of "$1")" | head -n 1)
  value=${value%"${value##*[![:space:]]}"}
  printf '%s' "${value:-$3}"
}

dicom_port() { setting "$1" DicomPort 4242; }
http_port() { setting "$1" HttpPort 8042; }
ae_title() { setting "$1" DicomAet ORTHANC; }

# The process id of a server that this script has started and that still runs; nothing otherwise.
pid_of() {
  local pid
  pid=$(cat "$(pid_file_of "$1")" 2>/dev/null || true)
  if [[ $pid =~ ^[0-9]+$ ]] && is_process "$pid" "/$1.json"; then
    printf '%s' "$pid"
  fi
}

answers_echo() {
  local tls=()
  [[ -z $TLS ]] || tls=(+tls "$TLS_FOLDER/gateway.key" "$TLS_FOLDER/gateway.crt" +cf "$TLS_FOLDER/ca.crt")
  echoscu ${tls[@]+"${tls[@]}"} -q -to 2 -ta 5 -td 5 -aet GATEWAY -aec "$(ae_title "$1")" 127.0.0.1 "$(dicom_port "$1")" 2>/dev/null
}

# The password goes through stdin: every user of the machine can read a command line.
rest_status() {
  printf 'user = "%s:%s"\n' "$(json_escape "$ORTHANC_USER")" "$(json_escape "$ORTHANC_PASSWORD")" |
    curl --config - --silent --output /dev/null --connect-timeout 2 --max-time 5 --write-out '%{http_code}' \
      "http://127.0.0.1:$(http_port "$1")/system" || true
}

# Orthanc inserts text from the environment into its JSON without escaping it.
json_escape() {
  local text=${1//\\/\\\\}
  printf '%s' "${text//\"/\\\"}"
}

# ports_are_free NAME: for each of its ports that is taken, says by which process, and what to do.
ports_are_free() {
  local free=0
  if port_is_taken "$(dicom_port "$1")"; then
    explain_taken_port "$(dicom_port "$1")" "$1" "$(config_of "$1") (DicomPort) and conf/routing.conf"
    free=1
  fi
  if port_is_taken "$(http_port "$1")"; then
    explain_taken_port "$(http_port "$1")" "$1" "$(config_of "$1") (HttpPort) and conf/routing.conf (rest.url)"
    free=1
  fi
  return "$free"
}

launch() {
  local name=$1 log
  log=$(log_of "$name")
  ports_are_free "$name" || return 1
  mkdir -p "$VAR/run" "$VAR/logs" "$VAR/orthanc/$name"
  # An earlier version made it readable by everybody.
  chmod go= "$VAR/orthanc"
  if [[ -f $log && $(stat -c %s "$log") -gt $((20 * 1024 * 1024)) ]]; then
    mv -f "$log" "$log.1"
  fi
  # In its own session: a Ctrl-C at the terminal must not reach the servers.
  ORTHANC_USER=$(json_escape "$ORTHANC_USER") \
    ORTHANC_PASSWORD=$(json_escape "$ORTHANC_PASSWORD") \
    setsid Orthanc "$(config_of "$name")" >>"$log" 2>&1 </dev/null &
  printf '%s\n' $! >"$(pid_file_of "$name")"
}

await_ready() {
  local name=$1 deadline=$((SECONDS + START_SECONDS)) rest=000 echo="not asked" pid
  pid=$(cat "$(pid_file_of "$name")")
  while ((SECONDS < deadline)); do
    if ! kill -0 "$pid" 2>/dev/null; then
      warn "$name ended while it started; the end of $(log_of "$name"):"
      tail -n 15 "$(log_of "$name")" >&2
      return 1
    fi
    rest=$(rest_status "$name")
    if [[ $rest == 200 || $rest == 401 ]]; then
      if answers_echo "$name"; then
        say "$name: $(describe "$name"), process $pid"
        if [[ $rest == 401 ]]; then
          warn "$name refuses the login (ORTHANC_USER, ORTHANC_PASSWORD, or $VAR/orthanc.password): $(config_of "$name") sets another one"
        fi
        return
      fi
      echo="no answer"
    fi
    sleep 0.2
  done
  warn "$name did not answer within $START_SECONDS s (REST: HTTP status $rest, C-ECHO: $echo); see $(log_of "$name")"
  return 1
}

describe() {
  printf '%s at 127.0.0.1:%s, http://127.0.0.1:%s' "$(ae_title "$1")" "$(dicom_port "$1")" "$(http_port "$1")"
}

start() {
  local name started=() failed=0
  command -v Orthanc >/dev/null || die "Orthanc is not installed; scripts/setup.sh installs it"
  command -v echoscu >/dev/null || die "DCMTK is not installed; scripts/setup.sh installs it"
  [[ -z $TLS ]] || need_certificates gateway "$@"
  for name in "$@"; do
    if [[ -n $(pid_of "$name") ]]; then
      say "$name: runs already, process $(pid_of "$name")"
    elif launch "$name"; then
      started+=("$name")
    else
      failed=1
    fi
  done
  ((${#started[@]} == 0)) || warn_of_addresses "${started[@]}"
  for name in ${started[@]+"${started[@]}"}; do
    if ! await_ready "$name"; then
      stop "$name"
      failed=1
    fi
  done
  return "$failed"
}

# Orthanc always listens on every address of the machine. Its configuration only limits which senders it serves.
warn_of_addresses() {
  local name ports=()
  for name in "$@"; do
    ports+=("$(dicom_port "$name")" "$(http_port "$name")")
  done
  warn "Orthanc always listens on every address of this machine. These servers serve only this machine, and reject other"
  warn "machines after they have connected. To keep them from connecting at all, run as root:"
  warn "  nft add table inet demo && nft add chain inet demo input '{ type filter hook input priority 0; }' &&"
  warn "  nft add rule inet demo input iif != lo tcp dport '{ $(
    IFS=,
    echo "${ports[*]}"
  ) }' drop"
}

stop() {
  local name pid
  for name in "$@"; do
    pid=$(pid_of "$name")
    if [[ -n $pid ]]; then
      end_process "$pid" "/$name.json" "$STOP_SECONDS"
      say "$name: stopped"
    else
      say "$name: does not run"
    fi
    rm -f "$(pid_file_of "$name")"
  done
}

status() {
  local name pid all=0 echo rest
  for name in "$@"; do
    pid=$(pid_of "$name")
    if [[ -n $pid ]]; then
      answers_echo "$name" && echo=answers || echo="does not answer"
      rest=$(rest_status "$name")
      [[ $rest == 200 ]] && rest=answers || rest="does not answer (HTTP status $rest)"
      say "$name: $(describe "$name"), process $pid; C-ECHO $echo, REST $rest"
      [[ $echo == answers && $rest == answers ]] || all=3
    else
      all=3
      say "$name: does not run"
      ports_are_free "$name" || true
    fi
  done
  return "$all"
}

logs() {
  local follow=() files=() name
  if [[ ${1:-} == -f ]]; then
    follow=(-F)
    shift
  fi
  all_or "$@"
  for name in "${names[@]}"; do
    files+=("$(log_of "$name")")
  done
  tail -n 50 ${follow[@]+"${follow[@]}"} "${files[@]}"
}

wipe() {
  local yes='' answer name directory
  if [[ ${1:-} == --yes ]]; then
    yes=yes
    shift
  fi
  all_or "$@"
  for name in "${names[@]}"; do
    [[ -z $(pid_of "$name") ]] || die "$name runs: scripts/orthanc.sh stop $name comes first; nothing was deleted"
    directory=$(setting "$name" StorageDirectory "")
    [[ $directory == "\${GATEWAY_VAR:-../var}/orthanc/$name" ||
      $directory == "\${GATEWAY_VAR:-../../var}/orthanc/$name" || $directory == "$VAR/orthanc/$name" ]] ||
      die "$name keeps its files elsewhere ($directory): delete them by hand; nothing was deleted"
  done
  if [[ -z $yes ]]; then
    read -r -p "Delete every image that ${names[*]} hold, under $VAR/orthanc? Type yes: " answer || true
    [[ $answer == yes ]] || die "nothing was deleted"
  fi
  for name in "${names[@]}"; do
    rm -rf "${VAR:?}/orthanc/${name:?}"
    say "$name: empty"
  done
}

# Sets names: those given, each of which must have a configuration, or all.
all_or() {
  local file name
  names=()
  if (($# == 0)); then
    for file in "$ORTHANC_DIR"/*.json; do
      [[ -f $file ]] || die "no *.json in $ORTHANC_DIR"
      names+=("$(basename "$file" .json)")
    done
  else
    names=("$@")
  fi
  for name in "${names[@]}"; do
    [[ $name =~ ^[A-Za-z0-9_][A-Za-z0-9_.-]*$ ]] || die "no name of a server: '$name'"
    [[ -f $(config_of "$name") ]] || die "no server $name: there is no $(config_of "$name")"
  done
}

command=${1:-}
shift || true
case $command in
  start | stop | status)
    all_or "$@"
    "$command" "${names[@]}"
    ;;
  restart)
    all_or "$@"
    stop "${names[@]}"
    start "${names[@]}"
    ;;
  logs | wipe) "$command" "$@" ;;
  -h | --help | help) usage ;;
  *)
    usage >&2
    exit 2
    ;;
esac
