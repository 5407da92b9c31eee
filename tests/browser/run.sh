#!/usr/bin/env bash
# Runs the browser suite on modules and programs that are built already: `tests/run.sh browser` builds them, and calls this.
# Arguments go to Playwright, for instance the name of a spec. The last line says how many tests passed.
set -euo pipefail
cd "$(dirname "$0")/../.."
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

ensure_node
ensure_chromium
npm_install tests/browser
# The texts that the tests look for are the page's, which names types of its packages.
npm_install canisters/front/web

programs=$(host_target_dir)/debug
export ANCHORAGE_STAGE=${ANCHORAGE_STAGE:-$programs/examples/stage}
[[ -x $ANCHORAGE_STAGE ]] || fail "$ANCHORAGE_STAGE is missing. Run: cargo build --workspace --bins --example stage"
if [[ -z ${POCKET_IC_BIN:-} ]]; then
    export LOCAL_IC_BIN=${LOCAL_IC_BIN:-$programs/local-ic}
fi
# What one server has compiled the next one loads.
export LOCAL_IC_MODULE_CACHE=${LOCAL_IC_MODULE_CACHE:-$(host_target_dir)/local-ic-modules}
export ANCHORAGE_WASM_DIR=${ANCHORAGE_WASM_DIR:-$PWD/target/wasm}

cd tests/browser
npm run --silent check
exec npx playwright test "$@"
