#!/usr/bin/env bash
# Runs the tests, after building what they need. The last lines are the test runner's summary.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=deploy/lib/log.sh
. deploy/lib/log.sh
# shellcheck source=deploy/lib/packages.sh
. deploy/lib/packages.sh
# shellcheck source=deploy/lib/rust.sh
. deploy/lib/rust.sh
# shellcheck source=deploy/lib/node.sh
. deploy/lib/node.sh
# shellcheck source=deploy/lib/tests.sh
. deploy/lib/tests.sh
# shellcheck source=deploy/lib/canisters.sh
. deploy/lib/canisters.sh

usage() {
    cat <<'USAGE'
Usage: tests/run.sh [--brief] [--install] [SUITE]

Without SUITE all tests run, those in a browser first. SUITE is one of
  browser      the login page: its own tests, and every flow in a real browser (needs Node and Chromium, or fetches them)
  rust         everything else, without Node
  unit         the libraries, the canisters' code and the tools, on this machine
  local-ic     the embedded Internet Computer: its own tests, and the suites local_ic* on real Wasm
  integration  all suites that run the canisters' Wasm
  NAME         one of those suites (family_abuse is tests/tests/family/abuse.rs), or a folder of them

Environment
  POCKET_IC_BIN       a PocketIC server to test on; unset: the embedded Internet Computer, built here
  LOCAL_IC_BIN        an embedded Internet Computer that is built already
  LOCAL_IC_MODULE_CACHE  where it keeps compiled modules (default: target/local-ic-modules)
  ANCHORAGE_WASM_DIR  where the modules are built to (default: target/wasm; without the page, which only a run of
                      everything and "browser" need, target/wasm-without-pages)
  ANCHORAGE_WASM_PROFILE  how they are built (default: canister; "quick" while trying something out)
  CHROMIUM            the browser (default: the one on the PATH, else Debian's package)
  POCKET_IC_MUTE_SERVER  set to nothing: servers print what they log (default: they print nothing)
  --brief             leaves out the floods, the random operations and most seeds of the concurrent runs
  --install           may install system packages with sudo
USAGE
}

suite=all long=() named=()
while (($#)); do
    case $1 in
    --brief) long=(flood:: twenty_seeds_second twenty_seeds_third twenty_seeds_last five_thousand) ;;
    --install) export ANCHORAGE_INSTALL=1 ;;
    -h | --help)
        usage
        exit
        ;;
    -*) fail "unknown option $1 (see --help)" ;;
    *) suite=$1 ;;
    esac
    shift
done

# What to run, in the words of nextest and of `cargo test`, and whether real Wasm is needed for it.
wasm=1
on_wasm='package(anchorage-tests)'
case $suite in
all | rust) filter='all()' classic=(--workspace) ;;
browser) filter='' classic=() ;;
unit) filter="not $on_wasm" classic=(--workspace --exclude anchorage-tests) wasm=0 ;;
local-ic)
    filter="package(local-ic) | ($on_wasm & binary(=local_ic))"
    classic=(-p local-ic -p anchorage-tests --lib --bins --test local_ic)
    ;;
integration) filter=$on_wasm classic=(-p anchorage-tests) ;;
*)
    for folder in tests/tests/*; do
        folder=${folder##*/} module=
        [[ $suite != "$folder" ]] || break
        [[ $suite != "$folder"_* ]] || module=${suite#"$folder"_}
        [[ -z $module || ! -f tests/tests/$folder/$module.rs ]] || break
        folder=
    done
    [[ -n $folder ]] || fail "there is no suite $suite (see --help)"
    filter="$on_wasm & binary(=$folder)" classic=(-p anchorage-tests --test "$folder")
    if [[ -n $module ]]; then
        filter+=" & test(/^$module::/)" named=("$module::")
    fi
    ;;
esac

for name in ${long[@]+"${long[@]}"}; do
    filter="($filter) & not test($name)"
done

ensure_rust
# A server lives on for a minute after its last test. If it printed, it would hold on to the output of that test,
# which the test runner takes for a leak.
export POCKET_IC_MUTE_SERVER=${POCKET_IC_MUTE_SERVER-1}
if [[ $suite == all || $suite == browser ]]; then
    # What is missing is said before anything is compiled.
    ensure_node
    ensure_chromium
else
    # The page is nothing to the other suites.
    export ANCHORAGE_PAGES=0
fi
ANCHORAGE_WASM_DIR=$(wasm_dir)
export ANCHORAGE_WASM_DIR
((wasm == 0)) || deploy/build.sh

# Always the whole workspace with everything the tests need, in one call: cargo chooses the features of shared
# dependencies per call, and another choice of packages would compile the large ones again.
parts=(--bins --tests)
case $suite in
all) parts+=(--example stage) ;;
browser) parts=(--bins --example stage) ;;
esac
timed "host programs and tests" cargo build --workspace "${parts[@]}"
if ((wasm)) && [[ -z ${POCKET_IC_BIN:-} ]]; then
    LOCAL_IC_BIN=${LOCAL_IC_BIN:-$(host_target_dir)/debug/local-ic}
    # Each test process starts a server of its own: what one has compiled the others load.
    LOCAL_IC_MODULE_CACHE=${LOCAL_IC_MODULE_CACHE:-$(host_target_dir)/local-ic-modules}
    export LOCAL_IC_BIN LOCAL_IC_MODULE_CACHE
fi

if [[ $suite == all || $suite == browser ]]; then
    step "tests: the page's own"
    npm test --silent --prefix canisters/front/web
    step "tests: browser"
    tests/browser/run.sh
fi
[[ $suite != browser ]] || exit 0

# A test mostly waits for its server, which mostly waits for it: two fill a core.
export RUST_TEST_THREADS=${RUST_TEST_THREADS:-$((2 * $(cores)))}
if has_nextest; then
    if [[ $suite == all || $suite == rust || $suite == unit ]]; then
        # nextest does not run the examples of the documentation.
        timed "examples in the documentation" cargo test --workspace --doc --quiet
    fi
    step "tests: $suite"
    exec cargo nextest run --workspace --lib --bins --tests --test-threads "$RUST_TEST_THREADS" -E "$filter"
fi
step "tests: $suite (cargo-nextest is not installed: with cargo test)"
run_cargo_test "${classic[@]}" -- ${named[@]+"${named[@]}"} ${long[@]+"${long[@]/#/--skip=}"}
