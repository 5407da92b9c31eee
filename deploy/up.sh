#!/usr/bin/env bash
# Brings up a family on this machine: sets up what is missing, builds, deploys, tries everything once, and serves.
set -euo pipefail
here=$PWD
CDPATH='' cd -- "$(dirname -- "$0")/.."
# shellcheck source=deploy/lib/log.sh
. deploy/lib/log.sh
# shellcheck source=deploy/lib/packages.sh
. deploy/lib/packages.sh
# shellcheck source=deploy/lib/rust.sh
. deploy/lib/rust.sh
# shellcheck source=deploy/lib/tests.sh
. deploy/lib/tests.sh
# shellcheck source=deploy/lib/canisters.sh
. deploy/lib/canisters.sh

usage() {
    cat <<'USAGE'
Usage: deploy/up.sh [--exit] [--port PORT] [--shards N] [--state-dir DIR] [--json] [--install]

Builds the canisters and starts them on the embedded Internet Computer: one front, shards, an archive for each. Then
registers an anchor, logs in, checks the delegation against the network's root key, audits the log, prints where the
login page is and a dapp to try it with, and serves until Ctrl-C.

  --exit           end after the audit; the status is not 0 if any step failed
  --port PORT      where the network answers on 127.0.0.1 (default: 4943)
  --shards N       how many shards (default: 2, or those of the state)
  --state-dir DIR  keep the network's state there: saved at the end, loaded at the start
  --json           write the result as JSON to standard output
  --install        may install system packages with sudo
USAGE
}

options=()

# number NAME VALUE LOW HIGH: whatever takes a number says so before anything is built.
number() {
    if ! [[ $2 =~ ^[0-9]{1,5}$ ]] || ((10#$2 < $3 || 10#$2 > $4)); then
        fail "$1 needs a number from $3 to $4, not ${2:-nothing}"
    fi
}

# option NAME VALUE
option() {
    case $1 in
    --port) number "$1" "$2" 1 65535 ;;
    --shards) number "$1" "$2" 1 64 ;;
    --state-dir)
        [[ -n $2 && $2 != -* ]] || fail "$1 needs a directory, not ${2:-nothing}"
        [[ $2 == /* ]] || set -- "$1" "$here/$2"
        ;;
    esac
    options+=("$1" "$2")
}

while (($#)); do
    case $1 in
    --exit | --json) options+=("$1") ;;
    --port | --shards | --state-dir)
        (($# > 1)) || fail "$1 needs a value (see --help)"
        option "$1" "$2"
        shift
        ;;
    --port=* | --shards=* | --state-dir=*) option "${1%%=*}" "${1#*=}" ;;
    --install) export ANCHORAGE_INSTALL=1 ;;
    -h | --help)
        usage
        exit
        ;;
    *) fail "unknown option $1 (see --help)" ;;
    esac
    shift
done

ensure_rust
ANCHORAGE_WASM_DIR=$(wasm_dir)
LOCAL_IC_MODULE_CACHE=${LOCAL_IC_MODULE_CACHE:-$(host_target_dir)/local-ic-modules}
export ANCHORAGE_WASM_DIR LOCAL_IC_MODULE_CACHE
deploy/build.sh front registry archive dapp >&2
timed "embedded Internet Computer and command-line tool" cargo build --locked -p local-ic -p anchorage

step "the family"
exec "$(host_target_dir)/debug/anchorage" local ${options[@]+"${options[@]}"}
