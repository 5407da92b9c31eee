# shellcheck shell=bash
# The test runner: cargo-nextest where it is installed, `cargo test` where it is not.
# Sourced after log.sh and rust.sh, in the project's root folder.

# has_nextest: with it, each test is a process of its own and one summary ends the run.
has_nextest() { cargo nextest --version >/dev/null 2>&1; }

# host_target_dir: where cargo puts what it builds for this machine.
host_target_dir() {
    cargo metadata --locked --no-deps --format-version 1 | sed -n 's/.*"target_directory":"\([^"]*\)".*/\1/p'
}

# cores: how many this machine has.
cores() { getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2; }

# add_up FILE: the sums over all `test result:` lines of a `cargo test` as one line of the same words.
add_up() {
    awk '/^test result: / {
        for (i = 1; i < NF; i++) {
            if ($(i + 1) ~ /^passed/) passed += $i
            if ($(i + 1) ~ /^failed/) failed += $i
            if ($(i + 1) ~ /^ignored/) ignored += $i
        }
    }
    END { printf "%d passed, %d failed, %d skipped\n", passed, failed, ignored }' "$1"
}

# run_cargo_test ARGUMENT...: `cargo test`, then the sum of its many summaries. A run without tests fails.
run_cargo_test() {
    local log sums status=0
    log=$(mktemp)
    cargo test --no-fail-fast "$@" 2>&1 | tee "$log" || status=$?
    sums=$(add_up "$log")
    rm -f "$log"
    echo "$sums"
    [[ $sums != 0\ passed,\ 0\ failed* ]] && return "$status"
}
