# shellcheck shell=bash disable=SC2034
# The Rust toolchain, and a compiler for the canisters' Wasm target.
# Sourced after log.sh and packages.sh, in the project's root folder.

WASM_TARGET=wasm32-unknown-unknown

# at_least HAVE WANT: whether one version is not below another.
at_least() { [[ $(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1) == "$2" ]]; }

# rust_version_wanted: the `rust-version` of the workspace.
rust_version_wanted() { sed -n 's/^rust-version = "\(.*\)"$/\1/p' Cargo.toml; }

# rust_version COMPILER
rust_version() { "$1" --version | cut -d ' ' -f 2; }

# ensure_rust: cargo, a compiler that is new enough, and a linker for the host.
ensure_rust() {
    local wanted have
    if ! command -v cargo >/dev/null || ! command -v rustc >/dev/null; then
        fail "Rust is not installed. See https://rustup.rs, then repeat."
    fi
    wanted=$(rust_version_wanted)
    have=$(rust_version rustc)
    at_least "$have" "$wanted" || fail "rustc $have is older than $wanted. Run: rustup update stable"
    command -v cc >/dev/null || need_packages "A C compiler is missing" gcc libc6-dev
}

# has_wasm_target: whether the active toolchain brings the standard library for the Wasm target.
has_wasm_target() {
    local dir
    dir=$(rustc --print target-libdir --target "$WASM_TARGET" 2>/dev/null) && [[ -d $dir ]]
}

# has_debian_rust: whether Debian's compiler and its standard library's source are there, and new enough.
has_debian_rust() {
    local compiler=/usr/bin/rustc
    [[ -x $compiler && -f $("$compiler" --print sysroot)/lib/rustlib/src/rust/library/Cargo.lock ]] &&
        at_least "$(rust_version "$compiler")" "$(rust_version_wanted)" &&
        [[ -x $(rust_lld) ]]
}

# rust_lld: the active toolchain's linker. Debian's compiler has none for Wasm.
rust_lld() {
    local host
    host=$(rustc --version --verbose | sed -n 's/^host: //p')
    echo "$(rustc --print sysroot)/lib/rustlib/$host/bin/rust-lld"
}

# ensure_wasm_target: sets WASM_ARGS, arguments for `cargo build`, and WASM_ENV, variables for its
# environment. Tried in this order: the active toolchain; Debian's compiler if it is
# there already (so that a machine without internet does not wait for a download each time); `rustup target
# add`; Debian's compiler, installed now.
ensure_wasm_target() {
    WASM_ENV=() WASM_ARGS=()
    if ! has_wasm_target && ! has_debian_rust; then
        add_wasm_target || need_packages "No compiler for $WASM_TARGET, and rustup could not add it" rustc-web rust-web-src
    fi
    if has_wasm_target; then
        return
    fi
    has_debian_rust || fail "Debian's rustc does not fit: needed are $(rust_version_wanted), its source, and rustup's rust-lld"
    WASM_ENV=(
        RUSTC=/usr/bin/rustc
        # The source of the standard library is compiled too, which the stable compiler allows only so.
        RUSTC_BOOTSTRAP=1
        "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=$(rust_lld)"
    )
    WASM_ARGS=('-Zbuild-std=std,panic_abort')
}

# add_wasm_target: asks rustup. Without internet it may hang, hence the limit.
add_wasm_target() {
    command -v rustup >/dev/null || return 1
    step "rustup target add $WASM_TARGET"
    limited "${ANCHORAGE_RUSTUP_SECONDS:-120}" rustup target add "$WASM_TARGET" >&2 && has_wasm_target && return
    note "rustup could not add the target"
    return 1
}

# ensure_component NAME COMMAND: a part of the toolchain such as rustfmt.
ensure_component() {
    cargo "$2" --version >/dev/null 2>&1 && return
    limited "${ANCHORAGE_RUSTUP_SECONDS:-120}" rustup component add "$1" >&2 ||
        fail "cargo $2 is missing. Run: rustup component add $1"
}
