# shellcheck shell=bash disable=SC2034
# Which packages become canister modules, and where they go. Derived from the folders, so that a new canister is in
# every script at once: each folder of canisters/, and each folder of tests/ that holds a cdylib (the probes).
# Sourced in the project's root folder.

CANISTER_TARGET_DIR=${CANISTER_TARGET_DIR:-$PWD/target/canisters}

# with_pages: whether canisters embed their web pages.
with_pages() { [[ ${ANCHORAGE_PAGES:-1} != 0 ]]; }

# wasm_dir: where modules go. Those without their pages are for tests: they never lie where somebody takes modules to install.
wasm_dir() {
    local default=$PWD/target/wasm
    with_pages || default+=-without-pages
    echo "${ANCHORAGE_WASM_DIR:-$default}"
}

# package_name MANIFEST
package_name() { sed -n 's/^name = "\(.*\)"$/\1/p' "$1" | head -n 1; }

FAMILY=()
for manifest in canisters/*/Cargo.toml; do
    FAMILY+=("$(package_name "$manifest")")
done
PROBES=()
for manifest in tests/*/Cargo.toml; do
    if grep -q cdylib "$manifest" 2>/dev/null; then
        PROBES+=("$(package_name "$manifest")")
    fi
done
unset manifest

# web_of PACKAGE: the folder of the web page that a canister embeds, nothing if it has none.
web_of() {
    local folder
    for folder in "canisters/$1/web" "tests/$1/web"; do
        if [[ -f $folder/package.json ]]; then
            echo "$folder"
            return
        fi
    done
}

# contains WORD LIST...
contains() {
    local word=$1 one
    shift
    for one in "$@"; do
        [[ $one == "$word" ]] && return
    done
    return 1
}

# commit_name: what the modules say they were built from. A preset ANCHORAGE_COMMIT wins.
commit_name() {
    if [[ -n ${ANCHORAGE_COMMIT:-} ]]; then
        echo "$ANCHORAGE_COMMIT"
    else
        git describe --always --dirty --abbrev=40 --exclude='*' 2>/dev/null || echo unknown
    fi
}
