#!/usr/bin/env bash
# Builds the canisters' Wasm: target/wasm/<name>.wasm and <name>.wasm.gz. Without their pages they go to target/wasm-without-pages.
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
# shellcheck source=deploy/lib/canisters.sh
. deploy/lib/canisters.sh

usage() {
    cat <<USAGE
Usage: deploy/build.sh [--profile PROFILE] [--without-pages] [--install] [CANISTER...]

Builds the named canisters, or all: ${FAMILY[*]} ${PROBES[*]-}
Prints name, bytes, compressed bytes and the SHA-256 of the compressed module, which is the module hash
the network shows after it was installed.

  --profile PROFILE  a profile of Cargo.toml (default: canister; "quick" builds faster than it runs)
  --without-pages    leaves out the web pages that canisters embed, and with them Node: for tests only
                     (they go to target/wasm-without-pages, never over those that can be released)
  --install          may install system packages with sudo
Environment: ANCHORAGE_PAGES (0: without pages), ANCHORAGE_COMMIT (what the modules name as their commit), ANCHORAGE_WASM_DIR (where they go),
ANCHORAGE_WASM_PROFILE (instead of --profile), ANCHORAGE_WASM_FEATURES (cargo's features, for measurements)
USAGE
}

profile=${ANCHORAGE_WASM_PROFILE:-canister}
names=()
while (($#)); do
    case $1 in
    --profile)
        profile=${2:?"--profile needs a name"}
        shift
        ;;
    --without-pages) ANCHORAGE_PAGES=0 ;;
    --install) ANCHORAGE_INSTALL=1 ;;
    -h | --help)
        usage
        exit
        ;;
    -*) fail "unknown option $1 (see --help)" ;;
    *)
        contains "$1" "${FAMILY[@]}" ${PROBES[@]+"${PROBES[@]}"} || fail "no canister is called $1 (see --help)"
        names+=("$1")
        ;;
    esac
    shift
done
((${#names[@]})) || names=("${FAMILY[@]}" ${PROBES[@]+"${PROBES[@]}"})
WASM_DIR=$(wasm_dir)

# compile PACKAGE...: one call of cargo. Cargo merges the features of all packages of a call, so the members of
# a group are always built together: then a module's bytes do not depend on what else was asked for.
compile() {
    local packages=() one
    for one in "$@"; do
        packages+=(-p "$one")
        if with_pages && [[ -n $(web_of "$one") ]]; then
            packages+=(--features "$one/page")
        fi
    done
    # Paths of this machine have no place in a module.
    # In the form that allows spaces in them: separated by the unit separator of ASCII.
    local remap="--remap-path-prefix=$PWD=/anchorage"$'\x1f'"--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo"
    # Found by its name: cargo mixes what stands here into the names of functions, and a path would give each folder modules
    # of its own.
    local wrapper=()
    [[ $profile != canister ]] || wrapper=("PATH=$PWD/deploy/lib/bin:$PATH" RUSTC_WORKSPACE_WRAPPER=rustc-canister)
    env ${WASM_ENV[@]+"${WASM_ENV[@]}"} ${wrapper[@]+"${wrapper[@]}"} \
        CARGO_ENCODED_RUSTFLAGS="$remap" ANCHORAGE_COMMIT="$(commit_name)" \
        CARGO_TARGET_DIR="$CANISTER_TARGET_DIR" \
        cargo build --locked --profile "$profile" --target "$WASM_TARGET" \
        ${ANCHORAGE_WASM_FEATURES:+--features "$ANCHORAGE_WASM_FEATURES"} \
        ${WASM_ARGS[@]+"${WASM_ARGS[@]}"} "${packages[@]}"
}

# pages PACKAGE...: builds the web pages of those that have some, for compile to find.
pages() {
    local one web
    for one in "$@"; do
        web=$(web_of "$one")
        if with_pages && [[ -n $web ]]; then
            ensure_node
            npm_install "$web"
            page "$one" "$web"
        fi
    done
}

# page NAME FOLDER: builds a page, unless what it is built from and what was built are as they were after the last build.
# A build writes every file anew, and then cargo compiles the module anew.
page() {
    local web=$2 stamp=$2/node_modules/.anchorage-page sources
    # Read before, so that a change during the build is not taken for built.
    sources=$(page_sources "$web")
    if [[ -f $stamp && $(<"$stamp") == "$sources"$'\n'"$(page_files "$web")" ]]; then
        note "page of $1: unchanged"
        return
    fi
    timed "page of $1" npm run --silent --prefix "$web" build
    printf '%s\n%s\n' "$sources" "$(page_files "$web")" >"$stamp"
}

# page_sources FOLDER: everything that a page is built from, and with what. The lock file stands for the packages.
page_sources() {
    node --version
    find "$1" \( -path "$1/node_modules" -o -path "$1/dist" \) -prune -o -type f -exec "${SHA256[@]}" {} + | LC_ALL=C sort
}

# page_files FOLDER: what was built. Empty if nothing was.
page_files() {
    [[ ! -d $1/dist ]] || find "$1/dist" -type f -exec "${SHA256[@]}" {} + | LC_ALL=C sort
}

# wants PACKAGE...: whether one of these was asked for.
wants() {
    local one
    for one in "$@"; do
        contains "$one" "${names[@]}" && return
    done
    return 1
}

# place NAME: copies and compresses a module, if it changed.
place() {
    local folder=$profile built gz=$WASM_DIR/$1.wasm.gz
    [[ $profile == dev ]] && folder=debug
    built=$CANISTER_TARGET_DIR/$WASM_TARGET/$folder/${1//-/_}.wasm
    [[ -f $built ]] || fail "package $1 built no module (is its crate-type cdylib?)"
    if ! cmp -s "$built" "$WASM_DIR/$1.wasm" || [[ ! -f $gz || $COMPRESSOR -nt $gz ]]; then
        # Under another name first: who reads the folder meanwhile never sees half a module.
        "$COMPRESSOR" <"$built" >"$gz.new"
        cp "$built" "$WASM_DIR/$1.wasm.new"
        mv "$gz.new" "$gz"
        mv "$WASM_DIR/$1.wasm.new" "$WASM_DIR/$1.wasm"
    fi
    printf '%-10s %9d %9d %s\n' "$1" "$(wc -c <"$built")" "$(wc -c <"$gz")" "$("${SHA256[@]}" <"$gz" | cut -d ' ' -f 1)"
}

# The same bytes on every machine, where gzip's own depend on its version.
COMPRESSOR=$PWD/target/release/anchorage-gzip

# SHA256 FILE...: a line for each: SHA-256 in hex, and its name.
SHA256=(sha256sum)
command -v sha256sum >/dev/null || SHA256=(shasum -a 256)

ensure_rust
ensure_wasm_target
timed "the compressor of modules" cargo build --quiet --locked --release --target-dir target -p anchorage-gzip
mkdir -p "$WASM_DIR"
if wants "${FAMILY[@]}"; then
    pages "${FAMILY[@]}" >&2
    timed "Wasm of ${FAMILY[*]}" compile "${FAMILY[@]}"
fi
if ((${#PROBES[@]})) && wants "${PROBES[@]}"; then
    pages "${PROBES[@]}" >&2
    timed "Wasm of ${PROBES[*]}" compile "${PROBES[@]}"
fi
for name in "${names[@]}"; do
    place "$name"
done
