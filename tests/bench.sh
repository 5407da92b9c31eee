#!/usr/bin/env bash
# Measures what calls and storage cost, and compares with the committed results.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=deploy/lib/log.sh
. deploy/lib/log.sh
# shellcheck source=deploy/lib/packages.sh
. deploy/lib/packages.sh
# shellcheck source=deploy/lib/rust.sh
. deploy/lib/rust.sh
# shellcheck source=deploy/lib/tests.sh
. deploy/lib/tests.sh

usage() {
    cat <<'USAGE'
Usage: tests/bench.sh [--anchors N,N...] [--save] [--install] [THEME...]

Builds the modules with the profile they are released with, but without the login page: once as they are, and once with
the feature `bench`, which can be filled quickly; makes families with so many anchors; and prints for each case the median and the
worst of 21 calls beside the targets and the change since tests/bench/results.jsonl. Exits with 1 if something costs
over 2 % more than that file says.

THEME is one or more of
  front     log-ins with 10, 50 and 100 thousand live signatures, captchas
  registry  registrations, devices, questions at the shard, upgrades
  archive   blocks handed out and taken in, pages of entries
  storage   stable bytes per anchor and per archived block
  sizes     the modules (front's without the login page)
  candidates  only if named: structures that could hold the anchors, with records of 720 bytes
  --anchors N,N   sizes of the shard (default: 1000,100000; a million takes some minutes, storage
                  alone of ten million took 51)
  --save          write what was measured into the file: for the commit that changes it, with the reason
  --install       may install system packages with sudo

Environment: as for tests/run.sh; ANCHORAGE_BENCH_BUILT=1 takes the modules that are built already.
USAGE
}

words=()
while (($#)); do
    case $1 in
    --install) export ANCHORAGE_INSTALL=1 ;;
    -h | --help)
        usage
        exit
        ;;
    *) words+=("$1") ;;
    esac
    shift
done

ensure_rust
unset ANCHORAGE_WASM_PROFILE
# What is measured is code; the login page comes on top of front's size.
export ANCHORAGE_PAGES=0
export ANCHORAGE_RELEASE_DIR=$PWD/target/wasm-without-pages
export ANCHORAGE_WASM_DIR=$PWD/target/wasm-bench
if [[ -z ${ANCHORAGE_BENCH_BUILT:-} ]]; then
    ANCHORAGE_WASM_DIR=$ANCHORAGE_RELEASE_DIR deploy/build.sh front registry archive
    ANCHORAGE_WASM_FEATURES=bench deploy/build.sh front registry archive
fi

export POCKET_IC_MUTE_SERVER=${POCKET_IC_MUTE_SERVER-1}
if [[ -z ${POCKET_IC_BIN:-} ]]; then
    if [[ -z ${LOCAL_IC_BIN:-} ]]; then
        timed "local-ic" cargo build -p local-ic
        LOCAL_IC_BIN=$(host_target_dir)/debug/local-ic
    fi
    LOCAL_IC_MODULE_CACHE=${LOCAL_IC_MODULE_CACHE:-$(host_target_dir)/local-ic-modules}
    export LOCAL_IC_BIN LOCAL_IC_MODULE_CACHE
fi
cargo build -p anchorage-tests --example bench
step "measuring"
exec "$(host_target_dir)/debug/examples/bench" ${words[@]+"${words[@]}"}
